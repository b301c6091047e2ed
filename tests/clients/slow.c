/* SPDX-License-Identifier: MIT */
/* What takes many minutes: further trees, and a package that is built in one. */
#include "client.h"
#include "harness.h"
#include "tree.h"

/* A package of one script, made in a tree of its architecture, installed there and run. */
#define PACKAGE                                                                                                        \
	"mkdir -p $PLACE/tiny/debian && cd $PLACE/tiny && printf '#!/bin/sh\\necho tiny on $(uname -m)\\n' >tiny && "  \
	"printf '%s\\n' 'Source: tiny' 'Maintainer: nobody <nobody@example.org>' '' 'Package: tiny' "                  \
	"'Architecture: any' 'Description: a test' >debian/control && "                                                \
	"printf 'tiny (1) unstable; urgency=low\\n\\n  * A test.\\n\\n -- nobody <nobody@example.org>  "               \
	"Thu, 01 Jan 1970 00:00:00 +0000\\n' >debian/changelog && "                                                    \
	"printf '%s\\n' '#!/usr/bin/make -f' 'clean:' '\trm -rf debian/tmp' 'build build-arch build-indep "            \
	"binary-indep:' 'binary binary-arch:' '\tinstall -D tiny debian/tmp/usr/bin/tiny' "                            \
	"'\tmkdir -p debian/tmp/DEBIAN' '\tdpkg-gencontrol' '\tdpkg-deb --root-owner-group -b debian/tmp ..' "         \
	">debian/rules && chmod +x debian/rules"

#define BUILD "cd /tiny && dpkg-buildpackage -b -d -us -uc && dpkg -i /tiny_1_arm64.deb && tiny"

static const struct client trees[] = {
    {"dpkg-buildpackage in a tree of arm64", "mmdebstrap", "POCF",
     PACKAGE " && . $PLACE/archive && mmdebstrap --mode=root --arch=arm64 --variant=essential " TREE_LEAN
	     "--include=usr-is-merged,dpkg-dev --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr "
	     "--customize-hook='copy-in $PLACE/tiny /' --customize-hook='chroot \"$1\" sh -c \"" BUILD
	     "\"' $SUITE /dev/null $MIRROR 2>&1",
     0, "\ntiny on aarch64\n", tree_need_archive},
    {"mmdebstrap of riscv64", "mmdebstrap", "PF",
     "./binfmtctl register riscv64 && . $PLACE/archive && mmdebstrap --mode=root --arch=riscv64 "
     "--variant=essential " TREE_LEAN
     "--customize-hook='chroot \"$1\" sh -c \"dpkg --audit && uname -m\"' trixie /dev/null $MIRROR 2>&1",
     0, "\nriscv64\n", tree_need_archive},
    /* container: its look at mknod(2) leaves it alone there, which a user namespace has not. */
    {"debootstrap in two stages", "debootstrap chroot", "PF",
     ". $PLACE/archive && export container=lxc && debootstrap --foreign --variant=minbase --arch=arm64 $SUITE "
     "$PLACE/stages $MIRROR && chroot $PLACE/stages /debootstrap/debootstrap --second-stage && "
     "chroot $PLACE/stages sh -c 'dpkg --audit && uname -m && apt-get --version'",
     0, "\naarch64\napt ", tree_need_archive},
};

int
main(void)
{
	return clients_run(trees);
}
