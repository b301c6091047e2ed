/* SPDX-License-Identifier: MIT */
#ifndef NEEDS_H
#define NEEDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arch;
struct err;

/* What became of the search for a program's loader (PT_INTERP). */
enum needs_loader {
	LOADER_NONE, /* static, or no ELF program */
	LOADER_FOUND,
	LOADER_MISSING,
	LOADER_OTHER,  /* there, but not an ELF file of the program's class, byte order and machine */
	LOADER_UNSEEN, /* it could not be looked at */
};

/* What a program needs itself, once its handler has started. */
struct needs {
	const struct arch *arch; /* as it was given */
	bool own_root;           /* looked for in the caller's root */
	bool unread;             /* some of it could not be read */
	bool elf; /* a whole header of an executable or a shared object; else only size and ids are told */

	enum needs_loader loader;
	char loader_path[256];          /* as the program names it; "" unless there is one */
	const char *prefix;             /* where QEMU finds it: "/etc/qemu-binfmt/" and ARCH, or "": in / */
	const struct arch *loader_arch; /* of LOADER_OTHER; NULL: no program of a known architecture */
	char cross[64];                 /* a folder of cross libraries that has the loader; "": there is none */

	bool set_uid, set_gid, capabilities; /* as the kernel would take them, were the file native */
	bool nosuid;                         /* its mount ignores them */
	bool no_new_privs;                   /* the caller may not gain any */

	uint64_t size, end; /* bytes in the file, and bytes that its headers and segments ask for */
	uint64_t align;     /* the smallest p_align of its segments, 0 if there is none */
	uint64_t page;      /* of this host, in bytes */
};

/*
 * Looks at an opened program. root: AT_FDCWD for the caller's own, else a folder in which the loader is looked for
 * as after chroot (openat2, Linux 5.6; before it the loader is LOADER_UNSEEN). arch: the program's row, or NULL.
 * Where QEMU looks: in $QEMU_LD_PREFIX, which is not read here, or else the prefix that it was built with, then in /.
 */
void needs_look(int fd, int root, const struct arch *arch, struct needs *needs);

/* How the program is started. */
struct needs_handler {
	const char *file; /* the program's path, as the user named it */
	unsigned flags;   /* of the entry: RULE_C */
	bool qemu;        /* the interpreter is QEMU's user emulator; of others the loader is not judged */
};

enum { NEEDS_FINDINGS_MAX = 5 };

/*
 * What is in the way, as texts with a fix where one command helps; ERR_UNKNOWN where it could not be seen.
 * Returns how many of the findings were filled.
 */
size_t needs_findings(const struct needs *needs, const struct needs_handler *handler,
		      struct err findings[static NEEDS_FINDINGS_MAX]);

#endif
