/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "holder.h"
#include "number.h"

/* Goes on behind a word, blanks in front passed over. False: another one is there. */
static bool
pass(const char **at, const char *word)
{
	const char *s = *at + strspn(*at, " ");
	size_t len = strlen(word);

	if (strncmp(s, word, len) != 0)
		return false;
	*at = s + len;
	return true;
}

/* The process of a line of /proc/locks ("1: FLOCK  ADVISORY  WRITE 4711 00:2b:3 0 EOF") if it is of this file, else 0.
 */
static int
holder_of_line(const char *line, const struct stat *st)
{
	static const char *const words[] = {":", "FLOCK", "ADVISORY", "WRITE"};
	uint64_t number, pid, major, minor, inode;

	if (!number_read(&line, 10, &number))
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!pass(&line, words[i]))
			return 0;
	return number_read(&line, 10, &pid) && number_read(&line, 16, &major) && pass(&line, ":") &&
		       number_read(&line, 16, &minor) && pass(&line, ":") && number_read(&line, 10, &inode) &&
		       pid <= INT_MAX && major == major(st->st_dev) && minor == minor(st->st_dev) && inode == st->st_ino
		   ? (int)pid
		   : 0;
}

static int
find_holder(int fd)
{
	FILE *locks = fopen("/proc/locks", "re");
	struct stat st;
	char line[256];
	int pid = 0;

	if (!locks)
		return 0;
	while (!pid && fstat(fd, &st) == 0 && fgets(line, sizeof(line), locks))
		pid = holder_of_line(line, &st);
	fclose(locks);
	return pid;
}

void
holder_name(int fd, char text[static HOLDER_MAX])
{
	char path[32], comm[32] = "";
	int pid = find_holder(fd);
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	f = pid ? fopen(path, "re") : NULL;
	if (f && !fgets(comm, sizeof(comm), f))
		comm[0] = '\0';
	if (f)
		fclose(f);
	comm[strcspn(comm, "\n")] = '\0';
	if (pid)
		snprintf(text, HOLDER_MAX, "%s (process %d)", *comm ? comm : "another program", pid);
	else
		snprintf(text, HOLDER_MAX, "another program");
}
