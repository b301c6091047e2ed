/* SPDX-License-Identifier: MIT */
/* replace.c against the kernel: every state that a run can find, and what it must leave. */
#include "live.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binfmt.h"
#include "binfmt_open.h"
#include "err.h"
#include "planned.h"
#include "replace.h"
#include "tempname.h"

enum { SHORT = 8, LONGEST_PLAIN = RULE_NAME_MAX - 11 };

/* Lengths of names on both sides of where the temporary name becomes a hash. */
static const size_t lengths[] = {1, SHORT, LONGEST_PLAIN - 1, LONGEST_PLAIN, LONGEST_PLAIN + 1, 254, RULE_NAME_MAX};

static struct entry old, new;
static struct rule *const old_rule = &old.rule, *const new_rule = &new.rule;

static const char *
name_of(size_t len)
{
	static char name[RULE_NAME_MAX + 1];

	memset(name, 'n', len);
	name[len] = '\0';
	return name;
}

/* The old and the new rule of one name: other interpreters, other flags. */
static void
rules(const char *name)
{
	old = (struct entry){.rule = live_rule(name, "old", "/bin/true", RULE_F), .enabled = true};
	new = (struct entry){.rule = live_rule(name, "new", "/bin/false", RULE_P | RULE_F), .enabled = true};
}

static const char *
temporary_of(const char *name)
{
	static char temporary[RULE_NAME_MAX + 1];

	tempname_make(name, temporary);
	return temporary;
}

/* What a run that was killed left: the entry itself, and one under its temporary name, where they are given. */
static void
leave(const struct entry *entry, const struct entry *temporary)
{
	struct rule rule;

	if (entry)
		assert_int_equal(live_register(&entry->rule), 0);
	if (entry && !entry->enabled)
		assert_int_equal(mount_write(entry->rule.name, "0", 1), 0);
	if (!temporary)
		return;
	rule = temporary->rule;
	rule.name = temporary_of(temporary->rule.name);
	assert_int_equal(live_register(&rule), 0);
	if (!temporary->enabled)
		assert_int_equal(mount_write(rule.name, "0", 1), 0);
}

/* Exactly one entry, and it shows this. */
static void
only(const struct entry *entry)
{
	char text[ENTRY_TEXT_MAX + 1];
	size_t len = entry_format(entry, text);

	text[len] = '\0';
	assert_string_equal(entry_names(), entry->rule.name);
	assert_string_equal(entry_text(entry->rule.name), text);
}

static int
heal(const char *name)
{
	struct binfmt b;
	struct err err;
	int done;

	live_begin(&b);
	done = replace_heal(&b, name, &err);
	if (done < 0)
		fail_msg("%s", err.text);
	binfmt_close(&b);
	return done;
}

static void
heal__nothing_left__nothing_done(void **state)
{
	(void)state;
	rules("name");
	assert_int_equal(heal("name"), 0);
	leave(&old, NULL);
	assert_int_equal(heal("name"), 0);
	only(&old);
}

static void
heal__temporary_alone__becomes_the_entry(void **state)
{
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		ns_setup(state);
		rules(name_of(lengths[i]));
		leave(NULL, &new);
		assert_int_equal(heal(new_rule->name), 1);
		only(&new);
	}
}

static void
heal__both__temporary_goes(void **state)
{
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		ns_setup(state);
		rules(name_of(lengths[i]));
		leave(&old, &new);
		assert_int_equal(heal(old_rule->name), 1);
		only(&old);
	}
}

static void
heal__disabled__stays_disabled(void **state)
{
	static const struct {
		bool entry, entry_on, temporary_on;
	} rows[] = {{false, false, false}, {true, true, false}, {true, false, false}, {true, false, true}};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		ns_setup(state);
		rules("name");
		old.enabled = rows[i].entry_on;
		new.enabled = rows[i].temporary_on;
		leave(rows[i].entry ? &old : NULL, &new);
		assert_int_equal(heal("name"), 1);
		old.enabled = new.enabled = false;
		only(rows[i].entry ? &old : &new);
	}
}

static void
heal__next_run_of_the_tool__any_command(void **state)
{
	static const char *const commands[] = {"disable other", "enable other", "remove other",
					       "register --name other --extension o2 --interpreter /bin/true"};

	for (size_t i = 0; i < LENGTH(commands); i++) {
		const struct entry other = {.rule = live_rule("other", "o", "/bin/true", RULE_F), .enabled = true};

		ns_setup(state);
		rules("name");
		leave(&other, NULL);
		leave(NULL, &new);
		expect(shell("./binfmtctl -v %s --timeout 0", commands[i]), 0, NULL,
		       "name: warning: cleaned up what an interrupted change had left");
		assert_string_equal(entry_names(), i == 2 ? "name" : "name other");
	}
}

/* A hash does not tell its name: only a run that is given the name can heal it. */
static void
heal__hashed__when_its_name_is_given(void **state)
{
	static const char *const commands[] = {"register --extension new --interpreter /bin/false -f PF --name",
					       "enable", "disable"};

	for (size_t i = 0; i < LENGTH(commands); i++) {
		ns_setup(state);
		rules(name_of(RULE_NAME_MAX));
		leave(NULL, &new);
		expect(tool("enable", "other", NULL), 1, NULL, "other");
		assert_string_equal(entry_names(), temporary_of(new_rule->name));
		assert_non_null(strstr(tool("status", NULL)->out, "leftover"));
		expect(shell("./binfmtctl %s %s", commands[i], new_rule->name), 0, NULL, NULL);
		new.enabled = i != 2;
		only(&new);
		expect(tool("status", "--entry", new_rule->name, NULL), i == 2, NULL, NULL);
	}
}

static void
heal__hashed_beside_its_entry__goes_with_any_change(void **state)
{
	static const char *const commands[] = {"register --extension new --interpreter /bin/false -f PF --name",
					       "enable", "disable", "remove"};

	for (size_t i = 0; i < LENGTH(commands); i++) {
		ns_setup(state);
		rules(name_of(LONGEST_PLAIN + 1));
		leave(&old, &new);
		expect(shell("./binfmtctl %s %s", commands[i], new_rule->name), 0, NULL, NULL);
		assert_string_equal(entry_names(), i == 3 ? "" : new_rule->name);
	}
}

static void
remove__takes_both(void **state)
{
	for (size_t i = 0; i < LENGTH(lengths) * 3; i++) {
		ns_setup(state);
		rules(name_of(lengths[i / 3]));
		leave(i % 3 == 1 ? NULL : &old, i % 3 == 2 ? NULL : &new);
		expect(tool("remove", "--entry", old_rule->name, NULL), 0, "removed", "");
		assert_string_equal(entry_names(), "");
		expect(tool("remove", "--entry", old_rule->name, NULL), 1, "", "no such entry");
	}
}

static void
replace__every_state__only_the_new_rule(void **state)
{
	for (size_t i = 0; i < LENGTH(lengths) * 4; i++) {
		struct binfmt b;
		struct err err;

		ns_setup(state);
		rules(name_of(lengths[i / 4]));
		leave(i & 1 ? &old : NULL, i & 2 ? &old : NULL);
		live_begin(&b);
		if (replace_rule(&b, new_rule, new.enabled, &err) < 0)
			fail_msg("%s", err.text);
		binfmt_close(&b);
		only(&new);
	}
}

static void
replace__disabled__stays_disabled(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	rules("name");
	old.enabled = new.enabled = false;
	leave(&old, NULL);
	live_begin(&b);
	assert_int_equal(replace_rule(&b, new_rule, new.enabled, &err), 0);
	binfmt_close(&b);
	only(&new);
	expect(shell("./binfmtctl register --name name --extension old --interpreter /bin/true -f F"), 0, "replaced",
	       "stays so");
	only(&old);
}

/* The first write of every step, as a dry run shows them, is the order that leaves no gap. */
static void
replace__dry_run__order_of_writes(void **state)
{
	static const char *const files[] = {MOUNT "/register", MOUNT "/name", MOUNT "/register",
					    MOUNT "/.binfmtctl~name"},
				 *const starts[] = {":.binfmtctl~name:", NULL,
						    ":name:", NULL}; /* NULL: all of it is -1 */
	struct planned planned = {0};
	const struct planned_write *write;
	struct binfmt b;
	struct err err;
	char *before;

	(void)state;
	rules("name");
	leave(&old, NULL);
	before = instance();
	assert_int_equal(binfmt_open(&b, MOUNT, &planned, &err), 0);
	assert_int_equal(binfmt_lock(&b, 0, NULL, &err), 0);
	assert_int_equal(replace_rule(&b, new_rule, true, &err), 0);
	assert_false(planned.incomplete);
	write = planned.first;
	for (size_t i = 0; i < LENGTH(files); i++, write = write->next) {
		assert_non_null(write);
		assert_string_equal(write->file, files[i]);
		if (starts[i])
			assert_memory_equal(write->bytes, starts[i], strlen(starts[i]));
		else
			expect_bytes(files[i], write->bytes, write->len, "-1", 2);
	}
	assert_null(write);
	planned_free(&planned);
	binfmt_close(&b);
	expect_instance(before);
	free(before);
}

/* The kernel opens the interpreter of an F rule: a missing one is refused after our checks. */
static void
refused__by_the_kernel__old_handler_untouched(void **state)
{
	size_t before = open_descriptors();
	struct binfmt b;
	struct err err;
	char *shown;

	(void)state;
	rules("name");
	leave(&old, NULL);
	shown = instance();
	new_rule->interpreter = "/nowhere/interpreter";
	live_begin(&b);
	assert_int_equal(replace_rule(&b, new_rule, new.enabled, &err), -1);
	binfmt_close(&b);
	assert_non_null(strstr(err.text, "/nowhere/interpreter"));
	assert_non_null(strstr(err.text, "No such file"));
	assert_non_null(strstr(err.text, "the old handler is in force"));
	expect_instance(shown);
	assert_int_equal(open_descriptors(), before);
	free(shown);
}

static void
refused__first_registration__says_that_there_is_none(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	rules("name");
	new_rule->interpreter = "/nowhere/interpreter";
	live_begin(&b);
	assert_int_equal(replace_rule(&b, new_rule, new.enabled, &err), -1);
	binfmt_close(&b);
	assert_non_null(strstr(err.text, "no handler of this name is in force"));
	assert_string_equal(entry_names(), "");
}

/* A temporary alone is the live handler: a refused replacement must not take it away. */
static void
refused__temporary_alone__stays_live(void **state)
{
	struct binfmt b;
	struct err err;

	for (size_t i = 0; i < LENGTH(lengths); i++) {
		ns_setup(state);
		rules(name_of(lengths[i]));
		leave(NULL, &old);
		new_rule->interpreter = "/nowhere/interpreter";
		live_begin(&b);
		assert_int_equal(replace_rule(&b, new_rule, new.enabled, &err), -1);
		binfmt_close(&b);
		assert_non_null(strstr(err.text, "the old handler is in force under a temporary name"));
		assert_string_not_equal(entry_names(), "");
		expect(shell("./binfmtctl register --name %s --extension new -i /nowhere/interpreter", new_rule->name),
		       1, "", "does not exist");
		assert_string_not_equal(entry_names(), "");
		expect(tool("enable", "--entry", old_rule->name, NULL), 0, NULL, NULL);
		only(&old);
	}
}

static void
refused__by_our_checks__old_handler_untouched(void **state)
{
	static const char *const bad[] = {"--extension new -i /nowhere", "--extension new -i /etc/passwd",
					  "--magic 7f454c46 -i /bin/true", "--extension new -i /bin/true -f Z",
					  "--extension .new -i /bin/true"};
	char *shown;

	(void)state;
	rules("name");
	leave(&old, NULL);
	shown = instance();
	for (size_t i = 0; i < LENGTH(bad); i++) {
		expect(shell("./binfmtctl register --name name %s", bad[i]), 1, "", "binfmtctl: name: ");
		expect_instance(shown);
	}
	free(shown);
}

static void
enable__and_back__says_what_it_did(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	rules("name");
	leave(&old, NULL);
	live_begin(&b);
	assert_int_equal(replace_enable(&b, "name", true, NULL, &err), 0);
	assert_int_equal(replace_enable(&b, "name", false, NULL, &err), 1);
	assert_int_equal(replace_enable(&b, "name", false, NULL, &err), 0);
	assert_non_null(strstr(entry_text("name"), "disabled\n"));
	assert_int_equal(replace_enable(&b, "name", true, NULL, &err), 1);
	only(&old);
	assert_int_equal(replace_enable(&b, "nobody", true, NULL, &err), -1);
	assert_int_equal(err.code, ERR_MISSING);
	binfmt_close(&b);
}

static unsigned waited;

static void
count_waits(void)
{
	waited++;
}

static void
lock__held_by_another__waits_then_says_so(void **state)
{
	struct binfmt b, other;
	struct err err;
	char *shown;

	(void)state;
	rules("name");
	leave(&old, NULL);
	shown = instance();
	live_begin(&other);
	assert_int_equal(binfmt_open(&b, MOUNT, NULL, &err), 0);
	waited = 0;
	assert_int_equal(binfmt_lock(&b, 0, count_waits, &err), -1);
	assert_int_equal(err.code, ERR_LOCK);
	assert_int_equal(waited, 0);
	assert_int_equal(binfmt_lock(&b, 1, count_waits, &err), -1);
	assert_int_equal(waited, 1);
	expect(tool("remove", "name", "--timeout", "0", NULL), 1, "", "nothing was changed");
	expect(tool("list", NULL), 0, "name", "");
	expect_instance(shown);
	binfmt_close(&other);
	assert_int_equal(binfmt_lock(&b, 0, NULL, &err), 0);
	binfmt_close(&b);
	free(shown);
}

static void
lock__holder_killed__is_free(void **state)
{
	int ready[2], status;
	struct binfmt b;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		live_begin(&b);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	expect(tool("remove", "--missing-ok", "name", "--timeout", "0", NULL), 1, "", "lock");
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	expect(tool("remove", "--missing-ok", "name", "--timeout", "0", NULL), 0, NULL, NULL);
	close(ready[0]);
	close(ready[1]);
}

/* A run with -v that waits says so, goes on when the lock is free and does its work. */
static void
lock__freed_meanwhile__run_goes_on(void **state)
{
	struct binfmt b;
	pid_t pid;

	(void)state;
	rules("name");
	leave(&old, NULL);
	live_begin(&b);
	pid = fork();
	if (pid == 0) {
		/* the descriptor is shared with the parent: the lock is free when both have closed it */
		usleep(200000);
		_exit(0);
	}
	binfmt_close(&b);
	expect(tool("-v", "remove", "name", NULL), 0, "removed", "waiting");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_string_equal(entry_names(), "");
}

static void
descriptors__every_outcome__none_left(void **state)
{
	static const char *const names[] = {"name", "nobody", "/", "", "register"};
	size_t before = open_descriptors();
	static struct binfmt_text text;
	struct rule bad;
	struct binfmt b;
	struct err err;

	(void)state;
	rules("name");
	bad = live_rule("name", "x", "/nowhere/interpreter", RULE_F);
	for (size_t i = 0; i < LENGTH(names); i++) {
		live_begin(&b);
		replace_rule(&b, old_rule, true, &err);
		replace_rule(&b, &bad, true, &err);
		replace_rule(&b, new_rule, new.enabled, &err);
		replace_enable(&b, names[i], false, NULL, &err);
		replace_heal(&b, names[i], &err);
		binfmt_read(&b, names[i], &text, &err);
		replace_remove(&b, names[i], &err);
		binfmt_close(&b);
		assert_int_equal(open_descriptors(), before);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(heal__nothing_left__nothing_done),
	    cmocka_unit_test(heal__temporary_alone__becomes_the_entry),
	    cmocka_unit_test(heal__both__temporary_goes),
	    cmocka_unit_test(heal__disabled__stays_disabled),
	    cmocka_unit_test(heal__next_run_of_the_tool__any_command),
	    cmocka_unit_test(heal__hashed__when_its_name_is_given),
	    cmocka_unit_test(heal__hashed_beside_its_entry__goes_with_any_change),
	    cmocka_unit_test(remove__takes_both),
	    cmocka_unit_test(replace__every_state__only_the_new_rule),
	    cmocka_unit_test(replace__disabled__stays_disabled),
	    cmocka_unit_test(replace__dry_run__order_of_writes),
	    cmocka_unit_test(refused__by_the_kernel__old_handler_untouched),
	    cmocka_unit_test(refused__first_registration__says_that_there_is_none),
	    cmocka_unit_test(refused__temporary_alone__stays_live),
	    cmocka_unit_test(refused__by_our_checks__old_handler_untouched),
	    cmocka_unit_test(enable__and_back__says_what_it_did),
	    cmocka_unit_test(lock__held_by_another__waits_then_says_so),
	    cmocka_unit_test(lock__holder_killed__is_free),
	    cmocka_unit_test(lock__freed_meanwhile__run_goes_on),
	    cmocka_unit_test(descriptors__every_outcome__none_left),
	};

	return ns_run(tests);
}
