/* SPDX-License-Identifier: MIT */
/* The Containerfile of man/examples: its image is built of this tree and this machine's programs, and registers. */
#include <unistd.h>

#include "client.h"
#include "containers.h"
#include "harness.h"
#include "tree.h"

#define M "/proc/sys/fs/binfmt_misc"

/* A base that has all, as it shows this machine's /usr: the links into it are what it has itself. */
#define BASE                                                                                                           \
	"mkdir -p $PLACE/base/tmp $PLACE/base/etc $PLACE/base/usr && cd $PLACE/base && "                               \
	"cp -P /bin /lib* . && tar -c . | podman import -q - localhost/base >/dev/null && cd \"$OLDPWD\" && "

#define BUILD                                                                                                          \
	"mkdir $PLACE/sources && cp -R Makefile include magic man src tests $PLACE/sources && "                        \
	"buildah bud -q --isolation chroot --build-arg BASE=localhost/base -v /usr:/usr:ro "                           \
	"-v /etc/alternatives:/etc/alternatives:ro -t binfmt -f man/examples/Containerfile $PLACE/sources"

static void
need_image(void)
{
	static bool made;

	containers_need();
	if (shell("[ -L /bin ] && [ -L /lib ] && command -v qemu-aarch64-static")->status != 0)
		skip_because("this machine has no qemu-aarch64-static below /usr alone");
	if (!made)
		expect(client_shell(BASE BUILD), 0, NULL, NULL);
	made = true;
}

static void
need_image_and_tree(void)
{
	need_image();
	tree_need();
}

/* On a machine of its own --mount mounts it; in a user namespace it does not, so the container is shown it here. */
#define PRIVILEGED "podman run --rm --privileged -v " M ":" M " binfmt"

static const struct client images[] = {
    {"the image registers, and its handlers stay", "podman", NULL,
     PRIVILEGED " && chroot $ROOT sh -c 'uname -m; exit 42'", 42, "\naarch64\n", need_image_and_tree},
    {"they hold the image's QEMU, not this machine's", "podman", NULL,
     PRIVILEGED " register --mount arm64 && ./binfmtctl -j test aarch64", 1, "\"ok\":true", need_image},
    {"what fails there is its exit status", "podman", NULL, PRIVILEGED " register --mount arm64 nowhere 2>&1", 1,
     "nowhere: unknown architecture", need_image},
    {"where the handlers would not stay, it registers none", "podman", NULL,
     "podman run --rm --privileged binfmt 2>&1; s=$?; ls " M "; exit $s", 3, "hides the inherited", need_image},
    {"without privileges, nothing to act on", "podman", NULL, "podman run --rm binfmt 2>&1", 3,
     "hides the inherited handlers", need_image},
    {"its test tells whether programs run: they do", "podman", "PF", "podman run --rm binfmt test aarch64", 0, "  ok  ",
     need_image},
    {"also as the pod of the DaemonSet", "podman", "PF",
     "podman run --rm --user 65534 --read-only --cap-drop all --security-opt no-new-privileges binfmt test aarch64", 0,
     "  ok  ", need_image},
    {"and that they do not", "podman", NULL, "podman run --rm binfmt test aarch64 2>&1", 1, "no handler takes it",
     need_image},
    {"its sleep waits", "podman", NULL, "timeout 1 chroot $(podman image mount binfmt) /bin/sleep infinity", 124, "",
     need_image},
    {"nothing else is in it", "podman", NULL,
     "cd $(podman image mount binfmt) && find . -type f ! -name 'qemu-*-static' | LC_ALL=C sort | tr '\n' ' '", 0,
     "./bin/sleep ./usr/bin/binfmtctl ", need_image},
};

int
main(void)
{
	return clients_run(images);
}
