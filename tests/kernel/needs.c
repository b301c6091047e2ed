/* SPDX-License-Identifier: MIT */
/* What is predicted of a foreign program, and what becomes of it when it is executed. */
#include "harness.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "interp.h"
#include "needs.h"
#include "rule.h"

static const struct target {
	const char *arch, *compiler, *triplet, *loader;
} targets[] = {
    {"aarch64", "/usr/bin/aarch64-linux-gnu-gcc", "aarch64-linux-gnu", "/lib/ld-linux-aarch64.so.1"},
    {"arm", "/usr/bin/arm-linux-gnueabihf-gcc", "arm-linux-gnueabihf", "/lib/ld-linux-armhf.so.3"},
    {"riscv64", "/usr/bin/riscv64-linux-gnu-gcc", "riscv64-linux-gnu", "/lib/ld-linux-riscv64-lp64d.so.1"},
};

/* Builds a program that exits 7, and registers its handler; skips where one of them is not to be had. Static path. */
static const char *
build(const struct target *t, const char *options)
{
	static char *path;
	char *source;

	if (access(t->compiler, X_OK) < 0)
		skip_because("this machine has no compiler for %s: %s", t->arch, t->compiler);
	if (tool("register", t->arch, NULL)->status != 0)
		skip_because("this machine has no QEMU for %s", t->arch);
	free(path);
	path = scratch_file("a program");
	source = scratch_text("program.c", "int main(void) { return 7; }\n", 0644);
	expect(shell("%s %s -o '%s' '%s'", t->compiler, options, path, source), 0, "", "");
	free(source);
	return path;
}

static void
look(const char *path, const char *root, const char *arch, struct needs *needs)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int root_fd = root ? open(root, O_PATH | O_DIRECTORY | O_CLOEXEC) : AT_FDCWD;

	assert_true(fd >= 0 && (!root || root_fd >= 0));
	needs_look(fd, root_fd, arch_find(arch), needs);
	assert_true(needs->elf && needs->end <= needs->size);
	close(fd);
	if (root)
		close(root_fd);
}

static size_t
find(const struct needs *needs, const char *path, unsigned flags, struct err *findings)
{
	return needs_findings(needs, &(struct needs_handler){path, flags, true}, findings);
}

/* Here the loader is mostly missing: then QEMU says so, and the printed line makes the program run. */
static void
check_here(const struct target *t)
{
	const char *path = build(t, "-O1");
	struct err findings[NEEDS_FINDINGS_MAX];
	struct needs needs;
	char *wanted;

	look(path, NULL, t->arch, &needs);
	assert_string_equal(needs.loader_path, t->loader);
	if (needs.loader == LOADER_FOUND) {
		expect(execute(path), 7, "", "");
		assert_int_equal(find(&needs, path, 0, findings), 0);
		return;
	}
	assert_int_equal(needs.loader, LOADER_MISSING);
	assert_true(asprintf(&wanted, "Could not open '%s'", t->loader) > 0);
	expect(execute(path), 255, "", wanted);
	free(wanted);
	assert_int_equal(find(&needs, path, 0, findings), 1);
	assert_non_null(strstr(findings[0].text, t->loader));
	assert_non_null(strstr(findings[0].fix, t->triplet));
	expect(shell("%s", findings[0].fix), 7, "", "");
}

static void
here__loader_missing__qemu_says_so_and_the_fix_cures(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(targets); i++)
		check_here(&targets[i]);
}

static void
here__static__needs_none(void **state)
{
	struct err findings[NEEDS_FINDINGS_MAX];
	struct needs needs;
	const char *path;

	(void)state;
	path = build(&targets[0], "-static");
	look(path, NULL, "aarch64", &needs);
	assert_int_equal(needs.loader, LOADER_NONE);
	assert_int_equal(find(&needs, path, 0, findings), 0);
	expect(execute(path), 7, "", "");
	path = build(&targets[0], "-static-pie");
	look(path, NULL, "aarch64", &needs);
	assert_int_equal(needs.loader, LOADER_NONE);
	expect(execute(path), 7, "", "");
}

/* A root with the program, and a folder of it that holds the libraries. */
static char *
make_root(const char *path, const char *libraries, const struct target *of)
{
	char *root = scratch_file("root");

	expect(shell("rm -rf '%s' && mkdir -p '%s/%s' && cp '%s' '%s/program' && "
		     "cp -L /usr/%s%s /usr/%s/lib/libc.so.6 '%s/%s'",
		     root, root, libraries, path, root, of->triplet, of->loader, of->triplet, root, libraries),
	       0, "", "");
	return root;
}

static int
run_in(const char *root)
{
	char name[] = "/program";

	return program_at(root, name, (char *[]){name, NULL}, NULL)->status;
}

/* Folders of libraries, of which a QEMU is built to look in one. */
static const char *const prefixes[] = {"etc/qemu-binfmt/", "usr/gnemul/qemu-"};

/* The one of this machine's QEMU, which tells it. */
static const char *
prefix_of_qemu(void)
{
	char path[INTERP_PATH_MAX];

	if (interp_find(arch_find("aarch64"), NULL, 0, true, path).is != LOOK_YES)
		skip_because("this machine has no QEMU for aarch64");
	for (size_t i = 0; i < LENGTH(prefixes); i++)
		if (shell("%s -h | grep 'QEMU_LD_PREFIX *= */%saarch64$'", path, prefixes[i])->status == 0)
			return prefixes[i];
	skip_because("this machine's QEMU looks for libraries in a folder of its own");
	return NULL;
}

static void
expect_loader_followed(const char *path, const char *folder, const char *prefix)
{
	char *root = make_root(path, folder, &targets[0]);
	struct needs needs;

	look(path, root, "aarch64", &needs);
	if (needs.loader == LOADER_UNSEEN)
		skip_because("this kernel has no openat2");
	assert_int_equal(needs.loader, LOADER_FOUND);
	assert_string_equal(needs.prefix, prefix);
	assert_int_equal(run_in(root), 7);
	expect(shell("rm '%s/%s'/ld-*", root, folder), 0, "", "");
	look(path, root, "aarch64", &needs);
	assert_int_equal(needs.loader, LOADER_MISSING);
	assert_int_equal(run_in(root), 255);
	free(root);
}

/* A handler that works in other roots. */
static void
register_static(void)
{
	if (strstr(tool("register", "aarch64", "--flags", "F", NULL)->err, "dynamically linked"))
		skip_because("this machine has no static QEMU for aarch64");
}

static void
root__libraries_in_it__prediction_is_true(void **state)
{
	const char *path = build(&targets[0], "-O1"), *prefix = prefix_of_qemu();
	char folder[64], found[64];

	(void)state;
	register_static();
	snprintf(folder, sizeof(folder), "%saarch64/lib", prefix);
	snprintf(found, sizeof(found), "/%s", prefix);
	expect_loader_followed(path, "lib", "");
	expect_loader_followed(path, folder, found);
}

/* A loader of the same name for another machine: in the root, and in the prefix before a good one in the root. */
static void
root__loader_for_another_machine__prediction_is_true(void **state)
{
	const char *path = build(&targets[0], "-O1"), *prefix = prefix_of_qemu();
	struct needs needs;
	char *root;

	(void)state;
	if (access("/usr/riscv64-linux-gnu/lib", X_OK) < 0)
		skip_because("this machine has no libraries for riscv64");
	register_static();
	root = make_root(path, "lib", &targets[0]);
	expect(shell("cd '%s' && mkdir -p %saarch64/lib && cp /usr/%s%s %saarch64%s", root, prefix, targets[2].triplet,
		     targets[2].loader, prefix, targets[0].loader),
	       0, "", "");
	look(path, root, "aarch64", &needs);
	if (needs.loader == LOADER_UNSEEN)
		skip_because("this kernel has no openat2");
	assert_int_equal(needs.loader, LOADER_OTHER);
	assert_ptr_equal(needs.loader_arch, arch_find("riscv64"));
	assert_int_not_equal(run_in(root), 7);
	expect(shell("cd '%s' && mv %saarch64%s lib", root, prefix, targets[0].loader), 0, "", "");
	look(path, root, "aarch64", &needs);
	assert_int_equal(needs.loader, LOADER_OTHER);
	assert_string_equal(needs.prefix, "");
	assert_int_not_equal(run_in(root), 7);
	free(root);
}

static void
ids__nosuid_mount_and_capabilities__seen(void **state)
{
	char *folder = scratch_folder("nosuid"), *path, *probe = probe_program("aarch64", "probe");
	struct err findings[NEEDS_FINDINGS_MAX];
	struct needs needs;

	(void)state;
	need_set_user_id();
	assert_int_equal(mount("tmpfs", folder, "tmpfs", MS_NOSUID, NULL), 0);
	path = scratch_file("nosuid/program");
	copy_file(probe, path, 0755);
	assert_int_equal(chmod(path, 04755), 0);
	look(path, NULL, "aarch64", &needs);
	assert_true(needs.set_uid && needs.nosuid);
	assert_int_equal(find(&needs, path, RULE_C, findings), 1);
	assert_non_null(strstr(findings[0].text, "on a nosuid mount"));
	assert_int_equal(chmod(probe, 04755), 0);
	look(probe, NULL, "aarch64", &needs);
	assert_true(needs.set_uid && !needs.nosuid && !needs.capabilities);
	assert_int_equal(find(&needs, probe, RULE_C, findings), 0);
	assert_int_equal(chmod(probe, 0755), 0);
	/* cap_net_raw, permitted and effective (struct vfs_cap_data, version 2). */
	if (setxattr(probe, "security.capability", "\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20, 0) == 0) {
		look(probe, NULL, "aarch64", &needs);
		assert_true(needs.capabilities && !needs.set_uid);
		assert_int_equal(find(&needs, probe, 0, findings), 1);
		assert_non_null(strstr(findings[0].text, "file capabilities"));
	}
	assert_int_equal(umount(folder), 0);
	free(folder);
	free(path);
	free(probe);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(here__loader_missing__qemu_says_so_and_the_fix_cures),
	    cmocka_unit_test(here__static__needs_none),
	    cmocka_unit_test(root__libraries_in_it__prediction_is_true),
	    cmocka_unit_test(root__loader_for_another_machine__prediction_is_true),
	    cmocka_unit_test(ids__nosuid_mount_and_capabilities__seen),
	};

	return ns_run(tests);
}
