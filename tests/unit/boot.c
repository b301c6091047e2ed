/* SPDX-License-Identifier: MIT */
/* What marks a container, another root folder, and a system that registers at boot: in roots of a few files. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bootplace.h"
#include "bootservice.h"
#include "forbid.h"
#include "namespace.h"

enum { CONTAINER = 1, SYSTEMD = 2, NEITHER = 0, UNKNOWN = 64, NO_CHROOT = 99 };

/* What is seen in another place. */
static struct seen {
	int marks;
	char reader[40];
	enum look_is chroot;
} seen;

static int
mark(struct look look, int bit)
{
	return look.is == LOOK_UNKNOWN ? UNKNOWN : look.is == LOOK_YES ? bit : 0;
}

static void
see(void)
{
	const char *reader;
	struct look reads = bootservice_reader(&reader);

	seen.marks = mark(bootplace_container(), CONTAINER) | mark(bootservice_systemd(), SYSTEMD) | mark(reads, 0);
	snprintf(seen.reader, sizeof(seen.reader), "%s", reader ? reader : "");
	seen.chroot = bootplace_chroot().is;
}

/* In a process of its own, which `go` (false: that is not possible) takes to its place. */
static void
see_there(bool (*go)(const char *root), const char *root)
{
	int pipes[2];
	pid_t pid;

	seen = (struct seen){.marks = NO_CHROOT};
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (go(root))
			see();
		if (write(pipes[1], &seen, sizeof(seen)) == sizeof(seen))
			kill(getpid(), SIGKILL); /* so that nobody looks for leaks here */
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &seen, sizeof(seen)), sizeof(seen));
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	close(pipes[0]);
	close(pipes[1]);
	if (seen.marks == NO_CHROOT)
		skip_because("this machine gives no user namespace, to chroot in");
}

static bool
into(const char *root)
{
	return chroot(root) == 0 || (!ns_become_root() && chroot(root) == 0);
}

#define U "systemd-binfmt.service"
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
	    {"run/systemd/system/systemd-binfmt.service " BOTH, NULL, NEITHER, ""},
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
		see_there(into, root);
		if (seen.marks != rows[i].marks || strcmp(seen.reader, rows[i].reader) != 0)
			fail_msg("%s: %d, %s", rows[i].files, seen.marks, seen.reader);
	}
	free(root);
}

/* What systemd.unit(5) calls masked; the first folder's file counts. */
static void
systemd_binfmt__each_unit_file__masked_or_not(void **state)
{
	static const struct {
		const char *shell; /* in the root folder */
		int marks;
	} rows[] = {
	    {":", SYSTEMD},
	    {": >etc/systemd/system/" U, NEITHER},
	    {"echo x >etc/systemd/system/" U, SYSTEMD},
	    {"ln -s /dev/null etc/systemd/system/" U, NEITHER},
	    {"ln -s //dev/null etc/systemd/system/" U, NEITHER},
	    {"ln -s ../../../dev/null etc/systemd/system/" U, NEITHER},
	    {"ln -s /nowhere etc/systemd/system/" U, NEITHER},
	    {": >run/systemd/system/" U, NEITHER},
	    {": >usr/lib/systemd/system/" U, NEITHER},
	    {"echo x >etc/systemd/system/" U "; : >run/systemd/system/" U, SYSTEMD},
	    {": >etc/systemd/system/" U "; echo x >run/systemd/system/" U, NEITHER},
	};
	char *root = scratch_folder("units");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(shell("cd '%s' && rm -rf * && mkdir -p etc/systemd/system run/systemd/system "
			     "usr/lib/systemd/system dev && : >dev/null && : >usr/lib/systemd/systemd-binfmt && %s",
			     root, rows[i].shell),
		       0, "", "");
		see_there(into, root);
		if (seen.marks != rows[i].marks)
			fail_msg("%s: %d", rows[i].shell, seen.marks);
	}
	free(root);
}

static bool
blinded(const char *root)
{
	return into(root) && forbid(SYS_faccessat, EIO)
#ifdef SYS_access
	       && forbid(SYS_access, EIO)
#endif
	    ;
}

static bool
blinded_to_units(const char *root)
{
	return into(root) && forbid(SYS_statx, EIO) /* what a 32-bit libc asks */
#ifdef SYS_newfstatat
	       && forbid(SYS_newfstatat, EIO);
#else
	       && forbid(SYS_fstatat64, EIO);
#endif
}

static void
marks__not_to_be_looked_at__unknown(void **state)
{
	char *root = scratch_folder("blind");

	(void)state;
	see_there(blinded, root);
	assert_int_equal(seen.marks, UNKNOWN);
	assert_string_equal(seen.reader, "");
	expect(shell("cd '%s' && for f in run/systemd/system/x " BOTH "; do mkdir -p $(dirname $f) && touch $f; done",
		     root),
	       0, "", "");
	see_there(blinded_to_units, root);
	assert_int_equal(seen.marks, UNKNOWN);
	free(root);
}

static bool
nowhere(const char *root)
{
	(void)root;
	return !ns_become_root();
}

/* The tests' own user namespace may not ask for the root folder of the first process: what mountinfo shows tells. */
static bool
with_proc(const char *root)
{
	char proc[4200];

	snprintf(proc, sizeof(proc), "%s/proc", root);
	return !ns_become_root() && mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL) == 0 && chroot(root) == 0;
}

static bool
mounted_with_proc(const char *root)
{
	return !ns_become_root() && mount("tmpfs", root, "tmpfs", 0, NULL) == 0 && chdir(root) == 0 &&
	       mkdir("proc", 0755) == 0 && mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) == 0 &&
	       chroot(root) == 0;
}

static void
place__other_root__seen_or_unknown(void **state)
{
	static const struct {
		bool (*go)(const char *root);
		enum look_is chroot;
	} rows[] = {
	    {nowhere, LOOK_NO},
	    {with_proc, LOOK_YES},
	    {mounted_with_proc, LOOK_YES},
	    {into, LOOK_UNKNOWN},
	};
	char *root = scratch_folder("chroot");

	(void)state;
	expect(shell("mkdir '%s/proc'", root), 0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		see_there(rows[i].go, root);
		if (i == 0 && seen.chroot != LOOK_NO)
			skip_because("this machine's first process is in another root folder than its tests");
		if (seen.chroot != rows[i].chroot)
			fail_msg("row %zu: %d", i, (int)seen.chroot);
	}
	free(root);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(marks__each__seen),
	    cmocka_unit_test(systemd_binfmt__each_unit_file__masked_or_not),
	    cmocka_unit_test(marks__not_to_be_looked_at__unknown),
	    cmocka_unit_test(place__other_root__seen_or_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
