/* SPDX-License-Identifier: MIT */
/* The front and its child: what is passed on with what it carries, and how both end. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forbid.h"
#include "front.h"

enum { FAILED = 100 /* what front_run returned is an errno, added to it */ };

/* A front that a test has started; told[0] gets a byte when its work has begun, and ends with the child. */
static struct {
	pid_t pid;
	int told[2];
} front;

/* In a process of its own, which `before` (NULL: nothing) changes first. */
static void
start(int (*work)(void *arg), bool (*before)(void))
{
	sigset_t all;
	int status;

	assert_int_equal(pipe2(front.told, O_CLOEXEC), 0);
	front.pid = fork();
	if (front.pid == 0) {
		close(front.told[0]);
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		if (before && !before())
			kill(getpid(), SIGKILL);
		status = front_run(work, NULL);
		if (status >= 0)
			_exit(status);
		status = FAILED + errno;
		close(front.told[1]);
		sleep(1); /* what ends the child is not that this one has ended */
		_exit(status);
	}
	close(front.told[1]);
	assert_true(front.pid > 0);
}

/* Whether the work has begun, or (again) the child has ended, while its front is there. */
static ssize_t
hear(void)
{
	struct pollfd one = {.fd = front.told[0], .events = POLLIN};
	char byte;

	assert_int_equal(poll(&one, 1, 10000), 1);
	return read(front.told[0], &byte, 1);
}

static int
end(void)
{
	int status;

	close(front.told[0]);
	assert_int_equal(waitpid(front.pid, &status, 0), front.pid);
	return status;
}

static void
expect_exit(int wanted)
{
	int status = end();

	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), wanted);
}

static void
tell(void)
{
	if (write(front.told[1], "x", 1) != 1)
		_exit(1);
}

/* The first signal, with what it carries. */
static int
take(siginfo_t *info)
{
	sigset_t all;

	sigfillset(&all);
	tell();
	return sigwaitinfo(&all, info);
}

static int
take_value(void *unused)
{
	siginfo_t info;

	(void)unused;
	return take(&info) == SIGRTMIN && info.si_code == SI_QUEUE && front_sent(&info) ? info.si_value.sival_int : 1;
}

static int
take_without_room(void *unused)
{
	siginfo_t info;

	(void)unused;
	setrlimit(RLIMIT_SIGPENDING, &(struct rlimit){0, 0});
	return take(&info) == SIGRTMIN && info.si_code == SI_USER ? 7 : 1;
}

static int
take_number(void *unused)
{
	siginfo_t info;

	(void)unused;
	return take(&info);
}

static int
take_of_another(void *unused)
{
	siginfo_t info;

	(void)unused;
	kill(getpid(), SIGUSR1);
	return take(&info) == SIGUSR1 && !front_sent(&info) ? 7 : 1;
}

static void
signals__that_carry_a_value__passed_on(void **state)
{
	static int (*const works[])(void *arg) = {take_value, take_without_room};

	(void)state;
	for (size_t i = 0; i < LENGTH(works); i++) {
		start(works[i], NULL);
		assert_int_equal(hear(), 1);
		assert_int_equal(sigqueue(front.pid, SIGRTMIN, (union sigval){.sival_int = 7}), 0);
		expect_exit(7);
	}
}

/* What a terminal or the kernel sends too, where a process sends it. */
static void
signals__sent_by_a_process__passed_on(void **state)
{
	static const int numbers[] = {SIGCHLD, SIGINT, SIGTSTP, SIGWINCH, SIGCONT, SIGUSR1};

	(void)state;
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		start(take_number, NULL);
		assert_int_equal(hear(), 1);
		assert_int_equal(kill(front.pid, numbers[i]), 0);
		expect_exit(numbers[i]);
	}
}

static void
signals__of_another__not_the_fronts(void **state)
{
	(void)state;
	start(take_of_another, NULL);
	assert_int_equal(hear(), 1);
	expect_exit(7);
}

/* Stops the front; 7 if that it goes on is told, and once. */
static int
stop(void *unused)
{
	siginfo_t info;
	sigset_t all;

	(void)unused;
	sigfillset(&all);
	front_stop();
	return sigwaitinfo(&all, &info) == SIGCONT && front_was_continued() && !front_was_continued() ? 7 : 1;
}

static void
front__stopped_and_continued__told_once(void **state)
{
	int status;

	(void)state;
	start(stop, NULL);
	assert_int_equal(waitpid(front.pid, &status, WUNTRACED), front.pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(kill(front.pid, SIGCONT), 0);
	expect_exit(7);
}

static bool
open_mask(void)
{
	sigset_t none;

	sigemptyset(&none);
	return sigprocmask(SIG_SETMASK, &none, NULL) == 0;
}

/* Whether these are blocked as long as there is no command, and only so long. */
static int
look_at_mask(void *unused)
{
	static const int numbers[] = {SIGTSTP, SIGTTIN, SIGTTOU};
	sigset_t before, after;

	(void)unused;
	sigprocmask(SIG_BLOCK, NULL, &before);
	front_restore_mask();
	sigprocmask(SIG_BLOCK, NULL, &after);
	for (size_t i = 0; i < LENGTH(numbers); i++)
		if (!sigismember(&before, numbers[i]) || sigismember(&after, numbers[i]))
			return 1;
	return sigismember(&before, SIGINT) ? 1 : 7;
}

static void
child__no_command_yet__not_stopped(void **state)
{
	(void)state;
	start(look_at_mask, open_mask);
	expect_exit(7);
}

static int
stay(void *unused)
{
	(void)unused;
	tell();
	sleep(20);
	return 1;
}

static bool
without_wait(void)
{
	return forbid(SYS_wait4, EPERM) && forbid(SYS_waitid, EPERM);
}

static bool
without_prctl(void)
{
	return forbid(SYS_prctl, EPERM);
}

static void
front__cannot_wait__the_child_is_ended(void **state)
{
	(void)state;
	start(stay, without_wait);
	assert_int_equal(hear(), 1);
	assert_int_equal(hear(), 0);
	expect_exit(FAILED + EPERM);
}

static void
front__the_child_cannot_begin__no_work_done(void **state)
{
	(void)state;
	start(stay, without_prctl);
	assert_int_equal(hear(), 0);
	expect_exit(FAILED + EPERM);
}

static void
front__killed__its_child_too(void **state)
{
	(void)state;
	start(stay, NULL);
	assert_int_equal(hear(), 1);
	assert_int_equal(kill(front.pid, SIGKILL), 0);
	assert_int_equal(hear(), 0);
	assert_int_equal(WTERMSIG(end()), SIGKILL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(signals__that_carry_a_value__passed_on),
	    cmocka_unit_test(signals__sent_by_a_process__passed_on),
	    cmocka_unit_test(signals__of_another__not_the_fronts),
	    cmocka_unit_test(front__stopped_and_continued__told_once),
	    cmocka_unit_test(child__no_command_yet__not_stopped),
	    cmocka_unit_test(front__cannot_wait__the_child_is_ended),
	    cmocka_unit_test(front__the_child_cannot_begin__no_work_done),
	    cmocka_unit_test(front__killed__its_child_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
