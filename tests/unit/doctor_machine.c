/* SPDX-License-Identifier: MIT */
/* doctor's checks of the machine as the pure functions that they are: what cannot be planted on this one too. */
#include "harness.h"

#include <errno.h>

#include "doctor_machine.h"
#include "facts.h"

/* A machine with nothing wrong, which a test bends. */
static struct facts facts;

static int
healthy(void **state)
{
	(void)state;
	facts = (struct facts){
	    .kernel = {6, 18},
	    .supported = LOOK_YES,
	    .modules = true,
	    .dir = BINFMT_DIR,
	    .dir_is_there = true,
	    .read_only = LOOK_NO,
	    .switched_on = LOOK_YES,
	    .harmless = true,
	    .initial_user_namespace = LOOK_YES,
	    .container = LOOK_NO,
	    .systemd_binfmt = LOOK_NO,
	    .scope = BINFMT_HOST,
	    .entries = 3,
	    .held = 3,
	    .max_held = -1,
	    .emulator = LOOK_YES,
	    .max_user_namespaces = 10000,
	    .apparmor_restrict = -1,
	    .userns_clone = -1,
	    .binfmt_support = -1,
	};
	return 0;
}

/* Asks one check for pieces of texts; "": there is none, NULL: whatever it is. */
#define expect_finding(name, grade, detail, fix) check(name, grade, detail, fix, __FILE__, __LINE__)

static void
check(const char *name, enum grade grade, const char *detail, const char *fix, const char *file, int line)
{
	static struct finding f;

	for (const struct doctor_check *c = doctor_checks; c->name; c++) {
		if (strcmp(c->name, name) != 0)
			continue;
		memset(&f, 'x', sizeof(f));
		c->judge(&facts, &f);
		if (f.grade == grade && says(f.why.text, detail) && says(f.why.fix, fix))
			return;
		print_error("%s: got grade %d, '%s', fix '%s'\n", name, (int)f.grade, f.why.text, f.why.fix);
		_fail(file, line);
	}
	print_error("there is no check %s\n", name);
	_fail(file, line);
}

static void
no_mount(enum err_code code, const char *text)
{
	err_set(&facts.mount, code, "%s", text);
	facts.scope = BINFMT_UNKNOWN;
	facts.read_only = facts.switched_on = LOOK_UNKNOWN;
	facts.entries = facts.held = -1;
}

static void
doctor__healthy_machine__every_check_passes_without_a_fix(void **state)
{
	static struct finding f;

	(void)state;
	for (const struct doctor_check *c = doctor_checks; c->name; c++) {
		c->judge(&facts, &f);
		if (f.grade != GRADE_PASS || !*f.why.text || *f.why.fix)
			fail_msg("%s: grade %d, '%s', fix '%s'", c->name, (int)f.grade, f.why.text, f.why.fix);
	}
}

static void
doctor__names__unique(void **state)
{
	(void)state;
	for (const struct doctor_check *a = doctor_checks; a->name; a++)
		for (const struct doctor_check *b = a + 1; b->name; b++)
			assert_string_not_equal(a->name, b->name);
}

static void
doctor__no_kernel_support__module_where_there_are_some(void **state)
{
	(void)state;
	no_mount(ERR_NO_KERNEL_SUPPORT, "this kernel has no binfmt_misc loaded");
	facts.supported = LOOK_NO;
	facts.dir_is_there = false;
	expect_finding("kernel", GRADE_FAIL, "the kernel has no binfmt_misc loaded", "modprobe binfmt_misc");
	expect_finding("mount", GRADE_FAIL, "is not mounted",
		       "modprobe binfmt_misc && mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc");
	facts.dir = "/mnt/other";
	expect_finding("mount", GRADE_FAIL, "is not mounted",
		       "modprobe binfmt_misc && mkdir -p /mnt/other && mount -t binfmt_misc binfmt_misc /mnt/other");
	facts.modules = false;
	expect_finding("kernel", GRADE_FAIL, "no modules for it", "");
	expect_finding("mount", GRADE_FAIL, "is not mounted", "");
	facts.initial_user_namespace = LOOK_NO;
	expect_finding("kernel", GRADE_UNKNOWN, "there may be a module", "");
	expect_finding("mount", GRADE_WARN, "not visible here", "");
	facts.initial_user_namespace = LOOK_YES;
	facts.container = LOOK_YES;
	expect_finding("kernel", GRADE_UNKNOWN, "there may be a module", "");
	facts.supported = LOOK_UNKNOWN;
	expect_finding("kernel", GRADE_UNKNOWN, "cannot be read", "");
}

static void
doctor__not_mounted__what_is_not_seen_is_unknown(void **state)
{
	(void)state;
	no_mount(ERR_NOT_MOUNTED, "binfmt_misc is not mounted at DIR");
	expect_finding("kernel", GRADE_PASS, "the kernel has binfmt_misc", "");
	expect_finding("read-only", GRADE_UNKNOWN, NULL, "");
	expect_finding("scope", GRADE_UNKNOWN, "cannot be told", "");
	expect_finding("switch", GRADE_UNKNOWN, "cannot be read", "");
	expect_finding("handlers", GRADE_UNKNOWN, "cannot be listed", "");
}

static void
doctor__not_mounted__mount_is_only_proposed_on_the_host(void **state)
{
	(void)state;
	no_mount(ERR_NOT_MOUNTED, "binfmt_misc is not mounted at DIR");
	expect_finding("mount", GRADE_FAIL, "binfmt_misc is not mounted at /proc/sys/fs/binfmt_misc",
		       "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc");
	facts.dir_is_there = false;
	expect_finding("mount", GRADE_FAIL, "is /proc mounted?", "");
	facts.initial_user_namespace = LOOK_NO;
	expect_finding("mount", GRADE_WARN, "the host's handlers may be in force", "");
}

static void
doctor__automount_or_other_file_system__said_without_a_command(void **state)
{
	(void)state;
	no_mount(ERR_AUTOFS, "DIR is an automount of the host that was never triggered");
	expect_finding("mount", GRADE_FAIL, "an automount of the host", "");
	facts.initial_user_namespace = LOOK_NO;
	expect_finding("mount", GRADE_FAIL, "an automount of the host", "");
	no_mount(ERR_NOT_BINFMT, "DIR holds another file system");
	expect_finding("mount", GRADE_FAIL, "DIR holds another file system (-d names another folder)", "");
}

static void
doctor__mount_that_cannot_be_looked_at__unknown(void **state)
{
	static const enum err_code codes[] = {ERR_OPEN, ERR_READ, ERR_MEMORY};
	static const enum look_is spaces[] = {LOOK_YES, LOOK_NO, LOOK_UNKNOWN};

	(void)state;
	for (size_t i = 0; i < LENGTH(codes) * LENGTH(spaces); i++) {
		no_mount(codes[i % 3], "cannot open DIR: Permission denied");
		facts.initial_user_namespace = spaces[i / 3];
		expect_finding("mount", GRADE_UNKNOWN, "cannot open DIR: Permission denied", "");
	}
}

static void
doctor__mount_elsewhere__fixes_name_it(void **state)
{
	(void)state;
	facts.dir = "/mnt/my other";
	facts.switched_on = LOOK_NO;
	expect_finding("switch", GRADE_FAIL, NULL, "binfmtctl -d '/mnt/my other' enable --global");
	facts.entries = 0;
	expect_finding("handlers", GRADE_WARN, NULL, "binfmtctl -d '/mnt/my other' register all");
	facts.read_only = LOOK_YES;
	expect_finding("read-only", GRADE_WARN, NULL, "mount -o remount,rw '/mnt/my other'");
	no_mount(ERR_NOT_MOUNTED, "");
	expect_finding("mount", GRADE_FAIL, NULL, "mount -t binfmt_misc binfmt_misc '/mnt/my other'");
	facts.dir_is_there = false;
	expect_finding("mount", GRADE_FAIL, NULL,
		       "mkdir -p '/mnt/my other' && mount -t binfmt_misc binfmt_misc '/mnt/my other'");
}

static void
doctor__mount_with_a_long_name__no_command_that_is_cut(void **state)
{
	static char dir[1024];

	(void)state;
	memset(dir, '\'', sizeof(dir) - 1);
	facts.dir = dir;
	facts.switched_on = LOOK_NO;
	facts.read_only = LOOK_NO;
	expect_finding("switch", GRADE_FAIL, NULL, "");
	facts.read_only = LOOK_YES;
	expect_finding("read-only", GRADE_WARN, NULL, "");
	no_mount(ERR_NOT_MOUNTED, "");
	expect_finding("mount", GRADE_FAIL, NULL, "");
}

static void
doctor__read_only__command_where_it_can_help(void **state)
{
	(void)state;
	facts.read_only = LOOK_YES;
	expect_finding("read-only", GRADE_WARN, "is mounted read-only: handlers run",
		       "mount -o remount,rw /proc/sys/fs/binfmt_misc");
	facts.container = LOOK_YES;
	expect_finding("read-only", GRADE_WARN, "register on the host", "");
	facts.container = LOOK_NO;
	facts.initial_user_namespace = LOOK_NO;
	facts.scope = BINFMT_INHERITED;
	expect_finding("read-only", GRADE_WARN, "register on the host", "");
	facts.scope = BINFMT_NAMESPACE;
	expect_finding("read-only", GRADE_WARN, NULL, "mount -o remount,rw /proc/sys/fs/binfmt_misc");
	facts.read_only = LOOK_UNKNOWN;
	expect_finding("read-only", GRADE_UNKNOWN, NULL, "");
}

static void
doctor__scope__each_told(void **state)
{
	(void)state;
	expect_finding("scope", GRADE_PASS, "the host's own instance", "");
	facts.container = LOOK_YES;
	expect_finding("scope", GRADE_WARN, "register on the host", "");
	facts.scope = BINFMT_NAMESPACE;
	expect_finding("scope", GRADE_PASS, "a private instance", "");
	facts.scope = BINFMT_INHERITED;
	expect_finding("scope", GRADE_WARN, "they apply unless this user namespace has an instance of its own", "");
	expect_finding("scope", GRADE_WARN, "which cannot be seen, but only its root", "");
	facts.writable = true;
	expect_finding("scope", GRADE_WARN, "which cannot be seen, and what is changed here is changed for all", "");
	facts.in_force = LOOK_NO;
	expect_finding("scope", GRADE_FAIL, "are not in force here", "binfmtctl register --mount all");
	facts.emulator = LOOK_NO;
	expect_finding("scope", GRADE_FAIL, "are not in force here", "");
	facts.scope = BINFMT_UNKNOWN;
	expect_finding("scope", GRADE_UNKNOWN, "whose instance it is cannot be told", "");
}

static void
doctor__switched_off__fails(void **state)
{
	(void)state;
	facts.switched_on = LOOK_NO;
	expect_finding("switch", GRADE_FAIL, "binfmt_misc is switched off", "binfmtctl enable --global");
	facts.harmless = false;
	expect_finding("switch", GRADE_FAIL, "binfmt_misc is switched off", "");
	facts.harmless = true;
	facts.scope = BINFMT_INHERITED;
	expect_finding("switch", GRADE_FAIL, "binfmt_misc is switched off", "");
	facts.scope = BINFMT_HOST;
	facts.read_only = LOOK_YES;
	expect_finding("switch", GRADE_FAIL, "binfmt_misc is switched off", "");
}

static void
doctor__no_handler__what_to_do(void **state)
{
	(void)state;
	facts.entries = 0;
	expect_finding("handlers", GRADE_WARN, "no handler is registered", "binfmtctl register all");
	facts.container = LOOK_YES;
	expect_finding("handlers", GRADE_WARN, "no handler is registered", "");
	facts.container = LOOK_NO;
	facts.emulator = LOOK_UNKNOWN;
	expect_finding("handlers", GRADE_WARN, "no handler is registered", "");
	facts.emulator = LOOK_NO;
	expect_finding("handlers", GRADE_WARN, "no QEMU that would do for one is installed: install qemu-user-static",
		       "");
}

static void
doctor__many_entries__cost_said_from_500(void **state)
{
	(void)state;
	facts.entries = 1;
	expect_finding("handlers", GRADE_PASS, "1 entry", "");
	facts.entries = 499;
	expect_finding("handlers", GRADE_PASS, "499 entries", "");
	facts.entries = 500;
	expect_finding("handlers", GRADE_WARN, "500 entries, disabled ones too, are looked at each time", "");
	facts.entries = 10000;
	expect_finding("handlers", GRADE_WARN, "some 250 to 500 microseconds more", "");
}

static void
doctor__interpreters_held__limit_named_where_it_is_near(void **state)
{
	static const struct {
		long held, max;
		enum grade grade;
		const char *fix;
	} rows[] = {
	    {3, 1000, GRADE_PASS, ""},
	    {898, 1000, GRADE_PASS, ""},
	    {899, 1000, GRADE_WARN, "echo 2002 >/proc/sys/user/max_binfmt_misc_interpreters"},
	    {1000, 1000, GRADE_WARN, "echo 2002 >/proc/sys/user/max_binfmt_misc_interpreters"},
	    {5, 2, GRADE_WARN, "echo 12 >/proc/sys/user/max_binfmt_misc_interpreters"},
	    {0, 0, GRADE_WARN, "echo 2 >/proc/sys/user/max_binfmt_misc_interpreters"},
	    {0, 2, GRADE_PASS, ""},
	    {1, 2, GRADE_WARN, "echo 6 >/proc"},
	    {-1, 1000, GRADE_UNKNOWN, ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		facts.held = rows[i].held;
		facts.max_held = rows[i].max;
		expect_finding("interpreters", rows[i].grade, NULL, rows[i].fix);
	}
	facts.held = facts.max_held = 10;
	facts.initial_user_namespace = LOOK_NO;
	expect_finding("interpreters", GRADE_WARN, "user.max_binfmt_misc_interpreters", "");
	facts.max_held = -1;
	expect_finding("interpreters", GRADE_PASS, "no limit", "");
	facts.kernel = (struct host_kernel){7, 3};
	expect_finding("interpreters", GRADE_UNKNOWN, "cannot be read", "");
}

static void
doctor__kernel_versions__what_they_lack(void **state)
{
	static const struct {
		unsigned major, minor;
		enum grade grade;
		const char *detail, *fix;
	} rows[] = {
	    {0, 0, GRADE_UNKNOWN, "the kernel's version cannot be told", ""},
	    {3, 10, GRADE_WARN, "Linux 3.10 has no flag F", ""},
	    {4, 7, GRADE_WARN, "Linux 4.7 has no flag F", ""},
	    {4, 8, GRADE_WARN, "not every Linux 4.8 tells interpreters of flag P", ""},
	    {4, 19, GRADE_WARN, "not every Linux 4.19 tells interpreters of flag P", ""},
	    {5, 11, GRADE_WARN, "not every Linux 5.11 tells interpreters of flag P", ""},
	    {5, 12, GRADE_PASS, "Linux 5.12 knows flags F and P", ""},
	    {6, 6, GRADE_PASS, "Linux 6.6 knows flags F and P", ""},
	    {6, 7, GRADE_PASS, "Linux 6.7 knows flags F and P, and private instances", ""},
	    {10, 0, GRADE_PASS, "Linux 10.0 knows flags F and P, and private instances", ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		facts.kernel = (struct host_kernel){rows[i].major, rows[i].minor};
		expect_finding("flags", rows[i].grade, rows[i].detail, rows[i].fix);
	}
}

static void
doctor__user_namespaces__each_obstacle_by_its_setting(void **state)
{
	(void)state;
	facts.max_user_namespaces = 0;
	expect_finding("user-namespaces", GRADE_WARN, "user.max_user_namespaces is 0",
		       "echo 10000 >/proc/sys/user/max_user_namespaces");
	facts.max_user_namespaces = -1;
	expect_finding("user-namespaces", GRADE_UNKNOWN, "user.max_user_namespaces cannot be read", "");
	facts.userns_clone = 0;
	expect_finding("user-namespaces", GRADE_WARN, "kernel.unprivileged_userns_clone is 0",
		       "echo 1 >/proc/sys/kernel/unprivileged_userns_clone");
	facts.userns_clone = 1;
	facts.apparmor_restrict = 1;
	expect_finding("user-namespaces", GRADE_WARN, "AppArmor restricts user namespaces",
		       "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	facts.initial_user_namespace = LOOK_NO;
	expect_finding("user-namespaces", GRADE_WARN, "AppArmor restricts user namespaces", "");
	facts.apparmor_restrict = 0;
	facts.max_user_namespaces = 1;
	expect_finding("user-namespaces", GRADE_PASS, "user namespaces are permitted", "");
	facts.user_namespaces = ENOSPC;
	expect_finding("user-namespaces", GRADE_WARN, "refused here (No space left on device)", "");
	facts.user_namespaces = FACTS_UNREAD;
	expect_finding("user-namespaces", GRADE_UNKNOWN, "could not be tried", "");
	facts.user_namespaces = 0;
	facts.kernel.minor = 6;
	expect_finding("user-namespaces", GRADE_WARN, "before Linux 6.7", "");
	facts.kernel = (struct host_kernel){0};
	expect_finding("user-namespaces", GRADE_UNKNOWN, "the kernel's version cannot be told", "");
}

/* Ubuntu lets root alone read the one of AppArmor. */
static void
doctor__user_namespaces_behind_a_setting_that_cannot_be_read__unknown(void **state)
{
	(void)state;
	facts.apparmor_restrict = FACTS_UNREAD;
	expect_finding("user-namespaces", GRADE_UNKNOWN, "kernel.apparmor_restrict_unprivileged_userns cannot be read",
		       "");
	facts.userns_clone = FACTS_UNREAD;
	expect_finding("user-namespaces", GRADE_UNKNOWN, "kernel.unprivileged_userns_clone cannot be read", "");
	facts.max_user_namespaces = 0;
	expect_finding("user-namespaces", GRADE_WARN, "user.max_user_namespaces is 0", NULL);
}

static void
doctor__systemd_binfmt__warns_only_where_entries_would_be_lost(void **state)
{
	(void)state;
	facts.systemd_binfmt = LOOK_YES;
	expect_finding("managers", GRADE_PASS, NULL, "");
	facts.flushed = 1;
	expect_finding("managers", GRADE_WARN, "binfmt.d, where 1 of them is missing", "");
	facts.flushed = FACTS_UNREAD;
	expect_finding("managers", GRADE_UNKNOWN, "which handlers systemd-binfmt loads", "");
	facts.initial_user_namespace = LOOK_NO;
	facts.scope = BINFMT_NAMESPACE;
	expect_finding("managers", GRADE_PASS, NULL, "");
}

/* In another root folder its entries are not seen, whatever marks of a manager are seen in there. */
static void
doctor__managers_not_to_be_looked_at__unknown(void **state)
{
	(void)state;
	facts.systemd_binfmt = LOOK_UNKNOWN;
	expect_finding("managers", GRADE_UNKNOWN, "whether systemd-binfmt is there to be restarted", "");
	facts.systemd_binfmt = LOOK_NO;
	facts.flushed = FACTS_UNREAD;
	expect_finding("managers", GRADE_UNKNOWN, "which handlers systemd-binfmt loads", "");
	facts.container = LOOK_UNKNOWN;
	expect_finding("managers", GRADE_UNKNOWN, "cannot be seen from in here", "");
	expect_finding("scope", GRADE_UNKNOWN, "whether this is a container could not be looked at", "");
}

static void
doctor__binfmt_support__warns_of_its_formats(void **state)
{
	(void)state;
	facts.binfmt_support = 0;
	expect_finding("managers", GRADE_PASS, NULL, "");
	facts.binfmt_support = 3;
	expect_finding("managers", GRADE_WARN, "binfmt-support has 3 formats on record", "");
	facts.binfmt_support = FACTS_UNREAD;
	expect_finding("managers", GRADE_UNKNOWN, "on record cannot be read", "");
	facts.initial_user_namespace = LOOK_NO;
	facts.scope = BINFMT_NAMESPACE;
	expect_finding("managers", GRADE_PASS, NULL, "");
}

/* What manages a host's handlers is not to be seen in a container, nor a parent's in a user namespace. */
static void
doctor__handlers_from_outside__unknown_who_manages_them(void **state)
{
	(void)state;
	facts.container = LOOK_YES;
	expect_finding("managers", GRADE_UNKNOWN, "cannot be seen from in here", "");
	facts.container = LOOK_NO;
	facts.initial_user_namespace = LOOK_NO;
	facts.scope = BINFMT_INHERITED;
	expect_finding("managers", GRADE_UNKNOWN, "cannot be seen from in here", "");
	no_mount(ERR_NOT_MOUNTED, "binfmt_misc is not visible here");
	expect_finding("managers", GRADE_UNKNOWN, "cannot be seen from in here", "");
}

/* Nothing is on record here, but the handlers may be the host's. */
static void
doctor__namespace_that_cannot_be_told__unknown_who_manages_and_no_fix_for_the_host(void **state)
{
	(void)state;
	facts.initial_user_namespace = LOOK_UNKNOWN;
	expect_finding("managers", GRADE_UNKNOWN, "whether another program manages the handlers here cannot be told",
		       "");
	facts.entries = 0;
	expect_finding("handlers", GRADE_WARN, NULL, "");
	facts.binfmt_support = 3;
	expect_finding("managers", GRADE_UNKNOWN, NULL, "");
	no_mount(ERR_NOT_MOUNTED, "binfmt_misc is not mounted at DIR");
	expect_finding("mount", GRADE_WARN, "the host's handlers may be in force", "");
}

#define doctor_test(test) cmocka_unit_test_setup(test, healthy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    doctor_test(doctor__healthy_machine__every_check_passes_without_a_fix),
	    doctor_test(doctor__names__unique),
	    doctor_test(doctor__no_kernel_support__module_where_there_are_some),
	    doctor_test(doctor__not_mounted__what_is_not_seen_is_unknown),
	    doctor_test(doctor__not_mounted__mount_is_only_proposed_on_the_host),
	    doctor_test(doctor__automount_or_other_file_system__said_without_a_command),
	    doctor_test(doctor__mount_that_cannot_be_looked_at__unknown),
	    doctor_test(doctor__mount_elsewhere__fixes_name_it),
	    doctor_test(doctor__mount_with_a_long_name__no_command_that_is_cut),
	    doctor_test(doctor__read_only__command_where_it_can_help),
	    doctor_test(doctor__scope__each_told),
	    doctor_test(doctor__switched_off__fails),
	    doctor_test(doctor__no_handler__what_to_do),
	    doctor_test(doctor__many_entries__cost_said_from_500),
	    doctor_test(doctor__interpreters_held__limit_named_where_it_is_near),
	    doctor_test(doctor__kernel_versions__what_they_lack),
	    doctor_test(doctor__user_namespaces__each_obstacle_by_its_setting),
	    doctor_test(doctor__user_namespaces_behind_a_setting_that_cannot_be_read__unknown),
	    doctor_test(doctor__systemd_binfmt__warns_only_where_entries_would_be_lost),
	    doctor_test(doctor__managers_not_to_be_looked_at__unknown),
	    doctor_test(doctor__binfmt_support__warns_of_its_formats),
	    doctor_test(doctor__handlers_from_outside__unknown_who_manages_them),
	    doctor_test(doctor__namespace_that_cannot_be_told__unknown_who_manages_and_no_fix_for_the_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
