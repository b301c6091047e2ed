/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "interp.h"
#include "native.h"
#include "out.h"
#include "pick.h"
#include "rule.h"
#include "stale.h"
#include "trial.h"
#include "view.h"

enum { SCRIPT_DEPTH = 5 };

static const char deleted[] = " (deleted)";

/* QEMU's user emulators print "qemu-ARCH version N..." and exit when QEMU_VERSION is set. */
static bool
is_qemu(const struct probe_result *version)
{
	return version && version->end == PROBE_EXITED && version->status == 0 &&
	       strncmp(version->output, "qemu-", 5) == 0 && strstr(version->output, " version ");
}

static void
set_version(const struct probe_result *version, struct trial *t)
{
	size_t len = strcspn(version->output, "\n");

	memcpy(t->version, version->output, len);
	t->version[len] = '\0';
}

/* "qemu-aarch64 version 7.2.22" of an interpreter for qemu-arm is a mistake of whoever registered it. */
static bool
is_of(const struct arch *arch, const char *version)
{
	size_t len = strcspn(version, " ");

	return strlen(arch->interpreter) == len && strncmp(version, arch->interpreter, len) == 0;
}

static void
set_runner(const struct trial_input *in, struct trial *t)
{
	const struct rule *rule = in->taker ? in->taker->rule : NULL;
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

static void
none_takes_it(const struct arch *arch, struct trial *t)
{
	advice_set(&t->advice, "no handler takes it");
	advice_fix(&t->advice, "binfmtctl register %s", arch->name);
}

/* Why exec itself failed, by the errno that the kernel gives for it. */
static void
judge_refused(const struct trial_input *in, struct trial *t)
{
	const struct view *taker = in->taker;
	const char *interpreter = taker ? taker->rule->interpreter : "of an entry that cannot be seen here";

	switch (in->run->exec_errno) {
	case ENOEXEC:
		if (taker)
			advice_set(
			    &t->advice,
			    "entry %s takes it, but its interpreter %s cannot run it (a script or foreign program "
			    "with flag O or C?)",
			    taker->name, interpreter);
		else if (in->idle)
			t->advice = *in->idle;
		else
			none_takes_it(in->arch, t);
		return;
	case ENOENT:
		advice_set(&t->advice, "the interpreter %s (or its loader) is missing", interpreter);
		advice_fix(&t->advice, "install %s", interp_package());
		return;
	case EACCES:
		advice_set(&t->advice, "permission denied: the interpreter %s is not executable, or on a noexec mount",
			   interpreter);
		return;
	case ELOOP:
		advice_set(&t->advice, "the interpreter %s is itself taken by a handler, without end", interpreter);
		return;
	default:
		advice_set(&t->advice, "exec fails: %s", strerror(in->run->exec_errno));
	}
}

/* A live entry keeps its interpreter when it is registered again: a wrong one has to go first. */
static void
advise_anew(const struct trial_input *in, struct trial *t)
{
	char quoted[OUT_QUOTED_MAX];

	if (in->taker)
		advice_fix(&t->advice, "binfmtctl remove --entry %s; binfmtctl register %s",
			   out_quote(in->taker->name, quoted, sizeof(quoted)), in->arch->name);
	else
		advice_fix(&t->advice, "binfmtctl register %s", in->arch->name);
}

static void
judge_end(const struct trial_input *in, struct trial *t)
{
	const struct probe_result *run = in->run;

	if (run->end == PROBE_TIMED_OUT) {
		advice_set(&t->advice, "no answer in %u s", in->timeout_ms / 1000);
		advice_fix(&t->advice, "binfmtctl test --timeout %u %s", in->timeout_ms / 100 + 10, in->arch->name);
	} else if (run->end == PROBE_SIGNALLED) {
		advice_set(&t->advice, "killed by signal %d (%s): the interpreter does not work here", run->signal,
			   strsignal(run->signal));
		advice_fix(&t->advice, "reinstall the interpreter");
	} else if (*t->version && !is_of(in->arch, t->version)) {
		advice_set(&t->advice, "wrong architecture: the interpreter is %.*s", (int)strcspn(t->version, " "),
			   t->version);
		advise_anew(in, t);
	} else {
		advice_set(&t->advice,
			   "the program exited with %d instead of %d: the interpreter is none for %s, or broken",
			   run->status, PROBE_STATUS, in->arch->name);
		advise_anew(in, t);
	}
}

static bool
is_runner(const struct stat *st, const struct probe_result *run)
{
	return st && st->st_dev == run->dev && st->st_ino == run->ino;
}

static void
judge_runner(const struct trial_input *in, struct trial *t)
{
	const struct probe_result *run = in->run;
	const char *path = in->taker ? in->taker->rule->interpreter : "";
	char quoted[OUT_QUOTED_MAX];
	enum stale stale = in->taker && !in->foreign ? stale_by_probe(in->taker->rule, run, in->path) : STALE_UNSEEN;

	if (!run->traced) {
		advice_set(&t->advice, "it could not be seen who ran it: tracing is forbidden here");
	} else if (run->exe_errno) {
		advice_set(&t->advice, "it could not be seen who ran it: %s", strerror(run->exe_errno));
	} else if (t->native) {
		advice_set(&t->advice, "native: the kernel runs it itself");
	} else if (in->foreign) {
		advice_set(&t->advice, "the interpreter %s is a foreign program itself", path);
	} else if (is_runner(in->script, run)) {
		advice_set(&t->advice, "the interpreter %s is a script", path);
	} else if (stale == STALE_REPLACED) {
		t->stale = true;
		advice_set(&t->advice, "stale: %s was replaced, the old file keeps running", path);
		advice_fix(&t->advice, "binfmtctl refresh --entry %s",
			   out_quote(in->taker->name, quoted, sizeof(quoted)));
	} else if (stale == STALE_DELETED) {
		t->stale = true;
		advice_set(&t->advice, "deleted: %s is gone, the old file keeps running", path);
		advice_fix(&t->advice, "install %s", interp_package());
	} else if (stale == STALE_ELSEWHERE) {
		advice_set(&t->advice, "registered from another mount namespace, where %s is this file", path);
	}
}

void
trial_judge(const struct trial_input *in, struct trial *t)
{
	memset(t, 0, sizeof(*t));
	if (in->run->end == PROBE_REFUSED) {
		judge_refused(in, t);
		return;
	}
	set_runner(in, t);
	if (is_qemu(in->version))
		set_version(in->version, t);
	t->ok = in->run->end == PROBE_EXITED && in->run->status == PROBE_STATUS;
	if (t->ok)
		judge_runner(in, t);
	else
		judge_end(in, t);
}

/* What runs the interpreter if that is a script, followed to a program; else NULL. */
static const struct stat *
script_runner(const char *interpreter, struct stat *st, bool *foreign)
{
	const struct arch *arch;
	struct interp interp;
	char path[256];
	bool script = false;

	for (int depth = 0; depth < SCRIPT_DEPTH && !interp_look(interpreter, &interp); depth++) {
		arch = arch_of_header(interp.subject.head, sizeof(interp.subject.head));
		*foreign |= arch && !native_runs(arch);
		if (interp.kind != INTERP_SCRIPT || !interp_of_script(interp.subject.head, path))
			break;
		script = true;
		interpreter = path;
	}
	return script && stat(path, st) == 0 ? st : NULL;
}

void
trial_run(const struct arch *arch, const struct pick *pick, unsigned timeout_ms, struct trial *t)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch, 1, elf);
	struct trial_input in = {.arch = arch, .timeout_ms = timeout_ms};
	struct probe_result run, version;
	struct stat path, script;
	struct err err;

	if (pick && pick->picked == PICK_HANDLER)
		in.taker = &pick->handler;
	else if (pick && pick->picked == PICK_NONE)
		in.idle = &pick->advice;
	if (probe_run(elf, size, NULL, PROBE_UNTIL_EXIT, timeout_ms, &run, &err) < 0) {
		memset(t, 0, sizeof(*t));
		advice_set(&t->advice, "%s", err.text);
		return;
	}
	in.run = &run;
	if (run.end == PROBE_EXITED && !run.itself &&
	    probe_run(elf, size, "QEMU_VERSION=1", PROBE_UNTIL_EXIT, timeout_ms, &version, &err) == 0)
		in.version = &version;
	if (in.taker && stat(in.taker->rule->interpreter, &path) == 0)
		in.path = &path;
	if (in.taker)
		in.script = script_runner(in.taker->rule->interpreter, &script, &in.foreign);
	trial_judge(&in, t);
}
