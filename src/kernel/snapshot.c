/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "arch.h"
#include "binfmt.h"
#include "err.h"
#include "snapshot.h"
#include "tempname.h"

static int
read_switch_and_list(struct snapshot *s, struct err *err)
{
	int on = binfmt_enabled(&s->b, err);

	if (on < 0 || binfmt_list(&s->b, &s->list, err) < 0)
		return -1;
	s->switched_on = on > 0;
	s->temporaries = malloc(s->list.count * sizeof(*s->temporaries) + 1);
	if (!s->temporaries)
		return err_set(err, ERR_MEMORY, "out of memory");
	for (size_t i = 0; i < s->list.count; i++) {
		const struct entry *e = &s->list.entries[i];

		if (tempname_is(e->rule.name))
			s->temporaries[s->temporary_count++] = e->rule.name;
		s->unknown += e->reason != NULL;
	}
	return 0;
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

/* The entry that a temporary stands in for or beside: by its name, or for a hashed one by trying all. */
static const char *
entry_of(const struct snapshot *s, const char *temporary)
{
	if (tempname_target(temporary))
		return tempname_target(temporary);
	for (size_t i = 0; i < s->list.count; i++) {
		const char *name = s->list.entries[i].rule.name;

		if (!tempname_is(name) && tempname_matches(temporary, name))
			return name;
	}
	return temporary;
}

/* Whether a temporary is there beside this entry. */
static bool
has_temporary(const struct snapshot *s, const char *name)
{
	for (size_t i = 0; i < s->temporary_count; i++)
		if (tempname_matches(s->temporaries[i], name))
			return true;
	return false;
}

struct handler
snapshot_handler(const struct snapshot *s, size_t i)
{
	const struct entry *e = &s->list.entries[i];
	const char *name = e->rule.name;
	bool temporary = s->temporary_count && tempname_is(name);

	return (struct handler){
	    .name = temporary ? entry_of(s, name) : name,
	    .entry = e,
	    .arch = arch_of_pattern(&e->rule.pattern),
	    .leftover = s->temporary_count && s->list.locked && (temporary || has_temporary(s, name)),
	};
}

bool
snapshot_shown(const struct snapshot *s, size_t i, struct handler *handler)
{
	const struct entry *e = &s->list.entries[i];

	if (e->reason)
		return false;
	*handler = snapshot_handler(s, i);
	return handler->name == e->rule.name || binfmt_list_find(&s->list, handler->name) == e;
}
