/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "accord.h"
#include "arch.h"
#include "archtest.h"
#include "host.h"
#include "interp.h"
#include "ours.h"
#include "remedy.h"
#include "resolve.h"
#include "rule.h"
#include "snapshot.h"
#include "stale.h"

static const char deleted[] = " (deleted)", ask_version[] = "QEMU_VERSION=1";

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
	} else if (error == ENOEXEC && in->taker && in->walk && in->walk->verdict == WALK_RUNS) {
		t->elsewhere = true;
		err_note(&t->why,
			 "entry %s would take it, but nothing does: the entries that are visible here are not those in "
			 "force (another user namespace's)",
			 in->taker->name);
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
	else if (*t->version && !is_of(in->arch, t->version))
		err_note(&t->why, "wrong architecture: the interpreter is %.*s", (int)strcspn(t->version, " "),
			 t->version);
	else
		err_note(&t->why, "the program exited with %d instead of %d", run->status, PROBE_STATUS);
	add_message(run, t);
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
	} else if (is_runner(in->script, run)) {
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

/*
 * The file that a hop's path names there where the kernel looks it up: the walk has opened it. What an entry holds (F)
 * is of our own root.
 */
static struct look
look_at_hop(const struct walk_hop *hop, int root, struct stat *st)
{
	*st = (struct stat){.st_dev = hop->dev, .st_ino = hop->ino};
	if (hop->seen || ((hop->held || root < 0) && stat(hop->path, st) == 0))
		return look_seen(true);
	if (!hop->held && root >= 0)
		return look_unknown();
	return look_absent(errno) || errno == EACCES ? look_seen(false) : look_unknown();
}

/* Fills in what is known of the entry that takes the probe. */
static void
look_at_taker(const struct resolved *r, int root, struct archtest_input *in, struct stat *path, struct stat *script)
{
	const struct walk *walk = &r->walk;
	struct look seen;

	in->walk = walk;
	if (r->result == RESOLVED_NONE)
		in->idle = &r->why;
	if (r->result != RESOLVED_HANDLER)
		return;
	in->taker = &r->handler;
	seen = look_at_hop(&walk->hops[1], root, path);
	in->path = seen.is == LOOK_YES ? path : NULL;
	in->unseen = seen.is == LOOK_UNKNOWN;
	for (size_t i = 2; i < walk->count; i++)
		in->foreign |= walk->hops[i].by == WALK_HANDLER;
	if (walk->count > 2 && walk->hops[2].by == WALK_SCRIPT && walk->runner > 1 &&
	    look_at_hop(&walk->hops[walk->runner], root, script).is == LOOK_YES)
		in->script = script;
}

/* What the runs of one architecture were. */
struct runs {
	bool tried, again;
	struct probe_result first, version;
	struct err err;
};

static void
keep_runs(void *arg, size_t i, const struct probe_result *run, const struct probe_result *again, const struct err *err)
{
	struct runs *runs = (struct runs *)arg + i;

	runs->tried = run != NULL;
	runs->again = again != NULL;
	if (run)
		runs->first = *run;
	else
		runs->err = *err;
	if (again)
		runs->version = *again;
}

static void
set_job(const struct archtest_way *way, const struct arch *arch, struct probe_job *job)
{
	*job = (struct probe_job){.until = way->root < 0 ? way->until : PROBE_UNTIL_EXEC,
				  .again = way->version ? ask_version : NULL,
				  .root = way->root < 0 ? PROBE_HERE : way->root,
				  .timeout_ms = way->timeout_ms};
	job->size = probe_build(arch, 1, job->elf);
}

/* Asks for the version of what ran it, where what went wrong is told by that too. */
static void
ask_late(const struct probe_job *job, const struct archtest_input *in, struct archtest *t, struct runs *runs)
{
	struct err err;

	if ((t->ok && !t->stale) || in->run->end != PROBE_EXITED || in->run->itself || job->again)
		return;
	runs->again =
	    probe_run(job->elf, job->size, ask_version, PROBE_UNTIL_EXIT, job->timeout_ms, &runs->version, &err) == 0;
}

/* Whether the run began and went wrong in a way that may have another cause than the interpreter's file. */
static bool
may_lack_memory(const struct archtest_input *in, const struct archtest *t)
{
	const struct probe_result *run = in->run;

	if (run->end == PROBE_REFUSED)
		return run->exec_errno == ENOMEM;
	return !t->ok && run->end != PROBE_TIMED_OUT && (!*t->version || is_of(in->arch, t->version));
}

static bool
add_limit(const struct rlimit *limit, const char *of, char option, struct err *why)
{
	if (limit->rlim_cur == RLIM_INFINITY)
		return false;
	err_add(why, "; the limit of %s of this process (ulimit -%c %llu) may be too small", of, option,
		(unsigned long long)limit->rlim_cur / 1024);
	return true;
}

/* Our limits of memory are the interpreter's too. False: there are none. */
static bool
add_limits(struct err *why)
{
	struct rlimit space, data;
	bool any = getrlimit(RLIMIT_AS, &space) == 0 && add_limit(&space, "address space", 'v', why);

	return (getrlimit(RLIMIT_DATA, &data) == 0 && add_limit(&data, "data", 'd', why)) || any;
}

/* Whether what ran it is surely no doing of the entry that is seen, or may be none: of a parent's table. */
static bool
may_be_unseen(const struct snapshot *s, const struct walk *walk, const struct probe_result *run)
{
	return snapshot_scope(s) == BINFMT_INHERITED && run->end != PROBE_REFUSED &&
	       accord_of(walk, run).is != LOOK_YES;
}

/* The verdict on one architecture, and on a failure what helps. */
static void
judge(const struct archtest_way *way, const struct arch *arch, const struct probe_job *job, struct runs *runs,
      struct archtest *t)
{
	struct archtest_input in = {.arch = arch, .timeout_ms = way->timeout_ms, .run = &runs->first};
	const struct snapshot *s = way->s;
	struct stat path, script;
	static struct resolved r; /* 18 KB */

	if (!runs->tried) {
		*t = (struct archtest){.why = runs->err};
		return;
	}
	if (s) {
		resolve_bytes(s, way->root, job->elf, job->size, &r);
		look_at_taker(&r, way->root, &in, &path, &script);
		if (in.taker && way->root < 0 && may_be_unseen(s, &r.walk, in.run))
			in.taker = NULL;
		if (in.taker && way->root < 0 && !(in.path && is_runner(in.path, in.run)))
			in.other = stale_who_ran(&s->list, arch, in.taker->entry, in.run);
	}
	in.version = runs->again ? &runs->version : NULL;
	archtest_judge(&in, t);
	ask_late(job, &in, t, runs);
	if (runs->again && !in.version) {
		in.version = &runs->version;
		archtest_judge(&in, t);
	}
	if (t->stale && in.path) /* replaced, not deleted */
		remedy_refresh(s, in.taker, &t->why);
	if (may_lack_memory(&in, t) && add_limits(&t->why))
		return;
	if (!t->ok && in.taker && way->root >= 0 && *r.why.fix)
		err_fix(&t->why, "%s", r.why.fix);
	if (!t->ok && in.taker && way->root < 0 && !t->elsewhere)
		remedy_interpreter(s, in.taker, false, &t->why);
	else if (!t->ok && !in.taker && !in.idle)
		remedy_register(s, arch, &t->why);
}

static void
run_side_by_side(const struct archtest_way *way, const struct arch *const archs[], size_t count, struct runs *runs,
		 archtest_tell *tell, void *arg)
{
	static struct probe_job jobs[ARCH_ROWS_MAX];
	static struct archtest trial; /* 5 KB */

	for (size_t i = 0; i < count; i++)
		set_job(way, archs[i], &jobs[i]);
	probe_run_all(jobs, count, keep_runs, runs);
	for (size_t i = 0; i < count; i++) {
		judge(way, archs[i], &jobs[i], &runs[i], &trial);
		tell(arg, archs[i], &trial);
	}
}

void
archtest_run_all(const struct archtest_way *asked, const struct arch *const archs[], size_t count, archtest_tell *tell,
		 void *arg)
{
	static struct runs one; /* 10 KB */
	struct runs *all = count > 1 ? calloc(count, sizeof(*all)) : NULL;
	struct archtest_way way = *asked;

	if (way.s && ours_is(&way.s->b).is != LOOK_YES)
		way.s = NULL; /* it says nothing of what runs here */
	if (all)
		run_side_by_side(&way, archs, count, all, tell, arg);
	for (size_t i = 0; i < count && !all; i++) /* where there is no memory for all of them, too */
		run_side_by_side(&way, &archs[i], 1, &one, tell, arg);
	free(all);
}
