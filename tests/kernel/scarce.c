/* SPDX-License-Identifier: MIT */
/* A small stack is enough for every command, and too little memory is said. */
#include "conf.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sanitized.h"

enum { STACK = 128 * 1024, MEMORY_FIRST = 2300, MEMORY_LAST = 5800, MEMORY_STEP = 230 /* KiB */ };

/* How ./binfmtctl ends with these words: exit status, or 128 + signal. */
static int
end_with_small_stack(const char *const words[])
{
	const struct rlimit limit = {STACK, STACK};
	const char *argv[16] = {"./binfmtctl"};
	int status;
	pid_t pid;

	for (size_t n = 0; words[n]; n++)
		argv[n + 1] = words[n];
	pid = fork();
	if (pid == 0) {
		if (setrlimit(RLIMIT_STACK, &limit) == 0 && freopen("/dev/null", "w", stdout) &&
		    freopen("/dev/null", "w", stderr))
			execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(126);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void
every_command__with_a_small_stack__as_ever(void **state)
{
	static char *script, *folder, *foreign, *lines; /* static: seen to be in use where the test is skipped */
	const char *interpreter = tiny_interpreter();

	script = scratch_text("script", "#!/bin/sh\n", 0755);
	folder = scratch_folder("conf");
	foreign = probe_program("aarch64", "foreign");
	lines = scratch_text("lines", ":z:E::z::/bin/true:F\n", 0644);
	const struct {
		int status;
		const char *words[14];
	} rows[] = {
	    {0, {"register", "aarch64", "-i", interpreter}},
	    {0, {"register", "aarch64", "-i", interpreter, "-f", "PF", "--persist", "--conf-dir", folder}},
	    {0, {"register", "--name", "x", "--magic", "deadbeef", "-i", interpreter}},
	    {0, {"register", "--name", "y", "--like", foreign, "-i", interpreter}},
	    {0, {"list"}},
	    {0, {"-j", "list", "--supported"}},
	    {0, {"status", "aarch64"}},
	    {0, {"-j", "status", "aarch64"}},
	    {0, {"match", script, foreign, "/bin/true"}},
	    {0, {"-j", "match", script, foreign, "/bin/true"}},
	    {0, {"-v", "match", "--root", "/", script}},
	    {0, {"doctor"}},
	    {0, {"doctor", script, foreign}},
	    {0, {"-j", "doctor", "--root", "/", script}},
	    {0, {"refresh", "x"}},
	    {0, {"load", lines}},
	    {0, {"disable", "aarch64"}},
	    {0, {"enable", "aarch64"}},
	    {0, {"remove", "aarch64", "--persist", "--conf-dir", folder}},
	    {0, {"-n", "register", "riscv64", "-i", interpreter}},
	    {1, {"test", "riscv64"}},
	    {0, {"completion", "zsh"}},
	    {0, {"--help"}},
	    {2, {"bogus"}},
	};

	(void)state;
	if (SANITIZED)
		skip_because("this machine's sanitizer makes every frame larger");
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		int status = end_with_small_stack(rows[i].words);

		if (status != rows[i].status)
			fail_msg("%s %s: ends with %d", rows[i].words[0], rows[i].words[1] ? rows[i].words[1] : "",
				 status);
	}
}

/* Wherever memory ends, in the libc's loader too, there is one document or an error. */
static void
json__with_too_little_memory__a_document_or_an_error(void **state)
{
	static const char *const commands[] = {"list",
					       "status",
					       "match /bin/true",
					       "doctor",
					       "list --supported",
					       "register aarch64",
					       "load /usr/lib/binfmt.d"};
	size_t documents = 0, errors = 0;

	(void)state;
	if (SANITIZED)
		skip_because("this machine's sanitizer takes all address space");
	for (size_t i = 0; i < 300; i++)
		register_line(":entry%zu:E::x%zu::/bin/true:", i, i);
	for (size_t i = 0; i < LENGTH(commands); i++)
		for (int kib = MEMORY_FIRST; kib < MEMORY_LAST; kib += MEMORY_STEP) {
			const struct run *r = shell("ulimit -v %d; exec ./binfmtctl -j %s", kib, commands[i]);

			if (r->out[0] == '\0' && r->status != 0 && r->err[0] != '\0') {
				errors++;
				continue;
			}
			documents++;
			if (!expect_json(r->out, "type == \"object\""))
				skip_because("this machine has no jq");
		}
	print_message("%zu documents, %zu errors without one\n", documents, errors);
	assert_true(documents > 10 && errors > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_command__with_a_small_stack__as_ever),
	    cmocka_unit_test(json__with_too_little_memory__a_document_or_an_error),
	};

	return ns_run(tests);
}
