/* SPDX-License-Identifier: MIT */
/* Verdicts on runs of a probe, whatever was seen of them: no praise without a cause, no failure without a reason. */
#include <stdio.h>

#include "arch.h"
#include "archtest.h"
#include "fuzz.h"
#include "snapshot.h"
#include "stale.h"
#include "walk.h"

static void
fill_run(struct input *in, struct probe_result *run)
{
	static const char *const outputs[] = {"", "qemu-arm version 7.2\nx", "qemu-", "qemu-aarch64 version 9", "bla"};
	static const char *const exes[] = {"", "/usr/bin/q", "/usr/bin/q (deleted)", " (deleted)", "/i"};
	static const int errors[] = {1, 2, 8, 11, 12, 13, 40, 80, 0, 9999};
	unsigned bits = next_number(in, 256);

	*run = (struct probe_result){.end = next_number(in, 5), .traced = bits & 1};
	run->exec_errno = errors[next_number(in, 10)];
	run->status = next_number(in, 2) ? PROBE_STATUS : (int)next_number(in, 256);
	run->signal = (int)next_number(in, 70);
	run->exe_errno = bits & 4 ? errors[next_number(in, 10)] : 0;
	run->itself = bits & 8;
	run->reachable = bits & 16;
	run->flags_read = bits & 32;
	run->tells_p = bits & 64;
	run->dev = next_number(in, 2);
	run->ino = next_number(in, 2);
	snprintf(run->exe, sizeof(run->exe), "%s", exes[next_number(in, 5)]);
	snprintf(run->output, sizeof(run->output), "%s", outputs[next_number(in, 5)]);
	snprintf(run->message, sizeof(run->message), "%s", bits & 128 ? "it failed" : "");
}

/* The same file is never stale; with no file at all the answer never says that there is one. */
static enum stale
check_stale(const struct rule *rule, const struct probe_result *run, const struct stat *path)
{
	struct stat same = {.st_dev = run->dev, .st_ino = run->ino};
	enum stale stale = stale_by_probe(rule, run, path), gone = stale_by_probe(rule, run, NULL);

	demand(stale_by_probe(rule, run, &same) == (stale == STALE_UNSEEN ? STALE_UNSEEN : STALE_NO));
	demand(gone != STALE_NO && gone != STALE_REPLACED && (gone == STALE_UNSEEN) == (stale == STALE_UNSEEN));
	demand(path || stale == gone);
	demand(!path || stale != STALE_DELETED);
	demand(stale != STALE_ELSEWHERE || !run->reachable);
	return stale;
}

static void
check_alone(const struct probe_result *run, unsigned flags, const struct interp *interp)
{
	enum probe_alone alone = probe_alone(run, flags, interp), held = probe_alone(run, flags | RULE_F, interp);

	demand(held != PROBE_ALONE_NO_F && (alone == held || (alone == PROBE_ALONE_NO_F && !(flags & RULE_F))));
	demand((alone == PROBE_ALONE_WORKS) == (run->end == PROBE_STOPPED && !run->itself));
	demand(alone < PROBE_ALONE_NO_F || run->end == PROBE_REFUSED);
	demand(interp || (alone != PROBE_ALONE_DYNAMIC && alone != PROBE_ALONE_SCRIPT));
	demand(alone != PROBE_ALONE_DYNAMIC || interp->dynamic.is == LOOK_YES);
	demand(probe_alone(NULL, flags, interp) == PROBE_ALONE_UNKNOWN);
}

static void
check_trial(const struct archtest_input *in, const struct archtest *t, enum stale stale)
{
	const struct probe_result *run = in->run;
	bool ran = run->end == PROBE_STOPPED || (run->end == PROBE_EXITED && run->status == PROBE_STATUS);
	bool other = in->foreign || (in->script && in->script->st_dev == run->dev && in->script->st_ino == run->ino);

	demand(t->ok == ran && t->stopped == (run->end == PROBE_STOPPED) && (t->ok || *t->why.text));
	demand((*t->entry != '\0') == (in->taker != NULL) && (!t->native || run->itself));
	demand(!t->unhandled || (!t->ok && !in->taker));
	demand(!*t->version || (!strchr(t->version, '\n') && in->version->end == PROBE_EXITED));
	demand(t->stale == (t->ok && in->taker && run->traced && !run->exe_errno && !t->native && !other &&
			    (stale == STALE_REPLACED || stale == STALE_DELETED)));
	demand(!*t->why.fix || t->stale || !t->ok);
	demand(run->end != PROBE_REFUSED || (!*t->runner && !*t->version && !t->native));
	if (!t->ok && run->end != PROBE_REFUSED && *run->message)
		demand(strstr(t->why.text, run->message) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct walk walk;
	struct input in = {data, size};
	unsigned bits = next_number(&in, 256);
	struct probe_result run, version;
	struct entry entry = {.rule = {.name = "q", .interpreter = "/i", .flags = next_number(&in, RULE_D)}};
	struct handler taker = {.name = "it's", .entry = &entry};
	struct stat path = {.st_dev = next_number(&in, 2), .st_ino = next_number(&in, 2)}, script = {.st_ino = 1};
	struct interp interp = {.kind = next_number(&in, 3), .dynamic = {next_number(&in, 3)}};
	struct err idle = {.text = "none is on"};
	struct archtest t;
	enum stale stale;
	struct archtest_input input = {
	    .arch = arch_find("arm"),
	    .taker = bits & 1 ? &taker : NULL,
	    .walk = bits & 2 ? &walk : NULL,
	    .idle = bits & 4 ? &idle : NULL,
	    .path = bits & 8 ? &path : NULL,
	    .script = bits & 16 ? &script : NULL,
	    .run = &run,
	    .version = bits & 32 ? &version : NULL,
	    .foreign = bits & 128,
	    .timeout_ms = 1000,
	};

	fill_run(&in, &run);
	fill_run(&in, &version);
	walk.verdict = next_number(&in, 4);
	walk.error = (int)next_number(&in, 100);
	snprintf(walk.why.text, sizeof(walk.why.text), "because");
	stale = check_stale(&entry.rule, &run, input.path);
	check_alone(&run, entry.rule.flags, bits & 1 ? &interp : NULL);
	archtest_judge(&input, &t);
	check_trial(&input, &t, stale);
	return 0;
}
