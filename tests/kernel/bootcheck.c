/* SPDX-License-Identifier: MIT */
/* What the next boot would make of binfmt.d, beside the entries that are live. */
#include "conf.h"

#include <unistd.h>

#include "arch.h"
#include "bootcheck.h"
#include "doctor.h"
#include "live.h"
#include "snapshot.h"

static char told[1 << 14];

/* bootcheck_examine: its findings as lines "GRADE check: detail [fix]". */
static void
note_finding(void *arg, const char *check, const struct finding *f)
{
	static const char *const grades[] = {"pass", "warn", "fail"};
	size_t len = strlen(told);

	(void)arg;
	snprintf(told + len, sizeof(told) - len, "%s %s: %s [%s]\n", grades[f->grade], check, f->why.text, f->why.fix);
}

/* Live entries by hand, newest first, as extension rules: the host's own instance cannot be had in a test. */
static struct entry live_entries[8];
static struct snapshot live;

static void
make_live(const char *const *names_and_extensions)
{
	size_t count = 0;

	for (; *names_and_extensions; names_and_extensions += 2)
		live_entries[count++] = (struct entry){
		    .rule = live_rule(names_and_extensions[0], names_and_extensions[1], "/bin/true", 0),
		    .enabled = true,
		};
	live_snapshot(&live, live_entries, count);
}

static const char *
examine(const struct snapshot *s)
{
	told[0] = '\0';
	bootcheck_examine(s, note_finding, NULL);
	return told;
}

static void
bootcheck__configuration_and_entries_agree__passes(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":first:E::x::/bin/true:\n");
	conf_write(3, "b.conf", ":second:E::x::/bin/true:\n:third:E::y::/bin/true:\n");
	make_live((const char *const[]){"third", "y", "second", "x", "first", "x", NULL});
	assert_string_equal(examine(&live),
			    "pass config: all lines of binfmt.d can be registered []\n"
			    "pass unconfigured: every live entry is in some configuration []\n"
			    "pass boot-order: the configuration keeps the order of the live entries []\n");
	assert_int_equal(bootcheck_unconfigured(&live), 0);
}

static void
bootcheck__entry_in_no_configuration__named_with_the_way_to_keep_it(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	make_live((const char *const[]){"lonely", "x", "qemu-riscv64", "y", NULL});
	live_entries[1].rule.pattern = arch_pattern(arch_find("riscv64"));
	examine(&live);
	assert_non_null(strstr(told,
			       "warn unconfigured: entry lonely is in no configuration: it will not be there after a "
			       "reboot [add a line for lonely to /etc/binfmt.d]\n"));
	assert_non_null(strstr(told,
			       "warn unconfigured: entry qemu-riscv64 is in no configuration: it will not be there "
			       "after a reboot [binfmtctl register riscv64 --persist]\n"));
	assert_int_equal(bootcheck_unconfigured(&live), 2);
}

static void
bootcheck__other_order_than_live__both_named(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":first:E::x::/bin/true:\n");
	conf_write(0, "b.conf", ":second:E::x::/bin/true:\n:third:E::y::/bin/true:\n");
	make_live((const char *const[]){"first", "x", "second", "x", "third", "y", NULL});
	examine(&live);
	assert_non_null(strstr(told,
			       "warn boot-order: entry first wins over second now, but after a reboot second will win: "
			       "its line comes later [rename the files in /etc/binfmt.d: the last in order wins]\n"));
	assert_null(strstr(told, "third will win"));
}

static void
bootcheck__name_twice__the_last_place_counts(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":first:E::x::/bin/true:\n:second:E::x::/bin/true:\n");
	make_live((const char *const[]){"second", "x", "first", "x", NULL});
	assert_null(strstr(examine(&live), "warn boot-order"));
	conf_write(0, "b.conf", ":first:E::x::/bin/true:\n");
	assert_non_null(strstr(examine(&live), "entry second wins over first now"));
}

static void
bootcheck__without_entries__only_the_lines(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	assert_string_equal(examine(NULL), "pass config: all lines of binfmt.d can be registered []\n");
	conf_write(0, "c.conf", ":gone:E::x::/nowhere/interpreter:\nnonsense\n:brick:M::\\x7fELF::/bin/true:\n");
	examine(NULL);
	assert_non_null(strstr(told,
			       "fail config: /etc/binfmt.d/c.conf:1: /nowhere/interpreter: the interpreter does not "
			       "exist"));
	assert_non_null(strstr(told, "fail config: /etc/binfmt.d/c.conf:2: "));
	assert_non_null(strstr(told, "fail config: /etc/binfmt.d/c.conf:3: "));
	assert_non_null(strstr(told, "[correct or remove line 2 of /etc/binfmt.d/c.conf]\n"));
	assert_null(strstr(told, "pass config"));
}

static void
bootcheck__unreadable_file__fails_with_its_name(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(symlink("/nowhere/file", "/etc/binfmt.d/dangling.conf"), 0);
	assert_string_equal(examine(NULL), "fail config: /etc/binfmt.d/dangling.conf: the file cannot be read [remove "
					   "/etc/binfmt.d/dangling.conf, or make it a readable file]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bootcheck__configuration_and_entries_agree__passes),
	    cmocka_unit_test(bootcheck__entry_in_no_configuration__named_with_the_way_to_keep_it),
	    cmocka_unit_test(bootcheck__other_order_than_live__both_named),
	    cmocka_unit_test(bootcheck__name_twice__the_last_place_counts),
	    cmocka_unit_test(bootcheck__without_entries__only_the_lines),
	    cmocka_unit_test(bootcheck__unreadable_file__fails_with_its_name),
	};

	return ns_run(tests);
}
