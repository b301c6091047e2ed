/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "health.h"
#include "interp.h"
#include "overlap.h"
#include "snapshot.h"
#include "stale.h"
#include "tempname.h"
#include "text.h"
#include "trust.h"

const enum err_code health_codes[] = {
    ERR_DISABLED, ERR_STALE,    ERR_DELETED, ERR_MISSING, ERR_NOT_EXECUTABLE, ERR_DYNAMIC,
    ERR_INSECURE, ERR_SHADOWED, ERR_NATIVE,  ERR_LOOP,    ERR_LEFTOVER,       ERR_NONE,
};

/* What helps, whatever the entry; %s is its quoted name. */
static const char *const fixes[ERR_CODES] = {
    [ERR_DISABLED] = "binfmtctl enable --entry %s",
    [ERR_STALE] = "binfmtctl refresh --entry %s",
    [ERR_DELETED] = "install the interpreter and: binfmtctl refresh --entry %s",
    [ERR_MISSING] = "install the interpreter, or: binfmtctl remove --entry %s",
    [ERR_NOT_EXECUTABLE] = "chmod +x the interpreter, or: binfmtctl remove --entry %s",
    [ERR_DYNAMIC] = "install a static interpreter (qemu-user-static), then register %s again",
    [ERR_INSECURE] = "binfmtctl disable --entry %s, then chown root and chmod go-w what is named",
    [ERR_SHADOWED] = "binfmtctl disable the one that should not win, or register %s again: the newest wins",
    [ERR_NATIVE] = "binfmtctl remove --entry %s",
    [ERR_LOOP] = "binfmtctl remove --entry %s",
    [ERR_LEFTOVER] = "register %s again",
};

bool
health_is_warning(enum err_code code)
{
	return code == ERR_DYNAMIC || code == ERR_SHADOWED;
}

/* One examination. */
struct exam {
	const struct snapshot *s;
	const struct handler *handler;
	const struct rule *rule;
	bool dangerous; /* what takes native programs or itself is better left disabled */
	health_tell *tell;
	void *arg;
};

__attribute__((format(printf, 3, 4))) static void
tell(const struct exam *exam, enum err_code code, const char *fmt, ...)
{
	const char *fix = fixes[code], *at = strstr(fix, "%s");
	char text[ERR_TEXT_MAX], quoted[TEXT_QUOTED_MAX];
	struct err problem;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&problem, code, "%s", text);
	if (code != ERR_DISABLED || !exam->dangerous)
		err_fix(&problem, "%.*s%s%s", (int)(at - fix), fix,
			text_quote(exam->handler->name, quoted, sizeof(quoted)), at + 2);
	exam->tell(exam->arg, &problem);
}

static void
examine_stale(const struct exam *exam)
{
	struct staleness is = stale_of(exam->handler->entry, &exam->s->list, exam->s->switched_on);
	const char *path = exam->rule->interpreter;

	if (is.stale == STALE_REPLACED && is.by_time)
		tell(exam, ERR_STALE,
		     "by time: %s was changed after the entry was registered; binfmtctl register updates it", path);
	else if (is.stale == STALE_REPLACED)
		tell(exam, ERR_STALE, "%s was replaced, the old file keeps running; binfmtctl refresh updates it",
		     path);
	else if (is.stale == STALE_DELETED)
		tell(exam, ERR_DELETED, "%s was deleted, the old file keeps running%s", path,
		     is.by_time ? " (by time)" : "");
}

static void
examine_interpreter(const struct exam *exam)
{
	const struct rule *rule = exam->rule;
	struct interp interp;
	const char *reason = interp_look(rule->interpreter, &interp);
	struct stat st;
	struct err err;

	if (rule->flags & RULE_F)
		examine_stale(exam);
	else if (reason)
		tell(exam, stat(rule->interpreter, &st) < 0 || !S_ISREG(st.st_mode) ? ERR_MISSING : ERR_NOT_EXECUTABLE,
		     "%s: %s", rule->interpreter, reason);
	if (!reason && rule->flags & RULE_F && interp.dynamic)
		tell(exam, ERR_DYNAMIC,
		     "%s is dynamically linked: it fails in a chroot or container without its libraries",
		     rule->interpreter);
	if (rule->flags & RULE_C && trust_check(rule->interpreter, &err) < 0)
		tell(exam, ERR_INSECURE, "%s", err.text);
}

void
health_examine(const struct snapshot *s, const struct handler *handler, health_tell *tell_each, void *arg)
{
	const struct entry *entry = handler->entry;
	const char *front = overlap_in_front(&entry->rule, &s->list), *native = check_native(&entry->rule),
		   *loop = check_loop(&entry->rule, &s->list);
	const struct exam exam = {s, handler, &entry->rule, native || loop, tell_each, arg};

	if (!entry->enabled)
		tell(&exam, ERR_DISABLED, "the kernel passes it over; binfmtctl enable turns it on");
	if (entry->rule.pattern.type != PATTERN_BPF)
		examine_interpreter(&exam);
	if (front && entry->enabled)
		tell(&exam, ERR_SHADOWED, "entry %s is tried first and takes its files", front);
	if (native)
		tell(&exam, ERR_NATIVE, "%s", native);
	if (loop)
		tell(&exam, ERR_LOOP, "%s", loop);
	if (handler->leftover)
		tell(&exam, ERR_LEFTOVER, "an interrupted change left this; %s cleans it up",
		     tempname_is_hashed(handler->name) ? "removing the entry, or registering it by its own name,"
						       : "the next register or remove");
}
