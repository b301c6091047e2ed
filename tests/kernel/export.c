/* SPDX-License-Identifier: MIT */
/*
 * export: what it writes gives the same handlers in the same order again, by load, by systemd-binfmt, by the kernel,
 * and each by update-binfmts; and what a format cannot say is told.
 */
#include "conf.h"

#include <sys/stat.h>

#include "arch.h"
#include "host.h"
#include "peers.h"
#include "random.h"
#include "systemd.h"

enum { ROUNDS = 40, ENTRIES = 12 };

/* Everything that there is to see of the entries, in their order; on the heap. */
static char *
all(void)
{
	return strdup(tool("-j", "list", NULL)->out);
}

static const char *const magics[] = {"ab",         "\\x00\\xff", "\\x7fELG\\x02", ":|,!",
				     "\\x0a\\x0d", "#;",         "M Z",           "\\x5c\\x5c"},
			 *const masks[] = {"", "\\xff\\x0f", "\\xff\\xfe"}, *const interpreters[] = {"/bin/true",
												     "/bin/sh",
												     "/nowhere/it is",
												     "/a:b",
												     "/#;",
												     "/ends with ",
												     "/\xc3\xa9"},
			 *const flags[] = {"", "P", "O", "OC", "PO", "F", "PF", "POCF"},
			 *const extensions[] = {"q", "x|y", "exe", "a b", "e:f"};

#define ANY_OF(list) (list)[below(LENGTH(list))]

/* Entries that the kernel takes and that are sound, past the program under test. */
static void
random_table(void)
{
	size_t count = 1 + below(ENTRIES);

	ns_empty();
	for (size_t i = 0; i < count; i++) {
		const char *flag = ANY_OF(flags), *mask = ANY_OF(masks);
		char line[1024], name[32];
		size_t len;

		snprintf(name, sizeof(name), "%s%zu", chance(20) ? "a name:" : "n", i);
		if (chance(60)) {
			snprintf(line, sizeof(line), "~%s~M~%zu~%s~%s~%s~%s", name, below(200),
				 *mask ? "\\x41\\x42" : ANY_OF(magics), mask, ANY_OF(interpreters), "");
		} else {
			snprintf(line, sizeof(line), "~%s~E~~%s~~%s~", name, ANY_OF(extensions), ANY_OF(interpreters));
		}
		len = strlen(line);
		if (strchr(flag, 'F')) /* which the kernel opens */
			snprintf(line, sizeof(line), "~%s~E~~%s~~/bin/true~", name, ANY_OF(extensions));
		snprintf(line + strlen(line), sizeof(line) - len, "%s", flag);
		register_raw(line);
	}
}

/* What is written, into a file of this name in a folder. Returns the run. */
static const struct run *
export_to(const char *path, const char *format)
{
	const struct run *r = tool("export", "--format", format, NULL);

	expect(r, 0, NULL, "");
	spill(path, r->out, strlen(r->out), 0644);
	return r;
}

#define expect_again(before, label) expect_again_at(before, label, __LINE__)

static void
expect_again_at(const char *before, const char *label, int line)
{
	char *now = all();

	if (strcmp(now, before) != 0)
		fail_msg("line %d: %s: before:\n%s\nagain:\n%s", line, label, before, now);
	free(now);
}

static void
export__random_tables__the_same_by_load_and_by_the_kernel(void **state)
{
	char *path = scratch_file("exported"), *before;

	(void)state;
	random_seed(1);
	for (int i = 0; i < ROUNDS; i++) {
		random_table();
		before = all();
		export_to(path, "binfmt.d");
		ns_empty();
		assert_int_equal(tool("load", "--force", path, NULL)->status, 0);
		expect_again(before, "load");
		export_to(path, "register");
		ns_empty();
		expect(shell("while IFS= read -r line; do printf '%%s' \"$line\" >" MOUNT
			     "/register || exit; done <'%s'",
			     path),
		       0, "", "");
		expect_again(before, "register");
		free(before);
	}
	free(path);
}

static void
export__random_tables__the_same_by_systemd(void **state)
{
	char *before;

	(void)state;
	systemd_needs();
	random_seed(2);
	for (int i = 0; i < ROUNDS; i++) {
		random_table();
		before = all();
		export_to("/etc/binfmt.d/all.conf", "binfmt.d");
		ns_empty();
		expect(shell("cd / && exec /usr/lib/systemd/systemd-binfmt"), 0, NULL, "");
		expect_again(before, "systemd-binfmt");
		free(before);
	}
}

/* Each entry that a format file can say, through both of its readers, the oldest first. */
static void
export__random_tables__the_same_by_update_binfmts(void **state)
{
	static char names[ENTRIES + 1][32];
	char *folder = scratch_folder("formats"), *path;
	const struct run *r;
	size_t said = 0, told = 0;

	(void)state;
	peers_need_update_binfmts();
	random_seed(3);
	for (int i = 0; i < ROUNDS / 4; i++) {
		size_t count = 0;
		char *line, *save = NULL, *list;

		random_table();
		list = strdup(tool("list", "-q", NULL)->out);
		for (line = strtok_r(list, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
			snprintf(names[count++], sizeof(names[0]), "%s", line);
		free(list);
		for (size_t k = 0; k < count; k++) {
			char *text = strdup(entry_text(names[k]));

			r = tool("export", "--format", "update-binfmts", names[k], NULL);
			if (r->status != 0) {
				expect(r, 1, "", "not exported: ");
				told++;
				free(text);
				continue;
			}
			assert_true(asprintf(&path, "%s/%s", folder, names[k]) > 0);
			spill(path, r->out, strlen(r->out), 0644);
			expect(tool("remove", names[k], NULL), 0, "removed", "");
			peers_import(folder, names[k]);
			expect_text(names[k], entry_text(names[k]), text);
			expect(tool("remove", names[k], NULL), 0, "removed", "");
			assert_int_equal(tool("load", "--force", path, NULL)->status, 0);
			expect_text(names[k], entry_text(names[k]), text);
			said++;
			free(path);
			free(text);
		}
	}
	assert_true(said > 10 && told > 5);
	free(folder);
}

/* What no line, or no format file, can say: told by its name, and status 1; the rest is written. */
static const struct row {
	const char *line, *format, *why;
	bool disabled;
} rows[] = {
    {":x:E::x::/bin/true:", "binfmt.d", "it is disabled, which no format can say", true},
    {":x:E::x::/bin/true:", "register", "it is disabled, which no format can say", true},
    {"|x|E||x||/bin/sh\nodd|", "binfmt.d", "cannot be understood", false},
    {":x:E::a.b::/bin/true:", "binfmt.d", "the extension has a dot", false},
    {":x:E::x::/bin/true:O", "update-binfmts", "flag O with C only", false},
    {"|x|E||x||/bin/tr:ue|", "update-binfmts", "breaks what has a ':'", false},
    {":x:E::x::/bin/true :", "update-binfmts", "cuts blanks off", false},
    {":x:E::x::/bin/true:", "update-binfmts", "it is disabled", true},
};

static void
export__what_cannot_be_said__told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		bool one = strcmp(row->format, "update-binfmts") == 0;

		ns_empty();
		if (!one)
			register_raw(":first:E::f::/bin/true:");
		assert_int_equal(mount_write("register", row->line, strlen(row->line)), 0);
		if (row->disabled)
			assert_int_equal(mount_write("x", "0", 1), 0);
		if (!one)
			register_raw(":last:E::l::/bin/true:");
		expect(tool("export", "--format", row->format, NULL), 1,
		       one ? "" : ":first:E::f::/bin/true:\n:last:E::l::/bin/true:\n", row->why);
	}
}

/* As register would register it, and where nothing can be registered. */
static void
export__architectures__as_register_registers_them(void **state)
{
	char *text;

	(void)state;
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	text = strdup(tool("export", NULL)->out);
	expect_text("live", tool("-d", "/nowhere", "export", "--arch", "arm64", "-i", tiny_interpreter(), NULL)->out,
		    text);
	expect(tool("-d", "/nowhere", "export", "--arch", "linux/arm64,riscv64", "-f", "F", "--arch=s390x", "-i", "/x",
		    NULL),
	       2, "", "goes with one");
	expect(tool("-d", "/nowhere", "export", "--arch", "s390x", "-f", "F", "-i", "/not/here", NULL), 0,
	       ":/not/here:F\n", "");
	expect(tool("-d", "/nowhere", "export", "--arch", "nosucharch", NULL), 1, "",
	       "nosucharch: unknown architecture");
	expect(tool("-d", "/nowhere", "export", NULL), 3, "", NULL);
	expect(tool("export", "--arch", "arm64,riscv64", "--format", "update-binfmts", NULL), 2, "",
	       "one architecture");
	expect(tool("export", "--arch", "all", "--format", "update-binfmts", NULL), 2, "", "one architecture");
	expect(tool("export", "--format", "toml", NULL), 2, "", "binfmt.d, update-binfmts or register");
	expect(tool("export", "-f", "F", NULL), 2, "", "go with --arch");
	free(text);
}

/* What it would be harm to bring back here, or cannot be told, is left out and said. */
static void
export__architectures_unfit_or_unknown__told(void **state)
{
	static const char without[] =
	    "unshare -m sh -c 'mount -t tmpfs none /usr/local/bin && mount -t tmpfs none /usr/bin "
	    "&& exec ./binfmtctl export --arch all'";
	const char *own = host_arch()->name;
	const struct run *r;

	(void)state;
	expect(tool("export", "--arch", "arm64", "-i", "qemu", NULL), 1, "",
	       "qemu-aarch64: not exported: the interpreter's path is not absolute");
	expect(tool("export", "--arch", own, NULL), 0, "", "this machine runs");
	expect(tool("export", "--arch", own, "-i", "/usr/bin/qemu", NULL), 0, ":/usr/bin/qemu:F",
	       "not for a machine like this one");
	expect(shell(without), 1, "", "nothing to export");
	r = shell("prlimit --nofile=4:4 ./binfmtctl export --arch all");
	if (r->status != 127) /* the loader of libraries needs one too */
		expect(r, 1, NULL, "whether qemu-");
}

static void
export__operands__those_entries_in_the_order_of_registration(void **state)
{
	(void)state;
	register_raw(":a:E::a::/bin/true:");
	register_raw(":b:E::b::/bin/true:");
	register_raw(":c:E::c::/bin/true:");
	expect_text("two", tool("export", "c", "a", NULL)->out, ":a:E::a::/bin/true:\n:c:E::c::/bin/true:\n");
	expect(tool("export", "c", "nonsuch", NULL), 1, ":c:E::c::/bin/true:\n", "nonsuch: no such entry");
	expect(tool("export", "--format", "update-binfmts", NULL), 1, "",
	       "a format file is one entry, and these are 3");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(export__random_tables__the_same_by_load_and_by_the_kernel),
	    cmocka_unit_test(export__random_tables__the_same_by_systemd),
	    cmocka_unit_test(export__random_tables__the_same_by_update_binfmts),
	    cmocka_unit_test(export__what_cannot_be_said__told),
	    cmocka_unit_test(export__architectures__as_register_registers_them),
	    cmocka_unit_test(export__architectures_unfit_or_unknown__told),
	    cmocka_unit_test(export__operands__those_entries_in_the_order_of_registration),
	};

	return ns_run(tests);
}
