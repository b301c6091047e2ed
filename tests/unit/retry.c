/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retry.h"

static void
interrupted__some_times__again_but_not_for_ever(void **state)
{
	unsigned tries = 0, count = 0;

	(void)state;
	for (errno = EINTR; retry_interrupted(&tries) && count < 100000; errno = EINTR)
		count++;
	assert_in_range(count, 10, 1000);
	assert_int_equal(errno, EINTR);
}

static void
interrupted__another_error__not_again(void **state)
{
	unsigned tries = 0;

	(void)state;
	errno = EIO;
	assert_false(retry_interrupted(&tries));
	assert_int_equal(errno, EIO);
}

static void
calls__not_interrupted__as_without(void **state)
{
	int pipes[2], status;
	char text[4] = "";
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "abc", 3), 3);
	assert_int_equal(retry_read(pipes[0], text, 3), 3);
	assert_string_equal(text, "abc");
	close(pipes[1]);
	assert_int_equal(retry_read(pipes[0], text, 3), 0);
	close(pipes[0]);
	assert_int_equal(retry_read(pipes[0], text, 3), -1);
	assert_int_equal(errno, EBADF);
	pid = fork();
	if (pid == 0)
		_exit(7);
	assert_int_equal(retry_waitpid(pid, &status), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_int_equal(retry_waitpid(pid, &status), -1);
	assert_int_equal(errno, ECHILD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(interrupted__some_times__again_but_not_for_ever),
	    cmocka_unit_test(interrupted__another_error__not_again),
	    cmocka_unit_test(calls__not_interrupted__as_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
