/* SPDX-License-Identifier: MIT */
/* What /etc/subuid and /etc/subgid grant, and where nothing is granted yet. */
#include "harness.h"

#include <unistd.h>

#include "err.h"
#include "subids.h"

static char text[IDS_MAP_TEXT_MAX];

static const struct subids *
read_text(const char *content)
{
	static struct subids subids;
	char *path = scratch_text("subuid", content, 0644);
	struct err err;

	assert_int_equal(subids_read(path, "joe", 1000, &subids, &err), 0);
	free(path);
	*text = '\0';
	ids_text(&subids.own, text);
	return &subids;
}

static void
read__rows__each_id_once(void **state)
{
	static const struct {
		const char *file, *map;
		uint64_t end;
	} rows[] = {
	    {"", "", 0},
	    {"joe:100000:65536\n", "0 100000 65536\n", 165536},
	    {"joe:100000:65536", "0 100000 65536\n", 165536},
	    {"1000:100000:65536\n", "0 100000 65536\n", 165536},
	    {"ann:100000:65536\n", "", 165536},
	    {"joey:7:7\njo:7:7\n10000:7:7\n100:7:7\n:7:7\n", "", 14},
	    {"joe:5:0\n", "", 0},
	    {"joe:5:x\njoe:x:5\njoe:5\njoe\njoe 5 5\n", "", 0},
	    {"joe:4294967290:5\njoe:4294967291:5\njoe:5:4294967296\n", "0 4294967290 5\n", 4294967295},
	    {"ann:900000:5\njoe:1:2\njoe:10:3\n", "0 1 2\n2 10 3\n", 900005},
	    /* the same twice, and all ways to overlap */
	    {"joe:100:10\n1000:100:10\n", "0 100 10\n", 110},
	    {"joe:100:10\njoe:103:2\n", "0 100 10\n", 110},
	    {"joe:103:2\njoe:100:10\n", "0 103 2\n2 100 3\n5 105 5\n", 110},
	    {"joe:100:10\njoe:105:10\n", "0 100 10\n10 110 5\n", 115},
	    {"joe:105:10\njoe:100:10\n", "0 105 10\n10 100 5\n", 115},
	    {"joe:10:5\njoe:20:5\njoe:12:20\n", "0 10 5\n5 20 5\n10 15 5\n15 25 7\n", 32},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct subids *subids = read_text(rows[i].file);

		expect_text(rows[i].file, text, rows[i].map);
		if (subids->end != rows[i].end)
			fail_msg("%s: ends at %ju", rows[i].file, (uintmax_t)subids->end);
	}
}

/* What stands behind the 256th byte of a line is no line. */
static void
read__a_long_line__one_line(void **state)
{
	char line[300];

	(void)state;
	memset(line, 'x', sizeof(line));
	for (size_t at = 1; at < sizeof(line) - 16; at++) {
		memset(line, 'x', sizeof(line));
		snprintf(line + at, 16, "joe:7:7\n");
		read_text(line);
		assert_string_equal(text, "");
	}
}

static void
read__not_there_or_not_readable__two_things(void **state)
{
	static struct subids subids;
	struct err err;

	(void)state;
	assert_int_equal(subids_read("/no/such/file", "joe", 1000, &subids, &err), 0);
	assert_int_equal(subids.own.count, 0);
	assert_int_equal(subids_read("/", "joe", 1000, &subids, &err), -1);
	assert_string_equal(err.text, "/ cannot be read: Is a directory");
	assert_string_equal(err.fix, "");
}

static void
free__behind_all_that_there_are(void **state)
{
	static struct subids uids, gids;
	uint32_t least;

	(void)state;
	least = subids_free(&uids, &gids); /* this machine may have users and groups behind SUBIDS_FIRST */
	assert_in_range(least, SUBIDS_FIRST, INT32_MAX);
	uids.end = least + 10;
	gids.end = least + 20;
	assert_int_equal(subids_free(&uids, &gids), least + 20);
	uids.end = least + 30;
	assert_int_equal(subids_free(&uids, &gids), least + 30);
	uids.end = (uint64_t)INT32_MAX - SUBIDS_COUNT;
	assert_int_equal(subids_free(&uids, &gids), uids.end);
	uids.end++;
	assert_int_equal(subids_free(&uids, &gids), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(read__rows__each_id_once),
	    cmocka_unit_test(read__a_long_line__one_line),
	    cmocka_unit_test(read__not_there_or_not_readable__two_things),
	    cmocka_unit_test(free__behind_all_that_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
