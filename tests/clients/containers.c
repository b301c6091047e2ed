/* SPDX-License-Identifier: MIT */
#include "containers.h"

#include <unistd.h>

#include "client.h"
#include "harness.h"
#include "room.h"
#include "tree.h"
#include "user.h"

/* What is written outside of $PLACE ends with the room too. */
#define ASIDE                                                                                                          \
	"for d in /run /tmp /dev/shm; do mount -t tmpfs -o mode=1777 tmpfs $d || exit; done; mkdir $PLACE/upper "      \
	"$PLACE/work && mount -t overlay -o userxattr,lowerdir=/var/lib,upperdir=$PLACE/upper,workdir=$PLACE/work "    \
	"overlay /var/lib && "

/* Nothing that a room cannot have: no other cgroups, no network, no limits above its own, no journal. */
#define SETTINGS                                                                                                       \
	"for who in root user; do d=$PLACE/$who; mkdir -p $d/run && "                                                  \
	"cat >$d/storage.conf <<END && cat >$d/containers.conf <<END || exit; done\n"                                  \
	"[storage]\ndriver = \"vfs\"\ngraphroot = \"$d/store\"\nrootless_storage_path = \"$d/store\"\n"                \
	"runroot = \"$d/run/store\"\nEND\n"                                                                            \
	"[containers]\ncgroups = \"disabled\"\nnetns = \"none\"\ndefault_ulimits = [\"nofile=1024:1024\", "            \
	"\"nproc=1024:1024\"]\n[engine]\nruntime = \"crun\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = "          \
	"\"file\"\nlock_type = \"file\"\ntmp_dir = \"$d/run/tmp\"\nstatic_dir = \"$d/static\"\n"                       \
	"volume_path = \"$d/volumes\"\nEND\n"                                                                          \
	"chown -R user: $PLACE/user"

void
containers_need(void)
{
	static bool made;

	client_need("podman buildah crun");
	room_need_cgroup2();
	user_need();
	if (made)
		return;
	expect(client_shell(ASIDE SETTINGS), 0, "", "");
	made = true;
}

#define IMPORT "podman import -q --arch arm64 - docker.io/library/debian <" TREE_KEPT " >/dev/null"

void
containers_need_images(void)
{
	static bool made;

	tree_need_kept();
	containers_need();
	if (made)
		return;
	expect(client_shell(IMPORT " && " AS_USER IMPORT), 0, "", NULL);
	made = true;
}
