/* SPDX-License-Identifier: MIT */
/* Records of update-binfmts, as its files are. */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "records.h"

static void
record__fields__as_update_binfmts_registers_them(void **state)
{
	static const struct {
		const char *name, *text, *interpreter; /* NULL: nothing is registered */
		unsigned flags;
	} rows[] = {
	    {"plain", ":\nmagic\n0\n\\x7fELF\n\n/bin/true\n\n\n\n\n", "/bin/true", 0},
	    {"flags", "qemu\nmagic\n0\n\\x7fELF\n\\xff\\xff\\xff\\xff\n/bin/true\n\nyes\nyes\nyes\n", "/bin/true",
	     RULE_P | RULE_O | RULE_C | RULE_F},
	    {"some", ":\nmagic\n4\nab\n\n/bin/true\n\n\nyes\n", "/bin/true", RULE_P},
	    {"no", ":\nextension\n0\njar\n\n/bin/true\n\nno\nYES\n1\n", "/bin/true", 0},
	    {"old", ":\nextension\n0\njar\n\n/bin/true\n\n", "/bin/true", 0},
	    {"detected", ":\nmagic\n0\nMZ\n\n/usr/bin/wine\n/usr/lib/wine/detector\n\n\n\n",
	     "/usr/lib/binfmt-support/run-detectors", 0},
	    {"colon", ":\nmagic\n0\na:b\n\n/bin/true\n\n\n\n\n", NULL, 0},
	    {"offset", ":\nmagic\n0x10\nab\n\n/bin/true\n\n\n\n\n", NULL, 0},
	    {"short", ":\nextension\n0\njar\n\n/bin/true\n", "/bin/true", 0},
	    {"garbage", "garbage\n1\n2\n3\n4\n5\n6\n", "/usr/lib/binfmt-support/run-detectors", 0},
	    {"no-type", ":\n\n0\njar\n\n/bin/true\n\n\n\n\n", "/bin/true", 0},
	};
	char *dir = scratch_folder("records"), path[64];
	struct records records;
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(path, sizeof(path), "records/%s", rows[i].name);
		free(scratch_text(path, rows[i].text, 0644));
	}
	free(scratch_text("records/.hidden", "", 0644));
	assert_int_equal(records_read(&records, dir, &err), 0);
	assert_int_equal(records.count, LENGTH(rows));
	assert_false(records.unread);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct record *record = records_find(&records, rows[i].name);

		assert_non_null(record);
		if (!record->reason != (rows[i].interpreter != NULL))
			fail_msg("%s: %s", rows[i].name, record->reason ? record->reason : "registered");
		if (record->reason)
			continue;
		expect_text(rows[i].name, record->rule.name, rows[i].name);
		expect_text(rows[i].name, record->rule.interpreter, rows[i].interpreter);
		assert_int_equal(record->rule.flags, rows[i].flags);
	}
	assert_true(records_find(&records, "detected")->detected);
	assert_null(records_find(&records, "nothing"));
	records_free(&records);
	free(dir);
}

static void
record__cut_off__none_is_registered(void **state)
{
	static const char *const texts[] = {":\nextension\n0\njar\n\n/bin/true", ":\nmagic\n0\n",
					    ":\nmagic\n0\nab\n\n/bin/tr", "garbage\n", ""};
	char *dir = scratch_folder("cut");
	struct records records;
	struct err err;

	(void)state;
	free(scratch_text("cut/good", ":\nextension\n0\njar\n\n/bin/true\n\n\n\n\n", 0644));
	for (size_t i = 0; i < LENGTH(texts); i++) {
		free(scratch_text("cut/off", texts[i], 0644));
		assert_int_equal(records_read(&records, dir, &err), 0);
		assert_int_equal(records.count, 2);
		for (size_t k = 0; k < records.count; k++)
			expect_text(texts[i], records.at[k].reason,
				    "update-binfmts enables nothing at all while its record off is cut off");
		records_free(&records);
	}
	free(dir);
}

static void
folder__not_there_or_none__no_records(void **state)
{
	char *file = scratch_text("file", "", 0644);
	struct records records;
	struct err err;

	(void)state;
	assert_int_equal(records_read(&records, "/nowhere/binfmts", &err), 0);
	assert_int_equal(records.count, 0);
	assert_false(records.unread);
	assert_null(records_find(&records, "a"));
	records_free(&records);
	assert_int_equal(records_read(&records, file, &err), 0);
	assert_true(records.unread);
	records_free(&records);
	free(file);
}

/* What cannot be read whole counts for nothing that could be told. */
static void
record__not_read_whole__unread(void **state)
{
	static const struct {
		const char *name, *target; /* a link to this */
	} links[] = {{"zero", "/dev/zero"},
		     {"null", "/dev/null"},
		     {"broken", "/proc/self/mem"},
		     {"dangling", "/nowhere"},
		     {"folder", "/"}};
	char *dir = scratch_folder("odd"), path[4096], big[8193];
	struct records records;
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(links); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, links[i].name);
		assert_int_equal(symlink(links[i].target, path), 0);
	}
	snprintf(path, sizeof(path), "%s/fifo", dir);
	assert_int_equal(mkfifo(path, 0644), 0);
	memset(big, '\n', sizeof(big));
	snprintf(path, sizeof(path), "%s/big", dir);
	spill(path, big, sizeof(big), 0644);
	assert_int_equal(records_read(&records, dir, &err), 0);
	assert_int_equal(records.count, LENGTH(links) + 2);
	assert_true(records.unread);
	for (size_t i = 0; i < records.count; i++)
		expect_text(records.at[i].name, records.at[i].reason,
			    "the record cannot be read, or is larger than 8 KiB");
	records_free(&records);
	spill(path, big, sizeof(big) - 1, 0644);
	assert_int_equal(records_read(&records, dir, &err), 0);
	assert_null(strstr(records_find(&records, "big")->reason, "cannot be read"));
	assert_null(records.cut);
	records_free(&records);
	free(dir);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(record__fields__as_update_binfmts_registers_them),
	    cmocka_unit_test(record__cut_off__none_is_registered),
	    cmocka_unit_test(folder__not_there_or_none__no_records),
	    cmocka_unit_test(record__not_read_whole__unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
