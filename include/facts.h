/* SPDX-License-Identifier: MIT */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "binfmt_open.h"
#include "err.h"
#include "host.h"
#include "look.h"

struct binfmt_list;

/* In place of a number: there is no such thing, or it could not be read. */
enum { FACTS_ABSENT = -1, FACTS_UNREAD = -2 };

/* What doctor reads of the machine before it judges; a number is negative where it could not be read. */
struct facts {
	struct host_kernel kernel;
	enum look_is supported; /* the kernel names binfmt_misc among its file systems */
	bool modules;           /* there is a folder of modules for the running kernel */
	const char *dir;        /* of the mount */
	bool dir_is_there;
	struct err mount; /* why it could not be opened; ERR_NONE: it was */
	enum look_is read_only;
	enum look_is switched_on;
	bool harmless; /* no enabled entry keeps it from being switched on; set by whoever has looked at them */
	enum look_is initial_user_namespace; /* the one that the machine starts with */
	enum look_is container;
	enum binfmt_scope scope;
	bool writable;               /* this process may register there */
	enum look_is in_force;       /* the entries decide here (inforce.h); set as harmless is */
	long entries;                /* live, disabled ones too */
	long held;                   /* of them those that hold their interpreter open (flag F) */
	long max_held;               /* user.max_binfmt_misc_interpreters (Linux 7.3); as below */
	enum look_is emulator;       /* some foreign architecture's QEMU is there that would do; set as harmless is */
	long max_user_namespaces;    /* user.max_user_namespaces, or FACTS_ABSENT or FACTS_UNREAD */
	long apparmor_restrict;      /* kernel.apparmor_restrict_unprivileged_userns */
	long userns_clone;           /* kernel.unprivileged_userns_clone (Debian's kernels) */
	int user_namespaces;         /* 0: this process can make one, else the errno; FACTS_UNREAD: it was not tried */
	enum look_is systemd_binfmt; /* systemd runs here and has its systemd-binfmt */
	long binfmt_support;         /* formats that update-binfmts has on record; or the same */
	long flushed; /* live entries that a restart of systemd-binfmt removes for good; or FACTS_UNREAD */
};

/* The number that a file of /proc begins with, or FACTS_ABSENT or FACTS_UNREAD. */
long facts_number(const char *path);

/* Reads them. `b` is the opened mount with its entries, or both are NULL where that failed with *err. */
void facts_read(struct facts *facts, const char *dir, const struct binfmt *b, const struct binfmt_list *list,
		const struct err *err);

#endif
