/* SPDX-License-Identifier: MIT */
/* Images of arm64, built and run: as root of a machine, and as a user of it. */
#include <limits.h>

#include "client.h"
#include "containers.h"
#include "harness.h"
#include "user.h"

/* As both, with the flags that register takes by itself. */
#define BOTH(what, line, status, out, needs)                                                                           \
	{what " as root", "buildah", "PF", line, status, out, needs},                                                  \
	{                                                                                                              \
		what " as a user", "buildah", "PF", AS_USER "sh -uc '" line "'", status, out, needs                    \
	}

/* An image of nothing but one program, which exits with 42. */
static void
need_probe(void)
{
	char line[PATH_MAX + 256], *probe;

	containers_need();
	probe = probe_program("aarch64", "probe");
	snprintf(line, sizeof(line),
		 "mkdir -p $PLACE/image && cp %s $PLACE/image/probe && "
		 "printf 'FROM scratch\nCOPY probe /probe\n' >$PLACE/image/Containerfile",
		 probe);
	free(probe);
	expect(client_shell(line), 0, "", "");
}

#define BUILD "buildah bud -q --platform linux/arm64 -t probe $PLACE/image >/dev/null && "
#define FROM "c=$(buildah from --platform linux/arm64 probe) && "

static const struct client images[] = {
    BOTH("buildah run of an image FROM scratch", BUILD FROM "buildah run --isolation chroot $c /probe", 42, "",
	 need_probe),
    BOTH("podman run of it", BUILD "podman run --rm --platform linux/arm64 probe /probe", 42, "", need_probe),
    BOTH("buildah bud with RUN",
	 "printf \"FROM debian\\nRUN uname -m; id -un\\n\" | buildah bud --isolation chroot --platform linux/arm64 -f "
	 "- .",
	 0, "aarch64\nroot\n", containers_need_images),
    BOTH("podman run", "podman run --rm --platform linux/arm64 debian sh -c \"uname -m; exit 42\"", 42, "aarch64\n",
	 containers_need_images),
};

int
main(void)
{
	return clients_run(images);
}
