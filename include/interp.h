/* SPDX-License-Identifier: MIT */
#ifndef INTERP_H
#define INTERP_H

#include <stdbool.h>
#include <stddef.h>

#include "pattern.h"

struct arch;
struct binfmt_list;
struct entry;

enum { INTERP_PATH_MAX = 1920, INTERP_DIRS_MAX = 16 };

/*
 * Finds an architecture's QEMU: in `dirs` (count of them), then /usr/bin, /usr/local/bin and /bin,
 * in each NAME-static before NAME; with prefer_static all of them are looked at for a static one
 * first. True and the path, or false.
 */
bool interp_find(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
		 char path[static INTERP_PATH_MAX]);

/* Debian's link that makes QEMU before 6.0 or on Linux before 5.12 understand flag P; false if it is not there. */
bool interp_find_binfmt_p(const struct arch *arch, char path[static INTERP_PATH_MAX]);

/* The package that brings an architecture's QEMU, for messages. */
const char *interp_package(void);

enum interp_kind { INTERP_ELF, INTERP_SCRIPT, INTERP_OTHER };

/* What is known of an interpreter's file. */
struct interp {
	bool opened; /* false: it could not be read, only looked at */
	enum interp_kind kind;
	bool dynamic;           /* an ELF file that asks for a loader */
	struct subject subject; /* its path and first bytes, as the kernel would see them */
};

/*
 * Looks at an interpreter. NULL and *interp, or the reason why it cannot be one: not absolute,
 * missing, a directory, not a regular file, not executable, on a noexec mount.
 */
const char *interp_look(const char *path, struct interp *interp);

/* Of a script's first bytes, the path that its #! line names; false if it names none. */
bool interp_of_script(const unsigned char head[static PATTERN_WINDOW], char path[static PATTERN_WINDOW]);

/* As deep as the kernel follows (search_binary_handler). */
enum { RUNNER_DEPTH = 5 };

/* A file on the way to the program that really runs. Not to be copied. */
struct runner {
	char path[INTERP_PATH_MAX];
	struct interp interp;
	const char *reason;        /* why it cannot be looked at; then the rest of interp is empty */
	const struct entry *entry; /* the entry whose interpreter it is, NULL: it is not known to be one's */
};

/* Starts at a path. */
void runner_start(struct runner *at, const char *path);

/*
 * Goes on to what the kernel runs for the file: the interpreter of the first enabled entry of `list`
 * (may be NULL) that takes it, or for a script the one of its #! line. Entries of the name `but`
 * (may be NULL) are passed over. False if nothing else runs it.
 */
bool runner_next(struct runner *at, const struct binfmt_list *list, const char *but);

#endif
