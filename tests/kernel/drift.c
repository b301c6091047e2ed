/* SPDX-License-Identifier: MIT */
/* What a reboot makes of live entries: each way in which configuration and the kernel part, and the fix run. */
#include "conf.h"
#include "forbid.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot.h"
#include "commands.h"
#include "drift.h"
#include "health.h"
#include "nextboot.h"
#include "own_unit.h"
#include "recall.h"
#include "sanitized.h"
#include "snapshot.h"

static struct boot boot;
static struct drift drift;

/* Empty folders, as nobody but root may write them. */
static void
cover_dirs(void)
{
	conf_needs_boot_dirs();
	assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
}

/* What becomes of one live entry. */
static enum drift_end
look(const char *name)
{
	struct snapshot s;
	struct handler handler;
	struct err err;
	bool found = false;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	for (size_t i = 0; i < s.list.count && !found; i++)
		found = snapshot_shown(&s, i, &handler) && strcmp(handler.name, name) == 0;
	assert_true(found);
	drift_examine(&boot, &handler, MOUNT, &drift);
	snapshot_close(&s);
	return drift.end;
}

static enum drift_end
read_and_look(const char *name)
{
	enum drift_end end;

	conf_read_boot(&boot);
	end = look(name);
	boot_free(&boot);
	return end;
}

/* Looks, sees these pieces of the text ("": it is empty), and that there is a fix which cures it, or none. */
#define expect_drift(name, end, text, fixed) expect_drift_at(name, end, text, fixed, __LINE__)

static void
expect_drift_at(const char *name, enum drift_end end, const char *text, bool fixed, int line)
{
	const struct run *r;
	enum drift_end got = read_and_look(name);

	if (got != end || !says(drift.why.text, text) || (*drift.why.fix != '\0') != fixed)
		fail_msg("line %d: %s: %d, '%s', fix '%s'", line, name, (int)got, drift.why.text, drift.why.fix);
	if (!fixed)
		return;
	r = shell("PATH=\"%s:$PATH\"\n%s", tool_folder(), drift.why.fix);
	if (r->status != 0 || read_and_look(name) != DRIFT_SAME)
		fail_msg("line %d: after '%s' (%s): '%s'", line, drift.why.fix, r->err, drift.why.text);
}

static void
drift__as_configured__same_and_its_source(void **state)
{
	(void)state;
	cover_dirs();
	conf_write(3, "b.conf", "# c\n:a:E::ext::/bin/true:F\n:m:M:2:\\x41b:\\xff\\xf0:/bin/true:POC\n");
	conf_write(0, "a.conf", ":a:E::other::/bin/false:\n");
	register_raw(":a:E::ext::/bin/true:F");
	register_raw(":m:M:2:\\x41b:\\xff\\xf0:/bin/true:OCP");
	expect_drift("a", DRIFT_SAME, "", false);
	assert_string_equal(drift.source, "/usr/lib/binfmt.d/b.conf:2");
	expect_drift("m", DRIFT_SAME, "", false);
	assert_string_equal(drift.source, "/usr/lib/binfmt.d/b.conf:3");
}

/* As list -v and status -v say it; with a NULL boot nothing was read. */
static const char *
source(const char *name, const struct boot *from)
{
	static char text[ERR_TEXT_MAX];
	struct handler handler;
	struct snapshot s;
	struct err err;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	text[0] = '\0';
	for (size_t i = 0; i < s.list.count; i++)
		if (snapshot_shown(&s, i, &handler) && strcmp(handler.name, name) == 0)
			drift_source(&s, from, &handler, text);
	snapshot_close(&s);
	return text;
}

static void
drift__source__for_people(void **state)
{
	(void)state;
	cover_dirs();
	conf_write(0, "a.conf", ":a:E::ext::/bin/true:F\n:b:E::b::/bin/true:\n");
	register_raw(":a:E::ext::/bin/true:F");
	register_raw(":b:E::b::/bin/true:P");
	register_raw(":c:E::c::/bin/true:P");
	conf_read_boot(&boot);
	expect_text("a", source("a", &boot), "/etc/binfmt.d/a.conf:1, by systemd-binfmt");
	expect_text("b", source("b", &boot),
		    "a reboot brings it back with flags none instead of P: /etc/binfmt.d/a.conf:2");
	expect_text("c", source("c", &boot),
		    "it is in no configuration: it will not be there after a reboot; a restart of systemd-binfmt "
		    "removes it");
	boot.reader = NULL;
	boot.reads_lines = LOOK_NO;
	expect_text("a", source("a", &boot),
		    "it is not there after a reboot: /etc/binfmt.d/a.conf:1: nothing that reads it was found here; a "
		    "restart of systemd-binfmt removes it");
	boot.elsewhere = LOOK_YES;
	expect_text("a", source("a", &boot), "what this machine registers at boot cannot be seen from in here");
	boot_free(&boot);
	expect_text("a", source("a", NULL), "nothing: this instance ends with its namespace");
}

static void
drift__each_part__told_and_kept_by_the_fix(void **state)
{
	static const struct {
		const char *live, *line, *text;
	} rows[] = {
	    {":a:E::ext::/bin/true:F", ":a:E::ext::/bin/true:PF",
	     "a reboot brings it back with flags PF instead of F: /usr/lib/binfmt.d/a.conf:1"},
	    {":a:E::ext::/bin/true:", ":a:E::ext::/bin/true:OC", "with flags OC instead of none"},
	    {":a:E::ext::/bin/true:P", ":a:E::ext::/bin/true:", "with flags none instead of P"},
	    {":a:E::ext::/bin/true:", ":a:E::ext::/bin/false:", "with interpreter /bin/false instead of /bin/true"},
	    {":a:E::ext::/bin/true:", ":a:E::other::/bin/true:", "with another pattern"},
	    {":a:M:3:\\x41b'c:\\xff\\xff\\xff\\x0f:/bin/true:", ":a:M:3:\\x41b::/bin/true:", "with another magic"},
	    {":a:M::ab::/bin/true:", ":a:E::ab::/bin/true:P", "with another pattern, with flags P instead of none"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		cover_dirs();
		ns_setup(NULL);
		conf_write(3, "a.conf", rows[i].line);
		register_raw(rows[i].live);
		expect_drift("a", DRIFT_CHANGED, rows[i].text, true);
		assert_int_equal(drift.end, DRIFT_SAME);
	}
}

static void
drift__architecture__kept_by_its_name(void **state)
{
	(void)state;
	cover_dirs();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-f", "P", NULL), 0, "registered", NULL);
	read_and_look("qemu-aarch64");
	assert_string_equal(drift.why.fix, "binfmtctl register aarch64 --persist");
	expect_drift("qemu-aarch64", DRIFT_GONE, "it is in no configuration: it will not be there after a reboot",
		     true);
}

static void
drift__in_no_configuration__kept_by_the_fix(void **state)
{
	(void)state;
	cover_dirs();
	register_raw(":it's mine:E::ext::/bin/true:");
	expect_drift("it's mine", DRIFT_GONE, "it is in no configuration", true);
	assert_string_equal(drift.source, "/etc/binfmt.d/it's mine.conf:2");
}

static void
drift__disabled__comes_back_enabled(void **state)
{
	(void)state;
	cover_dirs();
	conf_write(3, "a.conf", ":a:E::ext::/bin/true:");
	register_raw(":a:E::ext::/bin/true:");
	assert_int_equal(mount_write("a", "0", 1), 0);
	expect_drift("a", DRIFT_CHANGED, "a reboot brings it back enabled, and it is disabled now", false);
}

static void
drift__line_in_run__unknown_at_the_next_boot(void **state)
{
	(void)state;
	cover_dirs();
	conf_write(1, "a.conf", ":a:E::ext::/bin/true:\n");
	register_raw(":a:E::ext::/bin/true:");
	expect_drift("a", DRIFT_UNKNOWN, "/run/binfmt.d/a.conf:1: /run is emptied at each boot", false);
	conf_write(3, "z.conf", ":a:E::ext::/bin/true:\n");
	expect_drift("a", DRIFT_SAME, "", false);
}

static void
drift__hidden_by_run__unknown_at_the_next_boot(void **state)
{
	(void)state;
	cover_dirs();
	conf_write(3, "a.conf", ":a:E::ext::/bin/true:\n");
	register_raw(":a:E::ext::/bin/true:");
	assert_int_equal(symlink("/dev/null", "/run/binfmt.d/a.conf"), 0);
	expect_drift("a", DRIFT_UNKNOWN, "/usr/lib/binfmt.d/a.conf:1: a file of its name in /run hides it now", false);
	assert_int_equal(unlink("/run/binfmt.d/a.conf"), 0);
	conf_write(1, "a.conf", ":b:E::other::/bin/true:\n");
	expect_drift("a", DRIFT_UNKNOWN, "/usr/lib/binfmt.d/a.conf:1: a file of its name in /run hides it now", false);
	conf_write(0, "a.conf", ":a:E::ext::/bin/true:\n");
	expect_drift("a", DRIFT_SAME, "", false);
	assert_string_equal(drift.source, "/etc/binfmt.d/a.conf:1");
}

static void
drift__file_that_leads_into_run__unknown_at_the_next_boot(void **state)
{
	(void)state;
	cover_dirs();
	conf_write(1, "a", ":a:E::ext::/bin/true:\n");
	register_raw(":a:E::ext::/bin/true:");
	assert_int_equal(symlink("/run/binfmt.d/a", "/etc/binfmt.d/a.conf"), 0);
	expect_drift("a", DRIFT_UNKNOWN, "/etc/binfmt.d/a.conf:1: what its file is a link to is emptied at", false);
}

static void
drift__interpreter_of_f_in_run__unknown_at_the_next_boot(void **state)
{
	(void)state;
	cover_dirs();
	expect(shell("cp /bin/true /run/binfmt.d/interpreter"), 0, "", "");
	for (int fixed = 0; fixed < 2; fixed++) {
		const char *line =
		    fixed ? ":a:E::ext::/run/binfmt.d/interpreter:F" : ":a:E::ext::/run/binfmt.d/interpreter:";

		ns_empty();
		conf_write(3, "a.conf",
			   fixed ? ":a:E::ext::/run/binfmt.d/interpreter:F\n"
				 : ":a:E::ext::/run/binfmt.d/interpreter:\n");
		register_raw(line);
		expect_drift("a", fixed ? DRIFT_UNKNOWN : DRIFT_SAME,
			     fixed ? "a.conf:1: its interpreter, which flag" : "", false);
	}
	ns_empty();
	expect(tool("register", "--name", "a", "--extension", "ext", "-i", "/run/binfmt.d/interpreter", "-f", "F",
		    "--persist", NULL),
	       0, "written to", "whether the next boot has it is not known: its interpreter, which flag F opens");
}

/* As Linux 7.3 reads it: born disabled. */
static void
drift__line_with_flag_d__comes_back_disabled(void **state)
{
	struct err err;

	(void)state;
	cover_dirs();
	conf_write(3, "a.conf", ":a:E::ext::/bin/true:D\n:b:E::b::/bin/true:D\n");
	register_raw(":a:E::ext::/bin/true:");
	register_raw(":b:E::b::/bin/true:");
	assert_int_equal(mount_write("b", "0", 1), 0);
	conf_read_boot(&boot);
	confd_free(&boot.confd);
	assert_int_equal(confd_read(&boot.confd, confd_dirs, (struct host_kernel){7, 3}, &err), 0);
	assert_int_equal(look("a"), DRIFT_CHANGED);
	assert_non_null(strstr(drift.why.text, "a reboot brings it back disabled, and it is enabled now: "));
	assert_int_equal(look("b"), DRIFT_SAME);
	boot_free(&boot);
}

static void
drift__line_that_fails__gone_with_the_reason(void **state)
{
	(void)state;
	cover_dirs();
	register_raw(":a:E::ext::/bin/true:");
	conf_write(3, "a.conf", ":a:E::ext::/nowhere:F");
	expect_drift("a", DRIFT_GONE, "not there after a reboot: /usr/lib/binfmt.d/a.conf:1: the interpreter does not",
		     true);
	cover_dirs();
	conf_write(3, "a.conf", ":a:E::ext::/bin/true:\n:a:E::::/bin/true:\n");
	expect_drift("a", DRIFT_GONE, "a.conf:2: the extension is empty", true);
}

static void
drift__file_that_cannot_be_ours_or_decide__no_fix(void **state)
{
	(void)state;
	cover_dirs();
	register_raw(":a:E::ext::/bin/true:");
	conf_write(0, "a.conf", ":a:E::ext::/bin/true:P");
	expect_drift("a", DRIFT_CHANGED, "flags P instead of none: /etc/binfmt.d/a.conf:1", false);
	cover_dirs();
	conf_write(3, "b.conf", ":a:E::ext::/bin/true:P");
	expect_drift("a", DRIFT_CHANGED, "/usr/lib/binfmt.d/b.conf:1", false);
	cover_dirs();
	assert_int_equal(symlink("/dev/null", "/etc/binfmt.d/a.conf"), 0);
	expect_drift("a", DRIFT_GONE, "in no configuration", false);
	ns_setup(NULL);
	register_raw(":.a:E::ext::/bin/true:");
	expect_drift(".a", DRIFT_GONE, "in no configuration", false);
}

/* What register would refuse is not offered. */
static void
drift__rule_that_is_refused__no_fix(void **state)
{
	(void)state;
	cover_dirs();
	register_raw(":a:E::ext::/nowhere/interpreter:");
	expect_drift("a", DRIFT_GONE, "in no configuration", false);
}

static void
drift__nothing_reads_it_or_not_all_is_seen__no_fix_or_unknown(void **state)
{
	(void)state;
	cover_dirs();
	register_raw(":a:E::ext::/bin/true:");
	conf_read_boot(&boot);
	boot.reader = NULL;
	boot.reads_lines = LOOK_NO;
	assert_int_equal(look("a"), DRIFT_GONE);
	assert_string_equal(drift.why.fix, "");
	boot.confd.unread = 1;
	assert_int_equal(look("a"), DRIFT_UNKNOWN);
	boot.confd.unread = 0;
	boot.unread = true;
	assert_int_equal(look("a"), DRIFT_UNKNOWN);
	boot.unit_unread = true;
	assert_int_equal(look("a"), DRIFT_UNKNOWN);
	assert_non_null(
	    strstr(drift.why.text, "cannot be understood (binfmtctl.service, a drop-in of it, or what starts"));
	boot.elsewhere = LOOK_YES;
	assert_int_equal(look("a"), DRIFT_UNKNOWN);
	assert_non_null(strstr(drift.why.text, "cannot be seen from in here"));
	boot_free(&boot);
}

/* What follows in the order of file names decides, and may stand in what cannot be read; what comes before does not. */
static void
drift__file_that_cannot_be_read__unknown_if_it_comes_later(void **state)
{
	static const struct {
		const char *unread, *line;
		enum drift_end end;
	} rows[] = {
	    {"z", ":a:E::ext::/bin/true:\n", DRIFT_UNKNOWN},
	    {"z", ":a:E::other::/bin/true:\n", DRIFT_UNKNOWN},
	    {"0", ":a:E::ext::/bin/true:\n", DRIFT_SAME},
	    {"0", ":a:E::other::/bin/true:\n", DRIFT_CHANGED},
	    {"0", "", DRIFT_UNKNOWN},
	};
	char path[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		cover_dirs();
		ns_empty();
		register_raw(":a:E::ext::/bin/true:");
		conf_write(0, "a.conf", rows[i].line);
		snprintf(path, sizeof(path), "/etc/binfmt.d/%s.conf", rows[i].unread);
		assert_int_equal(symlink("/proc/self/mem", path), 0);
		conf_read_boot(&boot);
		if (look("a") != rows[i].end)
			fail_msg("row %zu: %d, %s", i, drift.end, drift.why.text);
		assert_true(drift.end != DRIFT_UNKNOWN || (!*drift.source && !drift.program));
		boot_free(&boot);
		assert_int_equal(unlink(path), 0);
	}
}

static void
drift__record_of_update_binfmts__compared(void **state)
{
	char *dir = scratch_folder("records");
	struct err err;

	(void)state;
	cover_dirs();
	free(scratch_text("records/a", ":\nextension\n0\next\n\n/bin/true\n\n\n\n\n", 0644));
	free(scratch_text("records/d", ":\nextension\n0\next\n\n/bin/true\n/detector\n\n\n\n", 0644));
	free(scratch_text("records/g", ":\nmagic\n0x10\nab\n\n/bin/true\n\n\n\n\n", 0644));
	register_raw(":a:E::ext::/bin/true:P");
	register_raw(":d:E::ext::/usr/libexec/binfmt-support/run-detectors:");
	register_raw(":g:E::ext::/bin/true:");
	conf_read_boot(&boot);
	assert_int_equal(records_read(&boot.records, dir, &err), 0);
	assert_int_equal(look("a"), DRIFT_GONE);
	assert_non_null(strstr(drift.why.text, "/var/lib/binfmts/a: nothing that registers it was found here"));
	boot.reads_records = LOOK_YES;
	assert_int_equal(look("a"), DRIFT_CHANGED);
	assert_string_equal(drift.source, "/var/lib/binfmts/a");
	assert_non_null(strstr(drift.why.text, "with flags none instead of P: /var/lib/binfmts/a"));
	assert_int_equal(look("d"), DRIFT_SAME);
	assert_int_equal(look("g"), DRIFT_GONE);
	assert_non_null(strstr(drift.why.text, "it is not there after a reboot: /var/lib/binfmts/g: "));
	boot_free(&boot);
	free(dir);
}

/* In a process of its own, in which an interpreter cannot be looked at. */
static enum drift_end
look_blindly(const char *name)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		_exit(forbid(439, EIO) ? (int)look(name) : 99); /* faccessat2 */
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return (enum drift_end)WEXITSTATUS(status);
}

static void
drift__interpreter_of_f_that_cannot_be_looked_at__unknown(void **state)
{
	enum drift_end end;

	(void)state;
	cover_dirs();
	conf_write(0, "a.conf", ":a:E::ext::/bin/true:F\n:b:E::ext::/bin/true:\n");
	register_raw(":a:E::ext::/bin/true:F");
	register_raw(":b:E::ext::/bin/true:");
	conf_read_boot(&boot);
	assert_int_equal(look("a"), DRIFT_SAME);
	end = look_blindly("a");
	if (end == 99)
		skip_because("this kernel has no seccomp filters");
	assert_int_equal(end, DRIFT_UNKNOWN);
	assert_int_equal(look_blindly("b"), DRIFT_SAME);
	boot_free(&boot);
}

static void
drift__manager_that_cannot_be_looked_at__unknown_where_it_decides(void **state)
{
	static const struct {
		const char *name;
		enum look_is lines, flushes, records;
		enum drift_end end;
		enum look_is flushed;
	} rows[] = {
	    {"line", LOOK_YES, LOOK_YES, LOOK_YES, DRIFT_SAME, LOOK_NO},
	    {"line", LOOK_YES, LOOK_UNKNOWN, LOOK_UNKNOWN, DRIFT_SAME, LOOK_NO},
	    {"line", LOOK_UNKNOWN, LOOK_UNKNOWN, LOOK_YES, DRIFT_UNKNOWN, LOOK_UNKNOWN},
	    {"other", LOOK_UNKNOWN, LOOK_UNKNOWN, LOOK_YES, DRIFT_UNKNOWN, LOOK_UNKNOWN},
	    {"line", LOOK_NO, LOOK_NO, LOOK_YES, DRIFT_GONE, LOOK_NO},
	    {"other", LOOK_NO, LOOK_NO, LOOK_YES, DRIFT_GONE, LOOK_NO}, /* not: brought back otherwise */
	    {"record", LOOK_YES, LOOK_NO, LOOK_YES, DRIFT_SAME, LOOK_NO},
	    {"record", LOOK_YES, LOOK_NO, LOOK_UNKNOWN, DRIFT_UNKNOWN, LOOK_NO},
	    {"record", LOOK_YES, LOOK_UNKNOWN, LOOK_YES, DRIFT_UNKNOWN, LOOK_UNKNOWN},
	    {"none", LOOK_YES, LOOK_UNKNOWN, LOOK_YES, DRIFT_GONE, LOOK_UNKNOWN},
	};
	char *dir = scratch_folder("managers");
	struct err err;

	(void)state;
	cover_dirs();
	conf_write(0, "a.conf", ":line:E::ext::/bin/true:\n:other:E::x::/bin/true:\n");
	free(scratch_text("managers/record", ":\nextension\n0\next\n\n/bin/true\n\n\n\n\n", 0644));
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ns_empty();
		register_line(":%s:E::ext::/bin/true:", rows[i].name);
		conf_read_boot(&boot);
		assert_int_equal(records_read(&boot.records, dir, &err), 0);
		boot.reads_lines = rows[i].lines;
		boot.reader = rows[i].lines == LOOK_YES ? "systemd-binfmt" : NULL;
		boot.flushes = rows[i].flushes;
		boot.reads_records = rows[i].records;
		if (look(rows[i].name) != rows[i].end || drift.flushed != rows[i].flushed)
			fail_msg("row %zu: %d, %d: %s", i, (int)drift.end, (int)drift.flushed, drift.why.text);
		boot_free(&boot);
	}
	free(dir);
}

static const char after[] = "[Unit]\nAfter=systemd-binfmt.service\n";

/* Adds a text to our own unit; "@" is the folder of the program. */
static void
add_unit(const char *text)
{
	size_t len = strlen(boot.unit);

	for (; *text; text++, len = strlen(boot.unit))
		snprintf(boot.unit + len, sizeof(boot.unit) - len, "%.*s%s", *text != '@', text,
			 *text == '@' ? tool_folder() : "");
}

/* Our own unit, as the machine's. */
static void
set_unit(const char *before, const char *command, const char *words)
{
	boot.unit[0] = '\0';
	add_unit(before);
	add_unit("[Service]\nType=oneshot\nExecStart=");
	add_unit(command);
	add_unit(" ");
	add_unit(words);
	add_unit("\n");
	own_unit_read(&boot, commands);
}

static void
expect_unit(const char *words, enum drift_end end, const char *text, int line)
{
	if (look("qemu-aarch64") != end || !strstr(drift.why.text, text))
		fail_msg("line %d: %s: %d, '%s'", line, words, (int)drift.end, drift.why.text);
}

/* Through a folder of the machine's, onto a disk: what is on the tmpfs of the tests is lost at a boot. */
#define KEPT "/srv"
static const char kept_interpreter[] = KEPT "/qemu-aarch64-static";

/* A live qemu-aarch64 with flag F, by an interpreter in a folder of ours; the command that looks there first. */
static const char *
register_aarch64(void)
{
	static char command[8400];

	if (!*command) {
		snprintf(command, sizeof(command), "@/binfmtctl register --interpreter-dir " KEPT);
		expect(
		    shell("mkdir -p build/tests/kept && cp '%s' build/tests/kept/qemu-aarch64-static && mount --bind "
			  "build/tests/kept " KEPT,
			  tiny_interpreter()),
		    0, "", "");
	}
	expect(tool("register", "aarch64", "-i", kept_interpreter, "-f", "F", NULL), 0, "registered", "");
	return command;
}

static void
drift__own_unit__brings_back_what_it_registers(void **state)
{
	static const struct {
		const char *words;
		enum drift_end end;
		const char *text;
	} rows[] = {
	    {"--mount all", DRIFT_CHANGED, "with flags PF instead of F: /etc/systemd/"},
	    {"--flags F all", DRIFT_SAME, ""},
	    {"-fF aarch64 arm", DRIFT_SAME, ""},
	    {"--flags=F linux/arm64,linux/arm", DRIFT_SAME, ""},
	    {"arm64 -f F --keep --timeout 3 --persist -q", DRIFT_SAME, ""},
	    {"-f POF all", DRIFT_CHANGED, "with flags POF instead of F"},
	    {"-f F aarch64 -i /bin/true", DRIFT_CHANGED, "with interpreter /bin/true instead of "},
	    {"-f F aarch64 -i /nowhere", DRIFT_GONE, "binfmtctl.service: interpreter /nowhere"},
	    {"--force -f P aarch64 -i /nowhere", DRIFT_CHANGED, "with interpreter /nowhere instead of "},
	    {"-f Z aarch64", DRIFT_GONE, "binfmtctl.service: --flags Z"},
	    {"arm", DRIFT_GONE, "in no configuration"},
	    {"-n -f F all", DRIFT_GONE, "in no configuration"},
	    {"--help all", DRIFT_GONE, "in no configuration"},
	    {"--name x -f F aarch64", DRIFT_GONE, "in no configuration"},
	    {"--name qemu-aarch64 -f F arm", DRIFT_CHANGED, "with another magic"},
	    {"all --name x", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-f F all --bogus", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-d /mnt -f F all", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-f F 'all'", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-f F all\nExecStart=@/binfmtctl remove all", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-f F all\nExecStart=@/binfmtctl refresh", DRIFT_SAME, ""},
	    {"-f F all\nExecStart=@/binfmtctl register -f F arm64", DRIFT_UNKNOWN, "registers more than is "},
	    {"-f F all\nExecStartPost=/usr/bin/true", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-f F all\nExecStart=/bin/sh /etc/more", DRIFT_UNKNOWN, "what it does is not understood"},
	    {"-f F all\nExecStart=\nExecStart=@/binfmtctl refresh", DRIFT_GONE, "in no configuration"},
	    {"\\\n-f F \\\n  all", DRIFT_SAME, ""},
	};
	const char *command;

	(void)state;
	cover_dirs();
	command = register_aarch64();
	register_raw(":a:E::ext::/bin/true:");
	conf_read_boot(&boot);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		set_unit(after, command, rows[i].words);
		expect_unit(rows[i].words, rows[i].end, rows[i].text, __LINE__);
		assert_int_equal(look("a"), rows[i].end == DRIFT_UNKNOWN && !strstr(rows[i].text, "more")
						? DRIFT_UNKNOWN
						: DRIFT_GONE);
	}
	set_unit(after, command, "-f FD aarch64");
	if (host_kernel_since(host_kernel(), 7, 3))
		expect_unit("D", DRIFT_CHANGED, "brings it back disabled", __LINE__);
	else
		expect_unit("D", DRIFT_GONE, "this kernel has none of the flags T, L and D", __LINE__);
	set_unit(after, "@/binfmtctl register", "-f F all"); /* an interpreter from elsewhere, or none */
	assert_true(look("qemu-aarch64") == DRIFT_CHANGED || drift.end == DRIFT_GONE);
	boot_free(&boot);
}

/* systemd runs no command behind one that fails. */
static void
drift__own_unit__commands_run_in_turn(void **state)
{
	static const struct {
		const char *words[2]; /* of two commands; "+" is register_aarch64's */
		enum drift_end end;
		const char *text;
	} rows[] = {
	    {{"@/binfmtctl register arm nosucharch", "+ -f F arm64"}, DRIFT_UNKNOWN, "it may not get so far"},
	    {{"-@/binfmtctl register arm nosucharch", "+ -f F arm64"}, DRIFT_SAME, ""},
	    {{"@/binfmtctl register arm -i /bin/true", "+ -f F arm64"}, DRIFT_SAME, ""},
	    {{"@/binfmtctl register arm -i /nowhere", "+ -f F arm64"}, DRIFT_UNKNOWN, "it may not get so far"},
	    {{"@/binfmtctl register --name x --extension x -i /nowhere", "+ -f F arm64"},
	     DRIFT_UNKNOWN,
	     "it may not get so far"},
	    {{"@/binfmtctl test alpha", "+ -f F arm64"}, DRIFT_UNKNOWN, "it may not get so far"},
	    {{"-@/binfmtctl test alpha", "+ -f F arm64"}, DRIFT_SAME, ""},
	    {{"@/binfmtctl help", "+ -f F arm64"}, DRIFT_SAME, ""},
	    {{"@/binfmtctl help nosuch", "+ -f F arm64"}, DRIFT_UNKNOWN, "it may not get so far"},
	    {{"+ -f F arm64", "@/binfmtctl test alpha"}, DRIFT_SAME, ""},
	    {{"+ -f F arm64 nosucharch", NULL}, DRIFT_SAME, ""},
	    {{"+ -f F arm64 --persist --conf-dir /nonexistent", NULL}, DRIFT_UNKNOWN, "whether it can write its file"},
	    {{"/nowhere/binfmtctl register -f F arm64", NULL}, DRIFT_GONE, "its program /nowhere/binfmtctl is not "},
	    {{"/nowhere/binfmtctl test", "+ -f F arm64"}, DRIFT_GONE, "its program /nowhere/binfmtctl is not there"},
	    {{"-/nowhere/binfmtctl test", "+ -f F arm64"}, DRIFT_SAME, ""},
	    {{"+ -f F arm64", "/nowhere/binfmtctl test"}, DRIFT_SAME, ""},
	    {{"+ -f F arm64", "@/binfmtctl load"}, DRIFT_UNKNOWN, "what it does is not understood"},
	    {{"@/binfmtctl load", "+ -f F arm64"}, DRIFT_SAME, ""},
	    {{"/nowhere/binfmtctl load", "+ -f F arm64"}, DRIFT_GONE, "its program /nowhere/binfmtctl is not there"},
	};
	const char *command;

	(void)state;
	cover_dirs();
	command = register_aarch64();
	conf_read_boot(&boot);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(boot.unit, sizeof(boot.unit), "%s[Service]\nType=oneshot\n", after);
		for (size_t k = 0; k < 2 && rows[i].words[k]; k++) {
			add_unit("ExecStart=");
			add_unit(*rows[i].words[k] == '+' ? command : "");
			add_unit(rows[i].words[k] + (*rows[i].words[k] == '+'));
			add_unit("\n");
		}
		own_unit_read(&boot, commands);
		expect_unit(rows[i].words[0], rows[i].end, rows[i].text, (int)i);
	}
	boot_free(&boot);
	conf_write(0, "x.conf", ":x:E::x::/nowhere:\n");
	conf_read_boot(&boot);
	snprintf(boot.unit, sizeof(boot.unit), "%s[Service]\nType=oneshot\nExecStart=", after);
	add_unit("@/binfmtctl load\nExecStart=");
	add_unit(command);
	add_unit(" -f F arm64\n");
	own_unit_read(&boot, commands);
	expect_unit("load that fails", DRIFT_UNKNOWN, "it may not get so far", __LINE__);
	boot.mounts = LOOK_UNKNOWN;
	set_unit(after, command, "-f F arm64");
	expect_unit("no mount", DRIFT_UNKNOWN, "whether binfmt_misc is mounted by then is not known", __LINE__);
	set_unit(after, command, "--mount -f F arm64");
	expect_unit("mount", DRIFT_SAME, "", __LINE__);
	boot_free(&boot);
}

/* Where nothing else reads binfmt.d, its `load` does, with its checks. */
static void
drift__own_unit_that_loads__brings_back_what_load_takes(void **state)
{
	static const struct {
		const char *command, *line;
		enum look_is reads;
		enum drift_end end;
		const char *text;
	} rows[] = {
	    {"@/binfmtctl load", ":a:E::ext::/bin/true:\n", LOOK_NO, DRIFT_SAME, ""},
	    {"@/binfmtctl load", ":a:E::ext::/nowhere:\n", LOOK_NO, DRIFT_GONE, "interpreter /nowhere: does not exist"},
	    {"@/binfmtctl load", ":a:E::ext::/nowhere:F\n", LOOK_NO, DRIFT_GONE,
	     "x.conf:1: the interpreter does not exist"},
	    {"@/binfmtctl load --force", ":a:E::ext::/nowhere:\n", LOOK_NO, DRIFT_CHANGED, "interpreter /nowhere"},
	    {"@/binfmtctl load", ":a:E::ext::/nowhere:\n", LOOK_UNKNOWN, DRIFT_UNKNOWN, "interpreter /nowhere"},
	    {"@/binfmtctl load", ":a:E::ext::/bin/true:\n", LOOK_UNKNOWN, DRIFT_SAME, ""},
	    {"@/binfmtctl load", ":a:E::ext::/nowhere:\n", LOOK_YES, DRIFT_CHANGED, "interpreter /nowhere"},
	    {"/nowhere/binfmtctl load", ":a:E::ext::/bin/true:\n", LOOK_NO, DRIFT_GONE, "nothing that reads it"},
	    {"@/binfmtctl load /etc/x", ":a:E::ext::/bin/true:\n", LOOK_NO, DRIFT_UNKNOWN, "not understood"},
	};

	(void)state;
	cover_dirs();
	register_raw(":a:E::ext::/bin/true:");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		conf_write(0, "x.conf", rows[i].line);
		conf_read_boot(&boot);
		boot.reads_lines = rows[i].reads;
		boot.flushes = LOOK_NO;
		if (rows[i].reads != LOOK_YES)
			boot.reader = NULL;
		set_unit("", rows[i].command, "");
		if (look("a") != rows[i].end || !strstr(drift.why.text, rows[i].text))
			fail_msg("row %zu: %d, %s", i, (int)drift.end, drift.why.text);
		boot_free(&boot);
	}
}

/* What stands in binfmt.d or is on record for the same programs decides too, and which of the services is last. */
static void
drift__own_unit_and_others__judged_together(void **state)
{
	static const struct {
		const char *before, *words;
		const char *name, *flags; /* of the line */
		enum drift_end end;
		const char *text;
	} rows[] = {
	    {after, "-f F all", "box", "P", DRIFT_GONE, "binfmtctl.service: entry box handles aarch64 already"},
	    {"", "-f F all", "box", "P", DRIFT_UNKNOWN, "entry box may handle aarch64 already"},
	    {after, "-f F arm64", "box", "F", DRIFT_SAME, ""},
	    {after, "all", "qemu-aarch64", "F", DRIFT_SAME, ""},
	    {after, "all", "qemu-aarch64", "PF", DRIFT_CHANGED, "with flags PF instead of F"},
	    {after, "-f POF all", "qemu-aarch64", "F", DRIFT_CHANGED, "with flags POF instead of F: /etc/systemd"},
	    {after, "-f F arm", "qemu-aarch64", "F", DRIFT_SAME, ""},
	    {after, "--keep -f F arm64", "qemu-aarch64", "F", DRIFT_UNKNOWN, "whether it keeps the entry"},
	    {"", "all", "qemu-aarch64", "F", DRIFT_UNKNOWN, "another service registers or removes it too"},
	    {"", "-f F arm64", "other", "F", DRIFT_UNKNOWN, "another service registers or removes it too"},
	    {"[Unit]\nDefaultDependencies=no\n", "-f F arm64", "other", "F", DRIFT_UNKNOWN, "not understood"},
	    {after, "--bogus", "qemu-aarch64", "F", DRIFT_UNKNOWN, "not understood"},
	};
	char *path = NULL, *records = scratch_folder("handled"), *text, line[8400], maybe[8400];
	const char *command;
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		cover_dirs();
		ns_empty();
		command = register_aarch64();
		path = strdup(kept_interpreter);
		text = strdup(tool("export", "aarch64", "--format", "binfmt.d", NULL)->out);
		assert_true(text && strchr(text, ':') && strstr(text, path));
		*strstr(text, path) = '\0';
		snprintf(line, sizeof(line), ":%s%s%s:%s\n", rows[i].name, strstr(strchr(text, ':'), ":M:"), path,
			 rows[i].flags);
		conf_write(0, "x.conf", line);
		conf_read_boot(&boot);
		set_unit(rows[i].before, command, rows[i].words);
		expect_unit(line, rows[i].end, rows[i].text, (int)i);
		boot_free(&boot);
		free(text);
		free(path);
	}
	snprintf(maybe, sizeof(maybe), ":box%s", strchr(line + 1, ':'));
	conf_write(0, "x.conf", maybe);
	conf_read_boot(&boot);
	boot.reads_lines = LOOK_UNKNOWN;
	set_unit(after, command, "-f F all");
	expect_unit("line", DRIFT_UNKNOWN, "entry box may handle aarch64 already", __LINE__);
	boot_free(&boot);
	conf_read_boot(&boot);
	boot.confd.unread = 1;
	boot.confd.last_unread = boot.confd.count + 1;
	set_unit(after, command, "-f F all");
	expect_unit("what was not read", DRIFT_UNKNOWN, "entry box may handle aarch64 already", __LINE__);
	boot_free(&boot);
	cover_dirs();
	conf_write(1, "x.conf", maybe);
	conf_read_boot(&boot);
	set_unit(after, command, "-f F all");
	expect_unit("line in /run", DRIFT_UNKNOWN, "entry box may handle aarch64 already", __LINE__);
	boot_free(&boot);
	cover_dirs();
	free(scratch_text("handled/old", ":\nmagic\n0\n\\x7fELF\\x02\\x01\n\n/bin/true\n\n\n\n\n", 0644));
	conf_read_boot(&boot);
	assert_int_equal(records_read(&boot.records, records, &err), 0);
	set_unit(after, command, "-f F all");
	expect_unit("not installed", DRIFT_SAME, "", __LINE__);
	boot.reads_records = LOOK_YES;
	expect_unit("record", DRIFT_UNKNOWN, "entry old may handle aarch64 already", __LINE__);
	boot.reads_records = LOOK_UNKNOWN;
	expect_unit("record, if read", DRIFT_UNKNOWN, "entry old may handle aarch64 already", __LINE__);
	records_free(&boot.records);
	expect_unit("none", DRIFT_SAME, "", __LINE__);
	boot.records.unread = true;
	expect_unit("unread", DRIFT_UNKNOWN, "on record cannot be read", __LINE__);
	boot_free(&boot);
	free(records);
}

/* What our own program would make of an interpreter that cannot be looked at is not known. */
static void
drift__own_unit_whose_interpreter_cannot_be_looked_at__unknown(void **state)
{
	const char *command;
	enum drift_end end;

	(void)state;
	cover_dirs();
	command = register_aarch64();
	conf_read_boot(&boot);
	set_unit(after, command, "-f F arm64");
	assert_int_equal(look("qemu-aarch64"), DRIFT_SAME);
	end = look_blindly("qemu-aarch64");
	if (end == 99)
		skip_because("this kernel has no seccomp filters");
	assert_int_equal(end, DRIFT_UNKNOWN);
	boot_free(&boot);
	register_raw(":a:E::ext::/bin/true:");
	conf_write(0, "x.conf", ":a:E::ext::/bin/true:\n");
	conf_read_boot(&boot);
	boot.reads_lines = boot.flushes = LOOK_NO;
	boot.reader = NULL;
	set_unit("", "@/binfmtctl load", "");
	assert_int_equal(look("a"), DRIFT_SAME);
	assert_int_equal(look_blindly("a"), DRIFT_UNKNOWN);
	boot_free(&boot);
}

/* Where the unit changes what a file of ours would register, no such file is the cure. */
static void
drift__own_unit_that_changes_it__no_fix(void **state)
{
	const char *command;

	(void)state;
	cover_dirs();
	command = register_aarch64();
	conf_read_boot(&boot);
	set_unit(after, command, "-f POF arm64");
	expect_unit("changes", DRIFT_CHANGED, "with flags POF instead of F", __LINE__);
	assert_string_equal(drift.why.fix, "");
	set_unit(after, command, "-f POF arm");
	expect_unit("leaves", DRIFT_GONE, "in no configuration", __LINE__);
	assert_string_equal(drift.why.fix, "binfmtctl register aarch64 --persist");
	boot_free(&boot);
}

static void
drift__own_unit_whose_program_does_not_run__gone(void **state)
{
	static const char *const texts[] = {"", "#!/nowhere\n", "garbage"};
	char *dir = scratch_folder("broken"), words[8400];

	(void)state;
	cover_dirs();
	register_aarch64();
	conf_read_boot(&boot);
	for (size_t i = 0; i < LENGTH(texts); i++) {
		free(scratch_text("broken/binfmtctl", texts[i], 0755));
		snprintf(words, sizeof(words), "%s/binfmtctl register -f F", dir);
		set_unit(after, words, "arm64");
		expect_unit(texts[i], DRIFT_GONE, "is not there, or cannot be executed", __LINE__);
	}
	boot_free(&boot);
	free(dir);
}

/* As `register` refuses it: its file would hide another entry. */
static void
drift__own_unit_whose_file_hides_another__unknown(void **state)
{
	const char *command;

	(void)state;
	cover_dirs();
	command = register_aarch64();
	conf_write(3, "qemu-aarch64.conf", ":other:E::ext::/bin/true:\n");
	conf_read_boot(&boot);
	set_unit(after, command, "-f F --persist arm64");
	expect_unit("hides", DRIFT_UNKNOWN, "whether it can write its file is not known: /usr/lib/binfmt.d/qemu-",
		    __LINE__);
	set_unit(after, command, "-f F --persist --force arm64");
	expect_unit("forced", DRIFT_SAME, "", __LINE__);
	boot_free(&boot);
}

/* Debian's line for microblaze is for the old e_machine: `all` registers that of its own, and replaces the line's. */
static void
drift__own_unit_replaces_a_line__as_all_does(void **state)
{
	static const char line[] = ":qemu-microblaze:M::\\x7fELF\\x01\\x02\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
				   "\\x00\\x00\\x02\\xba\\xab:\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff"
				   "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff:/bin/true:F";
	static const char *const names[] = {"qemu-microblaze", "qemu-microblaze-old"};
	char command[8400], *dir = scratch_folder("replaced");

	(void)state;
	cover_dirs();
	ns_setup(NULL);
	free(scratch_copy(tiny_interpreter(), "replaced/qemu-microblaze-static"));
	conf_write(3, "qemu-microblaze.conf", line);
	register_raw(line);
	tool("register", "--interpreter-dir", dir, "all", NULL);
	assert_true(is_entry("qemu-microblaze-old"));
	conf_read_boot(&boot);
	snprintf(command, sizeof(command), "@/binfmtctl register --interpreter-dir %s", dir);
	set_unit(after, command, "all");
	for (size_t i = 0; i < LENGTH(names); i++)
		if (look(names[i]) != DRIFT_SAME)
			fail_msg("%s: %d, '%s'", names[i], (int)drift.end, drift.why.text);
	boot_free(&boot);
	free(dir);
}

/* A line gives qemu-aarch64 a magic that takes another's programs: who names it first replaces that. */
static void
drift__own_unit_names_one_before_all__what_it_replaces_handles_nothing(void **state)
{
	char all[8400], *dir = scratch_folder("before-all");

	(void)state;
	cover_dirs();
	ns_setup(NULL);
	free(scratch_copy(tiny_interpreter(), "before-all/qemu-riscv64-static"));
	expect(tool("register", "--interpreter-dir", dir, "riscv64", NULL), 0, "registered", "");
	conf_write(0, "z.conf", ":qemu-aarch64:M:18:\\xf3\\x00::/bin/true:\n");
	conf_read_boot(&boot);
	snprintf(all, sizeof(all), "@/binfmtctl register --interpreter-dir %s all", dir);
	set_unit(after, all, "");
	assert_int_equal(look("qemu-riscv64"), DRIFT_GONE);
	assert_non_null(strstr(drift.why.text, "entry qemu-aarch64 handles riscv64 already"));
	snprintf(boot.unit, sizeof(boot.unit), "%s[Service]\nType=oneshot\nExecStart=", after);
	add_unit("@/binfmtctl register aarch64 -i /bin/true\nExecStart=");
	add_unit(all);
	add_unit("\n");
	own_unit_read(&boot, commands);
	if (look("qemu-riscv64") != DRIFT_UNKNOWN || !strstr(drift.why.text, "entry qemu-aarch64 may handle riscv64"))
		fail_msg("%d, '%s'", (int)drift.end, drift.why.text);
	boot_free(&boot);
	free(dir);
}

/* What `register --persist` says where our own unit is of another mind. */
static void
drift__own_unit_beside_a_file__warned_where_it_decides(void **state)
{
	static const struct {
		const char *before, *words, *text; /* NULL: nothing is said */
	} rows[] = {
	    {after, "-f F arm64", NULL},
	    {after, "-f PF arm64", "the next boot has it otherwise: " CONF_UNIT " comes later"},
	    {"", "-f PF arm64", "what the next boot makes of it is not known: " CONF_UNIT ": it comes before or"},
	    {after, "-f F arm", NULL},
	    {after, "--nosuch arm64", "what the next boot makes of it is not known: " CONF_UNIT ": what it does is"},
	};
	struct warnings warnings = {.len = 0};
	const char *command;
	struct snapshot s;
	struct err err;

	(void)state;
	cover_dirs();
	command = register_aarch64();
	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	conf_read_boot(&boot);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		set_unit(rows[i].before, command, rows[i].words);
		warnings.len = 0;
		warnings.text[0] = '\0';
		nextboot_warn_unit(&boot, &s.list.entries[0].rule, &warnings);
		if ((warnings.len != 0) != (rows[i].text != NULL) ||
		    (rows[i].text && !strstr(warnings.text, rows[i].text)))
			fail_msg("%s: '%s'", rows[i].words, warnings.text);
	}
	boot_free(&boot);
	snapshot_close(&s);
}

/* The problems that status tells of an entry, as "CODE: TEXT" lines. */
static char told[2 * ERR_TEXT_MAX + 64];

static void
take_problem(void *unused, const struct err *problem)
{
	size_t len = strlen(told);

	(void)unused;
	snprintf(told + len, sizeof(told) - len, "%s%s: %s\n", health_is_warning(problem->code) ? "" : "! ",
		 err_word(problem->code), problem->text);
}

static const char *
problems(const char *name)
{
	struct recall recall = {.of = NULL};
	struct handler handler;
	struct snapshot s;
	struct err err;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	told[0] = '\0';
	for (size_t i = 0; i < s.list.count; i++)
		if (snapshot_shown(&s, i, &handler) && strcmp(handler.name, name) == 0)
			health_examine(&s, &boot, &recall, &handler, take_problem, NULL);
	snapshot_close(&s);
	return told;
}

/* status as it is on the host, which no namespace shows: what could not be read is no good news. */
static void
drift__no_memory_for_the_configuration__unknown(void **state)
{
	static char lines[1 << 20];
	struct rlimit limit, none;
	struct err err;
	int done;

	(void)state;
	if (SANITIZED)
		skip_because("this machine's sanitizer takes all address space");
	need_ptrace();
	cover_dirs();
	for (size_t i = 0; i < sizeof(lines) / 32; i++)
		sprintf(lines + i * 32, ":a%06zu:E::e%06zu::/bin/true:\n", i, i);
	conf_write(0, "a.conf", lines);
	register_line(":a:E::ext::%s:F", tiny_interpreter());
	conf_read_boot(&boot);
	assert_string_equal(problems("a"), "");
	boot_free(&boot);
	assert_int_equal(getrlimit(RLIMIT_AS, &limit), 0);
	none = limit;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	done = boot_read(&boot, &err);
	assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
	assert_int_equal(done, -1);
	assert_int_equal(err.code, ERR_MEMORY);
	boot.elsewhere = LOOK_NO; /* which tests may be run in */
	assert_int_equal(boot.confd.count, 0);
	expect_text("unread", problems("a"),
		    "unknown: a part of the configuration cannot be read, so what brings it back is not known\n");
	boot.elsewhere = LOOK_UNKNOWN;
	expect_text("not looked at", problems("a"),
		    "unknown: whether this is a container or a chroot could not be looked at, so what the machine "
		    "registers at boot is not known\n");
	boot.elsewhere = LOOK_YES;
	expect_text("elsewhere", problems("a"), "");
	boot_free(&boot);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(drift__as_configured__same_and_its_source),
	    cmocka_unit_test(drift__source__for_people),
	    cmocka_unit_test(drift__each_part__told_and_kept_by_the_fix),
	    cmocka_unit_test(drift__architecture__kept_by_its_name),
	    cmocka_unit_test(drift__in_no_configuration__kept_by_the_fix),
	    cmocka_unit_test(drift__disabled__comes_back_enabled),
	    cmocka_unit_test(drift__line_in_run__unknown_at_the_next_boot),
	    cmocka_unit_test(drift__hidden_by_run__unknown_at_the_next_boot),
	    cmocka_unit_test(drift__file_that_leads_into_run__unknown_at_the_next_boot),
	    cmocka_unit_test(drift__interpreter_of_f_in_run__unknown_at_the_next_boot),
	    cmocka_unit_test(drift__line_with_flag_d__comes_back_disabled),
	    cmocka_unit_test(drift__line_that_fails__gone_with_the_reason),
	    cmocka_unit_test(drift__file_that_cannot_be_ours_or_decide__no_fix),
	    cmocka_unit_test(drift__rule_that_is_refused__no_fix),
	    cmocka_unit_test(drift__nothing_reads_it_or_not_all_is_seen__no_fix_or_unknown),
	    cmocka_unit_test(drift__file_that_cannot_be_read__unknown_if_it_comes_later),
	    cmocka_unit_test(drift__record_of_update_binfmts__compared),
	    cmocka_unit_test(drift__interpreter_of_f_that_cannot_be_looked_at__unknown),
	    cmocka_unit_test(drift__manager_that_cannot_be_looked_at__unknown_where_it_decides),
	    cmocka_unit_test(drift__own_unit__brings_back_what_it_registers),
	    cmocka_unit_test(drift__own_unit__commands_run_in_turn),
	    cmocka_unit_test(drift__own_unit_that_loads__brings_back_what_load_takes),
	    cmocka_unit_test(drift__own_unit_and_others__judged_together),
	    cmocka_unit_test(drift__own_unit_whose_interpreter_cannot_be_looked_at__unknown),
	    cmocka_unit_test(drift__own_unit_that_changes_it__no_fix),
	    cmocka_unit_test(drift__own_unit_whose_program_does_not_run__gone),
	    cmocka_unit_test(drift__own_unit_whose_file_hides_another__unknown),
	    cmocka_unit_test(drift__own_unit_replaces_a_line__as_all_does),
	    cmocka_unit_test(drift__own_unit_beside_a_file__warned_where_it_decides),
	    cmocka_unit_test(drift__own_unit_names_one_before_all__what_it_replaces_handles_nothing),
	    cmocka_unit_test(drift__no_memory_for_the_configuration__unknown),
	};

	return ns_run(tests);
}
