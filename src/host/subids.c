/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <grp.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"
#include "look.h"
#include "number.h"
#include "subids.h"

/* Where the part of [at, end) ends that is all in the map, or all not; *has says which. */
static uint64_t
part_end(const struct ids_map *map, uint64_t at, uint64_t end, bool *has)
{
	*has = false;
	for (size_t i = 0; i < map->count; i++) {
		uint64_t first = map->extents[i].outer, behind = first + map->extents[i].count;

		if (first <= at && at < behind) {
			*has = true;
			return behind < end ? behind : end;
		}
		if (first > at && first < end)
			end = first;
	}
	return end;
}

/* An id that is granted twice, by name and by uid, is there once: a map with two of it is none (EINVAL). */
static void
add(struct ids_map *map, uint64_t start, uint64_t end)
{
	const struct ids_extent *last = map->count ? &map->extents[map->count - 1] : NULL;
	uint32_t inner = last ? last->inner + last->count : 0;
	bool has;

	for (uint64_t next; start < end && map->count < IDS_EXTENTS_MAX; start = next) {
		next = part_end(map, start, end, &has);
		if (has)
			continue;
		map->extents[map->count++] = (struct ids_extent){inner, (uint32_t)start, (uint32_t)(next - start)};
		inner += (uint32_t)(next - start);
	}
}

static bool
is_word(const char *line, size_t len, const char *word)
{
	return len && strncmp(line, word, len) == 0 && !word[len];
}

static void
read_line(const char *line, const char *name, const char *number, struct subids *subids)
{
	size_t len = strcspn(line, ":");
	const char *at = line + len + 1;
	uint64_t start, count;

	if (!line[len] || !number_read(&at, 10, &start) || *at++ != ':' || !number_read(&at, 10, &count) ||
	    start > UINT32_MAX || count > UINT32_MAX - start)
		return;
	if (count && start + count > subids->end)
		subids->end = start + count;
	if (is_word(line, len, name) || is_word(line, len, number))
		add(&subids->own, start, start + count);
}

int
subids_read(const char *path, const char *name, uid_t uid, struct subids *subids, struct err *err)
{
	FILE *f = fopen(path, "re");
	char number[16], *line = NULL;
	size_t room = 0;
	int error = f || look_absent(errno) ? 0 : errno;

	subids->own.count = 0;
	subids->end = 0;
	snprintf(number, sizeof(number), "%ju", (uintmax_t)uid);
	while (f && (errno = 0, getline(&line, &room, f)) > 0)
		read_line(line, name, number, subids);
	if (f && !feof(f))
		error = errno ? errno : EIO;
	free(line);
	if (f)
		fclose(f);
	return error ? err_set(err, ERR_READ, "%s cannot be read: %s", path, strerror(error)) : 0;
}

/* Moves *end behind all users and groups that there are; those with very large numbers are nobody's neighbours. */
static bool
pass_users(uint64_t *end)
{
	FILE *users = fopen("/etc/passwd", "re"), *groups = fopen("/etc/group", "re");
	bool whole = users && groups;
	struct passwd *user;
	struct group *group;

	while (whole && (user = fgetpwent(users)))
		if (user->pw_uid >= *end && user->pw_uid < INT32_MAX)
			*end = (uint64_t)user->pw_uid + 1;
	while (whole && (group = fgetgrent(groups)))
		if (group->gr_gid >= *end && group->gr_gid < INT32_MAX)
			*end = (uint64_t)group->gr_gid + 1;
	whole = whole && feof(users) && feof(groups);
	if (users)
		fclose(users);
	if (groups)
		fclose(groups);
	return whole;
}

uint32_t
subids_free(const struct subids *uids, const struct subids *gids)
{
	uint64_t end = uids->end > gids->end ? uids->end : gids->end;

	if (end < SUBIDS_FIRST)
		end = SUBIDS_FIRST;
	return pass_users(&end) && end + SUBIDS_COUNT <= INT32_MAX ? (uint32_t)end : 0;
}
