/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "ids.h"
#include "look.h"
#include "number.h"
#include "paste.h"
#include "subids.h"

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
static int
read_name(uid_t uid, char name[static LINE_MAX], struct err *err)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *user = NULL;
	int error = f || look_absent(errno) ? 0 : errno;

	*name = '\0';
	while (f && (errno = 0, user = fgetpwent(f)) && user->pw_uid != uid)
		;
	if (user)
		snprintf(name, LINE_MAX, "%s", user->pw_name);
	else if (f && !feof(f))
		error = errno ? errno : EIO;
	if (f)
		fclose(f);
	return error ? err_set(err, ERR_READ, "/etc/passwd cannot be read: %s", strerror(error)) : 0;
}

/* An extent without the id that is mapped already: twice it would be no map (EINVAL). The parts before and behind it.
 */
static void
leave_out(const struct ids_extent *e, uint32_t own, struct ids_extent parts[static 2])
{
	const bool has = own >= e->outer && own - e->outer < e->count;
	const uint32_t before = has ? own - e->outer : e->count, behind = has ? e->count - before - 1 : 0;

	parts[0] = (struct ids_extent){e->inner, e->outer, before};
	parts[1] = (struct ids_extent){e->inner + before + 1, own + 1, behind};
}

/* All of a range but the own id, from inner id 1 on. */
static void
add_behind(struct ids_map *map, const struct ids_map *range, uint32_t own)
{
	uint32_t next = 1;

	for (size_t i = 0; i < range->count; i++) {
		struct ids_extent parts[2];

		leave_out(&range->extents[i], own, parts);
		for (size_t part = 0; part < 2; next += parts[part++].count)
			add(map, next, parts[part].outer, parts[part].count);
	}
}

/* The part of a range between two of its inner ids, moved on by `shift`. The others keep their places without the own.
 */
static void
add_part(struct ids_map *map, const struct ids_map *range, uint64_t from, uint64_t to, uint32_t shift, uint32_t own)
{
	for (size_t i = 0; i < range->count; i++) {
		const struct ids_extent *e = &range->extents[i];
		uint64_t first = e->inner > from ? e->inner : from,
			 end = (uint64_t)e->inner + e->count < to ? (uint64_t)e->inner + e->count : to;
		struct ids_extent part = {(uint32_t)first + shift, e->outer + (uint32_t)(first - e->inner),
					  (uint32_t)(end - first)},
				  parts[2];

		if (first >= end)
			continue;
		leave_out(&part, own, parts);
		for (size_t n = 0; n < 2; n++)
			add(map, parts[n].inner, parts[n].outer, parts[n].count);
	}
}

void
ids_lay_out(const struct ids_map *range, uint32_t own, bool tree_is_of_range, struct ids_map *map)
{
	map->count = 0;
	if (!tree_is_of_range) {
		add(map, 0, own, 1);
		add_behind(map, range, own);
		return;
	}
	add_part(map, range, 0, own, 0, own);
	add(map, own, own, 1);
	add_part(map, range, own, UINT64_MAX, 1, own);
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

/* Both kinds of ids, or the command that grants those that lack. */
static int
read_ranges(uid_t own, struct subids *uids, struct subids *gids, struct err *err)
{
	char name[LINE_MAX], word[PASTE_MAX];
	uint32_t start, last;

	if (read_name(own, name, err) < 0 || subids_read("/etc/subuid", name, own, uids, err) < 0 ||
	    subids_read("/etc/subgid", name, own, gids, err) < 0)
		return err_wrap(err, "--map-auto");
	if (uids->own.count && gids->own.count)
		return 0;
	err_set(err, ERR_NAMESPACE, "--map-auto needs a range of ids, and /etc/sub%s has none for %s",
		uids->own.count ? "gid" : "uid", *name ? name : "this user");
	start = *name && paste_word(name, word) ? subids_free(uids, gids) : 0;
	last = start + SUBIDS_COUNT - 1;
	if (start && uids->own.count)
		err_fix(err, "usermod --add-subgids %u-%u %s", start, last, word);
	else if (start && gids->own.count)
		err_fix(err, "usermod --add-subuids %u-%u %s", start, last, word);
	else if (start)
		err_fix(err, "usermod --add-subuids %u-%u --add-subgids %u-%u %s", start, last, start, last, word);
	return -1;
}

static int
plan_range(uid_t tree, struct ids *ids, struct err *note, struct err *err)
{
	static struct subids uids, gids;
	const uid_t own = geteuid();
	bool of_range;

	if (read_ranges(own, &uids, &gids, err) < 0)
		return -1;
	of_range = tree != own && tree == uids.own.extents[0].outer;
	if (!of_range && tree != own)
		err_note(note, "the files of --root belong to neither this user nor its range of /etc/subuid: they "
			       "are nobody's inside, and cannot be changed");
	ids->by = IDS_BY_TOOL;
	ids_lay_out(&uids.own, own, of_range, &ids->uids);
	ids_lay_out(&gids.own, getegid(), of_range, &ids->gids);
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
