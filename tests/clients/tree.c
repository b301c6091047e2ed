/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <unistd.h>

#include "client.h"
#include "harness.h"

/* The first Debian archive that apt has lists of packages from, and not its updates. */
void
tree_need_archive(void)
{
	if (client_shell("apt-get indextargets --format '$(SITE) $(CODENAME)' 'Identifier: Packages' "
			 "'Origin: Debian' 'Label: Debian' 'Component: main' | grep -v -e '-[a-z]*$' | "
			 "{ read -r site suite && echo MIRROR=$site SUITE=$suite >$PLACE/archive && "
			 "/usr/lib/apt/apt-helper download-file $site/dists/$suite/Release $PLACE/Release; }")
		->status != 0)
		skip_because("this machine has no Debian archive");
}

void
tree_need_kept(void)
{
	if (access(TREE_KEPT, R_OK) < 0)
		skip_because("this machine has no tree of arm64 (build/tests/clients/mmdebstrap makes it)");
}

void
tree_need(void)
{
	static bool unpacked;

	tree_need_kept();
	if (unpacked)
		return;
	expect(client_shell("mkdir $ROOT && tar -xf " TREE_KEPT " -C $ROOT --numeric-owner --exclude './dev/*' && "
			    "mount --rbind /dev $ROOT/dev && mount -t proc proc $ROOT/proc"),
	       0, "", "");
	unpacked = true;
}
