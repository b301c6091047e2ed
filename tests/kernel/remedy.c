/* SPDX-License-Identifier: MIT */
/* Which interpreter is proposed in place of one that fails: another one, and a static one where it must be. */
#include "harness.h"

#include <sys/mount.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "instance.h"
#include "interp.h"
#include "namespace.h"
#include "remedy.h"
#include "snapshot.h"

/* The first architecture with a QEMU on this machine, and its path. */
static const struct arch *
find_qemu(char path[static INTERP_PATH_MAX])
{
	for (size_t i = 0; i < arch_count; i++)
		if (interp_find(&arch_table[i], NULL, 0, true, path).is == LOOK_YES)
			return &arch_table[i];
	skip_because("this machine has no QEMU");
	return NULL;
}

/* The fix for an entry with this interpreter; the text behind "bad" in told. */
static const char *
propose(const struct arch *arch, const char *name, const char *interpreter, bool static_only, const char **told)
{
	struct entry entry = {.rule = {.name = name, .interpreter = interpreter}};
	struct handler handler = {.name = name, .entry = &entry, .arch = arch};
	static struct err err;
	struct snapshot s;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	err_set(&err, ERR_BROKEN, "bad");
	remedy_interpreter(&s, &handler, static_only, &err);
	snapshot_close(&s);
	*told = err.text + strlen("bad");
	return err.fix;
}

/* Why is not known: it need not be the host's. */
static void
register__table_that_cannot_be_listed__nothing(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, ERR_BROKEN, "bad");
	remedy_register(NULL, arch_find("aarch64"), &err);
	assert_string_equal(err.text, "bad");
	assert_string_equal(err.fix, "");
}

static void
interpreter__another_than_its_own__proposed(void **state)
{
	char path[INTERP_PATH_MAX], wanted[INTERP_PATH_MAX + 128], name[RULE_NAME_MAX + 1];
	const struct arch *arch = find_qemu(path);
	const char *told;

	(void)state;
	arch_entry_name(arch, name);
	snprintf(wanted, sizeof(wanted), "register %s --interpreter %s", arch->name, path);
	assert_true(says(propose(arch, name, "/nowhere", false, &told), wanted));
	assert_string_equal(told, "");
	snprintf(wanted, sizeof(wanted), "register %s --name other --interpreter %s", arch->name, path);
	assert_true(says(propose(arch, "other", "/nowhere", false, &told), wanted));
	assert_string_equal(propose(arch, name, path, false, &told), "");
	assert_string_equal(told, ""); /* it is installed: that cannot be what helps */
	assert_string_equal(propose(NULL, name, "/nowhere", false, &told), "");
	assert_string_equal(told, "");
}

/* The static QEMU is covered by a dynamic program, so that this one alone is found. */
static void
interpreter__dynamic_one__only_where_that_will_do(void **state)
{
	char path[INTERP_PATH_MAX], covered[INTERP_PATH_MAX];
	const struct arch *arch = find_qemu(covered);
	struct interp interp;
	const char *told;

	(void)state;
	assert_true(*propose(arch, "other", "/nowhere", false, &told));
	if (interp_look("/bin/sh", &interp, NULL).is != LOOK_YES || interp.dynamic.is != LOOK_YES)
		skip_because("this machine has a static /bin/sh");
	assert_int_equal(mount("/bin/sh", covered, NULL, MS_BIND, NULL), 0);
	assert_int_equal(interp_find(arch, NULL, 0, true, path).is, LOOK_YES);
	if (interp_look(path, &interp, NULL).is != LOOK_YES || interp.dynamic.is != LOOK_YES)
		skip_because("this machine has another static QEMU");
	assert_true(*propose(arch, "other", "/nowhere", false, &told));
	assert_string_equal(propose(arch, "other", "/nowhere", true, &told), "");
	assert_true(says(told, "; install "));
	assert_int_equal(umount(covered), 0);
}

/* What is told of an architecture without an entry. */
static const char *
tell_absent(const struct arch *arch)
{
	static struct err err;
	struct snapshot s;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	err_set(&err, ERR_MISSING, "none");
	remedy_absent(&s, arch, &err);
	snapshot_close(&s);
	return *err.fix ? err.fix : err.text;
}

static void
absent__native_handled_or_neither__what_helps(void **state)
{
	char path[INTERP_PATH_MAX], wanted[256];
	const struct arch *arch = find_qemu(path);

	(void)state;
	snprintf(wanted, sizeof(wanted), "none; this machine runs %s programs itself", host_arch()->name);
	assert_string_equal(tell_absent(host_arch()), wanted);
	snprintf(wanted, sizeof(wanted), "binfmtctl register %s", arch->name);
	assert_string_equal(tell_absent(arch), wanted);
	expect(tool("status", arch->name, NULL), 1, NULL, strcat(wanted, "\n"));
	expect(tool("enable", arch->name, NULL), 1, "", wanted);
	assert_null(strstr(tool("disable", arch->name, NULL)->err, "register "));
	assert_null(strstr(tool("remove", arch->name, NULL)->err, "register "));
	expect(tool("register", arch->name, "--name", "other", NULL), 0, "other: registered", qemu_warning(arch->name));
	snprintf(wanted, sizeof(wanted), "none; entry other takes %s programs", arch->name);
	assert_string_equal(tell_absent(arch), wanted);
	expect(tool("status", arch->name, NULL), 1, NULL, wanted + strlen("none"));
}

/* What `status` prints for an architecture is a command that ends it. */
static void
absent__advice__works(void **state)
{
	char path[INTERP_PATH_MAX];
	const struct arch *arch = find_qemu(path);
	const char *advice = strstr(tool("status", arch->name, NULL)->err, "; try: ");

	(void)state;
	assert_non_null(advice);
	expect(shell("PATH=\"$PWD:$PATH\"; %s", advice + strlen("; try: ")), 0, "registered", NULL);
	assert_null(strstr(tool("status", arch->name, NULL)->err, "not registered"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(register__table_that_cannot_be_listed__nothing),
	    cmocka_unit_test(interpreter__another_than_its_own__proposed),
	    cmocka_unit_test(interpreter__dynamic_one__only_where_that_will_do),
	    cmocka_unit_test(absent__native_handled_or_neither__what_helps),
	    cmocka_unit_test(absent__advice__works),
	};

	return ns_run(tests);
}
