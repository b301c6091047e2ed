/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <errno.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "host.h"

struct trial *trial;

const char trial_ran_text[] = "#include <fcntl.h>\n#include <unistd.h>\n"
			      "int main(void) { open(RAN, O_WRONLY | O_CREAT, 0600); open(\"/ran\", O_WRONLY | "
			      "O_CREAT, 0600);\n"
			      "return write(1, \"ran\", 3) + write(2, \"ran\", 3) + 36; }\n";

bool
trial_begin(void)
{
	trial = mmap(NULL, sizeof(*trial), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return trial != MAP_FAILED && prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0;
}

const struct arch *
trial_arch(void)
{
	const struct arch *arch = arch_find("aarch64");

	return host_arch() == arch ? arch_find("x86_64") : arch;
}

void
trial_plant(const char *interpreter, const char *flags)
{
	const unsigned char *machine = trial_arch()->magic + 18;

	ns_empty();
	register_line(":probed:M:18:\\x%02x\\x%02x::%s:%s", machine[0], machine[1], interpreter, flags);
}

char *
trial_built(const char *name, const char *text, const char *options)
{
	char *path = scratch_file(name), *source;

	assert_true(asprintf(&source, "%s.c", path) > 0);
	spill(source, text, strlen(text), 0644);
	if (shell("cc %s -DRAN='\"%s/ran\"' -o '%s' '%s'", options, scratch(), path, source)->status != 0)
		skip_because("this machine has no compiler for %s programs", *options ? options : "dynamic");
	free(source);
	return path;
}

char *
trial_named(const char *text, const char *name)
{
	static char *program;

	if (!program)
		program = trial_built("named", text, "-static -w");
	return scratch_copy(program, name);
}

void
trial_run(enum probe_until until, unsigned timeout_ms)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(trial_arch(), 1, elf);

	trial->tried = probe_run(elf, size, NULL, until, timeout_ms, &trial->result, &trial->err);
}

void
trial_run_in(int root)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(trial_arch(), 1, elf);

	trial->tried = probe_run_in(elf, size, root, TRIAL_LONG_MS, &trial->result, &trial->err);
}

bool
trial_as_is(void)
{
	return true;
}

bool
trial_without_ptrace(void)
{
	return forbid(SYS_ptrace, EPERM);
}

bool
trial_without_memfd(void)
{
	return forbid(SYS_memfd_create, EPERM);
}

bool
trial_without_processes(void)
{
	return forbid(SYS_clone, EPERM) && forbid(SYS_clone3, EPERM);
}

/* Process 1 of the namespace tells whether anything was left there. */
static void
be_init(void)
{
	pid_t pid = fork();
	int status, tries = 0;

	if (pid == 0)
		return;
	waitpid(pid, &status, 0);
	while (waitpid(-1, NULL, WNOHANG) >= 0 && tries++ < 3000)
		usleep(1000);
	_exit(status || tries >= 3000);
}

bool
trial_in_other_pids(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return false;
	pid = fork();
	if (pid == 0) {
		be_init();
		return true;
	}
	_exit(waitpid(pid, &status, 0) != pid || status != 0);
}

trial_become *const trial_becomings[] = {trial_as_is, forbid_capabilities};

void
trial_run_as(trial_become *become, int where, unsigned timeout_ms)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!become())
			_exit(1);
		if (where <= TRIAL_EXIT)
			trial_run(where == TRIAL_EXIT   ? PROBE_UNTIL_EXIT
				  : where == TRIAL_EXEC ? PROBE_UNTIL_EXEC
							: PROBE_UNTIL_FOREIGN,
				  timeout_ms);
		else
			trial_run_in(where);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

long
trial_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
trial_expect_nothing_left(void)
{
	int n = waitpid(-1, NULL, WNOHANG);

	if (n != -1 || errno != ECHILD)
		fail_msg("a process is left behind (%d)", n);
}

void
trial_expect_gone_soon(const char *what, long round)
{
	long end = trial_now_ms() + 3000;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (pid == 0)
			usleep(500);
		if (trial_now_ms() > end)
			fail_msg("%s, kill %ld: a process is left behind", what, round);
	}
	assert_int_equal(errno, ECHILD);
}
