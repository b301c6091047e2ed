/* SPDX-License-Identifier: MIT */
/* An entry with flag F whose rule is as asked for: which file it holds decides whether `register` makes it anew. */
#include "harness.h"

#include <unistd.h>

enum { THIS = 41, THAT = 43 };

static char *folders; /* this/q and that/q, two interpreters */

static void
begin(void)
{
	char *path;

	need_ptrace();
	if (folders)
		return;
	folders = scratch_folder("folders");
	for (int i = 0; i < 2; i++) {
		shell("mkdir -p '%s/%s'", folders, i ? "that" : "this");
		assert_true(asprintf(&path, "%s/%s/q", folders, i ? "that" : "this") > 0);
		if (!exit_interpreter(path, i ? THAT : THIS))
			skip_because("this machine has no compiler");
		free(path);
	}
}

/* As a container does: one of the two at a path where nobody else has it. */
static const struct run *
register_in(const char *mount, const char *words)
{
	return shell("unshare -m sh -ec 'mount %s /mnt; exec \"$0/binfmtctl\" %s' '%s'", mount, words, tool_folder());
}

#define REGISTER "register aarch64 -i /mnt/q -f F"

static void
register__held_from_another_root__replaced_by_the_one_here(void **state)
{
	char this[4200], that[4200];

	(void)state;
	begin();
	snprintf(this, sizeof(this), "--bind %s/this", folders);
	snprintf(that, sizeof(that), "--bind %s/that", folders);
	expect(register_in(this, REGISTER), 0, "qemu-aarch64: registered", "");
	assert_int_equal(probe_status("aarch64"), THIS);
	expect(register_in(this, REGISTER), 0, "qemu-aarch64: unchanged", "");
	expect(register_in(that, "-n " REGISTER), 0, "would be replaced", "another root folder or container");
	assert_int_equal(probe_status("aarch64"), THIS);
	expect(register_in(that, REGISTER), 0, "qemu-aarch64: replaced",
	       "the entry held a file of another root folder or container, not /mnt/q here");
	assert_int_equal(probe_status("aarch64"), THAT);
	expect(register_in(that, REGISTER), 0, "qemu-aarch64: unchanged", "");
	expect(register_in(this, "refresh"), 0, "qemu-aarch64: unchanged", "");
	assert_int_equal(probe_status("aarch64"), THAT);
}

/* What `load` says of such an entry is what `register` does. */
static void
load__held_from_another_root__replaced_by_the_one_here(void **state)
{
	char this[4200], that[4200], words[4200];
	char *conf;

	(void)state;
	begin();
	snprintf(this, sizeof(this), "--bind %s/this", folders);
	snprintf(that, sizeof(that), "--bind %s/that", folders);
	expect(register_in(this, REGISTER), 0, "registered", "");
	conf = scratch_text("held.conf", expect(tool("export", NULL), 0, NULL, "")->out, 0644);
	snprintf(words, sizeof(words), "load %s", conf);
	expect(register_in(this, words), 0, "qemu-aarch64: unchanged", "");
	expect(register_in(that, words), 0, "qemu-aarch64: replaced", "another root folder or container");
	assert_int_equal(probe_status("aarch64"), THAT);
	free(conf);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(register__held_from_another_root__replaced_by_the_one_here),
	    cmocka_unit_test(load__held_from_another_root__replaced_by_the_one_here),
	};

	return ns_run(tests);
}
