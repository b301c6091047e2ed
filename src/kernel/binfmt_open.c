/* SPDX-License-Identifier: MIT */
/* Finding a binfmt_misc mount: whether there is one at a path, why not, and whose instance it shows. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "caps.h"
#include "err.h"
#include "lock.h"
#include "mountinfo.h"
#include "planned.h"
#include "userns.h"

enum { SHARE_TRIES = 1000 }; /* of a millisecond each: a writer's turn is far shorter */

/* statfs(2) types, from include/uapi/linux/magic.h, which musl does not bring. */
enum { BINFMTFS_MAGIC = 0x42494e4d, PROC_SUPER_MAGIC = 0x9fa0, AUTOFS_SUPER_MAGIC = 0x0187 };

struct look
binfmt_supported(void)
{
	FILE *f = fopen("/proc/filesystems", "re");
	bool found = false, failed;
	char line[128];

	if (!f)
		return look_unknown();
	while (!found && fgets(line, sizeof(line), f))
		found = strcmp(line, "nodev\tbinfmt_misc\n") == 0;
	failed = ferror(f);
	fclose(f);
	return failed ? look_unknown() : look_seen(found);
}

static int
not_mounted(const char *dir, struct err *err)
{
	if (userns_is_initial().is == LOOK_NO)
		return err_unavailable(
		    err, ERR_NOT_MOUNTED,
		    "binfmt_misc is not visible here (nothing mounted at %s); the host's handlers may still "
		    "apply, `binfmtctl test` tells; handlers are registered on the host",
		    dir);
	if (binfmt_supported().is == LOOK_NO)
		return err_unavailable(
		    err, ERR_NO_KERNEL_SUPPORT,
		    "this kernel has no binfmt_misc loaded; try: modprobe binfmt_misc, then mount it at %s "
		    "(or register with --mount)",
		    dir);
	if (!userns_mounts_are_hosts())
		return err_unavailable(
		    err, ERR_NOT_MOUNTED,
		    "binfmt_misc is not mounted at %s here; where the host has mounted it its handlers apply here too, "
		    "`binfmtctl test` tells; to see and change them run: mount -t binfmt_misc binfmt_misc %s (or "
		    "register with --mount)",
		    dir, dir);
	return err_unavailable(
	    err, ERR_NOT_MOUNTED,
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
		    err, ERR_AUTOFS, "%s is an automount of the host that was never triggered; on the host run: ls %s",
		    dir, dir);
	if (error == ENOTDIR)
		return err_unavailable(err, ERR_NOT_BINFMT, "%s is not a directory, so no binfmt_misc mount", dir);
	return err_set(err, ERR_OPEN, "cannot open %s: %s", dir, strerror(error));
}

int
binfmt_open(struct binfmt *b, const char *dir, struct planned *planned, struct err *err)
{
	struct statfs fs;

	binfmt_imagine(b, dir, planned);
	b->dir_fd = openat(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* musl's open adds a call */
	if (b->dir_fd < 0)
		return cannot_open(dir, errno, err);
	if (fstatfs(b->dir_fd, &fs) < 0) {
		err_set(err, ERR_OPEN, "cannot tell the file system of %s: %s", dir, strerror(errno));
	} else if (fs.f_type == BINFMTFS_MAGIC) {
		return 0;
	} else if (fs.f_type == PROC_SUPER_MAGIC) {
		not_mounted(dir, err);
	} else if (fs.f_type == AUTOFS_SUPER_MAGIC) {
		cannot_open(dir, ELOOP, err);
	} else {
		err_unavailable(err, ERR_NOT_BINFMT, "%s holds another file system, not binfmt_misc", dir);
	}
	binfmt_close(b);
	return -1;
}

void
binfmt_imagine(struct binfmt *b, const char *dir, struct planned *planned)
{
	*b = (struct binfmt){.dir = dir, .dir_fd = -1, .register_fd = -1, .planned = planned};
}

void
binfmt_close(struct binfmt *b)
{
	binfmt_unlock(b);
	known_forget(&b->known);
	if (b->dir_fd >= 0)
		close(b->dir_fd);
	b->dir_fd = -1;
}

/*
 * Whether the instance is this user namespace's own: only its root may reconfigure a mount, and one without
 * parameters changes nothing. Where root is mapped to itself the owner of the files tells nothing.
 */
static struct look
is_own(const struct binfmt *b)
{
	struct look own = {LOOK_UNKNOWN};
#if defined(SYS_fspick) && defined(SYS_fsconfig)
	enum { CLOEXEC = 1, EMPTY_PATH = 8, RECONFIGURE = 7 }; /* FSPICK_ and FSCONFIG_CMD_ of linux/mount.h */
	int fd;

	if (!caps_has(CAPS_SYS_ADMIN))
		return own;
	fd = (int)syscall(SYS_fspick, b->dir_fd, "", CLOEXEC | EMPTY_PATH);
	if (fd >= 0 && syscall(SYS_fsconfig, fd, RECONFIGURE, NULL, NULL, 0) == 0)
		own.is = LOOK_YES;
	else if (errno == EPERM && (fd >= 0 || userns_mounts() == USERNS_ABOVE))
		own.is = LOOK_NO; /* by other calls a filter may answer so too */
	if (fd >= 0)
		close(fd);
#else
	(void)b;
#endif
	return own;
}

/*
 * Files of /proc/sys/kernel belong to the root of the whole machine, as the files of its instance do. Whoever has
 * another id here is another user.
 */
static bool
is_of_another_root(const struct stat *file)
{
	struct stat st;

	return stat("/proc/sys/kernel", &st) == 0 && st.st_uid != file->st_uid;
}

/* Whether it is mounted in our own mount namespace: the root folder of a process of another leads to any instance. */
static bool
is_mounted_here(const struct binfmt *b)
{
	struct stat st;

	return !b->dir || strcmp(b->dir, BINFMT_DIR) == 0 ||
	       (fstat(b->dir_fd, &st) == 0 && mountinfo_shows(st.st_dev).is == LOOK_YES);
}

enum binfmt_scope
binfmt_scope(const struct binfmt *b)
{
	const enum userns_place mounts = userns_mounts();
	struct look initial = userns_is_initial(), own;
	struct stat st;

	if (initial.is == LOOK_UNKNOWN || mounts == USERNS_UNKNOWN || mounts == USERNS_BELOW ||
	    fstatat(b->dir_fd, "register", &st, AT_SYMLINK_NOFOLLOW) < 0 || !is_mounted_here(b))
		return BINFMT_UNKNOWN;
	if (initial.is == LOOK_YES)
		return is_of_another_root(&st) ? BINFMT_UNKNOWN : BINFMT_HOST;
	own = is_own(b);
	if (own.is == LOOK_UNKNOWN && st.st_uid == userns_overflow_uid())
		return BINFMT_INHERITED;
	if (own.is == LOOK_UNKNOWN)
		return is_of_another_root(&st) ? BINFMT_PRIVATE : BINFMT_UNKNOWN;
	return own.is == LOOK_YES ? BINFMT_NAMESPACE : BINFMT_INHERITED;
}

struct look
binfmt_is_inherited(const struct binfmt *b)
{
	enum binfmt_scope scope;

	if (userns_is_initial().is == LOOK_YES || is_own(b).is == LOOK_YES)
		return look_seen(false);
	scope = binfmt_scope(b);
	return scope == BINFMT_UNKNOWN ? look_unknown() : look_seen(scope == BINFMT_INHERITED);
}

bool
binfmt_is_private(enum binfmt_scope scope)
{
	return scope == BINFMT_NAMESPACE || scope == BINFMT_PRIVATE;
}

int
binfmt_not_writable(const struct binfmt *b, const char *file, int error, struct err *err)
{
	if (error == EROFS)
		return err_unavailable(err, ERR_READ_ONLY, "%s is mounted read-only", b->dir);
	if (error != EACCES && error != EPERM)
		return err_set(err, ERR_OPEN, "cannot open %s/%s for writing: %s", b->dir, file, strerror(error));
	if (binfmt_scope(b) == BINFMT_INHERITED)
		return err_set(
		    err, ERR_NOT_ROOT,
		    "permission denied: %s shows the instance of another user namespace, only its root may change it",
		    b->dir);
	if (geteuid() != 0)
		return err_set(err, ERR_NOT_ROOT,
			       "permission denied: only root may change binfmt_misc handlers; run it with sudo");
	return err_set(err, ERR_DENIED,
		       "permission denied although uid 0: a container's or AppArmor's profile forbids writing %s/%s",
		       b->dir, file);
}

/* Whether the instance is still where it was opened: who mounted it may have taken it away, and ends it so. */
static int
check_still_there(const struct binfmt *b, struct err *err)
{
	struct stat opened, now;

	if (fstat(b->dir_fd, &opened) < 0 || stat(b->dir, &now) < 0)
		return err_set(err, ERR_READ, "cannot look at %s: %s", b->dir, strerror(errno));
	if (opened.st_dev == now.st_dev)
		return 0;
	return err_unavailable(err, ERR_NOT_MOUNTED, "binfmt_misc has just been unmounted at %s by another program",
			       b->dir);
}

int
binfmt_lock(struct binfmt *b, unsigned timeout, void (*waiting)(void), struct err *err)
{
	if (planned_only(b->planned) || b->register_fd >= 0)
		return 0;
	b->register_fd = openat(b->dir_fd, "register", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (b->register_fd < 0)
		return binfmt_not_writable(b, "register", errno, err);
	if (lock_wait(b->register_fd, timeout, waiting, err) < 0 || check_still_there(b, err) < 0) {
		binfmt_unlock(b);
		return -1;
	}
	return 0;
}

void
binfmt_unlock(struct binfmt *b)
{
	if (b->register_fd >= 0)
		close(b->register_fd);
	b->register_fd = -1;
}

int
binfmt_share_lock(const struct binfmt *b)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	int fd = openat(b->dir_fd, "register", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	for (int i = 0; fd >= 0 && i < SHARE_TRIES; i++) {
		if (flock(fd, LOCK_SH | LOCK_NB) == 0)
			return fd;
		nanosleep(&pause, NULL);
	}
	if (fd >= 0)
		close(fd);
	return -1;
}
