/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "holder.h"

/* The process of a line of /proc/locks ("1: FLOCK  ADVISORY  WRITE 4711 00:2b:3 0 EOF") if it is of this file, else 0.
 */
static int
holder_of_line(const char *line, const struct stat *st)
{
	unsigned long long inode;
	unsigned major, minor;
	int pid;

	return sscanf(line, "%*u: FLOCK ADVISORY WRITE %d %x:%x:%llu", &pid, &major, &minor, &inode) == 4 && pid > 0 &&
		       major == major(st->st_dev) && minor == minor(st->st_dev) && inode == st->st_ino
		   ? pid
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
