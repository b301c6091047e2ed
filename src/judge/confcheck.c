/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "boot.h"
#include "bootline.h"
#include "check.h"
#include "confcheck.h"
#include "confd.h"
#include "edit.h"
#include "interp.h"
#include "limit.h"
#include "walk.h"

/* One run over all lines. */
struct run {
	const struct boot *boot;
	doctor_tell *tell;
	void *arg;
	size_t amiss;
};

/* A bad line made a comment, or one that is too long for that taken out: where sed counts the same lines. */
static void
offer_to_drop(const struct confd_line *line, struct finding *f)
{
	char word[PASTE_MAX];

	if (!line->number || !line->counted || !edit_word(line->file, false, word))
		return;
	if (line->fate == CONFD_LOST)
		finding_fix(f, "sed -i %ud %s", line->number, word);
	else
		finding_fix(f, "sed -i '%us/^/# /' %s", line->number, word);
}

static void
tell_line(struct run *run, const struct confd_line *line, struct finding *f)
{
	if (line->number)
		err_wrap(&f->why, "%s:%u", line->file, line->number);
	else
		err_wrap(&f->why, "%s", line->file);
	f->entry = line->name;
	f->file = line->file;
	run->amiss++;
	run->tell(run->arg, "config", f);
}

/* Lines, files and folders of which nothing gets registered. */
static void
tell_refused(struct run *run, const struct confd_line *line)
{
	static const enum grade grades[] = {[CONFD_REFUSED] = GRADE_FAIL,
					    [CONFD_LOST] = GRADE_FAIL,
					    [CONFD_IGNORED] = GRADE_WARN,
					    [CONFD_UNREAD] = GRADE_UNKNOWN};
	struct finding f;

	finding_set(&f, grades[line->fate], "%s%s", line->reason,
		    line->fate == CONFD_IGNORED ? " (systemd-binfmt passes it over without a word)" : "");
	if (grades[line->fate] == GRADE_FAIL)
		offer_to_drop(line, &f);
	tell_line(run, line, &f);
}

/* What would break the machine as soon as it is registered, or may. False if there is nothing. */
static bool
tell_danger(struct run *run, const struct confd_line *line)
{
	const struct check check = {.verb = NULL};
	struct warnings ignored = {0};
	struct finding f = {.grade = GRADE_FAIL};

	if (check_danger(&line->rule, &check, &f.why, &ignored) == 0)
		return false;
	f.why.fix[0] = '\0';
	if (f.why.code == ERR_UNKNOWN) /* no reason to drop it */
		f.grade = GRADE_UNKNOWN;
	else
		offer_to_drop(line, &f);
	tell_line(run, line, &f);
	return true;
}

/* Why an entry runs nothing, or only sometimes. False: it is told what. */
static bool
works(const struct rule *rule, struct err *why)
{
	const struct check check = {.verb = NULL};
	const char *reason = limit_check(rule);
	static struct walk walk; /* 12 KB */

	if (reason) {
		err_note(why, "%s; the entry gets registered, but works for no file", reason);
		return false;
	}
	if (rule->pattern.type == PATTERN_BPF)
		return true;
	if (*rule->interpreter != '/') {
		err_note(why, "%s: a relative path: it works only for programs started from a folder that has it",
			 rule->interpreter);
		return false;
	}
	check_walk(rule, &check, &walk);
	if (walk.otherwise != WALK_FAILS && walk.otherwise != WALK_KILLED)
		return true;
	*why = walk.why;
	if (walk.otherwise == WALK_KILLED)
		walk_add_end(WALK_KILLED, 0, why);
	err_add(why, "; the entry gets registered, but works for no file");
	return false;
}

/* What would be registered as it stands, and is not, as our own `load` does it. False: it is. */
static bool
tell_not_loaded(struct run *run, const struct confd_line *line)
{
	struct finding f = {.grade = GRADE_FAIL};
	struct look loaded;

	err_note(&f.why, "%s", "");
	loaded = bootline_registers(run->boot, line, &f.why);
	if (loaded.is == LOOK_YES)
		return false;
	if (loaded.is == LOOK_UNKNOWN)
		f.grade = GRADE_UNKNOWN;
	err_add(&f.why, "%s",
		loaded.is == LOOK_UNKNOWN ? "; whether it is registered at boot is not known"
					  : "; binfmtctl load, which reads it at boot, refuses it");
	f.why.fix[0] = '\0';
	tell_line(run, line, &f);
	return true;
}

/* What gets registered and yet does not work. */
static void
tell_useless(struct run *run, const struct confd_line *line)
{
	struct finding f = {.grade = GRADE_WARN};

	if (!works(&line->rule, &f.why))
		tell_line(run, line, &f);
}

static void
look_at_line(struct run *run, const struct confd_line *line)
{
	const char *reason;
	struct look registers = confd_registers(line, &reason);
	struct finding f;

	if (line->fate != CONFD_REGISTERED) {
		tell_refused(run, line);
	} else if (registers.is != LOOK_YES) {
		finding_set(&f, registers.is == LOOK_NO ? GRADE_FAIL : GRADE_UNKNOWN,
			    "%s: %s, and flag F needs it when the line is registered", line->rule.interpreter, reason);
		tell_line(run, line, &f);
	} else if (confd_decides(&run->boot->confd, line) && !tell_danger(run, line) && !tell_not_loaded(run, line)) {
		tell_useless(run, line);
	}
}

void
confcheck_examine(const struct boot *boot, doctor_tell *tell, void *arg)
{
	const struct confd *confd = &boot->confd;
	struct run run = {.boot = boot, .tell = tell, .arg = arg};
	struct finding f;

	for (size_t i = 0; i < confd->count; i++)
		look_at_line(&run, &confd->lines[i]);
	if (run.amiss)
		return;
	finding_set(&f, GRADE_PASS, "all lines of binfmt.d can be registered");
	tell(arg, "config", &f);
}
