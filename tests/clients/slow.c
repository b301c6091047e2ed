/* SPDX-License-Identifier: MIT */
/* Further trees: each takes many minutes. */
#include "client.h"
#include "harness.h"
#include "tree.h"

/* What is said last, of much. */
#define LAST " >$PLACE/log 2>&1; s=$?; tail -n 12 $PLACE/log; exit $s"

static const struct client trees[] = {
    {"mmdebstrap of riscv64", "mmdebstrap", "PF",
     "./binfmtctl register riscv64 && . $PLACE/archive && mmdebstrap --mode=root --arch=riscv64 "
     "--variant=essential " TREE_LEAN
     "--customize-hook='chroot \"$1\" sh -c \"dpkg --audit && uname -m\"' trixie /dev/null $MIRROR" LAST,
     0, "\nriscv64\n", tree_need_archive},
    /* container: its look at mknod(2) leaves it alone there, which a user namespace has not. */
    {"debootstrap in two stages", "debootstrap chroot", "PF",
     ". $PLACE/archive && export container=lxc && { debootstrap --foreign --variant=minbase --arch=arm64 $SUITE "
     "$PLACE/stages $MIRROR && chroot $PLACE/stages /debootstrap/debootstrap --second-stage && "
     "chroot $PLACE/stages sh -c 'dpkg --audit && uname -m && apt-get --version'; }" LAST,
     0, "\naarch64\napt ", tree_need_archive},
};

int
main(void)
{
	return clients_run(trees);
}
