/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "arch.h"
#include "binfmt_list.h"
#include "boot.h"
#include "bootall.h"
#include "bootline.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "takeover.h"

/* The rules that the lines register, in their order. False: not all of them are known, or what else is registered. */
static bool
collect(const struct boot *boot, const struct rule **rules, size_t *count)
{
	const struct confd *confd = &boot->confd;
	struct err ignored;

	*count = 0;
	if (!boot->after || boot->reads_lines == LOOK_UNKNOWN ||
	    (boot->reads_records != LOOK_NO && (boot->records.unread || boot->records.count)))
		return false;
	if (boot->reads_lines == LOOK_NO)
		return true;
	for (size_t i = 0; i < confd->count; i++) {
		const struct confd_line *line = &confd->lines[i];
		struct look back = look_seen(false);

		if (line->fate == CONFD_REGISTERED && confd_decides(confd, line))
			back = bootline_comes_back(boot, line, &ignored);
		if (back.is == LOOK_UNKNOWN)
			return false;
		if (back.is == LOOK_YES)
			rules[(*count)++] = &line->rule;
	}
	return !confd->unread;
}

/* The table that they make. False: it is not known, or there is no memory. */
static bool
make_table(const struct boot *boot, struct binfmt_list *list)
{
	const struct rule **rules = malloc((boot->confd.count + 1) * sizeof(*rules));
	size_t count;
	bool made = rules && collect(boot, rules, &count) && binfmt_list_expect(list, rules, count) == 0;

	for (size_t i = list->count; made && i-- > 0;)
		binfmt_list_arrive(list, i, !(list->entries[i].rule.flags & RULE_D));
	free(rules);
	return made;
}

/* Asks for what is installed, and this machine does not run itself. False: that is not known of some. */
static bool
ask(const struct boot_step *step, struct takeover *t)
{
	char path[INTERP_PATH_MAX];

	for (size_t i = 0; i < arch_count; i++) {
		struct look asked = interp_find(&arch_table[i], step->dirs, step->wish.dir_count, false, path),
			    native = look_unknown();

		if (asked.is == LOOK_YES)
			native = host_runs(&arch_table[i]);
		if (asked.is == LOOK_UNKNOWN || (asked.is == LOOK_YES && native.is == LOOK_UNKNOWN))
			return false;
		t->rows[i].asked = asked.is == LOOK_YES && native.is == LOOK_NO;
	}
	return true;
}

/* Whether a row is safe once those before it are put that take files of its entry. */
static bool
is_safe(struct takeover *t, size_t row, const struct boot *boot, const struct boot_step *step,
	bootall_succeeds *succeeds)
{
	const struct pattern *files;

	if (takeover_is_safe(t, row))
		return true;
	if (!succeeds)
		return false;
	files = &t->rows[row].own->rule.pattern;
	for (size_t i = 0; t->order[i] != row; i++) {
		const struct arch *arch = &arch_table[t->order[i]];
		const struct pattern pattern = arch_pattern(arch);

		if (t->rows[t->order[i]].fate == TAKEOVER_PUT && pattern_overlap(&pattern, files) &&
		    succeeds(boot, step, arch))
			takeover_done(t, t->order[i]);
	}
	return takeover_is_safe(t, row);
}

struct bootall
bootall_examine(const struct boot *boot, const struct boot_step *step, const struct arch *arch,
		bootall_succeeds *succeeds, struct err *why)
{
	struct binfmt_list list = {.count = 0};
	struct takeover t = {.list = &list, .replaces = !step->keep};
	struct bootall all = {false, look_unknown()};
	size_t row = (size_t)(arch - arch_table);
	unsigned flags = 0;

	all.known = ask(step, &t) && make_table(boot, &list);
	if (step->wish.flags)
		rule_parse_flags(step->wish.flags, &flags);
	t.enabled = !(flags & RULE_D);
	if (all.known)
		takeover_plan(&t);
	if (all.known && t.rows[row].fate == TAKEOVER_HANDLED) {
		err_set(why, ERR_HANDLED, "entry %s handles %s already", t.rows[row].other->rule.name, arch->name);
		all.put = look_seen(false);
	}
	if (all.known && t.rows[row].fate == TAKEOVER_PUT && is_safe(&t, row, boot, step, succeeds))
		all.put = look_seen(true);
	binfmt_list_free(&list);
	return all;
}
