/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "archtest.h"
#include "snapshot.h"
#include "stale.h"
#include "walk.h"

static const char deleted[] = " (deleted)";

bool
archtest_is_untold(const struct archtest *trial)
{
	return trial->stopped && !trial->native;
}

/* QEMU's user emulators print "qemu-ARCH version N..." and exit when QEMU_VERSION is set. */
static bool
is_qemu(const struct probe_result *version)
{
	return version && version->end == PROBE_EXITED && version->status == 0 &&
	       strncmp(version->output, "qemu-", 5) == 0 && strstr(version->output, " version ");
}

static void
set_version(const struct probe_result *version, struct archtest *t)
{
	size_t len = strcspn(version->output, "\n");

	memcpy(t->version, version->output, len);
	t->version[len] = '\0';
}

bool
archtest_is_of(const struct arch *arch, const char *version)
{
	size_t len = strcspn(version, " ");

	return strlen(arch->interpreter) == len && strncmp(version, arch->interpreter, len) == 0;
}

static void
set_runner(const struct archtest_input *in, struct archtest *t)
{
	const struct rule *rule = in->taker ? &in->taker->entry->rule : NULL;
	size_t len = strlen(in->run->exe);

	t->native = in->run->itself && !(rule && rule->flags & (RULE_T | RULE_L));
	if (rule && rule->flags & (RULE_T | RULE_L)) {
		snprintf(t->runner, sizeof(t->runner), "%s", rule->interpreter);
	} else if (!in->run->itself && len) {
		if (len > sizeof(deleted) - 1 && strcmp(in->run->exe + len - (sizeof(deleted) - 1), deleted) == 0 &&
		    !(in->path && in->path->st_dev == in->run->dev && in->path->st_ino == in->run->ino))
			len -= sizeof(deleted) - 1;
		memcpy(t->runner, in->run->exe, len);
		t->runner[len] = '\0';
	}
}

/* Nothing takes it, though an entry that is seen ought to: it holds (F) no program, or is not in force. */
static void
explain_nothing(const struct archtest_input *in, struct archtest *t)
{
	const struct walk *walk = in->walk;
	bool held = in->taker->entry->rule.flags & RULE_F;

	if (held && in->ours) {
		err_note(&t->why,
			 "entry %s takes it, and exec of the file that the kernel holds for it (flag F) fails with "
			 "ENOEXEC",
			 in->taker->name);
		return;
	}
	t->elsewhere = true;
	err_note(&t->why,
		 "entry %s would take it, but nothing does: %sthe entries that are visible here are not those in "
		 "force (another user namespace's)",
		 in->taker->name,
		 held && !(walk->count > 1 && walk->hops[1].firm)
		     ? "what the kernel holds for it (flag F) is no program, or "
		     : "");
}

/* Why exec itself failed: what the walk says if it agrees with the kernel, else the errno alone. */
static void
explain_refused(const struct archtest_input *in, struct archtest *t)
{
	int error = in->run->exec_errno;
	const char *name = walk_errno(error);

	t->unhandled = error == ENOEXEC && !in->taker;
	if (in->walk && in->walk->verdict == WALK_FAILS && in->walk->error == error && in->taker) {
		t->why = in->walk->why;
		err_wrap(&t->why, "entry %s takes it", in->taker->name);
	} else if (error == ENOEXEC && in->taker && in->walk &&
		   (in->walk->verdict == WALK_RUNS || in->walk->doubt == WALK_HELD)) {
		explain_nothing(in, t);
	} else if (error == ENOEXEC && in->idle) {
		t->why = *in->idle;
	} else if (error == ENOEXEC && !in->taker) {
		err_note(&t->why, "no handler takes it");
	} else {
		err_note(&t->why, "exec fails: %s%s%s%s", strerror(error), name ? " (" : "", name ? name : "",
			 name ? ")" : "");
	}
}

/* What the interpreter itself said, if it did. */
static void
add_message(const struct probe_result *run, struct archtest *t)
{
	if (*run->message)
		err_add(&t->why, "; it says: %s", run->message);
}

static void
explain_end(const struct archtest_input *in, struct archtest *t)
{
	const struct probe_result *run = in->run;

	if (run->end == PROBE_TIMED_OUT)
		err_note(&t->why, "no answer in %u s (--timeout waits longer)", in->timeout_ms / 1000);
	else if (run->end == PROBE_SIGNALLED)
		err_note(&t->why, "killed by signal %d (%s)", run->signal, strsignal(run->signal));
	else if (*t->version && !archtest_is_of(in->arch, t->version))
		err_note(&t->why, "wrong architecture: the interpreter is %.*s", (int)strcspn(t->version, " "),
			 t->version);
	else
		err_note(&t->why, "the program exited with %d instead of %d", run->status, PROBE_STATUS);
	add_message(run, t);
}

bool
archtest_ran(const struct stat *st, const struct probe_result *run)
{
	return st && st->st_dev == run->dev && st->st_ino == run->ino;
}

static void
explain_runner(const struct archtest_input *in, struct archtest *t)
{
	const struct probe_result *run = in->run;
	const char *path = in->taker ? in->taker->entry->rule.interpreter : "";
	enum stale stale = in->taker && !in->foreign && !in->other
			       ? stale_by_probe(&in->taker->entry->rule, run, in->path)
			       : STALE_UNSEEN;

	t->stale_known = t->native || (stale < STALE_UNSEEN && !in->unseen);
	if (!run->traced) {
		err_note(&t->why, "cannot tell what ran it: ptrace is not permitted here");
	} else if (run->exe_errno) {
		err_note(&t->why, "cannot tell what ran it: %s", strerror(run->exe_errno));
	} else if (t->native) {
		err_note(&t->why, "native: the kernel runs it itself");
	} else if (in->other) {
		err_note(&t->why,
			 "entry %s ran it, though entry %s is listed in front: it was born with flag D, and the kernel "
			 "tries it as of its first enable",
			 in->other->rule.name, in->taker->name);
	} else if (in->foreign) {
		err_note(&t->why, "the interpreter %s is a foreign program itself", path);
	} else if (archtest_ran(in->script, run)) {
		err_note(&t->why, "the interpreter %s is a script", path);
	} else if (in->unseen && stale != STALE_UNSEEN) {
		t->unseen = true;
		err_note(&t->why, "whether %s is the file that ran it cannot be told: it cannot be looked at", path);
	} else if (stale == STALE_REPLACED) {
		t->stale = true;
		err_note(&t->why, "stale: %s was replaced, the old file keeps running", path);
	} else if (stale == STALE_DELETED) {
		t->stale = true;
		err_note(&t->why, "deleted: %s is gone, the old file keeps running", path);
	} else if (stale == STALE_ELSEWHERE) {
		err_note(&t->why, "registered from another mount namespace, where %s is this file", path);
	}
}

/* Flag P counts only where the kernel tells the interpreter of it, and that knows of it. */
static void
judge_argv(const struct archtest_input *in, struct archtest *t)
{
	const struct probe_result *run = in->run;
	const char *lead = *t->why.text ? "; " : "";

	if (!in->taker || !(in->taker->entry->rule.flags & RULE_P))
		return;
	if (run->flags_read && !run->tells_p)
		err_add(&t->why,
			"%sflag P: this kernel does not tell the interpreter of it, so programs get one argument "
			"too many",
			lead);
	else if (!*t->version && !t->stopped && !t->native)
		err_add(&t->why,
			"%sflag P with an interpreter that is not QEMU: programs get one argument too many, unless "
			"it knows of it",
			lead);
}

void
archtest_judge(const struct archtest_input *in, struct archtest *t)
{
	memset(t, 0, sizeof(*t));
	t->tried = true;
	if (in->taker)
		snprintf(t->entry, sizeof(t->entry), "%s", in->other ? in->other->rule.name : in->taker->name);
	if (in->run->end == PROBE_REFUSED) {
		explain_refused(in, t);
		return;
	}
	set_runner(in, t);
	if (is_qemu(in->version))
		set_version(in->version, t);
	t->stopped = in->run->end == PROBE_STOPPED;
	t->ok = t->stopped || (in->run->end == PROBE_EXITED && in->run->status == PROBE_STATUS);
	if (!t->ok) {
		explain_end(in, t);
		return;
	}
	explain_runner(in, t);
	judge_argv(in, t);
}
