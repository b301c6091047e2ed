/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "mount.h"
#include "userns.h"

static int
mount_here(const char *dir, struct err *err)
{
	if (mount("binfmt_misc", dir, "binfmt_misc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
		return 0;
	if (errno == ENODEV)
		return err_unavailable(
		    err, ERR_NO_KERNEL_SUPPORT,
		    "this kernel has no binfmt_misc, and no module of it could be loaded (CONFIG_BINFMT_MISC)");
	if (errno == EPERM || errno == EACCES)
		return err_unavailable(err, ERR_DENIED,
				       "not permitted to mount binfmt_misc at %s: that needs CAP_SYS_ADMIN", dir);
	return err_unavailable(err, ERR_MOUNT, "cannot mount binfmt_misc at %s: %s", dir, strerror(errno));
}

int
mount_if_absent(const char *dir, bool force, bool *mounted, struct err *err)
{
	struct binfmt b;

	*mounted = false;
	if (binfmt_open(&b, dir, NULL, err) == 0) {
		binfmt_close(&b);
		return 0;
	}
	if (err->code != ERR_NOT_MOUNTED && err->code != ERR_NO_KERNEL_SUPPORT)
		return -1;
	if (!force && userns_is_initial().is != LOOK_YES)
		return err_unavailable(err, ERR_NAMESPACE,
				       "--mount would make a new empty instance for this user namespace, which hides "
				       "the inherited handlers "
				       "for good (--force does it anyway)");
	*mounted = mount_here(dir, err) == 0;
	return *mounted ? 0 : -1;
}

static bool
same_namespace(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_ino == y.st_ino;
}

bool
mount_may_vanish(void)
{
	const ino_t initial = 0xEFFFFFFCU; /* PROC_PID_INIT_INO of include/linux/proc_ns.h */
	struct stat st;

	if (userns_is_initial().is != LOOK_YES)
		return false;
	return stat("/proc/self/ns/pid", &st) < 0 || st.st_ino != initial ||
	       !same_namespace("/proc/self/ns/mnt", "/proc/1/ns/mnt");
}

static size_t
count_entries(const struct binfmt *b)
{
	struct binfmt_list list;
	struct err ignored;
	size_t count;

	if (binfmt_list(b, &list, &ignored) < 0)
		return 0;
	count = list.count;
	binfmt_list_free(&list);
	return count;
}

int
mount_keep(struct binfmt *b, struct err *err)
{
	const char *dir = b->dir;

	binfmt_close(b);
	if (umount2(dir, UMOUNT_NOFOLLOW) < 0)
		return err_set(err, ERR_MOUNT, "cannot unmount %s to see whether the entries would outlive it: %s", dir,
			       strerror(errno));
	if (mount_here(dir, err) < 0 || binfmt_open(b, dir, NULL, err) < 0)
		return -1;
	if (count_entries(b) > 0)
		return 0;
	binfmt_close(b);
	umount2(dir, UMOUNT_NOFOLLOW);
	return err_set(err, ERR_NOT_KEPT,
		       "the entries are gone as soon as this mount is: nobody else has binfmt_misc mounted; mount it "
		       "on the host, outside this "
		       "container or mount namespace, then register again");
}
