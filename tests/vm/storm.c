/* SPDX-License-Identifier: MIT */
/* A handler of the host that is replaced while its programs are started as fast as they can be: none may fail. */
#include "guest.h"
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "err.h"
#include "host.h"
#include "random.h"
#include "replace.h"

enum { REPLACEMENTS = 100, KILLS = 120, KILLS_MAX = 1000, CUT_MIN = 1, HANDLERS = 400, NAIVE_MAX = 2000 };

static struct shared {
	atomic_bool stop;
	atomic_ulong execs, failed;
	atomic_int status;
	atomic_uint current; /* the handler that is replaced next */
} * shared;

static pid_t executor;

/* The folder of programs for many handlers, one each; NULL: the program of an architecture is all there is. */
static const char *many;

static int
execute_one(const char *program)
{
	char path[PATH_MAX];

	if (!many)
		return exec_status(program);
	snprintf(path, sizeof(path), "%s/p.x%u", many, atomic_load(&shared->current));
	return exec_status(path);
}

static void
start(void)
{
	char *program = probe_program("aarch64", "program");

	if (!shared)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	*shared = (struct shared){0};
	executor = fork();
	assert_true(executor >= 0);
	if (executor == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also where a test fails and stops nobody */
		for (; !atomic_load(&shared->stop); atomic_fetch_add(&shared->execs, 1)) {
			int status = execute_one(program);

			if (status != 42 && atomic_fetch_add(&shared->failed, 1) == 0)
				atomic_store(&shared->status, status);
		}
		_exit(0);
	}
	free(program);
}

static void
stop(void)
{
	int status;

	atomic_store(&shared->stop, true);
	assert_int_equal(waitpid(executor, &status, 0), executor);
	print_message("%lu execs, %lu failed\n", atomic_load(&shared->execs), atomic_load(&shared->failed));
}

/* Another definition each time; two interpreters that both end with 42. */
static const char *interpreters[2];

static void
define(size_t n)
{
	expect(tool("register", "aarch64", "-i", interpreters[n % 2], NULL), 0, "re", NULL);
}

static void
prepare(void)
{
	for (size_t i = 0; i < LENGTH(interpreters); i++)
		if (!interpreters[i])
			interpreters[i] = tiny_copy(i ? "one" : "other");
	define(0);
}

static void
storm__replaced_over_and_over__no_exec_fails(void **state)
{
	(void)state;
	prepare();
	start();
	for (size_t i = 1; i <= REPLACEMENTS; i++)
		define(i);
	stop();
	if (atomic_load(&shared->failed))
		fail_msg("the first that failed: %d", atomic_load(&shared->status));
	assert_in_range(atomic_load(&shared->execs), REPLACEMENTS, ULONG_MAX);
	assert_string_equal(entry_names(), "qemu-aarch64");
}

/* That a gap would be noticed. */
static void
storm__removed_and_registered_again__some_fail(void **state)
{
	(void)state;
	prepare();
	start();
	for (size_t i = 1; i <= NAIVE_MAX && !atomic_load(&shared->failed); i++) {
		expect(tool("remove", "aarch64", NULL), 0, "removed", "");
		define(i);
	}
	stop();
	assert_int_not_equal(atomic_load(&shared->failed), 0);
}

static void
replace_one(unsigned n)
{
	char name[16];
	struct binfmt b = {0};
	struct rule rule;
	struct err err;

	snprintf(name, sizeof(name), "x%u", n);
	rule = live_rule(name, name, interpreters[1], RULE_F);
	live_begin(&b);
	if (replace_rule(&b, &rule, true, &err) < 0)
		fail_msg("%s", err.text);
	binfmt_close(&b);
}

/* Else a kernel of today wakes us only at its next tick. */
static void
wake_at_once(bool on)
{
	struct sched_param first = {.sched_priority = on};

	assert_int_equal(sched_setscheduler(0, on ? SCHED_FIFO | SCHED_RESET_ON_FORK : SCHED_OTHER, &first), 0);
}

/* The last of many, each time: an exec that is on its way to it is interrupted. */
static void
storm__last_of_many_replaced__no_exec_fails(void **state)
{
	(void)state;
	prepare();
	many = scratch_folder("many");
	for (unsigned i = HANDLERS; i-- > 0;) {
		char path[PATH_MAX];

		register_line(":x%u:E::x%u::%s:F", i, i, interpreters[0]);
		snprintf(path, sizeof(path), "%s/p.x%u", many, i);
		spill(path, "foreign", 7, 0755);
	}
	start();
	wake_at_once(true);
	for (unsigned i = HANDLERS; i-- > 0;) {
		atomic_store(&shared->current, i);
		usleep((useconds_t)(3000 + below(3000)));
		replace_one(i);
	}
	wake_at_once(false);
	stop();
	many = NULL;
	/* Linux 7.3 keeps no exec on its way: one that gets no time for so long as we wait is lost. */
	if (host_kernel_since(host_kernel(), 7, 3) && atomic_load(&shared->failed) == 1)
		skip_because(
		    "this kernel lost one exec that was starved (a removal does not wait for them from 7.3 on)");
	if (atomic_load(&shared->failed))
		fail_msg("the first that failed: %d", atomic_load(&shared->status));
}

static long
microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* A register that is killed so many microseconds after its start. True: it had ended by then. */
static bool
kill_one(size_t n, long after)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

		dup2(null, 1);
		dup2(null, 2);
		execl("./binfmtctl", "binfmtctl", "register", "aarch64", "-i", interpreters[n % 2], (char *)NULL);
		_exit(127);
	}
	usleep((useconds_t)after);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status);
}

static void
storm__register_killed_anywhere__no_exec_fails_and_the_next_heals(void **state)
{
	unsigned seed = (unsigned)time(NULL);
	size_t cut = 0, kills = 0;
	long whole;

	(void)state;
	print_message("seed %u\n", seed);
	random_seed(seed);
	wake_at_once(true);
	prepare();
	whole = microseconds();
	define(1);
	whole = microseconds() - whole;
	start();
	for (; kills < KILLS || (cut < CUT_MIN && kills < KILLS_MAX); kills++) {
		long after = whole / 2 + (long)below((size_t)whole / 2);

		if (kill_one(kills, after))
			whole = after; /* no later than that, as the writes are its last doings */
		else if (kills % 8 == 0)
			whole += whole / 16;
		cut += strcmp(entry_names(), "qemu-aarch64") != 0;
		define(kills);
		assert_string_equal(entry_names(), "qemu-aarch64");
	}
	wake_at_once(false);
	stop();
	print_message("%zu of %zu were killed between two writes\n", cut, kills);
	if (atomic_load(&shared->failed))
		fail_msg("the first that failed: %d", atomic_load(&shared->status));
	assert_in_range(cut, CUT_MIN, kills);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(storm__replaced_over_and_over__no_exec_fails),
	    cmocka_unit_test(storm__removed_and_registered_again__some_fail),
	    cmocka_unit_test(storm__last_of_many_replaced__no_exec_fails),
	    cmocka_unit_test(storm__register_killed_anywhere__no_exec_fails_and_the_next_heals),
	};

	return guest_run(tests);
}
