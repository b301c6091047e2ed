/* SPDX-License-Identifier: MIT */
/* Probes side by side: as many as there are CPUs, and nothing that is said depends on it. */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "host.h"

enum { ARCHS = 6 };

/*
 * Does what the name that it is registered by says: waits for the other one; takes the first free place of some, and
 * leaves a mark of the place; kills its parent.
 */
static const char does_text[] =
    "#include <fcntl.h>\n#include <signal.h>\n#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\n"
    "static char path[8192];\n"
    "static const char *name(const char *what, int n) { sprintf(path, \"%s-%s-%d\", RAN, what, n); return path; }\n"
    "static int make(const char *what, int n) { return open(name(what, n), O_CREAT | O_EXCL | O_WRONLY, 0600) >= 0; }\n"
    "int main(int n, char *v[]) { const char *is = strrchr(v[0], '/') + 1; int at = 0;\n"
    "if (!strncmp(is, \"meets\", 5)) { int own = is[6] - '0'; make(\"here\", own);\n"
    "while (access(name(\"here\", !own), F_OK)) usleep(1000); }\n"
    "if (!strcmp(is, \"crowds\")) { while (!make(\"place\", at)) at++; make(\"taken\", at); usleep(30000);\n"
    "unlink(name(\"place\", at)); }\n"
    "if (!strcmp(is, \"kills\")) kill(getppid(), SIGKILL);\n"
    "return 42; }\n";

static const char *archs[ARCHS];

/* Foreign architectures, in the order of the table. */
static void
choose_archs(void)
{
	size_t n = 0;

	for (size_t i = 0; i < arch_count && n < ARCHS; i++)
		if (host_runs(&arch_table[i]).is != LOOK_YES && !arch_table[i].group)
			archs[n++] = arch_table[i].name;
	assert_int_equal(n, ARCHS);
}

/* The program under that name. */
static char *
doing(const char *name)
{
	return trial_named(does_text, name);
}

static void
plant(const char *arch, const char *interpreter, const char *flags)
{
	expect(tool("register", "--force", arch, "-i", interpreter, "-f", flags, NULL), 0, "registered", NULL);
}

static bool
marked(const char *mark)
{
	char *path = scratch_file(mark);
	bool is = access(path, F_OK) == 0;

	free(path);
	return is;
}

static void
wipe_marks(void)
{
	shell("rm -f '%s'/ran-* '%s/asked'", scratch(), scratch());
}

/* ---- CPUs ---- */

/* The first ones of those that this test may use. */
static bool
limit_cpus(int most)
{
	cpu_set_t all, some;

	CPU_ZERO(&some);
	if (sched_getaffinity(0, sizeof(all), &all) < 0)
		return false;
	for (size_t i = 0; i < CPU_SETSIZE && CPU_COUNT(&some) < most; i++)
		if (CPU_ISSET(i, &all))
			CPU_SET(i, &some);
	return CPU_COUNT(&some) == most && sched_setaffinity(0, sizeof(some), &some) == 0;
}

static bool
one_cpu(void)
{
	return limit_cpus(1);
}

static bool
two_cpus(void)
{
	return limit_cpus(2);
}

static void
needs_two_cpus(void)
{
	cpu_set_t all;

	if (sched_getaffinity(0, sizeof(all), &all) < 0 || CPU_COUNT(&all) < 2)
		skip_because("this machine has one CPU");
}

static const struct run *
run_on(bool (*cpus)(void), const char *const words[])
{
	const struct run *r;

	run_prepare = cpus;
	r = tool_words(words);
	run_prepare = NULL;
	return r;
}

/* ---- tests ---- */

/* Each waits for the other: alone it would wait until its time is over. */
static void
test__two_cpus__two_interpreters_meet(void **state)
{
	const char *const words[] = {"test", archs[0], archs[1], "--timeout", "60", NULL};
	char *first = doing("meets-0"), *second = doing("meets-1");

	(void)state;
	needs_two_cpus();
	wipe_marks();
	plant(archs[0], first, "");
	plant(archs[1], second, "");
	expect(run_on(two_cpus, words), 0, "  ok  ", NULL);
	free(first);
	free(second);
}

static void
test__one_cpu__one_after_the_other(void **state)
{
	const char *const words[] = {"test", archs[0], archs[1], "--timeout", "1", NULL};
	char *first = doing("meets-0"), *second = doing("meets-1");
	const struct run *r;

	(void)state;
	wipe_marks();
	plant(archs[0], first, "");
	plant(archs[1], second, "");
	r = run_on(one_cpu, words);
	expect(r, 1, ": no answer in 1 s", NULL);
	expect(r, 1, "  ok  ", NULL); /* the first one has left its mark */
	free(first);
	free(second);
}

static void
test__many__no_more_at_once_than_cpus(void **state)
{
	static const char *const words[] = {"test", "-q", NULL};
	char *path = doing("crowds");

	(void)state;
	for (size_t i = 0; i < ARCHS; i++)
		plant(archs[i], path, "");
	wipe_marks();
	expect(run_on(one_cpu, words), 0, "", "");
	assert_true(marked("ran-taken-0") && !marked("ran-taken-1"));
	needs_two_cpus();
	wipe_marks();
	expect(run_on(two_cpus, words), 0, "", "");
	assert_false(marked("ran-taken-2"));
	free(path);
}

/* One of each kind: works, slowly, with another status, stopped for good, without its file, held and replaced. */
static void
plant_all_kinds(void)
{
	char *slow = scratch_text("slow", "#!/bin/sh\nsleep 0.3\nexit 42\n", 0755);
	char *wrong = scratch_text("wrong", "#!/bin/sh\necho no >&2\nexit 41\n", 0755);
	char *hangs = scratch_text("hangs", "#!/bin/sh\nkill -STOP $$\n", 0755);
	char *gone = tiny_copy("gone"), *replaced = tiny_copy("replaced");

	ns_empty();
	plant(archs[0], slow, "");
	plant(archs[1], tiny_interpreter(), "PF");
	plant(archs[2], wrong, "");
	plant(archs[3], hangs, "P");
	plant(archs[4], gone, "");
	plant(archs[5], replaced, "F");
	unlink(gone);
	upgrade(replaced);
	free(slow);
	free(wrong);
	free(hangs);
	free(gone);
	free(replaced);
}

static bool
says_the_same(const char *const *words)
{
	const struct run *r = run_on(one_cpu, words);
	char *out = strdup(r->out), *err = strdup(r->err);
	int status = r->status;
	bool same;

	assert_true(*out || *err);
	r = run_on(two_cpus, words);
	same = strcmp(r->out, out) == 0 && strcmp(r->err, err) == 0 && r->status == status;
	if (!same)
		print_message("%s%s, not %s%s\n", r->out, r->err, out, err);
	free(out);
	free(err);
	return same;
}

static void
commands__one_cpu_or_two__say_the_same(void **state)
{
	const char *const rows[][8] = {
	    {"test", "--timeout", "1"},
	    {"test", "-j", "--timeout", "1"},
	    {"test", "-q", "--timeout", "1"},
	    {"test", "all", "nonsense", archs[2], archs[1], "--timeout", "1"},
	    {"test", "-j", archs[4], "nonsense", archs[0], "all", "--timeout", "1"},
	    {"test", "--root", "/"},
	    {"status"},
	    {"status", "-j"},
	    {"status", archs[5], archs[1]},
	    {"doctor"},
	    {"doctor", "-j"},
	    {"-n", "refresh"},
	    {"-n", "refresh", archs[1], archs[5], archs[5]},
	    {"-n", "register", archs[1], archs[5]},
	    {"-n", "register", archs[5], archs[1], archs[5]},
	};

	(void)state;
	needs_two_cpus();
	plant_all_kinds();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		bool same = false;

		/* Where others are at work, a trial may get no time within its second. */
		for (int tries = 0; tries < 5 && !same; tries++)
			same = says_the_same(rows[i]);
		if (!same)
			fail_msg("%s %s", rows[i][0], rows[i][1] ? rows[i][1] : "");
	}
}

/* A watcher that is killed costs its own job only. */
static bool
without_confinement(void)
{
	return forbid(444, EPERM) && forbid_capabilities() && one_cpu();
}

static void
watcher__killed_by_the_interpreter__the_others_are_tried(void **state)
{
	const char *const words[] = {"test", archs[0], archs[1], archs[2], NULL};
	char *path = doing("kills");
	const struct run *r;

	(void)state;
	plant(archs[0], tiny_interpreter(), "");
	plant(archs[1], path, "");
	plant(archs[2], tiny_interpreter(), "");
	r = run_on(without_confinement, words);
	expect(r, 1, ": the answer of the process that watches the probe could not be had", NULL);
	for (size_t i = 0; i < 3; i++) {
		const char *row = strstr(r->out, archs[i]);

		assert_non_null(row);
		row += strcspn(row, " ");
		row += strspn(row, " ");
		assert_int_equal(strncmp(row, "ok ", 3) == 0, i != 1);
	}
	free(path);
}

/* The run that asks QEMU for its version is made where that is shown, or where something is wrong. */
static void
version__asked_only_where_it_is_shown(void **state)
{
	const struct {
		const char *words[4];
		int exits;
		bool asked;
	} rows[] = {
	    {{"test", archs[0]}, 42, true},
	    {{"test", "-q", archs[0]}, 42, false},
	    {{"test", "-qj", archs[0]}, 42, true},
	    {{"test", "-q", archs[0]}, 41, true},
	    {{"status"}, 42, false},
	};
	char *path = scratch_file("asks"), *text;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(asprintf(&text, "#!/bin/sh\n[ -z \"$QEMU_VERSION\" ] || : >'%s/asked'\nexit %d\n",
				     scratch(), rows[i].exits) > 0);
		spill(path, text, strlen(text), 0755);
		free(text);
		ns_empty();
		plant(archs[0], path, "");
		wipe_marks();
		tool_words(rows[i].words);
		if (marked("asked") != rows[i].asked)
			fail_msg("row %zu: the version was %sasked", i, rows[i].asked ? "not " : "");
	}
	free(path);
}

static int
prepare(void **state)
{
	run_prepare = NULL;
	return ns_setup(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test__two_cpus__two_interpreters_meet, prepare),
	    cmocka_unit_test_setup(test__one_cpu__one_after_the_other, prepare),
	    cmocka_unit_test_setup(test__many__no_more_at_once_than_cpus, prepare),
	    cmocka_unit_test_setup(commands__one_cpu_or_two__say_the_same, prepare),
	    cmocka_unit_test_setup(watcher__killed_by_the_interpreter__the_others_are_tried, prepare),
	    cmocka_unit_test_setup(version__asked_only_where_it_is_shown, prepare),
	};

	if (!trial_begin())
		return 1;
	choose_archs();
	return ns_run(tests);
}
