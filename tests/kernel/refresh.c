/* SPDX-License-Identifier: MIT */
/* refresh on the real kernel: which entries it updates, which it leaves alone, and that no exec fails meanwhile. */
#include "harness.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forbid.h"
#include "hex.h"
#include "live.h"
#include "probe.h"
#include "sanitized.h"
#include "trial.h"

enum { ROUNDS = 200 };

static void
register_arch(const char *arch, const char *interpreter, const char *flags)
{
	expect(tool("register", arch, "-i", interpreter, "-f", flags, NULL), 0, "registered", NULL);
}

/* An F entry that no probe knows, at an extension of its name. */
static void
register_extension(const char *name, const char *interpreter, unsigned flags)
{
	struct rule rule = live_rule(name, name, interpreter, flags);

	assert_int_equal(live_register(&rule), 0);
}

/* An F entry of aarch64, and after it another file in its interpreter's place; its path on the heap. */
static char *
stale_aarch64(void)
{
	char *path = tiny_copy("upgraded");

	register_arch("aarch64", path, "F");
	let_the_clock_tick();
	upgrade(path);
	return path;
}

/* Runs refresh with these words and sees that it wrote nothing. */
#define expect_untouched(words, out) expect_words_untouched((const char *const[]){"refresh", words, NULL}, out)

static void
expect_words_untouched(const char *const words[], const char *out)
{
	char *before = instance();

	expect(tool_words(words), 0, out, "");
	expect_instance(before);
	free(before);
}

/*
 * Every process of this user in a PID namespace gets signals that nobody waits for, without end: the probe too, before
 * it stops itself and before exec. What stops there is binfmtctl itself, not the interpreter.
 */
static void
refresh__signals_from_elsewhere_hit_the_probe__never_stale_nor_refreshed(void **state)
{
	static const char script[] = "while :; do kill -s WINCH -- -1; done 2>/dev/null &\n"
				     "for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25; do\n"
				     "./binfmtctl status --strict || exit; ./binfmtctl refresh || exit\ndone\n";
	char *path = scratch_text("signals.sh", script, 0755);
	const struct run *r;

	(void)state;
	if (SANITIZED) {
		free(path);
		skip_because("this machine's sanitizer is too slow to end between the signals");
	}
	need_ptrace();
	if (shell("unshare -pf true")->status != 0)
		skip_because("this machine's unshare(1) makes no PID namespace");
	register_arch("aarch64", tiny_interpreter(), "F");
	r = expect(shell("unshare -pf sh '%s'", path), 0, "qemu-aarch64: unchanged", "");
	assert_null(strstr(r->out, "refreshed"));
	assert_null(strstr(r->out, "stale"));
	free(path);
}

/* The kernel kills it in the middle of exec, where the interpreter does not fit into our limit of address space. */
static void
refresh__probe_killed_in_exec__unknown_and_failed(void **state)
{
	static const char text[] = "static char much[1 << 30];\nint main(void) { return much[1 << 20]; }\n";
	char *path;

	(void)state;
	need_ptrace();
	if (shell("ulimit -v 500000 && ./binfmtctl --version")->status != 0)
		skip_because("this machine's limits of memory are too small for this build");
	path = trial_built("much", text, "-static");
	register_arch("aarch64", path, "F");
	expect(tool("refresh", "aarch64", NULL), 0, "unchanged", "");
	expect(shell("ulimit -v 500000; ./binfmtctl refresh aarch64"), 1, "", "was killed");
	free(path);
}

static void
refresh__interpreter_renamed_over__runs_the_new_file(void **state)
{
	char *path = tiny_copy("upgraded");

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "POF");
	assert_true(runner_of("aarch64") == inode_of(path));
	upgrade(path);
	assert_true(runner_of("aarch64") != inode_of(path));
	expect(tool("refresh", NULL), 0, "qemu-aarch64: refreshed (", "");
	assert_true(runner_of("aarch64") == inode_of(path));
	assert_string_equal(entry_names(), "qemu-aarch64");
	assert_non_null(strstr(entry_text("qemu-aarch64"), "flags: POF\n"));
	expect(tool("status", NULL), 0, "ok", "");
	free(path);
}

/* The kernel holds what was half written, and the path is good again: exec fails as if nothing took the program. */
static void
refresh__held_file_is_no_program__replaced(void **state)
{
	static const char *const ways[][6] = {{"refresh"}, {"refresh", "aarch64"}, {"register", "aarch64", "-i"}};
	const char *words[7] = {NULL};
	char *path = scratch_file("half written");

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(ways); i++) {
		ns_empty();
		unlink(path);
		spill(path, "\177ELFhalf", 8, 0755);
		expect(tool("register", "aarch64", "-i", path, "-f", "F", "--force", NULL), 0, "registered", NULL);
		let_the_clock_tick();
		upgrade(path);
		expect(tool("status", NULL), 1, "which fails; binfmtctl refresh", "");
		memcpy(words, ways[i], sizeof(ways[i]));
		if (strcmp(words[0], "register") == 0)
			words[3] = path;
		expect(tool_words(words), 0, i < 2 ? "refreshed" : "replaced", NULL);
		assert_int_equal(probe_status("aarch64"), PROBE_STATUS);
		expect(tool("status", NULL), 0, "ok", "");
	}
	free(path);
}

/* A parent's entry that a probe shows to be run by another file may be equal to one that cannot be seen. */
static void
refresh__in_a_parents_table__no_probe_is_believed(void **state)
{
	char *path = tiny_copy("parents"), *before;

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64", "-i", path, "-f", "F", NULL), 0, "registered", NULL);
	let_the_clock_tick();
	upgrade(path);
	before = instance();
	expect(shell("unshare -Ur ./binfmtctl refresh"), 0, "by time", "");
	expect_instance(before);
	expect(shell("unshare -Ur ./binfmtctl refresh aarch64"), 0, "refreshed", NULL);
	free(before);
	free(path);
}

static void
refresh__again__unchanged_and_nothing_written(void **state)
{
	char *path = stale_aarch64();

	(void)state;
	need_ptrace();
	expect(tool("refresh", NULL), 0, "qemu-aarch64: refreshed", "");
	expect_untouched("all", "qemu-aarch64: unchanged");
	expect_untouched(NULL, "qemu-aarch64: unchanged");
	expect_untouched("aarch64", "qemu-aarch64: unchanged");
	free(path);
}

static void
refresh__several__the_stale_one_only(void **state)
{
	char *stale = tiny_copy("stale"), *fresh = tiny_copy("fresh");
	struct stat before, after;

	(void)state;
	need_ptrace();
	register_arch("aarch64", stale, "F");
	register_arch("riscv64", fresh, "F");
	register_arch("s390x", fresh, "P");
	assert_int_equal(stat(MOUNT "/qemu-riscv64", &before), 0);
	upgrade(stale);
	expect_json(expect(tool("refresh", "-j", NULL), 0, NULL, "")->out,
		    "[.results[] | .name + \":\" + .result] | sort == [\"qemu-aarch64:refreshed\", "
		    "\"qemu-riscv64:unchanged\", \"qemu-s390x:unchanged\"]");
	assert_int_equal(stat(MOUNT "/qemu-riscv64", &after), 0);
	assert_true(before.st_ino == after.st_ino);
	free(fresh);
	free(stale);
}

static void
refresh__no_flag_f__unchanged(void **state)
{
	char *path = tiny_copy("upgraded");

	(void)state;
	register_arch("aarch64", path, "P");
	upgrade(path);
	expect_untouched(NULL, "qemu-aarch64: unchanged (no flag F: nothing is held)\n");
	expect_untouched("aarch64", "qemu-aarch64: unchanged");
	free(path);
}

static void
refresh__nothing_registered__nothing_said_and_exit_0(void **state)
{
	(void)state;
	expect_untouched(NULL, "");
	expect(tool("refresh", "aarch64", NULL), 1, "",
	       "binfmtctl: aarch64: not registered: there is no entry qemu-aarch64\n");
	expect_json(tool("refresh", "-j", NULL)->out, ".results == []");
}

/* Time is a hint only: enough where the entry was named, not for a package's trigger. */
static void
refresh__stale_by_time__only_where_named(void **state)
{
	static const char text[] = "#!/bin/sh\nexit 42\n";
	char *path = scratch_text("script.sh", text, 0755);

	(void)state;
	register_arch("aarch64", path, "F");
	let_the_clock_tick();
	spill(path, text, sizeof(text) - 1, 0755);
	expect_untouched(NULL, "qemu-aarch64: skipped (by time ");
	expect(tool("refresh", "aarch64", NULL), 0, "qemu-aarch64: refreshed", "is a script: ");
	/* and again, as nothing proves that it holds what its path names */
	expect(tool("refresh", "aarch64", NULL), 0, "qemu-aarch64: refreshed", "is a script: ");
	expect_untouched(NULL, "qemu-aarch64: unchanged");
	free(path);
}

static void
refresh__other_peoples_entries__not_touched_unless_named(void **state)
{
	char *path = tiny_copy("theirs"), *before;

	(void)state;
	need_ptrace();
	register_extension("jar", path, RULE_F);
	expect(tool("register", "aarch64", "--name", "someones", "-i", path, "-f", "F", NULL), 0, "registered", NULL);
	let_the_clock_tick();
	upgrade(path);
	before = instance();
	expect(tool("refresh", NULL), 0, "", "");
	expect(tool("refresh", "all", NULL), 0, "", "");
	expect_instance(before);
	expect(tool("refresh", "jar", "--entry", "someones", NULL), 0, "jar: refreshed", "");
	assert_true(runner_of("aarch64") == inode_of(path));
	free(before);
	free(path);
}

static void
refresh__disabled_and_fresh__unchanged(void **state)
{
	(void)state;
	register_arch("aarch64", tiny_interpreter(), "F");
	expect(tool("disable", "aarch64", NULL), 0, NULL, "");
	expect_untouched(NULL, "qemu-aarch64: unchanged");
}

static void
refresh__overlapping_entry_in_front__skipped_naming_it_unless_forced(void **state)
{
	char *path = tiny_copy("behind");

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "F");
	expect(tool("register", "aarch64", "--name", "front", "-i", tiny_interpreter(), "-f", "", NULL), 0, NULL, NULL);
	let_the_clock_tick();
	upgrade(path);
	expect_untouched(
	    "aarch64",
	    "qemu-aarch64: skipped (to register it again would move it ahead of entry front, which wins now");
	expect_untouched(
	    NULL, "qemu-aarch64: skipped (to register it again would move it ahead of entry front, which wins now");
	expect_json(tool("refresh", "-j", "aarch64", NULL)->out,
		    ".results[0] | .result == \"skipped\" and .code == \"shadowed\"");
	assert_true(runner_of("aarch64") != inode_of(path));
	expect(tool("refresh", "--force", "aarch64", NULL), 0, "qemu-aarch64: refreshed", NULL);
	assert_true(runner_of("aarch64") == inode_of(path));
	free(path);
}

/* In front, but of other files, or switched off. */
static void
refresh__harmless_entry_in_front__refreshed(void **state)
{
	char *path = tiny_copy("behind");

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "F");
	register_arch("riscv64", tiny_interpreter(), "F");
	expect(tool("register", "aarch64", "--name", "front", "-i", tiny_interpreter(), NULL), 0, NULL, NULL);
	expect(tool("disable", "--entry", "front", NULL), 0, NULL, "");
	upgrade(path);
	expect(tool("refresh", "aarch64", NULL), 0, "qemu-aarch64: refreshed", "");
	assert_true(runner_of("aarch64") == inode_of(path));
	free(path);
}

static void
refresh__interpreter_deleted__failed_where_named_and_still_running(void **state)
{
	char *path = tiny_copy("deleted"), *before;

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "F");
	assert_int_equal(unlink(path), 0);
	before = instance();
	expect(tool("refresh", NULL), 0, "qemu-aarch64: skipped", "");
	expect(tool("refresh", "aarch64", NULL), 1, "", "is gone, the old file keeps running: nothing to refresh from");
	expect_json(tool("refresh", "-j", "aarch64", NULL)->out,
		    ".results[0] | .result == \"failed\" and .code == \"deleted\"");
	expect_instance(before);
	expect(tool("test", "aarch64", NULL), 1, "stale", "");
	free(before);
	free(path);
}

/* What was good when it was registered may be none any more. */
static void
refresh__new_file_cannot_run__failed_and_the_old_one_stays(void **state)
{
	char *path = tiny_copy("broken"), *next = scratch_file("not-executable"), *before;

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "F");
	spill(next, "text", 4, 0644);
	assert_int_equal(rename(next, path), 0);
	before = instance();
	expect(tool("refresh", NULL), 1, "", ": not executable, so exec would fail with EACCES");
	expect_instance(before);
	free(before);
	free(next);
	free(path);
}

static void
refresh__one_fails__the_others_are_done(void **state)
{
	char *gone = tiny_copy("gone"), *stale = tiny_copy("stale");

	(void)state;
	need_ptrace();
	register_arch("aarch64", gone, "F");
	register_arch("riscv64", stale, "F");
	assert_int_equal(unlink(gone), 0);
	upgrade(stale);
	expect(tool("refresh", "aarch64", "riscv64", NULL), 1, "qemu-riscv64: refreshed", "binfmtctl: qemu-aarch64: ");
	free(stale);
	free(gone);
}

static void
refresh__runner_moved_away_and_another_in_its_place__stale(void **state)
{
	char *path = tiny_copy("moved"), *old = scratch_file("moved.old");

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "F");
	assert_int_equal(rename(path, old), 0);
	copy_file(old, path, 0755);
	expect(tool("status", "aarch64", NULL), 1, "stale", "");
	expect(tool("test", "aarch64", NULL), 1, "stale", "");
	expect(tool("refresh", NULL), 0, "qemu-aarch64: refreshed", "");
	assert_true(runner_of("aarch64") == inode_of(path));
	free(path);
	free(old);
}

static void
refresh__all_as_a_word__as_bare(void **state)
{
	char *path = stale_aarch64();

	(void)state;
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("refresh", NULL), 0, "qemu-aarch64: skipped (by time ", "");
	expect(tool("refresh", "all", NULL), 0, "qemu-aarch64: skipped (by time ", "");
	expect(tool("refresh", "-n", "aarch64", NULL), 0, "qemu-aarch64: would be refreshed", "");
	free(path);
}

static void
refresh__switched_off__by_time_only(void **state)
{
	char *path = stale_aarch64();

	(void)state;
	need_ptrace();
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect_untouched(NULL, "qemu-aarch64: skipped (by time ");
	expect(tool("register", "aarch64", NULL), 0, "qemu-aarch64: unchanged", "may have been replaced");
	expect(tool("refresh", "aarch64", NULL), 0, "qemu-aarch64: refreshed", "");
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
	assert_int_equal(mount_write("status", "1", 1), 0);
	assert_true(runner_of("aarch64") == inode_of(path));
	free(path);
}

/* Makes writes by hand: lines of a file's path and the bytes in hex. */
static void
make_writes(const char *lines)
{
	char *all = strdup(lines), *rest = all, *file;
	unsigned char bytes[RULE_LINE_MAX];
	size_t len;

	while ((file = strsep(&rest, "\n")) && *file) {
		char *hex = strchr(file, ' ');

		assert_non_null(hex);
		*hex++ = '\0';
		assert_null(hex_parse(hex, bytes, sizeof(bytes), &len));
		assert_int_equal(mount_write(strrchr(file, '/') + 1, (const char *)bytes, len), 0);
	}
	free(all);
}

/* The bytes that a dry run shows, written by hand, make what the real run makes. */
static void
refresh__dry_run__its_writes_are_the_real_ones(void **state)
{
	char *path = stale_aarch64(), *before, *entry;

	(void)state;
	need_ptrace();
	before = instance();
	entry = strdup(entry_text("qemu-aarch64"));
	if (!expect_json(tool("refresh", "-n", "-j", NULL)->out,
			 ".results[0] | .result == \"refreshed\" and (.writes | length == 4) and "
			 "[.writes[].file] == [\"" MOUNT "/register\", \"" MOUNT "/qemu-aarch64\", \"" MOUNT
			 "/register\", \"" MOUNT "/.binfmtctl~qemu-aarch64\"]"))
		skip_because("this machine has no jq");
	expect(tool("refresh", "-n", NULL), 0, "qemu-aarch64: would be refreshed", "");
	expect_instance(before);
	make_writes(
	    expect(shell("./binfmtctl refresh -n -j | jq -r '.results[].writes[] | .file + \" \" + .bytes_hex'"), 0,
		   NULL, "")
		->out);
	assert_true(runner_of("aarch64") == inode_of(path));
	assert_string_equal(entry_text("qemu-aarch64"), entry);
	assert_string_equal(entry_names(), "qemu-aarch64");
	free(entry);
	free(before);
	free(path);
}

static void
refresh__dry_run_without_write_access__works(void **state)
{
	char *path = stale_aarch64();
	const struct run *r;

	(void)state;
	need_ptrace();
	assert_int_equal(chmod(MOUNT "/register", 0), 0);
	run_prepare = forbid_capabilities;
	r = tool("refresh", "-n", NULL);
	run_prepare = NULL;
	assert_int_equal(chmod(MOUNT "/register", 0200), 0);
	expect(r, 0, "qemu-aarch64: would be refreshed", "");
	free(path);
}

static void
refresh__leftover_of_a_killed_run__ended_first(void **state)
{
	char *path = tiny_copy("upgraded");

	(void)state;
	need_ptrace();
	register_arch("aarch64", path, "F");
	register_line(":.binfmtctl~qemu-aarch64:M::\\x7f"
		      "ELF\\x02\\x01\\x01%s\\x02\\x00\\xb7\\x00::%s:F",
		      "\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00", path);
	upgrade(path);
	expect(tool("refresh", NULL), 0, "qemu-aarch64: refreshed", "");
	assert_string_equal(entry_names(), "qemu-aarch64");
	assert_true(runner_of("aarch64") == inode_of(path));
	free(path);
}

static void
refresh__group_of_two__both(void **state)
{
	char *path = tiny_copy("upgraded");

	(void)state;
	need_ptrace();
	expect(tool("register", "microblaze", "-i", path, NULL), 0, "qemu-microblaze", NULL);
	upgrade(path);
	expect_json(expect(tool("refresh", "-j", "microblaze", NULL), 0, NULL, "")->out,
		    ".results | length == 2 and ([.[].result == \"refreshed\"] | all)");
	free(path);
}

/* What a second process counts while it executes a program again and again. */
struct tally {
	volatile unsigned runs, failures;
	volatile int first_failure;
};

__attribute__((noreturn)) static void
execute_for_ever(const char *program_path, struct tally *tally)
{
	for (;;) {
		int status = exec_status(program_path);

		tally->runs++;
		if (status == PROBE_STATUS)
			continue;
		if (!tally->failures++)
			tally->first_failure = status;
	}
}

static void
refresh_round(const char *path)
{
	upgrade(path);
	expect(tool("refresh", NULL), 0, "qemu-aarch64: refreshed", "");
	if (runner_of("aarch64") != inode_of(path))
		fail_msg("the new file does not run");
}

static void
refresh__while_a_program_is_executed_all_the_time__no_exec_fails(void **state)
{
	char *path = tiny_copy("upgraded"), *program_path = probe_program("aarch64", "program");
	struct tally *tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	(void)state;
	need_ptrace();
	assert_true(tally != MAP_FAILED);
	register_arch("aarch64", path, "F");
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		execute_for_ever(program_path, tally);
	for (unsigned i = 0; i < ROUNDS && !tally->failures; i++)
		refresh_round(path);
	while (tally->runs < ROUNDS)
		usleep(1000);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	print_message("%u executions during %d rounds, %u failed (%d)\n", tally->runs, ROUNDS, tally->failures,
		      tally->first_failure);
	assert_int_equal(tally->failures, 0);
	munmap(tally, sizeof(*tally));
	free(program_path);
	free(path);
}

/* A look that fails, and what each command makes of a stale and of a fresh entry: its status, and a word of it. */
static const struct {
	const char *fault, *command;
	int stale, fresh;
	const char *says_stale, *says_fresh;
} looks[] = {
    {"ptrace:error=EPERM -f", "refresh aarch64", 1, 1, "could not be run", "could not be run"},
    {"ptrace:error=EPERM -f", "refresh", 1, 1, "could not be run", "could not be run"},
    {"ptrace:error=EPERM -f", "-q refresh", 1, 1, "could not be run", "could not be run"},
    {"ptrace:error=EPERM -f", "refresh --force", 0, 0, ": refreshed (", ": refreshed ("},
    {"memfd_create:error=EMFILE -f", "refresh", 1, 1, "cannot be told", "cannot be told"},
    {"ptrace:error=EPERM -f", "register aarch64", 1, 0, "could not be run", "is so by time only"},
    {"ptrace:error=EPERM -f", "register aarch64 --force", 0, 0, "replaced (", "replaced ("},
    {"read:error=EIO -P " MOUNT "/status", "refresh aarch64", 1, 1, "Input/output", "Input/output"},
    {"read:error=EIO -P " MOUNT "/status", "refresh", 1, 1, "Input/output", "Input/output"},
    {"read:error=EIO -P " MOUNT "/status", "register aarch64", 1, 1, "Input/output", "Input/output"},
};

static void
look_fails(size_t row, bool stale)
{
	const struct run *r = shell("ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e inject=%s ./binfmtctl %s",
				    looks[row].fault, looks[row].command);
	const char *says = stale ? looks[row].says_stale : looks[row].says_fresh;

	expect(r, stale ? looks[row].stale : looks[row].fresh, NULL, NULL);
	if (!strstr(r->out, says) && !strstr(r->err, says))
		fail_msg("%s: no %s in\n%s%s", looks[row].command, says, r->out, r->err);
}

static void
refresh__look_that_fails__no_fresh_entry_and_no_stale_one(void **state)
{
	(void)state;
	need_strace();
	for (size_t i = 0; i < LENGTH(looks); i++) {
		char *path = stale_aarch64();

		look_fails(i, true);
		expect(tool("refresh", "aarch64", NULL), 0, NULL, "");
		look_fails(i, false);
		expect(tool("remove", "aarch64", NULL), 0, "removed", NULL);
		free(path);
	}
}

/* The texts of both handlers are equal: which one is in force must be told all the same. Writes: see replace.h. */
static const struct {
	const char *fault, *in_force;
	bool new;
} failures[] = {
    {"write:error=ETXTBSY:when=1", "; the old handler is in force", false},
    {"write:error=ENOSPC:when=1", "; the old handler is in force", false},
    {"write:error=EIO:when=2", "; the old handler is in force", false},
    {"write:error=EIO:when=2+", "; the new handler is in force under a temporary name beside the old one", true},
    {"write:error=ENOSPC:when=3", "; the new handler is in force under a temporary name, the next run", true},
    {"write:error=EIO:when=4", "; the new handler is in force, its temporary entry too until the next run", true},
};

static void
refresh__failed__names_the_handler_in_force(void **state)
{
	(void)state;
	need_strace();
	for (size_t i = 0; i < LENGTH(failures); i++) {
		char *path = stale_aarch64();

		expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P " MOUNT " -P " MOUNT
			     "/register -P " MOUNT "/qemu-aarch64 -P '" MOUNT "/.binfmtctl~qemu-aarch64' -e inject=%s "
			     "./binfmtctl refresh aarch64",
			     failures[i].fault),
		       1, "", failures[i].in_force);
		assert_true((runner_of("aarch64") == inode_of(path)) == failures[i].new);
		expect(tool("remove", "aarch64", NULL), 0, "removed", NULL);
		assert_string_equal(entry_names(), "");
		free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refresh__look_that_fails__no_fresh_entry_and_no_stale_one),
	    cmocka_unit_test(refresh__failed__names_the_handler_in_force),
	    cmocka_unit_test(refresh__signals_from_elsewhere_hit_the_probe__never_stale_nor_refreshed),
	    cmocka_unit_test(refresh__probe_killed_in_exec__unknown_and_failed),
	    cmocka_unit_test(refresh__interpreter_renamed_over__runs_the_new_file),
	    cmocka_unit_test(refresh__held_file_is_no_program__replaced),
	    cmocka_unit_test(refresh__in_a_parents_table__no_probe_is_believed),
	    cmocka_unit_test(refresh__again__unchanged_and_nothing_written),
	    cmocka_unit_test(refresh__several__the_stale_one_only),
	    cmocka_unit_test(refresh__no_flag_f__unchanged),
	    cmocka_unit_test(refresh__nothing_registered__nothing_said_and_exit_0),
	    cmocka_unit_test(refresh__stale_by_time__only_where_named),
	    cmocka_unit_test(refresh__other_peoples_entries__not_touched_unless_named),
	    cmocka_unit_test(refresh__disabled_and_fresh__unchanged),
	    cmocka_unit_test(refresh__overlapping_entry_in_front__skipped_naming_it_unless_forced),
	    cmocka_unit_test(refresh__harmless_entry_in_front__refreshed),
	    cmocka_unit_test(refresh__interpreter_deleted__failed_where_named_and_still_running),
	    cmocka_unit_test(refresh__new_file_cannot_run__failed_and_the_old_one_stays),
	    cmocka_unit_test(refresh__one_fails__the_others_are_done),
	    cmocka_unit_test(refresh__runner_moved_away_and_another_in_its_place__stale),
	    cmocka_unit_test(refresh__all_as_a_word__as_bare),
	    cmocka_unit_test(refresh__switched_off__by_time_only),
	    cmocka_unit_test(refresh__dry_run__its_writes_are_the_real_ones),
	    cmocka_unit_test(refresh__dry_run_without_write_access__works),
	    cmocka_unit_test(refresh__leftover_of_a_killed_run__ended_first),
	    cmocka_unit_test(refresh__group_of_two__both),
	    cmocka_unit_test(refresh__while_a_program_is_executed_all_the_time__no_exec_fails),
	};

	return ns_run(tests);
}
