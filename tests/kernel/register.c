/* SPDX-License-Identifier: MIT */
/* register on the real kernel: what it makes of an operand, what it keeps, what it says. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "interp.h"
#include "release.h"

#define AARCH64_TAIL                                                                                                   \
	"offset 0\nmagic 7f454c460201010000000000000000000200b700\nmask ffffffffffffff000000000000000000feffffff\n"

/* A folder in which aarch64's QEMU is the tiny interpreter. */
static const char *
tiny_dir(void)
{
	static char *dir;
	char *file = scratch_file("dir/qemu-aarch64-static");

	if (!dir) {
		dir = scratch_file("dir");
		assert_int_equal(mkdir(dir, 0755), 0);
		copy_file(tiny_interpreter(), file, 0755);
	}
	free(file);
	return dir;
}

static void
assert_entry(const char *name, const char *state, const char *interpreter, const char *flags, const char *tail)
{
	char *wanted;

	assert_true(asprintf(&wanted, "%s\ninterpreter %s\nflags: %s\n%s", state, interpreter, flags, tail) > 0);
	assert_string_equal(entry_text(name), wanted);
	free(wanted);
}

static void
register__arch__entry_with_default_flags(void **state)
{
	const char *qemu = installed_qemu("aarch64");
	char wanted[INTERP_PATH_MAX + 64];

	(void)state;
	need_ptrace();
	snprintf(wanted, sizeof(wanted), "qemu-aarch64: registered (%s, flags PF)\n", qemu);
	expect(tool("register", "aarch64", NULL), 0, wanted, NULL);
	assert_entry("qemu-aarch64", "enabled", qemu, "PF", AARCH64_TAIL);
	assert_true(runner_of("aarch64") == inode_of(qemu));
}

static void
register__any_alias__the_same_entry(void **state)
{
	static const char *const aliases[] = {"arm64", "linux/arm64", "linux/arm64/v8", "linux/aarch64", "aarch64"};

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(aliases); i++)
		expect(tool("register", aliases[i], "-i", tiny_interpreter(), NULL), 0,
		       i ? "qemu-aarch64: unchanged" : "qemu-aarch64: registered", "");
	assert_entry("qemu-aarch64", "enabled", tiny_interpreter(), "F", AARCH64_TAIL);
}

static void
register__twice__unchanged_and_nothing_written(void **state)
{
	char *before;

	(void)state;
	need_ptrace();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-fPOF", NULL), 0, "registered", "");
	before = instance();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-fFOP", NULL), 0, "qemu-aarch64: unchanged", "");
	expect_instance(before);
	free(before);
}

static void
register__other_flags__replaced_and_alone(void **state)
{
	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(tool("register", "aarch64", "--flags", "POF", NULL), 0, "qemu-aarch64: replaced", "");
	assert_entry("qemu-aarch64", "enabled", tiny_interpreter(), "POF", AARCH64_TAIL);
	expect(shell("ls -A " MOUNT " | sort"), 0, "qemu-aarch64\nregister\nstatus\n", NULL);
}

static void
register__interpreter_dir__searched_first(void **state)
{
	char *path = scratch_file("dir/qemu-aarch64-static");

	(void)state;
	expect(tool("register", "aarch64", "--interpreter-dir", "/proc/self", "--interpreter-dir", tiny_dir(), NULL), 0,
	       "registered", "");
	assert_entry("qemu-aarch64", "enabled", path, "PF", AARCH64_TAIL);
	free(path);
}

static void
register__interpreter_given__flag_f_only(void **state)
{
	(void)state;
	expect(tool("register", "aarch64", "--interpreter", script_interpreter(), NULL), 0, "flags F)",
	       "is a script: inside a chroot or container without /bin/sh it fails in spite of flag F");
	assert_entry("qemu-aarch64", "enabled", script_interpreter(), "F", AARCH64_TAIL);
}

static void
register__custom__no_flags(void **state)
{
	(void)state;
	expect(tool("register", "--name", "mine", "--magic", "cafe", "-i", script_interpreter(), NULL), 0,
	       "mine: registered", "");
	assert_entry("mine", "enabled", script_interpreter(), "", "offset 0\nmagic cafe\n");
}

static void
register__empty_flags__none(void **state)
{
	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--flags=", NULL), 0, "flags none",
	       "warning: flag F is not set: it does not work in chroots and containers");
	assert_entry("qemu-aarch64", "enabled", tiny_interpreter(), "", AARCH64_TAIL);
}

static void
register__live_entry_lacks_f__kept_and_said(void **state)
{
	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), "-fP", NULL);
	expect(tool("register", "aarch64", "-i", script_interpreter(), NULL), 0, "replaced", "lack F");
	assert_entry("qemu-aarch64", "enabled", script_interpreter(), "P", AARCH64_TAIL);
}

static void
register__custom_again_without_flags__live_flags_kept(void **state)
{
	(void)state;
	tool("register", "--name", "mine", "--magic", "cafe", "-i", script_interpreter(), "-fPF", NULL);
	expect(tool("register", "--name", "mine", "--magic", "cafebabe", "-i", script_interpreter(), NULL), 0,
	       "mine: replaced", "is a script: ");
	assert_entry("mine", "enabled", script_interpreter(), "PF", "offset 0\nmagic cafebabe\n");
}

static void
register__interpreter_not_given__live_one_kept(void **state)
{
	(void)state;
	tool("register", "aarch64", "-i", script_interpreter(), NULL);
	expect(tool("register", "aarch64", "-fPF", NULL), 0, "replaced", "is a script: ");
	assert_entry("qemu-aarch64", "enabled", script_interpreter(), "PF", AARCH64_TAIL);
}

static void
register__live_interpreter_gone__found_again(void **state)
{
	const char *qemu = installed_qemu("aarch64");
	char *gone = scratch_file("gone");

	(void)state;
	copy_file(tiny_interpreter(), gone, 0755);
	tool("register", "aarch64", "-i", gone, NULL);
	unlink(gone);
	expect(tool("register", "aarch64", NULL), 0, "replaced", qemu_warning("aarch64"));
	assert_entry("qemu-aarch64", "enabled", qemu, "F", AARCH64_TAIL);
	free(gone);
}

static void
register__keep_and_same__unchanged(void **state)
{
	(void)state;
	need_ptrace();
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--keep", NULL), 0, "unchanged", "");
	expect(tool("register", "arm", "-i", tiny_interpreter(), "--keep", NULL), 0, "registered", "");
}

static void
register__keep_and_different__refused(void **state)
{
	char *before;

	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	before = instance();
	expect(tool("register", "aarch64", "-i", script_interpreter(), "--keep", NULL), 1, "",
	       "binfmtctl: qemu-aarch64: an entry of this name is there and differs");
	expect_instance(before);
	free(before);
}

static void
register__name_of_another_s_entry__replaced_and_said(void **state)
{
	(void)state;
	register_raw(":mine:E::foo::/bin/false:");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-fF", "--name", "mine", NULL), 0,
	       "mine: replaced", "");
	assert_entry("mine", "enabled", tiny_interpreter(), "F", AARCH64_TAIL);
}

static void
register__name__entry_of_that_name(void **state)
{
	(void)state;
	expect(tool("register", "arm64", "--name", "mine", "-i", tiny_interpreter(), NULL), 0, "mine: registered", "");
	assert_entry("mine", "enabled", tiny_interpreter(), "F", AARCH64_TAIL);
	assert_string_equal(entry_text("qemu-aarch64"), "");
}

static void
register__microblaze__both_machine_numbers(void **state)
{
	static const char *const words[] = {"microblaze", "microblazeel"};
	static const char *const entries[][2] = {{"qemu-microblaze", "qemu-microblaze-old"},
						 {"qemu-microblazeel", "qemu-microblazeel-old"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(words); i++) {
		expect(tool("register", words[i], "-i", tiny_interpreter(), NULL), 0, entries[i][0], "");
		assert_non_null(strstr(entry_text(entries[i][0]), "enabled"));
		assert_non_null(strstr(entry_text(entries[i][1]), "enabled"));
		expect(tool("disable", words[i], NULL), 0, entries[i][1], "");
		assert_non_null(strstr(entry_text(entries[i][1]), "disabled"));
		expect(tool("remove", words[i], NULL), 0, entries[i][1], "");
		assert_string_equal(entry_text(entries[i][0]), "");
		assert_string_equal(entry_text(entries[i][1]), "");
	}
}

static void
register__microblaze_with_name__two_names(void **state)
{
	(void)state;
	expect(tool("register", "microblaze", "--name", "mb", "-i", tiny_interpreter(), NULL), 0, "mb-old: registered",
	       "");
	assert_non_null(strstr(entry_text("mb"), "00bd"));
	assert_non_null(strstr(entry_text("mb-old"), "baab"));
}

static void
register__several_operands__each_is_tried(void **state)
{
	(void)state;
	expect(tool("register", "nonsuch", "aarch64", "--interpreter-dir", tiny_dir(), NULL), 1,
	       "qemu-aarch64: registered", "binfmtctl: nonsuch: unknown architecture");
	assert_non_null(strstr(entry_text("qemu-aarch64"), "enabled"));
}

static void
register__native_arch_by_name__refused(void **state)
{
	(void)state;
	expect(tool("register", host_arch()->name, "-i", tiny_interpreter(), NULL), 1, "", "--force");
}

/* One line for both kinds of host. */
static void
register__native_arch_without_interpreter__skipped(void **state)
{
	char line[128], file[64], *path;

	(void)state;
	snprintf(line, sizeof(line), "qemu-%s: skipped (this machine runs %s programs itself)\n", host_arch()->name,
		 host_arch()->name);
	expect(tool("register", host_arch()->name, NULL), 0, line, "");
	expect(tool("register", host_arch()->name, "--keep", "--name", "mine", NULL), 0, "mine: skipped (this machine",
	       "");
	assert_string_equal(entry_names(), "");
	if (host_arch() != arch_find("aarch64"))
		expect(tool("register", host_arch()->name, "aarch64", "--interpreter-dir", tiny_dir(), NULL), 0,
		       "qemu-aarch64: registered", "");
	expect_json(tool("-j", "register", host_arch()->name, NULL)->out,
		    ".results[0] | .result == \"skipped\" and .code == \"native\"");
	snprintf(file, sizeof(file), "dir/%s-static", host_arch()->interpreter);
	tiny_dir();
	path = scratch_file(file);
	copy_file(tiny_interpreter(), path, 0755);
	expect(tool("-n", "register", host_arch()->name, "--force", "--interpreter-dir", tiny_dir(), NULL), 0,
	       "would be registered", "forced");
	unlink(path);
	free(path);
}

/* A row with an interpreter that `all` must register, or leave out. */
static bool
installed(const struct arch *arch)
{
	char path[INTERP_PATH_MAX];

	return interp_find(arch, NULL, 0, true, path).is == LOOK_YES;
}

static void
register__all__those_with_interpreter_that_are_not_native(void **state)
{
	char name[64];

	(void)state;
	need_ptrace();
	installed_qemu("aarch64");
	expect_told_of_dynamic(tool("register", "all", NULL), "registered");
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *arch = &arch_table[i];
		bool there;

		snprintf(name, sizeof(name), "qemu-%s", arch->name);
		there = entry_text(name)[0];
		if (there != (installed(arch) && host_runs(arch).is != LOOK_YES))
			fail_msg("%s is %s", name, there ? "there" : "not there");
	}
}

static void
register__all_native__skipped_and_said(void **state)
{
	char line[128], file[64];
	char *path;

	(void)state;
	need_ptrace();
	snprintf(file, sizeof(file), "dir/%s-static", host_arch()->interpreter);
	tiny_dir();
	path = scratch_file(file);
	copy_file(tiny_interpreter(), path, 0755);
	snprintf(line, sizeof(line), "qemu-%s: skipped (this machine runs %s programs itself)", host_arch()->name,
		 host_arch()->name);
	expect_told_of_dynamic(tool("register", "all", "--interpreter-dir", tiny_dir(), NULL), line);
	unlink(path);
	free(path);
}

static void
register__all_again__nothing_written(void **state)
{
	char *before;

	(void)state;
	need_ptrace();
	expect_told_of_dynamic(tool("register", "all", "--interpreter-dir", tiny_dir(), NULL), "registered");
	before = instance();
	expect_told_of_dynamic(tool("register", "all", "--interpreter-dir", tiny_dir(), NULL), "unchanged");
	expect_instance(before);
	free(before);
}

static void
register__all_where_another_handles_it__skipped_and_said(void **state)
{
	(void)state;
	need_ptrace();
	tool("register", "aarch64", "--name", "rosetta", "-i", tiny_interpreter(), NULL);
	tool("register", "arm", "--name", "box", "-i", tiny_interpreter(), NULL);
	tool("disable", "box", NULL);
	expect(tool("register", "all", "--interpreter-dir", tiny_dir(), NULL), installed(arch_find("arm")) ? 0 : 1,
	       "qemu-aarch64: skipped (entry rosetta handles aarch64 already)", NULL);
	assert_string_equal(entry_text("qemu-aarch64"), "");
	assert_true(!installed(arch_find("arm")) == !entry_text("qemu-arm")[0]);
}

/* Runs the tool where no interpreter is to be found: with empty folders in place of all that are searched. */
static const struct run *
tool_alone(const char *word, const char *operand)
{
	static const char *const searched[] = {"/usr/local/bin", "/bin", "/usr/bin"};
	int old = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	char cwd[PATH_MAX];
	const struct run *r;

	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	for (size_t i = 0; i < LENGTH(searched); i++)
		mount("empty", searched[i], "tmpfs", 0, NULL);
	r = tool(word, operand, NULL);
	assert_int_equal(setns(old, CLONE_NEWNS), 0);
	assert_int_equal(chdir(cwd), 0);
	close(old);
	return r;
}

static void
register__no_interpreter_installed__refused_with_the_package(void **state)
{
	(void)state;
	expect(tool_alone("register", "aarch64"), 1, "",
	       "qemu-aarch64: no qemu-aarch64-static or qemu-aarch64 in /usr/bin, /usr/local/bin or /bin; install "
	       "qemu-user-static");
	expect(tool_alone("register", "all"), 1, "",
	       "binfmtctl: all: nothing to register: no interpreter is installed for an architecture");
	expect(shell("ls -A " MOUNT " | wc -l"), 0, "2\n", "");
}

static void
register__like_foreign_program__its_programs_run(void **state)
{
	char *program_path = probe_program("riscv64", "like");

	(void)state;
	need_ptrace();
	expect(tool("register", "--name", "rv", "--like", program_path, "-i", tiny_interpreter(), "-fF", NULL), 0,
	       "rv: registered", "");
	assert_entry("rv", "enabled", tiny_interpreter(), "F",
		     "offset 0\nmagic 7f454c460201010000000000000000000200f300\n"
		     "mask ffffffffffffff000000000000000000feffffff\n");
	assert_true(runner_of("riscv64") == inode_of(tiny_interpreter()));
	free(program_path);
}

static void
register__like_n32_program__o32_left_alone(void **state)
{
	char *program_path = probe_program("mipsn32", "n32");

	(void)state;
	need_ptrace();
	tool("register", "--name", "n32", "--like", program_path, "-i", tiny_interpreter(), "-fF", NULL);
	assert_true(runner_of("mipsn32") == inode_of(tiny_interpreter()));
	assert_true(runner_of("mips") == 0);
	free(program_path);
}

static void
register__like_unfit_file__refused(void **state)
{
	static const char core[64] = "\x7f"
				     "ELF\2\1\1";
	char *file = scratch_file("core");
	const struct row {
		const char *file, *err;
	} rows[] = {{tiny_interpreter(), "ELOOP"},  {script_interpreter(), "not an ELF file"},
		    {file, "not a program"},        {"/dev/null", "not a regular file"},
		    {"/nowhere", "does not exist"}, {"/", "a directory"}};

	(void)state;
	spill(file, core, sizeof(core), 0644);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool("register", "--name", "x", "--like", rows[i].file, "-i", script_interpreter(), NULL), 1, "",
		       rows[i].err);
	assert_string_equal(entry_text("x"), "");
	free(file);
}

static void
register__extension__files_of_that_name_run(void **state)
{
	char *file = scratch_file("a.foo"), *other = scratch_file("a.Foo");

	(void)state;
	expect(tool("register", "--name", "foo", "--extension", "foo", "-i", script_interpreter(), NULL), 0,
	       "foo: registered", "");
	assert_entry("foo", "enabled", script_interpreter(), "", "extension .foo\n");
	spill(file, "whatever", 8, 0755);
	spill(other, "whatever", 8, 0755);
	expect(execute(file), 0, "a.foo\n", "");
	expect(execute(other), 226, "", "");
	free(file);
	free(other);
}

static void
register__magic_at_offset_with_mask__only_those_bits_count(void **state)
{
	static const struct {
		const char *bytes;
		int status;
	} rows[] = {{"....AbC", 0}, {"....aBc", 0}, {"....abd", 226}, {"...abc.", 226}, {"....ab", 226}};
	char *file = scratch_file("masked");

	(void)state;
	expect(tool("register", "--name", "m", "--magic", "ABC", "--mask", "\\xdf\\xdf\\xdf", "--offset", "4", "-i",
		    script_interpreter(), NULL),
	       1, "", "hex digits");
	expect(tool("register", "--name", "m", "--magic", "\\x41B\\x43", "--mask", "dfdfdf", "--offset=4", "-i",
		    script_interpreter(), NULL),
	       0, "m: registered", "also takes some");
	assert_entry("m", "enabled", script_interpreter(), "", "offset 4\nmagic 414243\nmask dfdfdf\n");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		spill(file, rows[i].bytes, strlen(rows[i].bytes), 0755);
		expect(execute(file), rows[i].status, rows[i].status ? "" : "told", "");
	}
	free(file);
}

static void
register__magic_given_raw_or_hex__the_same_rule(void **state)
{
	(void)state;
	tool("register", "--name", "m", "--magic", "cafe0a3a5c00", "-i", script_interpreter(), NULL);
	expect(
	    tool("register", "--name", "m", "--magic", "\\xca\\xfe\\x0a:\\x5c\\x00", "-i", script_interpreter(), NULL),
	    0, "m: unchanged", "");
	assert_entry("m", "enabled", script_interpreter(), "", "offset 0\nmagic cafe0a3a5c00\n");
}

/* Whether this kernel takes a line; what it made of it is removed again. */
static bool
kernel_takes(const char *line)
{
	int error = mount_write("register", line, strlen(line));

	assert_true(error == 0 || error == EINVAL || error == ENOENT);
	if (!error)
		assert_int_equal(mount_write("known", "-1", 2), 0);
	return !error;
}

static void
register__bpf_on_a_kernel_without_it__refused(void **state)
{
	(void)state;
	if (kernel_takes(":known:B::::nonsuch:"))
		skip_because("this kernel takes any BPF handler");
	expect(tool("register", "--name", "b", "--bpf", "nonsuch", NULL), 1, "",
	       "binfmtctl: b: this kernel refuses type B: it does not know BPF handlers");
	assert_string_equal(entry_text("b"), "");
}

/* The flags of newer kernels: known to us, and named where the kernel refuses them. */
static void
check_new_flag(const char *letter)
{
	char line[64], err[64];
	bool known;

	snprintf(line, sizeof(line), ":known:E::nonsuch::/bin/sh:%s", letter);
	known = kernel_takes(line);
	snprintf(err, sizeof(err), "it does not know flag %s;", letter);
	expect(tool("register", "--name", "new", "--extension", "foo", "-i", script_interpreter(), "-f", letter, NULL),
	       known ? 0 : 1, known ? "new: registered" : "", known ? NULL : err);
	assert_true(known == !!entry_text("new")[0]);
	tool("remove", "new", "--missing-ok", NULL);
}

static void
register__flags_of_newer_kernels__said_which_is_unknown(void **state)
{
	(void)state;
	check_new_flag("D");
	check_new_flag("L");
	if (kernel_takes(":known:E::nonsuch::/bin/sh:T"))
		skip_because("this kernel knows flag T, a script cannot have it");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "-f", "T", NULL), 1, "",
	       "it does not know flag T;");
	assert_string_equal(entry_text("qemu-aarch64"), "");
}

static void
register__disabled_entry__stays_disabled_and_said(void **state)
{
	(void)state;
	need_ptrace();
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	tool("disable", "aarch64", NULL);
	expect(tool("register", "aarch64", "-fPF", NULL), 0, "qemu-aarch64: replaced", "disabled and stays so");
	assert_entry("qemu-aarch64", "disabled", tiny_interpreter(), "PF", AARCH64_TAIL);
	expect(tool("register", "aarch64", NULL), 0, "qemu-aarch64: unchanged", "binfmtctl enable");
	assert_entry("qemu-aarch64", "disabled", tiny_interpreter(), "PF", AARCH64_TAIL);
	assert_true(runner_of("aarch64") == 0);
}

static void
register__flag_d_for_an_enabled_entry__not_called_disabled_before(void **state)
{
	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	assert_null(strstr(tool("register", "aarch64", "-fFD", NULL)->err, "stays so"));
}

static void
register__interpreter_replaced_by_rename__registered_again(void **state)
{
	char *path = tiny_copy("upgraded");

	(void)state;
	need_ptrace();
	tool("register", "aarch64", "-i", path, NULL);
	upgrade(path);
	assert_true(runner_of("aarch64") != inode_of(path));
	expect(tool("register", "aarch64", "-i", path, NULL), 0, "qemu-aarch64: replaced", "replaced since");
	assert_true(runner_of("aarch64") == inode_of(path));
	expect(tool("register", "aarch64", "-i", path, NULL), 0, "qemu-aarch64: unchanged", "");
	free(path);
}

static void
register__over_another_rule__who_wins_is_said(void **state)
{
	(void)state;
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--name", "second", NULL), 0, "second: registered",
	       "takes files from entry qemu-aarch64");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "unchanged",
	       "entry second is tried first and takes its files");
}

static void
register__switched_off__done_and_warned_and_left_off(void **state)
{
	(void)state;
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered",
	       "binfmt_misc is switched off");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "unchanged",
	       "binfmt_misc is switched off");
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
	assert_entry("qemu-aarch64", "enabled", tiny_interpreter(), "F", AARCH64_TAIL);
}

static void
register__strange_but_legal_paths__accepted(void **state)
{
	static const char *const names[] = {"with:colon", "with space", "with\"quote|:,!%@^~+=&*?$_-'`(){}[]<>.",
					    "with\\x41backslash"};

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < LENGTH(names); i++) {
		char *path = scratch_file(names[i]);

		copy_file(tiny_interpreter(), path, 0755);
		expect(tool("register", "aarch64", "-i", path, "-fF", NULL), 0, i ? "replaced" : "registered", "");
		assert_entry("qemu-aarch64", "enabled", path, "F", AARCH64_TAIL);
		assert_true(runner_of("aarch64") == inode_of(path));
		free(path);
	}
}

static void
register__interpreter_dir_that_is_none__said(void **state)
{
	static const char *const dirs[][2] = {{"", "''"},
					      {"build", "build: not absolute"},
					      {"/nowhere", "/nowhere: No such file"},
					      {"/bin/sh", "/bin/sh: Not a directory"}};
	char *before = instance();

	(void)state;
	for (size_t i = 0; i < LENGTH(dirs); i++)
		expect(
		    tool("register", "aarch64", "--interpreter-dir", "/usr/bin", "--interpreter-dir", dirs[i][0], NULL),
		    1, "", dirs[i][1]);
	expect_instance(before);
	free(before);
}

static void
register__release__flag_p_from_5_12(void **state)
{
	static const struct {
		const char *release, *flags, *warning;
	} rows[] = {
	    {"4.19.0", "flags F)", "needs Linux 5.12"},
	    {"5.11.22", "flags F)", "needs Linux 5.12"},
	    {"5.12.0", "flags PF)", ""},
	    {"6.0.0", "flags PF)", ""},
	};
	char words[4200];
	bool covered;

	(void)state;
	release_need();
	snprintf(words, sizeof(words), "register aarch64 --interpreter-dir '%s'", tiny_dir());
	covered = mount("tmpfs", "/usr/libexec/qemu-binfmt", "tmpfs", 0, NULL) == 0; /* Debian's links for flag P */
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(release_tool(rows[i].release, words), 0, rows[i].flags, rows[i].warning);
		expect(tool("remove", "aarch64", NULL), 0, "removed", "");
	}
	strcat(words, " -f PF");
	expect(release_tool("5.11.22", words), 0, "flags PF)", "warning: flag P: before Linux 5.12");
	expect(release_tool("5.12.0", words), 0, "unchanged", "");
	assert_true(!covered || umount("/usr/libexec/qemu-binfmt") == 0);
}

/* What the kernel may answer to a rule, in words that help. */
static void
register__kernel_refuses__cause_named(void **state)
{
	static const char *const refusals[][3] = {
	    {"ENOSPC", "F", "user.max_binfmt_misc_interpreters"},
	    {"ENOSPC", "P", "No space left on device"},
	    {"ENOMEM", "F", "out of memory"},
	    {"EBUSY", "F", "register it outside"},
	    {"ETXTBSY", "F", "open for writing"},
	    {"EINVAL", "F", "refuses the rule as invalid"},
	    {"EINVAL", "FD", "does not know flag D"},
	};

	(void)state;
	need_strace();
	for (size_t i = 0; i < LENGTH(refusals); i++)
		expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P " MOUNT
			     "/register -e inject=write:error=%s "
			     "./binfmtctl register aarch64 -i '%s' -f %s",
			     refusals[i][0], tiny_interpreter(), refusals[i][1]),
		       1, "", refusals[i][2]);
	assert_string_equal(entry_names(), "");
}

/* The file that was found is open for writing: with flag F the kernel itself says so, and what was there stays. */
static void
register__found_interpreter_busy__cause_named_old_one_stays(void **state)
{
	static const char cause[] = "open for writing";
	char *dir = scratch_folder("busy-dir"), *file;
	FILE *f;

	(void)state;
	assert_true(asprintf(&file, "%s/qemu-aarch64-static", dir) > 0);
	copy_file(tiny_interpreter(), file, 0755);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	f = fopen(file, "r+e");
	assert_non_null(f);
	expect(tool("register", "aarch64", "--interpreter-dir", dir, NULL), 1, "", cause);
	expect(tool("register", "aarch64", "--interpreter-dir", dir, "-fP", NULL), 1, "", cause);
	expect(tool("register", "aarch64", "--interpreter-dir", dir, "-n", NULL), 1, "", cause);
	assert_true(strstr(entry_text("qemu-aarch64"), tiny_interpreter()) != NULL);
	fclose(f);
	expect(tool("register", "aarch64", "--interpreter-dir", dir, NULL), 0, "replaced", "");
	free(file);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(register__release__flag_p_from_5_12),
	    cmocka_unit_test(register__kernel_refuses__cause_named),
	    cmocka_unit_test(register__interpreter_dir_that_is_none__said),
	    cmocka_unit_test(register__found_interpreter_busy__cause_named_old_one_stays),
	    cmocka_unit_test(register__arch__entry_with_default_flags),
	    cmocka_unit_test(register__any_alias__the_same_entry),
	    cmocka_unit_test(register__twice__unchanged_and_nothing_written),
	    cmocka_unit_test(register__other_flags__replaced_and_alone),
	    cmocka_unit_test(register__interpreter_dir__searched_first),
	    cmocka_unit_test(register__interpreter_given__flag_f_only),
	    cmocka_unit_test(register__custom__no_flags),
	    cmocka_unit_test(register__empty_flags__none),
	    cmocka_unit_test(register__live_entry_lacks_f__kept_and_said),
	    cmocka_unit_test(register__custom_again_without_flags__live_flags_kept),
	    cmocka_unit_test(register__interpreter_not_given__live_one_kept),
	    cmocka_unit_test(register__live_interpreter_gone__found_again),
	    cmocka_unit_test(register__keep_and_same__unchanged),
	    cmocka_unit_test(register__keep_and_different__refused),
	    cmocka_unit_test(register__name_of_another_s_entry__replaced_and_said),
	    cmocka_unit_test(register__name__entry_of_that_name),
	    cmocka_unit_test(register__microblaze__both_machine_numbers),
	    cmocka_unit_test(register__microblaze_with_name__two_names),
	    cmocka_unit_test(register__several_operands__each_is_tried),
	    cmocka_unit_test(register__native_arch_by_name__refused),
	    cmocka_unit_test(register__native_arch_without_interpreter__skipped),
	    cmocka_unit_test(register__all__those_with_interpreter_that_are_not_native),
	    cmocka_unit_test(register__all_native__skipped_and_said),
	    cmocka_unit_test(register__all_again__nothing_written),
	    cmocka_unit_test(register__all_where_another_handles_it__skipped_and_said),
	    cmocka_unit_test(register__no_interpreter_installed__refused_with_the_package),
	    cmocka_unit_test(register__like_foreign_program__its_programs_run),
	    cmocka_unit_test(register__like_n32_program__o32_left_alone),
	    cmocka_unit_test(register__like_unfit_file__refused),
	    cmocka_unit_test(register__extension__files_of_that_name_run),
	    cmocka_unit_test(register__magic_at_offset_with_mask__only_those_bits_count),
	    cmocka_unit_test(register__magic_given_raw_or_hex__the_same_rule),
	    cmocka_unit_test(register__bpf_on_a_kernel_without_it__refused),
	    cmocka_unit_test(register__flags_of_newer_kernels__said_which_is_unknown),
	    cmocka_unit_test(register__disabled_entry__stays_disabled_and_said),
	    cmocka_unit_test(register__flag_d_for_an_enabled_entry__not_called_disabled_before),
	    cmocka_unit_test(register__interpreter_replaced_by_rename__registered_again),
	    cmocka_unit_test(register__over_another_rule__who_wins_is_said),
	    cmocka_unit_test(register__switched_off__done_and_warned_and_left_off),
	    cmocka_unit_test(register__strange_but_legal_paths__accepted),
	};

	return ns_run(tests);
}
