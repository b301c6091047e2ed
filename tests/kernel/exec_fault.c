/* SPDX-License-Identifier: MIT */
/*
 * Fault injection by strace: every call that exec makes on its way fails once, in each of its processes. It comes to an
 * end, and runs the command or says why not, with --json in one document.
 */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"

enum { RAN = 42, OWN = 125, NOT_EXECUTED = 126, NOT_FOUND = 127, HANGS_SECONDS = 20, TIMES_MAX = 200, ENOUGH = 60 };

static char *place, *log_file;

static const struct {
	const char *call, *errors;
} faults[] = {
    {"?read", "EIO"},
    {"?wait4", "EIO"},
    {"?rt_sigtimedwait", "EINTR"},
    {"?openat", "EIO EMFILE"},
    {"?openat2", "EIO EMFILE"},
    {"?newfstatat,?fstat", "EIO"},
    {"?write", "EIO"},
    {"?clone,?fork", "EAGAIN"},
    {"?pipe2", "EMFILE"},
    {"?open_tree", "EMFILE"},
    {"?move_mount", "EINVAL"},
    {"?fsopen", "EMFILE"},
    {"?fsmount", "ENOMEM"},
    {"?pivot_root", "EINVAL"},
    {"?umount2", "EINVAL"},
    {"?symlink,?symlinkat", "EIO"},
    {"?chdir", "EACCES"},
    {"?fchdir", "EACCES"},
    {"?mount", "ENOMEM"},
    {"?unshare", "ENOMEM"},
    {"?prctl", "EINVAL"},
    {"?poll", "ENOMEM"},
    {"?fcntl", "EBADF"},
    {"?kill", "EPERM"},
    {"?capset,?capget", "EPERM"},
};

static const struct {
	const char *words;
	int status;
} lines[] = {
    {"exec --arch aarch64 -- ./tiny", RAN},
    {"exec --arch aarch64 --root root -- /tiny", RAN},
    {"exec -n --arch aarch64 --root root --bind $PWD/root/tiny:/tiny -- /tiny", 0},
};

static void
prepare(void)
{
	need_strace();
	if (!place) {
		place = strdup(scratch());
		assert_true(asprintf(&log_file, "%s/log", place) > 0);
		expect(shell("cp binfmtctl %s/ && mkdir %s/root && cp %s %s/root/tiny", place, place,
			     tiny_interpreter(), place),
		       0, "", "");
	}
	need_private(place, NULL);
}

/* The n-th of these calls fails. NULL: there was none. */
static const struct run *
disturbed(const char *line, const char *call, const char *error, unsigned n)
{
	const struct run *r =
	    shell("cd %s && export ASAN_OPTIONS=detect_leaks=0 && timeout -s KILL %d strace -f -qq -o %s -e trace=%s "
		  "-e inject=%s:error=%s:when=%u ./binfmtctl -j %s",
		  place, HANGS_SECONDS, log_file, call, call, error, n, line);
	const char *log = slurp(log_file);

	return log && strstr(log, "(INJECTED)") ? r : NULL;
}

/* Its message counts where the write of that is what fails. */
static bool
is_honest(const struct run *r, int wanted)
{
	if (r->status == wanted)
		return true;
	return (r->status == OWN || r->status == NOT_EXECUTED || r->status == NOT_FOUND) &&
	       (strstr(r->err, "binfmtctl: ") || strstr(slurp(log_file), "\"binfmtctl: ")) &&
	       !strstr(r->err, ": Success");
}

/* The document is what could not be written. */
static bool
was_the_document(void)
{
	const char *at = strstr(slurp(log_file), "write(1, ");

	return at && strstr(at, "(INJECTED)") && !memchr(at, '\n', (size_t)(strstr(at, "(INJECTED)") - at));
}

/* How often it could be done. */
static unsigned
sweep(const char *line, int wanted, const char *call, const char *error)
{
	unsigned n = 1, done = 0;
	const struct run *r;

	for (; n < TIMES_MAX && (r = disturbed(line, call, error, n)); n++) {
		if (strstr(r->err, "error while loading shared libraries") || strstr(r->err, "LeakSanitizer"))
			continue;
		if (!is_honest(r, wanted))
			fail_msg("%s, %s number %u: %s: status %d\n%s%s\n%s", line, call, n, error, r->status, r->out,
				 r->err, slurp(log_file));
		if (r->status != wanted && !was_the_document())
			expect_json(r->out, ".error.detail | length > 0");
		done++;
	}
	return done;
}

static void
fault__every_call__an_end_and_a_cause(void **state)
{
	unsigned done = 0;

	(void)state;
	prepare();
	for (size_t w = 0; w < LENGTH(lines); w++)
		for (size_t i = 0; i < LENGTH(faults); i++) {
			char errors[64], *save = NULL;

			snprintf(errors, sizeof(errors), "%s", faults[i].errors);
			for (char *error = strtok_r(errors, " ", &save); error; error = strtok_r(NULL, " ", &save))
				done += sweep(lines[w].words, lines[w].status, faults[i].call, error);
		}
	printf("%u failing calls\n", done);
	assert_in_range(done, ENOUGH, 100000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(fault__every_call__an_end_and_a_cause)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
