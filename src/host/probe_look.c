/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "number.h"
#include "probe.h"
#include "probe_look.h"

enum { PRESERVE_ARGV0 = 1 }; /* AT_FLAGS_PRESERVE_ARGV0 of linux/binfmts.h */

/* Reads a file of /proc whole into a buffer. -1 and errno. */
static ssize_t
read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error;
	ssize_t n = 0;
	size_t len = 0;

	if (fd < 0)
		return -1;
	while (len < size && (n = read(fd, text + len, size - len)) > 0)
		len += (size_t)n;
	error = errno;
	close(fd);
	errno = error;
	return n < 0 ? -1 : (ssize_t)len;
}

int
probe_look_number(void)
{
	char text[16];
	const char *at = text;
	uint64_t number;
	ssize_t len = readlink("/proc/self", text, sizeof(text) - 1);

	text[len < 0 ? 0 : len] = '\0';
	return number_read(&at, 10, &number) ? (int)number : 0;
}

/*
 * Its status lists the process's numbers from the PID namespace of /proc inwards: there is one if
 * that is our own. A kernel that has no such line has no such namespaces.
 */
bool
probe_look_believes(void)
{
	char text[4096];
	const char *line;
	uint64_t number;
	ssize_t len = read_file("/proc/self/status", text, sizeof(text) - 1);

	if (len <= 0)
		return false;
	text[len] = '\0';
	line = strstr(text, "\nNSpid:");
	if (!line)
		line = strstr(text, "\nPid:");
	if (!line)
		return false;
	line = strchr(line, ':') + 1;
	return number_read(&line, 10, &number) && number == (uint64_t)getpid() && *line == '\n';
}

/* The value of one key in a vector of words of this size. */
static bool
find(const unsigned char *auxv, size_t size, size_t word, uint64_t key, uint64_t *value)
{
	for (size_t at = 0; at + 2 * word <= size; at += 2 * word) {
		uint64_t pair[2];
		uint32_t narrow[2];

		if (word == sizeof(narrow[0])) {
			memcpy(narrow, auxv + at, sizeof(narrow));
			pair[0] = narrow[0];
			pair[1] = narrow[1];
		} else {
			memcpy(pair, auxv + at, sizeof(pair));
		}
		*value = pair[1];
		if (pair[0] == key)
			return true;
		if (pair[0] == AT_NULL)
			return false;
	}
	return false;
}

bool
probe_look_flags(const unsigned char *auxv, size_t size, unsigned long long *flags)
{
	for (size_t word = 8; word >= 4; word -= 4) {
		size_t entry = word == 8 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
		uint64_t value;

		/* Read with the wrong size of word it has no such entry. */
		if (!find(auxv, size, word, AT_PHENT, &value) || value != entry)
			continue;
		if (!find(auxv, size, word, AT_FLAGS, &value))
			return false;
		*flags = value;
		return true;
	}
	return false;
}

static void
look_at_flags(int number, struct probe_result *result)
{
	unsigned long long flags;
	char path[32], auxv[2048];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/auxv", number);
	len = read_file(path, auxv, sizeof(auxv));
	result->flags_read = len > 0 && probe_look_flags((const unsigned char *)auxv, (size_t)len, &flags);
	result->tells_p = result->flags_read && flags & PRESERVE_ARGV0;
}

static bool
is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether the path leads to this very file here: 1, 0, -1 and errno if that cannot be told. */
static int
leads_to(const char *path, const struct stat *file)
{
	struct stat here;

	if (stat(path, &here) == 0)
		return is_same(&here, file);
	return look_absent(errno) || errno == EACCES ? 0 : -1;
}

/* 0, or -1 and errno. */
static int
look_at_exe(int number, int program, struct probe_result *result)
{
	struct stat ours, theirs;
	char path[32];
	ssize_t len;
	int reachable;

	snprintf(path, sizeof(path), "/proc/%d/exe", number);
	len = readlink(path, result->exe, sizeof(result->exe) - 1);
	if (len < 0 || stat(path, &theirs) < 0 || fstat(program, &ours) < 0)
		return -1;
	result->exe[len] = '\0';
	result->dev = theirs.st_dev;
	result->ino = theirs.st_ino;
	result->itself = is_same(&ours, &theirs);
	reachable = leads_to(result->exe, &theirs);
	result->reachable = reachable > 0;
	return reachable < 0 ? -1 : 0;
}

void
probe_look(int number, int program, struct probe_result *result)
{
	result->traced = true;
	if (look_at_exe(number, program, result) == 0) {
		look_at_flags(number, result);
		return;
	}
	result->exe_errno = errno;
	result->exe[0] = '\0';
	result->itself = false;
}
