/* SPDX-License-Identifier: MIT */
#include "random.h"

static uint64_t random_state;

void
random_seed(uint64_t seed)
{
	random_state = seed;
}

uint64_t
random_bits(void)
{
	uint64_t z = random_state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

size_t
below(size_t n)
{
	return (size_t)(random_bits() % n);
}

bool
chance(unsigned percent)
{
	return below(100) < percent;
}

size_t
one_of(const size_t *values, size_t count)
{
	return values[below(count)];
}
