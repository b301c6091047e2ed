/* SPDX-License-Identifier: MIT */
/* doctor's checks of the machine as the pure functions that they are: what cannot be planted on this one too. */
#include "harness.h"

#include "doctor.h"
#include "facts.h"

/* A machine with nothing wrong, which a test bends. */
static struct facts facts;

static int
healthy(void **state)
{
	(void)state;
	facts = (struct facts){
	    .kernel = {6, 18},
	    .dir = BINFMT_DIR,
	    .switched_on = true,
	    .initial_user_namespace = true,
	    .scope = BINFMT_HOST,
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
	facts.switched_on = false;
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
doctor__no_kernel_support__kernel_and_mount_fail(void **state)
{
	(void)state;
	no_mount(ERR_NO_KERNEL_SUPPORT, "this kernel has no binfmt_misc loaded");
	expect_finding("kernel", GRADE_FAIL, "this kernel has no binfmt_misc loaded", "modprobe binfmt_misc");
	expect_finding("mount", GRADE_FAIL, "this kernel has no", "mount -t binfmt_misc");
	expect_finding("switch", GRADE_PASS, "the switch cannot be read here", "");
	expect_finding("scope", GRADE_PASS, "cannot be told", "");
}

static void
doctor__not_mounted__fails_on_the_host_and_warns_in_a_namespace(void **state)
{
	(void)state;
	no_mount(ERR_NOT_MOUNTED, "binfmt_misc is not mounted at DIR");
	expect_finding("kernel", GRADE_PASS, "the kernel has binfmt_misc", "");
	expect_finding("mount", GRADE_FAIL, "binfmt_misc is not mounted at DIR",
		       "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc");
	facts.initial_user_namespace = false;
	expect_finding("mount", GRADE_WARN, "binfmt_misc is not mounted at DIR", "mount -t binfmt_misc");
}

static void
doctor__autofs__the_host_has_to_trigger_it(void **state)
{
	(void)state;
	no_mount(ERR_AUTOFS, "DIR is an automount of the host that was never triggered");
	expect_finding("mount", GRADE_FAIL, "an automount of the host", "on the host: ls /proc/sys/fs/binfmt_misc");
	facts.initial_user_namespace = false;
	expect_finding("mount", GRADE_FAIL, "an automount of the host", "on the host: ls");
}

static void
doctor__wrong_file_system__fails(void **state)
{
	(void)state;
	no_mount(ERR_NOT_BINFMT, "DIR holds another file system");
	expect_finding("mount", GRADE_FAIL, "DIR holds another file system", "--binfmt-dir");
}

static void
doctor__other_failure_to_open__told_as_it_is(void **state)
{
	(void)state;
	no_mount(ERR_OPEN, "cannot open DIR: Permission denied");
	expect_finding("mount", GRADE_FAIL, "cannot open DIR: Permission denied", "");
	facts.initial_user_namespace = false;
	expect_finding("mount", GRADE_WARN, "cannot open DIR: Permission denied", "");
}

static void
doctor__mount_elsewhere__fixes_name_it(void **state)
{
	(void)state;
	facts.dir = "/mnt/other";
	facts.read_only = true;
	expect_finding("read-only", GRADE_WARN, NULL, "mount -o remount,rw /mnt/other ");
	no_mount(ERR_NOT_MOUNTED, "binfmt_misc is not mounted at /mnt/other");
	expect_finding("mount", GRADE_FAIL, NULL, "mount -t binfmt_misc binfmt_misc /mnt/other");
	no_mount(ERR_AUTOFS, "/mnt/other is an automount of the host that was never triggered");
	expect_finding("mount", GRADE_FAIL, NULL, "on the host: ls /mnt/other");
}

static void
doctor__read_only__warns(void **state)
{
	(void)state;
	facts.read_only = true;
	expect_finding("read-only", GRADE_WARN, "is mounted read-only: handlers run", "mount -o remount,rw");
}

static void
doctor__scope__each_told(void **state)
{
	(void)state;
	expect_finding("scope", GRADE_PASS, "the host's own instance", "");
	facts.container = true;
	expect_finding("scope", GRADE_WARN, "this is a container", "register on the host");
	facts.scope = BINFMT_NAMESPACE;
	expect_finding("scope", GRADE_PASS, "a private instance", "");
	facts.scope = BINFMT_INHERITED;
	expect_finding("scope", GRADE_WARN, "the handlers of a parent user namespace", "register on the host");
	facts.scope = BINFMT_UNKNOWN;
	expect_finding("scope", GRADE_PASS, "whose instance it is cannot be told", "");
}

static void
doctor__switched_off__fails(void **state)
{
	(void)state;
	facts.switched_on = false;
	expect_finding("switch", GRADE_FAIL, "binfmt_misc is switched off", "binfmtctl enable --global");
}

static void
doctor__kernel_versions__what_they_lack(void **state)
{
	static const struct {
		unsigned major, minor;
		enum grade grade;
		const char *detail, *fix;
	} rows[] = {
	    {0, 0, GRADE_WARN, "the kernel's version cannot be told", "a newer kernel"},
	    {3, 10, GRADE_WARN, "Linux 3.10 has no flag F", "a newer kernel"},
	    {4, 7, GRADE_WARN, "Linux 4.7 has no flag F", "a newer kernel"},
	    {4, 8, GRADE_WARN, "Linux 4.8 does not tell interpreters of flag P", "a newer kernel"},
	    {4, 19, GRADE_WARN, "Linux 4.19 does not tell interpreters of flag P", "a newer kernel"},
	    {5, 11, GRADE_WARN, "Linux 5.11 does not tell interpreters of flag P", "a newer kernel"},
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
		       "sysctl user.max_user_namespaces=");
	facts.max_user_namespaces = -1;
	expect_finding("user-namespaces", GRADE_PASS, "user namespaces are permitted", "");
	facts.userns_clone = 0;
	expect_finding("user-namespaces", GRADE_WARN, "kernel.unprivileged_userns_clone is 0",
		       "sysctl kernel.unprivileged_userns_clone=1");
	facts.userns_clone = 1;
	facts.apparmor_restrict = 1;
	expect_finding("user-namespaces", GRADE_WARN, "AppArmor restricts user namespaces",
		       "sysctl kernel.apparmor_restrict_unprivileged_userns=0");
	facts.apparmor_restrict = 0;
	expect_finding("user-namespaces", GRADE_PASS, "user namespaces are permitted", "");
	facts.kernel.minor = 6;
	expect_finding("user-namespaces", GRADE_WARN, "before Linux 6.7", "a newer kernel, or register as root");
	facts.kernel = (struct host_kernel){0};
	expect_finding("user-namespaces", GRADE_PASS, "user namespaces are permitted", "");
}

static void
doctor__systemd_binfmt__warns_only_where_entries_would_be_lost(void **state)
{
	(void)state;
	facts.systemd_binfmt = true;
	expect_finding("managers", GRADE_PASS, NULL, "");
	facts.unconfigured = 1;
	expect_finding("managers", GRADE_WARN, "systemd-binfmt", "--persist");
	facts.initial_user_namespace = false;
	expect_finding("managers", GRADE_PASS, NULL, "");
}

static void
doctor__binfmt_support__warns_of_its_formats(void **state)
{
	(void)state;
	facts.binfmt_support = 0;
	expect_finding("managers", GRADE_PASS, NULL, "");
	facts.binfmt_support = 3;
	expect_finding("managers", GRADE_WARN, "binfmt-support has 3 formats on record", "update-binfmts");
	facts.initial_user_namespace = false;
	expect_finding("managers", GRADE_PASS, NULL, "");
}

#define doctor_test(test) cmocka_unit_test_setup(test, healthy)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    doctor_test(doctor__healthy_machine__every_check_passes_without_a_fix),
	    doctor_test(doctor__names__unique),
	    doctor_test(doctor__no_kernel_support__kernel_and_mount_fail),
	    doctor_test(doctor__not_mounted__fails_on_the_host_and_warns_in_a_namespace),
	    doctor_test(doctor__autofs__the_host_has_to_trigger_it),
	    doctor_test(doctor__wrong_file_system__fails),
	    doctor_test(doctor__other_failure_to_open__told_as_it_is),
	    doctor_test(doctor__mount_elsewhere__fixes_name_it),
	    doctor_test(doctor__read_only__warns),
	    doctor_test(doctor__scope__each_told),
	    doctor_test(doctor__switched_off__fails),
	    doctor_test(doctor__kernel_versions__what_they_lack),
	    doctor_test(doctor__user_namespaces__each_obstacle_by_its_setting),
	    doctor_test(doctor__systemd_binfmt__warns_only_where_entries_would_be_lost),
	    doctor_test(doctor__binfmt_support__warns_of_its_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
