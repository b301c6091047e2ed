/* SPDX-License-Identifier: MIT */
/* Of lines that were read: which decides for an entry, and whether it registers its rule. */
#include <stdio.h>
#include <string.h>

#include "confd.h"
#include "interp.h"

const struct confd_line *
confd_find(const struct confd *confd, const char *name)
{
	size_t low = 0, high = confd->named_count; /* the first that is greater lies in [low, high] */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(confd->named[middle]->name, name) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low && strcmp(confd->named[low - 1]->name, name) == 0 ? confd->named[low - 1] : NULL;
}

bool
confd_decides(const struct confd *confd, const struct confd_line *line)
{
	return line->name && confd_find(confd, line->name) == line;
}

/* A line's file, by its name in its folder. */
static const char *
base_of(const struct confd_line *line)
{
	return strrchr(line->file, '/') + 1;
}

/* The first line of a file of this name or a later one. */
static size_t
first_of(const struct confd *confd, const char *file)
{
	size_t low = confd->folders, high = confd->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(base_of(&confd->lines[middle]), file) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct confd_line *
confd_hidden(const struct confd *confd, const char *file, const char *entry)
{
	size_t first = strlen(confd_dirs[0]);

	for (size_t i = first_of(confd, file); i < confd->count; i++) {
		const struct confd_line *line = &confd->lines[i];
		bool other = line->fate == CONFD_REGISTERED && strcmp(line->rule.name, entry) != 0;

		if (strcmp(base_of(line), file) != 0)
			break;
		if ((other || line->fate == CONFD_UNREAD) &&
		    (strncmp(line->file, confd_dirs[0], first) != 0 || line->file[first] != '/'))
			return line;
	}
	return NULL;
}

const struct confd_line *
confd_later(const struct confd *confd, const char *file, const char *entry)
{
	const struct confd_line *line = confd_find(confd, entry);

	return line && strcmp(base_of(line), file) > 0 ? line : NULL;
}

bool
confd_is_settled(const struct confd *confd, const struct confd_line *line)
{
	return !confd->unread_folder && (size_t)(line - confd->lines) >= confd->last_unread;
}

struct look
confd_opens(const struct rule *rule, const char **reason)
{
	char path[RULE_LINE_MAX + 1];
	struct interp interp;

	*reason = NULL;
	if (!(rule->flags & RULE_F) || rule->pattern.type == PATTERN_BPF)
		return look_seen(true);
	snprintf(path, sizeof(path), "%s%s", *rule->interpreter == '/' ? "" : "/", rule->interpreter);
	return interp_look(path, &interp, reason);
}

struct look
confd_registers(const struct confd_line *line, const char **reason)
{
	if (line->fate == CONFD_REGISTERED)
		return confd_opens(&line->rule, reason);
	*reason = line->reason;
	return look_seen(false);
}
