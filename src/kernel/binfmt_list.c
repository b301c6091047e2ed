/* SPDX-License-Identifier: MIT */
/* All entries of a mount at one moment (see binfmt.h). */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "binfmt.h"
#include "err.h"
#include "rule.h"
#include "tempname.h"

enum {
	TRIES_ALONE = 20,
	TRIES = 500,       /* listings under a storm of changes before giving up */
	LOCK_TRIES = 1000, /* of a millisecond each for the shared lock: a writer's turn is far shorter */
	FIRST_ROOM = 64 * 1024,
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
read_names(int fd, char **buffer, size_t *room)
{
	char rest[1024], *more;
	long n;

	for (;;) {
		if (!*buffer || lseek(fd, 0, SEEK_SET) < 0)
			return -1;
		n = syscall(SYS_getdents64, fd, *buffer, *room);
		if (n < 0)
			return -1;
		if (syscall(SYS_getdents64, fd, rest, sizeof(rest)) == 0)
			return n;
		more = realloc(*buffer, *room * 2);
		if (!more)
			return -1;
		*buffer = more;
		*room *= 2;
	}
}

static const struct dirent64_raw *
dirent_at(const char *names, ssize_t at)
{
	return (const struct dirent64_raw *)(const void *)(names + at);
}

static bool
is_entry(const struct dirent64_raw *d)
{
	return strcmp(d->name, ".") != 0 && strcmp(d->name, "..") != 0 && strcmp(d->name, "register") != 0 &&
	       strcmp(d->name, "status") != 0;
}

/* Reads and parses the entry that was listed; 0 if it went away or was replaced meanwhile, -1 on an error. */
static int
read_one(const struct binfmt *b, const struct dirent64_raw *d, struct binfmt_entry *entry, struct rule *rule)
{
	char text[RULE_TEXT_MAX];
	struct stat st;
	ssize_t len;
	int fd = openat(b->dir_fd, d->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	len = fstat(fd, &st) < 0 ? -1 : read(fd, text, sizeof(text));
	close(fd);
	if (len < 0)
		return -1;
	*entry = (struct binfmt_entry){.name = d->name, .ino = st.st_ino, .mtime = st.st_mtim};
	entry->reason = rule_parse_entry(rule, d->name, text, (size_t)len);
	entry->rule = entry->reason ? NULL : rule;
	return st.st_ino == d->ino;
}

/* 1: every listed inode was read; otherwise as read_one. */
static int
read_all(const struct binfmt *b, struct binfmt_list *list, ssize_t names_len)
{
	int done = 1;

	list->count = 0;
	for (ssize_t at = 0; done > 0 && at < names_len; at += dirent_at(list->names, at)->len) {
		const struct dirent64_raw *d = dirent_at(list->names, at);

		if (!is_entry(d))
			continue;
		done = read_one(b, d, &list->entries[list->count], &list->rules[list->count]);
		list->count++;
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

/* The shared lock keeps writers away while we read; -1 where we may not open the file or a writer is stuck. */
static int
share_lock(const struct binfmt *b)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int fd = openat(b->dir_fd, "register", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_SH | LOCK_NB) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
list_once(const struct binfmt *b, int fd, struct binfmt_list *list, size_t *room)
{
	ssize_t len = read_names(fd, &list->names, room);
	size_t most;

	if (len < 0)
		return -1;
	most = count_names(list->names, len) + 1;
	free(list->entries);
	free(list->rules);
	list->entries = malloc(most * sizeof(*list->entries));
	list->rules = malloc(most * sizeof(*list->rules));
	return list->entries && list->rules ? read_all(b, list, len) : -1;
}

static bool
has_temporaries(const struct binfmt_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (tempname_is(list->entries[i].name))
			return true;
	return false;
}

/* Lists until nothing has changed meanwhile: as list_once. */
static int
list_settled(const struct binfmt *b, int fd, struct binfmt_list *list, size_t *room, int tries)
{
	int done = 0;

	for (int i = 0; done == 0 && i < tries; i++)
		done = list_once(b, fd, list, room);
	return done;
}

/*
 * Without the lock first: readers must not keep writers waiting. It is asked for where the entries
 * do not settle, or to tell a change under way from one that was killed.
 */
static int
list_all(const struct binfmt *b, int fd, struct binfmt_list *list)
{
	size_t room = FIRST_ROOM;
	int done, lock;

	list->names = malloc(room);
	list->locked = b->register_fd >= 0;
	done = list_settled(b, fd, list, &room, TRIES_ALONE);
	if (done < 0 || (done > 0 && (list->locked || !has_temporaries(list))))
		return done;
	lock = list->locked || b->dry ? -1 : share_lock(b);
	list->locked |= lock >= 0;
	done = list_settled(b, fd, list, &room, TRIES);
	if (lock >= 0)
		close(lock);
	return done;
}

int
binfmt_list(const struct binfmt *b, struct binfmt_list *list, struct err *err)
{
	int done, error, fd = openat(b->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*list = (struct binfmt_list){0};
	if (fd < 0)
		return err_set(err, "read", "cannot list %s: %s", b->dir, strerror(errno));
	done = list_all(b, fd, list);
	error = errno;
	close(fd);
	if (done > 0)
		return 0;
	binfmt_list_free(list);
	if (done == 0)
		return err_set(err, "busy", "the entries of %s change faster than they can be read", b->dir);
	return err_set(err, "read", "cannot list %s: %s", b->dir, strerror(error));
}

void
binfmt_list_free(struct binfmt_list *list)
{
	free(list->entries);
	free(list->names);
	free(list->rules);
	*list = (struct binfmt_list){0};
}
