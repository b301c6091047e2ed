/* SPDX-License-Identifier: MIT */
/*
 * Whole trees of foreign architectures by an ordinary user alone, on a machine without handlers: made, entered, and
 * things built and installed in them. The first row makes the tree that the others enter.
 */
#include "client.h"
#include "harness.h"
#include "recipe.h"
#include "room.h"
#include "user.h"

#define ENTER "binfmtctl exec --map-auto --root tree "

/* Debian's own archive, which the recipe's words mean. */
#define ARCHIVE                                                                                                        \
	"/usr/lib/apt/apt-helper download-file http://deb.debian.org/debian/dists/bookworm/Release $PLACE/Release"

static void
need_archive(void)
{
	client_need_emulator();
	client_need("mmdebstrap");
	user_need();
	if (client_shell(ARCHIVE)->status != 0)
		skip_because("this machine reaches no deb.debian.org");
}

static void
need_tree(void)
{
	need_archive();
	if (client_shell("[ -e $PLACE/user/tree/etc/debian_version ]")->status != 0)
		skip_because("this machine has no tree (the recipe did not make it)");
}

/* Lines that fetch packages: an archive that is just being changed is no fault of ours. */
static void
expect_fetched(const char *lines, const char *out)
{
	const struct run *r = user_shell(lines);

	if (r->status != 0 && strstr(r->err, "Mirror sync in progress"))
		skip_because("this machine's archive is just being changed");
	expect(r, 0, out, NULL);
}

static void
recipe__package_without_root__built(void **state)
{
	char *lines = recipe("Build an arm64 Debian package without root");

	(void)state;
	need_archive();
	expect(client_shell("cp -R tests/clients/tiny $PLACE/user/hello && chown -R user: $PLACE/user/hello"), 0, "",
	       "");
	expect_fetched(lines, NULL);
	free(lines);
	expect(user_shell("dpkg-deb -f tiny_1_arm64.deb Package Architecture"), 0,
	       "Package: tiny\nArchitecture: arm64\n", "");
	assert_string_equal(entry_names(), "");
}

/* What is done in the tree. */
static const struct {
	const char *name, *lines, *out;
} rows[] = {
    {"what it is", ENTER "-- sh -c 'uname -m; dpkg --print-architecture'", "aarch64\narm64\n"},
    {"its package, installed", ENTER "--bind \"$PWD\" -- sh -c \"dpkg -i $PWD/tiny_1_arm64.deb && tiny\"",
     "\ntiny on aarch64\n"},
    {"apt-get install", ENTER "-- sh -c 'apt-get update && apt-get install -y hello sudo && hello'",
     "\nHello, world!\n"},
    {"su and sudo",
     ENTER "--flags POCF -- sh -ec 'echo \"daemon ALL=(ALL) NOPASSWD: ALL\" >/etc/sudoers.d/daemon; "
	   "su -s /bin/sh daemon -c \"id -un; sudo id -un\"'",
     "daemon\nroot\n"},
    {"sudo, without C", ENTER "-- su -s /bin/sh daemon -c 'sudo id -un 2>&1 || echo no'", "no\n"},
    {"make -j2",
     ENTER "--bind \"$PWD\" --chdir \"$PWD/sources\" -- sh -ec 'make -s -j2 all; ./binfmtctl --version; "
	   "./binfmtctl list --supported | grep -w aarch64'",
     "binfmtctl "},
};

static void
tree__row__runs(void **state)
{
	const size_t i = (size_t)(uintptr_t)*state;

	need_tree();
	expect(
	    client_shell("rm -rf $PLACE/user/sources && mkdir $PLACE/user/sources && cp -R Makefile README.md include "
			 "magic man src tests $PLACE/user/sources && chown -R user: $PLACE/user/sources"),
	    0, "", "");
	expect_fetched(rows[i].lines, rows[i].out);
	assert_string_equal(entry_names(), "");
}

static void
riscv64__made_and_entered__runs(void **state)
{
	(void)state;
	need_archive();
	if (!has_static_qemu("riscv64"))
		skip_because("this machine has no QEMU of riscv64 that runs in another root folder");
	expect_fetched("binfmtctl exec --map-auto --arch riscv64 -- mmdebstrap --mode=root --arch=riscv64 "
		       "--variant=essential trixie other http://deb.debian.org/debian\n"
		       "binfmtctl exec --map-auto --root other -- sh -c 'uname -m; dpkg --print-architecture'",
		       "riscv64\nriscv64\n");
}

int
main(void)
{
	struct CMUnitTest tests[LENGTH(rows) + 2] = {cmocka_unit_test(recipe__package_without_root__built)};
	size_t count = 1;

	for (size_t i = 0; i < LENGTH(rows); i++)
		tests[count++] = (struct CMUnitTest){
		    .name = rows[i].name, .test_func = tree__row__runs, .initial_state = (void *)(uintptr_t)i};
	tests[count++] = (struct CMUnitTest)cmocka_unit_test(riscv64__made_and_entered__runs);
	return ns_run_tests("noroot", room_become_root, tests, count);
}
