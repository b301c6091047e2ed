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
static struct seen {
	int marks;
	char reader[40];
} seen;

static void
see(void)
{
	const char *reader = boot_reader();

	seen.marks = (boot_in_container() ? CONTAINER : 0) | (boot_has_systemd_binfmt() ? SYSTEMD : 0);
	snprintf(seen.reader, sizeof(seen.reader), "%s", reader ? reader : "");
}

static void
see_in(const char *root)
{
	int pipes[2];
	pid_t pid;

	seen = (struct seen){.marks = NO_CHROOT};
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (chroot(root) == 0 || (!ns_become_root() && chroot(root) == 0))
			see();
		if (write(pipes[1], &seen, sizeof(seen)) == sizeof(seen))
			kill(getpid(), SIGKILL); /* so that nobody looks for leaks here */
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &seen, sizeof(seen)), sizeof(seen));
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	close(pipes[0]);
	close(pipes[1]);
}

#define BOTH "usr/lib/systemd/systemd-binfmt lib/systemd/systemd-binfmt"

static void
marks__each__seen(void **state)
{
	static const struct {
		const char *files; /* for touch */
		const char *masks; /* links to /dev/null; NULL: none */
		int marks;
		const char *reader;
	} rows[] = {
	    {"run/.containerenv", NULL, CONTAINER, ""},
	    {".dockerenv", NULL, CONTAINER, ""},
	    {"run/systemd/container", NULL, CONTAINER, ""},
	    {"run/openrc/x", NULL, NEITHER, ""},
	    {"run/systemd/system/x", NULL, NEITHER, ""},
	    {BOTH, NULL, NEITHER, ""},
	    {"run/systemd/system/x usr/lib/systemd/systemd-binfmt", NULL, SYSTEMD, "systemd-binfmt"},
	    {"run/systemd/system/x lib/systemd/systemd-binfmt", NULL, SYSTEMD, "systemd-binfmt"},
	    {"run/systemd/system/x " BOTH, "etc/systemd/system/systemd-binfmt.service", NEITHER, ""},
	    {"run/systemd/system/x " BOTH, "run/systemd/system/systemd-binfmt.service", NEITHER, ""},
	    {"run/systemd/system/x " BOTH, "etc/systemd/system/systemd-binfmt", SYSTEMD, "systemd-binfmt"},
	    {"run/systemd/system/systemd-binfmt.service " BOTH, NULL, SYSTEMD, "systemd-binfmt"},
	    {"run/openrc/x etc/runlevels/boot/binfmt", NULL, NEITHER, "OpenRC's binfmt"},
	    {"run/openrc/x etc/runlevels/default/binfmt", NULL, NEITHER, "OpenRC's binfmt"},
	    {"run/openrc/x etc/runlevels/sysinit/binfmt", NULL, NEITHER, "OpenRC's binfmt"},
	    {"run/openrc/x etc/runlevels/default/binfmtctl", NULL, NEITHER, "the service binfmtctl"},
	    {"run/openrc/x etc/runlevels/boot/binfmtctl", NULL, NEITHER, "the service binfmtctl"},
	    {"run/openrc/x etc/runlevels/sysinit/binfmtctl", NULL, NEITHER, "the service binfmtctl"},
	    {"etc/runlevels/boot/binfmt", NULL, NEITHER, ""},
	    {"run/runit/x var/service/binfmtctl/run", NULL, NEITHER, "the service binfmtctl"},
	    {"run/runit/service/binfmtctl/run", NULL, NEITHER, "the service binfmtctl"},
	    {"run/runit/x etc/service/binfmtctl/run", NULL, NEITHER, "the service binfmtctl"},
	    {"etc/service/binfmtctl/run", NULL, NEITHER, ""},
	    {"etc/rcS.d/S12binfmtctl", NULL, NEITHER, "/etc/init.d/binfmtctl"},
	    {"etc/rcS.d/K12binfmtctl etc/rcS.d/S12binfmtctl2 etc/rcS.d/Sbinfmtctl", NULL, NEITHER, ""},
	};
	char *root = scratch_folder("root");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(
		    shell("cd '%s' && rm -rf * .[!.]* && for f in %s %s; do mkdir -p \"$(dirname $f)\"; done && touch "
			  "%s && for f in %s; do ln -s /dev/null $f; done",
			  root, rows[i].files, rows[i].masks ? rows[i].masks : "", rows[i].files,
			  rows[i].masks ? rows[i].masks : ""),
		    0, "", "");
		see_in(root);
		if (seen.marks == NO_CHROOT) {
			free(root);
			skip_because("this machine gives no user namespace, to chroot in");
		}
		if (seen.marks != rows[i].marks || strcmp(seen.reader, rows[i].reader) != 0)
			fail_msg("%s: %d, %s", rows[i].files, seen.marks, seen.reader);
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
