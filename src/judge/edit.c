/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "edit.h"
#include "err.h"
#include "mounted.h"
#include "opened.h"
#include "walk.h"

enum { CHUNK = 4096, WHOLE_MAX = 16 << 20 /* bytes; a longer text is hardly a script */ };

/* A program may be packed behind the lines of a script. */
static bool
is_text(const struct opened *file)
{
	char chunk[CHUNK];
	uint64_t size = (uint64_t)file->st.st_size;

	if (!opened_readable(file) || size > WHOLE_MAX)
		return false;
	for (uint64_t at = 0; at < size; at += CHUNK) {
		size_t len = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		if (opened_read(file, chunk, len, at) != 0 || memchr(chunk, '\0', len))
			return false;
	}
	return true;
}

bool
edit_word(const char *path, bool whole, char word[static PASTE_MAX])
{
	char real[PATH_MAX];
	struct opened file;
	bool fits = opened_open(-1, path, true, &file) == 0 && (!whole || is_text(&file)) &&
		    (!file.link || realpath(path, real)) && mounted_without(path, ST_RDONLY) &&
		    paste_file(file.link ? real : path, false, word);

	opened_close(&file);
	return fits;
}

bool
edit_chmod(const struct walk_where *where, const char *path, struct err *why)
{
	struct walk_where executable = *where;
	static struct walk walk; /* 12 KB */
	char word[PASTE_MAX];

	executable.any_mode = true;
	walk_file(&executable, path, &walk);
	if (walk.otherwise != WALK_RUNS || walk.st.st_mode & 0111 || !mounted_without(path, ST_RDONLY | ST_NOEXEC) ||
	    !paste_file(path, false, word))
		return false;
	err_fix(why, "chmod +x %s", word);
	return true;
}
