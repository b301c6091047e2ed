/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "bootlost.h"
#include "pathwalk.h"

/* statfs(2) types, from include/uapi/linux/magic.h, which musl does not bring. */
enum { TMPFS_MAGIC = 0x01021994 };
#define RAMFS_MAGIC 0x858458f6U

/* What is asked of a way. */
struct loss {
	dev_t root; /* the root file system */
	struct look is;
};

/* Whether it is /run, which is emptied at each boot, whatever it is mounted from. */
static bool
is_run(const struct stat *st)
{
	struct stat run;

	return stat("/run", &run) == 0 && run.st_dev == st->st_dev && run.st_ino == st->st_ino;
}

/* Whether one part of the way is lost. */
static struct look
part_is_lost(int fd, const struct stat *st, dev_t root)
{
	struct statfs fs;

	if (is_run(st))
		return look_seen(true);
	if (st->st_dev == root)
		return look_seen(false);
	if (fstatfs(fd, &fs) < 0)
		return look_unknown();
	return look_seen((unsigned long)fs.f_type == TMPFS_MAGIC ||
			 ((unsigned long)fs.f_type & UINT_MAX) == RAMFS_MAGIC);
}

static bool
look_at_part(void *arg, int fd, const struct stat *st)
{
	struct loss *loss = arg;

	loss->is = part_is_lost(fd, st, loss->root);
	return loss->is.is == LOOK_NO;
}

struct look
bootlost(const char *path)
{
	struct loss loss = {.is = look_seen(false)};
	struct stat root;

	if (stat("/", &root) < 0)
		return look_unknown();
	loss.root = root.st_dev;
	if (pathwalk(path, look_at_part, &loss) < 0)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	return loss.is;
}
