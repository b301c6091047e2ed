/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "accord.h"
#include "arch.h"
#include "archruns.h"
#include "archtest.h"
#include "ours.h"
#include "remedy.h"
#include "resolve.h"
#include "snapshot.h"
#include "stale.h"

static const char ask_version[] = "QEMU_VERSION=1";

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
set_job(const struct archruns_way *way, const struct arch *arch, struct probe_job *job)
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
	return !t->ok && run->end != PROBE_TIMED_OUT && (!*t->version || archtest_is_of(in->arch, t->version));
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
judge(const struct archruns_way *way, const struct arch *arch, const struct probe_job *job, struct runs *runs,
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
		in.ours = ours_surely(&s->b);
		if (in.taker && way->root < 0 && may_be_unseen(s, &r.walk, in.run))
			in.taker = NULL;
		if (in.taker && way->root < 0 && !(in.path && archtest_ran(in.path, in.run)))
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
run_side_by_side(const struct archruns_way *way, const struct arch *const archs[], size_t count, struct runs *runs,
		 archruns_tell *tell, void *arg)
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
archruns_do(const struct archruns_way *asked, const struct arch *const archs[], size_t count, archruns_tell *tell,
	    void *arg)
{
	static struct runs one; /* 10 KB */
	struct runs *all = count > 1 ? calloc(count, sizeof(*all)) : NULL;
	struct archruns_way way = *asked;

	if (way.s && ours_is(&way.s->b).is != LOOK_YES)
		way.s = NULL; /* it says nothing of what runs here */
	if (all)
		run_side_by_side(&way, archs, count, all, tell, arg);
	for (size_t i = 0; i < count && !all; i++) /* where there is no memory for all of them, too */
		run_side_by_side(&way, &archs[i], 1, &one, tell, arg);
	free(all);
}
