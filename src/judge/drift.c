/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "boot.h"
#include "bootline.h"
#include "bootorder.h"
#include "drift.h"
#include "drift_fix.h"
#include "persist.h"
#include "snapshot.h"
#include "unitrun.h"

static const char flush[] = "; a restart of systemd-binfmt removes it";

/* One examination. */
struct exam {
	const struct boot *boot;
	const struct handler *handler;
	struct drift *drift;
	const char *by;          /* what brings it back */
	const struct rule *then; /* the rule that it has then */
	bool detected;           /* its interpreter is found by run-detectors */
	const char *refusal;     /* why what stands in a source is not registered; NULL: it stands nowhere */
	struct err line_why;     /* the same of a line */
	struct unitrun run;
};

/* Adds what will be different; a comma from the second on. */
__attribute__((format(printf, 2, 3))) static void
differs(const struct exam *exam, const char *fmt, ...)
{
	struct drift *drift = exam->drift;
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (drift->end == DRIFT_CHANGED)
		err_add(&drift->why, ", %s", text);
	else
		err_set(&drift->why, ERR_DRIFT, "%s brings it back %s", exam->by, text);
	drift->end = DRIFT_CHANGED;
}

static void
format_flags(const struct rule *rule, char letters[static RULE_FLAGS_MAX])
{
	rule_format_flags(rule_implied(rule->flags) & ~(unsigned)RULE_D, rule->more_flags, letters);
}

static void
compare_flags(const struct exam *exam, const struct rule *then)
{
	char was[RULE_FLAGS_MAX], will[RULE_FLAGS_MAX];

	format_flags(&exam->handler->entry->rule, was);
	format_flags(then, will);
	if (strcmp(was, will) != 0)
		differs(exam, "with flags %s instead of %s", *will ? will : "none", *was ? was : "none");
}

/* `then` is what a source registers. */
static void
compare(const struct exam *exam, const struct rule *then, bool same_interpreter)
{
	const struct entry *now = exam->handler->entry;
	struct drift *drift = exam->drift;

	if (!pattern_same(&then->pattern, &now->rule.pattern))
		differs(exam, "with another %s", then->pattern.type == PATTERN_MAGIC ? "magic" : "pattern");
	if (!same_interpreter && strcmp(then->interpreter, now->rule.interpreter) != 0)
		differs(exam, "with interpreter %.900s instead of %.900s", then->interpreter, now->rule.interpreter);
	compare_flags(exam, then);
	if (!now->enabled && !(then->flags & RULE_D))
		differs(exam, "enabled, and it is disabled now");
	if (now->enabled && then->flags & RULE_D)
		differs(exam, "disabled, and it is enabled now");
	if (drift->end == DRIFT_CHANGED)
		err_add(&drift->why, ": %s", drift->source);
}

/* refusal: why what stands in the source is not registered; NULL: it stands nowhere. */
static void
gone(struct drift *drift, const char *refusal)
{
	if (refusal)
		err_set(&drift->why, ERR_DRIFT, "it is not there after a reboot: %s: %s", drift->source, refusal);
	else
		err_set(&drift->why, ERR_DRIFT, "it is in no configuration: it will not be there after a reboot");
	drift->end = DRIFT_GONE;
}

/* What brings it back cannot be told; why has the reason. */
static void
not_known(struct drift *drift)
{
	drift->end = DRIFT_UNKNOWN;
	drift->source[0] = '\0';
	drift->program = NULL;
	drift->turn = BOOTORDER_NEVER;
	if (drift->flushed == LOOK_YES)
		drift->flushed = LOOK_UNKNOWN;
}

/* Whether what stands in the source is registered cannot be told. */
static void
say_unknown(const struct exam *exam)
{
	err_set(&exam->drift->why, ERR_DRIFT, "whether a reboot brings it back is not known: %s: %s",
		exam->drift->source, exam->refusal);
}

/* Unknown: drift->why says what could not be looked at. */
static struct look
by_line(struct exam *exam)
{
	const struct boot *boot = exam->boot;
	const struct confd_line *line = confd_find(&boot->confd, exam->handler->name);
	struct drift *drift = exam->drift;
	struct look back;

	if (!line)
		return look_seen(false);
	snprintf(drift->source, DRIFT_SOURCE_MAX, "%s:%u", line->file, line->number);
	back = bootline_comes_back(boot, line, &exam->line_why);
	if (back.is != LOOK_YES)
		exam->refusal = exam->line_why.text;
	if (back.is == LOOK_UNKNOWN)
		say_unknown(exam);
	if (back.is != LOOK_YES)
		return back;
	if (boot->reads_lines == LOOK_NO)
		exam->refusal = "nothing that reads it was found here";
	else if (boot->reads_lines == LOOK_UNKNOWN)
		err_set(&drift->why, ERR_DRIFT,
			"whether a reboot brings it back is not known: what reads %s at boot is not known",
			drift->source);
	if (boot->reads_lines != LOOK_YES)
		return (struct look){boot->reads_lines};
	drift->program = boot->reader;
	drift->turn = line - boot->confd.lines;
	drift->flushed = LOOK_NO;
	exam->then = &line->rule;
	return back;
}

/* The same. */
static struct look
by_record(struct exam *exam)
{
	const struct boot *boot = exam->boot;
	const struct record *record = records_find(&boot->records, exam->handler->name);
	const char *interpreter = strrchr(exam->handler->entry->rule.interpreter, '/');
	struct drift *drift = exam->drift;
	struct look back;

	if (!record || (boot->reads_records == LOOK_NO && exam->refusal))
		return look_seen(false);
	snprintf(drift->source, DRIFT_SOURCE_MAX, RECORDS_DIR "/%s", record->name);
	exam->refusal = record->reason;
	if (boot->reads_records == LOOK_NO)
		exam->refusal = "nothing that registers it was found here";
	if (exam->refusal)
		return look_seen(false);
	back = record->detected ? look_seen(true) : confd_opens(&record->rule, &exam->refusal);
	if (back.is == LOOK_UNKNOWN)
		say_unknown(exam);
	if (back.is != LOOK_YES)
		return back;
	if (boot->reads_records == LOOK_UNKNOWN) {
		err_set(&drift->why, ERR_DRIFT,
			"whether a reboot brings it back is not known: whether binfmt-support, which has it on record, "
			"is installed and started then could not be told");
		return look_unknown();
	}
	drift->program = "update-binfmts";
	drift->turn = BOOTORDER_ANY;
	exam->then = &record->rule;
	/* two formats of one magic go by way of run-detectors too */
	exam->detected = interpreter && strcmp(interpreter, "/run-detectors") == 0;
	return back;
}

/*
 * Whether our own unit is known to come after what registers the entry too, and after systemd-binfmt, which removes all
 * when it starts.
 */
static bool
comes_last(const struct exam *exam)
{
	const struct boot *boot = exam->boot;
	bool alone = boot->reader && strcmp(boot->reader, BOOT_UNIT_NAME) == 0 && !boot->else_too;

	if (exam->then && exam->drift->program != boot->reader)
		return false;
	return boot->after || boot->reads_lines == LOOK_NO || alone;
}

/* Our own unit: it makes what it registers of what is there by then. The same. */
static struct look
by_unit(struct exam *exam)
{
	const struct boot *boot = exam->boot;
	struct drift *drift = exam->drift;
	struct look back = unitrun_examine(boot, exam->handler->name, exam->then, &exam->run);

	if (back.is == LOOK_YES && !comes_last(exam))
		back = look_unknown();
	if (back.is == LOOK_UNKNOWN)
		err_set(&drift->why, ERR_DRIFT, "what a reboot makes of it is not known: %s: %s", boot->unit_link,
			*exam->run.why.text ? exam->run.why.text
					    : "another service registers or removes it too, before or after");
	if (back.is == LOOK_NO && !exam->then && *exam->run.why.text) {
		snprintf(drift->source, DRIFT_SOURCE_MAX, "%s", boot->unit_link);
		exam->refusal = exam->run.why.text;
	}
	if (back.is == LOOK_YES && exam->then && rule_same(exam->then, &exam->run.plan.rule))
		back = look_seen(false); /* it is left as it is */
	if (back.is != LOOK_YES)
		return back;
	snprintf(drift->source, DRIFT_SOURCE_MAX, "%s", boot->unit_link);
	drift->program = BOOT_UNIT_NAME;
	drift->turn = boot->after ? (long)boot->confd.count : BOOTORDER_ANY;
	if (boot->follows != LOOK_NO && drift->flushed != LOOK_NO)
		drift->flushed = boot->follows == LOOK_YES ? LOOK_NO : LOOK_UNKNOWN;
	exam->then = &exam->run.plan.rule;
	exam->detected = false;
	return back;
}

/* Whether something registers it at boot. */
static struct look
comes_back(struct exam *exam)
{
	struct look back = by_line(exam), again;

	if (back.is == LOOK_NO)
		back = by_record(exam);
	if (back.is == LOOK_UNKNOWN)
		return back;
	again = by_unit(exam);
	return again.is == LOOK_NO ? back : again;
}

/* Whether what could not be read may decide otherwise. */
static bool
is_in_doubt(const struct boot *boot, const char *name, enum drift_end end)
{
	const struct confd_line *line = confd_find(&boot->confd, name);
	bool unseen = line ? !confd_is_settled(&boot->confd, line) : boot->confd.unread > 0;

	return (unseen && (boot->reads_lines != LOOK_NO || end == DRIFT_GONE)) ||
	       (end == DRIFT_GONE && boot->records.unread) || boot->unread;
}

/* What becomes of it, by all that is configured. */
static void
examine(struct exam *exam)
{
	const struct boot *boot = exam->boot;
	struct drift *drift = exam->drift;
	struct look back = comes_back(exam);

	if (back.is == LOOK_UNKNOWN) {
		not_known(drift);
		return;
	}
	if (back.is == LOOK_NO)
		gone(drift, exam->refusal);
	else
		compare(exam, exam->then, exam->detected);
	if (is_in_doubt(boot, exam->handler->name, drift->end)) {
		err_set(&drift->why, ERR_DRIFT,
			"a part of the configuration cannot be %s, so what brings it back is not known",
			boot->unit_unread ? "understood (" BOOT_UNIT_NAME ", a drop-in of it, or what starts it)"
					  : "read");
		not_known(drift);
	} else if (drift->end == DRIFT_SAME && drift->flushed == LOOK_UNKNOWN) {
		err_set(&drift->why, ERR_DRIFT,
			"whether it stays is not known: a restart of systemd-binfmt may remove it");
		not_known(drift);
	}
	if (drift->flushed == LOOK_YES && drift->end != DRIFT_SAME)
		err_add(&drift->why, "%s", flush);
}

const char *
drift_unseen(const struct boot *boot)
{
	static const char *const texts[] = {
	    [LOOK_UNKNOWN] = "whether this is a container or a chroot could not be looked at, so what the machine "
			     "registers at boot is not known",
	    [LOOK_YES] = "what this machine registers at boot cannot be seen from in here",
	};

	return texts[boot->elsewhere];
}

void
drift_examine(const struct boot *boot, const struct handler *handler, const char *dir, struct drift *drift)
{
	struct exam exam = {.boot = boot, .handler = handler, .drift = drift, .by = "a reboot"};
	const char *unseen = drift_unseen(boot);

	drift->end = DRIFT_SAME;
	drift->source[0] = '\0';
	drift->program = NULL;
	drift->turn = BOOTORDER_NEVER;
	drift->flushed = boot->flushes;
	err_clear(&drift->why);
	if (unseen) {
		drift->flushed = LOOK_UNKNOWN;
		drift->end = DRIFT_UNKNOWN;
		err_set(&drift->why, ERR_DRIFT, "%s", unseen);
		return;
	}
	examine(&exam);
	if (dir && (drift->end == DRIFT_GONE || drift->end == DRIFT_CHANGED))
		drift_fix(boot, handler, dir, &drift->why);
}

/* Warns of what the file that --persist wrote makes of an entry at the next boot. */
static void
warn_of_file(const char *source, const struct rule *then, const struct handler *handler, struct warnings *warnings)
{
	struct drift drift = {.end = DRIFT_SAME};
	const struct exam exam = {.handler = handler, .drift = &drift, .by = "its file"};

	snprintf(drift.source, sizeof(drift.source), "%s", source);
	compare(&exam, then, false);
	if (drift.end == DRIFT_CHANGED)
		warn_add(warnings, "%s", drift.why.text);
}

void
drift_warn(const char *name, const struct entry *now, struct warnings *warnings)
{
	char source[DRIFT_SOURCE_MAX];
	struct persist file;
	struct look found;
	struct rule then;
	struct err err;

	found = persist_rule(&file, name, &then, &err);
	if (found.is == LOOK_UNKNOWN)
		warn_add(warnings, "whether its file says otherwise at the next boot cannot be told: %s", err.text);
	if (found.is != LOOK_YES)
		return;
	snprintf(source, sizeof(source), "%s/%s", file.where, file.name);
	if (now)
		warn_of_file(source, &then, &(struct handler){.name = name, .entry = now}, warnings);
	else
		warn_add(warnings, "its file brings it back at the next boot: %s (remove --persist takes it away)",
			 source);
}

void
drift_text(const struct drift *drift, char text[static ERR_TEXT_MAX])
{
	if (drift->end != DRIFT_SAME)
		snprintf(text, ERR_TEXT_MAX, "%s", drift->why.text);
	else
		snprintf(text, ERR_TEXT_MAX, "%s, by %s%s", drift->source, drift->program,
			 drift->flushed == LOOK_YES ? flush : "");
}

/* What there is to say where the machine's configuration was not read. */
static const char *
without_boot(enum binfmt_scope scope)
{
	static const char *const texts[] = {
	    [BINFMT_HOST] = "unknown: there is no memory to read the configuration",
	    [BINFMT_NAMESPACE] = "nothing: this instance ends with its namespace",
	    [BINFMT_PRIVATE] = "nothing: this instance ends with its namespace",
	    [BINFMT_INHERITED] = "unknown: this is the instance of a parent user namespace",
	    [BINFMT_UNKNOWN] = "unknown: whose instance this is cannot be told",
	};

	return texts[scope];
}

void
drift_source(const struct snapshot *s, const struct boot *boot, const struct handler *handler,
	     char text[static ERR_TEXT_MAX])
{
	struct drift drift;

	if (!boot) {
		snprintf(text, ERR_TEXT_MAX, "%s", without_boot(snapshot_scope(s)));
		return;
	}
	drift_examine(boot, handler, NULL, &drift);
	drift_text(&drift, text);
}
