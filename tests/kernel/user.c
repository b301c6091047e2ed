/* SPDX-License-Identifier: MIT */
/* Users other than the instance's root, other people's instances, and several runs at once. */
#include "range.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"

#define TINY "/mnt/tiny"

/* To be called first in each test of this group: one entry of the instance's root. */
static void
in_range(void)
{
	range_setup();
	copy_file(tiny_interpreter(), TINY, 0755);
	expect(tool("register", "aarch64", "-i", TINY, NULL), 0, "registered", "");
}

static const struct run *
tool_as_user(const char *const words[])
{
	const struct run *r;

	range_become_user();
	r = tool_words(words);
	range_become_root();
	return r;
}

/* The tool in a user namespace of that user's own, without a mount of its own. */
static const struct run *
tool_in_child(const char *words)
{
	const struct run *r;

	range_become_user();
	r = shell("unshare -Ur ./binfmtctl %s", words);
	range_become_root();
	return r;
}

static void
user__reading_as_another_user__works(void **state)
{
	static const struct {
		const char *words[8], *out;
	} rows[] = {
	    {{"list"}, "qemu-aarch64"},
	    {{"-j", "list"}, "\"name\":\"qemu-aarch64\""},
	    {{"list", "--supported"}, "qemu-aarch64"},
	    {{"status"}, "qemu-aarch64"},
	    {{"-j", "status"}, "\"scope\":\"unknown\""},
	    {{"status", "--strict", "aarch64"}, "ok"},
	    {{"-n", "register", "aarch64"}, "unchanged"},
	    {{"-n", "register", "aarch64", "-fPF"}, "would be replaced"},
	    {{"-n", "register", "riscv64", "-i", TINY}, "would be registered"},
	    {{"-n", "-j", "register", "riscv64", "-i", TINY}, "\"result\":\"registered\""},
	    {{"-n", "remove", "aarch64"}, "would be removed"},
	    {{"-n", "disable", "aarch64"}, "would be disabled"},
	    {{"-n", "remove", "--global"}, "would be removed"},
	    {{"-n", "disable", "--global"}, "would be disabled"},
	};
	char *before;

	(void)state;
	need_ptrace();
	in_range();
	before = instance();
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool_as_user(rows[i].words), 0, rows[i].out, "");
	expect_instance(before);
	free(before);
}

static void
user__changing_as_another_user__refused_and_said(void **state)
{
	static const char *const rows[][8] = {{"register", "riscv64", "-i", TINY},
					      {"register", "aarch64"},
					      {"register", "all"},
					      {"remove", "aarch64"},
					      {"remove", "--global"},
					      {"remove", "x", "--missing-ok"},
					      {"disable", "aarch64"},
					      {"disable", "--global"},
					      {"enable", "all"},
					      {"register", "aarch64", "-fPF"},
					      {"-q", "disable", "arm64"}};
	char *before;

	(void)state;
	in_range();
	before = instance();
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool_as_user(rows[i]), 1, "", "only root may change binfmt_misc handlers");
	expect(tool_as_user((const char *[]){"-j", "register", "aarch64", NULL}), 1, "\"code\":\"not-root\"", "root");
	expect_instance(before);
	free(before);
}

static void
user__c_for_a_file_or_folder_of_another_user__refused_with_the_uid(void **state)
{
	static const struct {
		const char *path, *err;
	} rows[] = {
	    {"/mnt/own/theirs", "theirs (/mnt/own/theirs) belongs to uid 1000"},
	    {"/mnt/their/good", "their (/mnt/their/good) belongs to uid 1000"},
	    {"/mnt/own/link", "their (/mnt/own/link) belongs to uid 1000"},
	};

	(void)state;
	in_range();
	expect(shell("umask 022; cd /mnt && rm -rf own their && mkdir own their && cp tiny own/theirs && cp tiny "
		     "own/good && "
		     "cp tiny their/good && ln -s ../their/good own/link && chown 1000 own/theirs their"),
	       0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(tool("register", "riscv64", "-i", rows[i].path, "-fPOCF", NULL), 1, "", rows[i].err);
		expect(tool("register", "riscv64", "-i", rows[i].path, "-fPOF", NULL), 0, NULL, "");
		tool("remove", "riscv64", NULL);
	}
	expect(tool("register", "riscv64", "-i", "/mnt/own/good", "-fPOCF", NULL), 0, "registered", "");
}

static void
inherited__seen_from_a_child_namespace__read_but_not_changed(void **state)
{
	static const char *const changes[] = {("register riscv64 -i " TINY),
					      "register aarch64 -fP",
					      "remove aarch64",
					      "disable aarch64",
					      "disable --global",
					      "register all",
					      "remove --global"};
	char *before;

	(void)state;
	in_range();
	before = instance();
	expect(tool_in_child("list"), 0, "qemu-aarch64", "");
	expect(tool_in_child("status"), 0, "qemu-aarch64", "");
	expect(tool_in_child("-j status"), 0, "\"scope\":\"unknown\"", "");
	expect(tool_in_child("-n register riscv64 -i " TINY), 0, "would be registered", "");
	for (size_t i = 0; i < LENGTH(changes); i++)
		expect(tool_in_child(changes[i]), 1, "",
		       "shows the instance of another user namespace, only its root may change it");
	expect(tool_in_child("register aarch64 --mount"), 3, "", "not permitted to mount binfmt_misc");
	expect_instance(before);
	free(before);
}

/* A child namespace in which the mount is hidden, as in a container, though the handlers still apply. */
#define HIDDEN "unshare -Urm sh -c 'mount --bind /proc/sys/vm " MOUNT " && exec ./binfmtctl \"$@\"' sh "

static void
inherited__no_mount_visible__3_and_never_an_empty_list(void **state)
{
	static const char *const commands[] = {
	    "list", "status", "remove all", "disable --global", "register aarch64", "register all", "-n register all"};

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	for (size_t i = 0; i < LENGTH(commands); i++) {
		expect(shell(HIDDEN "%s", commands[i]), 3, "",
		       "not visible here (nothing mounted at " MOUNT
		       "); the host's handlers may still apply, `binfmtctl test` tells");
		expect(shell(HIDDEN "-j %s", commands[i]), 3, "\"code\":\"not-mounted\"", "not visible here");
	}
	expect(shell(HIDDEN "-q list"), 3, "", "not visible here");
	expect(shell(HIDDEN "match ./binfmtctl"), 3, "./binfmtctl: native (", "not visible here");
	expect_json(expect(shell(HIDDEN "-j match ./binfmtctl"), 3, NULL, "not visible here")->out,
		    ".files[0] | .result == \"native\" and .runs == true");
	expect(shell(HIDDEN "test aarch64"), 0, "aarch64", NULL);
}

static void
inherited__mount_asked_for__refused_as_it_would_hide_the_handlers(void **state)
{
	(void)state;
	expect(shell(HIDDEN "register aarch64 --mount"), 3, "", "hides the inherited handlers");
}

/* A folder with an interpreter for every architecture. */
static const char *
all_interpreters(void)
{
	static char *dir;

	if (dir)
		return dir;
	dir = scratch_file("all");
	assert_int_equal(mkdir(dir, 0755), 0);
	for (size_t i = 0; i < arch_count; i++) {
		char *path;

		assert_true(asprintf(&path, "%s/%s-static", dir, arch_table[i].interpreter) > 0);
		if (access(path, F_OK) < 0)
			copy_file(tiny_interpreter(), path, 0755);
		free(path);
	}
	return dir;
}

/* Names and states, sorted: what is to be the same however the runs took turns. */
static char *
entries(void)
{
	return strdup(shell("cd " MOUNT
			    " && for f in $(ls -A); do [ $f = register ] || { echo $f; grep -v ^flags $f; }; "
			    "done")
			  ->out);
}

/* So many runs at once; each prints its exit status if it is not 0. */
static const struct run *
at_once(int runs, const char *flags)
{
	return shell("i=0; pids=; while [ $i -lt %d ]; do i=$((i + 1)); set -- %s; n=$((i %% $# + 1)); "
		     "eval \"f=\\${$n}\"; ./binfmtctl register all --interpreter-dir '%s' -f $f >/dev/null & "
		     "pids=\"$pids $!\"; done; for p in $pids; do wait $p || echo \"exit $?\"; done",
		     runs, flags, all_interpreters());
}

static void
check_concurrent(int runs, const char *flags)
{
	char *wanted, *got;

	ns_setup(NULL);
	expect(tool("register", "all", "--interpreter-dir", all_interpreters(), "-fPF", NULL), 0, "registered", "");
	wanted = entries();
	ns_setup(NULL);
	for (int round = 0; round < 4; round++) {
		expect(at_once(runs, flags), 0, "", "");
		got = entries();
		assert_string_equal(got, wanted);
		free(got);
	}
	free(wanted);
}

static void
concurrent__two_runs_of_register_all__all_done(void **state)
{
	(void)state;
	need_ptrace();
	check_concurrent(2, "PF");
	check_concurrent(2, "PF POF");
}

static void
concurrent__eight_runs_of_register_all__all_done(void **state)
{
	(void)state;
	need_ptrace();
	check_concurrent(8, "PF");
	check_concurrent(8, "PF POF F");
}

static void
concurrent__different_entries_at_once__all_there(void **state)
{
	(void)state;
	expect(
	    shell(
		"pids=; for i in 1 2 3 4 5 6 7 8; do ./binfmtctl register --name e$i --extension x$i -i '%s' "
		">/dev/null & pids=\"$pids $!\"; done; for p in $pids; do wait $p || echo \"exit $?\"; done; ls " MOUNT,
		tiny_interpreter()),
	    0, "e1\ne2\ne3\ne4\ne5\ne6\ne7\ne8\nregister\nstatus\n", "");
}

static void
lock__held_for_too_long__1_and_said(void **state)
{
	static const char *const commands[][8] = {{"register", "arm", "-i", "/bin/sh", "--timeout", "0"},
						  {"remove", "aarch64", "--timeout=0"},
						  {"disable", "all", "--timeout", "0"},
						  {"disable", "--global", "--timeout", "0"},
						  {"remove", "--global", "--timeout", "0"}};
	int fd = open(MOUNT "/register", O_WRONLY | O_CLOEXEC);
	char *before, holder[128];

	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	before = instance();
	assert_int_equal(flock(fd, LOCK_EX), 0);
	snprintf(holder, sizeof(holder), "user (process %d) has held the lock for 0 seconds; nothing was changed",
		 (int)getpid());
	for (size_t i = 0; i < LENGTH(commands); i++)
		expect(tool_words(commands[i]), 1, "", holder);
	expect(tool("register", "arm", "-i", tiny_interpreter(), "--timeout", "1", NULL), 1, "", "lock for 1 second");
	expect(tool("-j", "remove", "aarch64", "--timeout", "0", NULL), 1, "\"code\":\"lock\"", "held the lock");
	expect_instance(before);
	expect(tool("list", NULL), 0, "qemu-aarch64", "");
	close(fd);
	free(before);
}

/* The lock goes with its holder, a child that dies once the run is sure to wait. */
static void
lock__held_for_a_while__waited_for_and_said_with_v(void **state)
{
	(void)state;
	for (int verbose = 0; verbose <= 1; verbose++) {
		int fd = open(MOUNT "/register", O_WRONLY | O_CLOEXEC);
		pid_t pid;

		assert_int_equal(flock(fd, LOCK_EX), 0);
		pid = fork();
		if (pid == 0) {
			usleep(500000);
			_exit(0);
		}
		close(fd);
		expect(tool("register", "aarch64", "-i", tiny_interpreter(), verbose ? "-v" : "-fF", NULL), 0,
		       verbose ? "unchanged" : "registered",
		       verbose ? "binfmtctl: waiting for another binfmtctl to finish\n" : "");
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(inherited__no_mount_visible__3_and_never_an_empty_list),
	    cmocka_unit_test(inherited__mount_asked_for__refused_as_it_would_hide_the_handlers),
	    cmocka_unit_test(concurrent__two_runs_of_register_all__all_done),
	    cmocka_unit_test(concurrent__eight_runs_of_register_all__all_done),
	    cmocka_unit_test(concurrent__different_entries_at_once__all_there),
	    cmocka_unit_test(lock__held_for_too_long__1_and_said),
	    cmocka_unit_test(lock__held_for_a_while__waited_for_and_said_with_v),
	};
	const struct CMUnitTest in_a_range[] = {
	    cmocka_unit_test(user__reading_as_another_user__works),
	    cmocka_unit_test(user__changing_as_another_user__refused_and_said),
	    cmocka_unit_test(user__c_for_a_file_or_folder_of_another_user__refused_with_the_uid),
	    cmocka_unit_test(inherited__seen_from_a_child_namespace__read_but_not_changed),
	};
	int failed = range_run(in_a_range);

	return ns_run(tests) || failed;
}
