/* SPDX-License-Identifier: MIT */
#ifndef BINFMT_H
#define BINFMT_H

#include "entry.h"

struct binfmt;
struct err;

/* One entry with the text that it points into. Not to be copied. */
struct binfmt_text {
	struct entry entry;
	char text[ENTRY_TEXT_MAX + 1];
};

/* What an entry is, by the first line of its file. */
enum binfmt_state {
	BINFMT_ABSENT,
	BINFMT_DISABLED,
	BINFMT_ENABLED,
};

/* The global switch: 1 on, 0 off, -1 error. */
int binfmt_enabled(const struct binfmt *b, struct err *err);

/*
 * Opens an entry by its name and reads it: 1 read, 0 there is none (also for names that no entry can
 * have), -1 error. entry.reason is set where its text is not understood. The name is kept by reference.
 */
int binfmt_read(const struct binfmt *b, const char *name, struct binfmt_text *text, struct err *err);

/* The same of what was just written: all but when it was registered, and its inode. */
int binfmt_read_back(const struct binfmt *b, const char *name, struct binfmt_text *text, struct err *err);

/* As binfmt_read for an opened entry file, with its text as the entry's room. 0, or -1 with errno. */
int binfmt_read_opened(int fd, const char *name, char text[static ENTRY_TEXT_MAX + 1], struct entry *entry);

/* An enum binfmt_state, or -1. */
int binfmt_state(const struct binfmt *b, const char *name, struct err *err);

/* Registers a rule under this name: one write(2) of its line. After it the entry still has to be read back. */
int binfmt_register(struct binfmt *b, const struct rule *rule, const char *name, struct err *err);

/* Writes "0", "1" or "-1" to an entry, or to "status". -1 with ERR_MISSING if it is not there. */
int binfmt_command(struct binfmt *b, const char *name, const char *word, struct err *err);

/* The same for one entry, by its inode: ERR_EXISTS where another has its name now. */
int binfmt_command_to(struct binfmt *b, const char *name, ino_t inode, const char *word, struct err *err);

#endif
