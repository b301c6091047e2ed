/* SPDX-License-Identifier: MIT */
#ifndef OPENED_H
#define OPENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "look.h"
#include "pattern.h"

enum { OPENED_REASON_MAX = 128, OPENED_FIRST = 1024 /* the headers of nearly all programs are in it */ };

/* A file as the kernel has it after it opened it to execute it. */
struct opened {
	int fd; /* to read it; -1: this user may not, or the bytes are given */
	struct stat st;
	bool link;                  /* the path is a link to it */
	const unsigned char *bytes; /* of a program that is no file yet; then st is zero but for st_size */
	bool executable;            /* for this process */
	bool noexec;                /* its mount, and so it is not */
	bool no_openat2;            /* so a path below another root cannot be looked up */
	const char *reason;         /* why it was not opened */
	size_t first_len;
	unsigned char first[OPENED_FIRST]; /* its first bytes, read once; 0 of them: they could not be */
};

/*
 * Opens a file by the rules of open_exec (fs/exec.c): regular, reachable and executable for this
 * process (effective ids and capabilities), not on a noexec mount, from Linux 6.14 on also not open
 * for writing. Nothing but a regular file is opened, and nothing is run. `root` is -1, or a folder in which the
 * path is looked up as after chroot. held: what counts is that it is there, as for an entry with flag F that holds it.
 * 0; the errno that exec gives; -1 if that cannot be told here. reason is set unless 0.
 */
int opened_open(int root, const char *path, bool held, struct opened *file);

/*
 * What opened_open with `held` did not ask, of a file that can be read: whether exec may have it. Returns the same.
 * Without `ask` not what only the kernel sees (a writer, a security module): it opens the file next, and says so.
 */
int opened_check(struct opened *file, const char *path, bool ask);

/* A program that is in memory. */
void opened_bytes(struct opened *file, const unsigned char *bytes, size_t size);

void opened_close(struct opened *file);

/* Whether its bytes can be read here. */
bool opened_readable(const struct opened *file);

/* The first bytes, zero-padded, as many as this kernel looks at. False on a read error. */
bool opened_head(const struct opened *file, unsigned char head[static PATTERN_WINDOW]);

/* Whether a text, of less than 100 bytes, is anywhere in a file of up to 32 MB. */
struct look opened_contains(const struct opened *file, const char *text);

/*
 * Exactly so many bytes, as elf_read of fs/binfmt_elf.c: 0, the errno of exec (EIO: the file ends before that), or -1:
 * they cannot be read here.
 */
int opened_read(const struct opened *file, void *buffer, size_t size, uint64_t at);

#endif
