/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "ids.h"
#include "number.h"

enum { LINE_MAX = 256, NOBODY = 65534 };

static void
add(struct ids_map *map, uint32_t inner, uint32_t outer, uint32_t count)
{
	if (count && map->count < IDS_EXTENTS_MAX)
		map->extents[map->count++] = (struct ids_extent){inner, outer, count};
}

/* The ids that a line of /proc/self/uid_map gives us, by the numbers that we know them by. */
static int
read_here(const char *path, struct ids_map *map)
{
	FILE *f = fopen(path, "re");
	char line[LINE_MAX];
	uint64_t inner, outer, count;
	bool whole = f != NULL;

	map->count = 0;
	while (f && fgets(line, sizeof(line), f)) {
		const char *at = line;

		whole &= number_read(&at, 10, &inner) && number_read(&at, 10, &outer) && number_read(&at, 10, &count);
		if (whole)
			add(map, (uint32_t)inner, (uint32_t)inner, (uint32_t)count);
	}
	if (f) {
		whole &= !ferror(f);
		fclose(f);
	}
	return whole && map->count ? 0 : -1;
}

/* The caller's name, as /etc/passwd has it: no other source of names, which would need more than libc. "": none. */
static void
read_name(uid_t uid, char name[static LINE_MAX])
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *user = NULL;

	*name = '\0';
	while (f && (user = fgetpwent(f)) && user->pw_uid != uid)
		;
	if (user)
		snprintf(name, LINE_MAX, "%s", user->pw_name);
	if (f)
		fclose(f);
}

/* The ranges of "NAME:START:COUNT" or "UID:START:COUNT"; as the map's outer ids, one behind another from 0 on. */
static void
read_range(const char *path, const char *name, uid_t uid, struct ids_map *range)
{
	FILE *f = fopen(path, "re");
	char line[LINE_MAX], number[16];
	uint64_t start, count;
	uint32_t next = 0;

	range->count = 0;
	snprintf(number, sizeof(number), "%ju", (uintmax_t)uid);
	while (f && fgets(line, sizeof(line), f)) {
		size_t len = strcspn(line, ":");
		const char *at = line + len + 1;

		if (!line[len] || ((strncmp(line, name, len) != 0 || name[len] || !len) &&
				   (strncmp(line, number, len) != 0 || number[len])))
			continue;
		if (!number_read(&at, 10, &start) || *at++ != ':' || !number_read(&at, 10, &count) ||
		    start + count > UINT32_MAX)
			continue;
		add(range, next, (uint32_t)start, (uint32_t)count);
		next += (uint32_t)count;
	}
	if (f)
		fclose(f);
}

/* The part of a range between two of its inner ids, moved on by `shift`. */
static void
add_part(struct ids_map *map, const struct ids_map *range, uint64_t from, uint64_t to, uint32_t shift)
{
	for (size_t i = 0; i < range->count; i++) {
		const struct ids_extent *e = &range->extents[i];
		uint64_t first = e->inner > from ? e->inner : from,
			 end = (uint64_t)e->inner + e->count < to ? (uint64_t)e->inner + e->count : to;

		if (first < end)
			add(map, (uint32_t)first + shift, e->outer + (uint32_t)(first - e->inner),
			    (uint32_t)(end - first));
	}
}

void
ids_lay_out(const struct ids_map *range, uint32_t own, bool tree_is_of_range, struct ids_map *map)
{
	map->count = 0;
	if (!tree_is_of_range) {
		add(map, 0, own, 1);
		add_part(map, range, 0, UINT64_MAX, 1);
		return;
	}
	add_part(map, range, 0, own, 0);
	add(map, own, own, 1);
	add_part(map, range, own, UINT64_MAX, 1);
}

size_t
ids_text(const struct ids_map *map, char text[static IDS_MAP_TEXT_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < map->count; i++)
		len += (size_t)snprintf(text + len, IDS_MAP_TEXT_MAX - len, "%" PRIu32 " %" PRIu32 " %" PRIu32 "\n",
					map->extents[i].inner, map->extents[i].outer, map->extents[i].count);
	return len;
}

/* Where a map ends: the first id behind its last one. */
static uint64_t
end_of(const struct ids_map *map)
{
	uint64_t end = 0;

	for (size_t i = 0; i < map->count; i++)
		if ((uint64_t)map->extents[i].inner + map->extents[i].count > end)
			end = (uint64_t)map->extents[i].inner + map->extents[i].count;
	return end;
}

static int
plan_range(uid_t tree, struct ids *ids, struct err *note, struct err *err)
{
	static struct ids_map uids, gids;
	const uid_t own = geteuid();
	char name[LINE_MAX];
	bool of_range;

	read_name(own, name);
	read_range("/etc/subuid", name, own, &uids);
	read_range("/etc/subgid", name, own, &gids);
	if (!uids.count || !gids.count) {
		err_set(err, ERR_NAMESPACE, "--map-auto needs a range of ids, and /etc/sub%s has none for %s",
			uids.count ? "gid" : "uid", *name ? name : "this user");
		if (*name)
			err_fix(err, "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %s", name);
		return -1;
	}
	of_range = tree == uids.extents[0].outer;
	if (!of_range && tree != own)
		err_note(note, "the files of --root belong to neither this user nor its range of /etc/subuid: they "
			       "are nobody's inside, and cannot be changed");
	ids->by = IDS_BY_TOOL;
	ids_lay_out(&uids, own, of_range, &ids->uids);
	ids_lay_out(&gids, getegid(), of_range, &ids->gids);
	if (end_of(&ids->uids) <= NOBODY || end_of(&ids->gids) <= NOBODY)
		err_add(note,
			"%sthe range of /etc/subuid or /etc/subgid does not reach id %d (nobody): su and apt will fail",
			*note->text ? "; " : "", NOBODY);
	return 0;
}

int
ids_plan(enum ids_wish wish, uid_t tree, struct ids *ids, struct err *note, struct err *err)
{
	ids->uid = geteuid();
	ids->gid = getegid();
	ids->back = false;
	err_clear(note);
	if (geteuid() == 0) {
		ids->by = IDS_BY_ROOT;
		if (read_here("/proc/self/uid_map", &ids->uids) == 0 &&
		    read_here("/proc/self/gid_map", &ids->gids) == 0)
			return 0;
		return err_set(err, ERR_NAMESPACE, "the ids of this process cannot be read from /proc/self/uid_map");
	}
	if (wish == IDS_AUTO)
		return plan_range(tree, ids, note, err);
	ids->by = IDS_BY_ITSELF;
	ids->uids = (struct ids_map){1, {{0, geteuid(), 1}}};
	ids->gids = (struct ids_map){1, {{0, getegid(), 1}}};
	ids->back = wish == IDS_OWN;
	return 0;
}
