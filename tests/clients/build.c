/* SPDX-License-Identifier: MIT */
/* A Debian package, built in a tree of its architecture, installed there and run. */
#include "client.h"
#include "harness.h"
#include "tree.h"

/* A package of one script, as its source. */
#define PACKAGE                                                                                                        \
	"mkdir -p $ROOT/tiny/debian && cd $ROOT/tiny && printf '#!/bin/sh\\necho tiny on $(uname -m)\\n' >tiny && "    \
	"printf '%s\\n' 'Source: tiny' 'Maintainer: nobody <nobody@example.org>' '' 'Package: tiny' "                  \
	"'Architecture: any' 'Description: a test' >debian/control && "                                                \
	"printf 'tiny (1) unstable; urgency=low\\n\\n  * A test.\\n\\n -- nobody <nobody@example.org>  "               \
	"Thu, 01 Jan 1970 00:00:00 +0000\\n' >debian/changelog && "                                                    \
	"printf '%s\\n' '#!/usr/bin/make -f' 'clean:' '\trm -rf debian/tmp' 'build build-arch build-indep "            \
	"binary-indep:' 'binary binary-arch:' '\tinstall -D tiny debian/tmp/usr/bin/tiny' "                            \
	"'\tmkdir -p debian/tmp/DEBIAN' '\tdpkg-gencontrol' '\tdpkg-deb --root-owner-group -b debian/tmp ..' "         \
	">debian/rules && chmod +x debian/rules"

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
     PACKAGE " && TMPDIR=/tmp chroot $ROOT sh -c 'cd /tiny && dpkg-buildpackage -b -d -us -uc && dpkg -i "
	     "/tiny_1_arm64.deb && tiny'",
     0, "\ntiny on aarch64\n", need_tools},
};

int
main(void)
{
	return clients_run(builds);
}
