/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "installed.h"
#include "opened.h"
#include "pattern.h"

static const char script_start[] = {'#', '!'};

/* The bytes that all ordinary programs of this machine have alike: 8 to 15 are zero, those of an AppImage are not. */
static const unsigned char ordinary_mask[20] = {
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff,
};

/* All that were found, read once for the process. */
static struct found {
	struct look whole; /* LOOK_YES: all could be looked at; unknown until then */
	struct subject *files;
	size_t count, room;
} found;

static bool
may_take_native(const struct pattern *pattern)
{
	unsigned char head[sizeof(ordinary_mask)];
	const struct pattern ordinary = {
	    .type = PATTERN_MAGIC, .size = sizeof(head), .magic = head, .mask = ordinary_mask};

	memcpy(head, host_own()->head, sizeof(head));
	memset(head + EI_ABIVERSION, 0, EI_NIDENT - EI_ABIVERSION);
	return pattern_overlap(pattern, &ordinary);
}

/* A script is text, and zero after its end. */
static bool
may_take_script(const struct pattern *pattern)
{
	const struct pattern script = {
	    .type = PATTERN_MAGIC, .size = sizeof(script_start), .magic = (const unsigned char *)script_start};

	for (size_t i = 0; i < pattern->size; i++)
		if (pattern->magic[i] && pattern->magic[i] < '\t' && pattern_mask(pattern, i) == 0xff)
			return false;
	return pattern_overlap(pattern, &script);
}

/* Whether this machine runs a file itself: what a rule could take from it. */
static bool
is_ours(const unsigned char *head)
{
	const unsigned char *own = host_own()->head;

	return memcmp(head, script_start, sizeof(script_start)) == 0 ||
	       (memcmp(head, own, EI_DATA + 1) == 0 && memcmp(head + 18, own + 18, 2) == 0);
}

/* Room for one more file; NULL: no memory. */
static struct subject *
next_free(void)
{
	size_t room = found.room ? 2 * found.room : 1024;
	struct subject *more;

	if (found.count < found.room)
		return &found.files[found.count];
	more = realloc(found.files, room * sizeof(*more));
	if (!more)
		return NULL;
	found.files = more;
	found.room = room;
	return &more[found.count];
}

/* Looks at one file, and keeps it if it is a program or script of this machine. False: that could not be. */
static bool
look_at(const char *path)
{
	struct subject *next = next_free();
	struct opened file;
	int error = next ? opened_open(-1, path, true, &file) : -1;
	bool read = true;

	if (error)
		return error > 0;
	if (opened_readable(&file) && file.st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) {
		read = opened_head(&file, next->head);
		next->path = read && is_ours(next->head) ? strdup(path) : NULL;
		found.count += next->path != NULL;
		read = read && (next->path || !is_ours(next->head));
	}
	opened_close(&file);
	return read;
}

/* Links lead to files of the same folders, or to what is not looked at. */
static bool
look_into(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	char path[PATH_MAX];
	const struct dirent *entry;
	bool whole = true;

	if (fd < 0 || !dir)
		return fd < 0 && look_absent(errno);
	while ((errno = 0, entry = readdir(dir)) != NULL) {
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN)
			whole = look_at(path) && whole;
	}
	whole = whole && errno == 0;
	closedir(dir);
	return whole;
}

static void
look_once(void)
{
	static const char *const folders[] = {"/usr/bin", "/bin", "/usr/sbin", "/sbin"};
	bool whole = true;

	if (found.whole.is != LOOK_UNKNOWN)
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		whole = look_into(folders[i]) && whole;
	found.whole = look_seen(whole);
}

struct look
installed_takes(const struct pattern *pattern, const char **path)
{
	*path = NULL;
	if (pattern->type != PATTERN_MAGIC || (!may_take_native(pattern) && !may_take_script(pattern)))
		return look_seen(false);
	look_once();
	for (size_t i = 0; i < found.count; i++)
		if (pattern_takes(pattern, &found.files[i])) {
			*path = found.files[i].path;
			return look_seen(true);
		}
	return found.whole.is == LOOK_YES ? look_seen(false) : look_unknown();
}
