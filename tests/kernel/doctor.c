/* SPDX-License-Identifier: MIT */
/* doctor on the real kernel: each failure that can be planted in a private namespace, seen and named with a fix. */
#include "harness.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "arch.h"
#include "bootcheck.h"
#include "confd.h"
#include "doctor.h"
#include "err.h"
#include "host.h"
#include "plant.h"
#include "rule.h"
#include "snapshot.h"

enum { FOUND_MAX = 64 };

static const char *const conf_dirs[] = {"/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d",
					"/usr/lib/binfmt.d"};

/* Only ever in memory of ours: what is in it gets removed. */
static bool
is_tmpfs(const char *dir)
{
	struct statfs fs;

	return statfs(dir, &fs) == 0 && fs.f_type == 0x01021994;
}

/*
 * Puts an empty folder over this machine's binfmt.d, seen by this process and its children only.
 * Where there is none, its parent becomes a folder of links with that one among them.
 */
static bool
cover_one(const char *dir)
{
	const struct run *r = shell("d='%s' p=${d%%/binfmt.d}\n"
				    "if [ -d \"$d\" ]; then exec mount -t tmpfs tmpfs \"$d\"; fi\n"
				    "o=/mnt/old$p n=/mnt/new$p\n"
				    "mkdir -p \"$o\" \"$n\" && mount --bind \"$p\" \"$o\" || exit\n"
				    "for f in \"$o\"/* \"$o\"/.[!.]*; do ln -s \"$f\" \"$n/\"; done\n"
				    "mkdir \"$n/binfmt.d\" && mount --bind \"$n\" \"$p\"",
				    dir);

	return r->status == 0 && is_tmpfs(dir);
}

static bool
cover(void)
{
	if (mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0)
		return false;
	for (size_t i = 0; i < LENGTH(conf_dirs); i++)
		if (!cover_one(conf_dirs[i]))
			return false;
	return true;
}

static void
empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	assert_non_null(dir);
	assert_true(is_tmpfs(path));
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			assert_int_equal(unlinkat(dirfd(dir), d->d_name, 0), 0);
	closedir(dir);
}

/* Empty configuration folders for the test at hand. */
static void
needs_conf(void)
{
	static enum { UNTRIED, COVERED, IMPOSSIBLE } state;

	if (state == UNTRIED)
		state = cover() ? COVERED : IMPOSSIBLE;
	if (state == IMPOSSIBLE)
		skip_because("the folders of binfmt.d cannot be covered here");
	for (size_t i = 0; i < LENGTH(conf_dirs); i++)
		empty(conf_dirs[i]);
}

static void
conf(size_t dir, const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", conf_dirs[dir], name);
	spill(path, text, strlen(text), 0644);
}

/* confd_read: what it told, a line each: "FILE:NUMBER NAME" or "FILE:NUMBER !REASON". */
static char told[1 << 14];

static void
note_line(void *arg, const struct confd_line *line)
{
	size_t len = strlen(told);

	(void)arg;
	snprintf(told + len, sizeof(told) - len, "%s:%u %s%s\n", line->file, line->number, line->rule ? "" : "!",
		 line->rule ? line->rule->name : line->reason);
}

static int
read_conf(struct err *err)
{
	told[0] = '\0';
	return confd_read(note_line, NULL, err);
}

static void
binfmtd__files_of_all_folders__by_file_name(void **state)
{
	struct err err;

	(void)state;
	needs_conf();
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "");
	conf(3, "a.conf", ":a:E::a::/bin/true:\n");
	conf(0, "c.conf", ":c:E::c::/bin/true:\n:c2:E::c::/bin/true:\n");
	conf(2, "b.conf", ":b:E::b::/bin/true:");
	conf(1, "B.conf", ":upper:E::b::/bin/true:\n");
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "/run/binfmt.d/B.conf:1 upper\n"
				  "/usr/lib/binfmt.d/a.conf:1 a\n"
				  "/usr/local/lib/binfmt.d/b.conf:1 b\n"
				  "/etc/binfmt.d/c.conf:1 c\n"
				  "/etc/binfmt.d/c.conf:2 c2\n");
}

static void
binfmtd__same_file_name__the_first_folder_wins(void **state)
{
	char wanted[128], line[64];
	struct err err;

	(void)state;
	needs_conf();
	for (size_t i = LENGTH(conf_dirs); i > 0; i--) {
		snprintf(line, sizeof(line), ":from%zu:E::x::/bin/true:\n", i);
		conf(i - 1, "same.conf", line);
		assert_int_equal(read_conf(&err), 0);
		snprintf(wanted, sizeof(wanted), "%s/same.conf:1 from%zu\n", conf_dirs[i - 1], i);
		assert_string_equal(told, wanted);
	}
}

static void
binfmtd__link_to_null_or_empty_file__masks(void **state)
{
	struct err err;

	(void)state;
	needs_conf();
	conf(3, "gone.conf", ":gone:E::x::/bin/true:\n");
	conf(3, "hidden.conf", ":hidden:E::x::/bin/true:\n");
	conf(3, "stays.conf", ":stays:E::x::/bin/true:\n");
	assert_int_equal(symlink("/dev/null", "/etc/binfmt.d/gone.conf"), 0);
	conf(1, "hidden.conf", "");
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "/usr/lib/binfmt.d/stays.conf:1 stays\n");
}

static void
binfmtd__comments_blanks_and_other_files__passed_over(void **state)
{
	struct err err;

	(void)state;
	needs_conf();
	conf(0, "c.conf",
	     "# comment\n; comment\n\n   \t\n  # comment\n  :in:E::x::/bin/true:  \n:crlf:E::y::/bin/true:\r\n");
	conf(0, "readme.txt", ":no:E::x::/bin/true:\n");
	conf(0, ".hidden.conf", ":no:E::x::/bin/true:\n");
	conf(0, "x.conf.bak", ":no:E::x::/bin/true:\n");
	conf(0, ".conf", ":no:E::x::/bin/true:\n");
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "/etc/binfmt.d/c.conf:6 in\n/etc/binfmt.d/c.conf:7 crlf\n");
}

static void
binfmtd__bad_line__told_with_file_and_line_and_the_rest_is_read(void **state)
{
	struct err err;
	const char *at = told;

	(void)state;
	needs_conf();
	conf(
	    0, "c.conf",
	    "nonsense\n:ok:E::x::/bin/true:\n:bad:E::tar.gz::/bin/true:\n:bad:M:0:::/bin/true:\n:ok2:E::z::/bin/true:");
	assert_int_equal(read_conf(&err), 0);
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:1 !", 24);
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:2 ok\n", 26);
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:3 !", 24);
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:4 !", 24);
	at = strchr(at, '\n') + 1;
	assert_string_equal(at, "/etc/binfmt.d/c.conf:5 ok2\n");
}

static void
binfmtd__file_that_cannot_be_read__named_and_the_others_are_read(void **state)
{
	struct err err;

	(void)state;
	needs_conf();
	assert_int_equal(symlink("/nowhere/file", "/etc/binfmt.d/dangling.conf"), 0);
	assert_int_equal(mkfifo("/etc/binfmt.d/fifo.conf", 0644), 0);
	conf(0, "good.conf", ":ok:E::x::/bin/true:\n");
	assert_int_equal(read_conf(&err), 0);
	assert_non_null(strstr(told, "/etc/binfmt.d/dangling.conf:0 !the file cannot be read\n"));
	assert_non_null(strstr(told, "/etc/binfmt.d/fifo.conf:0 !the file cannot be read\n"));
	assert_non_null(strstr(told, "/etc/binfmt.d/good.conf:1 ok\n"));
}

/* bootcheck_examine: its findings as lines "GRADE check: detail [fix]". */
static void
note_finding(void *arg, const char *check, const struct finding *f)
{
	static const char *const grades[] = {"pass", "warn", "fail"};
	size_t len = strlen(told);

	(void)arg;
	snprintf(told + len, sizeof(told) - len, "%s %s: %s [%s]\n", grades[f->grade], check, f->advice.detail,
		 f->advice.fix);
}

/* Live entries by hand, newest first, as extension rules: the host's own instance cannot be had in a test. */
static struct rule live_rules[8];
static struct binfmt_entry live_entries[8];
static struct snapshot live;

static void
make_live(const char *const *names_and_extensions)
{
	memset(&live, 0, sizeof(live));
	live.switched_on = live.complete = true;
	live.list.entries = live_entries;
	for (; *names_and_extensions; names_and_extensions += 2) {
		size_t i = live.list.count++;

		live_rules[i] = live_rule(names_and_extensions[0], names_and_extensions[1], "/bin/true", 0);
		live_entries[i] = (struct binfmt_entry){.name = live_rules[i].name, .rule = &live_rules[i]};
	}
}

static const char *
examine(const struct snapshot *s)
{
	told[0] = '\0';
	bootcheck_examine(s, note_finding, NULL);
	return told;
}

static void
boot__configuration_and_entries_agree__passes(void **state)
{
	(void)state;
	needs_conf();
	conf(0, "a.conf", ":first:E::x::/bin/true:\n");
	conf(3, "b.conf", ":second:E::x::/bin/true:\n:third:E::y::/bin/true:\n");
	make_live((const char *const[]){"third", "y", "second", "x", "first", "x", NULL});
	assert_string_equal(examine(&live),
			    "pass config: all lines of binfmt.d can be registered []\n"
			    "pass unconfigured: every live entry is in some configuration []\n"
			    "pass boot-order: the configuration keeps the order of the live entries []\n");
	assert_int_equal(bootcheck_unconfigured(&live), 0);
}

static void
boot__entry_in_no_configuration__named_with_the_way_to_keep_it(void **state)
{
	(void)state;
	needs_conf();
	make_live((const char *const[]){"lonely", "x", "qemu-riscv64", "y", NULL});
	live_rules[1].type = RULE_MAGIC;
	live_rules[1].size = arch_find("riscv64")->size;
	live_rules[1].has_mask = true;
	memcpy(live_rules[1].magic, arch_find("riscv64")->magic, live_rules[1].size);
	memcpy(live_rules[1].mask, arch_find("riscv64")->mask, live_rules[1].size);
	examine(&live);
	assert_non_null(strstr(told,
			       "warn unconfigured: entry lonely is in no configuration: it will not be there after a "
			       "reboot [add a line for lonely to /etc/binfmt.d]\n"));
	assert_non_null(strstr(told,
			       "warn unconfigured: entry qemu-riscv64 is in no configuration: it will not be there "
			       "after a reboot [binfmtctl register riscv64 --persist]\n"));
	assert_int_equal(bootcheck_unconfigured(&live), 2);
}

static void
boot__other_order_than_live__both_named(void **state)
{
	(void)state;
	needs_conf();
	conf(0, "a.conf", ":first:E::x::/bin/true:\n");
	conf(0, "b.conf", ":second:E::x::/bin/true:\n:third:E::y::/bin/true:\n");
	make_live((const char *const[]){"first", "x", "second", "x", "third", "y", NULL});
	examine(&live);
	assert_non_null(strstr(told,
			       "warn boot-order: entry first wins over second now, but after a reboot second will win: "
			       "its line comes later [rename the files in /etc/binfmt.d: the last in order wins]\n"));
	assert_null(strstr(told, "third will win"));
}

static void
boot__name_twice__the_last_place_counts(void **state)
{
	(void)state;
	needs_conf();
	conf(0, "a.conf", ":first:E::x::/bin/true:\n:second:E::x::/bin/true:\n");
	make_live((const char *const[]){"second", "x", "first", "x", NULL});
	assert_null(strstr(examine(&live), "warn boot-order"));
	conf(0, "b.conf", ":first:E::x::/bin/true:\n");
	assert_non_null(strstr(examine(&live), "entry second wins over first now"));
}

static void
boot__without_entries__only_the_lines(void **state)
{
	(void)state;
	needs_conf();
	assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
	conf(0, "c.conf", ":gone:E::x::/nowhere/interpreter:\nnonsense\n:brick:M::\\x7fELF::/bin/true:\n");
	examine(NULL);
	assert_non_null(strstr(told,
			       "fail config: /etc/binfmt.d/c.conf:1: /nowhere/interpreter: the interpreter does not "
			       "exist"));
	assert_non_null(strstr(told, "fail config: /etc/binfmt.d/c.conf:2: "));
	assert_non_null(strstr(told, "fail config: /etc/binfmt.d/c.conf:3: "));
	assert_non_null(strstr(told, "[correct or remove line 2 of /etc/binfmt.d/c.conf]\n"));
	assert_null(strstr(told, "pass config"));
}

static void
boot__unreadable_file__fails_with_its_name(void **state)
{
	(void)state;
	needs_conf();
	assert_int_equal(symlink("/nowhere/file", "/etc/binfmt.d/dangling.conf"), 0);
	assert_string_equal(examine(NULL), "fail config: /etc/binfmt.d/dangling.conf: the file cannot be read [remove "
					   "/etc/binfmt.d/dangling.conf, or make it a readable file]\n");
}

/* Runs doctor and sees one check told with this grade and these pieces, in text and in JSON. */
static void
expect_told(int status, const char *check, const char *grade, const char *detail, const char *fix)
{
	char head[128], filter[1024];
	const struct run *r = tool("doctor", NULL);

	snprintf(head, sizeof(head), "%s  %s: ", grade, check);
	expect(expect(expect(r, status, head, ""), status, detail, ""), status, fix, "");
	snprintf(filter, sizeof(filter),
		 "[.checks[] | select(.check == \"%s\" and .result == \"%s\" and (.detail | contains(\"%s\")) and "
		 "(.fix // \"\" | contains(\"%s\")))] | length >= 1",
		 check, grade, detail, fix);
	expect_json(expect(tool("doctor", "-j", NULL), status, NULL, "")->out, filter);
}

static void
doctor__healthy__no_fail_and_exit_0(void **state)
{
	const struct run *r;

	(void)state;
	needs_conf();
	plant_arch(tiny_interpreter(), "F");
	plant_line(":plain:E::ext::%s:", tiny_interpreter());
	r = expect(tool("doctor", NULL), 0, " passed, ", "");
	assert_null(strstr(r->out, "fail  "));
	r = expect(tool("doctor", "-v", NULL), 0, "pass  entries: 2 entries, all healthy\n", "");
	expect(r, 0, "pass  kernel: ", "");
	expect(r, 0, "pass  mount: ", "");
	expect(r, 0, "pass  switch: ", "");
	expect(r, 0, "pass  config: ", "");
	expect(r, 0, ", 0 failed\n", "");
	if (!expect_json(
		tool("doctor", "-j", NULL)->out,
		"keys == [\"checks\"] and (.checks | length > 8) and ([.checks[] | (.result == \"pass\" or "
		".result == \"warn\") and has(\"detail\") and has(\"fix\") and (.result == \"warn\" or .fix == "
		"null)] | all)"))
		skip_because("there is no jq");
}

static void
doctor__no_entries__exit_0(void **state)
{
	(void)state;
	needs_conf();
	expect(tool("doctor", "-v", NULL), 0, "pass  entries: 0 entries", "");
	expect(tool("doctor", "-q", NULL), 0, "", "");
}

static void
doctor__switched_off__fails(void **state)
{
	(void)state;
	needs_conf();
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect_told(1, "switch", "fail", "binfmt_misc is switched off", "binfmtctl enable --global");
	expect(tool("doctor", "-q", NULL), 1, "fail  switch: ", "");
}

static void
doctor__private_instance__said(void **state)
{
	(void)state;
	needs_conf();
	expect(tool("doctor", "-v", NULL), 0, "pass  scope: a private instance of this user namespace", "");
	if (shell("unshare -U true")->status != 0)
		skip_because("unshare(1) makes no user namespace here");
	expect(shell("unshare -U ./binfmtctl doctor"), 0,
	       "warn  scope: these are the handlers of a parent user namespace", "");
}

static void
doctor__read_only_mount__warns(void **state)
{
	const struct run *r = shell("unshare -m sh -c 'mount -o remount,bind,ro " MOUNT " && ./binfmtctl doctor'");

	(void)state;
	if (r->status == 32)
		skip_because("the mount cannot be made read-only here");
	needs_conf();
	r = shell("unshare -m sh -c 'mount -o remount,bind,ro " MOUNT " && ./binfmtctl doctor'");
	expect(expect(r, 0, "warn  read-only: binfmt_misc is mounted read-only", ""), 0, "fix: mount -o remount,rw",
	       "");
}

static void
doctor__not_mounted__warns_as_the_hosts_handlers_may_apply(void **state)
{
	const struct run *r;

	(void)state;
	needs_conf();
	plant_arch(tiny_interpreter(), "F");
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl doctor /bin/sh'");
	if (r->status == 32)
		skip_because("the mount cannot be hidden here");
	expect(r, 0, "warn  mount: binfmt_misc is not visible here", "");
	expect(r, 0, "fix: mount -t binfmt_misc", "");
	expect(r, 0, "warn  match: /bin/sh: which handler takes it cannot be seen here", "");
}

static void
doctor__other_file_system__fails(void **state)
{
	const struct run *r;

	(void)state;
	needs_conf();
	r = expect(tool("doctor", "-d", scratch(), NULL), 1, "holds another file system, not binfmt_misc\n", "");
	expect(r, 1, "fail  mount: ", "");
	expect(r, 1, "fix: name the mount with --binfmt-dir", "");
	expect_json(tool("doctor", "-j", "-d", "/dev/null", NULL)->out,
		    "[.checks[] | select(.check == \"mount\" and .result == \"fail\")] | length == 1");
}

/* What is planted, and how doctor tells it. */
static const struct {
	void (*plant)(void);
	const char *code, *grade, *detail, *fix;
} problems[] = {
    {plant_disabled, "disabled", "warn", "switched off", "binfmtctl enable --entry planted"},
    {plant_missing, "missing", "fail", "/nowhere/interpreter", "binfmtctl remove --entry planted"},
    {plant_stale, "stale", "fail", "was replaced", "binfmtctl refresh --entry planted"},
    {plant_stale_by_time, "stale", "fail", "by time: ", "binfmtctl refresh --entry planted"},
    {plant_deleted, "deleted", "fail", "was deleted", "binfmtctl refresh --entry planted"},
    {plant_not_executable, "not-executable", "fail", "not executable", "chmod +x"},
    {plant_dynamic, "dynamic", "warn", "dynamically linked", "install a static interpreter"},
    {plant_insecure, "insecure", "fail", "writable by its group", "binfmtctl disable --entry planted"},
    {plant_shadowed, "shadowed", "warn", "entry front stands in front", "register planted again"},
    {plant_native, "native", "fail", "the rule matches this", "binfmtctl remove --entry planted"},
    {plant_loop, "loop", "fail", "its own interpreter", "binfmtctl remove --entry planted"},
    {plant_leftover, "leftover", "fail", "killed half way", "register planted again"},
};

static void
doctor__planted_problem_of_an_entry__named_with_its_fix(void **state)
{
	(void)state;
	needs_conf();
	for (size_t i = 0; i < LENGTH(problems); i++) {
		ns_setup(NULL);
		problems[i].plant();
		expect_told(strcmp(problems[i].grade, "fail") == 0, problems[i].code, problems[i].grade,
			    problems[i].detail, problems[i].fix);
	}
}

/* The fixes that are commands do what they say. */
static void
doctor__fix_pasted__the_problem_is_gone(void **state)
{
	static void (*const plants[])(void) = {plant_disabled, plant_stale, plant_stale_by_time, plant_native,
					       plant_loop};

	(void)state;
	needs_conf();
	for (size_t i = 0; i < LENGTH(plants); i++) {
		ns_setup(NULL);
		plants[i]();
		assert_non_null(strstr(
		    shell("./binfmtctl doctor | sed -n 's|^      fix: binfmtctl|./binfmtctl|p' | sh")->out, PLANTED));
		expect(tool("doctor", "-v", NULL), 0, " entries, all healthy", "");
	}
}

static void
doctor__disabled_rule_for_native_programs__never_told_to_enable_it(void **state)
{
	static void (*const plants[])(void) = {plant_native, plant_loop};

	(void)state;
	needs_conf();
	for (size_t i = 0; i < LENGTH(plants); i++) {
		ns_setup(NULL);
		plants[i]();
		assert_int_equal(mount_write(PLANTED, "0", 1), 0);
		assert_null(strstr(expect(tool("doctor", NULL), 1, "warn  disabled: ", "")->out, "enable --entry"));
	}
}

static void
doctor__credentials__who_becomes_root_is_said(void **state)
{
	(void)state;
	needs_conf();
	plant_line(":" PLANTED ":E::ext::%s:C", "/bin/true");
	expect(tool("doctor", "-v", NULL), 0,
	       "pass  credentials: planted (other files) gives set-user-id programs their rights, and only root can "
	       "write ",
	       "");
}

static void
doctor__bad_line_of_binfmt_d__fails_with_file_and_line(void **state)
{
	(void)state;
	needs_conf();
	conf(1, "bad.conf", "# comment\nnonsense\n");
	expect_told(1, "config", "fail",
		    "/run/binfmt.d/bad.conf:2: ", "correct or remove line 2 of /run/binfmt.d/bad.conf");
	conf(0, "bad.conf", "");
	expect(tool("doctor", "-v", NULL), 0, "pass  config: all lines of binfmt.d can be registered", "");
}

/* Operands: the way of a file from end to end. */
static void
expect_file(const char *path, int status, const char *const *wanted)
{
	const struct run *r = tool("doctor", "-v", path, NULL);

	for (; *wanted; wanted++)
		expect(r, status, *wanted, "");
	expect_json(tool("doctor", "-j", path, NULL)->out, "[.checks[] | select(.check == \"match\")] | length == 1");
}

#define file_told(path, status, ...) expect_file(path, status, (const char *const[]){__VA_ARGS__, NULL})

static void
doctor__file_that_runs__match_interpreter_and_test_pass(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	needs_conf();
	plant_arch(tiny_interpreter(), "F");
	file_told(path, 0, "program: handler planted\n", "/tiny is there and executable\n",
		  "pass  test: aarch64 programs run by ");
	file_told("/bin/sh", 0, "pass  match: /bin/sh: native\n", " programs run: native: the kernel runs it itself\n");
	free(path);
}

static void
doctor__script__its_interpreter_checked(void **state)
{
	char *good = scratch_file("good.sh"), *bad = scratch_file("bad.sh");

	(void)state;
	needs_conf();
	spill(good, "#!/bin/sh\n", 10, 0755);
	spill(bad, "#!/nowhere/sh\n", 14, 0755);
	file_told(good, 0, "good.sh: script: run by /bin/sh\n", "pass  interpreter: /bin/sh is there and executable\n");
	file_told(bad, 1, "fail  match: ", "fail  interpreter: /nowhere/sh: the interpreter does not exist\n",
		  "fix: install what brings /nowhere/sh\n");
	free(bad);
	free(good);
}

static void
doctor__file_that_nothing_takes__why_and_what_would(void **state)
{
	char *path = probe_program("aarch64", "program"), *text = scratch_file("text"),
	     *closed = scratch_file("closed");

	(void)state;
	needs_conf();
	spill(text, "text\n", 5, 0755);
	spill(closed, "text\n", 5, 0644);
	file_told(path, 1, "fail  match: ", "a program for aarch64, and no handler takes it",
		  "fix: binfmtctl register aarch64\n");
	file_told(text, 1, "fail  match: ", "neither an ELF program nor a script");
	file_told(closed, 1, "not executable\n", "fix: chmod +x ");
	file_told("/nowhere/file", 1, "fail  match: /nowhere/file: error: No such file or directory\n");
	file_told("/", 1, "none: a directory\n");
	free(closed);
	free(text);
	free(path);
}

static void
doctor__file_of_a_disabled_handler__said_with_the_remedy(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	needs_conf();
	plant_disabled();
	file_told(path, 1, "entry planted would take it, but is disabled\n", "fix: binfmtctl enable --entry planted\n");
	free(path);
}

static void
doctor__file_whose_interpreter_is_gone__interpreter_and_test_fail(void **state)
{
	char *path = probe_program("aarch64", "program");
	const char *interpreter = plant_copy();

	(void)state;
	needs_conf();
	plant_arch(interpreter, "P");
	assert_int_equal(unlink(interpreter), 0);
	file_told(path, 1, "fail  match: ", "fail  interpreter: ", "fail  test: aarch64 programs do not run: ");
	free(path);
}

static void
doctor__file_whose_handler_is_stale__runs_but_warned(void **state)
{
	char *path = probe_program("aarch64", "program");

	(void)state;
	needs_conf();
	plant_stale();
	file_told(path, 1, "pass  match: ", "warn  test: aarch64 programs run by ",
		  "fix: binfmtctl refresh --entry planted\n");
	ns_setup(NULL);
	plant_deleted();
	file_told(path, 1, "pass  match: ", "the kernel still holds the file that was opened at registration",
		  "warn  test: ");
	free(path);
}

static void
doctor__several_files__each_told(void **state)
{
	(void)state;
	needs_conf();
	expect_json(tool("doctor", "-j", "/bin/sh", "/nowhere/file", "/", NULL)->out,
		    "[.checks[] | select(.check == \"match\") | .result] == [\"pass\", \"fail\", \"fail\"]");
}

static void
doctor__changes_nothing(void **state)
{
	char *before;

	(void)state;
	needs_conf();
	plant_stale();
	before = instance();
	tool("doctor", "-v", "/bin/sh", NULL);
	expect_instance(before);
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(binfmtd__files_of_all_folders__by_file_name),
	    cmocka_unit_test(binfmtd__same_file_name__the_first_folder_wins),
	    cmocka_unit_test(binfmtd__link_to_null_or_empty_file__masks),
	    cmocka_unit_test(binfmtd__comments_blanks_and_other_files__passed_over),
	    cmocka_unit_test(binfmtd__bad_line__told_with_file_and_line_and_the_rest_is_read),
	    cmocka_unit_test(binfmtd__file_that_cannot_be_read__named_and_the_others_are_read),
	    cmocka_unit_test(boot__configuration_and_entries_agree__passes),
	    cmocka_unit_test(boot__entry_in_no_configuration__named_with_the_way_to_keep_it),
	    cmocka_unit_test(boot__other_order_than_live__both_named),
	    cmocka_unit_test(boot__name_twice__the_last_place_counts),
	    cmocka_unit_test(boot__without_entries__only_the_lines),
	    cmocka_unit_test(boot__unreadable_file__fails_with_its_name),
	    cmocka_unit_test(doctor__healthy__no_fail_and_exit_0),
	    cmocka_unit_test(doctor__no_entries__exit_0),
	    cmocka_unit_test(doctor__switched_off__fails),
	    cmocka_unit_test(doctor__private_instance__said),
	    cmocka_unit_test(doctor__read_only_mount__warns),
	    cmocka_unit_test(doctor__not_mounted__warns_as_the_hosts_handlers_may_apply),
	    cmocka_unit_test(doctor__other_file_system__fails),
	    cmocka_unit_test(doctor__planted_problem_of_an_entry__named_with_its_fix),
	    cmocka_unit_test(doctor__fix_pasted__the_problem_is_gone),
	    cmocka_unit_test(doctor__disabled_rule_for_native_programs__never_told_to_enable_it),
	    cmocka_unit_test(doctor__credentials__who_becomes_root_is_said),
	    cmocka_unit_test(doctor__bad_line_of_binfmt_d__fails_with_file_and_line),
	    cmocka_unit_test(doctor__file_that_runs__match_interpreter_and_test_pass),
	    cmocka_unit_test(doctor__script__its_interpreter_checked),
	    cmocka_unit_test(doctor__file_that_nothing_takes__why_and_what_would),
	    cmocka_unit_test(doctor__file_of_a_disabled_handler__said_with_the_remedy),
	    cmocka_unit_test(doctor__file_whose_interpreter_is_gone__interpreter_and_test_fail),
	    cmocka_unit_test(doctor__file_whose_handler_is_stale__runs_but_warned),
	    cmocka_unit_test(doctor__several_files__each_told),
	    cmocka_unit_test(doctor__changes_nothing),
	};

	return ns_run(tests);
}
