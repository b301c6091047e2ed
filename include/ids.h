/* SPDX-License-Identifier: MIT */
#ifndef IDS_H
#define IDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct err;

enum {
	IDS_EXTENTS_MAX = 340, /* lines that the kernel takes (UID_GID_MAP_MAX_EXTENTS, kernel/user_namespace.c) */
	IDS_MAP_TEXT_MAX = IDS_EXTENTS_MAX * 36,
};

/* So many ids from `inner` on in the namespace are those from `outer` on where it is made. */
struct ids_extent {
	uint32_t inner, outer, count;
};

struct ids_map {
	size_t count;
	struct ids_extent extents[IDS_EXTENTS_MAX];
};

/* Who may write the map of a new user namespace. */
enum ids_by {
	IDS_BY_ITSELF, /* the one id of its own */
	IDS_BY_ROOT,   /* a process outside with CAP_SETUID and CAP_SETGID */
	IDS_BY_TOOL,   /* newuidmap and newgidmap, by what /etc/subuid and /etc/subgid grant */
};

/* The ids of a command in a user namespace of its own. */
struct ids {
	enum ids_by by;
	struct ids_map uids, gids;
	uid_t uid; /* the caller's */
	gid_t gid;
	bool back; /* the namespace is entered as its root, and the command gets a second one, in which it is the caller
		    */
};

enum ids_wish {
	IDS_OWN,  /* those that the caller has: root keeps all that it has here */
	IDS_ROOT, /* the caller is root, and nobody else is there */
	IDS_AUTO, /* the caller is root, and has the ids of its range */
};

/*
 * Plans them for a caller and its tree (the owner of --root; the caller's own without). With IDS_AUTO the range is laid
 * out by whose tree it is: the caller's makes it root and the range the rest, as podman does; a tree that belongs to
 * the start of the range makes that root, and the caller keeps its own id beside it. No id is there twice, also where
 * the range has the caller's. *note: what will fail in it, or "". 0, or -1 and *err.
 */
int ids_plan(enum ids_wish wish, uid_t tree, struct ids *ids, struct err *note, struct err *err);

/* As above for a range that is known: the pure part. */
void ids_lay_out(const struct ids_map *range, uint32_t own, bool tree_is_of_range, struct ids_map *map);

/* As uid_map takes it. Returns its length. */
size_t ids_text(const struct ids_map *map, char text[static IDS_MAP_TEXT_MAX]);

#endif
