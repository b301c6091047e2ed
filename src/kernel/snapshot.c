/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "arch.h"
#include "binfmt.h"
#include "err.h"
#include "ours.h"
#include "snapshot.h"
#include "tempname.h"

/* A temporary, and the entry that it stands beside; NULL: it is alone. */
struct temporary {
	const char *name, *real;
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct temporary *)a)->name, ((const struct temporary *)b)->name);
}

/* The temporary of this name, NULL if there is none. */
static struct temporary *
find(const struct snapshot *s, const char *name)
{
	const struct temporary wanted = {.name = name};

	return s->temporary_count ? bsearch(&wanted, s->temporaries, s->temporary_count, sizeof(wanted), by_name)
				  : NULL;
}

/* The temporary beside an entry that is none itself. */
static struct temporary *
find_beside(const struct snapshot *s, const char *name)
{
	char temporary[RULE_NAME_MAX + 1];

	if (!s->temporary_count)
		return NULL;
	tempname_make(name, temporary);
	return find(s, temporary);
}

/* Changes under way or killed ones leave temporaries: seldom any, but there may be as many as entries. */
static int
pair_temporaries(struct snapshot *s)
{
	for (size_t i = 0; i < s->list.count; i++)
		s->temporary_count += tempname_is(s->list.entries[i].rule.name);
	if (!s->temporary_count)
		return 0;
	s->temporaries = calloc(s->temporary_count, sizeof(*s->temporaries));
	if (!s->temporaries)
		return -1;
	for (size_t i = 0, n = 0; i < s->list.count; i++)
		if (tempname_is(s->list.entries[i].rule.name))
			s->temporaries[n++].name = s->list.entries[i].rule.name;
	qsort(s->temporaries, s->temporary_count, sizeof(*s->temporaries), by_name);
	for (size_t i = 0; i < s->list.count; i++) {
		const char *name = s->list.entries[i].rule.name;
		struct temporary *beside = tempname_is(name) ? NULL : find_beside(s, name);

		if (beside)
			beside->real = name;
	}
	return 0;
}

static int
read_switch_and_list(struct snapshot *s, struct err *err)
{
	int on = binfmt_enabled(&s->b, err);

	if (on < 0 || binfmt_list(&s->b, &s->list, err) < 0)
		return -1;
	s->switched_on = on > 0;
	for (const struct entry *e = s->list.entries; e < s->list.entries + s->list.count; e++) {
		s->unknown += e->reason != NULL;
		if (!s->riddle && e->reason && e->enabled)
			s->riddle = e;
	}
	return pair_temporaries(s) < 0 ? err_set(err, ERR_MEMORY, "out of memory") : 0;
}

int
snapshot_open(struct snapshot *s, const char *dir, struct err *err)
{
	*s = (struct snapshot){.unknown = 0};
	if (binfmt_open(&s->b, dir, NULL, err) < 0)
		return -1;
	if (read_switch_and_list(s, err) == 0)
		return 0;
	snapshot_close(s);
	return -1;
}

void
snapshot_close(struct snapshot *s)
{
	free(s->temporaries);
	binfmt_list_free(&s->list);
	binfmt_close(&s->b);
}

static bool
is_read_only(const struct binfmt *b)
{
	struct statvfs vfs;

	return fstatvfs(b->dir_fd, &vfs) == 0 && vfs.f_flag & (unsigned long)ST_RDONLY;
}

void
snapshot_prepare(struct snapshot *s)
{
	binfmt_list_sort(&s->list);
	s->read_only = is_read_only(&s->b);
	s->scope = binfmt_scope(&s->b);
	s->ours = ours_is(&s->b);
	s->prepared = true;
}

enum binfmt_scope
snapshot_scope(const struct snapshot *s)
{
	return s->prepared ? s->scope : binfmt_scope(&s->b);
}

struct look
snapshot_ours(const struct snapshot *s)
{
	return s->prepared ? s->ours : ours_is(&s->b);
}

bool
snapshot_read_only(const struct snapshot *s)
{
	return s->prepared ? s->read_only : is_read_only(&s->b);
}

struct handler
snapshot_handler(const struct snapshot *s, size_t i)
{
	const struct entry *e = &s->list.entries[i];
	const char *name = e->rule.name, *target = NULL;
	const struct temporary *own = find(s, name);

	if (own)
		target = own->real ? own->real : tempname_target(name);
	return (struct handler){
	    .name = target ? target : name,
	    .entry = e,
	    .arch = arch_of_pattern(&e->rule.pattern),
	    .leftover = s->temporary_count && s->list.locked && (own || find_beside(s, name)),
	};
}

bool
snapshot_listed(const struct snapshot *s, size_t i, struct handler *handler)
{
	const struct temporary *own = find(s, s->list.entries[i].rule.name);

	if (own && own->real)
		return false;
	*handler = snapshot_handler(s, i);
	return true;
}

bool
snapshot_shown(const struct snapshot *s, size_t i, struct handler *handler)
{
	return !s->list.entries[i].reason && snapshot_listed(s, i, handler);
}
