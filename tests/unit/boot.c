/* SPDX-License-Identifier: MIT */
/* What marks a container and a system that registers at boot, in a root of a few files; and the words of our own unit.
 */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot.h"
#include "namespace.h"

enum { CONTAINER = 1, SYSTEMD = 2, NEITHER = 0, NO_CHROOT = 99 };

/* What is seen after chroot. */
static int
see_in(const char *root)
{
	int seen = NO_CHROOT, pipes[2];
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (chroot(root) == 0 || (!ns_become_root() && chroot(root) == 0))
			seen = (boot_in_container() ? CONTAINER : 0) | (boot_has_systemd_binfmt() ? SYSTEMD : 0);
		if (write(pipes[1], &seen, sizeof(seen)) == sizeof(seen))
			kill(getpid(), SIGKILL); /* so that nobody looks for leaks here */
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &seen, sizeof(seen)), sizeof(seen));
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	close(pipes[0]);
	close(pipes[1]);
	return seen;
}

static void
marks__each__seen(void **state)
{
	static const struct {
		const char *files; /* for touch */
		int seen;
	} rows[] = {
	    {"run/.containerenv", CONTAINER},
	    {".dockerenv", CONTAINER},
	    {"run/systemd/container", CONTAINER},
	    {"run/openrc", NEITHER},
	    {"run/systemd/system", NEITHER},
	    {"usr/lib/systemd/systemd-binfmt lib/systemd/systemd-binfmt", NEITHER},
	    {"run/systemd/system usr/lib/systemd/systemd-binfmt", SYSTEMD},
	    {"run/systemd/system lib/systemd/systemd-binfmt", SYSTEMD},
	};
	char *root = scratch_folder("root");
	int seen;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(shell("rm -rf '%s' && mkdir '%s' && cd '%s' && mkdir -p run/systemd usr/lib/systemd "
			     "lib/systemd && touch %s",
			     root, root, root, rows[i].files),
		       0, "", "");
		seen = see_in(root);
		if (seen == NO_CHROOT) {
			free(root);
			skip_because("this machine gives no user namespace, to chroot in");
		}
		if (seen != rows[i].seen)
			fail_msg("%s", rows[i].files);
	}
	free(root);
}

static void
unit__words__whole_ones_of_a_line_that_registers(void **state)
{
	static const struct {
		const char *unit, *word;
		bool registers;
	} rows[] = {
	    {"[Service]\nExecStart=/usr/sbin/binfmtctl register all\n", "all", true},
	    {"ExecStart=/usr/sbin/binfmtctl register arm all", "arm", true},
	    {"ExecStart=/usr/sbin/binfmtctl register arm\tall", "all", true},
	    {"ExecStart=/usr/sbin/binfmtctl register armeb\n", "arm", false},
	    {"ExecStart=/usr/sbin/binfmtctl register xarm\n", "arm", false},
	    {"ExecStart=/usr/sbin/binfmtctl registers arm\n", "arm", false},
	    {"ExecStart=/usr/sbin/binfmtctl remove arm\n", "arm", false},
	    {"ExecStop=/usr/sbin/binfmtctl register arm\n", "arm", false},
	    {"ExecStart=/usr/sbin/binfmtctl register\narm\n", "arm", false},
	    {"# ExecStart=/usr/sbin/binfmtctl register arm\n", "arm", false},
	    {"", "arm", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct boot boot = {0};

		snprintf(boot.unit, sizeof(boot.unit), "%s", rows[i].unit);
		if (boot_unit_calls(&boot, "register", rows[i].word) != rows[i].registers)
			fail_msg("%s: %s", rows[i].word, rows[i].unit);
		if (boot_unit_calls(&boot, "load", NULL))
			fail_msg("load: %s", rows[i].unit);
	}
	assert_true(
	    boot_unit_calls(&(struct boot){.unit = "ExecStart=/usr/bin/binfmtctl load --mount\n"}, "load", NULL));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks__each__seen),
	    cmocka_unit_test(unit__words__whole_ones_of_a_line_that_registers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
