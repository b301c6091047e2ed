/* SPDX-License-Identifier: MIT */
/* Rules for a few of the programs and scripts that are installed: each of those would fail. */
#include "harness.h"

#include <elf.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include "host.h"
#include "pattern.h"

#define RULE "register", "--name", "brick", "-i"

/* Of the planted program: its entry point, where no real one is. Of the script: what stands behind "#!". */
#define ENTRY_OFFSET "24"
#define ENTRY "a5c3b1d7"
#define SCRIPT_LINE "#!/usr/bin/env planted\n"
#define WORD "706c616e746564"
#define WORD_OFFSET "15"

static char *folder, *planted, *script;

/* A private /usr/sbin with one program and one script; and /sbin, which may be a link to it. */
static bool
show_planted(void)
{
	return unshare(CLONE_NEWNS) == 0 && mount(folder, "/usr/sbin", NULL, MS_BIND, NULL) == 0;
}

/* The same, and only so many descriptors that the files there cannot be opened. */
static bool
show_but_not_open(void)
{
	const struct rlimit limit = {7, 7};

	return show_planted() && setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static void
plant(void)
{
	static const unsigned char entry[] = {0xa5, 0xc3, 0xb1, 0xd7};
	unsigned char bytes[PATTERN_WINDOW];

	if (folder)
		return;
	folder = scratch_folder("sbin");
	memcpy(bytes, host_own()->head, sizeof(bytes));
	memcpy(bytes + 24, entry, sizeof(entry));
	planted = scratch_file("sbin/program");
	spill(planted, bytes, sizeof(bytes), 0755);
	script = scratch_text("sbin/script", SCRIPT_LINE, 0755);
}

static const struct row {
	bool (*prepare)(void);
	const char *offset, *magic;
	const char *err; /* NULL: it is registered */
} rows[] = {
    {NULL, ENTRY_OFFSET, ENTRY, NULL},
    {NULL, WORD_OFFSET, WORD, NULL},
    {show_planted, ENTRY_OFFSET, ENTRY, "the rule matches /usr/sbin/program, which it would hand to the interpreter"},
    {show_planted, WORD_OFFSET, WORD, "the rule matches /usr/sbin/script, "},
    {show_planted, "0", "23212f7573722f62696e2f656e7620706c616e7465", "the rule matches /usr/sbin/script, "},
    {show_but_not_open, ENTRY_OFFSET, ENTRY, "whether the rule matches programs of this machine cannot be told"},
    {show_but_not_open, WORD_OFFSET, WORD, "cannot be told"},
    /* Nobody looks for what is neither text nor begins as a linker writes it, such as an AppImage. */
    {show_but_not_open, "0", "cafe", NULL},
    {show_but_not_open, "8", "414902", NULL},
};

static const struct run *
run_row(const struct row *row)
{
	const struct run *r;

	ns_empty();
	run_prepare = row->prepare;
	r = tool(RULE, tiny_interpreter(), "--offset", row->offset, "--magic", row->magic, NULL);
	run_prepare = NULL;
	if (r->status == 229)
		skip_because("this kernel does not let a folder be mounted over another");
	return r;
}

static void
installed__rule_that_takes_it__refused(void **state)
{
	(void)state;
	plant();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r = run_row(&rows[i]);

		expect(r, rows[i].err ? 1 : 0, rows[i].err ? "" : "brick: registered", rows[i].err);
		assert_int_equal(is_entry("brick"), !rows[i].err);
	}
}

/* The switch and the entry's own file bring such a rule back as registering does. */
static void
installed__entry_that_takes_it__not_enabled(void **state)
{
	(void)state;
	plant();
	register_line(":brick:M:" ENTRY_OFFSET ":\\xa5\\xc3\\xb1\\xd7::%s:", tiny_interpreter());
	assert_int_equal(mount_write("brick", "0", 1), 0);
	run_prepare = show_planted;
	expect(tool("enable", "brick", NULL), 1, "", "/usr/sbin/program");
	expect(tool("status", "brick", NULL), 1, "/usr/sbin/program", NULL);
	expect(tool("enable", "brick", "--force", NULL), 0, "brick: enabled", "forced: the rule matches");
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("enable", "--global", NULL), 1, "", "entry brick: the rule matches /usr/sbin/program");
	run_prepare = NULL;
	expect(tool("enable", "--global", NULL), 0, "binfmt_misc: enabled", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(installed__rule_that_takes_it__refused),
	    cmocka_unit_test(installed__entry_that_takes_it__not_enabled),
	};

	return ns_run(tests);
}
