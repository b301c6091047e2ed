/* SPDX-License-Identifier: MIT */
#include "tree.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "client.h"
#include "harness.h"

#define TREE_LOCK "build/clients/lock"

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

static int making = -1;

void
tree_begin(void)
{
	assert_int_equal(shell("mkdir -p build/clients")->status, 0);
	making = open(TREE_LOCK, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(flock(making, LOCK_EX), 0);
}

void
tree_end(void)
{
	if (making >= 0)
		close(making);
}

void
tree_need_kept(void)
{
	int fd = open(TREE_LOCK, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		assert_int_equal(flock(fd, LOCK_SH), 0);
		close(fd);
	}
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
