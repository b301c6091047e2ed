/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "keep.h"
#include "mount.h"

enum { PLACES_MAX = 16 };

/* One mount of the instance in a mount namespace. */
struct place {
	char point[PATH_MAX], source[64];
	unsigned long flags; /* MS_ flags of this mount alone */
	bool shared;
	bool odd; /* a part of the instance only, or a slave of another mount: cannot be put back as it was */
};

struct places {
	dev_t instance;
	struct place *list;
	size_t count;
	bool odd; /* one of them, or too many */
};

static const struct {
	const char *word;
	unsigned long flag;
} options[] = {
    {"ro", MS_RDONLY},       {"nosuid", MS_NOSUID},     {"nodev", MS_NODEV},           {"noexec", MS_NOEXEC},
    {"noatime", MS_NOATIME}, {"relatime", MS_RELATIME}, {"nodiratime", MS_NODIRATIME},
};

static unsigned long
flags_of(char *words)
{
	unsigned long flags = 0;
	char *save = NULL;

	for (char *word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save))
		for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
			if (strcmp(word, options[i].word) == 0)
				flags |= options[i].flag;
	return flags;
}

/* The octal escapes of mountinfo (space, tab, newline, backslash), decoded in place. */
static void
unescape(char *s)
{
	char *to = s;

	for (; *s; to++) {
		unsigned byte;

		if (*s == '\\' && sscanf(s + 1, "%3o", &byte) == 1) {
			*to = (char)byte;
			s += 4;
		} else {
			*to = *s++;
		}
	}
	*to = '\0';
}

/* A line of mountinfo: "36 35 98:0 /root /point rw,noatime master:1 - type source ro". False if it is of another file
 * system. */
static bool
parse(char *line, dev_t instance, struct place *place)
{
	char *fields[6], *rest = line, *tail;
	unsigned major, minor;

	for (size_t i = 0; i < 6; i++)
		fields[i] = strsep(&rest, " ");
	if (!rest || sscanf(fields[2], "%u:%u", &major, &minor) != 2 || makedev(major, minor) != instance)
		return false;
	tail = strncmp(rest, "- ", 2) == 0 ? rest : strstr(rest, " - ");
	place->odd = !tail || sscanf(tail, " - %*s %63s", place->source) != 1 || strcmp(fields[3], "/") != 0;
	if (tail)
		*tail = '\0'; /* what is left of it are the words on propagation */
	place->shared = strstr(rest, "shared:");
	place->odd |= strstr(rest, "master:") != NULL;
	snprintf(place->point, sizeof(place->point), "%s", fields[4]);
	unescape(place->point);
	place->flags = flags_of(fields[5]);
	return true;
}

/* All mounts of the instance that a mountinfo file shows; -1 with errno if it cannot be read. */
static int
find_places(const char *path, struct places *places)
{
	FILE *f = fopen(path, "re");
	size_t room = 0;
	char *line = NULL;
	int done;

	places->count = 0;
	places->odd = false;
	if (!f)
		return -1;
	while (getline(&line, &room, f) > 0) {
		if (places->count == PLACES_MAX)
			places->odd = true;
		else if (parse(line, places->instance, &places->list[places->count]))
			places->odd |= places->list[places->count++].odd;
	}
	done = ferror(f) ? -1 : 0;
	free(line);
	fclose(f);
	return done;
}

static bool
mount_back(const struct place *place)
{
	return mount(place->source, place->point, "binfmt_misc", place->flags & ~(unsigned long)MS_RDONLY, NULL) == 0 &&
	       mount(NULL, place->point, NULL, MS_REMOUNT | MS_BIND | place->flags, NULL) == 0 &&
	       mount(NULL, place->point, NULL, place->shared ? MS_SHARED : MS_PRIVATE, NULL) == 0;
}

/* The places from `first` on; -1 and *err for those that cannot be. */
static int
put_back(const struct places *places, size_t first, struct err *err)
{
	int done = 0;

	for (size_t i = first; i < places->count; i++)
		if (!mount_back(&places->list[i]))
			done = err_set(err, ERR_MOUNT, "cannot mount binfmt_misc at %s again as it was: %s",
				       places->list[i].point, strerror(errno));
	return done;
}

/* Whether what is on top at a place is the instance. */
static bool
is_on_top(const struct places *places, size_t i)
{
	struct stat st;

	return lstat(places->list[i].point, &st) == 0 && st.st_dev == places->instance;
}

/* Takes all mounts away, the latest first, and puts them back. -1 and *err if one could not be, then as before. */
static int
take_away(const struct places *places, struct err *err)
{
	for (size_t i = places->count; i-- > 0;) {
		const char *point = places->list[i].point;

		if (is_on_top(places, i) && umount2(point, UMOUNT_NOFOLLOW) == 0)
			continue;
		err_set(err, ERR_UNKNOWN,
			"whether the entries outlive this mount namespace could not be tried: cannot unmount %s: %s",
			point, is_on_top(places, i) ? strerror(errno) : "another mount covers it");
		if (i + 1 < places->count)
			put_back(places, i + 1, err);
		return -1;
	}
	return put_back(places, 0, err);
}

static int
count_entries(const struct binfmt *b, struct err *err)
{
	struct binfmt_list list;
	int count;

	if (binfmt_list(b, &list, err) < 0)
		return -1;
	count = list.count > 0;
	binfmt_list_free(&list);
	return count;
}

/* The look itself: 1 the entries are still there, 0 they are gone, -1 and *err. */
static int
look(struct binfmt *b, const struct places *places, struct err *err)
{
	struct err ignored;

	binfmt_close(b);
	if (take_away(places, err) < 0) {
		binfmt_open(b, b->dir, NULL, &ignored);
		return -1;
	}
	return binfmt_open(b, b->dir, NULL, err) < 0 ? -1 : count_entries(b, err);
}

/* Without a look: 1 somebody else holds the instance, 0 that is not known, -1 and *err: nor can it be tried. */
static int
is_held(struct places *places, bool mounted, size_t before, struct err *err)
{
	static const char untried[] = "whether the entries outlive this mount namespace cannot be tried: ";
	struct stat own, first;

	if (stat("/proc/self/ns/mnt", &own) == 0 && stat("/proc/1/ns/mnt", &first) == 0 && own.st_ino != first.st_ino &&
	    find_places("/proc/1/mountinfo", places) == 0 && places->count > 0)
		return 1;
	if (find_places("/proc/self/mountinfo", places) < 0)
		return err_set(err, ERR_UNKNOWN, "%s/proc/self/mountinfo: %s", untried, strerror(errno));
	if (mounted && places->count == 1 && before > 0)
		return 1; /* the entries that it came with are kept by another mount */
	if (before > 0)
		return err_set(err, ERR_UNKNOWN, "%sentries that were there before could end with it", untried);
	if (places->count == 0 || places->odd)
		return err_set(err, ERR_UNKNOWN, "%sthe mounts here could not be put back as they are", untried);
	return 0;
}

static int
prove(struct binfmt *b, struct places *places, bool mounted, size_t before, struct err *err)
{
	struct stat st;
	int held;

	if (fstat(b->dir_fd, &st) < 0)
		return err_set(err, ERR_UNKNOWN, "cannot look at %s: %s", b->dir, strerror(errno));
	places->instance = st.st_dev;
	held = is_held(places, mounted, before, err);
	if (held == 0)
		held = look(b, places, err);
	if (held != 0)
		return held < 0 ? -1 : 0;
	if (mounted) {
		binfmt_close(b);
		umount2(b->dir, UMOUNT_NOFOLLOW);
	}
	return err_set(err, ERR_NOT_KEPT,
		       "the entries are gone as soon as the mounts of this mount namespace are: nobody else has "
		       "binfmt_misc mounted; mount it on the host, outside this container or mount namespace, then "
		       "register again");
}

int
keep_prove(struct binfmt *b, bool mounted, size_t before, struct err *err)
{
	struct places places = {.list = calloc(PLACES_MAX, sizeof(*places.list))};
	int done = places.list ? prove(b, &places, mounted, before, err) : err_set(err, ERR_MEMORY, "out of memory");

	free(places.list);
	return done;
}
