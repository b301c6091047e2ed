/* SPDX-License-Identifier: MIT */
/* Finding a binfmt_misc mount: whether there is one at a path, why not, and whose instance it shows. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "binfmt.h"
#include "err.h"

/* statfs(2) types, from include/uapi/linux/magic.h, which musl does not bring. */
enum { BINFMTFS_MAGIC = 0x42494e4d, PROC_SUPER_MAGIC = 0x9fa0, AUTOFS_SUPER_MAGIC = 0x0187 };

int
binfmt_initial_user_namespace(void)
{
	/* PROC_USER_INIT_INO of include/linux/proc_ns.h: fixed for the namespace that the kernel starts with. */
	const ino_t initial = 0xEFFFFFFDU;
	struct stat st;

	if (stat("/proc/self/ns/user", &st) < 0)
		return -1;
	return st.st_ino == initial;
}

/* Whether the kernel names binfmt_misc among its file systems: 1, 0, -1 unknown. */
static int
kernel_has_it(void)
{
	FILE *f = fopen("/proc/filesystems", "re");
	char line[128];
	int found = 0;

	if (!f)
		return -1;
	while (!found && fgets(line, sizeof(line), f))
		found = strcmp(line, "nodev\tbinfmt_misc\n") == 0;
	fclose(f);
	return found;
}

static int
not_mounted(const char *dir, struct err *err)
{
	if (binfmt_initial_user_namespace() == 0)
		return err_unavailable(
		    err, "not-mounted",
		    "binfmt_misc is not visible here (nothing mounted at %s); the host's handlers may still "
		    "apply, `binfmtctl test` tells; a private instance: mount -t binfmt_misc binfmt_misc %s",
		    dir, dir);
	if (kernel_has_it() == 0)
		return err_unavailable(
		    err, "no-kernel-support",
		    "this kernel has no binfmt_misc loaded; try: modprobe binfmt_misc, then mount it at %s "
		    "(or register with --mount)",
		    dir);
	return err_unavailable(
	    err, "not-mounted",
	    "binfmt_misc is not mounted at %s; run: mount -t binfmt_misc binfmt_misc %s (or register with --mount)",
	    dir, dir);
}

static int
cannot_open(const char *dir, int error, struct err *err)
{
	if (error == ENOENT)
		return not_mounted(dir, err);
	if (error == ELOOP)
		return err_unavailable(
		    err, "autofs", "%s is an automount of the host that was never triggered; on the host run: ls %s",
		    dir, dir);
	if (error == ENOTDIR)
		return err_unavailable(err, "not-binfmt", "%s is not a directory, so no binfmt_misc mount", dir);
	return err_set(err, "open", "cannot open %s: %s", dir, strerror(error));
}

int
binfmt_open(struct binfmt *b, const char *dir, struct err *err)
{
	struct statfs fs;

	b->dir = dir;
	b->register_fd = -1;
	b->write_count = 0;
	b->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (b->dir_fd < 0)
		return cannot_open(dir, errno, err);
	if (fstatfs(b->dir_fd, &fs) < 0) {
		err_set(err, "statfs", "cannot tell the file system of %s: %s", dir, strerror(errno));
	} else if (fs.f_type == BINFMTFS_MAGIC) {
		return 0;
	} else if (fs.f_type == PROC_SUPER_MAGIC) {
		not_mounted(dir, err);
	} else if (fs.f_type == AUTOFS_SUPER_MAGIC) {
		cannot_open(dir, ELOOP, err);
	} else {
		err_unavailable(err, "not-binfmt", "%s holds another file system, not binfmt_misc", dir);
	}
	binfmt_close(b);
	return -1;
}

void
binfmt_close(struct binfmt *b)
{
	binfmt_end(b);
	if (b->dir_fd >= 0)
		close(b->dir_fd);
	b->dir_fd = -1;
}

uid_t
binfmt_overflow_uid(void)
{
	FILE *f = fopen("/proc/sys/kernel/overflowuid", "re");
	unsigned uid = 65534;

	if (f) {
		if (fscanf(f, "%u", &uid) != 1)
			uid = 65534;
		fclose(f);
	}
	return uid;
}

enum binfmt_scope
binfmt_scope(const struct binfmt *b)
{
	int initial = binfmt_initial_user_namespace();
	struct stat st;

	if (initial < 0 || fstatat(b->dir_fd, "register", &st, AT_SYMLINK_NOFOLLOW) < 0)
		return BINFMT_UNKNOWN;
	if (initial)
		return BINFMT_HOST;
	return st.st_uid == binfmt_overflow_uid() ? BINFMT_INHERITED : BINFMT_NAMESPACE;
}
