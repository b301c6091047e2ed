/* SPDX-License-Identifier: MIT */
/* The way of a program through a table of entries: what cannot matter changes nothing, and doubt has one cause. */
#include <stdio.h>

#include "binfmt_list.h"
#include "fuzz.h"
#include "walk.h"

enum { ENTRIES = 4 };

struct table {
	struct entry entries[ENTRIES + 1]; /* the first one is a BPF entry in front of the others */
	char names[ENTRIES][4];
	size_t count;
};

/* Some entries whose patterns are bytes of the program itself, with one bit of them changed where that is asked for. */
static void
make_table(struct input *in, struct table *t)
{
	static const char *const interpreters[] = {"/proc/self/exe", "/nowhere", "/", "/dev/null", "/bin/sh", ""};
	static const char *const extensions[] = {"exe", "sh", "e"};
	static const struct timespec later = {.tv_sec = INT32_MAX};

	t->entries[0] = (struct entry){.rule = {"bpf", {.type = PATTERN_BPF}, "ops", 0, NULL}, .enabled = true};
	t->count = next_number(in, ENTRIES + 1);
	for (size_t i = 0; i < t->count; i++) {
		struct entry *e = &t->entries[i + 1];
		struct pattern *p = &e->rule.pattern;
		unsigned what = next_number(in, 256);

		snprintf(t->names[i], sizeof(t->names[i]), "e%zu", i);
		*e = (struct entry){.rule.name = t->names[i], .enabled = what & 7};
		e->rule.interpreter = interpreters[next_number(in, 6)];
		e->rule.flags = next_number(in, RULE_D);
		e->rule.more_flags = what & 0x40 ? NULL : what & 0x80 ? "Q" : "";
		e->registered = what & 0x20 ? later : (struct timespec){0};
		p->type = what >> 3 & 3;
		p->extension = extensions[next_number(in, 3)];
		p->offset = (uint16_t)next_number(in, 20);
		p->size = (uint16_t)(1 + next_number(in, 4));
		if (p->type == PATTERN_UNKNOWN)
			e->reason = "not understood";
	}
	for (size_t i = 1; i <= t->count; i++) {
		struct pattern *p = &t->entries[i].rule.pattern;

		p->magic = in->at + p->offset;
		if (p->type == PATTERN_MAGIC && p->offset + p->size > in->left)
			p->type = PATTERN_EXTENSION;
	}
}

static void
check_sound(const struct walk *w)
{
	int count = (int)w->count;

	demand(count > 0 && count <= WALK_HOPS && w->hops[0].by == WALK_FILE);
	demand(w->runner < count && w->problem < count && w->doubt_hop < count);
	demand((w->verdict == WALK_UNKNOWN) == (w->doubt != WALK_SURE));
	demand(w->verdict == WALK_UNKNOWN || (w->verdict == w->otherwise && w->error == w->otherwise_error));
	demand((w->otherwise == WALK_FAILS) == (walk_errno(w->otherwise_error) != NULL));
	demand(w->verdict == WALK_RUNS ? w->runner >= 0 && !*w->why.text : *w->why.text != '\0');
	for (int i = 1; i < count; i++)
		demand(w->hops[i].by != WALK_FILE && (w->hops[i].by != WALK_HANDLER || w->hops[i].entry));
}

static bool
same(const struct walk *a, const struct walk *b)
{
	return a->otherwise == b->otherwise && a->otherwise_error == b->otherwise_error && a->count == b->count &&
	       a->runner == b->runner;
}

/* The entry that the list itself names as the taker of the first bytes. */
static void
check_taker(const struct walk *w, const struct binfmt_list *list, const char *path, const struct input *in)
{
	struct subject subject = {.path = path};
	const struct entry *taker;

	memcpy(subject.head, in->at, in->left < PATTERN_WINDOW ? in->left : PATTERN_WINDOW);
	taker = binfmt_list_taker(list, &subject);
	if (taker && !(taker->rule.flags & RULE_L))
		demand(w->count > 1 && w->hops[1].by == WALK_HANDLER && w->hops[1].entry == taker);
	else
		demand(w->count == 1 || w->hops[1].by != WALK_HANDLER);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk plain, other, none;
	struct input in = {data, size};
	struct table t;
	const char *path = next_number(&in, 2) ? "/a/b.exe" : "p";
	struct binfmt_list list = {.entries = t.entries + 1}, with_bpf = {.entries = t.entries}, but, empty = {0};
	struct walk_where where = {.root = -1, .list = &list, .switched_on = true};

	make_table(&in, &t);
	list.count = t.count;
	walk_bytes(&where, path, in.at, in.left, &plain);
	check_sound(&plain);
	check_taker(&plain, &list, path, &in);

	with_bpf.count = t.count + 1;
	where.list = &with_bpf;
	walk_bytes(&where, path, in.at, in.left, &other);
	check_sound(&other);
	demand(same(&plain, &other) && other.doubt == WALK_BPF && other.doubt_hop == 0 &&
	       other.problem == plain.problem);

	where.list = &empty;
	walk_bytes(&where, path, in.at, in.left, &none);
	where = (struct walk_where){.root = -1, .list = &list};
	walk_bytes(&where, path, in.at, in.left, &other);
	demand(same(&none, &other) && other.doubt == none.doubt);
	where = (struct walk_where){.root = -1, .switched_on = true};
	walk_bytes(&where, path, in.at, in.left, &other);
	demand(same(&none, &other) && other.doubt == WALK_NO_TABLE && other.verdict == WALK_UNKNOWN);

	if (!t.count)
		return 0;
	where = (struct walk_where){.root = -1, .list = &list, .switched_on = true, .but = t.names[0]};
	walk_bytes(&where, path, in.at, in.left, &plain);
	but = (struct binfmt_list){.entries = t.entries + 2, .count = t.count - 1};
	where = (struct walk_where){.root = -1, .list = &but, .switched_on = true};
	walk_bytes(&where, path, in.at, in.left, &other);
	demand(same(&plain, &other) && plain.doubt == other.doubt && plain.verdict == other.verdict);
	return 0;
}
