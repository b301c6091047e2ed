/* SPDX-License-Identifier: MIT */
/* Programs of a tree of arm64 that become root for a user: with flag C, and not without. */
#include "client.h"
#include "harness.h"
#include "tree.h"

/* A user of the tree who may do it: root has no password. */
static void
need_user(void)
{
	tree_need();
	expect(client_shell("cd $ROOT/etc && sed -i -e '/^user:/d' -e 's/^root:[^:]*/root:/' passwd shadow && "
			    "echo user:x:1000:1000::/:/bin/sh >>passwd && echo 'user:*:1::::::' >>shadow && "
			    "echo 'permit nopass user' >doas.conf && "
			    "chmod 600 doas.conf && echo 'user ALL=(ALL) NOPASSWD: ALL' >sudoers.d/user"),
	       0, "", "");
}

#define AS_USER "chroot --userspec=1000:1000 $ROOT "

static const struct client becoming[] = {
    {"su, POCF", "chroot", "POCF", AS_USER "su -c 'id -u; uname -m'", 0, "0\naarch64\n", need_user},
    {"su, PF", "chroot", "PF", AS_USER "su -c 'id -u; uname -m' 2>&1", 1, "su: ", need_user},
    {"sudo, POCF", "chroot", "POCF", AS_USER "sudo -n sh -c 'id -u; uname -m'", 0, "0\naarch64\n", need_user},
    {"sudo, PF", "chroot", "PF", AS_USER "sudo -n id -u 2>&1", 1, "effective uid is not 0", need_user},
    {"doas, POCF", "chroot", "POCF", AS_USER "doas -n sh -c 'id -u; uname -m'", 0, "0\naarch64\n", need_user},
    {"doas, PF", "chroot", "PF", AS_USER "doas -n id -u 2>&1", 1, "not installed setuid", need_user},
};

int
main(void)
{
	return clients_run(becoming);
}
