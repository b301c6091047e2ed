/* SPDX-License-Identifier: MIT */
/*
 * Random rules as a user might ask for them, before any of our code has seen them: sound ones that
 * lean on every limit, and the same with one thing wrong. And a register line for each, by a
 * formatter of its own. The random generator is that of random.h.
 */
#ifndef DRAFT_H
#define DRAFT_H

#include "harness.h"

enum { DRAFT_PATH_MAX = 2200, DRAFT_LINE_MAX = 8192, DRAFT_BYTES_MAX = 300 };

struct draft {
	char type; /* M E B */
	char name[300], extension[400], interpreter[DRAFT_PATH_MAX], flags[16];
	unsigned offset;
	bool has_mask;
	size_t magic_len, mask_len;
	unsigned char magic[DRAFT_BYTES_MAX], mask[DRAFT_BYTES_MAX];
};

/* Files that rules name as interpreters. */
extern struct draft_files {
	char elf[512], odd[512], script[512], foreign[512], open[512], loop[512], script_of_loop[512];
	char directory[512], closed[512], noexec[512], through[512];
	const struct arch *foreign_arch;
	unsigned char own[256], sh[256]; /* first bytes of this program and of /bin/sh */
} draft_files;

/* Makes the files. */
void draft_files_begin(void);

/* A rule that nothing is wrong with (but for what chance brings). */
void draft_sound(struct draft *d);

/* Its parts: another one, sound. */
void draft_extension(struct draft *d);
void draft_magic(struct draft *d);
void draft_interpreter(struct draft *d, const char *path);

/* Slashes in front make a path as long as wanted, and name the same file. */
void draft_pad(struct draft *d, size_t len);

/* What a name may hold: a byte that readers of lines, escapes and delimiters stumble over, or any. */
char draft_byte(void);

/* So many of them, none of them `except`. */
void draft_text(char *text, size_t len, char except);

/* The shortest register line with any delimiter that will do; 0 if none will. Not cut at the kernel's limit. */
size_t draft_line(const struct draft *d, char line[static DRAFT_LINE_MAX]);

#endif
