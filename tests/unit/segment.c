/* SPDX-License-Identifier: MIT */
/* Program headers one after another, each with numbers of its own in every field, more of them than are read at once.
 */
#include "elfhead.h"
#include "harness.h"

#include "native.h"
#include "segment.h"

enum { HEADERS = 300, AT = 64 };

/* Field k of header i; small enough for both classes. */
static uint32_t
number(size_t i, size_t k)
{
	return (uint32_t)(0x01020304 + i * 0x100 + k);
}

/* The fields stand in another order in the two classes: type, flags, offset, vaddr, paddr, filesz, memsz, align. */
static void
fill(unsigned char *at, bool wide, bool big, size_t i)
{
	static const size_t order[2][8] = {{0, 2, 3, 4, 5, 6, 1, 7}, {0, 1, 2, 3, 4, 5, 6, 7}};

	for (size_t k = 0; k < 8; k++) {
		size_t bytes = wide && k > 1 ? 8 : 4;

		elfhead_put(at, number(i, order[wide][k]), bytes, big);
		at += bytes;
	}
}

static void
next__each_class_and_order__every_header(void **state)
{
	static unsigned char bytes[AT + HEADERS * 56];

	(void)state;
	for (int way = 0; way < 4; way++) {
		struct opened file;
		struct native elf = {.file = &file, .wide = way & 1, .big = way & 2, .phnum = HEADERS, .phoff = AT};
		size_t size = elf.wide ? 56 : 32;
		struct segments segments;
		struct segment s;

		for (size_t i = 0; i < HEADERS; i++)
			fill(bytes + AT + i * size, elf.wide, elf.big, i);
		opened_bytes(&file, bytes, AT + HEADERS * size);
		segments_start(&segments, &elf);
		for (size_t i = 0; i < HEADERS; i++) {
			assert_true(segments_next(&segments, &s));
			assert_true(s.type == number(i, 0) && s.flags == number(i, 1) && s.offset == number(i, 2));
			assert_true(s.vaddr == number(i, 3) && s.filesz == number(i, 5) && s.memsz == number(i, 6));
			assert_true(s.align == number(i, 7));
		}
		assert_false(segments_next(&segments, &s));
	}
}

static void
next__table_behind_the_end__none(void **state)
{
	static const unsigned char bytes[AT + 55];
	struct native elf = {.wide = true, .phnum = 1, .phoff = AT};
	struct segments segments;
	struct opened file;
	struct segment s;

	(void)state;
	elf.file = &file;
	opened_bytes(&file, bytes, sizeof(bytes));
	segments_start(&segments, &elf);
	assert_false(segments_next(&segments, &s));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(next__each_class_and_order__every_header),
	    cmocka_unit_test(next__table_behind_the_end__none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
