/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bootplace.h"
#include "present.h"
#include "userns.h"

struct look
bootplace_container(void)
{
	struct look marked = look_either(present("/run/.containerenv"),
					 look_either(present("/.dockerenv"), present("/run/systemd/container")));

	/* Some managers leave no mark, but none lets its container be among the machine's own processes unasked. */
	return marked.is == LOOK_NO && !userns_pids_are_hosts() ? look_unknown() : marked;
}

/* What stands in the third and fourth field of a line of mountinfo that is of "/": "98:0 /folder", cut off; or NULL. */
static const char *
device_and_folder(char *line)
{
	char *field[5] = {line};

	for (size_t i = 1; i < 5; i++) {
		field[i] = strchr(field[i - 1], ' ');
		if (!field[i]++)
			return NULL;
	}
	field[4][-1] = '\0';
	return strncmp(field[4], "/ ", 2) == 0 ? field[2] : NULL;
}

/* What a process has at "/", by its mountinfo. NO: its root folder is no mount. *root is to be freed. */
static struct look
root_of(const char *mountinfo, char **root)
{
	FILE *f = fopen(mountinfo, "re");
	char *line = NULL;
	size_t room = 0;
	bool whole = f != NULL;

	*root = NULL;
	while (whole && getline(&line, &room, f) > 0) {
		const char *found = device_and_folder(line);

		if (!found)
			continue;
		free(*root); /* the last is on top */
		*root = strdup(found);
		whole = *root != NULL;
	}
	whole = whole && feof(f);
	if (f)
		fclose(f);
	free(line);
	return whole ? look_seen(*root) : look_unknown();
}

struct look
bootplace_root_is_mount(void)
{
	char *ignored;
	struct look is = root_of("/proc/self/mountinfo", &ignored);

	free(ignored);
	return is;
}

/* Whether the first process has another root folder than we; by what everybody may see of it. */
static struct look
has_other_root(void)
{
	char *first, *own;
	struct look has_first = root_of("/proc/1/mountinfo", &first), has_own = root_of("/proc/self/mountinfo", &own),
		    other = look_unknown();

	if (has_own.is == LOOK_NO)
		other = look_seen(true);
	else if (has_own.is == LOOK_YES && has_first.is == LOOK_YES)
		other = look_seen(strcmp(own, first) != 0);
	free(first);
	free(own);
	return other;
}

struct look
bootplace_chroot(void)
{
	struct stat first, own;

	if (stat("/proc/1/root/", &first) < 0 || stat("/", &own) < 0) /* which only root may ask */
		return has_other_root();
	return look_seen(first.st_dev != own.st_dev || first.st_ino != own.st_ino);
}
