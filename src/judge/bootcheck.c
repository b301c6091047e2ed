/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot.h"
#include "bootcheck.h"
#include "bootline.h"
#include "bootorder.h"
#include "confcheck.h"
#include "drift.h"
#include "facts.h"
#include "snapshot.h"

enum { ABSENT_NAMED = 8 }; /* so many entries are named in one sentence */

/* One run over everything. */
struct run {
	const struct boot *boot;
	const struct snapshot *s;
	doctor_tell *tell;
	void *arg;
	size_t amiss;                   /* of the check at hand */
	struct bootorder_place *places; /* of the live entries */
};

static void
tell(struct run *run, const char *check, const struct finding *f)
{
	run->amiss++;
	run->tell(run->arg, check, f);
}

/* The check's pass, if it had nothing to tell. */
static void
tell_pass(struct run *run, const char *check, const char *detail)
{
	struct finding f;

	if (!run->amiss) {
		finding_set(&f, GRADE_PASS, "%s", detail);
		run->tell(run->arg, check, &f);
	}
	run->amiss = 0;
}

/* What comes back as it is: said of each, but nothing amiss. */
static void
tell_source(struct run *run, const struct handler *handler, const struct drift *drift)
{
	char text[ERR_TEXT_MAX];
	struct finding f;

	drift_text(drift, text);
	finding_set(&f, GRADE_PASS, "entry %s: %s", handler->name, text);
	f.entry = handler->name;
	run->tell(run->arg, "at-boot", &f);
}

/* How many live entries were told of: nothing brings them back, or otherwise, or that is not known. */
struct told {
	size_t unconfigured, drifted, unknown;
};

static void
count_end(struct told *told, enum drift_end end)
{
	told->unconfigured += end == DRIFT_GONE;
	told->drifted += end == DRIFT_CHANGED;
	told->unknown += end == DRIFT_UNKNOWN;
}

/* What becomes of the live entries, one by one. */
static struct told
look_for_drift(struct run *run)
{
	struct told told = {0};
	struct handler handler;
	struct drift drift;

	for (size_t i = 0; i < run->s->list.count; i++) {
		struct finding f;

		run->places[i].turn = BOOTORDER_NEVER;
		if (!snapshot_shown(run->s, i, &handler))
			continue;
		drift_examine(run->boot, &handler, run->s->b.dir, &drift);
		run->places[i].turn = drift.turn;
		count_end(&told, drift.end);
		if (drift.end == DRIFT_SAME) {
			tell_source(run, &handler, &drift);
			continue;
		}
		f.grade = drift.end == DRIFT_UNKNOWN ? GRADE_UNKNOWN : GRADE_WARN;
		f.why = drift.why;
		f.entry = handler.name;
		f.file = NULL;
		err_wrap(&f.why, "entry %s", handler.name);
		tell(run, drift.end == DRIFT_CHANGED ? "drift" : "unconfigured", &f);
	}
	return told;
}

/* Whether something may register handlers at boot that was not read. */
static bool
is_unread(const struct boot *boot)
{
	return boot->unread || boot->reads_lines == LOOK_UNKNOWN || boot->reads_records == LOOK_UNKNOWN ||
	       (boot->reads_lines == LOOK_YES && boot->confd.unread) ||
	       (boot->reads_records == LOOK_YES && boot->records.unread);
}

/* What was not seen may be otherwise: no pass. */
static void
tell_unread(struct run *run, const char *check, const char *what)
{
	struct finding f;

	finding_set(&f, GRADE_UNKNOWN,
		    "not all that registers handlers at boot could be seen, so whether %s is not known", what);
	tell(run, check, &f);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of all live entries, sorted, *count of them; NULL: no memory. */
static const char **
live_names(const struct snapshot *s, size_t *count)
{
	const char **names = malloc((s->list.count + 1) * sizeof(*names));

	*count = 0;
	for (size_t i = 0; names && i < s->list.count; i++)
		names[(*count)++] = snapshot_handler(s, i).name;
	if (*count)
		qsort(names, *count, sizeof(*names), by_text);
	return names;
}

/* Entries that come with the next boot, or may. */
struct absent {
	struct finding f;
	size_t count;
};

static void
add_absent(struct absent *absent, const struct confd_line *line)
{
	if (absent->count++ < ABSENT_NAMED)
		err_add(&absent->f.why, "%s %.255s (%s:%u)", absent->count > 1 ? "," : "", line->name, line->file,
			line->number);
}

static void
tell_absent(struct run *run, struct absent *absent)
{
	if (absent->count > ABSENT_NAMED)
		err_add(&absent->f.why, " and %zu more", absent->count - ABSENT_NAMED);
	if (absent->count)
		tell(run, "drift", &absent->f);
}

/* Entries that are not there now, and come with the next boot. */
static void
look_for_absent(struct run *run)
{
	const struct confd *confd = &run->boot->confd;
	size_t count;
	const char **live = live_names(run->s, &count);
	struct absent back = {.count = 0}, maybe = {.count = 0};
	struct err ignored;
	struct finding f;

	if (!live) {
		finding_set(&f, GRADE_UNKNOWN, "there is no memory to compare the configuration with the live entries");
		tell(run, "drift", &f);
		return;
	}
	finding_set(&back.f, GRADE_WARN, "not there now, but back at the next boot:");
	finding_set(&maybe.f, GRADE_UNKNOWN, "not there now, but maybe back at the next boot:");
	for (size_t i = 0; i < confd->count; i++) {
		const struct confd_line *line = &confd->lines[i];
		struct look registers;

		if (!confd_decides(confd, line) || !confd_is_settled(confd, line) ||
		    bsearch(&line->name, live, count, sizeof(*live), by_text))
			continue;
		registers = bootline_comes_back(run->boot, line, &ignored);
		if (registers.is != LOOK_NO)
			add_absent(registers.is == LOOK_YES ? &back : &maybe, line);
	}
	tell_absent(run, &back);
	tell_absent(run, &maybe);
	free(live);
}

static void
tell_order(void *arg, enum bootorder_end end, size_t first, size_t other)
{
	struct run *run = arg;
	const char *wins = snapshot_handler(run->s, first).name, *then = snapshot_handler(run->s, other).name;
	bool by_line = (size_t)run->places[other].turn < run->boot->confd.count;
	struct finding f;

	if (end == BOOTORDER_UNKNOWN)
		finding_set(
		    &f, GRADE_UNKNOWN,
		    "entry %s wins over %s now; which of them will after a reboot is not known: that depends on "
		    "which service is started first",
		    wins, then);
	else
		finding_set(&f, GRADE_WARN,
			    "entry %s wins over %s now, but after a reboot %s will win: %s, and the last wins", wins,
			    then, then,
			    by_line ? "its line comes later in the order of file names"
				    : BOOT_UNIT_NAME " registers it after the lines of binfmt.d");
	f.entry = wins;
	tell(run, "boot-order", &f);
}

/* Files of binfmt.d help only where something reads them. */
static void
look_for_reader(struct run *run)
{
	const struct boot *boot = run->boot;
	struct handler handler;
	struct finding f;
	size_t count = 0;

	for (size_t i = 0; boot->reads_lines == LOOK_NO && i < run->s->list.count; i++)
		count += snapshot_shown(run->s, i, &handler) && confd_find(&boot->confd, handler.name);
	if (!count)
		return;
	finding_set(&f, GRADE_WARN,
		    "%zu live %s in binfmt.d, but nothing that reads it at boot was found here "
		    "(systemd-binfmt, a service of OpenRC, runit or init.d)",
		    count, count == 1 ? "entry is" : "entries are");
	tell(run, "unconfigured", &f);
}

/* What becomes of each entry, of what is configured beside them, and of their order. */
static void
compare(struct run *run)
{
	struct told told = look_for_drift(run);
	bool unread = is_unread(run->boot) || told.unknown;

	run->amiss = told.unconfigured + told.unknown;
	look_for_reader(run);
	tell_pass(run, "unconfigured", "every live entry is in some configuration");
	run->amiss = told.drifted;
	if (unread)
		tell_unread(run, "drift", "the live entries are as configured");
	if (run->boot->reader)
		look_for_absent(run);
	tell_pass(run, "drift", "the live entries are as configured");
	if (unread)
		tell_unread(run, "boot-order", "their order stays");
	bootorder_examine(run->s, run->places, tell_order, run);
	tell_pass(run, "boot-order", "the configuration keeps the order of the live entries");
}

/* The live entries, where what the machine boots with can be seen. */
static void
look_at_entries(struct run *run)
{
	const char *unseen = drift_unseen(run->boot);
	struct finding f;

	if (unseen) {
		finding_set(&f, GRADE_UNKNOWN, "%s", unseen);
		tell(run, "unconfigured", &f);
		return;
	}
	run->places = malloc((run->s->list.count + 1) * sizeof(*run->places));
	if (run->places) {
		compare(run);
	} else {
		finding_set(&f, GRADE_UNKNOWN, "there is no memory to compare the configuration with the live entries");
		tell(run, "drift", &f);
	}
	free(run->places);
}

void
bootcheck_examine(const struct boot *boot, const struct snapshot *s, doctor_tell *tell_each, void *arg)
{
	struct run run = {.boot = boot, .s = s, .tell = tell_each, .arg = arg};
	struct finding f;

	if (!boot) {
		finding_set(&f, GRADE_UNKNOWN, "there is no memory to read the configuration");
		tell(&run, "config", &f);
		return;
	}
	confcheck_examine(boot, tell_each, arg);
	if (s)
		look_at_entries(&run);
}

long
bootcheck_flushed(const struct boot *boot, const struct snapshot *s)
{
	struct handler handler;
	struct drift drift;
	bool unread = boot->elsewhere != LOOK_NO;
	long count = 0;

	for (size_t i = 0; boot->elsewhere == LOOK_NO && i < s->list.count; i++) {
		if (!snapshot_shown(s, i, &handler))
			continue;
		drift_examine(boot, &handler, NULL, &drift);
		count += drift.flushed == LOOK_YES;
		unread |= drift.flushed == LOOK_UNKNOWN;
	}
	return count || !unread ? count : FACTS_UNREAD;
}
