/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "binfmt_open.h"
#include "boot.h"
#include "check.h"
#include "drift.h"
#include "hex.h"
#include "host.h"
#include "persist.h"
#include "snapshot.h"
#include "text.h"

static const char flush[] = "; a restart of systemd-binfmt removes it";

enum { HEX_MAX = 2 * PATTERN_WINDOW + 1 };

/* One examination. */
struct exam {
	const struct boot *boot;
	const struct handler *handler;
	const char *dir;
	struct drift *drift;
	const char *by; /* what brings it back */
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

/* *refusal: why it stands there and yet is not registered. */
static bool
by_line(const struct exam *exam, const char **refusal)
{
	const struct boot *boot = exam->boot;
	const struct confd_line *line = confd_find(&boot->confd, exam->handler->name);
	const char *reason;

	if (!line)
		return false;
	snprintf(exam->drift->source, DRIFT_SOURCE_MAX, "%s:%u", line->file, line->number);
	if (confd_registers(line, &reason).is == LOOK_NO) {
		*refusal = reason;
		return false;
	}
	exam->drift->program = boot->reader;
	exam->drift->flushed = false;
	compare(exam, &line->rule, false);
	return true;
}

static bool
by_record(const struct exam *exam, const char **refusal)
{
	const struct record *record =
	    exam->boot->reads_records ? records_find(&exam->boot->records, exam->handler->name) : NULL;
	const char *interpreter = strrchr(exam->handler->entry->rule.interpreter, '/');

	if (!record)
		return false;
	snprintf(exam->drift->source, DRIFT_SOURCE_MAX, RECORDS_DIR "/%s", record->name);
	*refusal = record->reason;
	if (record->reason)
		return false;
	exam->drift->program = "update-binfmts";
	/* two formats of one magic go by way of run-detectors too */
	compare(exam, &record->rule, interpreter && strcmp(interpreter, "/run-detectors") == 0);
	return true;
}

/* Our own unit registers an architecture's entry as `register` does by default, unless it names flags. */
static bool
by_unit(const struct exam *exam)
{
	const struct handler *handler = exam->handler;
	const struct boot *boot = exam->boot;
	char name[RULE_NAME_MAX + 1];
	struct rule then;

	if (!handler->arch)
		return false;
	arch_entry_name(handler->arch, name);
	if (strcmp(handler->name, name) != 0 ||
	    (!boot_unit_calls(boot, "register", "all") && !boot_unit_calls(boot, "register", handler->arch->name)))
		return false;
	snprintf(exam->drift->source, DRIFT_SOURCE_MAX, BOOT_UNIT);
	exam->drift->program = BOOT_UNIT_NAME;
	exam->drift->flushed = boot->flushes && !strstr(boot->unit, "\nPartOf=systemd-binfmt.service");
	then = handler->entry->rule;
	then.pattern = arch_pattern(handler->arch);
	if (!strstr(boot->unit, " -f") && !strstr(boot->unit, " --flags"))
		then.flags = RULE_F | (host_kernel_since(host_kernel(), 5, 12) ? RULE_P : 0);
	compare(exam, &then, true);
	return true;
}

/* The words of `register` that mean the entry as it is; false if there are none that fit. */
static bool
register_words(const struct exam *exam, char *words, size_t size)
{
	const struct handler *handler = exam->handler;
	const struct pattern *p = &handler->entry->rule.pattern;
	char quoted[TEXT_QUOTED_MAX], interpreter[2 * RULE_LINE_MAX], magic[HEX_MAX], mask[HEX_MAX] = "";
	char name[RULE_NAME_MAX + 1];
	struct pattern own;
	int len;

	if (handler->arch) {
		own = arch_pattern(handler->arch);
		arch_entry_name(handler->arch, name);
		if (strcmp(name, handler->name) == 0 && pattern_same(p, &own))
			return snprintf(words, size, "%s", handler->arch->name) < (int)size;
	}
	text_quote(handler->name, quoted, sizeof(quoted));
	len = snprintf(words, size, "--name %s --interpreter %s", quoted,
		       text_quote(handler->entry->rule.interpreter, interpreter, sizeof(interpreter)));
	if (len >= (int)size)
		return false;
	words += len;
	size -= (size_t)len;
	if (p->type == PATTERN_EXTENSION)
		return snprintf(words, size, " --extension %s", text_quote(p->extension, quoted, sizeof(quoted))) <
		       (int)size;
	hex_format(p->magic, p->size, magic);
	if (p->mask)
		hex_format(p->mask, p->size, mask);
	return snprintf(words, size, " --offset %u --magic %s%s%s", p->offset, magic, p->mask ? " --mask " : "", mask) <
	       (int)size;
}

/* Whether a file of the entry's name in /etc/binfmt.d may be written, and would be the one that decides. */
static bool
own_file_decides(const struct exam *exam)
{
	const struct confd_line *line = confd_find(&exam->boot->confd, exam->handler->name);
	const char *base = line ? strrchr(line->file, '/') + 1 : "";
	struct persist file;
	struct err ignored;
	bool decides;

	if (persist_open(&file, NULL, exam->handler->name, false, &ignored) < 0)
		return false;
	decides = strcmp(base, file.name) <= 0 && persist_prepare(&file, &exam->handler->entry->rule, &ignored) == 0;
	persist_close(&file);
	return decides;
}

/* Writing the live rule down keeps it: where somebody reads it at boot, and `register` would take it. */
static void
offer_to_keep(const struct exam *exam)
{
	const struct entry *now = exam->handler->entry;
	const struct check check = {.verb = NULL};
	static struct warnings warnings; /* 8 KB */
	char words[ERR_TEXT_MAX - 64], dir[TEXT_QUOTED_MAX] = "";
	bool elsewhere = strcmp(exam->dir, BINFMT_DIR) != 0;
	struct err ignored;

	warnings.len = 0;
	if (!exam->boot->reader || !now->enabled || now->rule.more_flags || exam->handler->leftover ||
	    (now->rule.pattern.type != PATTERN_MAGIC && now->rule.pattern.type != PATTERN_EXTENSION) ||
	    !own_file_decides(exam) || check_rule(&now->rule, &check, &ignored, &warnings) < 0 ||
	    !register_words(exam, words, sizeof(words)))
		return;
	if (elsewhere)
		text_quote(exam->dir, dir, sizeof(dir));
	if (strlen(words) + strlen(dir) + 64 < ERR_TEXT_MAX)
		err_fix(&exam->drift->why, "binfmtctl%s%s register %s --persist", elsewhere ? " -d " : "", dir, words);
}

/* Whether something registers it at boot; a line that nothing reads is better than none. */
static bool
comes_back(const struct exam *exam, const char **refusal)
{
	bool read = exam->boot->reader;

	return (read && by_line(exam, refusal)) || by_record(exam, refusal) || by_unit(exam) ||
	       (!read && by_line(exam, refusal));
}

/* Whether what could not be read may decide otherwise. */
static bool
is_in_doubt(const struct boot *boot, const char *name, enum drift_end end)
{
	const struct confd_line *line = confd_find(&boot->confd, name);
	bool unseen = line ? !confd_is_settled(&boot->confd, line) : boot->confd.unread > 0;

	return (unseen && (boot->reader || end == DRIFT_GONE)) ||
	       (end == DRIFT_GONE && (boot->records.unread || boot->unread));
}

void
drift_examine(const struct boot *boot, const struct handler *handler, const char *dir, struct drift *drift)
{
	const struct exam exam = {boot, handler, dir, drift, "a reboot"};
	const char *refusal = NULL;

	drift->end = DRIFT_SAME;
	drift->source[0] = '\0';
	drift->program = NULL;
	drift->flushed = boot->flushes && !boot->elsewhere;
	err_clear(&drift->why);
	if (boot->elsewhere) {
		drift->end = DRIFT_UNKNOWN;
		err_set(&drift->why, ERR_DRIFT, "what this machine registers at boot cannot be seen from in here");
		return;
	}
	if (!comes_back(&exam, &refusal))
		gone(drift, refusal);
	if (is_in_doubt(boot, handler->name, drift->end)) {
		drift->end = DRIFT_UNKNOWN;
		err_set(&drift->why, ERR_DRIFT,
			"a part of the configuration cannot be read, so what brings it back "
			"is not known");
		drift->source[0] = '\0';
		drift->program = NULL;
		drift->flushed = false;
	}
	if (drift->flushed && drift->end != DRIFT_SAME)
		err_add(&drift->why, "%s", flush);
	if (dir && (drift->end == DRIFT_GONE || drift->end == DRIFT_CHANGED))
		offer_to_keep(&exam);
}

void
drift_warn(const char *name, const struct entry *now, struct warnings *warnings)
{
	const struct handler handler = {.name = name, .entry = now};
	struct drift drift = {.end = DRIFT_SAME};
	const struct exam exam = {.handler = &handler, .drift = &drift, .by = "its file"};
	struct persist file;
	struct look found;
	struct rule then;
	struct err err;

	found = persist_rule(&file, name, &then, &err);
	if (found.is == LOOK_UNKNOWN)
		warn_add(warnings, "whether its file says otherwise at the next boot cannot be told: %s", err.text);
	if (found.is != LOOK_YES)
		return;
	snprintf(drift.source, sizeof(drift.source), "%s/%s", file.where, file.name);
	if (now)
		compare(&exam, &then, false);
	else
		warn_add(warnings, "its file brings it back at the next boot: %s (remove --persist takes it away)",
			 drift.source);
	if (drift.end == DRIFT_CHANGED)
		warn_add(warnings, "%s", drift.why.text);
}

void
drift_text(const struct drift *drift, char text[static ERR_TEXT_MAX])
{
	if (drift->end != DRIFT_SAME)
		snprintf(text, ERR_TEXT_MAX, "%s", drift->why.text);
	else
		snprintf(text, ERR_TEXT_MAX, "%s%s%s%s", drift->source,
			 drift->program ? ", by " : ", but nothing that reads it was found here",
			 drift->program ? drift->program : "", drift->flushed ? flush : "");
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
