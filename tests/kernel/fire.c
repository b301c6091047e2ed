/* SPDX-License-Identifier: MIT */
/*
 * Exec under fire, build/tests/kernel/fire [EXECS]: two processes execute a foreign file as fast as they can while its
 * handler is replaced over and over. No exec may fail, no listing may miss the entry. That the harness would notice is
 * shown by a naive remove-then-add, which has to fail.
 */
#include "live.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "random.h"
#include "replace.h"
#include "tempname.h"

enum {
	EXECUTORS = 2,
	EXECS = 20000,       /* at least so many before a storm ends */
	REPLACEMENTS = 5000, /* and so many of these */
	TOOL_RUNS = 300,
	LISTINGS = 2000,
	LISTED_CHANGES = 300,
	KILLS = 200,
	DISTURBED = 1500,
	NAIVE_SECONDS = 60,
	HELPERS_MAX = 8,
};

/* What all processes of a storm share. */
static struct shared {
	atomic_bool stop;
	atomic_ulong execs, exec_failures, first_failure, replacements, listings, missed, busy, half, others;
	atomic_ulong replace_failures;
	char why[ERR_TEXT_MAX];
} * shared;

static char program_file[4096], read_only[4096];
static unsigned long execs = EXECS;
static pid_t helpers[HELPERS_MAX];
static size_t helper_count;

static struct rule
rule_of(const char *name, bool new)
{
	return live_rule(name, "fire", new ? new_interpreter : old_interpreter, new ? RULE_F | RULE_P : RULE_F);
}

static void
start(void (*run)(void))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where a test fails and stops nobody */
		run();
		_exit(0);
	}
	assert_true(helper_count < HELPERS_MAX);
	helpers[helper_count++] = pid;
}

static void
stop_all(void)
{
	int status;

	atomic_store(&shared->stop, true);
	while (helper_count) {
		helper_count--;
		assert_int_equal(waitpid(helpers[helper_count], &status, 0), helpers[helper_count]);
		assert_int_equal(status, 0);
	}
}

static bool
going_on(void)
{
	return !atomic_load(&shared->stop);
}

static void
execute_all_the_time(void)
{
	while (going_on()) {
		int status = exec_status(program_file);

		if (status != OLD && status != NEW && atomic_fetch_add(&shared->exec_failures, 1) == 0)
			atomic_store(&shared->first_failure, (unsigned long)(status < 0 ? -status : 1000 + status));
		atomic_fetch_add(&shared->execs, 1);
	}
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
make_files(void)
{
	if (shared)
		return;
	snprintf(program_file, sizeof(program_file), "%s/program.fire", scratch());
	snprintf(read_only, sizeof(read_only), "%s/read-only", scratch());
	assert_int_equal(mkdir(read_only, 0755), 0);
	spill(program_file, "foreign\n", 8, 0755);
	live_make_interpreters();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
}

/* The files and a first handler; executors start with begin_fire. A test that failed may have left helpers. */
static void
prepare(void)
{
	struct rule rule;

	while (helper_count) {
		kill(helpers[--helper_count], SIGKILL);
		waitpid(helpers[helper_count], NULL, 0);
	}
	make_files();
	ns_setup(NULL);
	rule = rule_of("name", false);
	assert_int_equal(live_register(&rule), 0);
	memset(shared, 0, sizeof(*shared));
}

static void
begin_fire(void)
{
	prepare();
	for (int i = 0; i < EXECUTORS; i++)
		start(execute_all_the_time);
	while (atomic_load(&shared->execs) < EXECUTORS)
		sched_yield();
}

static void
report(const char *what, double seconds)
{
	printf("%s: %lu execs (%.0f a second), %lu of them failed; %lu replacements\n", what,
	       atomic_load(&shared->execs), (double)atomic_load(&shared->execs) / seconds,
	       atomic_load(&shared->exec_failures), atomic_load(&shared->replacements));
	fflush(stdout);
}

static void
no_failures(void)
{
	if (atomic_load(&shared->exec_failures))
		fail_msg("%lu execs failed, the first with %lu (errno, or 1000 + exit status)",
			 atomic_load(&shared->exec_failures), atomic_load(&shared->first_failure));
	if (atomic_load(&shared->replace_failures))
		fail_msg("%lu replacements failed: %s", atomic_load(&shared->replace_failures), shared->why);
}

/* One run as the tool makes it: lock, heal, replace, unlock. Helpers call it: no assertions. */
static int
replace_once(const char *name, bool new, struct err *err)
{
	const struct rule rule = rule_of(name, new);
	struct binfmt b = {0};
	int done = binfmt_open(&b, MOUNT, NULL, err);

	if (done < 0)
		return -1;
	done = binfmt_lock(&b, 60, NULL, err);
	if (done >= 0) {
		replace_heal(&b, name, err);
		done = replace_rule(&b, &rule, true, err);
	}
	binfmt_close(&b);
	return done;
}

static void
replace_and_count(const char *name, bool new)
{
	struct err err;

	if (replace_once(name, new, &err) < 0 && atomic_fetch_add(&shared->replace_failures, 1) == 0)
		memcpy(shared->why, err.text, sizeof(shared->why));
	atomic_fetch_add(&shared->replacements, 1);
}

static bool
enough(unsigned long replacements)
{
	return atomic_load(&shared->execs) >= execs && atomic_load(&shared->replacements) >= replacements;
}

static void
is_only(const char *name)
{
	assert_string_equal(entry_names(), name);
}

static void
fire__replaced_in_process__no_exec_fails(void **state)
{
	double from;

	(void)state;
	begin_fire();
	from = now();
	for (unsigned i = 0; !enough(REPLACEMENTS); i++)
		replace_and_count("name", !(i & 1));
	stop_all();
	report("replace_rule", now() - from);
	no_failures();
	is_only("name");
}

static void
fire__replaced_by_the_tool__no_exec_fails(void **state)
{
	static const char *const flags[] = {"F", "PF", "POF", ""};
	double from;

	(void)state;
	begin_fire();
	from = now();
	for (unsigned i = 0; !enough(TOOL_RUNS); i++) {
		expect(tool("register", "--name", "name", "--extension", "fire", "--interpreter",
			    i & 1 ? old_interpreter : new_interpreter, "--flags", flags[i % LENGTH(flags)], NULL),
		       0, "replaced", NULL);
		atomic_fetch_add(&shared->replacements, 1);
	}
	stop_all();
	report("binfmtctl register", now() - from);
	no_failures();
	is_only("name");
}

/* The same harness sees what everybody else does: remove, then add. */
static void
fire__removed_and_added__an_exec_fails(void **state)
{
	double from;

	(void)state;
	begin_fire();
	for (from = now(); !atomic_load(&shared->exec_failures) && now() - from < NAIVE_SECONDS;) {
		const struct rule rule = rule_of("name", atomic_fetch_add(&shared->replacements, 1) & 1);

		assert_int_equal(mount_write("name", "-1", 2), 0);
		assert_int_equal(live_register(&rule), 0);
	}
	stop_all();
	report("remove, then add", now() - from);
	assert_int_not_equal(atomic_load(&shared->exec_failures), 0);
	assert_int_equal(atomic_load(&shared->first_failure), ENOEXEC);
}

static void
replace_all_the_time(void)
{
	for (unsigned i = 0; going_on(); i++)
		replace_and_count("name", !(i & 1));
}

static void
replace_another_all_the_time(void)
{
	for (unsigned i = 0; going_on(); i++)
		replace_and_count("another", !(i & 1));
}

static void
fire__two_replacers_of_one_name__no_exec_fails(void **state)
{
	double from;

	(void)state;
	begin_fire();
	from = now();
	start(replace_all_the_time);
	start(replace_all_the_time);
	while (!enough(REPLACEMENTS))
		usleep(1000);
	stop_all();
	report("two replacers", now() - from);
	no_failures();
	is_only("name");
}

static void
fire__replacers_of_two_names__both_whole(void **state)
{
	double from;

	(void)state;
	begin_fire();
	from = now();
	start(replace_all_the_time);
	start(replace_another_all_the_time);
	while (!enough(REPLACEMENTS))
		usleep(1000);
	stop_all();
	report("replacers of two names", now() - from);
	no_failures();
	is_only("another name");
}

static bool
lists_name(const struct binfmt_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (tempname_matches(list->entries[i].rule.name, "name") && !list->entries[i].reason &&
		    list->entries[i].enabled)
			return true;
	return false;
}

static void
list_from(const char *dir)
{
	struct binfmt b = {0};
	struct binfmt_list list;
	struct err err;

	if (binfmt_open(&b, dir, NULL, &err) < 0)
		_exit(1);
	while (going_on()) {
		if (binfmt_list(&b, &list, &err) < 0) {
			atomic_fetch_add(&shared->busy, 1);
			memcpy(shared->why, err.text, sizeof(shared->why));
			continue;
		}
		atomic_fetch_add(&shared->listings, 1);
		atomic_fetch_add(&shared->half, list.count != 1);
		atomic_fetch_add(&shared->missed, !lists_name(&list));
		binfmt_list_free(&list);
	}
	binfmt_close(&b);
}

static void
list_with_lock(void)
{
	list_from(MOUNT);
}

/* Through a read-only mount nobody can open `register` for writing, so there is no lock to be had. */
static void
list_without_lock(void)
{
	list_from(read_only);
}

static void
storm_of_listings(void (*reader)(void), bool locked)
{
	prepare();
	start(replace_all_the_time);
	start(reader);
	while ((atomic_load(&shared->listings) < LISTINGS || atomic_load(&shared->replacements) < LISTED_CHANGES ||
		(!locked && !atomic_load(&shared->half))) &&
	       !atomic_load(&shared->busy))
		usleep(1000);
	stop_all();
	printf("%lu listings %s lock, %lu missed the entry, %lu gave up; %lu replacements\n",
	       atomic_load(&shared->listings), locked ? "with" : "without", atomic_load(&shared->missed),
	       atomic_load(&shared->busy), atomic_load(&shared->replacements));
	if (atomic_load(&shared->busy))
		fail_msg("a listing failed: %s", shared->why);
	assert_int_equal(atomic_load(&shared->missed), 0);
	/* Only who may ask for the lock can wait for the end of a change. */
	assert_true(locked ? atomic_load(&shared->half) == 0 : atomic_load(&shared->half) > 0);
}

static void
list__with_lock__never_misses(void **state)
{
	(void)state;
	storm_of_listings(list_with_lock, true);
}

static void
list__without_lock__never_misses(void **state)
{
	(void)state;
	assert_int_equal(mount(MOUNT, read_only, NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, read_only, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	storm_of_listings(list_without_lock, false);
	assert_int_equal(umount(read_only), 0);
}

static void
list__by_the_tool__never_misses(void **state)
{
	(void)state;
	prepare();
	start(replace_all_the_time);
	for (int i = 0; i < TOOL_RUNS; i++)
		expect(tool("list", NULL), 0, "name ", "");
	stop_all();
	no_failures();
}

/* Kills a replacer at a random moment; whatever it was at, a handler is live and the next run heals. */
static void
kill__at_random_moments__a_handler_is_live(void **state)
{
	size_t halfway = 0;
	struct err err;

	(void)state;
	prepare();
	random_seed((uint64_t)time(NULL));
	for (int i = 0; i < KILLS; i++) {
		start(replace_all_the_time);
		usleep((unsigned)below(3000));
		kill(helpers[--helper_count], SIGKILL);
		assert_int_equal(waitpid(helpers[helper_count], NULL, 0), helpers[helper_count]);
		halfway += strstr(entry_names(), ".binfmtctl~") != NULL;
		assert_in_range(exec_status(program_file), OLD, NEW);
		assert_int_equal(replace_once("name", i & 1, &err), 0);
		is_only("name");
		assert_int_equal(exec_status(program_file), i & 1 ? NEW : OLD);
	}
	printf("%d replacers killed after %lu replacements, %zu of them half way\n", KILLS,
	       atomic_load(&shared->replacements), halfway);
	assert_int_not_equal(halfway, 0);
}

/* Somebody who knows of no lock, removes and adds. */
static void
interfere_all_the_time(void)
{
	const struct rule rule = rule_of("name", false);

	random_seed((uint64_t)getpid());
	while (going_on()) {
		int error;

		usleep((unsigned)below(60));
		error = below(2) ? mount_write("name", "-1", 2) : live_register(&rule);
		atomic_fetch_add(&shared->others, !error);
	}
}

static void
others__without_lock__right_or_said(void **state)
{
	unsigned failed = 0, tried = 0;
	struct err err;

	(void)state;
	prepare();
	start(interfere_all_the_time);
	for (int i = 0; i < DISTURBED || atomic_load(&shared->others) < DISTURBED; i++, tried++) {
		if (replace_once("name", i & 1, &err) == 0)
			continue;
		failed++;
		/* The interferer's entry is no handler of ours where it had removed the name before we looked. */
		if (!strstr(err.text, "in force") && !strstr(err.text, "an entry that another program registered"))
			fail_msg("%s", err.text);
	}
	stop_all();
	printf("%u replacements while others changed the entry %lu times, %u failed and said so\n", tried,
	       atomic_load(&shared->others), failed);
	assert_in_range(failed, 0, tried / 2);
	assert_int_equal(replace_once("name", true, &err), 0);
	is_only("name");
	assert_int_equal(exec_status(program_file), NEW);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fire__replaced_in_process__no_exec_fails),
	    cmocka_unit_test(fire__replaced_by_the_tool__no_exec_fails),
	    cmocka_unit_test(fire__removed_and_added__an_exec_fails),
	    cmocka_unit_test(fire__two_replacers_of_one_name__no_exec_fails),
	    cmocka_unit_test(fire__replacers_of_two_names__both_whole),
	    cmocka_unit_test(list__with_lock__never_misses),
	    cmocka_unit_test(list__without_lock__never_misses),
	    cmocka_unit_test(list__by_the_tool__never_misses),
	    cmocka_unit_test(kill__at_random_moments__a_handler_is_live),
	    cmocka_unit_test(others__without_lock__right_or_said),
	};

	if (argc > 1)
		execs = strtoul(argv[1], NULL, 0);
	return ns_run(tests);
}
