/* SPDX-License-Identifier: MIT */
/* In place of scanf, which would be a tenth of the program. */
#include <fcntl.h>
#include <unistd.h>

#include "number.h"

int
number_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
number_read(const char **at, unsigned base, uint64_t *number)
{
	const char *s = *at, *first;
	uint64_t n = 0;
	int digit;

	while (*s == ' ' || *s == '\t')
		s++;
	for (first = s; (digit = number_digit(*s)) >= 0 && (unsigned)digit < base; s++) {
		if (n > (UINT64_MAX - (unsigned)digit) / base)
			return false;
		n = n * base + (unsigned)digit;
	}
	if (s == first)
		return false;
	*at = s;
	*number = n;
	return true;
}

bool
number_of_file(const char *path, uint64_t *number)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32];
	const char *at = text;
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	text[len < 0 ? 0 : len] = '\0';
	return number_read(&at, 10, number);
}
