/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input: else the fuzzer says so, stops and keeps the input. */
#define demand(condition) ((condition) ? (void)0 : demand_failed(#condition, __LINE__))

static inline void
demand_failed(const char *condition, int line)
{
	fprintf(stderr, "line %d: not so: %s\n", line, condition);
	abort();
}

/* With room for the one byte that parsers in place ask for, and none behind it. */
static inline char *
copy_of(const void *bytes, size_t size)
{
	char *copy = malloc(size + 1);

	demand(copy != NULL);
	if (size)
		memcpy(copy, bytes, size);
	copy[size] = 'x';
	return copy;
}

/* A code point as UTF-8, whether there is such a one or not; the bytes it takes. */
static inline size_t
write_utf8(unsigned point, char to[static 4])
{
	size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

	for (size_t i = n; i > 1; i--, point >>= 6)
		to[i - 1] = (char)(0x80 | (point & 0x3f));
	to[0] = (char)(n == 1 ? point : (0xf00U >> n & 0xff) | point);
	return n;
}

/* Whether a terminal takes a code point for a command: C0, DEL and C1, whatever else is not to be shown. */
static inline bool
is_control(unsigned point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/* The part of an input that is not used yet. */
struct input {
	const uint8_t *at;
	size_t left;
};

/* A number below `below`, at most 256, from the next byte; 0 at the end. */
static inline unsigned
next_number(struct input *in, unsigned below)
{
	if (!in->left)
		return 0;
	in->left--;
	return *in->at++ % below;
}

/* The text up to the next NUL or the end, of `most` bytes at most, with no byte behind its own NUL; to be freed. */
static inline char *
next_text(struct input *in, size_t most)
{
	size_t len = strnlen((const char *)in->at, in->left < most ? in->left : most);
	char *text = copy_of(in->at, len);

	text[len] = '\0';
	in->at += len;
	in->left -= len;
	if (in->left && !*in->at) {
		in->at++;
		in->left--;
	}
	return text;
}

#endif
