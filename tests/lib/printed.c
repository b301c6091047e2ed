/* SPDX-License-Identifier: MIT */
#include "printed.h"

#include <unistd.h>

enum { TEXT_MAX = 16384 };

static const char *
caught(int fd, FILE *stream, void (*print)(void))
{
	static char text[TEXT_MAX];
	FILE *file = tmpfile();
	int saved = dup(fd);
	size_t len;

	assert_non_null(file);
	assert_true(saved >= 0);
	fflush(stream);
	dup2(fileno(file), fd);
	print();
	fflush(stream);
	dup2(saved, fd);
	close(saved);
	rewind(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	return text;
}

const char *
printed(void (*print)(void))
{
	return caught(STDOUT_FILENO, stdout, print);
}

const char *
printed_errors(void (*print)(void))
{
	return caught(STDERR_FILENO, stderr, print);
}
