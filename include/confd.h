/* SPDX-License-Identifier: MIT */
#ifndef CONFD_H
#define CONFD_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "host.h"
#include "rule.h"

struct err;

/* What systemd-binfmt makes of a line, a file or a folder of binfmt.d. */
enum confd_fate {
	CONFD_REGISTERED, /* the rule gets registered */
	CONFD_REFUSED,    /* it, or the kernel, refuses it: systemd-binfmt fails, and goes on */
	CONFD_LOST,       /* the same, and what follows in this file is lost */
	CONFD_IGNORED,    /* it passes it over without a word */
	CONFD_UNREAD,     /* it could not be read here, so that is not known */
};

/* One line that is neither blank nor a comment, or what became of a file or folder as a whole. */
struct confd_line {
	const char *file; /* whole path */
	unsigned number;  /* from 1, as systemd-binfmt counts; 0: the file or folder as a whole */
	enum confd_fate fate;
	const char *name;   /* the entry that is removed for it before anything else; NULL: none */
	struct rule rule;   /* of a registered one */
	const char *reason; /* of any other */
	bool counted;       /* lines that end in a newline only, so that other programs count the same */
	const char *doubt;  /* why it is not known whether it is there at the next boot; NULL: it is. confd_read_boot */
};

/* Everything that is configured, in the order of registration. */
struct confd {
	struct confd_line *lines;
	size_t count, room;
	const struct confd_line **named; /* those with a name, sorted by it and then by order */
	size_t named_count;
	size_t unread;      /* files and folders that could not be read */
	size_t last_unread; /* which of the lines stands for the last of them, from 1 */
	bool unread_folder; /* one of them is a folder */
	size_t folders;     /* so many of the lines, the first, stand for whole folders; the rest is sorted by file */
	size_t bytes;       /* read so far */
	struct arena arena;
};

/* The folders that systemd-binfmt reads: /etc, /run, /usr/local/lib and /usr/lib/binfmt.d; ends with NULL. */
extern const char *const confd_dirs[];

/*
 * Reads configuration as systemd-binfmt 252 does for this kernel: *.conf of the folders (NULL ends them), sorted by
 * file name over all of them, of equal names the first folder's; a link to /dev/null or to nothing masks one. What
 * would make systemd-binfmt wait or read for ever (FIFOs, devices) is not opened. -1 and *err: no memory.
 */
int confd_read(struct confd *confd, const char *const *dirs, struct host_kernel kernel, struct err *err);

/*
 * The same of confd_dirs for the next boot. /run is emptied by then, so files that one of /run hides now are read too,
 * in its place; the lines of both, and of files that are links to what a boot empties, have a doubt. `gone`: entries
 * whose own files, NAME.conf of the first folder, are passed over; NULL ends them, or there are none.
 */
int confd_read_boot(struct confd *confd, const char *const *gone, struct host_kernel kernel, struct err *err);

/*
 * The same for files and folders that are named, one after the other; a file whatever its name is, a FIFO too. Format
 * files of update-binfmts count there (formatfile.h), in folders by any sound name.
 */
int confd_read_named(struct confd *confd, const char *const *paths, size_t count, struct host_kernel kernel,
		     struct err *err);
void confd_free(struct confd *confd);

/* The last line that names this entry, which decides what becomes of it; NULL: none does. */
const struct confd_line *confd_find(const struct confd *confd, const char *name);

/* Whether this is the line that confd_find finds for its own name. */
bool confd_decides(const struct confd *confd, const struct confd_line *line);

/*
 * What a file of this name in the first folder of all hides, as of equal names one is read only: a line that registers
 * another entry than this one, or a file that could not be read. NULL: nothing.
 */
const struct confd_line *confd_hidden(const struct confd *confd, const char *file, const char *entry);

/* The line that decides what becomes of an entry, if it comes later than a file of this name; or NULL. */
const struct confd_line *confd_later(const struct confd *confd, const char *file, const char *entry);

/* Whether nothing that could not be read may have a line behind it, which would decide in its place. */
bool confd_is_settled(const struct confd *confd, const struct confd_line *line);

/*
 * Whether the kernel opens the interpreter that flag F wants opened with the rule, or needs none; if not, or unknown,
 * why. What registers rules at boot runs in the root folder, where a relative path begins.
 */
struct look confd_opens(const struct rule *rule, const char **reason);

/*
 * Whether a line registers its rule; if not, the line's reason, or with flag F what is wrong with its interpreter now;
 * or why that cannot be told.
 */
struct look confd_registers(const struct confd_line *line, const char **reason);

#endif
