/* SPDX-License-Identifier: MIT */
/* A Debian package, built in a tree of its architecture, installed there and run. */
#include "client.h"
#include "harness.h"
#include "tree.h"

/* The tools come into the tree as they are: they need not be configured. */
#define TOOLS                                                                                                          \
	". $PLACE/archive && mmdebstrap --mode=root --arch=arm64 --variant=extract --include=dpkg-dev "                \
	"--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr $SUITE $PLACE/tools.tar $MIRROR && "                        \
	"tar -xf $PLACE/tools.tar -C $ROOT --keep-directory-symlink --exclude './dev/*' --exclude './var/lib/dpkg/*'"

static void
need_tools(void)
{
	tree_need_archive();
	tree_need();
	expect(client_shell(TOOLS), 0, NULL, NULL);
}

static const struct client builds[] = {
    {"dpkg-buildpackage", "mmdebstrap", "POCF",
     "cp -R tests/clients/tiny $ROOT && TMPDIR=/tmp chroot $ROOT sh -c 'cd /tiny && "
     "dpkg-buildpackage -b -d -us -uc && dpkg -i /tiny_1_arm64.deb && tiny'",
     0, "\ntiny on aarch64\n", need_tools},
};

int
main(void)
{
	return clients_run(builds);
}
