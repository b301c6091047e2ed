/* SPDX-License-Identifier: MIT */
#ifndef INTERP_H
#define INTERP_H

#include <stdbool.h>
#include <stddef.h>

#include "look.h"
#include "pattern.h"

struct arch;
struct opened;

enum { INTERP_PATH_MAX = 1920, INTERP_DIRS_MAX = 16 };

/*
 * Finds an architecture's QEMU: in `dirs` (count of them), then /usr/bin, /usr/local/bin and /bin,
 * in each NAME-static before NAME; with prefer_static all of them are looked at for a static one
 * first. Where NAME-static is a link to NAME beside it, that is NAME. Yes and the path; unknown if
 * none was found and one could not be looked at.
 */
struct look interp_find(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
			char path[static INTERP_PATH_MAX]);

/* The same, and the file, open unless this user may not read it; to be closed (opened.h). Otherwise it is closed. */
struct look interp_find_open(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
			     char path[static INTERP_PATH_MAX], struct opened *file);

/* The same for Debian's link that makes QEMU before 6.0 or on Linux before 5.12 understand flag P. */
struct look interp_find_binfmt_p(const struct arch *arch, char path[static INTERP_PATH_MAX]);

/* The package that brings an architecture's QEMU, for messages. */
const char *interp_package(void);

enum interp_kind { INTERP_ELF, INTERP_SCRIPT, INTERP_OTHER };

/* What is known of an interpreter's file. */
struct interp {
	bool opened; /* false: it could not be read, only looked at */
	enum interp_kind kind;
	struct look dynamic;    /* an ELF file that asks for a loader */
	struct subject subject; /* its path and first bytes, as the kernel would see them */
};

/*
 * Looks at an interpreter: yes and *interp, or the reason (which may be NULL) why it cannot be one: not absolute,
 * missing, a directory, not a regular file, not executable, on a noexec mount; or why that cannot be told.
 */
struct look interp_look(const char *path, struct interp *interp, const char **reason);

#endif
