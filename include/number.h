/* SPDX-License-Identifier: MIT */
#ifndef NUMBER_H
#define NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Reads the digits (of a base up to 16) at *at, blanks in front passed over, and moves *at behind them. False, and
 * neither changes, if there are none or the number does not fit.
 */
bool number_read(const char **at, unsigned base, uint64_t *number);

/* A digit of base 16, in letters of either case: 0 to 15; -1 if it is none. */
int number_digit(char c);

/* The number that a file begins with. False: it cannot be read, or does not begin with one. */
bool number_of_file(const char *path, uint64_t *number);

#endif
