/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "arch.h"
#include "err.h"
#include "needs.h"
#include "rule.h"

#define LOADER "/lib/ld-linux-aarch64.so.1"

/* Facts, and what must be said; "" for nothing. */
static const struct {
	const char *row;
	struct needs needs;
	const char *arch;
	struct needs_handler handler;
	const char *texts[2], *fix;
} facts[] = {
    {"nothing", {.elf = true, .size = 9, .end = 9, .align = 4096, .page = 4096}, "arm", {"f", 0, true}, {0}, ""},
    {"missing",
     {.loader = LOADER_MISSING, .loader_path = LOADER, .own_root = true, .cross = "/usr/aarch64-linux-gnu"},
     "aarch64",
     {"my file", 0, true},
     {"its loader /lib/ld-linux-aarch64.so.1 is missing: QEMU looks in $QEMU_LD_PREFIX, else in "
      "/etc/qemu-binfmt/aarch64, then in /; run the program in its own root (chroot), install libc6:arm64 (Debian "
      "multiarch) or set QEMU_LD_PREFIX to a folder that has it"},
     "QEMU_LD_PREFIX=/usr/aarch64-linux-gnu './my file'"},
    {"missing, musl's",
     {.loader = LOADER_MISSING, .loader_path = "/lib/ld-musl-aarch64.so.1", .own_root = true},
     "aarch64",
     {"f", 0, true},
     {"install musl:arm64 (Debian"},
     ""},
    {"missing, of no package",
     {.loader = LOADER_MISSING, .loader_path = "/system/bin/linker64", .own_root = true},
     "aarch64",
     {"f", 0, true},
     {"(chroot), or set QEMU_LD_PREFIX to a folder"},
     ""},
    {"missing in a root",
     {.loader = LOADER_MISSING, .loader_path = LOADER},
     "aarch64",
     {"f", 0, true},
     {"is missing in that root: QEMU looks"},
     ""},
    {"missing, and the handler is no QEMU",
     {.loader = LOADER_MISSING, .loader_path = LOADER, .own_root = true},
     "aarch64",
     {"f", 0, false},
     {0},
     ""},
    {"for another machine",
     {.loader = LOADER_OTHER, .loader_path = "/lib/ld-linux.so.2", .own_root = true, .prefix = ""},
     "sh4",
     {"f", 0, true},
     {"its loader /lib/ld-linux.so.2 is not for it: that file is no program of a known architecture; run"},
     ""},
    {"unseen",
     {.loader = LOADER_UNSEEN, .loader_path = LOADER, .own_root = true},
     "aarch64",
     {"f", 0, true},
     {"whether its loader /lib/ld-linux-aarch64.so.1 is there cannot be seen"},
     ""},
    {"name unreadable", {.loader = LOADER_MISSING}, "aarch64", {"f", 0, true}, {"the file is damaged"}, ""},
    {"set-user-id", {.set_uid = true}, "arm", {"f", 0, true}, {"it is set-user-id, but the entry has no flag C"}, ""},
    {"set-group-id", {.set_gid = true}, "arm", {"f", RULE_F, true}, {"it is set-group-id, but the entry has no"}, ""},
    {"capabilities", {.capabilities = true}, "arm", {"f", 0, false}, {"it is given file capabilities, but the"}, ""},
    {"set-user-id with C", {.set_uid = true}, "arm", {"f", RULE_C | RULE_O, true}, {0}, ""},
    {"C on nosuid", {.set_uid = true, .nosuid = true}, "arm", {"f", RULE_C, true}, {"nosuid mount: flag C has no"}, ""},
    {"C, no new privileges",
     {.set_gid = true, .no_new_privs = true},
     "arm",
     {"f", RULE_C, true},
     {"no_new_privs is set here: flag C has no effect"},
     ""},
    {"small pages",
     {.align = 4096, .page = 16384},
     "arm",
     {"f", 0, true},
     {"aligned to 4096 bytes, but a page of this host has 16384"},
     ""},
    {"cut off and set-user-id",
     {.size = 10, .end = 20, .set_uid = true},
     "arm",
     {"f", 0, true},
     {"it is cut off at 10 of 20 bytes", "it is set-user-id"},
     ""},
};

static void
findings__each__said(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(facts); i++) {
		struct needs needs = facts[i].needs;
		static struct err findings[NEEDS_FINDINGS_MAX];
		size_t count, wanted = 0;

		needs.arch = arch_find(facts[i].arch);
		assert_non_null(needs.arch);
		if (!needs.prefix)
			needs.prefix = "";
		count = needs_findings(&needs, &facts[i].handler, findings);
		while (wanted < LENGTH(facts[i].texts) && facts[i].texts[wanted])
			wanted++;
		if (count != wanted)
			fail_msg("%s: %zu", facts[i].row, count);
		for (size_t k = 0; k < count; k++)
			if (!strstr(findings[k].text, facts[i].texts[k]))
				fail_msg("%s: %s", facts[i].row, findings[k].text);
		if (count)
			expect_text(facts[i].row, findings[0].fix, facts[i].fix);
	}
}

static void
findings__loader_of_another__its_place_and_machine(void **state)
{
	struct needs needs = {.loader = LOADER_OTHER, .loader_path = LOADER, .own_root = true};
	struct err findings[NEEDS_FINDINGS_MAX];

	(void)state;
	needs.arch = arch_find("aarch64");
	needs.loader_arch = arch_find("arm");
	needs.prefix = "/etc/qemu-binfmt/";
	assert_int_equal(needs_findings(&needs, &(struct needs_handler){"f", 0, true}, findings), 1);
	assert_non_null(strstr(findings[0].text, "its loader /etc/qemu-binfmt/aarch64/lib/ld-linux-aarch64.so.1 is "
						 "not for it: that file is for arm; run"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(findings__each__said),
	    cmocka_unit_test(findings__loader_of_another__its_place_and_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
