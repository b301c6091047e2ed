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

/* An entry by a link that leads to q6, of which the link is turned to another, older file: q7. */
static void
turn_link(void)
{
	shell("cd '%s' && ln -s q6 link", folders);
	let_the_clock_tick();
	register_line(":holds:E::ext::%s/link:F", folders);
	let_the_clock_tick();
	shell("cd '%s' && ln -sfn q7 link", folders);
}

static void
begin_links(const char *q6, const char *q7)
{
	begin();
	shell("cd '%s' && rm -f q6 q7 link && cp %s q6 && cp %s q7 && chmod 755 q6 q7", folders, q6, q7);
	let_the_clock_tick();
}

static void
match__link_turned_to_an_older_file__what_the_kernel_runs(void **state)
{
	char *program = probe_program("aarch64", "program"), *none = scratch_text("none", "#!/nowhere/program\n", 0755);

	(void)state;
	begin_links("this/q", none);
	shell("cd '%s' && ln -s q6 link", folders);
	let_the_clock_tick();
	expect(shell("./binfmtctl register aarch64 -f F -i '%s/link'", folders), 0, "registered", NULL);
	shell("cd '%s' && ln -sfn q7 link", folders);
	expect(tool("match", program, NULL), 0, ": handler qemu-aarch64 -> ", "");
	expect(tool("status", NULL), 1, "was replaced, the old file keeps running", "");
	assert_int_equal(probe_status("aarch64"), THIS);
	/* in a user namespace that inherits it nothing says that it is not in force */
	expect(shell("unshare -Urm ./binfmtctl -n register s390x -i '%s/q6'", folders), 0, "would be registered", NULL);
	assert_null(strstr(shell("unshare -Urm ./binfmtctl doctor")->out, "register --mount"));
	/* the other way round: what is held is no program */
	ns_empty();
	begin_links("/dev/null", "this/q");
	shell("cd '%s' && ln -s q6 link", folders);
	let_the_clock_tick();
	expect(shell("./binfmtctl register aarch64 -f F -i '%s/link' --force", folders), 0, "registered", NULL);
	shell("cd '%s' && ln -sfn q7 link", folders);
	expect(tool("match", program, NULL), 1, "exec of it fails with ENOEXEC", "");
	free(program);
	free(none);
}

#define REGISTER_LINK "./binfmtctl register --name holds --extension ext -f F -i '%s/link'"

/* No probe tells: neither well nor unchanged, until it is registered again. */
static void
register__link_of_an_extension_turned__registered_again(void **state)
{
	char *file = scratch_text("file.ext", "x", 0755);

	(void)state;
	begin_links("this/q", "that/q");
	turn_link();
	expect(tool("match", file, NULL), 1, "its path may name another file now", "");
	expect(tool("status", NULL), 0, "holds: unknown: whether the kernel holds the file", "");
	assert_int_equal(exec_status(file), THIS);
	expect(shell(REGISTER_LINK, folders), 0, "holds: replaced", "");
	assert_int_equal(exec_status(file), THAT);
	expect(tool("match", file, NULL), 0, ": handler holds", "");
	/* tried after another that takes its files, it may not be moved in front of that */
	ns_empty();
	begin_links("this/q", "that/q");
	turn_link();
	register_raw(":second:E::ext::/bin/true:");
	expect(shell(REGISTER_LINK, folders), 1, "", "a link on the way to it was changed since");
	expect(tool("refresh", "--entry", "holds", "--force", NULL), 0, "holds: refreshed", NULL);
	assert_int_equal(exec_status(file), THAT);
	free(file);
}

/* A link that is as young as its entry, as in a script. */
static void
register__link_made_at_once__in_no_doubt(void **state)
{
	char *file = scratch_text("file.ext", "x", 0755);

	(void)state;
	for (int i = 0; i < 20; i++) {
		begin_links("this/q", "that/q");
		ns_empty();
		shell("cd '%s' && ln -s q6 link", folders);
		register_line(":holds:E::ext::%s/link:F", folders);
		expect(tool("match", file, NULL), 0, ": handler holds", "");
		expect(tool("status", "--strict", NULL), 0, " ok ", "");
	}
	free(file);
}

/* What became another folder, by its name or a mount, leaves no time: an entry that is named is registered again. */
static void
refresh__folder_that_is_another_now__refreshed_where_named(void **state)
{
	static const char *const changes[] = {"mv this old && mv that this && touch this/later",
					      "mount --bind that this"};
	char *file = scratch_text("file.ext", "x", 0755);

	(void)state;
	for (size_t i = 0; i < LENGTH(changes); i++) {
		begin();
		ns_empty();
		register_line(":holds:E::ext::%s/this/q:F", folders);
		let_the_clock_tick();
		expect(shell("cd '%s' && %s", folders, changes[i]), 0, "", "");
		assert_int_equal(exec_status(file), THIS);
		expect(tool("refresh", "--entry", "holds", NULL), 0, "holds: refreshed", NULL);
		assert_int_equal(exec_status(file), THAT);
		shell("cd '%s' && { umount this || { mv this that && mv old this; }; } 2>/dev/null", folders);
	}
	free(file);
}

/* Nothing has changed on the way: nothing is done. */
static void
register__way_as_it_was__unchanged(void **state)
{
	(void)state;
	begin();
	ns_empty();
	for (int i = 0; i < 2; i++)
		expect(tool("register", "--name", "plain", "--extension", "ext", "-i", "/bin/true", "-f", "F", NULL), 0,
		       i ? "plain: unchanged" : "plain: registered", NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(register__held_from_another_root__replaced_by_the_one_here),
	    cmocka_unit_test(load__held_from_another_root__replaced_by_the_one_here),
	    cmocka_unit_test(match__link_turned_to_an_older_file__what_the_kernel_runs),
	    cmocka_unit_test(register__link_of_an_extension_turned__registered_again),
	    cmocka_unit_test(register__link_made_at_once__in_no_doubt),
	    cmocka_unit_test(refresh__folder_that_is_another_now__refreshed_where_named),
	    cmocka_unit_test(register__way_as_it_was__unchanged),
	};

	return ns_run(tests);
}
