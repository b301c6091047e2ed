/* SPDX-License-Identifier: MIT */
/* All entries of a mount at one moment (see binfmt_list.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "binfmt.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "buckets.h"
#include "err.h"
#include "host_kernel.h"
#include "limit.h"
#include "tempname.h"

enum {
	TRIES_ALONE = 20,
	PATIENCE = 5,            /* seconds under a storm of changes before giving up, however slow we are */
	FIRST_ROOM = 512 * 1024, /* for the names; a page that none needs is never touched */
};

/* What getdents64(2) fills in. */
struct dirent64_raw {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

/*
 * Reads the directory with one getdents call: the kernel holds the directory's lock for a call, so
 * only then are the names of one moment. *room is doubled until a second call finds nothing more.
 */
static ssize_t
read_names(int fd, struct arena *arena, size_t *room, char **names)
{
	char rest[1024];
	long n, more;

	for (;; *room *= 2) {
		arena_free(arena);
		*names = arena_take(arena, *room, alignof(struct dirent64_raw));
		if (!*names || lseek(fd, 0, SEEK_SET) < 0)
			return -1;
		n = syscall(SYS_getdents64, fd, *names, *room);
		more = n < 0 ? n : syscall(SYS_getdents64, fd, rest, sizeof(rest));
		if (more <= 0)
			return more < 0 ? -1 : n;
	}
}

static const struct dirent64_raw *
dirent_at(const char *names, ssize_t at)
{
	return (const struct dirent64_raw *)(const void *)(names + at);
}

static int
name_one(const struct dirent64_raw *d, struct entry *entry)
{
	*entry = (struct entry){.rule = {.name = d->name, .interpreter = "", .pattern.type = PATTERN_UNKNOWN},
				.reason = "only its name was asked for",
				.more = ""};
	return 1;
}

/* Reads and parses the entry that was listed; 0 if it went away or was replaced meanwhile, -1 on an error. */
static int
read_one(const struct binfmt *b, const struct dirent64_raw *d, struct arena *memory, struct entry *entry)
{
	int done, fd = openat(b->dir_fd, d->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[ENTRY_TEXT_MAX + 1];

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	done = binfmt_read_opened(fd, d->name, text, entry);
	close(fd);
	if (done < 0 || entry_keep(entry, memory) < 0)
		return -1;
	return entry->inode == d->ino;
}

/* 1: every listed inode was read; otherwise as read_one. */
static int
read_all(const struct binfmt *b, struct binfmt_list *list, const char *names, ssize_t names_len)
{
	struct entry *entry;
	int done = 1;

	list->count = 0;
	for (ssize_t at = 0; done > 0 && at < names_len; at += dirent_at(names, at)->len) {
		const struct dirent64_raw *d = dirent_at(names, at);

		if (limit_reserved(d->name))
			continue;
		entry = &list->entries[list->count++];
		done = list->names_only ? name_one(d, entry) : read_one(b, d, &list->memory, entry);
	}
	return done;
}

static size_t
count_names(const char *names, ssize_t len)
{
	size_t n = 0;

	for (ssize_t at = 0; at < len; at += dirent_at(names, at)->len)
		n++;
	return n;
}

static struct entry *
take_entries(struct binfmt_list *list, size_t count)
{
	return arena_take(&list->memory, (count + 1) * sizeof(struct entry), alignof(struct entry));
}

static int
list_once(const struct binfmt *b, struct binfmt_list *list, size_t *room)
{
	char *names;
	ssize_t len = read_names(b->dir_fd, &list->memory, room, &names);

	if (len < 0)
		return -1;
	list->entries = take_entries(list, count_names(names, len));
	return list->entries ? read_all(b, list, names, len) : -1;
}

static bool
has_temporaries(const struct binfmt_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (tempname_is(list->entries[i].rule.name))
			return true;
	return false;
}

/* Lists until nothing has changed meanwhile, at least `tries` times and so many seconds: as list_once. */
static int
list_settled(const struct binfmt *b, struct binfmt_list *list, size_t *room, int tries, time_t seconds)
{
	struct timespec now, start;
	int done = list_once(b, list, room);

	if (done == 0)
		clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 1; done == 0; i++) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (i >= tries && now.tv_sec - start.tv_sec >= seconds)
			break;
		done = list_once(b, list, room);
	}
	return done;
}

/*
 * Without the lock first: readers must not keep writers waiting. It is asked for where the entries
 * do not settle, or to tell a change under way from one that was killed.
 */
static int
list_all(const struct binfmt *b, struct binfmt_list *list)
{
	size_t room = FIRST_ROOM;
	int done, lock;

	list->locked = b->register_fd >= 0;
	done = list_settled(b, list, &room, TRIES_ALONE, 0);
	if (done < 0 || (done > 0 && (list->locked || !has_temporaries(list))))
		return done;
	lock = list->locked || b->planned ? -1 : binfmt_share_lock(b);
	list->locked |= lock >= 0;
	done = list_settled(b, list, &room, TRIES_ALONE, PATIENCE);
	if (lock >= 0)
		close(lock);
	return done;
}

static int
list_mount(const struct binfmt *b, bool names_only, struct binfmt_list *list, struct err *err)
{
	int done, error;

	*list = (struct binfmt_list){
	    .names_only = names_only,
	    .order_hidden = host_kernel_since(host_kernel(), 7, 3),
	};
	if (b->dir_fd < 0)
		return 0;
	done = list_all(b, list);
	error = errno;
	if (done > 0)
		return 0;
	binfmt_list_free(list);
	if (done == 0)
		return err_set(err, ERR_BUSY, "the entries of %s change faster than they can be read", b->dir);
	return err_set(err, ERR_READ, "cannot list %s: %s", b->dir, strerror(error));
}

int
binfmt_list(const struct binfmt *b, struct binfmt_list *list, struct err *err)
{
	return list_mount(b, false, list, err);
}

int
binfmt_list_names(const struct binfmt *b, struct binfmt_list *list, struct err *err)
{
	return list_mount(b, true, list, err);
}

void
binfmt_list_free(struct binfmt_list *list)
{
	buckets_free(list->buckets);
	arena_free(&list->memory);
	*list = (struct binfmt_list){0};
}

int
binfmt_list_expect(struct binfmt_list *list, const struct rule *const *rules, size_t count)
{
	struct entry *more = take_entries(list, list->count + count);

	if (!more)
		return -1;
	for (size_t i = 0; i < count; i++)
		more[count - 1 - i] = (struct entry){.rule = *rules[i], .more = "", .absent = true};
	if (list->count)
		memcpy(more + count, list->entries, list->count * sizeof(*more));
	list->entries = more;
	list->count += count;
	binfmt_list_sort(list);
	return 0;
}

void
binfmt_list_arrive(struct binfmt_list *list, size_t number, bool enabled)
{
	struct entry *arrived = &list->entries[number];
	struct way way;

	buckets_named(list->buckets, list->count, arrived->rule.name, &way);
	for (size_t i; (i = way_next(&way)) < list->count;) {
		struct entry *e = &list->entries[i];

		if (!tempname_matches(e->rule.name, arrived->rule.name))
			continue;
		e->absent = e != arrived;
		e->enabled = e == arrived && enabled;
	}
}

void
binfmt_list_sort(struct binfmt_list *list)
{
	size_t i = 0;

	buckets_free(list->buckets);
	list->buckets = buckets_make(list->entries, list->count);
	list->plain = !has_temporaries(list);
	while (i < list->count && list->entries[i].rule.pattern.type <= PATTERN_EXTENSION)
		i++;
	list->clear = i;
}

/* The next entry on a way that has this name or stands for it; count: there is none. */
static size_t
next_named(const struct binfmt_list *list, const char *name, struct way *way)
{
	size_t i = way_next(way);

	while (i < list->count && (list->entries[i].absent || !tempname_matches(list->entries[i].rule.name, name)))
		i = way_next(way);
	return i;
}

/* A rule of the list itself: its own number, else count. */
static size_t
number_of(const struct binfmt_list *list, const struct rule *rule)
{
	size_t at = (uintptr_t)rule - (uintptr_t)list->entries;

	return at < list->count * sizeof(*list->entries) ? at / sizeof(*list->entries) : list->count;
}

size_t
binfmt_list_place(const struct binfmt_list *list, const struct rule *rule)
{
	size_t i = list->plain ? number_of(list, rule) : list->count;
	struct way way;

	if (i < list->count)
		return i;
	buckets_named(list->buckets, list->count, rule->name, &way);
	return next_named(list, rule->name, &way);
}

const struct entry *
binfmt_list_next_taker(const struct binfmt_list *list, const struct subject *subject, const struct entry *last)
{
	struct way way;

	buckets_takers(list->buckets, list->count, subject, &way);
	for (size_t i; (i = way_next(&way)) < list->count;) {
		const struct entry *e = &list->entries[i];

		if ((!last || e > last) && e->enabled && pattern_takes(&e->rule.pattern, subject))
			return e;
	}
	return NULL;
}

const struct entry *
binfmt_list_taker(const struct binfmt_list *list, const struct subject *subject)
{
	return binfmt_list_next_taker(list, subject, NULL);
}

const struct entry *
binfmt_list_rival(const struct binfmt_list *list, const struct subject *subject, const struct entry *taker)
{
	struct way way;

	if (!list->order_hidden)
		return NULL;
	buckets_takers(list->buckets, list->count, subject, &way);
	for (size_t i; (i = way_next(&way)) < list->count;) {
		const struct entry *e = &list->entries[i];
		bool takes = e->rule.pattern.type > PATTERN_EXTENSION || pattern_takes(&e->rule.pattern, subject);

		if (e->enabled && takes && !tempname_same(e->rule.name, taker->rule.name) &&
		    !rule_same_run(&e->rule, &taker->rule))
			return e;
	}
	return NULL;
}

const struct entry *
binfmt_list_doubt(const struct binfmt_list *list, const struct entry *taker)
{
	for (size_t i = list->clear; i < list->count && &list->entries[i] != taker; i++)
		if (list->entries[i].enabled && list->entries[i].rule.pattern.type > PATTERN_EXTENSION)
			return &list->entries[i];
	return NULL;
}

const struct entry *
binfmt_list_find(const struct binfmt_list *list, const char *name)
{
	const struct entry *found = NULL;
	struct way way;

	buckets_named(list->buckets, list->count, name, &way);
	for (size_t i; (i = next_named(list, name, &way)) < list->count;) {
		found = &list->entries[i];
		if (strcmp(found->rule.name, name) == 0)
			break;
	}
	return found;
}
