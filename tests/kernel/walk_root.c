/* SPDX-License-Identifier: MIT */
/* The walker below another root: each path is judged from outside, then executed after chroot. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "elfmaker.h"
#include "err.h"
#include "executed.h"
#include "host.h"
#include "probe.h"
#include "walk.h"

static char *root;
static int root_fd = -1;
static struct binfmt_list list;
static struct walk_where where;
static struct walk found;

static char *
in_root(const char *path)
{
	char name[256];

	snprintf(name, sizeof(name), "root/%s", path);
	return scratch_file(name);
}

static void
put_script(const char *path, const char *program)
{
	char text[512], *at = in_root(path);

	snprintf(text, sizeof(text), "#!%s\n", program);
	spill(at, text, strlen(text), 0755);
	free(at);
}

static void
put_link(const char *path, const char *target)
{
	char *at = in_root(path);

	assert_int_equal(symlink(target, at), 0);
	free(at);
}

static void
put_program(const char *path, const char *loader)
{
	const struct elfmaker maker = {.arch = host_arch(), .shared = true, .stack = true, .loader = loader};
	unsigned char elf[ELFMAKER_MAX];
	char *at = in_root(path);

	spill(at, elf, elfmaker_build(&maker, elf), 0755);
	free(at);
}

static void
put_text(const char *path, const char *text)
{
	char *at = in_root(path);

	spill(at, text, strlen(text), 0755);
	free(at);
}

static void
make_root(void)
{
	static const char *const folders[] = {"", "bin", "lib", "usr", "closed"};

	if (root)
		return;
	for (size_t i = 0; i < LENGTH(folders); i++) {
		char *path = in_root(folders[i]);

		assert_int_equal(mkdir(path, 0755), 0);
		free(path);
	}
	root = scratch_file("root");
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(root_fd >= 0);
	put_program("bin/tiny", NULL);
	put_program("lib/ld", NULL);
	put_program("bin/inside", "/lib/ld");
	put_program("bin/outside", "/lib64/ld-linux-x86-64.so.2");
	put_program("bin/relative", "lib/ld");
	put_link("bin/absolute", "/bin/tiny");
	put_link("bin/escape", "../../../../../../../../bin/tiny");
	put_link("bin/elsewhere", tiny_interpreter());
	put_link("bin/loop", "loop");
	put_link("usr/bin", "/bin");
	put_script("bin/script", "/bin/tiny");
	put_script("bin/script-up", "/../../bin/tiny");
	put_script("bin/script-sh", "/bin/sh");
	put_script("bin/script-relative", "bin/tiny");
	put_script("bin/script-link", "/usr/bin/absolute");
	put_script("bin/script-outside", tiny_interpreter());
	put_text("bin/file.inside", "x");
	put_text("bin/file.outside", "x");
	put_text("bin/file.held", "x");
	put_text("bin/file.script", "x");
}

static void
make_table(void)
{
	struct binfmt b;
	struct err err;
	char *script;

	make_root();
	script = scratch_text("held-script", "#!/bin/tiny\n", 0755);
	register_line(":inside:E::inside::/bin/tiny:");
	register_line(":outside:E::outside::%s:", tiny_interpreter());
	register_line(":held:E::held::%s:F", tiny_interpreter());
	register_line(":script:E::script::%s:F", script);
	free(script);
	binfmt_list_free(&list);
	assert_int_equal(binfmt_open(&b, MOUNT, NULL, &err), 0);
	assert_int_equal(binfmt_list(&b, &list, &err), 0);
	binfmt_close(&b);
	where = (struct walk_where){.root = root_fd, .list = &list, .switched_on = true};
}

static void
judge_and_enter(void *path)
{
	walk_file(&where, path, &found);
	if (chroot(root) < 0 || chdir("/") < 0)
		_exit(125);
}

static const struct {
	const char *path;
	int error;
} rows[] = {
    {"/bin/tiny", 0},           {"bin/tiny", 0},
    {"/../bin/tiny", 0},        {"/bin/absolute", 0},
    {"/bin/escape", 0},         {"/bin/elsewhere", ENOENT},
    {"/bin/loop", ELOOP},       {"/usr/bin/tiny", 0},
    {"/bin/sh", ENOENT},        {"/bin", EACCES},
    {"/bin/tiny/x", ENOTDIR},   {"/bin/inside", 0},
    {"/bin/outside", ENOENT},   {"/bin/relative", 0},
    {"/bin/script", 0},         {"/bin/script-up", 0},
    {"/bin/script-sh", ENOENT}, {"/bin/script-relative", 0},
    {"/bin/script-link", 0},    {"/bin/script-outside", ENOENT},
    {"/bin/file.inside", 0},    {"/bin/file.outside", ENOENT},
    {"/bin/file.held", 0},      {"/bin/file.script", 0},
};

static void
root__each_path__what_the_kernel_does_after_chroot(void **state)
{
	(void)state;
	need_ptrace();
	make_table();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *path = (char *)(uintptr_t)rows[i].path;
		struct executed e;

		executed_path(path, false, judge_and_enter, path, &e);
		if (e.error != rows[i].error || found.error != e.error ||
		    found.verdict != (e.error ? WALK_FAILS : WALK_RUNS))
			fail_msg("%s: the kernel says %s, the walk %d %s (%s), the row %s", path, strerror(e.error),
				 found.verdict, strerror(found.error), found.why.text, strerror(rows[i].error));
		if (found.verdict == WALK_RUNS &&
		    (found.hops[found.runner].dev != e.dev || found.hops[found.runner].ino != e.ino))
			fail_msg("%s: another file runs", path);
	}
}

static void
judge_without_openat2(void *path)
{
	executed_as_old_kernel();
	walk_file(&where, path, &found);
}

static void
root__no_openat2__unknown(void **state)
{
	struct executed e;

	(void)state;
	need_ptrace();
	make_table();
	executed_path("/nowhere", false, judge_without_openat2, (char *)(uintptr_t) "/bin/tiny", &e);
	assert_int_equal(found.verdict, WALK_UNKNOWN);
	assert_int_equal(found.doubt, WALK_ROOT);
	assert_true(says(found.why.text, "openat2"));
}

/* A rule that is about to be registered, as far as its interpreter goes. */
static void
rule__interpreter__judged_with_its_flags(void **state)
{
	static const struct {
		const char *interpreter;
		unsigned flags;
		enum walk_verdict verdict;
		int error;
	} rules[] = {
	    {"/bin/tiny", 0, WALK_RUNS, 0},
	    {"/bin/tiny", RULE_O | RULE_C | RULE_F | RULE_P, WALK_RUNS, 0},
	    {"/bin/script", 0, WALK_RUNS, 0},
	    {"/bin/script", RULE_P, WALK_RUNS, 0},
	    {"/bin/script", RULE_O, WALK_FAILS, ENOEXEC},
	    {"/bin/script", RULE_C, WALK_FAILS, ENOEXEC},
	    {"/bin/script-sh", RULE_C, WALK_FAILS, ENOENT},
	    {"/bin/file.x", 0, WALK_FAILS, ENOENT},
	    {"/bin/file.inside", 0, WALK_RUNS, 0},
	    {"/bin/outside", 0, WALK_FAILS, ENOENT},
	    {"/bin/itself.own", 0, WALK_FAILS, ELOOP},
	};

	(void)state;
	make_table();
	put_program("bin/itself.own", NULL);
	for (size_t i = 0; i < LENGTH(rules); i++) {
		const struct rule rule = {.name = "own",
					  .pattern = {.type = PATTERN_EXTENSION, .extension = "own"},
					  .interpreter = rules[i].interpreter,
					  .flags = rules[i].flags};

		walk_rule(&where, &rule, NULL, NULL, &found);
		if (found.verdict != rules[i].verdict || found.error != rules[i].error)
			fail_msg("%s %u: %d %s (%s)", rule.interpreter, rule.flags, found.verdict,
				 strerror(found.error), found.why.text);
	}
}

static void
rule__but__its_entries_passed_over(void **state)
{
	const struct rule rule = {.name = "other",
				  .pattern = {.type = PATTERN_EXTENSION, .extension = "other"},
				  .interpreter = "/bin/file.inside"};

	(void)state;
	make_table();
	where.but = "inside";
	walk_rule(&where, &rule, NULL, NULL, &found);
	assert_int_equal(found.error, ENOEXEC);
	where.but = NULL;
}

static void
bytes__probe__by_its_first_bytes(void **state)
{
	const struct arch *foreign = arch_find(strcmp(host_arch()->name, "sparc64") ? "sparc64" : "alpha");
	unsigned char elf[PROBE_MAX];
	size_t size;

	(void)state;
	make_table();
	size = probe_build(host_arch(), 1, elf);
	walk_bytes(&where, "/proc/self/fd/3", elf, size, &found);
	assert_int_equal(found.verdict, WALK_RUNS);
	assert_int_equal(found.runner, 0);
	walk_bytes(&where, "probe.inside", elf, size, &found);
	assert_int_equal(found.runner, 1);
	walk_bytes(&where, "/proc/self/fd/3", elf, 40, &found);
	assert_int_equal(found.error, ENOEXEC);
	size = probe_build(foreign, 1, elf);
	walk_bytes(&where, "/proc/self/fd/3", elf, size, &found);
	assert_int_equal(found.error, ENOEXEC);
	assert_true(says(found.why.text, foreign->name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(root__each_path__what_the_kernel_does_after_chroot),
	    cmocka_unit_test(root__no_openat2__unknown),
	    cmocka_unit_test(rule__interpreter__judged_with_its_flags),
	    cmocka_unit_test(rule__but__its_entries_passed_over),
	    cmocka_unit_test(bytes__probe__by_its_first_bytes),
	};

	return ns_run(tests);
}
