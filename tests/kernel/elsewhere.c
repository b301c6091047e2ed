/* SPDX-License-Identifier: MIT */
/* -d of an instance that is not in force here: nothing is concluded from what runs here, and nothing is written. */
#include "conf.h"

#include <errno.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forbid.h"
#include "probe.h"

/* Another user namespace, with an instance of its own, as it is reached from here. */
static struct {
	pid_t pid;
	char dir[64], entry[96];
} other;

static char *theirs, *file;

__attribute__((noreturn)) static void
live_there(int ready)
{
	const char *reason = prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? "no death signal" : ns_become_root();

	if (!reason)
		reason = ns_mount();
	if (!reason && tool("register", "aarch64", "-i", theirs, "-f", "F", NULL)->status == 0 &&
	    write(ready, "", 1) == 1)
		for (;;)
			pause();
	_exit(1);
}

/* Both tables have an entry for aarch64, by other interpreters; theirs has been replaced since, as far as we see. */
static void
begin(void)
{
	int ready[2];
	char byte;

	conf_needs_boot_dirs();
	theirs = tiny_copy("theirs");
	file = probe_program("aarch64", "program");
	assert_int_equal(pipe(ready), 0);
	other.pid = fork();
	if (other.pid == 0)
		live_there(ready[1]);
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1) {
		waitpid(other.pid, NULL, 0);
		skip_because("this kernel gives a child namespace no instance of its own");
	}
	close(ready[0]);
	snprintf(other.dir, sizeof(other.dir), "/proc/%d/root%s", (int)other.pid, MOUNT);
	snprintf(other.entry, sizeof(other.entry), "%s/qemu-aarch64", other.dir);
	let_the_clock_tick();
	upgrade(theirs);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
}

/* The teardown, also of a test that has failed. */
static int
end(void **state)
{
	(void)state;
	if (other.pid > 0) {
		kill(other.pid, SIGKILL);
		waitpid(other.pid, NULL, 0);
		free(theirs);
		free(file);
	}
	other.pid = 0;
	return 0;
}

static void
other_instance__looks__nothing_is_concluded(void **state)
{
	(void)state;
	need_ptrace();
	begin();
	expect(tool("-d", other.dir, "status", NULL), 0, "qemu-aarch64: unknown: not of the instance", "");
	expect(tool("-d", other.dir, "match", file, NULL), 1, "may not be those in force", "");
	expect_json(tool("-d", other.dir, "-j", "match", file, NULL)->out,
		    ".files[0] | .runs == null and .errno == null");
	expect(tool("-d", other.dir, "doctor", file, NULL), 0, "unknown  match: ", "");
	expect_json(
	    expect(tool("-d", other.dir, "-j", "test", "aarch64", NULL), 0, NULL, "may not be the instance in force")
		->out,
	    ".tests[0] | .ok and .entry == null and .stale == null and (.runner | endswith(\"/tiny\"))");
	expect_json(tool("-d", other.dir, "-j", "doctor", file, NULL)->out,
		    "[.checks[] | select(.check == \"test\") | .result] == [\"pass\"]");
	expect(
	    shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl -d %s status'", other.dir),
	    0, "qemu-aarch64: unknown: ", "");
	ns_empty(); /* so nothing runs it here, whatever stands there */
	expect(tool("-d", other.dir, "match", file, NULL), 1, "may not be those in force", "");
	expect_json(tool("-d", other.dir, "-j", "match", file, NULL)->out, ".files[0] | .runs == null");
	expect(tool("-d", other.dir, "test", "aarch64", NULL), 1, "no handler", "may not be the instance in force");
	expect(tool("-d", other.dir, "match", "/bin/sh", NULL), 0, "native", "");
}

/* By the path alone nothing tells whose it is: not ours, even where we may do what its root may. */
static void
other_instance__whose__unknown(void **state)
{
	(void)state;
	begin();
	expect(tool("-d", other.dir, "status", NULL), 0, "instance unknown", "");
	expect_json(tool("-d", other.dir, "-j", "list", NULL)->out, ".scope == \"unknown\"");
	expect(tool("-d", other.dir, "-v", "doctor", NULL), 0, "unknown  scope: whose instance it is cannot be told",
	       "");
	expect(tool("status", NULL), 0, "private instance", "");
}

/* Its mount namespace entered from outside: the usual place shows its table there, and ours is in force. */
static void
other_instance__its_mounts_entered__nothing_is_concluded(void **state)
{
	char *in;

	(void)state;
	need_ptrace();
	begin();
	ns_empty();
	assert_true(asprintf(&in, "nsenter -m -t %d -- '%s/binfmtctl'", (int)other.pid, tool_folder()) > 0);
	expect_json(shell("%s -j status", in)->out,
		    ".scope == \"unknown\" and [.entries[0].problems[].code] == [\"unknown\"]");
	expect(shell("%s match '%s'", in, file), 1, "may not be those in force", "");
	expect(shell("%s doctor", in), 0, NULL, NULL);
	assert_null(strstr(shell("%s doctor -v", in)->out, "pass  scope"));
	expect(shell("%s refresh", in), 0, "qemu-aarch64: skipped", "");
	free(in);
}

static void
other_instance__refresh_and_register__write_nothing(void **state)
{
	ino_t ino;

	(void)state;
	begin();
	ino = inode_of(other.entry);
	expect(tool("-d", other.dir, "refresh", NULL), 0, "qemu-aarch64: skipped", "");
	expect(tool("-d", other.dir, "refresh", "qemu-aarch64", NULL), 1, "", "cannot be told");
	expect(tool("-d", other.dir, "register", "aarch64", "-i", theirs, NULL), 0, "qemu-aarch64: unchanged",
	       "not the instance in force here");
	assert_int_equal(inode_of(other.entry), ino);
}

/* What is asked for otherwise is done there. */
static void
other_instance__register_with_other_flags__replaced_there(void **state)
{
	char *before;

	(void)state;
	begin();
	before = instance();
	expect(tool("-d", other.dir, "register", "aarch64", "-i", theirs, "-f", "PF", NULL), 0, "replaced", "");
	assert_non_null(strstr(slurp(other.entry), "flags: PF\n"));
	expect_instance(before);
	free(before);
}

/* An empty instance of another user namespace's own is in force, and ours is what is visible. */
static bool
hidden(void)
{
	return ns_become_root() == NULL && mount("none", "/mnt", "binfmt_misc", 0, NULL) == 0;
}

static bool
hidden_and_no_process(void)
{
	return hidden() && forbid_processes();
}

static bool
hidden_and_no_trace(void)
{
	return hidden() && forbid(SYS_ptrace, EPERM);
}

/* What only looks like a handler in force: never said to run, whether a probe can be made or not. */
static void
inherited_table__not_in_force__never_runs(void **state)
{
	static bool (*const prepares[])(void) = {hidden, hidden_and_no_process, hidden_and_no_trace};
	char *program = probe_program("aarch64", "program"), *custom = scratch_text("file.custom", "text", 0755);

	(void)state;
	for (size_t i = 0; i < LENGTH(prepares); i++)
		for (int with_arch = 0; with_arch < 2; with_arch++) {
			ns_empty();
			register_raw(":custom:E::custom::/bin/true:");
			if (with_arch)
				expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered",
				       "");
			run_prepare = prepares[i];
			expect(tool("match", custom, NULL), 1, "those in force", "");
			expect_json(tool("-j", "status", NULL)->out,
				    "[.entries[] | .problems[0].code] | all(. == \"unknown\")");
			if (with_arch)
				expect(tool("match", program, NULL), 1, "those in force", NULL);
			run_prepare = NULL;
		}
	free(custom);
	free(program);
}

/* Commands that would change the table that is seen; those that can be forced are done then, and it is said. */
static void
inherited_table__not_in_force__not_written(void **state)
{
	static const struct {
		const char *words[8];
		size_t count;
		bool forced;
	} rows[] = {
	    {{"register", "--name", "x", "--extension", "x", "-i", "/bin/true"}, 7, true},
	    {{"remove", "qemu-aarch64"}, 2, false},
	    {{"remove", "--global"}, 2, false},
	    {{"disable", "all"}, 2, false},
	    {{"disable", "--global"}, 2, false},
	    {{"enable", "off"}, 2, true},
	    {{"refresh"}, 1, false},
	};
	const char *words[9] = {NULL};
	char *before;

	(void)state;
	need_ptrace();
	let_the_clock_tick();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ns_empty();
		expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
		register_raw(":off:E::off::/bin/true:");
		assert_int_equal(mount_write("off", "0", 1), 0);
		before = instance();
		run_prepare = hidden;
		expect(tool_words(rows[i].words), 3, "", "of a parent user namespace, which is not in force here");
		expect_instance(before);
		memcpy(words, rows[i].words, sizeof(rows[i].words));
		words[rows[i].count] = "--force";
		if (rows[i].forced)
			expect(tool_words(words), 0, "ed",
			       "forced: this was changed in the table of a parent user namespace");
		run_prepare = NULL;
		free(before);
	}
}

/* Nothing tells it before the first entry is there. */
static void
inherited_table__empty_and_not_in_force__failure(void **state)
{
	(void)state;
	need_ptrace();
	run_prepare = hidden;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 1, "registered",
	       "this was changed in the table of a parent user namespace, which is not in force here");
	run_prepare = NULL;
}

/* Whoever is the root of both may change it: said, once something is changed. */
static void
inherited_table__in_force__written_and_said(void **state)
{
	static const char said[] = "changed in the table of a parent user namespace, and so for all";

	(void)state;
	need_ptrace();
	expect(shell("unshare -Ur ./binfmtctl register aarch64 -i '%s'", tiny_interpreter()), 0, "registered", said);
	expect(shell("unshare -Ur ./binfmtctl register aarch64 -i '%s'", tiny_interpreter()), 0, "unchanged", "");
	expect(shell("unshare -Ur ./binfmtctl doctor"), 0, "they apply unless this user namespace has an instance", "");
	expect(shell("unshare -Ur ./binfmtctl disable --global"), 0, "disabled", said);
	expect(shell("unshare -Ur ./binfmtctl enable --global"), 0, "enabled", said);
	expect(shell("unshare -Ur ./binfmtctl remove aarch64"), 0, "removed", said);
	assert_string_equal(entry_names(), "");
}

/* What doctor prints is what helps. */
static void
inherited_table__not_in_force__doctor_fails_and_its_fix_cures(void **state)
{
	char *program = probe_program("aarch64", "program");

	(void)state;
	need_ptrace();
	installed_qemu("s390x");
	let_the_clock_tick(); /* nothing on the way to the interpreter is as young as the entry */
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	run_prepare = hidden;
	expect(tool("doctor", NULL), 1, "binfmtctl register --mount all", "");
	run_prepare = NULL;
	expect(shell("unshare -Urm sh -c 'mount -t binfmt_misc none /mnt && umount /mnt; ./binfmtctl register --mount "
		     "all >/dev/null; ./binfmtctl doctor -v; %s'",
		     program),
	       PROBE_STATUS, "pass  scope: a private instance", NULL);
	free(program);
}

/* Where what is seen runs it, it is said to run; a name alone no probe can have. */
static void
inherited_table__in_force__runs(void **state)
{
	char *custom = scratch_text("file.custom", "text", 0755), *magic = scratch_text("magic", "text", 0755),
	     *program = probe_program("aarch64", "program");

	(void)state;
	need_ptrace();
	register_raw(":custom:E::custom::/bin/true:");
	register_raw(":magic:M::text::/bin/true:");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect(shell("unshare -Ur ./binfmtctl match '%s'", magic), 0, "handler magic", "");
	expect(shell("unshare -Ur ./binfmtctl match '%s'", program), 0, "handler qemu-aarch64", "");
	expect_json(shell("unshare -Ur ./binfmtctl -j status qemu-aarch64")->out, ".entries[0].problems == []");
	register_raw(":name:E::custom::/bin/echo:");
	expect(shell("unshare -Ur ./binfmtctl match '%s'", custom), 1, "may not be those in force", "");
	free(custom);
	free(magic);
	free(program);
}

/* As podman has it: an instance of the user namespace's own, with copies, is mounted in another mount namespace. */
static const char copied[] = "unshare -m sh -c './binfmtctl -q register --mount aarch64 -i \"$0\"; echo; exec sleep "
			     "20' \"$1\" >$2 2>/dev/null &\n"
			     "read x <$2; shift 2; \"$@\"; s=$?; kill $!; exit $s\n";

/* Where what such a run needs is written: on nobody's way to an interpreter. */
static void
side_folder(void)
{
	char *side = scratch_file("side");

	assert_true(mkdir(side, 0755) == 0 || errno == EEXIST);
	free(side);
}

/* A run where that is seen no more than by what happens; aarch64 is run by this interpreter there. */
static const struct run *
beside_copies(const char *interpreter, const char *words)
{
	char *script = scratch_text("side/copied", copied, 0644), *fifo = scratch_file("side/fifo");
	const struct run *r;

	assert_int_equal(mkfifo(fifo, 0600), 0);
	r = shell("unshare -Urm sh '%s' '%s' '%s' ./binfmtctl %s", script, interpreter, fifo, words);
	assert_int_equal(unlink(fifo), 0);
	free(script);
	free(fifo);
	return r;
}

/* What is seen is not in force, though equal to a part of what is. */
static void
inherited_table__copied_and_more__not_in_force(void **state)
{
	static const char *const changes[] = {"disable riscv64", "remove riscv64", "disable --global",
					      "register s390x -i /bin/true"};
	char *before, *program = probe_program("aarch64", "program"), *text = scratch_text("plain", "text", 0755);
	char words[PATH_MAX + 16];

	(void)state;
	need_ptrace();
	side_folder();
	let_the_clock_tick();
	expect(tool("register", "riscv64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	before = instance();
	for (size_t i = 0; i < LENGTH(changes); i++) {
		expect(beside_copies(tiny_interpreter(), changes[i]), 3, "", "which is not in force here");
		expect_instance(before);
	}
	snprintf(words, sizeof(words), "match '%s'", program);
	expect(beside_copies(tiny_interpreter(), words), 0, "a handler that cannot be seen takes it", NULL);
	snprintf(words, sizeof(words), "doctor '%s'", program);
	expect(beside_copies(tiny_interpreter(), words), 1, "they are not in force here", NULL);
	snprintf(words, sizeof(words), "match '%s'", text);
	expect(beside_copies(tiny_interpreter(), words), 1, ": none: nothing takes it, and the entries", NULL);
	free(text);
	free(program);
	free(before);
}

/* Only the interpreter differs, whose path nothing has touched since. */
static void
inherited_table__same_entry_by_another_file__not_in_force(void **state)
{
	char *copy = tiny_copy("copy"), *program = probe_program("aarch64", "program");
	char words[PATH_MAX + 16];

	(void)state;
	need_ptrace();
	side_folder();
	let_the_clock_tick();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect(beside_copies(copy, "disable aarch64"), 3, "", "which is not in force here");
	snprintf(words, sizeof(words), "match '%s'", program);
	expect(beside_copies(copy, words), 0, "unknown (aarch64)", NULL);
	expect_json(beside_copies(copy, "-j status")->out, ".entries[0].problems | map(.code) == [\"unknown\"]");
	expect_json(beside_copies(copy, "-j test aarch64")->out,
		    ".tests[0] | .ok and .entry == null and .stale == null");
	assert_string_equal(entry_names(), "qemu-aarch64");
	free(program);
	free(copy);
}

/* The only entry cannot run anything, and says nothing of whether the table is in force. */
static void
inherited_table__broken_interpreter__written(void **state)
{
	static const char *const flags[] = {"F", "P", ""};
	char *broken = scratch_text("broken", "\177ELFhalf", 0755);

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(flags); i++) {
		ns_empty();
		expect(tool("register", "aarch64", "-i", broken, "-f", flags[i], "--force", NULL), 0, "registered",
		       NULL);
		expect(shell("unshare -Ur ./binfmtctl register riscv64 -i '%s'", tiny_interpreter()), 0, "registered",
		       "unless it has an instance of its own");
		expect(shell("unshare -Ur ./binfmtctl doctor"), 1, "they apply unless", NULL);
	}
	free(broken);
}

/* Other ways to the instance in force. */
static void
same_instance__another_path__judged_as_ever(void **state)
{
	char *again = scratch_folder("again"), *path = tiny_copy("path");
	const char *const dirs[] = {again, "/proc/self/root" MOUNT, MOUNT "/"};

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64", "-i", path, NULL), 0, "registered", "");
	upgrade(path);
	if (mount("binfmt_misc", again, "binfmt_misc", 0, NULL) < 0)
		skip_because("this kernel does not mount binfmt_misc a second time");
	for (size_t i = 0; i < LENGTH(dirs); i++) {
		expect(tool("-d", dirs[i], "status", NULL), 1, "stale", "");
		expect(tool("-d", dirs[i], "test", "aarch64", NULL), 1, "stale", "");
	}
	expect(tool("-d", again, "refresh", NULL), 0, "refreshed", "");
	assert_int_equal(umount(again), 0);
	free(path);
	free(again);
}

/* The usual place shows nothing: what is mounted elsewhere in our own namespace is in force. */
static void
same_instance__usual_place_covered__judged_as_ever(void **state)
{
	char *again = scratch_folder("elsewhere"), *path = tiny_copy("path");
	const struct run *r;

	(void)state;
	expect(tool("register", "aarch64", "-i", path, NULL), 0, "registered", "");
	upgrade(path);
	r = shell("unshare -m sh -c 'mount -t binfmt_misc none %s && mount --bind /proc/sys/kernel " MOUNT
		  " && ./binfmtctl -d %s status'",
		  again, again);
	expect(r, 1, "stale", "");
	free(path);
	free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(other_instance__looks__nothing_is_concluded, end),
	    cmocka_unit_test_teardown(other_instance__whose__unknown, end),
	    cmocka_unit_test_teardown(other_instance__its_mounts_entered__nothing_is_concluded, end),
	    cmocka_unit_test_teardown(other_instance__refresh_and_register__write_nothing, end),
	    cmocka_unit_test_teardown(other_instance__register_with_other_flags__replaced_there, end),
	    cmocka_unit_test(inherited_table__not_in_force__never_runs),
	    cmocka_unit_test(inherited_table__not_in_force__not_written),
	    cmocka_unit_test(inherited_table__empty_and_not_in_force__failure),
	    cmocka_unit_test(inherited_table__in_force__written_and_said),
	    cmocka_unit_test(inherited_table__not_in_force__doctor_fails_and_its_fix_cures),
	    cmocka_unit_test(inherited_table__in_force__runs),
	    cmocka_unit_test(inherited_table__copied_and_more__not_in_force),
	    cmocka_unit_test(inherited_table__same_entry_by_another_file__not_in_force),
	    cmocka_unit_test(inherited_table__broken_interpreter__written),
	    cmocka_unit_test(same_instance__another_path__judged_as_ever),
	    cmocka_unit_test(same_instance__usual_place_covered__judged_as_ever),
	};

	return ns_run(tests);
}
