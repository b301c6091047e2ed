/* SPDX-License-Identifier: MIT */
/* How ids are laid out in a user namespace. */
#include "harness.h"

#include "ids.h"

static void
lay_out__rows__as_podman_or_with_the_own_id_kept(void **state)
{
	static const struct {
		const char *row;
		struct ids_map range;
		uint32_t own;
		bool of_range;
		const char *text;
	} rows[] = {
	    {"as podman", {1, {{0, 100000, 65536}}}, 1000, false, "0 1000 1\n1 100000 65536\n"},
	    {"own id in the middle",
	     {1, {{0, 100000, 65536}}},
	     1000,
	     true,
	     "0 100000 1000\n1000 1000 1\n1001 101000 64536\n"},
	    {"own id behind the range", {1, {{0, 100000, 500}}}, 1000, true, "0 100000 500\n1000 1000 1\n"},
	    {"own id first behind it", {1, {{0, 100000, 1000}}}, 1000, true, "0 100000 1000\n1000 1000 1\n"},
	    {"own id 1", {1, {{0, 7, 3}}}, 1, true, "0 7 1\n1 1 1\n2 8 2\n"},
	    {"two ranges",
	     {2, {{0, 100000, 10}, {10, 300000, 10}}},
	     1000,
	     false,
	     "0 1000 1\n1 100000 10\n11 300000 10\n"},
	    {"two ranges, own id in the second",
	     {2, {{0, 100000, 10}, {10, 300000, 10}}},
	     15,
	     true,
	     "0 100000 10\n10 300000 5\n15 15 1\n16 300005 5\n"},
	    {"own id within the range", {1, {{0, 900, 65536}}}, 1000, false, "0 1000 1\n1 900 100\n101 1001 65435\n"},
	    {"own id within the range, kept",
	     {1, {{0, 900, 65536}}},
	     1000,
	     true,
	     "0 900 100\n101 1001 899\n1000 1000 1\n1001 1900 64536\n"},
	    {"own id the first of the range", {1, {{0, 1000, 10}}}, 1000, false, "0 1000 1\n1 1001 9\n"},
	    {"own id the last of the range", {1, {{0, 991, 10}}}, 1000, false, "0 1000 1\n1 991 9\n"},
	    {"own id in the second range",
	     {2, {{0, 100, 10}, {10, 1000, 10}}},
	     1005,
	     false,
	     "0 1005 1\n1 100 10\n11 1000 5\n16 1006 4\n"},
	    {"largest", {1, {{0, 1, 4294967294U}}}, 5, false, "0 5 1\n1 1 4\n5 6 4294967289\n"},
	};
	static char text[IDS_MAP_TEXT_MAX];
	static struct ids_map map;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ids_lay_out(&rows[i].range, rows[i].own, rows[i].of_range, &map);
		ids_text(&map, text);
		expect_text(rows[i].row, text, rows[i].text);
	}
}

/* Whatever the range: no id inside or outside twice, the own one there, and none of the range lost. */
static void
lay_out__random_ranges__a_map_the_kernel_takes(void **state)
{
	static struct ids_map map;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		struct ids_map range = {.count = 1 + (size_t)random() % 4};
		uint32_t own = (uint32_t)random() % 300, inner = 0, outer = (uint32_t)random() % 400;
		bool of_range = random() % 2;
		unsigned char seen_inner[1000] = {0}, seen_outer[9000] = {0};
		uint32_t total = 0;

		for (size_t i = 0; i < range.count; i++) {
			uint32_t count = 1 + (uint32_t)random() % 100;

			outer += (uint32_t)random() % 500;
			range.extents[i] = (struct ids_extent){inner, outer, count};
			inner += count;
			outer += count;
			total += count;
			if (range.extents[i].outer <= own && own < outer) /* it is there once */
				total--;
		}
		ids_lay_out(&range, own, of_range, &map);
		for (size_t i = 0; i < map.count; i++)
			for (uint32_t n = 0; n < map.extents[i].count; n++, total--) {
				assert_int_equal(seen_inner[map.extents[i].inner + n]++, 0);
				assert_int_equal(seen_outer[map.extents[i].outer + n]++, 0);
			}
		assert_int_equal(total, (uint32_t)-1); /* one more than the range has */
		assert_int_equal(seen_outer[own], 1);
		assert_int_equal(seen_inner[of_range ? own : 0], 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lay_out__rows__as_podman_or_with_the_own_id_kept),
	    cmocka_unit_test(lay_out__random_ranges__a_map_the_kernel_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
