/* SPDX-License-Identifier: MIT */
/* The one random generator of the tests (splitmix64): a seed brings a failure back. */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void random_seed(uint64_t seed);
uint64_t random_bits(void);

/* 0 to n - 1. */
size_t below(size_t n);
bool chance(unsigned percent);
size_t one_of(const size_t *values, size_t count);

#endif
