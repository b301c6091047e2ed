/* SPDX-License-Identifier: MIT */
/* The probe on the real kernel: what it sees, here and in other roots. */
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arch.h"
#include "forbid.h"
#include "host.h"
#include "loader.h"
#include "opened.h"
#include "rule.h"

static const char *const all_flags[] = {"", "P", "O", "F", "PF", "OCF", "POCF"};

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* ---- other roots ---- */

enum kind { STATIC, DYNAMIC, SCRIPT, GONE, KINDS };

static const char *const kind_words[] = {"static", "dynamic", "script", "gone"};

static char *
interpreter_of(enum kind kind)
{
	if (kind == SCRIPT)
		return scratch_text("script-kind", "#!/bin/sh\necho ran >&2\n: >/ran\nexit 42\n", 0755);
	return trial_built(kind_words[kind], trial_ran_text, kind == DYNAMIC ? "" : "-static");
}

/* What exec says in a root that has nothing, or the interpreter and all that it needs. */
static int
wanted_errno(enum kind kind, const char *flags, bool full)
{
	bool held = strchr(flags, 'F') != NULL;

	if (!held && (!full || kind == GONE))
		return ENOENT;
	if (!full && (kind == DYNAMIC || kind == SCRIPT))
		return ENOENT;
	return kind == SCRIPT && strchr(flags, 'O') ? ENOEXEC : 0; /* its shell is looked for first */
}

static enum probe_alone
wanted_verdict(enum kind kind, const char *flags, int error)
{
	if (error == ENOEXEC)
		return PROBE_ALONE_UNKNOWN;
	if (!error)
		return PROBE_ALONE_WORKS;
	if (!strchr(flags, 'F'))
		return PROBE_ALONE_NO_F;
	return kind == SCRIPT ? PROBE_ALONE_SCRIPT : PROBE_ALONE_DYNAMIC;
}

static void
check_in_root(enum kind kind, const char *flags, ino_t ino, bool full, const char *where)
{
	const struct probe_result *r = &trial->result;
	struct interp interp = {.kind = kind == SCRIPT ? INTERP_SCRIPT : INTERP_ELF,
				.dynamic = look_seen(kind == DYNAMIC)};
	unsigned bits = (strchr(flags, 'F') ? RULE_F : 0U) | (strchr(flags, 'O') ? RULE_O : 0U);
	int error = wanted_errno(kind, flags, full);
	bool sees = !error && kind != SCRIPT && (strchr(flags, 'F') || !full);

	if (trial->tried < 0)
		fail_msg("%s, flags '%s', %s: %s", kind_words[kind], flags, where, trial->err.text);
	if (r->end != (error ? PROBE_REFUSED : PROBE_STOPPED) || r->exec_errno != error)
		fail_msg("%s, flags '%s', %s: end %d, %s", kind_words[kind], flags, where, (int)r->end,
			 strerror(r->exec_errno));
	if (r->output[0] || r->message[0])
		fail_msg("%s, flags '%s', %s: it ran: %s", kind_words[kind], flags, where, r->message);
	if (sees && (r->ino != ino || r->exe_errno))
		fail_msg("%s, flags '%s', %s: runner %s (%d)", kind_words[kind], flags, where, r->exe, r->exe_errno);
	if (!error && (!r->flags_read || r->tells_p != (strchr(flags, 'P') != NULL)))
		fail_msg("%s, flags '%s', %s: AT_FLAGS", kind_words[kind], flags, where);
	assert_int_equal(probe_alone(r, bits, &interp), wanted_verdict(kind, flags, error));
}

/* A copy below another root, under the same path. */
static void
put_below(const char *root, const char *path)
{
	assert_int_equal(
	    shell("mkdir -p \"$(dirname '%s%s')\" && cp '%s' '%s%s'", root, path, path, root, path)->status, 0);
}

/* A root with the interpreter (unless it is gone) and what it needs up to its first instruction. */
static int
full_root(enum kind kind, const char *interpreter, const char *name)
{
	char *root = scratch_folder(name), loader[256], *sh;
	int fd;

	if (kind != GONE)
		put_below(root, interpreter);
	if (kind == DYNAMIC) {
		fd = open(interpreter, O_RDONLY | O_CLOEXEC);
		assert_true(loader_path(&(struct opened){.fd = fd}, loader) > 0);
		close(fd);
		put_below(root, loader);
	}
	assert_true(asprintf(&sh, "%s/bin", root) > 0);
	assert_int_equal(mkdir(sh, 0755), 0);
	free(sh);
	assert_true(asprintf(&sh, "%s/bin/sh", root) > 0);
	copy_file(tiny_interpreter(), sh, 0755);
	free(sh);
	fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	free(root);
	return fd;
}

static void
try_roots(enum kind kind, const char *flags, const char *interpreter, int bare, int full)
{
	ino_t ino;

	ino = inode_of(interpreter);
	trial_plant(interpreter, flags);
	if (kind == GONE)
		assert_int_equal(unlink(interpreter), 0);
	for (size_t i = 0; i < LENGTH(trial_becomings); i++) {
		trial_run_as(trial_becomings[i], PROBE_EMPTY_ROOT, TRIAL_LONG_MS);
		check_in_root(kind, flags, ino, false, i ? "empty, no capabilities" : "empty");
		trial_run_as(trial_becomings[i], bare, TRIAL_LONG_MS);
		check_in_root(kind, flags, ino, false, i ? "bare, no capabilities" : "bare");
		trial_run_as(trial_becomings[i], full, TRIAL_LONG_MS);
		check_in_root(kind, flags, ino, true, i ? "full, no capabilities" : "full");
	}
}

static void
check_kind(enum kind kind)
{
	char *first = interpreter_of(kind), *path = scratch_file("interpreter"), *folder, *mark, name[32];
	int bare, full;

	snprintf(name, sizeof(name), "bare-%s", kind_words[kind]);
	folder = scratch_folder(name);
	bare = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	copy_file(first, path, 0755);
	snprintf(name, sizeof(name), "full-%s", kind_words[kind]);
	full = full_root(kind, path, name);
	for (size_t i = 0; i < LENGTH(all_flags); i++) {
		if (access(path, F_OK) < 0)
			copy_file(first, path, 0755);
		try_roots(kind, all_flags[i], path, bare, full);
	}
	mark = scratch_file("ran");
	assert_false(is_there(mark));
	assert_int_equal(faccessat(bare, "ran", F_OK, 0), -1);
	assert_int_equal(faccessat(full, "ran", F_OK, 0), -1);
	free(mark);
	close(bare);
	close(full);
	free(folder);
	free(path);
	free(first);
}

static void
in_root__static__needs_flag_f_alone(void **state)
{
	(void)state;
	need_ptrace();
	check_kind(STATIC);
}

static void
in_root__dynamic__needs_its_loader_too(void **state)
{
	(void)state;
	need_ptrace();
	check_kind(DYNAMIC);
}

static void
in_root__script__needs_its_shell_too(void **state)
{
	(void)state;
	need_ptrace();
	check_kind(SCRIPT);
}

static void
in_root__gone__only_f_holds_it(void **state)
{
	(void)state;
	need_ptrace();
	check_kind(GONE);
}

static void
in_root__no_handler__cannot_tell(void **state)
{
	(void)state;
	need_ptrace();
	trial_run_in(PROBE_EMPTY_ROOT);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(trial->result.exec_errno, ENOEXEC);
	assert_int_equal(probe_alone(&trial->result, RULE_F, NULL), PROBE_ALONE_UNKNOWN);
}

static bool
weak_without_unshare(void)
{
	return forbid_capabilities() && forbid(SYS_unshare, EPERM);
}

static void
in_root__cannot_be_made__not_tried(void **state)
{
	bool (*const rows[])(void) = {weak_without_unshare, trial_without_ptrace, trial_without_processes};
	int folder = open(scratch(), O_PATH | O_DIRECTORY | O_CLOEXEC), file = open("/proc/self/exe", O_PATH);

	(void)state;
	trial_plant(tiny_interpreter(), "F");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		trial_run_as(rows[i], PROBE_EMPTY_ROOT, TRIAL_LONG_MS);
		assert_int_equal(trial->tried, -1);
		assert_true(trial->err.text[0]);
		trial_run_as(rows[i], folder, TRIAL_LONG_MS);
		assert_int_equal(trial->tried, -1);
	}
	trial_run_in(file);
	assert_int_equal(trial->tried, -1);
	assert_true(says(trial->err.text, "cannot enter that root: Not a directory"));
	close(folder);
	close(file);
}

static void
in_root__no_memfd__works(void **state)
{
	(void)state;
	need_ptrace();
	trial_plant(tiny_interpreter(), "F");
	trial_run_as(trial_without_memfd, PROBE_EMPTY_ROOT, TRIAL_LONG_MS);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(trial->result.end, PROBE_STOPPED);
}

static void
in_root__leaves_this_process_as_it_was(void **state)
{
	size_t before = open_descriptors();
	struct stat root, now;

	(void)state;
	need_ptrace();
	trial_plant(tiny_interpreter(), "F");
	assert_int_equal(stat("/", &root), 0);
	trial_run_in(PROBE_EMPTY_ROOT);
	assert_int_equal(trial->tried, 0);
	assert_int_equal(open_descriptors(), before);
	assert_int_equal(stat("/", &now), 0);
	assert_true(now.st_ino == root.st_ino && now.st_dev == root.st_dev);
	trial_expect_nothing_left();
}

/* ---- this root ---- */

static void
until_exec__nothing_of_the_interpreter_runs(void **state)
{
	char *mark = scratch_file("ran"), *paths[] = {interpreter_of(STATIC), interpreter_of(DYNAMIC)};

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(paths); i++)
		for (size_t k = 0; k < LENGTH(all_flags); k++) {
			trial_plant(paths[i], all_flags[k]);
			trial_run(PROBE_UNTIL_EXEC, TRIAL_LONG_MS);
			assert_int_equal(trial->tried, 0);
			assert_int_equal(trial->result.end, PROBE_STOPPED);
			assert_int_equal(trial->result.ino, inode_of(paths[i]));
			assert_true(!trial->result.output[0] && !trial->result.message[0]);
			assert_false(is_there(mark));
		}
	trial_run(PROBE_UNTIL_EXIT, TRIAL_LONG_MS); /* the mark is made if it does run */
	assert_int_equal(trial->result.status, 42);
	assert_string_equal(trial->result.message, "ran");
	assert_true(is_there(mark));
	unlink(mark);
	free(mark);
	free(paths[0]);
	free(paths[1]);
}

static void
until_exec__flag_p__told_to_the_interpreter(void **state)
{
	(void)state;
	need_ptrace();
	if (!host_kernel_since(host_kernel(), 5, 12))
		skip_because("this kernel does not tell of flag P");
	for (size_t i = 0; i < LENGTH(all_flags); i++) {
		trial_plant(tiny_interpreter(), all_flags[i]);
		trial_run(PROBE_UNTIL_EXEC, TRIAL_LONG_MS);
		assert_true(trial->result.flags_read);
		assert_int_equal(trial->result.tells_p, strchr(all_flags[i], 'P') != NULL);
	}
}

static void
ptrace_forbidden__untried_until_exec_but_runs_until_exit(void **state)
{
	(void)state;
	trial_plant(tiny_interpreter(), "F");
	trial_run_as(trial_without_ptrace, TRIAL_EXEC, TRIAL_LONG_MS);
	assert_int_equal(trial->tried, -1);
	assert_true(says(trial->err.text, "cannot trace a process: Operation not permitted"));
	trial_run_as(trial_without_ptrace, TRIAL_EXIT, TRIAL_LONG_MS);
	assert_int_equal(trial->tried, 0);
	assert_true(trial->result.end == PROBE_EXITED && trial->result.status == 42 && !trial->result.traced);
}

/* It is found there by its own number, not by ours. */
static void
proc_of_another_pid_namespace__the_right_process_is_seen(void **state)
{
	int where[] = {TRIAL_EXIT, TRIAL_EXEC, PROBE_EMPTY_ROOT};

	(void)state;
	need_ptrace();
	trial_plant(tiny_interpreter(), "PF");
	for (size_t i = 0; i < LENGTH(where); i++) {
		trial_run_as(trial_in_other_pids, where[i], TRIAL_LONG_MS);
		assert_int_equal(trial->tried, 0);
		assert_int_equal(trial->result.end, i ? PROBE_STOPPED : PROBE_EXITED);
		assert_true(trial->result.traced && !trial->result.exe_errno && trial->result.flags_read);
		assert_int_equal(trial->result.ino, inode_of(tiny_interpreter()));
	}
}

/* Executes the probe of this machine's own architecture, under another version. */
static void
run_native(void)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(host_arch(), 0xff, elf);

	trial->tried = probe_run(elf, size, NULL, PROBE_UNTIL_FOREIGN, TRIAL_LONG_MS, &trial->result, &trial->err);
}

static void
until_foreign__goes_on_only_as_the_probe_itself(void **state)
{
	char *mark = scratch_file("ran"), *path = interpreter_of(STATIC);

	(void)state;
	need_ptrace();
	run_native();
	assert_true(trial->tried == 0 && trial->result.itself);
	assert_true(trial->result.end == PROBE_EXITED && trial->result.status == PROBE_STATUS);
	register_line(":odd:M:6:\\xff::%s:", path);
	run_native();
	assert_int_equal(trial->tried, 0);
	assert_int_equal(trial->result.end, PROBE_STOPPED);
	assert_int_equal(trial->result.ino, inode_of(path));
	assert_false(is_there(mark));
	trial_expect_nothing_left();
	free(path);
	free(mark);
}

static void
until_foreign__ptrace_forbidden__not_tried(void **state)
{
	(void)state;
	trial_plant(tiny_interpreter(), "");
	trial_run_as(trial_without_ptrace, TRIAL_FOREIGN, TRIAL_LONG_MS);
	assert_int_equal(trial->tried, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(in_root__static__needs_flag_f_alone),
	    cmocka_unit_test(in_root__dynamic__needs_its_loader_too),
	    cmocka_unit_test(in_root__script__needs_its_shell_too),
	    cmocka_unit_test(in_root__gone__only_f_holds_it),
	    cmocka_unit_test(in_root__no_handler__cannot_tell),
	    cmocka_unit_test(in_root__cannot_be_made__not_tried),
	    cmocka_unit_test(in_root__no_memfd__works),
	    cmocka_unit_test(in_root__leaves_this_process_as_it_was),
	    cmocka_unit_test(until_exec__nothing_of_the_interpreter_runs),
	    cmocka_unit_test(until_exec__flag_p__told_to_the_interpreter),
	    cmocka_unit_test(ptrace_forbidden__untried_until_exec_but_runs_until_exit),
	    cmocka_unit_test(proc_of_another_pid_namespace__the_right_process_is_seen),
	    cmocka_unit_test(until_foreign__goes_on_only_as_the_probe_itself),
	    cmocka_unit_test(until_foreign__ptrace_forbidden__not_tried),
	};

	return trial_begin() ? ns_run(tests) : 1;
}
