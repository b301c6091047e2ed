/* SPDX-License-Identifier: MIT */
/* A random tree of files, programs and half programs, that name each other as interpreters and loaders. */
#ifndef WORLD_H
#define WORLD_H

#include <stddef.h>

enum { WORLD_FILES = 48, WORLD_DIR_MAX = 128, WORLD_PATH_MAX = 400 };

struct world_file {
	char path[WORLD_DIR_MAX + 64]; /* absolute */
	char kind[48];
};

extern struct world_file world_files[WORLD_FILES];
extern char world_dir[WORLD_DIR_MAX];

/* Makes a folder with mounts of its own (noexec, nosuid) below the scratch folder, or empties it, and fills it. */
void world_make(void);

/* A file's path, in one of the many ways to write it; mostly of one made before the i-th, so that chains end. */
void world_name(size_t i, char path[static WORLD_PATH_MAX]);

/* The path of a file whose kind starts so; any if none is found. */
void world_kind(const char *kind, char path[static WORLD_PATH_MAX]);

#endif
