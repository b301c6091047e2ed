/* SPDX-License-Identifier: MIT */
/* What rule an architecture gets, from a wish and a live entry, without a mount. */
#include "harness.h"

#include <limits.h>

#include "arch.h"
#include "err.h"
#include "files.h"
#include "host.h"
#include "plan.h"
#include "programs.h"

static struct plan plan;
static struct err err;
static struct warnings warnings;
static struct wish wish;
static struct entry live;
static const struct arch *arch;
static char dir[PATH_MAX], found[PATH_MAX]; /* a folder with an interpreter for the architecture */

/* A foreign architecture whose interpreter is in a folder of ours; nothing is wished. */
static int
setup(void **state)
{
	static const char *dirs[] = {dir};
	char name[64], *path;

	(void)state;
	if (!arch) {
		arch = arch_find(host_arch() == arch_find("aarch64") ? "riscv64" : "aarch64");
		path = scratch_folder("interpreters");
		snprintf(dir, sizeof(dir), "%s", path);
		free(path);
		snprintf(name, sizeof(name), "interpreters/%s-static", arch->interpreter);
		path = scratch_copy(tiny_interpreter(), name);
		snprintf(found, sizeof(found), "%s", path);
		free(path);
	}
	wish = (struct wish){.dirs = dirs, .dir_count = 1};
	live = (struct entry){
	    .rule = {"qemu-live", arch_pattern(arch), "/bin/true", RULE_O | RULE_C, NULL}, .enabled = true, .more = ""};
	warnings.len = 0;
	return 0;
}

/* The plan for the architecture beside this entry: 0 or -1. */
static int
make(const struct entry *beside)
{
	plan_start(&plan, &wish, arch);
	return plan_arch(&plan, &wish, arch, beside, &err, &warnings);
}

static bool
warned(const char *text)
{
	for (const char *w = NULL; (w = warn_next(&warnings, w));)
		if (strstr(w, text))
			return true;
	return false;
}

static void
arch__nothing_live__defaults(void **state)
{
	char name[RULE_NAME_MAX + 1];

	(void)state;
	assert_int_equal(make(NULL), 0);
	arch_entry_name(arch, name);
	assert_string_equal(plan.rule.name, name);
	assert_string_equal(plan.rule.interpreter, found);
	assert_true(arch_of_pattern(&plan.rule.pattern) == arch);
	assert_true(plan.enabled);
	assert_true(plan.rule.flags & RULE_F);
	assert_false(plan.rule.flags & (RULE_C | RULE_O));
	assert_int_equal(!!(plan.rule.flags & RULE_P), host_kernel_since(host_kernel(), 5, 12));
}

static void
arch__live__what_is_not_wished_is_kept(void **state)
{
	(void)state;
	wish.dir_count = 0;
	live.rule.more_flags = "X";
	assert_int_equal(make(&live), 0);
	assert_string_equal(plan.rule.interpreter, "/bin/true");
	assert_int_equal(plan.rule.flags, RULE_O | RULE_C);
	assert_string_equal(plan.rule.more_flags, "X");
	assert_true(warned("lack F"));
}

static void
arch__live__folders_given_win(void **state)
{
	(void)state;
	assert_int_equal(make(&live), 0);
	assert_string_equal(plan.rule.interpreter, found);
}

static void
arch__live_of_another_architecture_or_gone__interpreter_not_kept(void **state)
{
	const struct arch *other = arch_find("s390x");

	(void)state;
	live.rule.pattern = arch_pattern(other);
	assert_int_equal(make(&live), 0);
	assert_string_equal(plan.rule.interpreter, found);
	live.rule.pattern = arch_pattern(arch);
	live.rule.interpreter = "/nowhere";
	assert_int_equal(make(&live), 0);
	assert_string_equal(plan.rule.interpreter, found);
}

static void
arch__wishes__are_fulfilled(void **state)
{
	(void)state;
	wish.flags = "POC";
	wish.interpreter = "/bin/sh";
	wish.name = "mine";
	assert_int_equal(make(&live), 0);
	assert_string_equal(plan.rule.name, "mine");
	assert_string_equal(plan.rule.interpreter, "/bin/sh");
	assert_int_equal(plan.rule.flags, RULE_P | RULE_O | RULE_C);
	assert_false(warned("lack F"));
}

/* One that does not know P would get a wrong argv. */
static void
arch__own_interpreter__flag_f_alone(void **state)
{
	(void)state;
	wish.interpreter = "/bin/sh";
	assert_int_equal(make(NULL), 0);
	assert_int_equal(plan.rule.flags, RULE_F);
}

static void
flags__bad_or_born_disabled__said(void **state)
{
	(void)state;
	plan = (struct plan){.rule = {.name = "x"}, .enabled = true};
	wish.flags = "FX";
	assert_int_equal(plan_flags(&plan, &wish, NULL, &err), -1);
	assert_int_equal(err.code, ERR_FLAGS);
	assert_non_null(strstr(err.text, "--flags FX: unknown flag"));
	wish.flags = "FD";
	assert_int_equal(plan_flags(&plan, &wish, NULL, &err), 0);
	assert_false(plan.enabled);
}

static void
flags__custom_rule__none_or_kept(void **state)
{
	(void)state;
	plan = (struct plan){.rule = {.name = "x", .pattern = {.type = PATTERN_EXTENSION, .extension = "e"}}};
	assert_int_equal(plan_flags(&plan, &wish, NULL, &err), 0);
	assert_int_equal(plan.rule.flags, 0);
	assert_int_equal(plan_flags(&plan, &wish, &live, &err), 0);
	assert_int_equal(plan.rule.flags, RULE_O | RULE_C);
	live.rule.pattern.type = PATTERN_BPF; /* its flags mean nothing for another type */
	plan.rule.flags = 0;
	assert_int_equal(plan_flags(&plan, &wish, &live, &err), 0);
	assert_int_equal(plan.rule.flags, 0);
}

static void
start__group_with_a_name__names_of_their_own(void **state)
{
	(void)state;
	wish.name = "mine";
	plan_start(&plan, &wish, arch_find("microblaze-old"));
	assert_string_equal(plan.rule.name, "mine-old");
	plan_start(&plan, &wish, arch_find("microblaze"));
	assert_string_equal(plan.rule.name, "mine");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(arch__nothing_live__defaults, setup),
	    cmocka_unit_test_setup(arch__live__what_is_not_wished_is_kept, setup),
	    cmocka_unit_test_setup(arch__live__folders_given_win, setup),
	    cmocka_unit_test_setup(arch__live_of_another_architecture_or_gone__interpreter_not_kept, setup),
	    cmocka_unit_test_setup(arch__wishes__are_fulfilled, setup),
	    cmocka_unit_test_setup(arch__own_interpreter__flag_f_alone, setup),
	    cmocka_unit_test_setup(flags__bad_or_born_disabled__said, setup),
	    cmocka_unit_test_setup(flags__custom_rule__none_or_kept, setup),
	    cmocka_unit_test_setup(start__group_with_a_name__names_of_their_own, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
