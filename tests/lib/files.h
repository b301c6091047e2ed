/* SPDX-License-Identifier: MIT */
/* Files: whole ones in one call, and a scratch folder for what a test makes. Each fails the test where it cannot. */
#ifndef FILES_H
#define FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The whole text of a file, NUL-terminated, in a static buffer; NULL if it cannot be read. */
const char *slurp(const char *path);

/* The first bytes of a program, 52 at least; the rest of head stays. */
void read_head(const char *path, unsigned char head[static 256]);

/* A text into a file with this mode, made anew (also where it is being executed). */
void spill(const char *path, const void *bytes, size_t len, mode_t mode);
void copy_file(const char *from, const char *to, mode_t mode);

/* A text into a file that is there, with one write(2). False if that fails. */
bool overwrite(const char *path, const char *text);

ino_t inode_of(const char *path);

/* Open descriptors of this process. */
size_t open_descriptors(void);

/*
 * A fresh folder for this test program's files, removed at its exit; its absolute path. In the namespace it is
 * one that only root can reach into, else below build/.
 */
const char *scratch(void);

/* The path of a file in it, on the heap; the same of a file made with this text, a copy (0755), a folder (0755). */
char *scratch_file(const char *name);
char *scratch_text(const char *name, const char *text, mode_t mode);
char *scratch_copy(const char *from, const char *name);
char *scratch_folder(const char *name);

#endif
