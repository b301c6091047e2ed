/* SPDX-License-Identifier: MIT */
/*
 * Where an entry comes from at boot, by which program, and whether a restart of systemd-binfmt removes it: with the
 * configuration of systemd-binfmt, of update-binfmts, of both, of OpenRC, and with our own unit.
 */
#include "conf.h"

#include "at_boot.h"
#include "boot.h"
#include "bootcheck.h"
#include "commands.h"
#include "doctor.h"
#include "drift.h"
#include "json.h"
#include "own_unit.h"
#include "peers.h"
#include "printed.h"
#include "snapshot.h"
#include "systemd.h"

#define FLUSHED "; a restart of systemd-binfmt removes it"

static const char good_line[] = ":a:E::ext::/bin/true:\n",
		  good_record[] = ":\nextension\n0\next\n\n/bin/true\n\n\n\n\n";

static const struct row {
	const char *line, *record; /* NULL: there is none */
	const char *reader;
	bool flushes;
	const char *text;
	const char *json[3]; /* source, program, removed_by */
} rows[] = {
    {good_line,
     NULL,
     "systemd-binfmt",
     true,
     "/etc/binfmt.d/a.conf:1, by systemd-binfmt",
     {"/etc/binfmt.d/a.conf:1", "systemd-binfmt", NULL}},
    {good_line,
     NULL,
     "OpenRC's binfmt",
     false,
     "whether a reboot brings it back is not known: /etc/binfmt.d/a.conf:1: what OpenRC's binfmt makes of it is not "
     "known: it cuts lines by rules of its own",
     {NULL, NULL, NULL}},
    {good_line,
     NULL,
     NULL,
     false,
     "it is not there after a reboot: /etc/binfmt.d/a.conf:1: nothing that reads it was found here",
     {"/etc/binfmt.d/a.conf:1", NULL, NULL}},
    {NULL,
     good_record,
     NULL,
     false,
     "/var/lib/binfmts/a, by update-binfmts",
     {"/var/lib/binfmts/a", "update-binfmts", NULL}},
    {NULL,
     good_record,
     "systemd-binfmt",
     true,
     "/var/lib/binfmts/a, by update-binfmts" FLUSHED,
     {"/var/lib/binfmts/a", "update-binfmts", "systemd-binfmt"}},
    {good_line,
     good_record,
     "systemd-binfmt",
     true,
     "/etc/binfmt.d/a.conf:1, by systemd-binfmt",
     {"/etc/binfmt.d/a.conf:1", "systemd-binfmt", NULL}},
    {good_line,
     good_record,
     "the service binfmtctl",
     false,
     "/etc/binfmt.d/a.conf:1, by the service binfmtctl",
     {"/etc/binfmt.d/a.conf:1", "the service binfmtctl", NULL}},
    {good_line,
     good_record,
     NULL,
     false,
     "/var/lib/binfmts/a, by update-binfmts",
     {"/var/lib/binfmts/a", "update-binfmts", NULL}},
    {":a:E::ext::/nowhere:\n",
     NULL,
     "the service binfmtctl",
     false,
     "it is not there after a reboot: /etc/binfmt.d/a.conf:1: interpreter /nowhere: does not exist, so exec would fail "
     "with ENOENT",
     {"/etc/binfmt.d/a.conf:1", NULL, NULL}},
    {":a:E::ext::/nowhere:\n",
     good_record,
     "/etc/init.d/binfmtctl",
     false,
     "/var/lib/binfmts/a, by update-binfmts",
     {"/var/lib/binfmts/a", "update-binfmts", NULL}},
    {":a:E::ext::/nowhere:\n",
     NULL,
     "OpenRC's binfmt",
     false,
     "whether a reboot brings it back is not known: /etc/binfmt.d/a.conf:1: what OpenRC's binfmt makes of it is not "
     "known: it cuts lines by rules of its own",
     {NULL, NULL, NULL}},
    {":a:E::ext::/nowhere:F\n",
     good_record,
     "systemd-binfmt",
     true,
     "/var/lib/binfmts/a, by update-binfmts" FLUSHED,
     {"/var/lib/binfmts/a", "update-binfmts", "systemd-binfmt"}},
    {":a:E::ext::/nowhere:F\n",
     NULL,
     "systemd-binfmt",
     true,
     "it is not there after a reboot: /etc/binfmt.d/a.conf:1: the interpreter does not exist" FLUSHED,
     {"/etc/binfmt.d/a.conf:1", NULL, "systemd-binfmt"}},
    {":a:E::ext::/bin/true:P\n",
     NULL,
     "systemd-binfmt",
     true,
     "a reboot brings it back with flags P instead of none: /etc/binfmt.d/a.conf:1",
     {"/etc/binfmt.d/a.conf:1", "systemd-binfmt", NULL}},
    {NULL,
     ":\nextension\n0\next\n\n/bin/true\n\nyes\n\n\n",
     "systemd-binfmt",
     true,
     "a reboot brings it back with flags OC instead of none: /var/lib/binfmts/a" FLUSHED,
     {"/var/lib/binfmts/a", "update-binfmts", "systemd-binfmt"}},
    {NULL,
     ":\nextension\n0\next\n\n/nowhere\n\n\n\nyes\n",
     "systemd-binfmt",
     true,
     "it is not there after a reboot: /var/lib/binfmts/a: the interpreter does not exist" FLUSHED,
     {"/var/lib/binfmts/a", NULL, "systemd-binfmt"}},
    {NULL,
     "garbage\n",
     "systemd-binfmt",
     true,
     "it is not there after a reboot: /var/lib/binfmts/a: update-binfmts enables nothing at all while its record a is "
     "cut off" FLUSHED,
     {"/var/lib/binfmts/a", NULL, "systemd-binfmt"}},
    {NULL,
     NULL,
     "systemd-binfmt",
     true,
     "it is in no configuration: it will not be there after a reboot" FLUSHED,
     {NULL, NULL, "systemd-binfmt"}},
    {NULL,
     NULL,
     "OpenRC's binfmt",
     false,
     "it is in no configuration: it will not be there after a reboot",
     {NULL, NULL, NULL}},
};

static struct boot boot;

/* Whether it is by our own `load` that binfmt.d is read. */
static bool
loads(const struct row *row)
{
	return row->reader && strstr(row->reader, "binfmtctl");
}

/* The machine of a row, in `boot`; boot_free ends it. */
static void
read_boot(const struct row *row)
{
	char *dir = scratch_file("records");
	struct err err;

	conf_needs_boot_dirs();
	expect(shell("mkdir -p '%s/records' && rm -f '%s/records/a'", scratch(), scratch()), 0, "", "");
	if (row->line)
		conf_write(0, "a.conf", row->line);
	if (row->record)
		free(scratch_text("records/a", row->record, 0644));
	conf_read_boot(&boot);
	assert_int_equal(records_read(&boot.records, dir, &err), 0);
	free(dir);
	boot.reads_records = LOOK_YES;
	boot.reader = row->reader;
	boot.own_rules = row->reader && strstr(row->reader, "OpenRC");
	boot.loads = loads(row);
	boot.reads_lines = row->reader ? LOOK_YES : LOOK_NO;
	boot.flushes = row->flushes ? LOOK_YES : LOOK_NO;
}

/* As `status -v` says it of the one entry. */
static const char *
at_boot(void)
{
	static char text[ERR_TEXT_MAX];
	struct handler handler;
	struct snapshot s;
	struct err err;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	assert_true(snapshot_shown(&s, 0, &handler));
	drift_source(&s, &boot, &handler, text);
	snapshot_close(&s);
	return text;
}

static void
print_json(void)
{
	struct handler handler;
	struct snapshot s;
	struct err err;

	if (snapshot_open(&s, MOUNT, &err) < 0 || !snapshot_shown(&s, 0, &handler))
		return;
	json_object(NULL);
	at_boot_json(&boot, &handler);
	json_end();
	snapshot_close(&s);
}

static const char *
wanted_json(const struct row *row)
{
	static const char *const keys[] = {"source", "program", "removed_by"};
	static char text[1024];
	int len = snprintf(text, sizeof(text), "{\"at_boot\":{");

	if (strstr(row->text, "is not known"))
		return "{\"at_boot\":null}\n";
	for (size_t i = 0; i < LENGTH(keys); i++) {
		const char *value = row->json[i], *quote = value ? "\"" : "";

		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s\"%s\":%s%s%s", i ? "," : "", keys[i], quote,
				value ? value : "null", quote);
	}
	snprintf(text + len, sizeof(text) - (size_t)len, "}}\n");
	return text;
}

static char told[1 << 14];

static void
note_finding(void *arg, const char *check, const struct finding *f)
{
	size_t len = strlen(told);

	(void)arg;
	snprintf(told + len, sizeof(told) - len, "%s %s: %s\n", grade_word(f->grade), check, f->why.text);
}

/* As doctor says it; *flushed: how many entries it counts that a restart of systemd-binfmt removes. */
static const char *
doctor(long *flushed)
{
	struct snapshot s;
	struct err err;

	told[0] = '\0';
	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	bootcheck_examine(&boot, &s, note_finding, NULL);
	*flushed = bootcheck_flushed(&boot, &s);
	snapshot_close(&s);
	return told;
}

static void
at_boot__each_configuration__file_program_and_who_removes_it(void **state)
{
	char wanted[ERR_TEXT_MAX + 16];
	long flushed;

	(void)state;
	register_raw(":a:E::ext::/bin/true:");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		read_boot(&rows[i]);
		expect_text(rows[i].text, at_boot(), rows[i].text);
		expect_text(rows[i].text, printed(print_json), wanted_json(&rows[i]));
		snprintf(wanted, sizeof(wanted), ": entry a: %s\n", rows[i].text);
		if (!strstr(doctor(&flushed), wanted) || flushed != (strstr(rows[i].text, FLUSHED) != NULL))
			fail_msg("row %zu: doctor says %s%ld flushed", i, told, flushed);
		boot_free(&boot);
	}
}

static void
at_boot__own_unit__follows_systemd_binfmt_or_not(void **state)
{
	static const struct row machine = {.reader = "systemd-binfmt", .flushes = true};
	static const char part[] = "[Unit]\nAfter=systemd-binfmt.service\nPartOf=systemd-binfmt.service\n",
			  after[] = "[Unit]\nAfter=systemd-binfmt.service\n", remains[] = "RemainAfterExit=yes\n";
	const struct {
		const char *part, *remains, *more, *flushed;
		enum look_is active;
	} units[] = {{part, remains, "", "", LOOK_YES},
		     {part, "RemainAfterExit=True\n", "", "", LOOK_YES},
		     {part, remains, "", FLUSHED, LOOK_NO},
		     {part, "", "", FLUSHED, LOOK_YES},
		     {after, remains, "", FLUSHED, LOOK_YES},
		     {part, remains, "ExecStart=/nowhere/binfmtctl help\n", FLUSHED, LOOK_YES}};
	char wanted[256];

	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-f", "F", NULL), 0, "registered", "");
	read_boot(&machine);
	for (size_t i = 0; i < LENGTH(units); i++) {
		snprintf(boot.unit, sizeof(boot.unit),
			 "%s[Service]\nType=oneshot\n%sExecStart=%s/binfmtctl register --flags F arm64 -i %s\n%s",
			 units[i].part, units[i].remains, tool_folder(), tiny_interpreter(), units[i].more);
		boot.active = units[i].active;
		own_unit_read(&boot, commands);
		snprintf(wanted, sizeof(wanted), CONF_UNIT ", by binfmtctl.service%s", units[i].flushed);
		expect_text(units[i].part, at_boot(), wanted);
	}
	snprintf(boot.unit, sizeof(boot.unit),
		 "%s[Service]\nType=oneshot\n%sExecStart=%s/binfmtctl register --flags F arm64 -i %s\n"
		 "ExecStart=%s/binfmtctl status\n",
		 part, remains, tool_folder(), tiny_interpreter(), tool_folder());
	boot.active = LOOK_YES;
	own_unit_read(&boot, commands);
	expect_text("a last command that may fail", at_boot(),
		    "whether it stays is not known: a restart of systemd-binfmt may remove it");
	boot.flushes = LOOK_NO;
	expect_text("alone", at_boot(), CONF_UNIT ", by binfmtctl.service");
	boot_free(&boot);
	assert_non_null(strstr(slurp("man/examples/binfmtctl.service"), "\nPartOf=systemd-binfmt.service\n"));
}

/* null means nobody: where that is not known, nothing is said of it. */
static void
at_boot__systemd_binfmt_not_to_be_looked_at__null(void **state)
{
	static const struct row machine = {.record = good_record, .reader = "systemd-binfmt", .flushes = true};

	(void)state;
	register_raw(":a:E::ext::/bin/true:");
	read_boot(&machine);
	boot.flushes = LOOK_UNKNOWN;
	expect_text("record", printed(print_json), "{\"at_boot\":null}\n");
	boot.reads_records = LOOK_NO;
	expect_text("nothing", printed(print_json), "{\"at_boot\":null}\n");
	boot_free(&boot);
}

/* The real one, started again: what is said to be removed is gone, what is not is there. */
static void
at_boot__systemd_binfmt_restarted__removes_what_was_said(void **state)
{
	(void)state;
	systemd_needs();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (!rows[i].flushes)
			continue;
		read_boot(&rows[i]);
		ns_empty();
		register_raw(":a:E::ext::/bin/true:");
		at_boot();
		shell("p=/usr/lib/systemd/systemd-binfmt; [ -x $p ] || p=/lib/systemd/systemd-binfmt; exec $p");
		if (is_entry("a") != !strstr(rows[i].text, FLUSHED))
			fail_msg("row %zu: %s", i, rows[i].text);
		boot_free(&boot);
	}
}

/* What our own service does at boot. */
static void
at_boot__load_run__brings_back_what_was_said(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (!rows[i].line || !loads(&rows[i]))
			continue;
		read_boot(&rows[i]);
		ns_empty();
		tool("load", NULL);
		if (is_entry("a") != (rows[i].json[1] && strcmp(rows[i].json[1], rows[i].reader) == 0))
			fail_msg("row %zu: %s", i, rows[i].text);
		boot_free(&boot);
	}
}

/* The real one, as at boot: it registers what is said to come by it, and leaves what systemd-binfmt has registered. */
static void
at_boot__update_binfmts_started__brings_back_what_was_said(void **state)
{
	char *records = scratch_file("records");

	(void)state;
	peers_need_update_binfmts();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		if (strstr(rows[i].text, "is not known"))
			continue;
		read_boot(&rows[i]);
		ns_empty();
		if (rows[i].line == good_line && rows[i].reader)
			register_raw(":a:E::live::/bin/true:");
		peers_enable(records);
		if (is_entry("a") != (rows[i].json[1] && (rows[i].record || rows[i].line == good_line)) ||
		    !strstr(entry_text("a"), "live") != !(rows[i].line == good_line && rows[i].reader))
			fail_msg("row %zu: %s, entry %s", i, rows[i].text, entry_text("a"));
		boot_free(&boot);
	}
	free(records);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(at_boot__each_configuration__file_program_and_who_removes_it),
	    cmocka_unit_test(at_boot__own_unit__follows_systemd_binfmt_or_not),
	    cmocka_unit_test(at_boot__systemd_binfmt_not_to_be_looked_at__null),
	    cmocka_unit_test(at_boot__systemd_binfmt_restarted__removes_what_was_said),
	    cmocka_unit_test(at_boot__load_run__brings_back_what_was_said),
	    cmocka_unit_test(at_boot__update_binfmts_started__brings_back_what_was_said),
	};

	return ns_run(tests);
}
