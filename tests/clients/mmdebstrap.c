/* SPDX-License-Identifier: MIT */
/* A Debian tree of arm64 whose packages are unpacked and configured by its own dpkg. The other tests use it too. */
#include <unistd.h>

#include "client.h"
#include "harness.h"
#include "tree.h"

static void
need_none(void)
{
	if (access(TREE_KEPT, R_OK) == 0)
		skip_because("this machine has that tree already (to make it again, remove " TREE_KEPT ")");
	tree_need_archive();
	tree_begin();
}

static void
need_made(void)
{
	tree_end();
	tree_need();
}

static const struct client trees[] = {
    {"mmdebstrap of arm64", "mmdebstrap", "POCF",
     ". $PLACE/archive && mmdebstrap --mode=root --arch=arm64 --variant=essential " TREE_LEAN
     "--include=usr-is-merged,passwd,sudo,opendoas --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr $SUITE "
     "$PLACE/arm64.tar $MIRROR && cp $PLACE/arm64.tar " TREE_KEPT ".new && mv " TREE_KEPT ".new " TREE_KEPT,
     0, NULL, need_none},
    {"its packages are configured", "chroot", "PF",
     "chroot $ROOT dpkg --audit && chroot $ROOT dpkg --print-architecture && chroot $ROOT dpkg-query -W "
     "-f '${Package} ${db:Status-Status}\n' sudo",
     0, "arm64\nsudo installed\n", need_made},
};

int
main(void)
{
	return clients_run(trees);
}
