/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "archtest.h"
#include "host.h"
#include "interp.h"
#include "resolve.h"
#include "rule.h"
#include "snapshot.h"
#include "stale.h"
#include "text.h"

static const char deleted[] = " (deleted)";

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

/* "qemu-aarch64 version 7.2.22" of an interpreter for qemu-arm is a mistake of whoever registered it. */
static bool
is_of(const struct arch *arch, const char *version)
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

static void
none_takes_it(const struct arch *arch, struct archtest *t)
{
	err_note(&t->why, "no handler takes it");
	err_fix(&t->why, "binfmtctl register %s", arch->name);
}

/* Why exec itself failed, by the errno that the kernel gives for it. */
static void
explain_refused(const struct archtest_input *in, struct archtest *t)
{
	const struct handler *taker = in->taker;
	const char *interpreter = taker ? taker->entry->rule.interpreter : "of an entry that cannot be seen here";

	switch (in->run->exec_errno) {
	case ENOEXEC:
		if (taker)
			err_note(&t->why,
				 "entry %s takes it, but its interpreter %s cannot run it (a script or foreign program "
				 "with flag O or C?)",
				 taker->name, interpreter);
		else if (in->idle)
			t->why = *in->idle;
		else
			none_takes_it(in->arch, t);
		return;
	case ENOENT:
		err_note(&t->why, "the interpreter %s (or its loader) is missing", interpreter);
		err_fix(&t->why, "install %s", interp_package());
		return;
	case EACCES:
		err_note(&t->why, "permission denied: the interpreter %s is not executable, or on a noexec mount",
			 interpreter);
		return;
	case ELOOP:
		err_note(&t->why, "the interpreter %s is taken by a handler itself: an endless loop", interpreter);
		return;
	default:
		err_note(&t->why, "exec fails: %s", strerror(in->run->exec_errno));
	}
}

/* A live entry keeps its interpreter when it is registered again: a wrong one has to go first. */
static void
fix_wrong_interpreter(const struct archtest_input *in, struct archtest *t)
{
	char quoted[TEXT_QUOTED_MAX];

	if (in->taker)
		err_fix(&t->why, "binfmtctl remove --entry %s; binfmtctl register %s",
			text_quote(in->taker->name, quoted, sizeof(quoted)), in->arch->name);
	else
		err_fix(&t->why, "binfmtctl register %s", in->arch->name);
}

static void
explain_end(const struct archtest_input *in, struct archtest *t)
{
	const struct probe_result *run = in->run;

	if (run->end == PROBE_TIMED_OUT) {
		err_note(&t->why, "no answer in %u s", in->timeout_ms / 1000);
		err_fix(&t->why, "binfmtctl test --timeout %u %s", in->timeout_ms / 100 + 10, in->arch->name);
	} else if (run->end == PROBE_SIGNALLED) {
		err_note(&t->why, "killed by signal %d (%s): the interpreter does not work here", run->signal,
			 strsignal(run->signal));
		err_fix(&t->why, "reinstall the interpreter");
	} else if (*t->version && !is_of(in->arch, t->version)) {
		err_note(&t->why, "wrong architecture: the interpreter is %.*s", (int)strcspn(t->version, " "),
			 t->version);
		fix_wrong_interpreter(in, t);
	} else {
		err_note(&t->why, "the program exited with %d instead of %d: the interpreter is not for %s, or broken",
			 run->status, PROBE_STATUS, in->arch->name);
		fix_wrong_interpreter(in, t);
	}
}

static bool
is_runner(const struct stat *st, const struct probe_result *run)
{
	return st && st->st_dev == run->dev && st->st_ino == run->ino;
}

static void
explain_runner(const struct archtest_input *in, struct archtest *t)
{
	const struct probe_result *run = in->run;
	const char *path = in->taker ? in->taker->entry->rule.interpreter : "";
	char quoted[TEXT_QUOTED_MAX];
	enum stale stale =
	    in->taker && !in->foreign ? stale_by_probe(&in->taker->entry->rule, run, in->path) : STALE_UNSEEN;

	if (!run->traced) {
		err_note(&t->why, "cannot tell what ran it: ptrace is not permitted here");
	} else if (run->exe_errno) {
		err_note(&t->why, "cannot tell what ran it: %s", strerror(run->exe_errno));
	} else if (t->native) {
		err_note(&t->why, "native: the kernel runs it itself");
	} else if (in->foreign) {
		err_note(&t->why, "the interpreter %s is a foreign program itself", path);
	} else if (is_runner(in->script, run)) {
		err_note(&t->why, "the interpreter %s is a script", path);
	} else if (stale == STALE_REPLACED) {
		t->stale = true;
		err_note(&t->why, "stale: %s was replaced, the old file keeps running", path);
		err_fix(&t->why, "binfmtctl refresh --entry %s", text_quote(in->taker->name, quoted, sizeof(quoted)));
	} else if (stale == STALE_DELETED) {
		t->stale = true;
		err_note(&t->why, "deleted: %s is gone, the old file keeps running", path);
		err_fix(&t->why, "install %s", interp_package());
	} else if (stale == STALE_ELSEWHERE) {
		err_note(&t->why, "registered from another mount namespace, where %s is this file", path);
	}
}

void
archtest_judge(const struct archtest_input *in, struct archtest *t)
{
	memset(t, 0, sizeof(*t));
	if (in->run->end == PROBE_REFUSED) {
		explain_refused(in, t);
		return;
	}
	set_runner(in, t);
	if (is_qemu(in->version))
		set_version(in->version, t);
	t->ok = in->run->end == PROBE_EXITED && in->run->status == PROBE_STATUS;
	if (t->ok)
		explain_runner(in, t);
	else
		explain_end(in, t);
}

/* Follows scripts to the program that runs the interpreter: what stat(2) says of that, NULL if it is no script. */
static const struct stat *
script_runner(const char *interpreter, struct stat *st, bool *foreign)
{
	struct runner at;
	int depth = 0;

	runner_start(&at, interpreter);
	while (!at.reason) {
		*foreign |= host_foreign(at.interp.subject.head) != NULL;
		if (depth++ == RUNNER_DEPTH || !runner_next(&at, NULL, NULL))
			break;
	}
	return depth > 1 && stat(at.path, st) == 0 ? st : NULL;
}

void
archtest_run(const struct arch *arch, const struct resolved *resolved, unsigned timeout_ms, struct archtest *t)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch, 1, elf);
	struct archtest_input in = {.arch = arch, .timeout_ms = timeout_ms};
	struct probe_result run, version;
	struct stat path, script;
	struct err err;

	if (resolved && resolved->result == RESOLVED_HANDLER)
		in.taker = &resolved->handler;
	else if (resolved && resolved->result == RESOLVED_NONE)
		in.idle = &resolved->why;
	if (probe_run(elf, size, NULL, PROBE_UNTIL_EXIT, timeout_ms, &run, &err) < 0) {
		*t = (struct archtest){.why = err};
		return;
	}
	in.run = &run;
	if (run.end == PROBE_EXITED && !run.itself &&
	    probe_run(elf, size, "QEMU_VERSION=1", PROBE_UNTIL_EXIT, timeout_ms, &version, &err) == 0)
		in.version = &version;
	if (in.taker && stat(in.taker->entry->rule.interpreter, &path) == 0)
		in.path = &path;
	if (in.taker)
		in.script = script_runner(in.taker->entry->rule.interpreter, &script, &in.foreign);
	archtest_judge(&in, t);
}
