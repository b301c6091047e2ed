/* SPDX-License-Identifier: MIT */
/*
 * Every fix that doctor prints is run as it is printed, in the failure that it is printed for: the problem is
 * gone after it, and what worked before still works. Where no command helps there is none. match, status
 * and test print the same ones.
 */
#include "conf.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "interp.h"
#include "plant.h"
#include "probe.h"

enum { FIX_MAX = 4096 };

/* What a fix is known to do. */
enum cure {
	NONE,    /* there is none: no command helps */
	CURES,   /* the problem is gone after it */
	STARTS,  /* it starts the file in another way, which exits with 7 */
	BY_QEMU, /* CURES, where QEMU is installed; else there is none */
	BY_STATIC_QEMU,
	BY_ENV, /* CURES, where env has -S */
};

/* The file that doctor is asked about, made by a row's plant; "": none. */
static char *file;
static char *healthy_program, *planted_program;

/* A file system for one row's file, and what covers the installed QEMU; NULL: none is mounted. */
static char *mounted;
static const char *covered;

static void
unmount(void)
{
	if (mounted)
		assert_int_equal(umount2(mounted, MNT_DETACH) | rmdir(mounted), 0);
	if (covered)
		assert_int_equal(umount2(covered, MNT_DETACH), 0);
	free(mounted);
	mounted = NULL;
	covered = NULL;
}

/* The first bytes of the installed QEMU in its place. */
static void
cover_qemu(void)
{
	static const char *path;
	char *part = scratch_file("first bytes");

	path = installed_qemu("aarch64");
	expect(shell("head -c 5000 '%s' >'%s' && chmod 755 '%s'", path, part, part), 0, "", "");
	assert_int_equal(mount(part, path, NULL, MS_BIND, NULL), 0);
	covered = path;
	free(part);
}

/* A text of this mode on a file system that is then mounted with these flags. On the heap. */
static char *
text_mounted(const char *text, mode_t mode, unsigned long flags)
{
	char *path;

	mounted = scratch_folder("mounted");
	assert_int_equal(mount("tmpfs", mounted, "tmpfs", 0, "mode=755"), 0);
	path = scratch_text("mounted/file", text, mode);
	assert_int_equal(mount(NULL, mounted, NULL, MS_REMOUNT | flags, NULL), 0);
	return path;
}

/* An architecture that this machine does not run, with QEMU or not. */
static bool
has_qemu(void)
{
	char path[INTERP_PATH_MAX];

	return interp_find(arch_find("aarch64"), NULL, 0, true, path).is == LOOK_YES;
}

static void
name_file(char *path)
{
	free(file);
	file = path;
}

/* The entry qemu-aarch64 with an interpreter of the scratch folder. */
static char *
default_named(const char *flags)
{
	char *path = tiny_copy("interpreter");

	expect(tool("register", "aarch64", "-i", path, "-f", flags, NULL), 0, "registered", NULL);
	return path;
}

static void
plant_default_missing(void)
{
	char *path = default_named("P");

	assert_int_equal(unlink(path), 0);
	free(path);
}

static void
plant_arch_missing(void)
{
	const char *path = plant_copy();

	plant_arch(path, "P");
	assert_int_equal(unlink(path), 0);
}

static void
plant_arch_folder(void)
{
	char *path = scratch_file("folder");

	expect(shell("mkdir -p '%s'", path), 0, "", "");
	plant_arch(path, "P");
	free(path);
}

static void
plant_stale_behind(void)
{
	char *other = tiny_copy("other");

	plant_stale();
	expect(tool("register", "aarch64", "--name", "front", "-i", other, NULL), 0, "registered", NULL);
	free(other);
}

static void
plant_broken_script(void)
{
	char *path = scratch_text("broken", "#!/nowhere/sh\n", 0755);

	plant_arch(path, "P");
	free(path);
}

static void
plant_broken_extension(void)
{
	char *path = scratch_text("broken", "#!/nowhere/sh\n", 0755);

	register_line(":" PLANTED ":E::ext::%s:", path);
	free(path);
}

static void
plant_arch_dynamic(void)
{
	char *path = scratch_copy("/bin/true", "dynamic");

	plant_arch(path, "F");
	free(path);
}

static void
plant_arch_unfixed(void)
{
	plant_arch(tiny_interpreter(), "P");
}

/* Flag F alone would not hold what these need. */
static void
plant_script_unfixed(void)
{
	char *path = scratch_text("script42", "#!/bin/sh\nexit 42\n", 0755);

	plant_arch(path, "P");
	free(path);
}

static void
plant_dynamic_unfixed(void)
{
	char *path = scratch_copy("/bin/true", "dynamic");

	plant_arch(path, "P");
	free(path);
}

/* Nor would `register` take this one, as others can write it. */
static void
plant_insecure_unfixed(void)
{
	const char *path = plant_copy();

	plant_arch(path, "OC");
	assert_int_equal(chmod(path, 0775), 0);
}

static void
plant_missing_beside_broken_qemu(void)
{
	cover_qemu();
	plant_arch_missing();
}

static void
plant_dynamic_beside_broken_qemu(void)
{
	cover_qemu();
	plant_dynamic_unfixed();
}

static void
plant_default_unfixed(void)
{
	free(default_named("P"));
}

static void
plant_extension_unfixed(void)
{
	register_line(":" PLANTED ":E::ext::%s:", tiny_interpreter());
}

static void
plant_held_script(void)
{
	char *path = scratch_text("script42", "#!/bin/sh\nexit 42\n", 0755);

	plant_arch(path, "F");
	free(path);
}

static void
plant_insecure_twice(void)
{
	char *folder = scratch_folder("its folder"), *path = tiny_copy("its folder/interpreter");

	assert_int_equal(chmod(path, 0775), 0); /* before: later it may be another file */
	assert_int_equal(chmod(folder, 0777), 0);
	register_line(":" PLANTED ":E::ext::%s:CF", path);
	free(path);
	free(folder);
}

static void
plant_insecure_read_only(void)
{
	char *path = text_mounted("#!/bin/sh\n", 0777, MS_RDONLY);

	register_line(":" PLANTED ":E::ext::%s:C", path);
	free(path);
}

static void
plant_hashed_leftover(void)
{
	register_line(":.binfmtctl#0123456789abcdef:E::ext::%s:F", tiny_interpreter());
}

static void
plant_switch(void)
{
	plant_arch(tiny_interpreter(), "F");
	assert_int_equal(mount_write("status", "0", 1), 0);
}

static void
plant_riddle_and_switch(void)
{
	register_raw("|odd|E||odd||/bin/sh\nx|");
	plant_switch();
}

static void
plant_disabled_missing(void)
{
	plant_arch_missing();
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

static void
plant_disabled_unprintable(void)
{
	register_line(":odd\x1b[m:E::ext::%s:F", tiny_interpreter());
	assert_int_equal(mount_write("odd\x1b[m", "0", 1), 0);
}

/* Interpreters that chmod would not make one. */
static void
plant_closed_noexec(void)
{
	char *path = text_mounted("#!/bin/sh\n", 0644, MS_NOEXEC);

	register_line(":" PLANTED ":E::ext::%s:", path);
	free(path);
}

static void
plant_closed_text(void)
{
	char *path = scratch_text("no program", "Dear reader,\n", 0644);

	register_line(":" PLANTED ":E::ext::%s:", path);
	free(path);
}

static void
plant_stale_closed(void)
{
	plant_stale();
	assert_int_equal(chmod(plant_path(), 0644), 0);
}

static void
plant_stale_by_time_closed(void)
{
	plant_stale_by_time();
	assert_int_equal(chmod(plant_path(), 0644), 0);
}

static void
plant_insecure_for_all(void)
{
	char *folder = scratch_folder("for all"), *path = tiny_copy("for all/interpreter");

	assert_int_equal(chmod(folder, 01777), 0);
	register_line(":" PLANTED ":E::ext::%s:CF", path);
	free(path);
	free(folder);
}

static void
plant_config(void)
{
	conf_write(0, "bad.conf", "# a comment\nnonsense\n");
}

static void
file_switched_off(void)
{
	plant_switch();
	name_file(probe_program("aarch64", "program"));
}

static void
file_disabled(void)
{
	plant_disabled();
	name_file(probe_program("aarch64", "program"));
}

static void
file_disabled_missing(void)
{
	plant_disabled_missing();
	name_file(probe_program("aarch64", "program"));
}

static void
file_unhandled(void)
{
	name_file(probe_program("aarch64", "program"));
}

static void
file_closed(void)
{
	name_file(scratch_text("it's closed", "#!/bin/sh\n", 0644));
}

static void
file_closed_noexec(void)
{
	name_file(text_mounted("#!/bin/sh\n", 0644, MS_NOEXEC));
}

static void
file_closed_read_only(void)
{
	name_file(text_mounted("#!/bin/sh\n", 0644, MS_RDONLY));
}

static void
file_closed_lost_script(void)
{
	name_file(scratch_text("closed and lost", "#!/nowhere/sh\n", 0644));
}

static void
file_crlf_read_only(void)
{
	name_file(text_mounted("#!/bin/sh\r\nexit 0\r\n", 0755, MS_RDONLY));
}

/* A program behind the lines of a script: beyond the bytes that the kernel looks at. */
static void
file_crlf_packed(void)
{
	static char bytes[8192] = "#!/bin/sh\r\n";

	name_file(scratch_file("packed"));
	memset(bytes + 11, '\n', sizeof(bytes) - 12);
	spill(file, bytes, sizeof(bytes), 0755);
}

static void
file_crlf(void)
{
	name_file(scratch_text("crlf", "#!/bin/sh\r\nexit 0\r\n", 0755));
}

static void
file_env_crlf(void)
{
	name_file(scratch_text("env-crlf", "#!/usr/bin/env sh\r\nexit 0\r\n", 0755));
}

static void
file_env_words(void)
{
	name_file(scratch_text("env-words", "#!/usr/bin/env sh -e\nexit 0\n", 0755));
}

static void
file_option_crlf(void)
{
	name_file(scratch_text("option-crlf", "#!/bin/sh -e\r\nexit 0\r\n", 0755));
}

static void
file_mark(void)
{
	name_file(scratch_text("mark", "\xef\xbb\xbf#!/bin/sh\nexit 0\n", 0755));
}

static void
file_blank_lines(void)
{
	name_file(scratch_text("blank", "\n \n#!/bin/sh\nexit 0\n", 0755));
}

static void
file_spaces(void)
{
	name_file(scratch_text("spaces", "  #!/bin/sh\nexit 0\n", 0755));
}

static void
file_mark_and_spaces(void)
{
	name_file(scratch_text("mark spaces", "\xef\xbb\xbf\n  #!/bin/sh\nexit 0\n", 0755));
}

static void
file_shell_words(void)
{
	name_file(scratch_text("-words", "echo hello\nexit 0\n", 0755));
}

static void
file_text(void)
{
	name_file(scratch_text("text", "Dear reader,\n", 0755));
}

static void
file_ape(void)
{
	name_file(scratch_text("ape", "MZqFpD='\n'\nexit 7\n", 0755));
}

static void
file_lost_script(void)
{
	name_file(scratch_text("lost", "#!/nowhere/sh\n", 0755));
}

static void
file_empty(void)
{
	name_file(scratch_text("empty", "", 0755));
}

static void
file_missing(void)
{
	name_file(scratch_file("nothing"));
}

static void
file_of_missing_interpreter(void)
{
	plant_arch_missing();
	name_file(probe_program("aarch64", "program"));
}

static void
file_unhandled_beside_broken_qemu(void)
{
	cover_qemu();
	file_unhandled();
}

static void
file_of_stale(void)
{
	plant_stale();
	name_file(probe_program("aarch64", "program"));
}

static void
file_of_wrong_interpreter(void)
{
	char *path = scratch_file("wrong");

	if (!exit_interpreter(path, 3))
		skip_because("this machine has no compiler");
	plant_arch(path, "F");
	name_file(probe_program("aarch64", "program"));
	free(path);
}

static void
file_without_loader(void)
{
	char *source = scratch_text("d.c", "int main(void) { return 7; }\n", 0644);

	name_file(scratch_file("needs a loader"));
	if (!has_qemu() || access("/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1", F_OK) < 0 ||
	    shell("aarch64-linux-gnu-gcc -o '%s' '%s'", file, source)->status != 0)
		skip_because("this machine has no compiler or no QEMU for aarch64");
	free(source);
	expect(tool("register", "aarch64", NULL), 0, "registered", qemu_warning("aarch64"));
}

/* A row: what is planted, the check that tells it, and what the fix is known to do. */
static const struct row {
	const char *name;
	void (*plant)(void);
	const char *check; /* or several, as a regular expression */
	enum cure cure;
} entries[] = {
    {"disabled", plant_disabled, "disabled", CURES},
    {"disabled, interpreter missing", plant_disabled_missing, "disabled", NONE},
    {"disabled, a name with control bytes", plant_disabled_unprintable, "disabled", NONE},
    {"missing, extension", plant_missing, "missing", NONE},
    {"missing, architecture", plant_arch_missing, "missing", BY_QEMU},
    {"missing, default name", plant_default_missing, "missing", BY_QEMU},
    {"a folder, extension", plant_missing_folder, "not-executable", NONE},
    {"a folder, architecture", plant_arch_folder, "not-executable", BY_QEMU},
    {"not executable", plant_not_executable, "not-executable", CURES},
    {"not executable, on a noexec mount", plant_closed_noexec, "not-executable", NONE},
    {"not executable, a text", plant_closed_text, "not-executable", NONE},
    {"stale", plant_stale, "stale", CURES},
    {"stale by time", plant_stale_by_time, "stale", CURES},
    {"stale, architecture, the new file cannot run", plant_stale_closed, "stale", BY_QEMU},
    {"stale by time, the new file cannot run", plant_stale_by_time_closed, "stale", NONE},
    {"stale, disabled", plant_stale_disabled, "stale", NONE},
    {"stale, behind another", plant_stale_behind, "stale", NONE},
    {"deleted", plant_deleted, "deleted", BY_QEMU},
    {"broken, extension", plant_broken_extension, "broken", NONE},
    {"broken, architecture", plant_broken_script, "broken", BY_QEMU},
    {"dynamic, extension", plant_dynamic, "dynamic", NONE},
    {"dynamic, architecture", plant_arch_dynamic, "dynamic", BY_STATIC_QEMU},
    {"unfixed, extension", plant_extension_unfixed, "unfixed", NONE},
    {"unfixed, architecture", plant_arch_unfixed, "unfixed", CURES},
    {"unfixed, default name", plant_default_unfixed, "unfixed", CURES},
    {"unfixed, script", plant_script_unfixed, "unfixed", BY_STATIC_QEMU},
    {"unfixed, dynamic", plant_dynamic_unfixed, "unfixed|dynamic", BY_STATIC_QEMU},
    {"unfixed, flag C and others can write it", plant_insecure_unfixed, "unfixed", BY_STATIC_QEMU},
    {"unfixed, dynamic, the installed QEMU is broken", plant_dynamic_beside_broken_qemu, "unfixed", NONE},
    {"missing, the installed QEMU is broken", plant_missing_beside_broken_qemu, "missing", NONE},
    {"unfixed, held script", plant_held_script, "unfixed", BY_STATIC_QEMU},
    {"insecure, one culprit", plant_insecure, "insecure", CURES},
    {"insecure, two culprits", plant_insecure_twice, "insecure", CURES},
    {"insecure, a folder for all", plant_insecure_for_all, "insecure", NONE},
    {"insecure, read-only", plant_insecure_read_only, "insecure", NONE},
    {"shadowed", plant_shadowed, "shadowed", NONE},
    {"native", plant_native, "native", CURES},
    {"loop", plant_loop, "loop", CURES},
    {"leftover", plant_leftover, "leftover", CURES},
    {"leftover alone", plant_temporary_alone, "leftover", CURES},
    {"leftover, hashed", plant_hashed_leftover, "leftover", NONE},
    {"switch", plant_switch, "switch", CURES},
    {"switch, and an entry not understood", plant_riddle_and_switch, "switch", NONE},
    {"config", plant_config, "config", CURES},
};

static const struct row files[] = {
    {"switched off", file_switched_off, "match", CURES},
    {"entry disabled", file_disabled, "match", CURES},
    {"entry disabled, interpreter missing", file_disabled_missing, "match", NONE},
    {"no handler", file_unhandled, "match", BY_QEMU},
    {"no handler, the installed QEMU is broken", file_unhandled_beside_broken_qemu, "match", NONE},
    {"no x bit", file_closed, "match", CURES},
    {"no x bit, noexec mount", file_closed_noexec, "match", NONE},
    {"no x bit, read-only", file_closed_read_only, "match", NONE},
    {"no x bit, script without its program", file_closed_lost_script, "match", NONE},
    {"CRLF", file_crlf, "match", CURES},
    {"CRLF, read-only", file_crlf_read_only, "match", NONE},
    {"CRLF, a program packed behind it", file_crlf_packed, "match", NONE},
    {"byte order mark", file_mark, "match", CURES},
    {"blank lines first", file_blank_lines, "match", CURES},
    {"spaces first", file_spaces, "match", CURES},
    {"mark and spaces first", file_mark_and_spaces, "match", NONE},
    {"shell words", file_shell_words, "match", CURES},
    {"text", file_text, "match", NONE},
    {"APE", file_ape, "match", STARTS},
    {"script without its program", file_lost_script, "match", NONE},
    {"empty", file_empty, "match", NONE},
    {"missing", file_missing, "match", NONE},
    {"interpreter missing", file_of_missing_interpreter, "test", BY_QEMU},
    {"interpreter stale", file_of_stale, "test", CURES},
    {"interpreter wrong", file_of_wrong_interpreter, "test", BY_QEMU},
    {"loader missing", file_without_loader, "program", STARTS},
};

/* Exec of these works, and what it starts then fails. */
static const struct row later[] = {
    {"CRLF and env", file_env_crlf, "match|program", CURES},
    {"env and an option", file_env_words, "program", BY_ENV},
    {"CRLF and an option", file_option_crlf, "match|program", CURES},
};

/* doctor's findings of a check that do not pass, as jq prints this of them. */
static const char *
ask_doctor(const char *check, const char *what)
{
	const char *path = file ? file : "";

	return expect(shell("./binfmtctl -j doctor %s%s%s | jq -r '[.checks[] | select((.check | test(\"^(%s)$\")) and "
			    ".result != "
			    "\"pass\")] | %s'",
			    *path ? "\"" : "", path, *path ? "\"" : "", check, what),
		      0, NULL, "")
	    ->out;
}

/* The fix as it is printed, "null" if there is none, without its newline. */
static void
printed_fix(const struct row *row, char fix[static FIX_MAX])
{
	if (strcmp(ask_doctor(row->check, "length"), "0\n") == 0)
		fail_msg("%s: doctor does not tell of %s:\n%s", row->name, row->check,
			 tool("doctor", "-v", file, NULL)->out);
	snprintf(fix, FIX_MAX, "%s", ask_doctor(row->check, ".[0].fix"));
	fix[strcspn(fix, "\n")] = '\0';
}

/* With sh -c, where binfmtctl is in PATH. */
static const struct run *
run_fix(const char *fix)
{
	char *script = scratch_text("fix", fix, 0644);
	const struct run *r = shell("PATH=%s:/usr/bin:/bin:/usr/sbin:/sbin; export PATH; exec sh -c \"$(cat '%s')\"",
				    tool_folder(), script);

	free(script);
	return r;
}

static void
check_cured(const struct row *row, const char *fix)
{
	int planted = exec_status(planted_program), healthy = exec_status(healthy_program);
	const struct run *r = run_fix(fix);

	if (r->status != (row->cure == STARTS ? 7 : 0))
		fail_msg("%s: fix: %s\nended in %d\n%s%s", row->name, fix, r->status, r->out, r->err);
	if (row->cure != STARTS && strcmp(ask_doctor(row->check, "length"), "0\n") != 0)
		fail_msg("%s: still there after the fix: %s\n%s", row->name, fix, tool("doctor", file, NULL)->out);
	if (planted == PROBE_STATUS && exec_status(planted_program) != PROBE_STATUS)
		fail_msg("%s: programs of aarch64 ran before the fix, and do not after it: %s", row->name, fix);
	if (exec_status(healthy_program) != PROBE_STATUS || (healthy != PROBE_STATUS && healthy != -ENOEXEC))
		fail_msg("%s: the other handler does not work after the fix: %s", row->name, fix);
}

/* Another entry, and programs of both. */
static void
begin_row(const struct row *row)
{
	char *interpreter;

	ns_setup(NULL);
	conf_needs_boot_dirs();
	name_file(NULL);
	print_message("  %s\n", row->name);
	interpreter = tiny_copy("healthy");
	expect(tool("register", "s390x", "-i", interpreter, "-fF", NULL), 0, "registered", "");
	if (!healthy_program)
		healthy_program = probe_program("s390x", "healthy-program");
	if (!planted_program)
		planted_program = probe_program("aarch64", "planted-program");
	assert_int_equal(exec_status(healthy_program), PROBE_STATUS);
	free(interpreter);
	row->plant();
}

static bool
is_wanted(enum cure cure)
{
	if (cure == BY_STATIC_QEMU)
		return has_static_qemu("aarch64");
	if (cure == BY_ENV)
		return shell("/usr/bin/env -S true")->status == 0;
	return cure == BY_QEMU ? has_qemu() : cure != NONE;
}

static void
check_row(const struct row *row)
{
	bool wanted = is_wanted(row->cure);
	char fix[FIX_MAX];

	begin_row(row);
	printed_fix(row, fix);
	if (wanted != (strcmp(fix, "null") != 0))
		fail_msg("%s: the fix is: %s\n%s", row->name, fix, tool("doctor", file, NULL)->out);
	if (wanted)
		check_cured(row, fix);
	unmount();
}

static void
fixes__problems_of_entries__gone_after_the_fix(void **state)
{
	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(entries); i++)
		check_row(&entries[i]);
}

static void
fixes__problems_of_files__gone_after_the_fix(void **state)
{
	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(files); i++)
		check_row(&files[i]);
}

static void
fixes__what_stands_behind_the_program__gone_after_the_fix(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(later); i++)
		check_row(&later[i]);
}

/* By a link to it: sed would put a file in the link's place, and leave the script as it is. */
static void
fixes__script_behind_a_link__the_script_is_cured(void **state)
{
	static const struct row row = {"a link", NULL, "match|program", CURES};
	static const char *const scripts[] = {"#!/bin/sh\r\nexit 7\r\n", "\xef\xbb\xbf#!/bin/sh\nexit 7\n",
					      "#!/usr/bin/env sh -e\nexit 7\n"};
	char fix[FIX_MAX];

	(void)state;
	for (size_t i = 0; i < LENGTH(scripts); i++) {
		char *script = scratch_text("linked", scripts[i], 0755);
		struct stat st;

		name_file(scratch_file("link"));
		assert_true(i > 0 || symlink("linked", file) == 0);
		printed_fix(&row, fix);
		expect(run_fix(fix), 0, "", "");
		assert_int_equal(exec_status(script), 7);
		assert_true(lstat(file, &st) == 0 && S_ISLNK(st.st_mode));
		free(script);
	}
}

/* Nothing is registered at all: the fix registers whatever is installed. */
static void
fixes__no_handler__all_registered(void **state)
{
	static const struct row row = {"no handler at all", NULL, "handlers", BY_QEMU};
	char fix[FIX_MAX];

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	name_file(NULL);
	printed_fix(&row, fix);
	if (!has_qemu())
		skip_because("this machine has no QEMU");
	expect(run_fix(fix), 0, "registered", NULL);
	assert_string_equal(ask_doctor("handlers", "length"), "0\n");
}

static void (*const plants[])(void) = {plant_stale,        plant_disabled, plant_leftover,
				       plant_arch_unfixed, plant_loop,     plant_switch};

static void
check_fixes_name(const char *dir)
{
	char filter[2048];

	snprintf(filter, sizeof(filter),
		 "[.checks[].fix | select(. != null and startswith(\"binfmtctl\"))] | length > 0 and "
		 "(map(startswith(\"binfmtctl -d %s \")) | all)",
		 dir);
	expect(shell("mkdir -p %s && mount --bind " MOUNT " %s", dir, dir), 0, "", "");
	for (size_t i = 0; i < LENGTH(plants); i++) {
		ns_setup(NULL);
		plants[i]();
		expect_json(tool("-j", "-d", dir, "doctor", NULL)->out, filter);
	}
	shell("umount %s", dir);
}

/* A fix acts on the instance that was looked at. */
static void
fixes__of_a_mount_that_was_named__name_it_too(void **state)
{
	char dir[512];

	(void)state;
	conf_needs_boot_dirs();
	check_fixes_name("/mnt/other");
	snprintf(dir, sizeof(dir), "/mnt/%0200d/%0200d", 1, 2);
	check_fixes_name(dir);
}

/* No command of ours helps where the entries cannot be changed from: then none is printed. */
static void
fixes__entries_that_cannot_be_changed_from_here__none(void **state)
{
	static const char *const places[] = {
	    "unshare -Ur",
	    "unshare -m sh -c 'mount -o remount,bind,ro " MOUNT " && exec \"$@\"' sh",
	};

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(plants); i++)
		for (size_t k = 0; k < LENGTH(places); k++) {
			ns_setup(NULL);
			plants[i]();
			expect_json(shell("%s ./binfmtctl -j doctor", places[k])->out,
				    "[.checks[].fix | select(. != null and startswith(\"binfmtctl\"))] == []");
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fixes__problems_of_entries__gone_after_the_fix),
	    cmocka_unit_test(fixes__problems_of_files__gone_after_the_fix),
	    cmocka_unit_test(fixes__what_stands_behind_the_program__gone_after_the_fix),
	    cmocka_unit_test(fixes__script_behind_a_link__the_script_is_cured),
	    cmocka_unit_test(fixes__no_handler__all_registered),
	    cmocka_unit_test(fixes__of_a_mount_that_was_named__name_it_too),
	    cmocka_unit_test(fixes__entries_that_cannot_be_changed_from_here__none),
	};

	return ns_run(tests);
}
