/* SPDX-License-Identifier: MIT */
/* Further trees: each takes many minutes. And an image whose base is one. */
#include "client.h"
#include "containers.h"
#include "harness.h"
#include "tree.h"

/* What is said last, of much. */
#define LAST " >$PLACE/log 2>&1; s=$?; tail -n 12 $PLACE/log; exit $s"

static void
need_containers(void)
{
	containers_need();
	tree_need_archive();
}

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
     "chroot $PLACE/stages sh -c 'dpkg --audit && uname -m && apt-get --version | head -n 1'; }" LAST,
     0, "\naarch64\napt ", tree_need_archive},
    /* As it is without a base that has all: what it needs is installed there. */
    {"the Containerfile from a bare base", "podman mmdebstrap", "PF",
     "{ . $PLACE/archive && mmdebstrap --mode=root --variant=apt " TREE_LEAN "$SUITE $PLACE/bare.tar $MIRROR && "
     "podman import -q $PLACE/bare.tar localhost/bare && mkdir $PLACE/sources && cp -R Makefile include magic man src "
     "tests $PLACE/sources && cd $PLACE/sources && podman build --layers=false --isolation chroot --build-arg "
     "BASE=localhost/bare "
     "-t binfmt -f man/examples/Containerfile . && podman run --rm binfmt test aarch64; }" LAST,
     0, "  ok  ", need_containers},
};

int
main(void)
{
	return clients_run(trees);
}
