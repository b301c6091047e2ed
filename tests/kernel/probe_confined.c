/* SPDX-License-Identifier: MIT */
/* Interpreters that misbehave: their runs end in time, the result is right, and nothing of them is left. */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "forbid.h"
#include "host_kernel.h"

enum { EXTRA = 77 };

/* Does what the name that it is registered by says. What leaves its session is there before the interpreter ends. */
static const char misbehaves_text[] =
    "#define _GNU_SOURCE\n#include <signal.h>\n#include <stdlib.h>\n#include <string.h>\n"
    "#include <sys/prctl.h>\n#include <sys/ptrace.h>\n#include <unistd.h>\n"
    "static int p[2];\n"
    "static void daemon_(int restless) { char c; if (pipe(p)) _exit(1);\n"
    "if (fork() == 0) { setsid(); if (fork() == 0) { setsid(); prctl(PR_SET_PDEATHSIG, 0); write(p[1], \"x\", 1);\n"
    "while (restless) { if (fork() > 0) _exit(0); usleep(100); } for (;;) pause(); } _exit(0); }\n"
    "read(p[0], &c, 1); }\n"
    "int main(int n, char *v[]) { const char *is = strrchr(v[0], '/') + 1; char b[4096], *again[] = {0, 0};\n"
    "if (!strcmp(is, \"stops\")) raise(SIGSTOP);\n"
    "if (!strcmp(is, \"suspends\")) raise(SIGTSTP);\n"
    "if (!strncmp(is, \"traced\", 6)) ptrace(PTRACE_TRACEME, 0, 0, 0);\n"
    "if (!strcmp(is, \"traced-stops\")) raise(SIGSTOP);\n"
    "if (!strcmp(is, \"traced-execs\") || !strcmp(is, \"execs\")) {\n"
    "again[0] = \"/plain\"; execv(v[0], again); }\n"
    "if (!strcmp(is, \"leaves\")) daemon_(0);\n"
    "if (!strcmp(is, \"restless\")) daemon_(1);\n"
    "if (!strcmp(is, \"bomb\")) for (int i = 0; i < 6; i++) fork();\n"
    "if (!strcmp(is, \"bomb-waits\")) { for (int i = 0; i < 6; i++) if (fork() == 0) setsid(); pause(); }\n"
    "if (!strncmp(is, \"crowd\", 5)) for (int i = 0; i < 4; i++) if (fork() == 0) for (;;) pause();\n"
    "if (!strcmp(is, \"crowd-waits\")) pause();\n"
    "if (!strcmp(is, \"multiplies\")) for (int i = 0, pid; (pid = fork()) >= 0; i++) {\n"
    "if (pid == 0) for (;;) pause(); if (i == 1000) return 41; }\n"
    "if (!strcmp(is, \"ignores\")) { for (int i = 1; i < 65; i++) signal(i, SIG_IGN);\n"
    "prctl(PR_SET_PDEATHSIG, 0); for (;;) pause(); }\n"
    "if (!strcmp(is, \"prints\")) { memset(b, 'y', 4096); for (;;) { write(1, b, 4096); write(2, b, 4096); } }\n"
    "if (!strcmp(is, \"closes\")) for (int i = 0; i < 1024; i++) close(i);\n"
    "if (!strcmp(is, \"kills-parent\") && getppid() > 1) kill(getppid(), SIGKILL);\n"
    "if (!strcmp(is, \"stops-parent\") && getppid() > 1) kill(getppid(), SIGSTOP);\n"
    "if (!strcmp(is, \"kills-group\")) kill(0, SIGKILL);\n"
    "if (!strcmp(is, \"kills-all\")) kill(-1, SIGKILL);\n"
    "return 42; }\n";

/* How each run ends, whoever runs it. */
static const struct {
	const char *name;
	enum probe_end end;
	bool traced; /* it needs ptrace itself */
} misbehaviours[] = {
    {"plain", PROBE_EXITED, false},          {"stops", PROBE_TIMED_OUT, false},
    {"suspends", PROBE_EXITED, false}, /* a group that no shell looks after is not suspended */
    {"traced", PROBE_EXITED, false},         {"traced-stops", PROBE_TIMED_OUT, false},
    {"traced-execs", PROBE_TIMED_OUT, true}, {"execs", PROBE_EXITED, false},
    {"leaves", PROBE_EXITED, false},         {"restless", PROBE_EXITED, false},
    {"bomb", PROBE_EXITED, false},           {"bomb-waits", PROBE_TIMED_OUT, false},
    {"crowd", PROBE_EXITED, false},          {"crowd-waits", PROBE_TIMED_OUT, false},
    {"ignores", PROBE_TIMED_OUT, false},     {"prints", PROBE_TIMED_OUT, false},
    {"closes", PROBE_EXITED, false},         {"kills-group", PROBE_SIGNALLED, false},
};

/* The program under that name. */
static char *
misbehaving(const char *name)
{
	return trial_named(misbehaves_text, name);
}

/* Root of a user namespace in which no PID namespace can be made. */
static bool
without_pid_namespaces(void)
{
	return !ns_become_root() && overwrite("/proc/sys/user/max_pid_namespaces", "0");
}

static bool
without_landlock(void)
{
	return forbid(444, EPERM) && forbid_capabilities();
}

static void
expect_end(trial_become *become, const char *name, enum probe_end end)
{
	const struct probe_result *r = &trial->result;

	trial_run_as(become, TRIAL_EXIT, end == PROBE_TIMED_OUT ? TRIAL_SHORT_MS : TRIAL_LONG_MS);
	if (trial->tried < 0)
		fail_msg("%s: %s", name, trial->err.text);
	if (r->end != end || (end == PROBE_EXITED && r->status != 42) || (end == PROBE_SIGNALLED && r->signal != 9))
		fail_msg("%s: ended in %d, status %d, signal %d", name, (int)r->end, r->status, r->signal);
	trial_expect_nothing_left();
}

static void
check_misbehaviours(trial_become *become)
{
	for (size_t i = 0; i < LENGTH(misbehaviours); i++) {
		char *path = misbehaving(misbehaviours[i].name);

		trial_plant(path, "");
		if (become != trial_without_ptrace || !misbehaviours[i].traced)
			expect_end(become, misbehaviours[i].name, misbehaviours[i].end);
		free(path);
	}
}

static void
misbehaving__as_root__ends_in_time_and_nothing_is_left(void **state)
{
	(void)state;
	need_ptrace();
	check_misbehaviours(trial_as_is);
}

/* One that forks without end would keep the machine busy for minutes after its end. */
static void
misbehaving__many_processes__refused_and_the_machine_s_limit_is_as_it_was(void **state)
{
	static const char setting[] = "/proc/sys/kernel/pid_max";
	static char *path, *before;

	(void)state;
	if (!host_kernel_since(host_kernel(), 6, 14))
		skip_because("this kernel has no limit of processes for a namespace");
	before = strdup(slurp(setting));
	path = misbehaving("multiplies");
	trial_plant(path, "");
	expect_end(trial_as_is, "multiplies", PROBE_EXITED);
	assert_string_equal(slurp(setting), before);
}

static void
misbehaving__without_capabilities__ends_in_time_and_nothing_is_left(void **state)
{
	(void)state;
	need_ptrace();
	check_misbehaviours(forbid_capabilities);
}

static void
misbehaving__without_pid_namespaces__ends_in_time_and_nothing_is_left(void **state)
{
	(void)state;
	need_ptrace();
	check_misbehaviours(without_pid_namespaces);
}

static void
misbehaving__without_ptrace__ends_in_time_and_nothing_is_left(void **state)
{
	(void)state;
	check_misbehaviours(trial_without_ptrace);
}

/* Never outside of a PID namespace of the test's own may everybody be killed: all that this user runs. */
static bool
user_in_other_pids(void)
{
	return trial_in_other_pids() && forbid_capabilities();
}

static void
misbehaving__below_the_proc_of_others__ends_in_time_and_nothing_is_left(void **state)
{
	(void)state;
	need_ptrace();
	check_misbehaviours(trial_in_other_pids);
	check_misbehaviours(user_in_other_pids);
}

/* Below another /proc, without the means to end what it lists. */
static bool
unable_to_list(void)
{
	return trial_in_other_pids() && forbid(SYS_pidfd_send_signal, EPERM) && forbid_capabilities();
}

static void
misbehaving__nobody_can_be_listed__its_group_is_ended(void **state)
{
	char *crowd = misbehaving("crowd"), *waits = misbehaving("crowd-waits");

	(void)state;
	trial_plant(crowd, "");
	expect_end(unable_to_list, "crowd", PROBE_EXITED);
	trial_plant(waits, "");
	expect_end(unable_to_list, "crowd-waits", PROBE_TIMED_OUT);
	free(crowd);
	free(waits);
}

/* As a user, and as root of a namespace where no PID namespace can be had: the watcher is in its sight. */
static void
parent__hunted_by_the_interpreter__out_of_reach(void **state)
{
	trial_become *const becomings[] = {forbid_capabilities, without_pid_namespaces};
	static const char *const names[] = {"kills-parent", "stops-parent"};

	(void)state;
	if (syscall(444, NULL, 0, 1) < 6)
		skip_because("this kernel does not confine signals (before Linux 6.12, or no Landlock)");
	for (size_t i = 0; i < LENGTH(names); i++) {
		char *path = misbehaving(names[i]);

		trial_plant(path, "");
		for (size_t k = 0; k < LENGTH(becomings); k++)
			expect_end(becomings[k], names[i], PROBE_EXITED);
		free(path);
	}
}

static void
parent__hunted_where_signals_cannot_be_confined__not_tried_and_nothing_left(void **state)
{
	static const char *const names[] = {"kills-parent", "stops-parent"};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		char *path = misbehaving(names[i]);

		trial_plant(path, "");
		trial_run_as(without_landlock, TRIAL_EXIT, TRIAL_SHORT_MS);
		assert_int_equal(trial->tried, -1);
		assert_string_equal(
		    trial->err.text,
		    "the answer of the process that watches the probe could not be had: it was killed or "
		    "stopped");
		trial_expect_gone_soon(names[i], 0);
		free(path);
	}
}

static void
everybody__hunted_by_the_interpreter__out_of_reach(void **state)
{
	trial_become *const becomings[] = {trial_in_other_pids, user_in_other_pids};
	char *path = misbehaving("kills-all");

	(void)state;
	trial_plant(path, "");
	for (size_t i = 0; i < LENGTH(becomings); i++)
		expect_end(becomings[i], "kills-all", PROBE_EXITED);
	free(path);
}

/* Of what is printed without end the first bytes are kept. */
static void
interpreter__prints_without_end__cut(void **state)
{
	char *path = misbehaving("prints");

	(void)state;
	trial_plant(path, "");
	expect_end(trial_as_is, "prints", PROBE_TIMED_OUT);
	assert_int_equal(strlen(trial->result.output), PROBE_OUTPUT_MAX - 1);
	assert_int_equal(strlen(trial->result.message), PROBE_OUTPUT_MAX - 1);
	free(path);
}

static void
interpreter__writes_to_stderr__first_line_kept_as_it_is(void **state)
{
	static const struct {
		const char *script, *message;
	} rows[] = {
	    {"echo bad cpu >&2; echo more >&2", "bad cpu"},
	    {"printf '\\n\\nbad \\033[1mcpu\\377\\n' >&2", "bad \033[1mcpu\377"},
	    {"printf 'no newline' >&2", "no newline"},
	    {"printf ' indented\\nx' >&2", " indented"},
	    {"echo out", ""},
	};
	char *path = scratch_file("speaks"), *text;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_true(asprintf(&text, "#!/bin/sh\n%s\nexit 3\n", rows[i].script) > 0);
		spill(path, text, strlen(text), 0755);
		trial_plant(path, "");
		trial_run(PROBE_UNTIL_EXIT, TRIAL_LONG_MS);
		assert_true(trial->result.end == PROBE_EXITED && trial->result.status == 3);
		expect_text(rows[i].script, trial->result.message, rows[i].message);
		free(text);
	}
	free(path);
}

/* ---- confinement ---- */

static const char tells_text[] =
    "#define _GNU_SOURCE\n#include <fcntl.h>\n#include <linux/capability.h>\n#include <signal.h>\n#include <stdio.h>\n"
    "#include <sys/prctl.h>\n#include <sys/resource.h>\n#include <sys/syscall.h>\n#include <unistd.h>\n"
    "int main(int n, char *v[]) { struct __user_cap_header_struct h = {_LINUX_CAPABILITY_VERSION_3, 0};\n"
    "struct __user_cap_data_struct c[2]; struct rlimit core; int fds = 0, sig = 0, death = 0; char b;\n"
    "syscall(SYS_capget, &h, c); getrlimit(RLIMIT_CORE, &core); prctl(PR_GET_PDEATHSIG, &death);\n"
    "for (int i = 0; i < 1024; i++) fds += fcntl(i, F_GETFD) >= 0;\n"
    "for (int i = 1; i < 32; i++) { struct sigaction a; sigaction(i, 0, &a); sig += a.sa_handler != SIG_DFL; }\n"
    "printf(\"nnp %d caps %x %x %x core %d leader %d apart %d env %d fds %d in %d ignored %d death %d\\n\",\n"
    "prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), c[0].permitted | c[0].effective, c[1].permitted | c[1].effective,\n"
    "c[0].inheritable | c[1].inheritable, (int)(core.rlim_cur + core.rlim_max), getsid(0) == getpid(),\n"
    "getpid() == 2, environ[0] != 0, fds, (int)read(0, &b, 1), sig, death); return 42; }\n";

static void
confinement__what_the_interpreter_may_do(void **state)
{
	char *path = trial_built("tells", tells_text, "-static");
	int extra = fcntl(0, F_DUPFD, EXTRA), zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_true(extra >= 0 && dup2(zero, 0) == 0); /* something to read */
	signal(SIGUSR1, SIG_IGN);
	setenv("LEAKED", "1", 1);
	trial_plant(path, "");
	trial_run(PROBE_UNTIL_EXIT, TRIAL_LONG_MS);
	assert_string_equal(trial->result.output, "nnp 1 caps 6 0 0 core 0 leader 1 apart 1 env 0 fds 4 in 0 ignored 0 "
						  "death 9\n");
	trial_run_as(forbid_capabilities, TRIAL_EXIT, TRIAL_LONG_MS);
	assert_string_equal(trial->result.output, "nnp 1 caps 0 0 0 core 0 leader 1 apart 0 env 0 fds 4 in 0 ignored 0 "
						  "death 9\n");
	signal(SIGUSR1, SIG_DFL);
	assert_int_equal(dup2(extra, 0), 0);
	close(zero);
	close(extra);
	free(path);
}

static void
confinement__interpreter_that_only_capabilities_reach__runs(void **state)
{
	char *folder = scratch_folder("closed"), *path = tiny_copy("closed/tiny");

	(void)state;
	trial_plant(path, "");
	assert_int_equal(chmod(folder, 0), 0);
	trial_run(PROBE_UNTIL_EXIT, TRIAL_LONG_MS);
	assert_true(trial->result.end == PROBE_EXITED && trial->result.status == 42);
	assert_int_equal(chmod(folder, 0755), 0);
	free(path);
	free(folder);
}

/* Who kills what ends all of them kills the run: that says nothing of the interpreter. */
static void
process_1__killed_from_outside__not_the_interpreter_s_fault(void **state)
{
	static const char text[] = "#include <fcntl.h>\n#include <unistd.h>\n"
				   "int main(void) { open(RAN, O_WRONLY | O_CREAT, 0600); for (;;) pause(); }\n";
	char *interpreter = trial_built("waits", text, "-static -w"), *ran = scratch_file("ran");
	const struct run *r;

	(void)state;
	if (access("/proc/thread-self/children", F_OK) < 0)
		skip_because("this kernel does not list children");
	trial_plant(interpreter, "F");
	unlink(ran);
	r = shell("./binfmtctl test aarch64 & tool=$!; until [ -e '%s' ]; do sleep 0.01; done; "
		  "read watcher </proc/$tool/task/$tool/children; kill -9 $watcher; wait $tool",
		  ran);
	expect(r, 1,
	       "aarch64: the answer of the process that watches the probe could not be had: it was killed or stopped\n",
	       NULL);
	free(interpreter);
	free(ran);
}

static bool
without_capset(void)
{
	return forbid(SYS_capset, EPERM);
}

static bool
user_without_capset(void)
{
	return forbid_capabilities() && without_capset();
}

/* Root that cannot give its capabilities up runs nothing of the interpreter; who has none needs not. */
static void
confinement__capabilities_that_stay__not_run(void **state)
{
	char *path = misbehaving("plain");

	(void)state;
	trial_plant(path, "");
	trial_run_as(without_capset, TRIAL_EXIT, TRIAL_LONG_MS);
	assert_int_equal(trial->tried, -1);
	assert_string_equal(trial->err.text, "cannot give up root's capabilities: Operation not permitted");
	trial_expect_nothing_left();
	expect_end(user_without_capset, "plain", PROBE_EXITED);
	free(path);
}

static bool
without_options(void)
{
	return forbid_first(SYS_ptrace, PTRACE_SETOPTIONS, EPERM);
}

static bool
without_continuing(void)
{
	return forbid_first(SYS_ptrace, PTRACE_CONT, EPERM);
}

static bool
without_letting_go(void)
{
	return forbid_first(SYS_ptrace, PTRACE_DETACH, EPERM);
}

/* What cannot be traced to its end was not tried: neither "refused" nor "no answer" is said of the interpreter. */
static void
tracing__fails_on_the_way__not_tried_and_nothing_left(void **state)
{
	trial_become *const becomings[] = {without_options, without_continuing, without_letting_go};
	char *path = misbehaving("plain");

	(void)state;
	trial_plant(path, "");
	for (size_t i = 0; i < LENGTH(becomings); i++) {
		trial_run_as(becomings[i], TRIAL_EXIT, TRIAL_LONG_MS);
		assert_int_equal(trial->tried, -1);
		assert_string_equal(trial->err.text, "cannot trace a process: Operation not permitted");
		trial_expect_nothing_left();
	}
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(misbehaving__as_root__ends_in_time_and_nothing_is_left),
	    cmocka_unit_test(misbehaving__many_processes__refused_and_the_machine_s_limit_is_as_it_was),
	    cmocka_unit_test(misbehaving__without_capabilities__ends_in_time_and_nothing_is_left),
	    cmocka_unit_test(misbehaving__without_pid_namespaces__ends_in_time_and_nothing_is_left),
	    cmocka_unit_test(misbehaving__without_ptrace__ends_in_time_and_nothing_is_left),
	    cmocka_unit_test(misbehaving__below_the_proc_of_others__ends_in_time_and_nothing_is_left),
	    cmocka_unit_test(misbehaving__nobody_can_be_listed__its_group_is_ended),
	    cmocka_unit_test(parent__hunted_by_the_interpreter__out_of_reach),
	    cmocka_unit_test(parent__hunted_where_signals_cannot_be_confined__not_tried_and_nothing_left),
	    cmocka_unit_test(everybody__hunted_by_the_interpreter__out_of_reach),
	    cmocka_unit_test(process_1__killed_from_outside__not_the_interpreter_s_fault),
	    cmocka_unit_test(interpreter__prints_without_end__cut),
	    cmocka_unit_test(interpreter__writes_to_stderr__first_line_kept_as_it_is),
	    cmocka_unit_test(confinement__what_the_interpreter_may_do),
	    cmocka_unit_test(confinement__interpreter_that_only_capabilities_reach__runs),
	    cmocka_unit_test(confinement__capabilities_that_stay__not_run),
	    cmocka_unit_test(tracing__fails_on_the_way__not_tried_and_nothing_left),
	};

	return trial_begin() ? ns_run(tests) : 1;
}
