/* SPDX-License-Identifier: MIT */
/* Each command with one of its senses taken away: what it cannot look at does not pass, and it says no untruth. */
#include "conf.h"
#include "forbid.h"
#include "harness.h"
#include "live.h"
#include "plant.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "check.h"
#include "confd.h"
#include "err.h"
#include "host.h"
#include "plan.h"
#include "trust.h"

enum { DESCRIPTORS = 14 }; /* more than any command needs at once */

static char *mounted, *foreign, *stale, *bricks;
static rlim_t descriptors;

static bool
few_descriptors(void)
{
	const struct rlimit limit = {descriptors, descriptors};

	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static bool
no_proc(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount("none", "/proc", "tmpfs", 0, NULL) == 0;
}

static bool
no_trace(void)
{
	return forbid(SYS_ptrace, EPERM);
}

static bool
no_memory_file(void)
{
	return forbid(SYS_memfd_create, ENOSYS);
}

static bool
no_exec_check(void)
{
	return forbid(SYS_execveat, EPERM);
}

/* The process numbers in /proc are not ours. */
static bool
proc_of_others(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID) < 0)
		return false;
	pid = fork();
	if (pid == 0)
		return true;
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return false;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 228);
}

static const struct sense {
	const char *name;
	bool (*take)(void);
} senses[] = {
    {"descriptors", few_descriptors},  {"/proc", no_proc},
    {"processes", forbid_processes},   {"ptrace", no_trace},
    {"memfd", no_memory_file},         {"execveat", no_exec_check},
    {"/proc of ours", proc_of_others},
};

/* A rule for this machine's own programs, enabled, while binfmt_misc is switched off. */
static void
start_brick(void)
{
	struct rule rule = {"brick", arch_pattern(host_arch()), script_interpreter(), 0, NULL};

	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(live_register(&rule), 0);
}

/* A rule that takes its own interpreter, likewise. */
static void
start_loop_off(void)
{
	struct rule rule = {"brick", arch_pattern(arch_find("aarch64")), foreign, 0, NULL};

	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(live_register(&rule), 0);
}

/* The same as a disabled entry of an instance that is switched on. */
static void
start_disabled_brick(void)
{
	start_brick();
	assert_int_equal(mount_write("brick", "0", 1), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
}

/* The same under a temporary name, alone. */
static void
start_left_brick(void)
{
	struct rule rule = {".binfmtctl~brick", arch_pattern(host_arch()), script_interpreter(), 0, NULL};

	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(live_register(&rule), 0);
	assert_int_equal(mount_write(".binfmtctl~brick", "0", 1), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
}

/* An entry that nobody understands: the kernel takes a newline in a path. */
static void
start_riddle(void)
{
	register_raw("|brick|E||riddle||/bin/sh\nflags: |");
	assert_int_equal(mount_write("brick", "0", 1), 0);
}

static void
start_riddle_off(void)
{
	assert_int_equal(mount_write("status", "0", 1), 0);
	register_raw("|brick|E||riddle||/bin/sh\nflags: |");
}

static void
start_stale(void)
{
	plant_arch(stale, "F");
	plant_replace(stale);
}

static void
start_handler(void)
{
	plant_arch(tiny_interpreter(), "F");
}

static void
start_empty(void)
{
}

/* What must be true after it. */
static bool
nothing_dangerous(const struct run *r)
{
	return r->status != 0 && (!is_entry("brick") || !is_enabled("brick"));
}

static bool
still_off(const struct run *r)
{
	return r->status != 0 && strcmp(slurp(MOUNT "/status"), "disabled\n") == 0;
}

static bool
not_healthy(const struct run *r)
{
	return r->status != 0 || says(r->out, "unknown");
}

static bool
found_or_failed(const struct run *r)
{
	return r->status != 0 || says(r->out, PLANTED);
}

static bool
native_or_failed(const struct run *r)
{
	return !says(r->out, ": none") && !says(r->out, ": handler") && (r->status != 0 || says(r->out, "native"));
}

/* Rows "ARCH HANDLER INTERPRETER": ours runs here, the other does not. */
static bool
truly_supported(const struct run *r)
{
	char own[64];

	snprintf(own, sizeof(own), "\n%s ", host_arch()->name);
	for (const char *row = strstr(r->out, own); row;) {
		row += strlen(own);
		row += strspn(row, " ");
		if (*row == '-')
			return false;
		break;
	}
	return !says(r->out, "\naarch64                native");
}

/* Nothing is amiss: what cannot be looked at does not fail, and the entries pass where they are seen. */
static bool
found_or_unknown(const struct run *r)
{
	if (!*r->out)
		return r->status != 0;
	if (!says(r->out, PLANTED) && !says(r->out, "unknown  mount: "))
		return false;
	return strncmp(r->out, "fail ", 5) != 0 && !says(r->out, "\nfail ");
}

static bool
registered_or_not(const struct run *r)
{
	return (r->status == 0) == (is_entry("qemu-aarch64") && is_enabled("qemu-aarch64"));
}

static const struct task {
	void (*start)(void);
	const char *words[12];
	bool (*right)(const struct run *r);
} tasks[] = {
    {start_empty, {"register", "--name", "brick", "--magic", "7f454c46", "-i", "/bin/sh"}, nothing_dangerous},
    {start_empty,
     {"register", "--name", "brick", "--magic", "7f454c46", "-i", "/bin/sh", "-f", "F"},
     nothing_dangerous},
    {start_empty, {"register", "--name", "brick", "--magic", "2321", "-i", "/bin/true"}, nothing_dangerous},
    {start_empty, {"register", "aarch64", "--name", "brick", "-i", "FOREIGN"}, nothing_dangerous},
    {start_empty, {"load", "BRICKS"}, nothing_dangerous},
    {start_disabled_brick, {"enable", "brick"}, nothing_dangerous},
    {start_left_brick, {"enable", "brick"}, nothing_dangerous},
    {start_brick, {"enable", "--global"}, still_off},
    {start_loop_off, {"enable", "--global"}, still_off},
    {start_riddle, {"enable", "brick"}, nothing_dangerous},
    {start_riddle_off, {"enable", "--global"}, still_off},
    {start_empty, {"register", "aarch64", "-i", "TINY"}, registered_or_not},
    {start_stale, {"status", PLANTED}, not_healthy},
    {start_handler, {"list"}, found_or_failed},
    {start_handler, {"match", "FOREIGN"}, found_or_failed},
    {start_handler, {"match", "/bin/true"}, native_or_failed},
    {start_handler, {"match", "/bin/sh"}, native_or_failed},
    {start_handler, {"doctor", "-v", "FOREIGN"}, found_or_unknown},
    {start_handler, {"test", "aarch64"}, found_or_failed},
    {start_handler, {"list", "--supported"}, truly_supported},
};

static const struct run *
run_task(const struct task *t)
{
	const char *words[16] = {"-d", mounted};

	for (size_t i = 0; t->words[i]; i++) {
		words[i + 2] = t->words[i];
		if (strcmp(t->words[i], "FOREIGN") == 0)
			words[i + 2] = foreign;
		if (strcmp(t->words[i], "BRICKS") == 0)
			words[i + 2] = bricks;
		if (strcmp(t->words[i], "TINY") == 0)
			words[i + 2] = tiny_interpreter();
	}
	return tool_words(words);
}

/* Without the sense that is taken; run_prepare takes it. */
static void
try_task(const struct task *t, const struct sense *sense)
{
	const struct run *r;

	run_prepare = NULL;
	ns_empty();
	t->start();
	run_prepare = sense ? sense->take : NULL;
	r = run_task(t);
	run_prepare = NULL;
	if (r->status == 229)
		skip_because("this kernel cannot take away: %s", sense->name);
	if (r->status != 227 && !t->right(r))
		fail_msg("without %s (%u): %s %s: status %d\n out: %s\n err: %s\nentry:\n%s", sense ? sense->name : "-",
			 (unsigned)descriptors, t->words[0], t->words[1], r->status, r->out, r->err,
			 entry_text("brick"));
}

static void
blind__with_all_senses__right(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(tasks); i++)
		try_task(&tasks[i], NULL);
}

static void
blind__each_command_without_each_sense__no_pass(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	for (size_t s = 1; s < LENGTH(senses); s++)
		for (size_t i = 0; i < LENGTH(tasks); i++)
			try_task(&tasks[i], &senses[s]);
}

static void
blind__each_number_of_descriptors__no_pass(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	for (descriptors = 3; descriptors <= DESCRIPTORS; descriptors++)
		for (size_t i = 0; i < LENGTH(tasks); i++)
			try_task(&tasks[i], &senses[0]);
}

/* An architecture of which the table says that this machine may run it too: it has to be tried. */
static const char *
maybe_native(void)
{
	static const struct {
		const char *host, *other;
	} pairs[] = {{"x86_64", "i386"}, {"aarch64", "arm"}, {"ppc64", "ppc"}, {"mips64", "mips"}};

	for (size_t i = 0; i < LENGTH(pairs); i++)
		if (strcmp(host_arch()->name, pairs[i].host) == 0)
			return pairs[i].other;
	skip_because("this machine runs no other architecture's programs");
	return NULL;
}

/* Without a process it cannot be tried. */
static void
blind__native_trial_impossible__refused(void **state)
{
	const char *other = maybe_native();
	char *folder = scratch_folder("emulators"), path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/%s", folder, arch_find(other)->interpreter);
	copy_file(tiny_interpreter(), path, 0755);
	run_prepare = forbid_processes;
	expect(tool("register", other, "-i", tiny_interpreter(), NULL), 1, "", "programs itself could not be tried (");
	snprintf(path, sizeof(path), "qemu-%s: whether this machine runs %s programs itself could not be tried", other,
		 other);
	expect(tool("register", "all", "--interpreter-dir", folder, NULL), 1, NULL, path);
	expect(tool("list", "--supported", NULL), 0, "unknown", "");
	run_prepare = NULL;
	assert_false(strstr(entry_names(), other));
	free(folder);
}

/* In this process, with no descriptor left: what check_rule and trust_check say. */
static void
blind__no_descriptor_left__unknown_unless_forced(void **state)
{
	static struct warnings warnings;
	struct rule rule = live_rule("brick", "ext", tiny_interpreter(), RULE_F), loader = rule;
	struct check check = {.dir = MOUNT, .verb = "registers"};
	struct rlimit limit;
	rlim_t before;
	struct err err, trust;
	int refused, forced, next = dup(0), trusted, planned;
	struct entry live = {.rule = rule, .enabled = true};
	const struct wish wish = {.name = NULL};
	static struct plan plan;
	struct err stays;
	char path[INTERP_PATH_MAX];
	struct look found, registers;
	const struct confd_line line = {.fate = CONFD_REGISTERED, .rule = rule};
	const char *reason;

	(void)state;
	live.rule.pattern = arch_pattern(arch_find("aarch64"));
	plan_start(&plan, &wish, arch_find("aarch64"));
	loader.pattern = arch_pattern(host_arch());
	loader.pattern.size = 4;
	loader.flags = RULE_L | RULE_F;
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	before = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	refused = check_rule(&rule, &check, &err, &warnings);
	check.force = true;
	forced = check_rule(&rule, &check, &trust, &warnings) | check_rule(&loader, &check, &trust, &warnings);
	planned = plan_arch(&plan, &wish, arch_find("aarch64"), &live, &stays, &warnings);
	registers = confd_registers(&line, &reason);
	found = interp_find(arch_find("aarch64"), NULL, 0, false, path);
	limit.rlim_cur++; /* one: for the folder where the way begins */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	trusted = trust_check("/bin/sh", NULL, &trust);
	limit.rlim_cur = before;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(refused, -1);
	assert_int_equal(err.code, ERR_UNKNOWN);
	assert_true(says(err.text, "too few descriptors"));
	assert_int_equal(forced, 0);
	assert_int_equal(found.is, LOOK_UNKNOWN);
	assert_int_equal(registers.is, LOOK_UNKNOWN);
	assert_true(says(reason, "cannot be looked at"));
	assert_int_equal(trusted, -1);
	assert_int_equal(planned, -1);
	assert_true(says(stays.text, "stays cannot be told"));
	assert_int_equal(trust.code, ERR_UNKNOWN);
	for (const char *text = warn_next(&warnings, NULL); text; text = warn_next(&warnings, text))
		forced += says(text, "too few descriptors") + 10 * says(text, "another loader than theirs");
	assert_int_equal(forced, 12);
}

static bool
no_capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return prctl(PR_SET_SECUREBITS, SECBIT_NOROOT) == 0 && syscall(SYS_capset, &header, none) == 0;
}

/* Nobody but root can tell what the path names. */
static void
blind__interpreter_in_a_closed_folder__unknown(void **state)
{
	char *folder = scratch_folder("closed"), path[4096];

	(void)state;
	snprintf(path, sizeof(path), "%s/interpreter", folder);
	copy_file(tiny_interpreter(), path, 0755);
	plant_arch(path, "F");
	assert_int_equal(chmod(folder, 0), 0);
	run_prepare = no_capabilities;
	expect(tool("status", PLANTED, NULL), 0, PLANTED ": unknown: ", "");
	expect(tool("status", "--strict", PLANTED, NULL), 1, NULL, NULL);
	run_prepare = NULL;
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chmod(path, 0111), 0);
	ns_empty();
	plant_arch(path, "P");
	run_prepare = no_capabilities;
	expect(tool("status", PLANTED, NULL), 0, "closed/interpreter: this user may execute it but not read it", "");
	expect_json(tool("doctor", "-j", "-v", NULL)->out,
		    "[.checks[] | select(.check == \"unknown\").result] | unique == [\"unknown\"]");
	run_prepare = NULL;
	free(folder);
}

/* Whose namespace this is /proc says, and so who may manage what is in force here. */
static void
blind__no_proc__unknown_who_manages(void **state)
{
	(void)state;
	expect_json(tool("-d", mounted, "doctor", "-j", "-v", NULL)->out,
		    "[.checks[] | select(.check == \"managers\").result] == [\"pass\"]");
	run_prepare = no_proc;
	expect_json(tool("-d", mounted, "doctor", "-j", "-v", NULL)->out,
		    "[.checks[] | select(.check == \"managers\").result] == [\"unknown\"]");
	run_prepare = NULL;
}

static bool
no_chroot(void)
{
	return forbid(SYS_chroot, EACCES);
}

/* What is held, and is not the file that its path names, is tried in an empty root: where none can be entered it is
 * not known whether it works there. */
static void
blind__no_empty_root__unknown(void **state)
{
	char *file = tiny_copy("held"), *other = tiny_copy("other");

	(void)state;
	need_ptrace();
	plant_arch(file, "F");
	let_the_clock_tick();
	assert_int_equal(rename(other, file), 0);
	free(other);
	expect(tool("status", PLANTED, NULL), 1, PLANTED ": stale", "");
	if (strstr(tool("status", PLANTED, NULL)->out, "unknown"))
		fail_msg("unknown, though an empty root was there");
	run_prepare = no_chroot;
	expect(tool("status", PLANTED, NULL), 1, PLANTED ": unknown: whether it works in a chroot or container", "");
	run_prepare = NULL;
	free(file);
}

/* The shell must be let alone, and only root can tell what it begins with. */
static void
blind__shell_that_cannot_be_read__unknown(void **state)
{
	char *sh = scratch_file("sh");

	(void)state;
	copy_file("/bin/sh", sh, 0111);
	plant_arch(tiny_interpreter(), "F");
	assert_int_equal(mount(sh, "/bin/sh", NULL, MS_BIND, NULL), 0);
	run_prepare = no_capabilities;
	expect(tool("status", PLANTED, NULL), 0, PLANTED ": unknown: whether the rule matches /bin/sh cannot be told",
	       "");
	expect(tool("status", "--strict", PLANTED, NULL), 1, NULL, NULL);
	run_prepare = NULL;
	assert_int_equal(umount("/bin/sh"), 0);
	expect(tool("status", "--strict", PLANTED, NULL), 0, "ok", "");
	free(sh);
}

static char *closed_folder;

static bool
no_way_to_the_shell(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(closed_folder, "/bin", NULL, MS_BIND, NULL) == 0 && no_capabilities();
}

/* One that others may reach is no absent one. */
static void
blind__shell_in_a_closed_folder__unknown(void **state)
{
	(void)state;
	closed_folder = scratch_folder("no bin");
	assert_int_equal(chmod(closed_folder, 0), 0);
	plant_arch(tiny_interpreter(), "F");
	run_prepare = no_way_to_the_shell;
	expect(tool("status", "--strict", PLANTED, NULL), 1,
	       PLANTED ": unknown: whether the rule matches /bin/sh cannot be told", "");
	expect(tool("register", "--name", "narrow", "--magic", "415a51", "-i", tiny_interpreter(), NULL), 1, "",
	       "whether the rule matches /bin/sh cannot be told");
	run_prepare = NULL;
	free(closed_folder);
}

/* Where --force is given the same passes, with what could not be looked at as a warning. */
static void
blind__forced__passes_and_says_so(void **state)
{
	char *program = probe_program(maybe_native(), "program");

	(void)state;
	run_prepare = forbid_processes;
	expect(tool("register", "aarch64", "-i", program, NULL), 1, "", "could not be tried");
	expect(tool("register", "aarch64", "-i", program, "--force", NULL), 0, "registered", "forced: ");
	run_prepare = NULL;
	free(program);
	ns_empty();
	start_riddle();
	expect(tool("enable", "brick", NULL), 1, "", "cannot be understood");
	assert_false(is_enabled("brick"));
	expect(tool("enable", "brick", "--force", NULL), 0, "enabled", "forced: ");
	assert_true(is_enabled("brick"));
	/* It may take the interpreter of any entry; in front also the files. */
	plant_arch(tiny_interpreter(), "F");
	expect(tool("status", PLANTED, NULL), 1, "an entry that is not understood is tried first, and may take it",
	       NULL);
	register_raw("|riddle|E||riddle||/bin/sh\nflags: |");
	expect(tool("status", PLANTED, NULL), 1,
	       PLANTED ": unknown: entry riddle is tried first and may take its files", NULL);
}

static int
prepare(void **state)
{
	run_prepare = NULL;
	if (ns_setup(state) != 0)
		return -1;
	if (mounted)
		return 0;
	mounted = scratch_folder("mounted");
	stale = tiny_copy("stale");
	foreign = probe_program("aarch64", "foreign");
	bricks = scratch_text("bricks", ":brick:M::\\x7fELF::/bin/sh:\n", 0644);
	return mount(MOUNT, mounted, NULL, MS_BIND, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(blind__with_all_senses__right, prepare),
	    cmocka_unit_test_setup(blind__each_command_without_each_sense__no_pass, prepare),
	    cmocka_unit_test_setup(blind__each_number_of_descriptors__no_pass, prepare),
	    cmocka_unit_test_setup(blind__native_trial_impossible__refused, prepare),
	    cmocka_unit_test_setup(blind__no_descriptor_left__unknown_unless_forced, prepare),
	    cmocka_unit_test_setup(blind__interpreter_in_a_closed_folder__unknown, prepare),
	    cmocka_unit_test_setup(blind__no_proc__unknown_who_manages, prepare),
	    cmocka_unit_test_setup(blind__no_empty_root__unknown, prepare),
	    cmocka_unit_test_setup(blind__shell_that_cannot_be_read__unknown, prepare),
	    cmocka_unit_test_setup(blind__shell_in_a_closed_folder__unknown, prepare),
	    cmocka_unit_test_setup(blind__forced__passes_and_says_so, prepare),
	};

	return ns_run(tests);
}
