/* SPDX-License-Identifier: MIT */
/*
 * Replacing an entry can take a handler away: Debian's qemu-microblaze is for the e_machine that our table has as
 * microblaze-old, OpenEmbedded's qemu-mipsel takes n32 programs too. So first it is settled which rows are registered:
 * those whose programs no other entry takes that stays. Each replaced entry may add some, until there are no more.
 * Then the rows are put in an order in which no step takes a file's last handler away. An entry for which there is no
 * such place must stay, and the plan is made again with that known.
 */
#include "takeover.h"
#include "binfmt_list.h"
#include "cover.h"
#include "overlap.h"
#include "tempname.h"

/* Whether putting the row's rule in place ends an entry with other files. Flags and interpreter take none away. */
static bool
ends_own(const struct takeover *t, size_t row)
{
	const struct entry *own = t->rows[row].own;
	const struct pattern pattern = arch_pattern(&arch_table[row]);

	return t->replaces && own && !pattern_same(&own->rule.pattern, &pattern);
}

/* Whether an entry of the list is in the table, with what has been put there: not replaced, nor a temporary beside its
 * entry, which the run cleans up. */
static bool
is_there(const struct takeover *t, const struct entry *e)
{
	const char *target = tempname_target(e->rule.name);

	if (target && binfmt_list_find(t->list, target) != e)
		return false;
	for (size_t i = 0; i < arch_count; i++)
		if (t->rows[i].put && t->rows[i].own == e && ends_own(t, i))
			return false;
	return true;
}

static const struct entry *
taker_of(const struct takeover *t, size_t row)
{
	const struct entry *taker = arch_taker(t->list, &arch_table[row]);

	while (taker && !is_there(t, taker))
		taker = arch_next_taker(t->list, &arch_table[row], taker);
	return taker;
}

static void
judge(struct takeover *t, size_t i)
{
	struct takeover_row *row = &t->rows[i];
	const struct entry *taker = taker_of(t, i);
	const struct entry *doubt = binfmt_list_doubt(t->list, taker);

	row->other = doubt ? doubt : taker;
	if (doubt)
		row->fate = TAKEOVER_DOUBT;
	else if (taker && taker != row->own)
		row->fate = TAKEOVER_HANDLED;
	else if (!row->asked)
		row->fate = TAKEOVER_NONE;
	else if (!row->fixed)
		row->fate = TAKEOVER_PUT;
	else
		row->fate = taker ? TAKEOVER_KEEP : TAKEOVER_BLOCKED;
}

static void
clear(struct takeover *t)
{
	for (size_t i = 0; i < arch_count; i++)
		t->rows[i].put = t->rows[i].placed = false;
}

/* Settles what becomes of each row, given the entries that must stay. */
static void
settle(struct takeover *t)
{
	bool again = true;

	clear(t);
	while (again) {
		again = false;
		for (size_t i = 0; i < arch_count; i++) {
			if (t->rows[i].put)
				continue;
			judge(t, i);
			t->rows[i].put = t->rows[i].fate == TAKEOVER_PUT;
			again |= t->rows[i].put && ends_own(t, i);
		}
	}
}

/* Whether a row's rule takes files once it is put. */
static bool
is_enabled(const struct takeover *t, size_t row)
{
	return t->enabled && (!t->rows[row].own || t->rows[row].own->enabled);
}

/* What takes some files of a row's old entry once the row is put; returns the count. */
static size_t
collect(const struct takeover *t, size_t row, const struct pattern *takers[static COVER_MAX],
	struct pattern rules[static ARCH_ROWS_MAX])
{
	const struct pattern *files = &t->rows[row].own->rule.pattern;
	size_t count = 0;

	for (size_t i = 0; i < arch_count && count < COVER_MAX; i++) {
		rules[i] = arch_pattern(&arch_table[i]);
		if ((i == row || t->rows[i].put) && is_enabled(t, i) && pattern_overlap(&rules[i], files))
			takers[count++] = &rules[i];
	}
	for (size_t i = 0; i < t->list->count && count < COVER_MAX; i++) {
		const struct entry *e = &t->list->entries[i];

		if (e->enabled && e != t->rows[row].own && pattern_overlap(&e->rule.pattern, files) && is_there(t, e))
			takers[count++] = &e->rule.pattern;
	}
	return count;
}

/* Whether others take what an entry takes: of one that is meant for an architecture the programs of known ones. */
static bool
are_taken(const struct pattern *files, const struct pattern *const takers[], size_t count)
{
	if (!arch_of_pattern(files))
		return cover_holds(files, NULL, takers, count);
	for (size_t i = 0; i < arch_count; i++) {
		const struct pattern programs = arch_pattern(&arch_table[i]);

		if (!cover_holds(files, &programs, takers, count))
			return false;
	}
	return true;
}

bool
takeover_is_safe(const struct takeover *t, size_t row)
{
	const struct entry *own = t->rows[row].own;
	const struct pattern *takers[COVER_MAX];
	struct pattern rules[ARCH_ROWS_MAX];

	if (!ends_own(t, row) || !own->enabled)
		return true;
	return are_taken(&own->rule.pattern, takers, collect(t, row, takers, rules));
}

void
takeover_done(struct takeover *t, size_t row)
{
	t->rows[row].put = true;
}

/* Puts the rows in order. False: the entry of one has to stay, which is noted. */
static bool
arrange(struct takeover *t)
{
	size_t placed = 0, before = arch_count;

	clear(t);
	while (placed != before) {
		before = placed;
		for (size_t i = 0; i < arch_count; i++) {
			struct takeover_row *row = &t->rows[i];
			bool puts = row->fate == TAKEOVER_PUT;

			if (row->placed || (puts && !takeover_is_safe(t, i)))
				continue;
			row->placed = true;
			row->put = puts;
			t->order[placed++] = i;
		}
	}
	for (size_t i = 0; i < arch_count; i++)
		if (!t->rows[i].placed)
			return !(t->rows[i].fixed = true);
	return true;
}

void
takeover_plan(struct takeover *t)
{
	char name[RULE_NAME_MAX + 1];

	for (size_t i = 0; i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		t->rows[i].own = binfmt_list_find(t->list, name);
		t->rows[i].fixed = false;
	}
	do
		settle(t);
	while (!arrange(t));
	clear(t);
	for (size_t i = 0; i < arch_count; i++)
		if (t->rows[i].fate == TAKEOVER_PUT && ends_own(t, i))
			t->list->entries[t->rows[i].own - t->list->entries].leaving = true;
}
