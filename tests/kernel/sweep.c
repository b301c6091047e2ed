/* SPDX-License-Identifier: MIT */
/*
 * One failing syscall, wherever it may be: build/tests/kernel/sweep [PERCENT [COMMAND]]. Every syscall that a command
 * makes fails once with each errno that may come there (PERCENT of them, picked evenly). The answer is the one of the
 * undisturbed run, or says that something could not be done or seen; 0 is for the state that was asked for.
 */
#include "fault.h"

#include <unistd.h>

#include "entry.h"

enum { PERCENT = 1, LOG_MAX = 1 << 20 };

static unsigned percent = PERCENT;
static size_t runs, same, said, at;

static const char *const errors[] = {"EIO", "EINTR", "EAGAIN", "EMFILE", "ENOMEM"};

static char *interpreter, *conf, *foreign, *unhandled;

/* Where commands start: a handler of aarch64 and one of riscv64, and files of binfmt.d of both. */
static void
start_one(void)
{
	ns_empty();
	expect(shell("rm -rf '%s' && mkdir -m 755 '%s'", conf, conf), 0, "", "");
	expect(tool("register", "aarch64", "-i", interpreter, "-f", "F", "--persist", "--conf-dir", conf, NULL), 0,
	       "registered", NULL);
	expect(tool("register", "riscv64", "-i", tiny_interpreter(), "-f", "F", "--persist", "--conf-dir", conf, NULL),
	       0, "registered", NULL);
}

static void
start_stale(void)
{
	start_one();
	let_the_clock_tick();
	upgrade(interpreter);
}

static void
start_off(void)
{
	start_one();
	assert_int_equal(mount_write("qemu-aarch64", "0", 1), 0);
}

static void
start_switched_off(void)
{
	start_one();
	assert_int_equal(mount_write("status", "0", 1), 0);
}

static void
start_files_only(void)
{
	start_one();
	assert_int_equal(mount_write("qemu-aarch64", "-1", 2), 0);
	assert_int_equal(mount_write("qemu-riscv64", "-1", 2), 0);
}

static void
start_leftover(void)
{
	start_one();
	register_line(":.binfmtctl~qemu-aarch64:E::foo::%s:F", tiny_interpreter());
}

static const struct row {
	const char *command; /* with the shell's variables FILE, NONE, CONF, TINY, DIR */
	void (*start)(void);
	bool changes; /* starts anew for each run, and its end is looked at */
} rows[] = {
    {"list", start_one, false},
    {"list -j", start_one, false},
    {"list --supported", start_one, false},
    {"list --supported -j", start_one, false},
    {"status", start_one, false},
    {"status -j", start_stale, false},
    {"status aarch64", start_stale, false},
    {"match $FILE", start_one, false},
    {"match -j -v $FILE", start_one, false},
    {"match $NONE /bin/true", start_one, false},
    {"test aarch64", start_one, false},
    {"test -j aarch64", start_stale, false},
    {"doctor", start_one, false},
    {"doctor -j $FILE", start_one, false},
    {"doctor $NONE", start_one, false},
    {"refresh", start_stale, true},
    {"refresh aarch64", start_stale, true},
    {"refresh -j aarch64", start_one, true},
    {"register aarch64", start_stale, true},
    {"register -j aarch64 -f PF --persist --conf-dir $CONF", start_one, true},
    {"register arm -i $TINY --persist --conf-dir $CONF", start_one, true},
    {"register --name x --magic deadbeef -i $TINY", start_one, true},
    {"register all --interpreter-dir $DIR -f F", start_one, true},
    {"load -j $CONF", start_files_only, true},
    {"remove aarch64", start_one, true},
    {"remove aarch64 --persist --conf-dir $CONF", start_one, true},
    {"remove --missing-ok --persist --conf-dir $CONF riscv64", start_files_only, true},
    {"remove all --persist --conf-dir $CONF", start_one, true},
    {"remove all --persist --conf-dir $CONF", start_files_only, true},
    {"remove --global", start_one, true},
    {"disable aarch64", start_one, true},
    {"disable -j aarch64", start_leftover, true},
    {"enable aarch64", start_off, true},
    {"enable aarch64", start_leftover, true},
    {"enable --global", start_switched_off, true},
    {"disable --global", start_one, true},
};

/* What a run said and left. */
struct end {
	int status;
	char *out, *err, *state;
};

static char *
state_of(const struct row *row)
{
	char *text = NULL, *entries;

	if (!row->changes)
		return strdup("");
	entries = fault_state();
	assert_true(asprintf(&text, "%s%s%s%d", entries, slurp(MOUNT "/status"),
			     shell("cd '%s' && grep '' *", conf)->out,
			     row->start == start_stale && runner_of("aarch64") == inode_of(interpreter)) > 0);
	free(entries);
	return text;
}

static struct end
run(const struct row *row, const char *options)
{
	struct end end;
	const struct run *r;

	if (row->changes)
		row->start();
	r = shell("%sFILE='%s'; NONE='%s'; CONF='%s'; TINY='%s'; exec %s -o '%s' %s ./binfmtctl %s", fault_variables,
		  foreign, unhandled, conf, tiny_interpreter(), FAULT_STRACE, fault_log, options, row->command);
	end = (struct end){r->status, strdup(r->out), strdup(r->err), NULL};
	end.state = state_of(row);
	return end;
}

static void
end_free(struct end *end)
{
	free(end->out);
	free(end->err);
	free(end->state);
}

/* Words of an answer that something is not known, or was not done. */
static bool
says_so(const char *text)
{
	static const char *const words[] = {
	    "unknown",      "by time",     "cannot",      "could not",        "not known",     "warning",  "skipped",
	    "Input/output", "Interrupted", "temporarily", "installed\":null", "native\":null", "Too many", "memory"};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (strcasestr(text, words[i]))
			return true;
	return false;
}

static size_t
count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

/* NULL, or what is wrong with the end of a disturbed run. */
static const char *
judge(const struct row *row, const struct end *good, const struct end *end)
{
	bool differs = strcmp(good->out, end->out) != 0 || good->status != end->status;
	bool tells =
	    (strcmp(good->err, end->err) != 0 && *end->err) || (says_so(end->out) && strcmp(good->out, end->out) != 0);

	if (strstr(end->err, "AddressSanitizer failed to allocate")) /* its own call failed, in a build that has it */
		return NULL;
	if (end->status > 3 && end->status != 127) /* 127: the loader of libraries */
		return "ended in an unknown way";
	if (row->changes && end->status == 0 && strcmp(good->state, end->state) != 0 && !strstr(end->out, "skipped"))
		return "exit 0, but the state is not the one asked for";
	if (differs && !tells)
		return "another answer, and no word of why";
	return NULL;
}

/* A share of all points that is the same in each run, and spread over calls and errnos alike. */
static bool
picked(void)
{
	return (uint32_t)(++at * 2654435761U) / 65536 % 100 < percent;
}

static unsigned wrong;

static void
disturb(const struct row *row, const struct end *good, const char *call, size_t n, const char *error)
{
	char options[128];
	struct end end;
	const char *why;

	if (!picked())
		return;
	snprintf(options, sizeof(options), "-e inject=%s:error=%s:when=%zu", call, error, n);
	end = run(row, options);
	why = judge(row, good, &end);
	runs++;
	same += strcmp(good->out, end.out) == 0 && good->status == end.status;
	said += good->status != end.status;
	if (why && ++wrong)
		fprintf(stderr, "WRONG %s, %s %s %zu: %s (%d)\n--out: %s\n--err: %s\n--state: %s\n", row->command, call,
			error, n, why, end.status, end.out, end.err, row->changes ? end.state : "");
	end_free(&end);
}

static bool
cannot_fail(const char *call, size_t len)
{
	static const char *const calls[] = {"fcntl",      "getpid", "geteuid",       "getuid",         "getppid",
					    "exit_group", "brk",    "rt_sigaction",  "rt_sigprocmask", "umask",
					    "munmap",     "uname",  "clock_gettime", "clock_nanosleep"};

	for (size_t i = 0; i < LENGTH(calls); i++)
		if (strlen(calls[i]) == len && strncmp(call, calls[i], len) == 0)
			return true;
	return false;
}

static void
sweep__every_call__right_or_said(void **state)
{
	static char log[LOG_MAX];
	const struct row *row = *state;
	struct end good;
	size_t before = runs;
	bool started = false;

	if (!interpreter) {
		fault_prepare();
		interpreter = tiny_copy("interpreter");
		conf = scratch_file("conf");
		foreign = probe_program("aarch64", "foreign");
		unhandled = probe_program("s390x", "unhandled");
	}
	wrong = 0;
	row->start();
	good = run(row, "");
	snprintf(log, sizeof(log), "%s", slurp(fault_log));
	for (char *line = log, *next; *line; line = next) {
		size_t len = strcspn(line, "(\n"), n = 1;
		char call[32];

		next = line + strcspn(line, "\n");
		next += *next == '\n';
		started |= strncmp(line, "fcntl(0", 7) == 0; /* what main does first: before it libc starts */
		if (!started || line[len] != '(' || len >= sizeof(call) - 1 || cannot_fail(line, len))
			continue;
		snprintf(call, sizeof(call), "\n%.*s(", (int)len, line);
		{
			char kept = *line;

			*line = '\0';
			n += count(log, call) + (strncmp(log, call + 1, strlen(call) - 1) == 0);
			*line = kept;
		}
		call[len + 1] = '\0';
		for (size_t e = 0; e < LENGTH(errors); e++)
			disturb(row, &good, call + 1, n, errors[e]);
	}
	printf("%s: %zu faults, %u wrong\n", row->command, runs - before, wrong);
	fflush(stdout);
	end_free(&good);
	assert_int_equal(wrong, 0);
}

static void
totals__printed__enough(void **state)
{
	(void)state;
	need_strace();
	printf("%zu single faults: %zu the same answer, %zu another exit status\n", runs, same, said);
	assert_in_range(runs, 50, 1000000);
	assert_in_range(said, 10, runs);
	assert_in_range(same, 5, runs);
}

int
main(int argc, char *argv[])
{
	struct CMUnitTest tests[LENGTH(rows) + 1];
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (argc < 2 ? rows[i].changes && strncmp(rows[i].command, "register all", 12) != 0
			     : argc < 3 || strncmp(rows[i].command, argv[2], strlen(argv[2])) == 0)
			tests[n++] = (struct CMUnitTest){.name = rows[i].command,
							 .test_func = sweep__every_call__right_or_said,
							 .initial_state = (void *)(uintptr_t)&rows[i]};
	tests[n++] = (struct CMUnitTest)cmocka_unit_test(totals__printed__enough);
	if (argc > 1)
		percent = (unsigned)strtoul(argv[1], NULL, 0);
	return ns_run_tests("tests", ns_become_root, tests, n);
}
