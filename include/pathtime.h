/* SPDX-License-Identifier: MIT */
#ifndef PATHTIME_H
#define PATHTIME_H

#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

/*
 * What times of change say of the way to a file in our own root folder: since when its path may name another one, for
 * an entry with flag F that holds what it named once. They are a guess: a mount over a folder leaves no trace in them,
 * and a folder that was renamed none once something has changed in it.
 */
struct pathtime {
	const char *of; /* a path, kept by reference; NULL: of none */
	dev_t dev;      /* the file */
	ino_t ino;
	const char *unknown;    /* why they say nothing; NULL: they do */
	struct timespec file;   /* the file's own last change */
	struct timespec link;   /* the last change of a link on the way */
	struct timespec folder; /* of a folder itself: its name, mode, owner */
	struct timespec inside; /* of what is in a folder, too */
	bool mounted;           /* something is mounted on the way, the root folder aside */
};

/* Looks at the way to a file, of which `file` is what stat(2) says; not again where *times is of it. Begins as zeroes.
 */
void pathtime_look(const char *path, const struct stat *file, struct pathtime *times);

bool pathtime_later(const struct timespec *a, const struct timespec *b);

/*
 * Why the path may have named another file then than it does now; or NULL. Clocks tick slowly: what is of the very time
 * of an entry is taken for older, as a script makes a link and registers it at once.
 */
const char *pathtime_doubt(const struct pathtime *times, const struct timespec *then);

/* Whether nothing at all has changed on the way since before that, but for what may have been mounted. */
bool pathtime_is_firm(const struct pathtime *times, const struct timespec *then);

#endif
