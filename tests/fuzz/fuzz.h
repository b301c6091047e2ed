/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold for every input: else the fuzzer stops and keeps it. */
static inline void
demand(bool condition)
{
	if (!condition)
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

#endif
