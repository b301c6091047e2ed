/* SPDX-License-Identifier: MIT */
/*
 * The README's recipes, run as they are printed. Programs that change the machine, or that this machine has not
 * (package managers, OpenRC's rc-update, podman, kubectl), are stand-ins that note their words, and sudo and doas run
 * what they are given: so it is seen that each line can be run and what binfmtctl makes of it, not what a package
 * brings.
 */
#include "conf.h"

#include <sys/mount.h>
#include <unistd.h>

#include "recipe.h"

/* A folder for a PATH; `called` in it is what stand-ins were told. */
static char *bin;

static void
stand_in(const char *name, const char *text)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/%s", bin, name);
	spill(path, text, strlen(text), 0755);
}

static void
begin(void)
{
	static const char *const noting[] = {"apt-get", "apk", "rc-update", "podman"};
	static const char note[] = "#!/bin/sh\necho \"${0##*/} $*\" >>\"${0%/*}/called\"\n";

	installed_qemu("aarch64");
	conf_needs_boot_dirs();
	expect(shell("chmod 755 /etc/binfmt.d"), 0, "", "");
	if (!bin)
		bin = scratch_folder("stand-ins");
	for (size_t i = 0; i < LENGTH(noting); i++)
		stand_in(noting[i], note);
	stand_in("sudo", "#!/bin/sh\nexec \"$@\"\n");
	stand_in("doas", "#!/bin/sh\nexec \"$@\"\n");
	stand_in("called", "");
}

/* In the scratch folder, or where the README's reader stands; with the program that is tested. */
static const struct run *
cook(const char *name, bool in_tree)
{
	char *text = recipe(name), *file = scratch_text("recipe", text, 0644);
	const struct run *r =
	    shell("PATH=\"%s:%s:$PATH:/usr/sbin:/sbin\"; export PATH; f='%s'; cd '%s' && exec sh -e \"$f\"", bin,
		  tool_folder(), file, in_tree ? "." : scratch());

	free(text);
	free(file);
	return r;
}

static void
expect_called(const char *lines)
{
	char path[4200];

	snprintf(path, sizeof(path), "%s/called", bin);
	assert_string_equal(slurp(path), lines);
}

/* A boot: nothing is registered but what binfmt.d says. */
static void
expect_after_boot(const char *names)
{
	ns_empty();
	expect(tool("load", NULL), 0, NULL, NULL);
	assert_string_equal(entry_names(), names);
}

static void
debian__recipe__runs_now_and_after_a_boot(void **state)
{
	(void)state;
	installed_qemu("riscv64");
	begin();
	expect(cook("Debian", false), 0, "riscv64  ok", NULL);
	expect_called("apt-get install qemu-user-static\n");
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-riscv64");
	expect_after_boot("qemu-aarch64 qemu-riscv64");
}

/* What `make install` puts there, in folders of the test's own. */
static void
install_examples(void)
{
	if (access("/etc/init.d", F_OK) < 0 || mount("tmpfs", "/etc/init.d", "tmpfs", 0, NULL) < 0 ||
	    mount("tmpfs", "/usr/local", "tmpfs", 0, NULL) < 0)
		skip_because("this machine has no /etc/init.d and /usr/local that a test can cover");
	expect(shell("d=/usr/local/share/doc/binfmtctl/examples && mkdir -p $d && cp man/examples/* $d"), 0, "", "");
}

static int
uncover(void **state)
{
	(void)state;
	umount("/usr/local");
	umount("/etc/init.d");
	return 0;
}

static void
alpine__recipe__runs_now_and_after_a_boot(void **state)
{
	(void)state;
	begin();
	install_examples();
	expect(cook("Alpine", false), 0, "aarch64  ok", NULL);
	expect_called("apk add qemu-aarch64\nrc-update add binfmtctl\n");
	expect(shell("[ -x /etc/init.d/binfmtctl ]"), 0, "", "");
	assert_string_equal(entry_names(), "qemu-aarch64");
	expect_after_boot("qemu-aarch64");
}

static void
kubernetes__recipe__applies_the_image_that_it_builds(void **state)
{
	const struct run *r;

	(void)state;
	begin();
	stand_in("kubectl", "#!/bin/sh\necho \"kubectl $*\" >>\"${0%/*}/called\"\n[ \"$1\" != apply ] || cat\n");
	r = expect(cook("Kubernetes", true), 0, "image: registry.example/binfmt:1\n", "");
	assert_null(strstr(r->out, "image: IMAGE"));
	expect_called("podman build -t registry.example/binfmt:1 -f man/examples/Containerfile .\n"
		      "podman push registry.example/binfmt:1\nkubectl apply -f -\n"
		      "kubectl rollout status daemonset/binfmt\n");
}

static void
ci__recipe__handlers_of_the_job_alone(void **state)
{
	char *program;

	(void)state;
	begin();
	program = probe_program("aarch64", "hello-arm64");
	expect(cook("CI", false), 42, "", ""); /* the program's own exit status */
	assert_string_equal(entry_names(), "");
	free(program);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(debian__recipe__runs_now_and_after_a_boot),
	    cmocka_unit_test_setup_teardown(alpine__recipe__runs_now_and_after_a_boot, ns_setup, uncover),
	    cmocka_unit_test(kubernetes__recipe__applies_the_image_that_it_builds),
	    cmocka_unit_test(ci__recipe__handlers_of_the_job_alone),
	};

	return ns_run(tests);
}
