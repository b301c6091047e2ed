/* SPDX-License-Identifier: MIT */
/* What is read of a mount with entries of our own. */
#include "harness.h"

#include "facts.h"
#include "instance.h"
#include "namespace.h"
#include "snapshot.h"

static void
read_facts(struct facts *facts)
{
	struct snapshot s;
	struct err err;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	facts_read(facts, MOUNT, &s.b, &s.list, &err);
	snapshot_close(&s);
}

static void
read__entries__those_counted_that_hold_their_interpreter(void **state)
{
	struct facts facts;

	(void)state;
	read_facts(&facts);
	assert_true(facts.entries == 0 && facts.held == 0 && facts.switched_on == LOOK_YES);
	register_line(":p:E::p::/bin/true:P");
	register_line(":f:E::f::/bin/true:F");
	register_line(":g:E::g::/bin/true:F");
	register_line(":pf:E::pf::/bin/true:PF");
	assert_int_equal(mount_write("f", "0", 1), 0);
	read_facts(&facts);
	assert_int_equal(facts.entries, 4);
	assert_int_equal(facts.held, 3); /* a disabled one too */
	assert_true(facts.scope == BINFMT_NAMESPACE && facts.read_only == LOOK_NO && facts.supported == LOOK_YES);
	assert_true(facts.dir_is_there && facts.mount.code == ERR_NONE);
}

static void
read__no_mount__its_reason_and_nothing_known(void **state)
{
	struct err err;
	struct facts facts;

	(void)state;
	err_set(&err, ERR_OPEN, "why");
	facts_read(&facts, "/nowhere", NULL, NULL, &err);
	assert_true(facts.entries == -1 && facts.held == -1 && !facts.dir_is_there);
	assert_true(facts.switched_on == LOOK_UNKNOWN && facts.read_only == LOOK_UNKNOWN);
	assert_string_equal(facts.mount.text, "why");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(read__entries__those_counted_that_hold_their_interpreter),
	    cmocka_unit_test(read__no_mount__its_reason_and_nothing_known),
	};

	return ns_run(tests);
}
