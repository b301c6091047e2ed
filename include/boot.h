/* SPDX-License-Identifier: MIT */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>

#include "bootunit.h"
#include "confd.h"
#include "interp.h"
#include "look.h"
#include "records.h"
#include "wish.h"

struct err;

enum { BOOT_STEPS_MAX = 16, BOOT_ARCHS_MAX = 64, BOOT_UNIT_MAX = 4096 };

/* What a command of our own unit does. */
enum boot_does {
	BOOT_REGISTERS, /* the handlers of architectures */
	BOOT_CUSTOM,    /* one of another name or magic */
	BOOT_LOADS,     /* all of binfmt.d */
	BOOT_IDLE,      /* none, and it may fail */
	BOOT_RIDDLE,    /* that is not known here */
};

/*
 * One that has to do with handlers, or decides whether those behind it are run: systemd runs none behind one that
 * fails. All words point into the unit's text.
 */
struct boot_step {
	enum boot_does does;
	struct wish wish; /* its dirs are these */
	const char *dirs[INTERP_DIRS_MAX];
	const char *archs[BOOT_ARCHS_MAX];
	size_t arch_count;
	bool all;             /* every architecture, in place of those */
	bool keep;            /* no entry that differs is replaced */
	bool mounts;          /* binfmt_misc, where it is not */
	bool persists;        /* a file of binfmt.d is written too, before anything is registered */
	const char *conf_dir; /* there; NULL: the usual folder */
	const char *missing;  /* the program, which cannot be executed; NULL: it can */
	bool fails;           /* though it does what it can: one of the architectures is none */
	bool forgiven;        /* those behind it are run whatever becomes of it */
};

/* Everything that registers handlers when this machine boots. */
struct boot {
	struct confd confd;       /* binfmt.d, by confd_read_boot */
	struct records records;   /* update-binfmts */
	enum look_is elsewhere;   /* a container or another root folder: the machine boots with files not seen here */
	const char *reader;       /* what registers binfmt.d; NULL: nothing is known to */
	enum look_is reads_lines; /* whether anything does */
	bool loads;               /* it does by our own `load`, which refuses some lines */
	bool own_rules;           /* or by others than systemd's: what becomes of a line is not known */
	bool forces;              /* with --force */
	bool else_too;            /* and whether something registers each line as it stands is not known */
	enum look_is mounts;      /* systemd mounts binfmt_misc; never no */
	enum look_is flushes; /* a restart of systemd-binfmt would now remove all that binfmt.d does not bring back */
	enum look_is reads_records; /* binfmt-support is installed, and started */
	bool unread;                /* our own unit is enabled and could not be read whole, or nothing at all could */
	bool unit_unread;           /* it is that unit: its file, or a drop-in that is not understood */
	char unit[BOOT_UNIT_MAX];   /* its text (man/examples/binfmtctl.service); empty where it is not enabled */
	char unit_link[BOOTUNIT_PATH_MAX];      /* what enables it */
	struct boot_step steps[BOOT_STEPS_MAX]; /* what it does; set by whoever understands it (own_unit.h) */
	size_t step_count;
	bool after;           /* it is started after systemd-binfmt */
	enum look_is active;  /* it is now */
	enum look_is follows; /* it is started again with systemd-binfmt */
};

/* Our own unit. */
#define BOOT_UNIT_NAME "binfmtctl.service"

/* Reads all of it, but understands no unit. -1 and *err: no memory; then it holds nothing, and says that it is unread.
 */
int boot_read(struct boot *boot, struct err *err);

/* The same as if the own files of these entries were gone (confd_read_boot). */
int boot_read_without(struct boot *boot, const char *const *gone, struct err *err);
void boot_free(struct boot *boot);

#endif
