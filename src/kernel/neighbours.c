/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mountinfo.h"
#include "neighbours.h"

enum { PATH_ROOM = 300 }; /* a name of a folder, and what is around it */

/* What is looked for. */
struct search {
	dev_t instance;
	struct stat own; /* our mount namespace */
	struct mountinfo mounts;
};

/* A look at what a path in /proc leads to. */
typedef struct look look_at(const char *path, struct search *s);

/* Of what cannot be opened: one that has ended meanwhile holds nothing. */
static struct look
unless_gone(int error)
{
	return error == ENOENT || error == ESRCH || error == EINVAL ? look_seen(false) : look_unknown();
}

/* Whether one of the numbers that a folder has as names is it; what comes behind the number is `sub`. */
static struct look
any_number(const char *folder, const char *sub, look_at *one, struct search *s)
{
	struct look any = look_seen(false);
	char path[PATH_ROOM];
	DIR *d = opendir(folder);
	struct dirent *e;

	if (!d)
		return unless_gone(errno);
	for (errno = 0; any.is != LOOK_YES && (e = readdir(d)); errno = 0) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "%.40s/%s%s", folder, e->d_name, sub);
		any = look_either(any, one(path, s));
	}
	any = look_either(any, e || !errno ? look_seen(false) : unless_gone(errno));
	closedir(d);
	return any;
}

/* Of one thread. */
static struct look
mounts(const char *thread, struct search *s)
{
	char path[PATH_ROOM];
	struct stat st;

	snprintf(path, sizeof(path), "%.60s/ns/mnt", thread);
	if (stat(path, &st) < 0)
		return unless_gone(errno);
	if (st.st_ino == s->own.st_ino)
		return look_seen(false);
	snprintf(path, sizeof(path), "%.60s/mountinfo", thread);
	return mountinfo_read(path, &s->mounts) == 0 ? look_seen(s->mounts.count > 0) : unless_gone(errno);
}

/* Whether a link is to a mount namespace that is not ours. */
static bool
is_other_namespace(const char *path, const struct stat *st, const struct search *s)
{
	static const char kind[] = "mnt:";
	char target[sizeof(kind) - 1];

	return st->st_dev == s->own.st_dev && st->st_ino != s->own.st_ino &&
	       readlink(path, target, sizeof(target)) == (ssize_t)sizeof(target) &&
	       memcmp(target, kind, sizeof(target)) == 0;
}

static struct look
leads_there(const char *path, struct search *s)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return unless_gone(errno);
	return is_other_namespace(path, &st, s) ? look_unknown() : look_seen(st.st_dev == s->instance);
}

/* Of one thread. */
static struct look
opens(const char *thread, struct search *s)
{
	static const char *const folders[] = {"cwd", "root"};
	char path[PATH_ROOM];
	struct look any;

	snprintf(path, sizeof(path), "%.60s/fd", thread);
	any = any_number(path, "", leads_there, s);
	for (size_t i = 0; any.is != LOOK_YES && i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%.60s/%s", thread, folders[i]);
		any = look_either(any, leads_there(path, s));
	}
	return any;
}

static struct look
any_thread_mounts(const char *tasks, struct search *s)
{
	return any_number(tasks, "", mounts, s);
}

static struct look
any_thread_opens(const char *tasks, struct search *s)
{
	return any_number(tasks, "", opens, s);
}

static struct look
any_process(dev_t instance, look_at *any_thread)
{
	struct search s = {.instance = instance, .mounts.instance = instance};
	struct look any = look_unknown();

	if (stat("/proc/self/ns/mnt", &s.own) == 0)
		any = any_number("/proc", "/task", any_thread, &s);
	mountinfo_free(&s.mounts);
	return any;
}

struct look
neighbours_mount(dev_t instance)
{
	return any_process(instance, any_thread_mounts);
}

struct look
neighbours_open(dev_t instance)
{
	return any_process(instance, any_thread_opens);
}
