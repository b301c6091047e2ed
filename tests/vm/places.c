/* SPDX-License-Identifier: MIT */
/* From where the host's handlers are seen and changed: user and mount namespaces, and exec. */
#include "guest.h"

#include <sys/mount.h>
#include <unistd.h>

/* Root mapped to itself: the files' owner tells nothing, and a change there is one of the host's. */
static void
places__user_namespace_of_root__not_called_private(void **state)
{
	(void)state;
	expect(shell("unshare -Ur ./binfmtctl -j status"), 0, "\"scope\":\"unknown\"", "");
	if (strstr(shell("unshare -Ur ./binfmtctl status")->out, "private"))
		fail_msg("called private");
	/* Where entries hold the file system, the first one has to come from its own user namespace. */
	if (!kernel.drops)
		expect(shell("unshare -Ur ./binfmtctl register riscv64"), 1, "", "register it outside");
	expect(tool("register", "ppc64le", NULL), 0, "registered", NULL);
	expect(shell("unshare -Ur ./binfmtctl register riscv64"), 0, "registered", NULL);
	assert_string_equal(entry_names(), "qemu-ppc64le qemu-riscv64");
	expect(shell("unshare -Urm ./binfmtctl -j status"), 0, "\"scope\":\"unknown\"", "");
	expect(tool("-j", "status", NULL), 0, "\"scope\":\"host\"", "");
}

static void
places__instance_of_a_user_namespace__since_6_7(void **state)
{
	static const char line[] = "unshare -Urm sh -c 'mount -t binfmt_misc none " MOUNT
				   " && ./binfmtctl register ppc64le && ./binfmtctl -j status'";

	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	if (kernel.has_own)
		expect(shell("%s", line), 0, "\"scope\":\"namespace\"", NULL);
	else
		expect(shell("%s", line), 1, "", NULL);
	assert_string_equal(entry_names(), "qemu-riscv64");
}

/* What is inherited is copied first; before Linux 6.7 that namespace cannot have an instance, and the host's is not
 * its. */
static void
places__mount_in_a_user_namespace__copied_or_refused(void **state)
{
	static const char line[] = "unshare -Urm sh -c './binfmtctl register ppc64le --mount && ls " MOUNT "'";

	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	if (kernel.has_own)
		expect(shell("%s", line), 0, "qemu-riscv64\n", NULL);
	else
		expect(shell("%s", line), 3, "", "in a user namespace Linux 6.7");
	assert_string_equal(entry_names(), "qemu-riscv64");
	guest_unmount();
	expect(shell("unshare -Urm ./binfmtctl register ppc64le --mount"), 3, "", "can be seen here");
}

static void
places__exec__since_6_7(void **state)
{
	static const char *const before[] = {"", "setpriv --reuid 1000 --regid 1000 --clear-groups "};
	char *program = probe_program("riscv64", "program");

	(void)state;
	expect(shell("cp %s /tmp/program && chmod 755 /tmp/program", program), 0, "", "");
	for (size_t i = 0; i < LENGTH(before); i++)
		if (kernel.has_own)
			expect(shell("%s./binfmtctl exec /tmp/program", before[i]), 42, "", "");
		else
			expect(shell("%s./binfmtctl exec /tmp/program", before[i]), 125, "", "that needs Linux 6.7");
	assert_string_equal(entry_names(), "");
	free(program);
}

/* What forbids user namespaces to users: the switch is named, by `doctor` too, and what is printed sets it back. */
static void
places__namespaces_forbidden__printed_cure_permits_them(void **state)
{
	static const struct {
		const char *file, *forbids, *said;
	} rows[] = {
	    {"/proc/sys/user/max_user_namespaces", "0", "user.max_user_namespaces"},
	    {"/proc/sys/kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone"},
	};
	static const char line[] = "setpriv --reuid 1000 --regid 1000 --clear-groups ./binfmtctl exec /bin/true";
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *was = NULL, *cure = NULL;
		const struct run *r;

		if (access(rows[i].file, F_OK) != 0)
			continue;
		was = strdup(slurp(rows[i].file));
		assert_true(overwrite(rows[i].file, rows[i].forbids));
		r = shell("%s", line);
		expect(r, 125, "", rows[i].said);
		cure = strstr(r->err, "try: ");
		assert_non_null(cure);
		cure = strndup(cure + strlen("try: "), strcspn(cure + strlen("try: "), "\n"));
		if (!strstr(tool("doctor", NULL)->out, cure))
			fail_msg("doctor does not say: %s", cure);
		expect(shell("%s", cure), 0, "", "");
		expect(shell("%s", line), kernel.has_own ? 0 : 125, "", kernel.has_own ? "" : "that needs Linux 6.7");
		assert_true(overwrite(rows[i].file, was));
		free(cure);
		free(was);
		print_message("  %s: named, and cured\n", rows[i].said);
		tried++;
	}
	assert_in_range(tried, 1, LENGTH(rows));
}

/* F holds the file open: a root without QEMU is served too. */
static void
places__chroot_without_the_interpreter__served(void **state)
{
	char *root = scratch_folder("root"), *program = probe_program("riscv64", "alone");

	(void)state;
	expect(tool("register", "riscv64", NULL), 0, "registered", NULL);
	expect(shell("cp %s %s/alone", program, root), 0, "", "");
	expect(shell("/bin/busybox chroot %s /alone", root), 42, "", "");
	expect(tool("match", "--root", root, "/alone", NULL), 0, "handler qemu-riscv64", "");
	expect(tool("register", "riscv64", "-f", "", NULL), 0, "replaced", "flag F is not set");
	expect(tool("match", "--root", root, "/alone", NULL), 1, "does not exist", "");
	free(program);
	free(root);
}

static void
places__another_place__as_named(void **state)
{
	char *dir = scratch_folder("place");

	(void)state;
	assert_int_equal(mount("none", dir, "binfmt_misc", 0, NULL), 0);
	expect(tool("-d", dir, "register", "riscv64", NULL), 0, "registered", NULL);
	assert_string_equal(entry_names(), "qemu-riscv64"); /* one instance, wherever it is mounted */
	expect(tool("-d", dir, "-j", "status", NULL), 0, "\"scope\":\"host\"", "");
	assert_int_equal(umount(dir), 0);
	expect(tool("-d", dir, "list", NULL), 3, "", "not binfmt_misc");
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(places__user_namespace_of_root__not_called_private),
	    cmocka_unit_test(places__instance_of_a_user_namespace__since_6_7),
	    cmocka_unit_test(places__mount_in_a_user_namespace__copied_or_refused),
	    cmocka_unit_test(places__exec__since_6_7),
	    cmocka_unit_test(places__namespaces_forbidden__printed_cure_permits_them),
	    cmocka_unit_test(places__chroot_without_the_interpreter__served),
	    cmocka_unit_test(places__another_place__as_named),
	};

	return guest_run(tests);
}
