/* SPDX-License-Identifier: MIT */
/* A user's containers of arm64: on a machine that has handlers, and with the user's own. By the recipes of the README.
 */
#include <unistd.h>

#include "client.h"
#include "containers.h"
#include "harness.h"
#include "recipe.h"
#include "room.h"
#include "user.h"

#define UNIT "man/examples/binfmtctl.user.service"

/* The user may call sudo. */
static void
need_user(void)
{
	static bool made;

	client_need_emulator();
	containers_need_images();
	if (access("/etc/sudoers.d", X_OK) < 0)
		skip_because("this machine has no sudo");
	if (!made)
		expect(client_shell("mount -t tmpfs -o mode=755 tmpfs /etc/sudoers.d && "
				    "echo 'user ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/user"),
		       0, "", "");
	made = true;
}

static void
recipe__container_host__runs(void **state)
{
	char *lines = recipe("Container host");

	(void)state;
	need_user();
	expect(user_shell(lines), 0, "\naarch64\n", NULL);
	free(lines);
	assert_true(is_entry("qemu-aarch64"));
}

/* The user's handlers are a copy of the machine's, and more. */
static void
expect_own(void)
{
	expect_text("the machine's", entry_names(), "qemu-s390x");
	expect(user_shell("podman unshare binfmtctl list -q"), 0, "qemu-aarch64\n", NULL);
	expect(user_shell("podman unshare binfmtctl list -q"), 0, "qemu-s390x\n", NULL);
	expect(user_shell("podman run --rm --platform linux/arm64 debian sh -c 'uname -m; exit 42'"), 42, "aarch64\n",
	       NULL);
}

static void
start(void)
{
	installed_qemu("s390x");
	need_user();
	user_shell("podman system migrate"); /* ends the namespace that is there */
	expect(tool("register", "s390x", NULL), 0, "registered", NULL);
	assert_true(user_shell("podman run --rm --platform linux/arm64 debian true")->status != 0);
}

static void
recipe__rootless__runs(void **state)
{
	char *lines = recipe("Rootless");

	(void)state;
	start();
	expect(user_shell(lines), 0, "\naarch64\n", NULL);
	free(lines);
	expect_own();
}

/* In a namespace of exec, whose ids are those that podman would have made. */
static void
exec__buildah_and_podman_inside__run(void **state)
{
	(void)state;
	start();
	expect(user_shell("binfmtctl exec --map-auto --arch arm64 -- podman run --rm --platform linux/arm64 "
			  "docker.io/library/debian "
			  "sh -c 'uname -m; exit 42'"),
	       42, "aarch64\n", NULL);
	expect(user_shell("binfmtctl exec --map-auto --arch arm64 -- sh -ec 'c=$(buildah from --arch arm64 "
			  "docker.io/library/debian) && "
			  "buildah run --isolation chroot $c uname -m && buildah rm $c'"),
	       0, "aarch64\n", NULL);
}

static void
unit__exec_start__runs(void **state)
{
	const char *unit = slurp(UNIT), *line;
	char *words;

	(void)state;
	assert_non_null(unit);
	line = strstr(unit, "\nExecStart=");
	assert_non_null(line);
	line += strlen("\nExecStart=");
	words = strndup(line, strcspn(line, "\n"));
	start();
	expect(user_shell(words), 0, "qemu-aarch64: registered", NULL);
	free(words);
	expect_own();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(recipe__container_host__runs),
	    cmocka_unit_test(recipe__rootless__runs),
	    cmocka_unit_test(exec__buildah_and_podman_inside__run),
	    cmocka_unit_test(unit__exec_start__runs),
	};

	return ns_run_in(room_become_root, tests);
}
