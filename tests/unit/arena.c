/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "arena.h"

enum { PIECES = 20000, LARGE = 3 << 20 }; /* more than one block, and one piece larger than any */

static void
copy__many_pieces__none_moves(void **state)
{
	static char *pieces[PIECES];
	struct arena arena = {0};
	char text[128], want[128];

	(void)state;
	for (size_t i = 0; i < PIECES; i++) {
		int len = snprintf(text, sizeof(text), "piece %zu%*s", i, (int)(i % 90), "");

		pieces[i] = arena_copy(&arena, text, (size_t)len);
		assert_non_null(pieces[i]);
	}
	for (size_t i = 0; i < PIECES; i++) {
		snprintf(want, sizeof(want), "piece %zu%*s", i, (int)(i % 90), "");
		assert_string_equal(pieces[i], want);
	}
	arena_free(&arena);
}

static void
copy__any_bytes__with_a_nul_behind(void **state)
{
	struct arena arena = {0};
	char *room, *copy;

	(void)state;
	room = arena_take(&arena, 0, 1); /* none of it */
	assert_non_null(room);
	assert_ptr_equal(arena.at, room);
	assert_in_range(arena.left, 64, SIZE_MAX);
	memset(room, 'x', 64);
	copy = arena_copy(&arena, "a\0b", 3);
	assert_ptr_equal(copy, room);
	assert_memory_equal(copy, "a\0b\0x", 5);
	copy = arena_copy(&arena, "", 0);
	assert_ptr_equal(copy, room + 4);
	assert_memory_equal(copy, "\0x", 2);
	copy = arena_copy(&arena, "c", 1);
	assert_ptr_equal(copy, room + 5); /* the empty one took its NUL */
	assert_string_equal(copy, "c");
	arena_free(&arena);
}

static void
take__pieces__one_behind_another(void **state)
{
	struct arena arena = {0};
	char *taken, *next;
	size_t left;

	(void)state;
	taken = arena_take(&arena, 6, 1);
	assert_non_null(taken);
	memcpy(taken, "taken", 6);
	left = arena.left;
	next = arena_take(&arena, 100, 1);
	assert_ptr_equal(next, taken + 6);
	assert_int_equal(arena.left, left - 100);
	memset(next, 'x', 100);
	assert_ptr_equal(arena_take(&arena, 0, 1), next + 100); /* none of it */
	assert_int_equal(arena.left, left - 100);
	assert_ptr_equal(arena_take(&arena, 1, 1), next + 100);
	assert_string_equal(taken, "taken");
	arena_free(&arena);
}

/* The first piece of a block, one behind an odd byte, and one that is a block of its own. */
static void
take__any_alignment__at_a_multiple_of_it(void **state)
{
	static const size_t sizes[] = {1, 3, 8, 40, LARGE};

	(void)state;
	for (size_t align = 1; align <= _Alignof(max_align_t); align *= 2)
		for (size_t i = 0; i < LENGTH(sizes); i++) {
			struct arena arena = {0};

			for (size_t odd = 0; odd < 3; odd++) {
				char *taken = arena_take(&arena, sizes[i], align);

				assert_non_null(taken);
				if ((uintptr_t)taken % align)
					fail_msg("piece %zu of %zu bytes is not at a multiple of %zu", odd, sizes[i],
						 align);
				memset(taken, 'x', sizes[i]);
				assert_ptr_equal(arena.at, taken + sizes[i]);
				assert_non_null(arena_take(&arena, odd, 1));
			}
			arena_free(&arena);
		}
}

/* Where the gap before an aligned piece is more than what is left. */
static void
take__no_room_for_the_gap__in_a_new_block(void **state)
{
	struct arena arena = {0};
	char *taken;

	(void)state;
	assert_non_null(arena_take(&arena, 1, 1));
	assert_non_null(arena_take(&arena, arena.left - 3, 1));
	assert_int_equal(arena.left, 3);
	taken = arena_take(&arena, 1, 8);
	assert_non_null(taken);
	assert_int_equal((uintptr_t)taken % 8, 0);
	assert_in_range(arena.left, 100, SIZE_MAX);
	arena_free(&arena);
}

/* To the last byte, so that the sanitizer sees an overrun. */
static void
take__larger_than_a_block__whole(void **state)
{
	struct arena arena = {0};
	char *before, *large, *after;

	(void)state;
	before = arena_copy(&arena, "before", 6);
	assert_non_null(before);
	large = arena_take(&arena, LARGE, 1);
	assert_non_null(large);
	memset(large, 'l', LARGE);
	assert_int_equal(arena.left, 0);
	after = arena_copy(&arena, "after", 5);
	assert_non_null(after);
	assert_string_equal(before, "before");
	assert_string_equal(after, "after");
	for (size_t i = 0; i < LARGE; i++)
		if (large[i] != 'l')
			fail_msg("byte %zu was written to", i);
	arena_free(&arena);
}

static void
copy__larger_than_a_block__whole(void **state)
{
	struct arena arena = {0};
	char *bytes = malloc(LARGE), *copy;

	(void)state;
	assert_non_null(bytes);
	memset(bytes, 'b', LARGE);
	copy = arena_copy(&arena, bytes, LARGE);
	assert_non_null(copy);
	assert_memory_equal(copy, bytes, LARGE);
	assert_int_equal(copy[LARGE], '\0');
	free(bytes);
	arena_free(&arena);
}

/* Pieces that end at the last byte of a block and one byte before it. */
static void
take__all_that_is_left__next_piece_in_a_new_block(void **state)
{
	struct arena arena = {0};
	char *first, *last, *next;
	size_t left;

	(void)state;
	for (size_t spare = 0; spare < 2; spare++) {
		first = arena_take(&arena, 0, 1);
		assert_non_null(first);
		left = arena.left - spare;
		assert_ptr_equal(arena_take(&arena, left, 1), first);
		memset(first, 'f', left);
		assert_int_equal(arena.left, spare);
		last = first + left - 1;
		next = arena_take(&arena, 2, 1);
		assert_non_null(next);
		memset(next, 'n', 2);
		assert_int_equal(*first, 'f');
		assert_int_equal(*last, 'f');
	}
	arena_free(&arena);
}

static void
free__any__empty_and_usable_again(void **state)
{
	struct arena arena = {0};

	(void)state;
	arena_free(&arena); /* of an empty one */
	for (size_t i = 0; i < 3; i++) {
		assert_null(arena.blocks);
		assert_null(arena.at);
		assert_int_equal(arena.left, 0);
		assert_string_equal(arena_copy(&arena, "again", 5), "again");
		assert_non_null(arena_take(&arena, LARGE, 8));
		arena_free(&arena);
	}
	assert_null(arena.blocks);
	assert_int_equal(arena.left, 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(copy__many_pieces__none_moves),
	    cmocka_unit_test(copy__any_bytes__with_a_nul_behind),
	    cmocka_unit_test(take__pieces__one_behind_another),
	    cmocka_unit_test(take__any_alignment__at_a_multiple_of_it),
	    cmocka_unit_test(take__no_room_for_the_gap__in_a_new_block),
	    cmocka_unit_test(take__larger_than_a_block__whole),
	    cmocka_unit_test(copy__larger_than_a_block__whole),
	    cmocka_unit_test(take__all_that_is_left__next_piece_in_a_new_block),
	    cmocka_unit_test(free__any__empty_and_usable_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
