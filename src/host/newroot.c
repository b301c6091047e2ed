/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "err.h"
#include "mounts.h"
#include "newroot.h"
#include "rootbinds.h"
#include "rootparts.h"
#include "rootplace.h"

/*
 * Never plain chroot: a second user namespace would be refused in it. The folder is put over itself, as the root has
 * to be a mount, and entered by that mount's descriptor. It is the current one, as that alone goes with us into another
 * mount namespace: its name may lead elsewhere by now.
 */
static int
pivot(const char *name, struct err *err)
{
	int tree = mounts_copy(".", true);
	bool entered = tree >= 0 && mounts_place(tree, ".", true) == 0 && fchdir(tree) == 0;

	if (!entered)
		rootplace_cannot("enter", name, err);
	if (tree >= 0)
		close(tree);
	if (!entered)
		return -1;
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return errno == EINVAL ? err_set(err, ERR_MOUNT,
						 "--root: %s cannot become the root here, as the present one cannot be "
						 "left (an initramfs)",
						 name)
				       : rootplace_cannot("make the root of", name, err);
	return umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ? rootplace_cannot("leave the old root for", name, err)
							      : 0;
}

int
newroot_look(const struct rootbind *binds, size_t count, struct err *err)
{
	return rootparts_look(err) < 0 ? -1 : rootbinds_look(binds, count, err);
}

int
newroot_enter(const char *name, const struct rootbind *binds, size_t count, struct err *note, struct err *err)
{
	err_clear(note);
	if (newroot_look(binds, count, err) < 0 || rootparts_take(note, err) < 0 || rootbinds_take(err) < 0 ||
	    pivot(name, err) < 0 || rootparts_place(note, err) < 0)
		return -1;
	return rootbinds_place(err);
}
