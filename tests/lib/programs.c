/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <sys/wait.h>
#include <time.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "probe.h"

char *
probe_program(const char *arch, const char *file)
{
	const struct arch *row = arch_find(arch);
	unsigned char elf[PROBE_MAX];
	char *path;

	assert_non_null(row);
	path = scratch_file(file);
	spill(path, elf, probe_build(row, 1, elf), 0755);
	return path;
}

const char *
tiny_interpreter(void)
{
	static char path[PATH_MAX];
	char *made;

	if (!*path) {
		assert_non_null(host_arch());
		made = probe_program(host_arch()->name, "tiny");
		snprintf(path, sizeof(path), "%s", made);
		free(made);
	}
	return path;
}

const char *
script_interpreter(void)
{
	static const char text[] = "#!/bin/sh\necho told \"$@\"\n";
	static char *path;

	if (!path)
		path = scratch_text("script", text, 0755);
	return path;
}

bool
exit_interpreter(const char *path, int status)
{
	static const char text[] =
	    "#if defined __x86_64__\n"
	    "void _start(void) { __asm__ volatile(\"syscall\" : : \"a\"(60), \"D\"(STATUS)); }\n"
	    "#elif defined __aarch64__\n"
	    "void _start(void) { register long n __asm__(\"x8\") = 93, s __asm__(\"x0\") = STATUS;\n"
	    "__asm__ volatile(\"svc 0\" : : \"r\"(n), \"r\"(s)); }\n"
	    "#elif defined __riscv\n"
	    "void _start(void) { register long n __asm__(\"a7\") = 93, s __asm__(\"a0\") = STATUS;\n"
	    "__asm__ volatile(\"ecall\" : : \"r\"(n), \"r\"(s)); }\n"
	    "#else\n"
	    "int main(void) { return STATUS; }\n"
	    "#endif\n";
	char *source = scratch_text("interpreter.c", text, 0644);
	bool built;

	built =
	    shell("PATH=/usr/local/bin:/usr/bin:/bin; cc -DSTATUS=%d -O1 -nostdlib -static -o '%s' '%s' 2>/dev/null "
		  "|| "
		  "cc -DSTATUS=%d -static -o '%s' '%s'",
		  status, path, source, status, path, source)
		->status == 0;
	free(source);
	return built;
}

int
exec_status(const char *path)
{
	char *argv[] = {(char *)(uintptr_t)path, NULL}, *env[] = {NULL};
	int status, error;
	pid_t pid;

	error = posix_spawn(&pid, path, NULL, NULL, argv, env);
	if (error)
		return -error;
	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int
probe_status(const char *arch)
{
	char *program = probe_program(arch, "program");
	int status = exec_status(program);

	free(program);
	return status;
}

char *
tiny_copy(const char *name)
{
	return scratch_copy(tiny_interpreter(), name);
}

const char *
tool_folder(void)
{
	static char *folder;

	if (!folder) {
		folder = scratch_folder("bin");
		free(scratch_copy("binfmtctl", "bin/binfmtctl"));
	}
	return folder;
}

void
upgrade(const char *path)
{
	char *next = tiny_copy("upgrade");

	assert_int_equal(rename(next, path), 0);
	free(next);
}

void
let_the_clock_tick(void)
{
	const struct timespec pause = {.tv_nsec = 30000000};

	nanosleep(&pause, NULL);
}

ino_t
runner_of(const char *arch)
{
	const struct arch *row = arch_find(arch);
	unsigned char elf[PROBE_MAX];
	struct probe_result result;
	struct err err;
	size_t size;

	assert_non_null(row);
	size = probe_build(row, 1, elf);
	assert_int_equal(probe_run(elf, size, NULL, PROBE_UNTIL_EXEC, 60000, &result, &err), 0);
	return result.ino;
}

const char *
installed_qemu(const char *arch)
{
	static char path[INTERP_PATH_MAX];

	if (interp_find(arch_find(arch), NULL, 0, true, path).is != LOOK_YES)
		skip_because("this machine has no QEMU for %s", arch);
	return path;
}

bool
has_static_qemu(const char *arch)
{
	char path[INTERP_PATH_MAX];
	struct interp interp;

	return interp_find(arch_find(arch), NULL, 0, true, path).is == LOOK_YES &&
	       interp_look(path, &interp, NULL).is == LOOK_YES && interp.dynamic.is == LOOK_NO;
}

const char *
qemu_warning(const char *arch)
{
	installed_qemu(arch);
	return has_static_qemu(arch) ? "" : " is dynamically linked: ";
}

void
expect_told_of_dynamic(const struct run *r, const char *out)
{
	size_t warnings = 0, lines = 0;

	expect(r, 0, out, NULL);
	for (const char *at = r->err; *at; at++)
		lines += *at == '\n';
	for (const char *at = r->err; (at = strstr(at, " is dynamically linked: ")); at++)
		warnings++;
	if (warnings != lines)
		fail_msg("not only that a QEMU is dynamically linked: %s", r->err);
}
