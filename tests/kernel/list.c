/* SPDX-License-Identifier: MIT */
/* list on the real kernel. */
#include "harness.h"

#include "arch.h"
#include "host.h"

static void
list__entries__newest_first(void **state)
{
	const char *out, *first, *second;

	(void)state;
	expect(tool("list", NULL), 0, "", "");
	two_entries();
	register_raw(THEIRS);
	out = expect(tool("list", NULL), 0, "theirs ", "")->out;
	first = strstr(out, "qemu-riscv64 ");
	second = strstr(out, "qemu-aarch64 ");
	assert_true(first && second && strstr(out, "theirs ") < first && first < second);
	tool("register", "aarch64", "-fP", NULL);
	out = tool("list", NULL)->out;
	assert_true(strstr(out, "qemu-aarch64 ") < strstr(out, "theirs "));
}

static void
list__switched_off__said(void **state)
{
	(void)state;
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("list", NULL), 0, NULL, "switched off");
	expect(tool("status", NULL), 1, "switched OFF", "");
}

static void
list__supported__every_architecture_and_its_handler(void **state)
{
	(void)state;
	two_entries();
	expect(tool("list", "--supported", NULL), 0, "qemu-riscv64", "");
	expect(tool("list", "--supported", NULL), 0, "native", "");
	expect(shell("./binfmtctl list --supported | wc -l"), 0, "39\n", "");
	expect(shell("./binfmtctl list --supported -d /nowhere | wc -l"), 0, "39\n", "");
	expect_json(expect(tool("list", "--supported", "--json", NULL), 0, NULL, "")->out,
		    "(.supported | length == 38 and all(.aliases | type == \"array\") and any(.native == true)) and "
		    "(.supported[] | select(.arch == \"riscv64\") | .entry == \"qemu-riscv64\" and "
		    "(.aliases | index(\"linux/riscv64\")) != null and .native != true and has(\"interpreter\")) and "
		    "(.supported[] | select(.arch == \"alpha\") | .entry == null)");
	expect_json(expect(tool("list", "--supported", "--json", "-d", "/nowhere", NULL), 0, NULL, "")->out,
		    "[.supported[] | select(.entry != null)] == []");
}

/* Both ways of printing say the same, and without a mount there is a document too. */
static void
list__json__as_the_text(void **state)
{
	const struct run *r;
	char *text;

	(void)state;
	need_ptrace();
	two_entries();
	text =
	    strdup(expect(shell("./binfmtctl list --supported | awk 'NR > 1 { print $1, $2, $3 }'"), 0, NULL, "")->out);
	r = shell("./binfmtctl -j list --supported | jq -r '.supported[] | .arch + \" \" + "
		  "(.entry // if .native then \"native\" else \"-\" end) + \" \" + (.interpreter // \"-\")'");
	if (r->status == 127)
		skip_because("this machine has no jq");
	expect_text("--supported", r->out, text);
	free(text);
	r = expect(tool("-j", "list", "-d", "/nowhere", NULL), 3, NULL, "/nowhere");
	expect_json(r->out, "has(\"mount\") and .mount == null and has(\"enabled\") and .enabled == null and .entries "
			    "== [] and .error.code == \"not-mounted\"");
	r = tool("-j", "list", "--supported", "-d", "/nowhere", NULL);
	expect_json(r->out, "(.supported | length) == 38 and (.supported | all(.entry == null and .doubt == false and "
			    "(.aliases | type) == \"array\"))");
}

/* What an architecture's handler is, is asked in one place: whatever its entry is called, and however its rule looks.
 */
static void
handler_of_an_architecture__every_command_names_the_same(void **state)
{
	const char *arch = host_arch() == arch_find("aarch64") ? "riscv64" : "aarch64";
	char filter[256], name[64], said[128];
	char *file = probe_program(arch, "foreign"), *dir = scratch_folder("dir"), *emulator;
	const struct run *r;

	(void)state;
	snprintf(name, sizeof(name), "dir/qemu-%s-static", arch);
	emulator = scratch_copy(tiny_interpreter(), name);
	register_line(":e18:M:18:%s::%s:F", strcmp(arch, "aarch64") == 0 ? "\\xb7\\x00" : "\\xf3\\x00",
		      tiny_interpreter());
	snprintf(filter, sizeof(filter), ".supported[] | select(.arch == \"%s\") | .entry == \"e18\"", arch);
	expect_json(tool("-j", "list", "--supported", NULL)->out, filter);
	snprintf(filter, sizeof(filter), "[.tests[] | select(.arch == \"%s\" and .entry == \"e18\" and .ok)] != []",
		 arch);
	expect_json(tool("-j", "test", NULL)->out, filter);
	snprintf(filter, sizeof(filter), ".files[0] | .arch == \"%s\" and .entry == \"e18\"", arch);
	expect_json(tool("-j", "match", file, NULL)->out, filter);
	snprintf(said, sizeof(said), "qemu-%s: skipped (entry e18 handles %s already)", arch, arch);
	r = tool("register", "all", "--interpreter-dir", dir, NULL);
	if (!says(r->out, said))
		fail_msg("%s\n%s", r->out, r->err);
	free(emulator);
	free(file);
	free(dir);
}

/* What a killed run left alone is shown under the name that it stands for. */
static void
temporary_alone__named_as_what_it_stands_for(void **state)
{
	const char *commands[] = {"list", "list --supported", "test", "-n register all"};

	(void)state;
	register_line(":.binfmtctl~mine:M:18:\\x2a\\x00::%s:F", tiny_interpreter()); /* sh4 */
	for (size_t i = 0; i < LENGTH(commands); i++) {
		const struct run *r = shell("./binfmtctl %s | grep -v '^  write'", commands[i]);

		if (!strstr(r->out, "mine") || strstr(r->out, "~"))
			fail_msg("%s: %s%s", commands[i], r->out, r->err);
	}
}

static void
list__quiet__names_only(void **state)
{
	(void)state;
	expect(tool("list", "-q", NULL), 0, "", "");
	two_entries();
	register_raw(":.binfmtctl~alone:E::x::/bin/true:");
	register_raw(":\x01:E::y::/bin/true:");
	expect_text("-q", tool("list", "-q", NULL)->out, "\\x01\nalone\nqemu-riscv64\nqemu-aarch64\n");
	expect_text("-qv", tool("list", "-qv", NULL)->out, "\\x01\nalone\nqemu-riscv64\nqemu-aarch64\n");
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("list", "-q", NULL), 0, "qemu-aarch64\n", "");
	expect(shell("./binfmtctl list -q --supported | wc -l"), 0, "38\n", "");
	expect(tool("list", "-q", "--supported", NULL), 0, "\nriscv64\n", "");
}

/* Each kind of rule, none and some of each field. */
static void
list__verbose__each_rule_whole(void **state)
{
	(void)state;
	expect(tool("list", "-v", NULL), 0, "", "");
	register_raw(":jar:E::jar::/opt/my java/jexec:");
	register_raw(":at:M:3:\\x41b\\x00:\\xff\\xf0\\x00:/bin/true:OC");
	register_raw(":whole:M::0123456789abcdefghijkl::/bin/false:P");
	assert_int_equal(mount_write("at", "0", 1), 0);
	expect_text("-v", tool("list", "-v", NULL)->out,
		    "whole\n"
		    "  state        enabled\n"
		    "  interpreter  /bin/false\n"
		    "  flags        P\n"
		    "  at boot      nothing: this instance ends with its namespace\n"
		    "  offset       0\n"
		    "  magic        30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66 67 68 69 6a\n"
		    "  offset       20\n"
		    "  magic        6b 6c\n"
		    "  mask         none: each bit counts\n"
		    "\n"
		    "at\n"
		    "  state        disabled\n"
		    "  interpreter  /bin/true\n"
		    "  flags        OC\n"
		    "  at boot      nothing: this instance ends with its namespace\n"
		    "  offset       3\n"
		    "  magic        41 62 00\n"
		    "  mask         ff f0 00\n"
		    "\n"
		    "jar\n"
		    "  state        enabled\n"
		    "  interpreter  /opt/my java/jexec\n"
		    "  flags        none\n"
		    "  at boot      nothing: this instance ends with its namespace\n"
		    "  extension    .jar\n");
}

static void
list__verbose_and_not_understood__why(void **state)
{
	(void)state;
	register_raw("|odd|E||x||/bin/true\nflags: |");
	expect(tool("list", "-v", NULL), 1, "odd\n  state        enabled\n  problem      ", "odd: the entry cannot be");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(list__entries__newest_first),
	    cmocka_unit_test(list__switched_off__said),
	    cmocka_unit_test(list__supported__every_architecture_and_its_handler),
	    cmocka_unit_test(list__json__as_the_text),
	    cmocka_unit_test(handler_of_an_architecture__every_command_names_the_same),
	    cmocka_unit_test(temporary_alone__named_as_what_it_stands_for),
	    cmocka_unit_test(list__quiet__names_only),
	    cmocka_unit_test(list__verbose__each_rule_whole),
	    cmocka_unit_test(list__verbose_and_not_understood__why),
	};

	return ns_run(tests);
}
