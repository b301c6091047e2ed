/* SPDX-License-Identifier: MIT */
/* What ./binfmtctl writes to standard error, write(2) by write(2). */
#include "harness.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LONG_NAME = 4000, PACKET_MAX = 1 << 17 };

/* Runs it to its end; each of its writes can be read as one packet. */
static int
run_with_packets(const char *const words[])
{
	char *argv[16] = {(char *)(uintptr_t) "./binfmtctl"};
	int ends[2], status;
	pid_t pid;

	for (size_t n = 0; words[n]; n++)
		argv[n + 1] = (char *)(uintptr_t)words[n];
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDERR_FILENO);
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	assert_true(pid > 0);
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return ends[0];
}

/* How many there are: each is a whole line or the usage. */
static size_t
whole_packets(const char *const words[], size_t *longest)
{
	static char packet[PACKET_MAX];
	int fd = run_with_packets(words);
	size_t count = 0;
	ssize_t n;

	*longest = 0;
	while ((n = recv(fd, packet, sizeof(packet) - 1, 0)) > 0) {
		packet[n] = '\0';
		count++;
		if ((size_t)n > *longest)
			*longest = (size_t)n;
		if (packet[n - 1] != '\n' ||
		    (strncmp(packet, "binfmtctl: ", 11) != 0 && strncmp(packet, "usage: ", 7) != 0))
			fail_msg("%s: a write is a piece of a line: %s", words[0], packet);
	}
	close(fd);
	return count;
}

static void
errors__each_one_write(void **state)
{
	char name[LONG_NAME + 1];
	size_t longest;

	(void)state;
	memset(name, '\x01', LONG_NAME);
	name[LONG_NAME] = '\0';
	assert_int_equal(whole_packets((const char *[]){"list", "-d", "/nowhere", NULL}, &longest), 1);
	assert_int_equal(whole_packets((const char *[]){"match", "-d", "/nowhere", "/a", "\x1b", name, NULL}, &longest),
			 4);
	assert_true(longest > 4 * LONG_NAME);
	assert_int_equal(whole_packets((const char *[]){"register", NULL}, &longest), 2);
	assert_int_equal(whole_packets((const char *[]){"bogus", NULL}, &longest), 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(errors__each_one_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
