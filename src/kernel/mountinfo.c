/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>

#include "mountinfo.h"
#include "number.h"

enum { MOUNTS_MAX = 16 };

static const struct {
	const char *word;
	unsigned long flag;
} options[] = {
    {"rw", 0},
    {"ro", MS_RDONLY},
    {"nosuid", MS_NOSUID},
    {"nodev", MS_NODEV},
    {"noexec", MS_NOEXEC},
    {"noatime", MS_NOATIME},
    {"relatime", MS_RELATIME},
    {"nodiratime", MS_NODIRATIME},
};

/* False: there is no such option that could be set again. */
static bool
add_flag(const char *word, unsigned long *flags)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(word, options[i].word) == 0) {
			*flags |= options[i].flag;
			return true;
		}
	return false;
}

/* False: not all options could be set again. */
static bool
read_flags(char *words, unsigned long *flags)
{
	char *save = NULL;
	bool all = true;

	*flags = 0;
	for (char *word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save))
		all &= add_flag(word, flags);
	return all;
}

/* The octal escapes of mountinfo (space, tab, newline, backslash), decoded in place. */
static void
unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		if (*s == '\\' && strspn(s + 1, "01234567") >= 3) {
			*to = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* Whether a device is written so: "98:0". */
static bool
is_device(const char *text, dev_t device)
{
	uint64_t major, minor;

	return number_read(&text, 10, &major) && *text++ == ':' && number_read(&text, 10, &minor) &&
	       major == major(device) && minor == minor(device);
}

/* 0: there is none. */
static uint64_t
number_in(const char *text)
{
	uint64_t number;

	return number_read(&text, 10, &number) ? number : 0;
}

/* Takes the source from what follows the words on propagation: " - type source ro". False: there is none. */
static bool
read_source(const char *at, struct mountinfo_mount *place)
{
	size_t len;

	at += strspn(at, " -");
	at += strcspn(at, " "); /* the type */
	at += strspn(at, " ");
	len = strcspn(at, " \n");
	snprintf(place->source, sizeof(place->source), "%.*s", (int)len, at);
	unescape(place->source);
	return len > 0;
}

/* A line of mountinfo: "36 35 98:0 /root /point rw,noatime master:1 - type source ro". False if it is of another file
 * system. */
static bool
parse(char *line, dev_t instance, struct mountinfo_mount *place)
{
	char *fields[6], *rest = line, *tail;

	for (size_t i = 0; i < 6; i++)
		fields[i] = strsep(&rest, " ");
	if (!rest || !is_device(fields[2], instance))
		return false;
	tail = strncmp(rest, "- ", 2) == 0 ? rest : strstr(rest, " - ");
	place->odd = !tail || !read_source(tail, place) || strcmp(fields[3], "/") != 0;
	if (tail)
		*tail = '\0'; /* what is left of it are the words on propagation */
	tail = strstr(rest, "shared:");
	place->peers = tail ? number_in(tail + strlen("shared:")) : 0;
	place->odd |= strstr(rest, "master:") || strstr(rest, "unbindable");
	place->odd |= !read_flags(fields[5], &place->flags);
	place->number = number_in(fields[0]);
	place->parent = number_in(fields[1]);
	place->odd |= !place->parent;
	place->spreads = true; /* until the parent is seen */
	snprintf(place->point, sizeof(place->point), "%s", fields[4]);
	unescape(place->point);
	return true;
}

/* Takes from the line of a mount what it says of those that are mounted on it. */
static void
parse_parent(const char *line, struct mountinfo *mounts)
{
	const char *tail = strstr(line, " - "), *shared = strstr(line, " shared:");
	uint64_t number;

	if (!tail || !number_read(&line, 10, &number))
		return;
	for (size_t i = 0; i < mounts->count; i++)
		if (mounts->list[i].parent == number)
			mounts->list[i].spreads = shared && shared < tail;
}

/* Whether it came with another one: where a folder and a part of it are mounts of one group (/proc and /proc/sys in
 * systemd-nspawn), what is mounted in one is mounted in the other. One that lies on the other did not. */
static bool
came_along(const struct mountinfo *mounts, const struct mountinfo_mount *place)
{
	for (size_t i = 0; i < mounts->count; i++) {
		const struct mountinfo_mount *other = &mounts->list[i];

		if (place->peers && place->peers == other->peers && place->parent != other->parent &&
		    place->parent != other->number && other->parent != place->number &&
		    strcmp(place->point, other->point) == 0)
			return true;
	}
	return false;
}

/* Adds the mount that stands behind the list. */
static void
add(struct mountinfo *mounts)
{
	const struct mountinfo_mount *place = &mounts->list[mounts->count];

	if (came_along(mounts, place))
		return;
	mounts->odd |= place->odd;
	mounts->count++;
}

static int
read_places(FILE *f, struct mountinfo *mounts)
{
	size_t room = 0;
	char *line = NULL;

	while (getline(&line, &room, f) > 0) {
		if (mounts->count == MOUNTS_MAX)
			mounts->odd = true;
		else if (parse(line, mounts->instance, &mounts->list[mounts->count]))
			add(mounts);
	}
	free(line);
	return ferror(f) ? -1 : 0;
}

static int
read_parents(FILE *f, struct mountinfo *mounts)
{
	size_t room = 0;
	char *line = NULL;

	rewind(f);
	while (getline(&line, &room, f) > 0)
		parse_parent(line, mounts);
	for (size_t i = 0; i < mounts->count; i++)
		mounts->spreads |= mounts->list[i].spreads;
	free(line);
	return ferror(f) ? -1 : 0;
}

int
mountinfo_read(const char *path, struct mountinfo *mounts)
{
	FILE *f = fopen(path, "re");
	int done;

	mounts->count = 0;
	mounts->odd = mounts->spreads = false;
	if (!mounts->list)
		mounts->list = calloc(MOUNTS_MAX, sizeof(*mounts->list));
	done = f && mounts->list ? read_places(f, mounts) : -1;
	if (done == 0 && mounts->count > 0)
		done = read_parents(f, mounts);
	if (f)
		fclose(f);
	return done;
}

void
mountinfo_free(struct mountinfo *mounts)
{
	free(mounts->list);
	mounts->list = NULL;
}

struct look
mountinfo_shows(dev_t instance)
{
	struct mountinfo mounts = {.instance = instance};
	struct look shown = look_unknown();

	if (mountinfo_read("/proc/self/mountinfo", &mounts) == 0)
		shown = look_seen(mounts.count > 0);
	mountinfo_free(&mounts);
	return shown;
}
