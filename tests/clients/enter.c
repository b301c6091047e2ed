/* SPDX-License-Identifier: MIT */
/* Programs that enter a tree of arm64 and run something there. */
#include <unistd.h>

#include "client.h"
#include "harness.h"
#include "room.h"
#include "tree.h"

#define CGROUP "/sys/fs/cgroup"

#define AS_USER "setpriv --reuid 1000 --regid 1000 --clear-groups "
#define TOLD "sh -c 'uname -m; exit 42'"

#define NSPAWN "tests/clients/nspawn " TOLD

static void
need_cgroups(void)
{
	room_need_cgroup2();
	if (access(CGROUP, W_OK) < 0)
		skip_because("this machine lets only its root make cgroups");
	tree_need();
}

/* With the flags that register takes by itself, and with those of set-user-id programs. */
#define BOTH(what, programs, line, status, out)                                                                        \
	{what ", PF", programs, "PF", line, status, out, tree_need},                                                   \
	{                                                                                                              \
		what ", POCF", programs, "POCF", line, status, out, tree_need                                          \
	}

static const struct client enters[] = {
    BOTH("chroot", "chroot", "chroot $ROOT " TOLD, 42, "aarch64\n"),
    BOTH(
	"chroot, a script", "chroot",
	"printf '#!/bin/sh\\necho $0 $*\\nuname -m\\n' >$ROOT/script; chmod 755 $ROOT/script; chroot $ROOT /script a b",
	0, "/script a b\naarch64\n"),
    BOTH("unshare and chroot", "unshare chroot", "unshare -mpf chroot $ROOT " TOLD, 42, "aarch64\n"),
    BOTH("bubblewrap as a user, as abuild rootbld", "bwrap setpriv",
	 "grep -qx enabled /proc/sys/fs/binfmt_misc/qemu-aarch64 && " AS_USER "bwrap --unshare-ipc --unshare-uts "
	 "--unshare-pid --unshare-user --bind $ROOT / --proc /proc --dev /dev " TOLD,
	 42, "aarch64\n"),
    BOTH("bubblewrap, read-only", "bwrap setpriv", AS_USER "bwrap --unshare-user --ro-bind $ROOT / --dev /dev " TOLD,
	 42, "aarch64\n"),
    {"systemd-nspawn, PF", "systemd-nspawn unshare", "PF", NSPAWN, 42, "aarch64", need_cgroups},
    {"systemd-nspawn, POCF", "systemd-nspawn unshare", "POCF", NSPAWN, 42, "aarch64", need_cgroups},
    BOTH("arch-test", "arch-test", "arch-test arm64 && arch-test -c $ROOT arm64", 0, "arm64: ok\n"),
};

int
main(void)
{
	return clients_run(enters);
}
