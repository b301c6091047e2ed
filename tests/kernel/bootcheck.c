/* SPDX-License-Identifier: MIT */
/* What the next boot would make of binfmt.d, beside the entries that are live. */
#include "conf.h"
#include "forbid.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "boot.h"
#include "bootcheck.h"
#include "commands.h"
#include "doctor.h"
#include "elfmaker.h"
#include "facts.h"
#include "host.h"
#include "live.h"
#include "own_unit.h"
#include "sanitized.h"
#include "snapshot.h"

static char told[1 << 16];

/* bootcheck_examine: its findings as lines "GRADE check: detail [fix]", without where each entry is from (atboot.c). */
static void
note_finding(void *arg, const char *check, const struct finding *f)
{
	size_t len = strlen(told);

	(void)arg;
	if (strcmp(check, "at-boot") == 0)
		return;
	snprintf(told + len, sizeof(told) - len, "%s %s: %s [%s]\n", grade_word(f->grade), check, f->why.text,
		 f->why.fix);
}

/* Live entries by hand, newest first, as extension rules: the host's own instance cannot be had in a test. */
static struct entry live_entries[8];
static struct snapshot live;

static void
make_live(const char *const *names_and_extensions)
{
	size_t count = 0;

	for (; *names_and_extensions; names_and_extensions += 2)
		live_entries[count++] = (struct entry){
		    .rule = live_rule(names_and_extensions[0], names_and_extensions[1], "/bin/true", 0),
		    .enabled = true,
		};
	live_snapshot(&live, live_entries, count);
	live.b.dir = MOUNT;
}

/* As a machine with systemd-binfmt and nothing else, unless a test bends it. */
static struct boot boot;

static const char *
examine(const struct snapshot *s)
{
	conf_read_boot(&boot);
	told[0] = '\0';
	bootcheck_examine(&boot, s, note_finding, NULL);
	boot_free(&boot);
	return told;
}

static long
flushed(void)
{
	long count;

	conf_read_boot(&boot);
	count = bootcheck_flushed(&boot, &live);
	boot_free(&boot);
	return count;
}

static void
bootcheck__configuration_and_entries_agree__passes(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":first:E::x::/bin/true:\n");
	conf_write(3, "b.conf", ":second:E::x::/bin/true:\n:third:E::y::/bin/true:\n");
	make_live((const char *const[]){"third", "y", "second", "x", "first", "x", NULL});
	assert_string_equal(examine(&live),
			    "pass config: all lines of binfmt.d can be registered []\n"
			    "pass unconfigured: every live entry is in some configuration []\n"
			    "pass drift: the live entries are as configured []\n"
			    "pass boot-order: the configuration keeps the order of the live entries []\n");
	assert_int_equal(flushed(), 0);
}

static void
bootcheck__entry_in_no_configuration__named_with_the_way_to_keep_it(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	make_live((const char *const[]){"lonely", "x", "qemu-riscv64", "y", NULL});
	live_entries[1].rule.pattern = arch_pattern(arch_find("riscv64"));
	assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
	examine(&live);
	assert_non_null(
	    strstr(told, "warn unconfigured: entry lonely: it is in no configuration: it will not be there after a "
			 "reboot; a restart of systemd-binfmt removes it [binfmtctl register --name lonely "
			 "--interpreter /bin/true --extension x "
			 "--persist]\n"));
	assert_non_null(strstr(told,
			       "warn unconfigured: entry qemu-riscv64: it is in no configuration: it will not be there "
			       "after a reboot; a restart of systemd-binfmt removes it [binfmtctl register riscv64 "
			       "--persist]\n"));
	assert_int_equal(flushed(), 2);
}

static void
bootcheck__other_order_than_live__both_named(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":first:E::x::/bin/true:\n");
	conf_write(0, "b.conf", ":second:E::x::/bin/true:\n:third:E::y::/bin/true:\n");
	make_live((const char *const[]){"first", "x", "second", "x", "third", "y", NULL});
	examine(&live);
	assert_non_null(strstr(told,
			       "warn boot-order: entry first wins over second now, but after a reboot second will win: "
			       "its line comes later in the order of file names, and the last wins []\n"));
	assert_null(strstr(told, "third will win"));
}

static void
bootcheck__name_twice__the_last_place_counts(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":first:E::x::/bin/true:\n:second:E::x::/bin/true:\n");
	make_live((const char *const[]){"second", "x", "first", "x", NULL});
	assert_null(strstr(examine(&live), "warn boot-order"));
	conf_write(0, "b.conf", ":first:E::x::/bin/true:\n");
	assert_non_null(strstr(examine(&live), "entry second wins over first now"));
}

/* Which of them is started first nobody knows. */
static void
bootcheck__order_of_two_services__unknown(void **state)
{
	char *dir = scratch_folder("records");
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "b.conf", ":b:E::jar::/bin/true:\n");
	free(scratch_text("records/a", ":\nextension\n0\njar\n\n/bin/true\n\n\n\n\n", 0644));
	make_live((const char *const[]){"b", "jar", "a", "jar", NULL});
	for (int turn = 0; turn < 2; turn++) {
		if (turn)
			make_live((const char *const[]){"a", "jar", "b", "jar", NULL});
		conf_read_boot(&boot);
		assert_int_equal(records_read(&boot.records, dir, &err), 0);
		boot.reads_records = LOOK_YES;
		told[0] = '\0';
		bootcheck_examine(&boot, &live, note_finding, NULL);
		assert_non_null(
		    strstr(told, turn ? "unknown boot-order: entry a wins over b now; which of them will after a "
					"reboot is not known"
				      : "unknown boot-order: entry b wins over a now; which of them will"));
		assert_null(strstr(told, "pass boot-order"));
		assert_non_null(strstr(told, "pass unconfigured"));
		boot_free(&boot);
	}
	free(dir);
}

/* It comes after binfmt.d where it says so, and then is in front. */
static void
bootcheck__order_of_own_unit__warned_or_unknown(void **state)
{
	static const char *const after[] = {"[Unit]\nAfter=systemd-binfmt.service\n", ""};
	char *path = scratch_file("interpreter");
	struct pattern magic = arch_pattern(arch_find("aarch64"));

	(void)state;
	conf_needs_boot_dirs();
	free(scratch_copy(tiny_interpreter(), "interpreter"));
	conf_write(0, "b.conf", ":box:M::\\x7fELF\\x02\\x01:\\xff\\xff\\xff\\xff\\xff\\xff:/bin/true:\n");
	make_live((const char *const[]){"box", "x", "qemu-aarch64", "y", NULL});
	live_entries[0].rule.pattern = (struct pattern){.type = PATTERN_MAGIC,
							.size = 6,
							.magic = (const unsigned char *)"\x7f"
											"ELF\x02\x01"};
	live_entries[1].rule = (struct rule){"qemu-aarch64", magic, path, RULE_F, NULL};
	for (size_t i = 0; i < LENGTH(after); i++) {
		conf_read_boot(&boot);
		snprintf(boot.unit, sizeof(boot.unit),
			 "%s[Service]\nExecStart=%s/binfmtctl register arm64 -i %s -f F\n", after[i], tool_folder(),
			 path);
		own_unit_read(&boot, commands);
		told[0] = '\0';
		bootcheck_examine(&boot, &live, note_finding, NULL);
		if (!strstr(told, i ? "unknown boot-order: not all that registers handlers at boot could be seen"
				    : "warn boot-order: entry box wins over qemu-aarch64 now, but after a reboot "
				      "qemu-aarch64 will win: binfmtctl.service registers it after the lines"))
			fail_msg("%s", told);
		assert_null(strstr(told, "pass boot-order"));
		boot_free(&boot);
	}
	free(path);
}

static void
bootcheck__without_entries__only_the_lines(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
}

static void
bootcheck__lines__graded_by_what_systemd_makes_of_them(void **state)
{
	static const struct {
		const char *line, *told; /* told NULL: nothing */
	} rows[] = {
	    {":a:E::x::/bin/true:F", NULL},
	    {":a:M:+4:x::/bin/true:", NULL},
	    {":a:E::x::/nowhere/interpreter:",
	     "warn config: /etc/binfmt.d/c.conf:1: interpreter /nowhere/interpreter: does "
	     "not exist; the entry gets registered, but works for no file []\n"},
	    {":a:E::x::relative:",
	     "warn config: /etc/binfmt.d/c.conf:1: relative: a relative path: it works only for "},
	    {":a:E::.x::/bin/true:", "warn config: /etc/binfmt.d/c.conf:1: the extension is given without its dot"},
	    {":a:E::x::/nowhere/interpreter:F", "fail config: /etc/binfmt.d/c.conf:1: /nowhere/interpreter: the "
						"interpreter does not exist, and flag F needs it "
						"when the line is registered []\n"},
	    {"nonsense", "fail config: /etc/binfmt.d/c.conf:1: "},
	    {":a:M::\\x7fELF::/bin/true:", "fail config: /etc/binfmt.d/c.conf:1: the rule matches "},
	    {"; comment\n :a:E::x::/bin/true:f # x", "fail config: /etc/binfmt.d/c.conf:2: unknown flag"},
	};

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		conf_write(0, "c.conf", rows[i].line);
		examine(NULL);
		if (!strstr(told, rows[i].told ? rows[i].told : "pass config: ") || strstr(told, "--force"))
			fail_msg("%s: %s", rows[i].line, told);
	}
}

/* Our own `load` is stricter. */
static void
bootcheck__lines_that_load_reads__graded_by_what_it_refuses(void **state)
{
	static const struct {
		const char *line;
		bool forces, else_too;
		const char *told;
	} rows[] = {
	    {":a:E::x::/bin/true:", false, false, "pass config: "},
	    {":a:E::x::/nowhere/interpreter:", false, false,
	     "fail config: /etc/binfmt.d/c.conf:1: interpreter /nowhere/interpreter: does not exist, so exec would "
	     "fail "
	     "with ENOENT; binfmtctl load, which reads it at boot, refuses it []\n"},
	    {":a:E::x::/nowhere/interpreter:", true, false, "warn config: /etc/binfmt.d/c.conf:1: interpreter "},
	    {":a:E::x::/nowhere/interpreter:", false, true, "; whether it is registered at boot is not known []\n"},
	    {":a:E::x::relative:", false, false,
	     "fail config: /etc/binfmt.d/c.conf:1: interpreter relative: its path "},
	    {":a:E::x::/nowhere/interpreter:F", false, false,
	     "/nowhere/interpreter: the interpreter does not exist, and flag F needs it when the line is registered"},
	    {"nonsense", false, false, "fail config: /etc/binfmt.d/c.conf:1: "},
	};

	(void)state;
	conf_needs_boot_dirs();
	make_live((const char *const[]){"b", "y", NULL});
	for (size_t i = 0; i < LENGTH(rows); i++) {
		conf_write(0, "c.conf", rows[i].line);
		conf_read_boot(&boot);
		boot.reader = "the service binfmtctl";
		boot.loads = true;
		boot.forces = rows[i].forces;
		boot.else_too = rows[i].else_too;
		told[0] = '\0';
		bootcheck_examine(&boot, &live, note_finding, NULL);
		boot_free(&boot);
		if (!strstr(told, rows[i].told) ||
		    !strstr(told, "but back at the next boot: a ") != (!rows[i].forces && i > 0) ||
		    strstr(told, "--force"))
			fail_msg("%s: %s", rows[i].line, told);
	}
}

/* The fix of a bad line, run: that line is told no more, and the others stay. */
static void
bootcheck__fix_of_a_line__run_and_gone(void **state)
{
	static const char *const bad[] = {"nonsense", ":bad:E::x::/bin/true:f",
					  ":brick:M::\\x7fELF::/bin/true:", "  \t:a/b:E::x::/bin/true:"};
	char text[512], fix[512], *end;

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(bad); i++) {
		snprintf(text, sizeof(text), "# c\n:first:E::x::/bin/true:\r\n%s\n:last:E::x::/bin/true:\n", bad[i]);
		conf_write(1, "it's.conf", text);
		examine(NULL);
		assert_non_null(strstr(told, "fail config: /run/binfmt.d/it's.conf:3: "));
		snprintf(fix, sizeof(fix), "%s", strstr(told, "[sed -i ") + 1);
		end = strrchr(fix, ']');
		assert_non_null(end);
		*end = '\0';
		expect(shell("%s", fix), 0, "", "");
		assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
		assert_non_null(strstr(slurp("/run/binfmt.d/it's.conf"), ":last:E"));
	}
}

static void
bootcheck__line_of_a_megabyte__taken_out_by_the_fix(void **state)
{
	enum { LONG = 1 << 20 };
	char *text = malloc(LONG + 64), *end;

	(void)state;
	conf_needs_boot_dirs();
	assert_non_null(text);
	memset(text, '#', LONG);
	strcpy(text + LONG, "\n:last:E::x::/bin/true:\n");
	conf_write(0, "c.conf", text);
	free(text);
	examine(NULL);
	assert_non_null(strstr(told,
			       "fail config: /etc/binfmt.d/c.conf:1: longer than 1 MiB: systemd-binfmt gives up here, "
			       "and the rest of the file is lost [sed -i 1d /etc/binfmt.d/c.conf]\n"));
	end = strrchr(told, ']');
	*end = '\0';
	expect(shell("%s", strstr(told, "[sed") + 1), 0, "", "");
	assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
}

/* Where sed would count other lines there is no fix; behind a link it is the file itself that it changes. */
static void
bootcheck__line_that_sed_would_miss__no_fix(void **state)
{
	struct stat st;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "c.conf", ":a:E::x::/bin/true:\rnonsense\n");
	examine(NULL);
	assert_non_null(strstr(told, "fail config: /etc/binfmt.d/c.conf:2: "));
	assert_null(strstr(told, "sed"));
	conf_write(0, "c.conf", "");
	conf_write(0, "text", "nonsense\n");
	assert_int_equal(symlink("text", "/etc/binfmt.d/l.conf"), 0);
	examine(NULL);
	assert_non_null(strstr(told, "fail config: /etc/binfmt.d/l.conf:1: "));
	*strrchr(told, ']') = '\0';
	assert_non_null(strstr(told, "[sed"));
	expect(shell("%s", strstr(told, "[sed") + 1), 0, "", "");
	assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
	assert_true(lstat("/etc/binfmt.d/l.conf", &st) == 0 && S_ISLNK(st.st_mode));
}

static void
bootcheck__odd_files__told_without_a_fix(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(symlink("/nowhere/file", "/etc/binfmt.d/dangling.conf"), 0);
	assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
	assert_int_equal(mkfifo("/etc/binfmt.d/fifo.conf", 0644), 0);
	assert_string_equal(examine(NULL),
			    "fail config: /etc/binfmt.d/fifo.conf: it is a FIFO, at which systemd-binfmt waits "
			    "for ever []\n");
}

static void
bootcheck__configured_but_not_live__named(void **state)
{
	char line[64];

	(void)state;
	conf_needs_boot_dirs();
	conf_write(3, "a.conf", ":here:E::x::/bin/true:\n:gone:E::y::/bin/true:\n:bad:E::y::/bin/true:f\n");
	make_live((const char *const[]){"here", "x", NULL});
	assert_non_null(strstr(examine(&live), "warn drift: not there now, but back at the next boot: gone "
					       "(/usr/lib/binfmt.d/a.conf:2) []\n"));
	for (int i = 0; i < 9; i++) {
		snprintf(line, sizeof(line), ":n%d:E::y::/bin/true:\n", i);
		conf_write(3, (char[]){(char)('b' + i), '.', 'c', 'o', 'n', 'f', '\0'}, line);
	}
	assert_non_null(strstr(examine(&live), ", n6 (/usr/lib/binfmt.d/h.conf:1) and 2 more []\n"));
}

/* Masked until the next boot, or by a file of another entry. */
static void
bootcheck__hidden_by_a_file_of_run__named(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(3, "a.conf", ":gone:E::y::/bin/true:\n");
	make_live((const char *const[]){NULL});
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			assert_int_equal(symlink("/dev/null", "/run/binfmt.d/a.conf"), 0);
		else
			expect(shell("rm /run/binfmt.d/a.conf; echo ':b:E::b::/nowhere:F' >/run/binfmt.d/a.conf"), 0,
			       "", "");
		assert_non_null(strstr(examine(&live), "unknown drift: not there now, but maybe back at the next boot: "
						       "gone (/usr/lib/binfmt.d/a.conf:1) []\n"));
		assert_null(strstr(examine(&live), "pass drift"));
	}
}

static void
bootcheck__drifted__told_with_its_source(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "z.conf", ":a:E::x::/bin/true:P\n");
	make_live((const char *const[]){"a", "x", NULL});
	examine(&live);
	assert_non_null(strstr(told, "warn drift: entry a: a reboot brings it back with flags P instead of none: "
				     "/etc/binfmt.d/z.conf:1 []\n"));
	assert_non_null(strstr(told, "pass unconfigured"));
	assert_null(strstr(told, "pass drift"));
	assert_int_equal(flushed(), 0);
}

static void
bootcheck__elsewhere_or_no_reader__said(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":a:E::x::/bin/true:\n:b:E::x::/bin/true:\n");
	make_live((const char *const[]){"a", "x", NULL});
	conf_read_boot(&boot);
	boot.reader = NULL;
	boot.reads_lines = LOOK_NO;
	told[0] = '\0';
	bootcheck_examine(&boot, &live, note_finding, NULL);
	assert_non_null(strstr(told,
			       "warn unconfigured: 1 live entry is in binfmt.d, but nothing that reads it at boot was "
			       "found here"));
	assert_non_null(strstr(told, "pass drift"));
	boot.elsewhere = LOOK_UNKNOWN;
	told[0] = '\0';
	bootcheck_examine(&boot, &live, note_finding, NULL);
	assert_non_null(strstr(told, "unknown unconfigured: whether this is a container or a chroot could not be "));
	assert_null(strstr(told, "pass unconfigured"));
	boot.elsewhere = LOOK_YES;
	told[0] = '\0';
	bootcheck_examine(&boot, &live, note_finding, NULL);
	assert_string_equal(
	    told, "pass config: all lines of binfmt.d can be registered []\n"
		  "unknown unconfigured: what this machine registers at boot cannot be seen from in here []\n");
	told[0] = '\0';
	bootcheck_examine(NULL, &live, note_finding, NULL);
	assert_string_equal(told, "unknown config: there is no memory to read the configuration []\n");
	boot_free(&boot);
}

/* What could not be read may bring back, or keep from coming back, whatever is live. */
static void
bootcheck__part_that_cannot_be_read__nothing_of_it_passes(void **state)
{
	static const char *const checks[] = {"unconfigured", "drift", "boot-order"};
	char word[64];

	(void)state;
	conf_needs_boot_dirs();
	make_live((const char *const[]){"nix", "x", NULL});
	for (int kind = 0; kind < 4; kind++) {
		if (kind == 0)
			assert_int_equal(symlink("/proc/self/mem", "/etc/binfmt.d/a.conf"), 0);
		conf_read_boot(&boot);
		if (kind == 1)
			boot.reads_lines = boot.flushes = LOOK_UNKNOWN;
		if (kind == 2)
			boot.reads_records = LOOK_UNKNOWN;
		if (kind == 3)
			boot.unread = true;
		told[0] = '\0';
		bootcheck_examine(&boot, &live, note_finding, NULL);
		for (size_t i = 0; i < LENGTH(checks); i++) {
			snprintf(word, sizeof(word), "pass %s", checks[i]);
			assert_null(strstr(told, word));
			snprintf(word, sizeof(word), "%s %s",
				 i                        ? "unknown"
				 : kind == 1 || kind == 2 ? ""
							  : "unknown",
				 checks[i]);
			if (!strstr(told, word))
				fail_msg("kind %d: %s in %s", kind, word, told);
		}
		assert_int_equal(bootcheck_flushed(&boot, &live), kind == 2 ? 1 : FACTS_UNREAD);
		boot.elsewhere = LOOK_YES;
		assert_int_equal(bootcheck_flushed(&boot, &live), FACTS_UNREAD);
		boot_free(&boot);
		if (kind == 0)
			assert_int_equal(unlink("/etc/binfmt.d/a.conf"), 0);
	}
}

/* Exec of it works, and the process dies at once. */
static void
bootcheck__interpreter_cut_off__told(void **state)
{
	const struct elfmaker maker = {.arch = host_arch(), .shared = true, .stack = true, .data = true};
	unsigned char elf[ELFMAKER_MAX];
	char *path = scratch_file("cut"), line[4096];

	(void)state;
	conf_needs_boot_dirs();
	assert_true(elfmaker_build(&maker, elf) > 400);
	spill(path, elf, 400, 0755);
	snprintf(line, sizeof(line), ":a:E::x::%s:\n", path);
	conf_write(0, "c.conf", line);
	assert_non_null(strstr(examine(NULL), "warn config: /etc/binfmt.d/c.conf:1: "));
	assert_non_null(
	    strstr(told, ", so it is killed at its start; the entry gets registered, but works for no file"));
	free(path);
}

/* No room for the names of so many live entries: nothing is said to be as configured. */
static void
bootcheck__no_memory_to_compare__unknown(void **state)
{
	enum { MANY = 300000 };
	struct entry *entries = calloc(MANY, sizeof(*entries));
	struct rlimit before, none = {1, RLIM_INFINITY};
	struct snapshot many;

	(void)state;
	if (SANITIZED)
		skip_because("this machine's sanitizer takes all address space");
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":here:E::x::/bin/true:\n");
	assert_non_null(entries);
	for (size_t i = 0; i < MANY; i++)
		entries[i] = (struct entry){.rule = live_rule("here", "x", "/bin/true", 0), .enabled = true};
	live_snapshot(&many, entries, MANY);
	many.b.dir = MOUNT;
	conf_read_boot(&boot);
	told[0] = '\0';
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	none.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	bootcheck_examine(&boot, &many, note_finding, NULL);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	boot_free(&boot);
	free(entries);
	assert_non_null(strstr(told, "unknown drift: there is no memory to compare"));
	assert_null(strstr(told, "pass drift"));
}

/* In a process of its own, in which an interpreter cannot be looked at: whether "drift" passes. */
static void
bootcheck__configured_and_not_to_be_looked_at__no_pass(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(3, "a.conf", ":here:E::x::/bin/true:\n:gone:E::y::/bin/true:F\n");
	make_live((const char *const[]){"here", "x", NULL});
	conf_read_boot(&boot);
	pid = fork();
	if (pid == 0) {
		if (!forbid(439, EIO)) /* faccessat2 */
			_exit(99);
		told[0] = '\0';
		bootcheck_examine(&boot, &live, note_finding, NULL);
		_exit(strstr(told, "pass drift") || !strstr(told, "unknown drift: not there now, but maybe back"));
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	boot_free(&boot);
	if (WEXITSTATUS(status) == 99)
		skip_because("this kernel has no seccomp filters");
	assert_int_equal(WEXITSTATUS(status), 0);
}

static bool
no_look_at_files(void)
{
	return forbid(439, EIO); /* faccessat2 */
}

/* Good configuration is not to be taken out for something that cannot be seen at the moment. */
static void
doctor__interpreter_that_cannot_be_looked_at__unknown_and_no_fix(void **state)
{
	char line[4096];
	const struct run *r;

	(void)state;
	conf_needs_boot_dirs();
	snprintf(line, sizeof(line), ":a:M::deadbeef::%s:\n", tiny_interpreter());
	conf_write(0, "c.conf", line);
	expect(tool("-v", "doctor", NULL), 0, "pass  config", NULL);
	run_prepare = no_look_at_files;
	r = tool("-v", "doctor", NULL);
	run_prepare = NULL;
	if (r->status == 229)
		skip_because("this kernel has no seccomp filters");
	expect(r, 0, "unknown  config: /etc/binfmt.d/c.conf:1: ", NULL);
	assert_null(strstr(r->out, "sed -i"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bootcheck__configuration_and_entries_agree__passes),
	    cmocka_unit_test(bootcheck__entry_in_no_configuration__named_with_the_way_to_keep_it),
	    cmocka_unit_test(bootcheck__other_order_than_live__both_named),
	    cmocka_unit_test(bootcheck__name_twice__the_last_place_counts),
	    cmocka_unit_test(bootcheck__order_of_two_services__unknown),
	    cmocka_unit_test(bootcheck__order_of_own_unit__warned_or_unknown),
	    cmocka_unit_test(bootcheck__without_entries__only_the_lines),
	    cmocka_unit_test(bootcheck__lines__graded_by_what_systemd_makes_of_them),
	    cmocka_unit_test(bootcheck__lines_that_load_reads__graded_by_what_it_refuses),
	    cmocka_unit_test(bootcheck__fix_of_a_line__run_and_gone),
	    cmocka_unit_test(bootcheck__line_of_a_megabyte__taken_out_by_the_fix),
	    cmocka_unit_test(bootcheck__line_that_sed_would_miss__no_fix),
	    cmocka_unit_test(bootcheck__odd_files__told_without_a_fix),
	    cmocka_unit_test(bootcheck__configured_but_not_live__named),
	    cmocka_unit_test(bootcheck__configured_and_not_to_be_looked_at__no_pass),
	    cmocka_unit_test(bootcheck__hidden_by_a_file_of_run__named),
	    cmocka_unit_test(bootcheck__drifted__told_with_its_source),
	    cmocka_unit_test(bootcheck__elsewhere_or_no_reader__said),
	    cmocka_unit_test(bootcheck__part_that_cannot_be_read__nothing_of_it_passes),
	    cmocka_unit_test(bootcheck__interpreter_cut_off__told),
	    cmocka_unit_test(bootcheck__no_memory_to_compare__unknown),
	    cmocka_unit_test(doctor__interpreter_that_cannot_be_looked_at__unknown_and_no_fix),
	};

	return ns_run(tests);
}
