/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "err.h"
#include "mounts.h"
#include "newroot.h"

/*
 * What is seen in the new root is taken while the old one is there (a new proc needs to see one), and placed when the
 * new one is `/`, so that links in it lead nowhere else.
 */
enum source { FRESH, COPY, COPY_DEEP, CONSOLE };

struct part {
	enum source source;
	const char *from, *to; /* `from` is a type for FRESH */
	const char *options[6];
	bool folder, needed;
};

static const struct part parts[] = {
    {FRESH, "proc", "/proc", {NULL}, true, true},
    {FRESH, "binfmt_misc", BINFMT_DIR, {NULL}, true, false},
    {COPY_DEEP, "/sys", "/sys", {NULL}, true, false},
    {FRESH, "tmpfs", "/dev", {"mode=755", NULL}, true, true},
    {COPY, "/dev/null", "/dev/null", {NULL}, false, true},
    {COPY, "/dev/zero", "/dev/zero", {NULL}, false, true},
    {COPY, "/dev/full", "/dev/full", {NULL}, false, false},
    {COPY, "/dev/random", "/dev/random", {NULL}, false, true},
    {COPY, "/dev/urandom", "/dev/urandom", {NULL}, false, true},
    {COPY, "/dev/tty", "/dev/tty", {NULL}, false, false},
    {FRESH, "devpts", "/dev/pts", {"newinstance", "ptmxmode=0666", "mode=0620", "gid=5", NULL}, true, false},
    {FRESH, "tmpfs", "/dev/shm", {"mode=1777", NULL}, true, false},
    {CONSOLE, NULL, "/dev/console", {NULL}, false, false},
    {COPY, "/etc/resolv.conf", "/etc/resolv.conf", {NULL}, false, false},
    {COPY, "/etc/hosts", "/etc/hosts", {NULL}, false, false},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static const struct {
	const char *to, *path;
} links[] = {
    {"pts/ptmx", "/dev/ptmx"},          {"/proc/self/fd", "/dev/fd"},       {"/proc/self/fd/0", "/dev/stdin"},
    {"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
};

/*
 * The caller's terminal under a name of the new root: programs look for it there. By its name, as what a descriptor
 * from before is in is another mount namespace's.
 */
static int
copy_console(void)
{
	char path[64];
	struct stat of_fd, of_path;

	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd) && ttyname_r(fd, path, sizeof(path)) == 0 && fstat(fd, &of_fd) == 0 &&
		    stat(path, &of_path) == 0 && of_path.st_rdev == of_fd.st_rdev)
			return mounts_copy(path, false);
	errno = ENOTTY;
	return -1;
}

/* A devpts whose group tty is not mapped here: without that group. */
static int
fresh(const struct part *part)
{
	static const char *const no_group[] = {"newinstance", "ptmxmode=0666", "mode=0620", NULL};
	int mount = mounts_new(part->from, part->options);

	return mount < 0 && errno == EINVAL && strcmp(part->from, "devpts") == 0 ? mounts_new(part->from, no_group)
										 : mount;
}

/* A part's mount, or -1 with errno. */
static int
take(const struct part *part)
{
	int mount;

	switch (part->source) {
	case FRESH:
		mount = fresh(part);
		/* Where something is mounted over a part of /proc, as in containers, there is no new one. */
		return mount < 0 && errno == EPERM && strcmp(part->to, "/proc") == 0 ? mounts_copy("/proc", true)
										     : mount;
	case CONSOLE:
		return copy_console();
	default:
		return mounts_copy(part->from, part->source == COPY_DEEP);
	}
}

/* The folders on the way to a path. 0, or -1 with errno. */
static int
make_way(const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) >= (int)sizeof(folder)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* Makes what a mount will cover. 0, or -1 with errno. */
static int
make_place(const char *path, bool folder)
{
	int fd;

	if (make_way(path) < 0)
		return -1;
	if (folder)
		return mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0;
	fd = open(path, O_CREAT | O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

static int
cannot(const char *what, const char *path, struct err *err)
{
	return err_set(err, ERR_MOUNT, "--root: cannot %s %s: %s", what, path, strerror(errno));
}

/* Ends the descriptor; what is not needed may fail. */
static int
place(int mount, const char *to, bool folder, bool needed, struct err *err)
{
	struct stat st;
	const char *failed = NULL;

	if (stat(to, &st) < 0 && make_place(to, folder) < 0)
		failed = "make what is not there:";
	else if (mounts_place(mount, to) < 0)
		failed = "mount";
	if (failed && needed)
		cannot(failed, to, err);
	close(mount);
	return failed && needed ? -1 : 0;
}

static int
take_all(int mounts[static PARTS], struct err *err)
{
	for (size_t i = 0; i < PARTS; i++) {
		mounts[i] = take(&parts[i]);
		if (mounts[i] < 0 && parts[i].needed)
			return cannot("make", parts[i].to, err);
	}
	return 0;
}

static int
take_binds(const struct newroot_bind *binds, size_t count, int mounts[static NEWROOT_BINDS_MAX],
	   bool folder[static NEWROOT_BINDS_MAX], struct err *err)
{
	struct stat st;

	for (size_t i = 0; i < count; i++) {
		mounts[i] = mounts_copy(binds[i].from, true);
		if (mounts[i] < 0 || fstat(mounts[i], &st) < 0)
			return err_set(err, ERR_MOUNT, "--bind %s: %s", binds[i].from, strerror(errno));
		folder[i] = S_ISDIR(st.st_mode);
	}
	return 0;
}

/*
 * Never plain chroot: a second user namespace would be refused in it. The folder is put over itself, as the root has
 * to be a mount, and entered by that mount's descriptor.
 */
static int
pivot(const char *folder, struct err *err)
{
	int tree = mounts_copy(folder, true);
	bool entered = tree >= 0 && mounts_place(tree, folder) == 0 && fchdir(tree) == 0;

	if (!entered)
		cannot("enter", folder, err);
	if (tree >= 0)
		close(tree);
	if (!entered)
		return -1;
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return errno == EINVAL ? err_set(err, ERR_MOUNT,
						 "--root: %s cannot become the root here, as the present one cannot be "
						 "left (an initramfs)",
						 folder)
				       : cannot("make the root of", folder, err);
	return umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ? cannot("leave the old root for", folder, err) : 0;
}

int
newroot_enter(const char *folder, const struct newroot_bind *binds, size_t count, struct err *err)
{
	int mounts[PARTS], bound[NEWROOT_BINDS_MAX];
	bool is_folder[NEWROOT_BINDS_MAX];

	if (take_all(mounts, err) < 0 || take_binds(binds, count, bound, is_folder, err) < 0 || pivot(folder, err) < 0)
		return -1;
	for (size_t i = 0; i < PARTS; i++)
		if (mounts[i] >= 0 && place(mounts[i], parts[i].to, parts[i].folder, parts[i].needed, err) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (symlink(links[i].to, links[i].path) < 0)
			return cannot("make", links[i].path, err);
	for (size_t i = 0; i < count; i++)
		if (place(bound[i], binds[i].to, is_folder[i], true, err) < 0)
			return -1;
	return 0;
}
