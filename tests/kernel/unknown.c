/* SPDX-License-Identifier: MIT */
/* Entries that are not understood: every command says so, none takes one for what its text seems to say. */
#include "conf.h"
#include "harness.h"
#include "plant.h"

/* The kernel takes newlines in a path and an extension, and shows them as they are. */
static const struct {
	const char *row, *line;
} odd[] = {
    {"path: a line that is not known", "|odd|M||AZQ||/bin/sh\nfoo|"},
    {"path: an empty line", "|odd|M||AZQ||/bin/sh\n|"},
    {"path: flags", "|odd|E||foo||/bin/sh\nflags: C|"},
    {"path: a whole entry", "|odd|E||foo||/bin/sh\nflags: \nextension .bar\n|P"},
    {"extension: a line that is not known", "|odd|E||foo\nbar||/bin/sh|"},
    {"extension: as of type B", "|odd|E||foo\nbpf-interpreter a b||/bin/sh|"},
    {"extension: mask", "|odd|E||foo\nmask ff||/bin/sh|"},
};

/* What each command must end with, and say; NULL: anything. */
static const struct {
	const char *words[6];
	int status;
	const char *out, *err;
} commands[] = {
    {{"list"}, 1, "odd           -        enabled  -      (not understood)\n", "odd: the entry cannot be understood: "},
    {{"list", "-q"}, 1, NULL, "odd: the entry cannot be understood: "},
    {{"status"}, 1, "odd           -        -      not-understood  -\n", "odd: the entry cannot be understood: "},
    {{"status", "odd"}, 1, "not-understood", "odd: the entry cannot be understood: "},
    {{"status", "-q"}, 1, "", "odd: the entry cannot be understood: "},
    {{"match", "/bin/true"}, 1, "/bin/true: unknown (", "odd: the entry cannot be understood: "},
    {{"list", "--supported"}, 1, "  unknown  ", "odd: the entry cannot be understood: "},
    {{"doctor"}, 0, "warn  not-understood: odd: ", NULL},
    {{"register", "--name", "odd", "--magic", "415a51"}, 2, "", NULL},
    {{"refresh", "odd"}, 1, "", "odd: " MOUNT "/odd cannot be understood: "},
    {{"-n", "remove", "odd"}, 0, "odd: would be removed\n", ""},
    {{"disable", "odd"}, 0, "odd: disabled\n", ""},
    {{"status", "odd"}, 1, "not-understood", "odd: the entry cannot be understood: "},
    {{"list"}, 1, "odd           -        disabled  -      (not understood)\n", NULL},
    {{"remove", "odd"}, 0, "odd: removed\n", ""},
    {{"list"}, 0, "qemu-aarch64", ""},
};

static void
start(const char *row, const char *line)
{
	ns_empty();
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", NULL);
	if (mount_write("register", line, strlen(line)) != 0)
		fail_msg("%s: the kernel does not take it", row);
}

static void
not_understood__every_command__says_so(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(odd); i++) {
		start(odd[i].row, odd[i].line);
		print_message("%s\n", odd[i].row);
		for (size_t k = 0; k < LENGTH(commands); k++)
			expect(tool_words(commands[k].words), commands[k].status, commands[k].out, commands[k].err);
	}
}

/* Neither the path that the text seems to name nor another makes it the same. */
static void
not_understood__register_of_its_name__refused_and_nothing_changed(void **state)
{
	char *before;

	(void)state;
	for (size_t i = 0; i < LENGTH(odd); i++) {
		start(odd[i].row, odd[i].line);
		before = instance();
		expect(tool("register", "--name", "odd", "--magic", "415a51", "-i", "/bin/sh", NULL), 1, "",
		       "odd: " MOUNT "/odd cannot be understood: ");
		expect(tool("register", "--name", "odd", "--extension", "foo", "-i", "/bin/sh", NULL), 1, "",
		       "odd: " MOUNT "/odd cannot be understood: ");
		expect_instance(before);
		free(before);
	}
}

static void
not_understood__json__name_and_state_and_nothing_else(void **state)
{
	static const char rest[] = "([.type, .offset, .magic, .mask, .extension, .interpreter, .flags, .arch] | "
				   "all(. == null)) and .name == \"odd\" and .enabled";
	const struct run *r;
	char filter[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(odd); i++) {
		start(odd[i].row, odd[i].line);
		r = expect(tool("-j", "list", NULL), 1, NULL, NULL);
		snprintf(filter, sizeof(filter), "(.entries | length) == 2 and (.entries[0] | %s)", rest);
		expect_json(r->out, filter);
		r = expect(tool("-j", "status", "odd", NULL), 1, NULL, NULL);
		snprintf(filter, sizeof(filter),
			 "(.entries | length) == 1 and (.entries[0] | %s and .health == \"not-understood\" and "
			 "(.problems | length) == 1 and .problems[0].code == \"not-understood\")",
			 rest);
		expect_json(r->out, filter);
		r = expect(tool("-j", "match", "/bin/true", NULL), 1, NULL, NULL);
		expect_json(r->out, ".files[0] | .result == \"unknown\" and .runs == null");
		r = expect(tool("-j", "list", "--supported", NULL), 1, NULL, NULL);
		expect_json(r->out, ".supported | all(.doubt and .entry == null)");
		expect(tool("disable", "odd", NULL), 0, NULL, NULL);
		r = expect(tool("-j", "list", "--supported", NULL), 1, NULL, NULL);
		expect_json(r->out,
			    "[.supported[] | select(.entry)] == [.supported[] | select(.arch == \"aarch64\")] and "
			    "(.supported | all(.doubt == false))");
	}
}

/* What runs the probe then is its interpreter, which says nothing of the file that the entry behind it holds. */
static void
not_understood__takes_the_probe_of_another__not_stale_and_in_its_place(void **state)
{
	char *path = scratch_copy(tiny_interpreter(), "odd\ninterpreter"), *before;
	const char *held = plant_copy();
	const struct run *r;

	(void)state;
	expect(tool("register", "aarch64", "-i", held, NULL), 0, "registered", NULL);
	register_line("|odd|M|18|\\xb7\\x00||%s|", path);
	before = instance();
	r = expect(tool("status", NULL), 1, "qemu-aarch64: unknown: entry odd is tried first", NULL);
	assert_null(strstr(r->out, "stale"));
	expect(tool("refresh", NULL), 0, "qemu-aarch64: unchanged", "");
	expect(tool("register", "aarch64", NULL), 0, "qemu-aarch64: unchanged",
	       "warning: entry odd is tried first and may take its files");
	expect_instance(before);
	plant_replace(held);
	r = expect(tool("doctor", NULL), 1, "stale: qemu-aarch64: by time: ", "");
	assert_null(strstr(r->out, "fix: binfmtctl refresh"));
	expect(tool("refresh", "aarch64", NULL), 0, "move it ahead of entry odd, which may win now", "");
	expect_instance(before);
	free(before);
	free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(not_understood__every_command__says_so),
	    cmocka_unit_test(not_understood__register_of_its_name__refused_and_nothing_changed),
	    cmocka_unit_test(not_understood__json__name_and_state_and_nothing_else),
	    cmocka_unit_test(not_understood__takes_the_probe_of_another__not_stale_and_in_its_place),
	};

	return ns_run(tests);
}
