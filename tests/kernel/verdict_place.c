/* SPDX-License-Identifier: MIT */
/*
 * The same file in another place: below another root (--root, beside a real chroot), and in user namespaces that
 * see another table than the one in force, or none.
 */
#include "conf.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "executed.h"
#include "programs.h"

static char *root;

static char *
in_root(const char *path)
{
	char name[512];

	snprintf(name, sizeof(name), "root/%s", path);
	return scratch_file(name);
}

static void
put_text(const char *path, const char *text, mode_t mode)
{
	char *at = in_root(path);

	spill(at, text, strlen(text), mode);
	free(at);
}

static void
put_file(const char *from, const char *path)
{
	char *at = in_root(path);

	copy_file(from, at, 0755);
	free(at);
}

static void
put_link(const char *target, const char *path)
{
	char *at = in_root(path);

	assert_int_equal(symlink(target, at), 0);
	free(at);
}

/* A root of another architecture as debootstrap leaves it, with links that are meant to be followed inside. */
static void
make_root(void)
{
	static const char *const folders[] = {"root", "root/bin", "root/etc"};
	char *program;

	if (root)
		return;
	for (size_t i = 0; i < LENGTH(folders); i++)
		free(scratch_folder(folders[i]));
	root = scratch_file("root");
	program = probe_program("aarch64", "program");
	put_file(program, "bin/busybox");
	put_file(tiny_interpreter(), "bin/native");
	put_link("/bin/busybox", "bin/foreign-link");
	put_link("/bin/native", "bin/native-link");
	put_link("/bin/sh", "etc/sh");
	put_text("bin/script", "#!/bin/sh\n", 0755);
	put_text("bin/script-foreign", "#!/bin/busybox\n", 0755);
	put_text("bin/script-native", "#!/bin/native-link\n", 0755);
	put_text("bin/closed", "#!/bin/native\n", 0644);
	put_text("bin/crlf", "#!/bin/native\r\n", 0755);
	put_text("bin/late", "\n#!/bin/native\n", 0755);
	free(program);
}

static void
enter_root(void *unused)
{
	(void)unused;
	if (chroot(root) < 0 || chdir("/") < 0)
		_exit(125);
}

/* errno of exec after chroot, 0: it runs. */
static int
chroot_says(const char *path)
{
	struct executed executed;

	executed_path(path, false, enter_root, NULL, &executed);
	return executed.error;
}

static const struct {
	const char *path;
	int without, with; /* errno of exec after chroot: no handler, one with flag F */
} rows[] = {
    {"/bin/busybox", ENOEXEC, 0},     {"/bin/foreign-link", ENOEXEC, 0}, {"/bin/native", 0, 0},
    {"/bin/native-link", 0, 0},       {"/etc/sh", ENOENT, ENOENT},       {"/bin/script", ENOENT, ENOENT},
    {"/bin/script-native", 0, 0},     {"/bin/closed", EACCES, EACCES},   {"/bin/script-foreign", ENOEXEC, 0},
    {"/bin/nothing", ENOENT, ENOENT},
};

static const char *
errno_json(int error)
{
	return error == ENOENT    ? "\"ENOENT\""
	       : error == EACCES  ? "\"EACCES\""
	       : error == ENOEXEC ? "\"ENOEXEC\""
				  : "null";
}

/* match and doctor with --root say what the kernel says after chroot. */
static void
expect_below_root(const char *path, int error)
{
	char filter[256];

	if (chroot_says(path) != error)
		fail_msg("%s: the kernel ends in %d after chroot, not in %d", path, chroot_says(path), error);
	expect(tool("match", "--root", root, path, NULL), error != 0, NULL, NULL);
	snprintf(filter, sizeof(filter), ".files[0] | .runs == %s and .errno == %s", error ? "false" : "true",
		 errno_json(error));
	expect_json(tool("match", "-j", "--root", root, path, NULL)->out, filter);
	snprintf(filter, sizeof(filter), "[.checks[] | select(.check == \"match\") | .result] == [\"%s\"]",
		 error ? "fail" : "pass");
	expect_json(tool("doctor", "-j", "--root", root, path, NULL)->out, filter);
}

/* A10 */
static void
root__files_links_and_scripts__as_after_chroot(void **state)
{
	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	make_root();
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect_below_root(rows[i].path, rows[i].without);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect_below_root(rows[i].path, rows[i].with);
	expect(tool("test", "--root", root, "aarch64", NULL), 0, "aarch64", "");
}

/* A11: F is what it lacks, and the fix adds it. */
static void
root__entry_without_f__enoent_and_flag_f_is_the_fix(void **state)
{
	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	make_root();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-fP", NULL), 0, "registered",
	       "flag F is not set");
	expect_below_root("/bin/busybox", ENOENT);
	expect(tool("match", "--root", root, "/bin/busybox", NULL), 1, "; try: binfmtctl register aarch64 --flags PF\n",
	       "");
	expect(tool("test", "--root", root, "aarch64", NULL), 1, "--flags PF", "");
	expect(tool("status", NULL), 0, "qemu-aarch64: unfixed: flag F is not set", "");
	expect(tool("status", "--strict", NULL), 1, "unfixed", "");
	expect(tool("doctor", NULL), 0, "fix: binfmtctl register aarch64 --flags PF\n", "");
	expect(tool("register", "aarch64", "--flags", "PF", NULL), 0, "replaced", "");
	expect_below_root("/bin/busybox", 0);
	expect(tool("status", "--strict", NULL), 0, "ok", "");
}

/* Nor is F alone the fix where the interpreter needs more than its own file: the fix runs, and all is there. */
static void
root__interpreter_that_needs_more__a_static_one_is_the_fix(void **state)
{
	static const char *const flags[] = {"P", "PF"};
	static char *interpreters[2], fix[4096]; /* static: seen to be in use where the test is skipped */

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	if (!has_static_qemu("aarch64"))
		skip_because("this machine has no static QEMU for aarch64");
	interpreters[0] = scratch_copy("/bin/true", "dynamic");
	interpreters[1] = scratch_text("script", "#!/bin/sh\nexit 42\n", 0755);
	for (size_t i = 0; i < LENGTH(interpreters) * LENGTH(flags); i++) {
		make_root();
		tool("register", "aarch64", "-i", interpreters[i % 2], "-f", flags[i / 2], NULL);
		expect_below_root("/bin/busybox", ENOENT);
		snprintf(fix, sizeof(fix), "%s",
			 strstr(tool("match", "--root", root, "/bin/busybox", NULL)->out, "binfmtctl register"));
		expect(shell("PATH=%s:$PATH; %s", tool_folder(), fix), 0, "replaced", "");
		expect_below_root("/bin/busybox", 0);
	}
	free(interpreters[0]);
	free(interpreters[1]);
}

/* A12: F holds the script, and nothing holds what runs it. */
static void
root__held_script__enoent_and_unfixed(void **state)
{
	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	make_root();
	expect(tool("register", "aarch64", "-i", script_interpreter(), "-fF", NULL), 0, "registered", "is a script");
	expect_below_root("/bin/busybox", ENOENT);
	expect(tool("status", "--strict", NULL), 1, "is run by /bin/sh, which flag F does not hold", "");
	expect(tool("test", "--root", root, "aarch64", NULL), 1, NULL, NULL);
}

static void
root__held_and_dynamic__fails_inside(void **state)
{
	char *dynamic = scratch_copy("/bin/true", "dynamic");

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	make_root();
	expect(tool("register", "aarch64", "-i", dynamic, "-fF", NULL), 0, "registered", "is dynamically linked");
	expect_below_root("/bin/busybox", ENOENT);
	expect(tool("status", "--strict", NULL), 1, "dynamic", "");
	free(dynamic);
}

/* A path that was given with --root names another file outside. */
static void
root__fix_that_names_a_file__names_it_below_the_root(void **state)
{
	static const char *const paths[] = {"/bin/closed", "/bin/crlf", "/bin/late"};
	char filter[600];

	(void)state;
	make_root();
	for (size_t i = 0; i < LENGTH(paths); i++) {
		snprintf(filter, sizeof(filter),
			 ".files[0] | .runs == false and (.fix == null or (.fix | endswith(\"%s%s\")))", root,
			 paths[i]);
		expect_json(tool("match", "-j", "--root", root, paths[i], NULL)->out, filter);
	}
}

static void
root__not_a_folder_or_missing__refused(void **state)
{
	static const char *const commands[] = {"match", "doctor", "test"};

	(void)state;
	for (size_t i = 0; i < LENGTH(commands); i++) {
		expect(tool(commands[i], "--root", "/nowhere/root", "aarch64", NULL), 1, "", "/nowhere/root");
		expect(tool(commands[i], "--root", "/bin/sh", "aarch64", NULL), 1, "", "/bin/sh");
	}
}

/* A14: the parent's table is on show, an instance of the child's own is in force. */
static void
namespace__other_instance_in_force__never_said_to_run(void **state)
{
	static const char inside[] = "unshare -Urm sh -c 'mount -t tmpfs none /mnt && mkdir /mnt/own && "
				     "mount -t binfmt_misc none /mnt/own && \"$@\"' sh ";
	char *path = probe_program("aarch64", "program"), *interpreter = tiny_copy("interpreter"), *before;

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	expect(tool("register", "aarch64", "-i", interpreter, NULL), 0, "registered", "");
	if (shell("%strue", inside)->status != 0)
		skip_because("this kernel gives no instance of its own");
	expect(shell("%s'%s'", inside, path), 126, "", NULL);
	expect(shell("%s./binfmtctl test aarch64", inside), 1, "(another user namespace's)\n",
	       NULL); /* and no remedy */
	expect(shell("%s./binfmtctl doctor '%s'", inside, path), 1, "not those in force", NULL);
	assert_int_not_equal(shell("%s./binfmtctl match '%s'", inside, path)->status, 0);
	let_the_clock_tick();
	upgrade(interpreter); /* nor is it said to be stale, as a probe does not get there */
	before = instance();
	expect(shell("%s./binfmtctl status", inside), 0, "qemu-aarch64: unknown: ", "");
	assert_int_not_equal(shell("%s./binfmtctl refresh aarch64", inside)->status, 0);
	expect_instance(before);
	free(before);
	free(interpreter);
	free(path);
}

/* The child's own instance has an entry that lost its interpreter; the parent's, on show, would run the program. */
static void
namespace__other_instance_lost_its_interpreter__fails_as_there(void **state)
{
	static const char inside[] = "unshare -Urm sh -c 'mount -t tmpfs none /mnt && mkdir /mnt/own && "
				     "mount -t binfmt_misc none /mnt/own && cp \"$1\" /mnt/lost && "
				     "./binfmtctl -d /mnt/own register aarch64 -i /mnt/lost --flags P --force && "
				     "rm /mnt/lost && shift && exec \"$@\"' sh ";
	char *path = probe_program("aarch64", "program"), *interpreter = tiny_copy("interpreter");

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	expect(tool("register", "aarch64", "-i", interpreter, NULL), 0, "registered", "");
	if (shell("%s'%s' true", inside, interpreter)->status != 0)
		skip_because("this kernel gives no instance of its own");
	expect(shell("%s'%s' '%s'", inside, interpreter, path), 127, NULL, NULL);
	expect(shell("%s'%s' ./binfmtctl match '%s'", inside, interpreter, path), 1, "fails with ENOENT", NULL);
	expect(shell("%s'%s' ./binfmtctl -d /mnt/own match '%s'", inside, interpreter, path), 1, NULL, NULL);
	expect(shell("%s'%s' ./binfmtctl match -j '%s' | tail -n 1 | grep -o '\"runs\":[^,]*,\"errno\":[^,]*'", inside,
		     interpreter, path),
	       0, "\"runs\":false,\"errno\":\"ENOENT\"", NULL);
	expect(shell("%s'%s' ./binfmtctl doctor '%s'", inside, interpreter, path), 1, "fails with ENOENT", NULL);
	free(interpreter);
	free(path);
}

/* B1: a mount would hide the host's handlers, for good. */
static void
namespace__no_mount_visible__mount_is_never_the_advice(void **state)
{
	static const char container[] =
	    "unshare -Urmpf --mount-proc sh -c 'mount --bind /proc/sys/kernel " MOUNT "; \"$@\"' sh ";
	static const char *const commands[] = {"doctor",           "doctor /bin/sh", "status",       "match /bin/sh",
					       "register aarch64", "list",           "test aarch64", "-j doctor"};
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	if (shell("%strue", container)->status != 0)
		skip_because("this machine's unshare(1) makes no such container");
	for (size_t i = 0; i < LENGTH(commands); i++) {
		r = shell("%s./binfmtctl %s 2>&1", container, commands[i]);
		assert_null(strstr(r->out, "mount -t"));
		assert_null(strstr(r->out, "--mount"));
		assert_null(strstr(r->out, "modprobe"));
	}
	expect(shell("%s./binfmtctl register aarch64", container), 3, "", "on the host");
	expect(shell("%s./binfmtctl test aarch64", container), 0, "ok", NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(root__files_links_and_scripts__as_after_chroot),
	    cmocka_unit_test(root__entry_without_f__enoent_and_flag_f_is_the_fix),
	    cmocka_unit_test(root__interpreter_that_needs_more__a_static_one_is_the_fix),
	    cmocka_unit_test(root__held_script__enoent_and_unfixed),
	    cmocka_unit_test(root__held_and_dynamic__fails_inside),
	    cmocka_unit_test(root__fix_that_names_a_file__names_it_below_the_root),
	    cmocka_unit_test(root__not_a_folder_or_missing__refused),
	    cmocka_unit_test(namespace__other_instance_in_force__never_said_to_run),
	    cmocka_unit_test(namespace__other_instance_lost_its_interpreter__fails_as_there),
	    cmocka_unit_test(namespace__no_mount_visible__mount_is_never_the_advice),
	};

	return ns_run(tests);
}
