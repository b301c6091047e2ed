/* SPDX-License-Identifier: MIT */
/* Why namespaces of our own are refused: from the step, its errno and what was read of the machine. */
#include "harness.h"

#include <errno.h>

#include "arch.h"
#include "err.h"
#include "facts.h"
#include "refusal.h"
#include "refused.h"

/* A machine that permits everything. */
static struct refused
open_machine(void)
{
	return (struct refused){.kernel = {6, 18},
				.max_user = 1000,
				.max_mnt = 1000,
				.max_uts = 1000,
				.max_pid = 1000,
				.apparmor_restrict = FACTS_ABSENT,
				.mapped = true};
}

static const struct row {
	const char *row;
	struct private_end end;
	void (*change)(struct refused *f);
	const char *says, *fix;
} * row;

#define CHANGE(name, what)                                                                                             \
	static void name(struct refused *f)                                                                            \
	{                                                                                                              \
		what;                                                                                                  \
	}

CHANGE(as_it_is, (void)f)
CHANGE(no_user, f->max_user = 0)
CHANGE(no_mnt, f->max_mnt = 0)
CHANGE(no_pid, f->max_pid = 0)
CHANGE(no_uts, f->max_uts = 0)
CHANGE(chrooted, f->chrooted = LOOK_YES)
CHANGE(chrooted_filtered, (f->chrooted = LOOK_YES, f->unshare_filtered = LOOK_YES))
CHANGE(passes_filters, (f->unshare_filtered = f->mount_filtered = LOOK_NO))
CHANGE(no_clone, f->switched_off = true)
CHANGE(not_mapped, f->mapped = false)
CHANGE(filtered, (f->unshare_filtered = f->mount_filtered = LOOK_YES))
CHANGE(restricted, f->apparmor_restrict = 1)
CHANGE(profiled, snprintf(f->profile, sizeof(f->profile), "unprivileged_userns (enforce)"))
CHANGE(old, f->kernel.minor = 6)
CHANGE(older, (f->kernel = (struct host_kernel){5, 10}))
CHANGE(no_version, (f->kernel = (struct host_kernel){0, 0}))

static void
explain__each_row_of_the_table__names_the_setting(void **state)
{
	static const struct row rows[] = {
	    {"no user namespaces",
	     {PRIVATE_UNSHARE, ENOSPC},
	     no_user,
	     "(user.max_user_namespaces is 0)",
	     "echo 10000 >/proc/sys/user/max_user_namespaces"},
	    {"no mount namespaces",
	     {PRIVATE_UNSHARE, ENOSPC},
	     no_mnt,
	     "(user.max_mnt_namespaces is 0)",
	     "echo 10000 >/proc/sys/user/max_mnt_namespaces"},
	    {"no pid namespaces",
	     {PRIVATE_UNSHARE, ENOSPC},
	     no_pid,
	     "(user.max_pid_namespaces is 0)",
	     "echo 10000 >/proc/sys/user/max_pid_namespaces"},
	    {"nested", {PRIVATE_UNSHARE, ENOSPC}, as_it_is, "or 32 within each other", ""},
	    {"nested, older errno", {PRIVATE_UNSHARE, EUSERS}, as_it_is, "or 32 within each other", ""},
	    {"no uts namespaces",
	     {PRIVATE_UNSHARE, ENOSPC},
	     no_uts,
	     "(user.max_uts_namespaces is 0)",
	     "echo 10000 >/proc/sys/user/max_uts_namespaces"},
	    {"chroot", {PRIVATE_UNSHARE, EPERM}, chrooted, "is in a chroot", ""},
	    {"chroot, and a filter", {PRIVATE_UNSHARE, EPERM}, chrooted_filtered, "is in a chroot", ""},
	    {"nothing seen", {PRIVATE_UNSHARE, EPERM}, as_it_is, "why is not known", ""},
	    {"no filter does it", {PRIVATE_UNSHARE, EPERM}, passes_filters, "why is not known", ""},
	    {"a filter's EACCES", {PRIVATE_UNSHARE, EACCES}, filtered, "a seccomp filter forbids user namespaces", ""},
	    {"no filter keeps from mounting", {PRIVATE_BINFMT, EPERM}, passes_filters, "cannot mount binfmt_misc", ""},
	    {"Debian's setting",
	     {PRIVATE_UNSHARE, EPERM},
	     no_clone,
	     "kernel.unprivileged_userns_clone is 0",
	     "echo 1 >/proc/sys/kernel/unprivileged_userns_clone"},
	    {"seccomp", {PRIVATE_UNSHARE, EPERM}, filtered, "a seccomp filter forbids user namespaces", ""},
	    {"no id", {PRIVATE_UNSHARE, EPERM}, not_mapped, "has no id in its user namespace", ""},
	    {"AppArmor, at once",
	     {PRIVATE_UNSHARE, EPERM},
	     restricted,
	     "AppArmor",
	     "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns"},
	    {"AppArmor, at the map",
	     {PRIVATE_MAP, EACCES},
	     profiled,
	     "{ userns, }",
	     "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns"},
	    {"AppArmor, at the first mount",
	     {PRIVATE_MOUNTS, EACCES},
	     profiled,
	     "AppArmor",
	     "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns"},
	    {"AppArmor, at binfmt_misc",
	     {PRIVATE_BINFMT, EPERM},
	     restricted,
	     "AppArmor",
	     "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns"},
	    {"SELinux", {PRIVATE_UNSHARE, EACCES}, as_it_is, "SELinux", ""},
	    {"not built in", {PRIVATE_UNSHARE, EINVAL}, as_it_is, "CONFIG_USER_NS", ""},
	    {"no memory", {PRIVATE_UNSHARE, ENOMEM}, as_it_is, "making namespaces failed: Cannot allocate memory", ""},
	    {"no process", {PRIVATE_HELPER, EAGAIN}, as_it_is, "starting a process or waiting for it failed: ", ""},
	    {"a map that is refused",
	     {PRIVATE_MAP, EPERM},
	     as_it_is,
	     "mapping ids failed: Operation not permitted",
	     ""},
	    {"no newuidmap", {PRIVATE_TOOL, ENOENT}, as_it_is, "needs newuidmap and newgidmap in /usr/bin", ""},
	    {"newuidmap is closed", {PRIVATE_TOOL, EACCES}, as_it_is, "cannot be executed", ""},
	    {"newuidmap refuses", {PRIVATE_TOOL, 0}, as_it_is, "no_new_privs", ""},
	    {"ids", {PRIVATE_IDS, EINVAL}, as_it_is, "becoming root of the namespace failed: Invalid argument", ""},
	    {"before 6.7", {PRIVATE_BINFMT, EPERM}, old, "Linux 6.6 has no binfmt_misc of its own", ""},
	    {"long before", {PRIVATE_BINFMT, EPERM}, older, "that needs Linux 6.7", ""},
	    {"no version", {PRIVATE_BINFMT, EPERM}, no_version, "cannot mount binfmt_misc in a user namespace: ", ""},
	    {"seccomp on mount", {PRIVATE_BINFMT, EPERM}, filtered, "a seccomp filter forbids mount(2)", ""},
	    {"seccomp on the first mount", {PRIVATE_MOUNTS, EPERM}, filtered, "a seccomp filter forbids mount(2)", ""},
	    {"no memory for a mount", {PRIVATE_MOUNTS, ENOMEM}, filtered, "keeping mounts private failed: ", ""},
	    {"no binfmt_misc", {PRIVATE_BINFMT, ENODEV}, as_it_is, "CONFIG_BINFMT_MISC", ""},
	    {"no /proc", {PRIVATE_BINFMT, ENOENT}, as_it_is, "is /proc mounted?", ""},
	};

	(void)state;
	for (row = rows; row < rows + LENGTH(rows); row++) {
		struct refused f = open_machine();
		struct err err;

		row->change(&f);
		err_clear(&err);
		refusal_explain(&f, row->end, &err);
		if (!strstr(err.text, row->says))
			fail_msg("%s: %s", row->row, err.text);
		expect_text(row->row, err.fix, row->fix);
	}
}

static void
without__an_installed_interpreter__a_line_to_paste(void **state)
{
	static const struct {
		const char *folder, *path, *wanted; /* with the interpreter for % */
	} rows[] = {
	    {NULL, "./x y", "no; without namespaces: % './x y' 'a b' --c"},
	    {"/some where", "./x", "no; without namespaces: cd '/some where' && % ./x 'a b' --c"},
	    {"near", "x", "no; without namespaces: cd ./near && % x 'a b' --c"},
	    {"-", "-x", "no; without namespaces: cd ./- && % ./-x 'a b' --c"},
	    {"a\nb", "./x", "no"},
	    {"", "./x", "no"},
	};
	char *words[] = {(char *)"a b", (char *)"--c", NULL}, wanted[512], *at;
	const char *qemu = installed_qemu("aarch64");
	struct err err;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct without without = {arch_find("aarch64"), NULL, 0, rows[i].folder, rows[i].path, words};

		err_set(&err, ERR_NAMESPACE, "no");
		refusal_without(&without, &err);
		snprintf(wanted, sizeof(wanted), "%s", rows[i].wanted);
		at = strchr(wanted, '%');
		if (at)
			snprintf(at, sizeof(wanted) - (size_t)(at - wanted), "%s%s", qemu,
				 strchr(rows[i].wanted, '%') + 1);
		expect_text(rows[i].path, err.text, wanted);
	}
}

static void
without__a_given_folder__its_interpreter(void **state)
{
	char *folder = scratch_folder("of interpreters"), *words[] = {NULL}, *file, *wanted;
	const char *dirs[] = {folder};
	const struct without without = {arch_find("aarch64"), dirs, 1, NULL, "./x", words};
	char *odd[] = {(char *)"a\nb", (char *)"c", NULL};
	const struct without no_word = {arch_find("aarch64"), NULL, 0, NULL, "./x", odd};
	struct err err;

	(void)state;
	file = scratch_copy("/bin/true", "of interpreters/qemu-aarch64-static");
	err_set(&err, ERR_NAMESPACE, "no");
	refusal_without(&without, &err);
	assert_true(asprintf(&wanted, "no; without namespaces: '%s' ./x", file) > 0);
	expect_text("dirs", err.text, wanted);
	err_set(&err, ERR_NAMESPACE, "no");
	refusal_without(&no_word, &err);
	expect_text("a word that a screen does not show", err.text, "no");
	free(wanted);
	free(file);
	free(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explain__each_row_of_the_table__names_the_setting),
	    cmocka_unit_test(without__an_installed_interpreter__a_line_to_paste),
	    cmocka_unit_test(without__a_given_folder__its_interpreter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
