/* SPDX-License-Identifier: MIT */
/* load: files of binfmt.d and format files become handlers; what is there stays, and a bad line hurts no other. */
#include "conf.h"

#include <sys/stat.h>
#include <unistd.h>

enum { ETC = 0, LIB = 3 };

#define LINE(name, extension) ":" name ":E::" extension "::/bin/true:\n"

/* A file of the scratch folder, by its static path. */
static const char *
file_of(const char *name, const char *text)
{
	static char path[4096];
	char *made = scratch_text(name, text, 0644);

	snprintf(path, sizeof(path), "%s", made);
	free(made);
	return path;
}

static void
load__boot_folders__in_their_order_and_once(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	expect(tool("load", NULL), 0, "", "");
	conf_write(LIB, "b.conf", LINE("one", "x") "# a comment\n" LINE("two", "y"));
	conf_write(ETC, "a.conf", LINE("zero", "z"));
	conf_write(LIB, "a.conf", LINE("masked", "z"));
	expect(tool("load", NULL), 0,
	       "zero: registered (/etc/binfmt.d/a.conf:1)\none: registered (/usr/lib/binfmt.d/b.conf:1)\n"
	       "two: registered (/usr/lib/binfmt.d/b.conf:3)\n",
	       "");
	expect(tool("list", "-q", NULL), 0, "two\none\nzero\n", "");
	expect(tool("load", NULL), 0,
	       "zero: unchanged (/etc/binfmt.d/a.conf:1)\none: unchanged (/usr/lib/binfmt.d/b.conf:1)\n"
	       "two: unchanged (/usr/lib/binfmt.d/b.conf:3)\n",
	       "");
}

/* A file of a folder that cannot be read may mask another, or be the one that counts. */
static void
load__folder_that_cannot_be_read__nothing_that_it_may_mask(void **state)
{
	static const char *const faults[] = {"openat:error=EIO", "getdents64:error=EIO"};

	(void)state;
	need_strace();
	conf_needs_boot_dirs();
	conf_write(ETC, "z.conf", "");
	assert_int_equal(symlink("/dev/null", "/run/binfmt.d/a.conf"), 0);
	conf_write(ETC, "b.conf", LINE("first", "b"));
	conf_write(LIB, "a.conf", LINE("masked", "z"));
	for (size_t i = 0; i < LENGTH(faults); i++) {
		expect(shell("strace -o /dev/null -P /run/binfmt.d -e inject=%s ./binfmtctl load", faults[i]), 1, NULL,
		       "/usr/lib/binfmt.d/a.conf: it may be masked by a file of /run/binfmt.d");
		assert_string_equal(entry_names(), "first");
	}
	expect(tool("load", NULL), 0, NULL, "");
}

static void
load__what_is_there__stays(void **state)
{
	char *before;

	(void)state;
	conf_needs_boot_dirs();
	register_raw(THEIRS);
	register_raw(LINE("one", "x"));
	before = instance();
	conf_write(ETC, "a.conf", LINE("one", "x"));
	expect(tool("load", NULL), 0, "one: unchanged (/etc/binfmt.d/a.conf:1)\n", "");
	expect_instance(before);
	conf_write(ETC, "a.conf", "");
	expect(tool("load", NULL), 0, "", "");
	expect_instance(before);
	free(before);
}

static void
load__another_rule__replaced_unless_others_would_lose_files(void **state)
{
	const char *path;

	(void)state;
	register_raw(LINE("one", "x"));
	path = file_of("a", LINE("one", "y"));
	expect(tool("load", "-q", path, NULL), 0, "", "");
	assert_non_null(strstr(entry_text("one"), "extension .y"));
	register_raw(LINE("front", "y"));
	path = file_of("a", ":one:E::y::/bin/false:\n");
	expect(tool("load", path, NULL), 0,
	       "one: skipped (to register it again would move it ahead of entry front, which wins now (--force does it "
	       "anyway))\n",
	       "");
	assert_non_null(strstr(entry_text("one"), "/bin/true"));
	expect(tool("load", "--force", path, NULL), 0, NULL,
	       "it takes files from entry front, which is tried after it");
	assert_non_null(strstr(entry_text("one"), "/bin/false"));
	assert_string_equal(tool("list", "-q", NULL)->out, "one\nfront\n");
}

static void
load__disabled_entry__stays_so(void **state)
{
	char *before;

	(void)state;
	register_raw(LINE("one", "x"));
	assert_int_equal(mount_write("one", "0", 1), 0);
	before = instance();
	expect(tool("load", file_of("a", LINE("one", "x")), NULL), 0, "one: unchanged", "the entry is disabled");
	expect_instance(before);
	free(before);
}

static void
load__name_twice__the_last_counts(void **state)
{
	(void)state;
	expect(tool("load", file_of("a", LINE("one", "x") LINE("two", "z") LINE("one", "y")), NULL), 0,
	       "two: registered", "");
	assert_non_null(strstr(entry_text("one"), "extension .y"));
	assert_string_equal(tool("list", "-q", NULL)->out, "one\ntwo\n");
}

/* Each is refused with its place and this cause; the lines around it are in force. */
static const struct bad_row {
	const char *line, *why;
} bad_rows[] = {
    {"junk", "fewer than seven fields"},
    {":a/b:E::q::/bin/true:", "is no name for an entry"},
    {":n:E::.q::/bin/true:", "the extension is given without its dot"},
    {":n:E::q::/bin/true:X", "flag"},
    {":n:E::q::/nowhere/at-all:", "/nowhere/at-all: does not exist"},
    {":n:E::q::/nowhere/at-all:F", "/nowhere/at-all: does not exist"},
    {":n:E::q::true:", "its path is not absolute"},
    {":n:E::q::/etc/passwd:", "/etc/passwd: not executable"},
    {":n:M::\\x7fELF::/bin/true:", "the rule matches its own interpreter"},
    {":n:M::#!::/bin/true:", "#!"},
    {":.binfmtctl~n:E::q::/bin/true:", "names that begin with .binfmtctl~"},
};

static void
load__bad_line__its_place_and_cause_and_the_rest_loads(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad_rows); i++) {
		const struct bad_row *row = &bad_rows[i];
		char text[1024], place[4352];
		const char *path;
		const struct run *r;

		ns_empty();
		snprintf(text, sizeof(text), LINE("one", "x") "%s\n" LINE("two", "y"), row->line);
		path = file_of("a", text);
		snprintf(place, sizeof(place), "binfmtctl: %s:2: ", path);
		r = tool("load", path, NULL);
		if (r->status != 1 || strncmp(r->err, place, strlen(place)) != 0 || !strstr(r->err, row->why) ||
		    strcmp(entry_names(), "one two") != 0)
			fail_msg("%s: %d, %s, entries %s", row->line, r->status, r->err, entry_names());
	}
}

static void
load__forced__dangerous_ones_too_with_the_way_back(void **state)
{
	const struct run *r;

	(void)state;
	r = tool("load", "--force", file_of("a", ":wide:M::\\x7fELF::/bin/true:\n"), NULL);
	assert_int_equal(mount_write("wide", "-1", 2), 0);
	expect(r, 0, "wide: registered", "to undo it from a shell that is open: echo -1 > " MOUNT "/wide");
}

static void
load__lines_that_overlap__warned_of(void **state)
{
	const char *path = file_of("a", ":narrow:M::MZab::/bin/true:\n" LINE("other", "x") ":wide:M::MZ::/bin/true:\n");
	char warning[4500];

	(void)state;
	snprintf(warning, sizeof(warning),
		 "binfmtctl: %s:3: warning: it takes files from entry narrow, which is tried after it\n", path);
	assert_string_equal(tool("load", path, NULL)->err, warning);
}

static void
load__thousand_lines__as_by_the_plain_way(void **state)
{
	static char text[1 << 17];
	size_t len = 0;
	const struct run *r;

	(void)state;
	for (unsigned i = 0; i < 1000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, ":h%u:M::MZ\\x%02x\\x%02x::/bin/true:\n", i,
					i / 500, i % 250);
	r = tool("load", file_of("a", text), NULL);
	assert_int_equal(r->status, 0);
	assert_non_null(strstr(r->err, "a:251: warning: it takes files from entry h0, which is tried after it\n"));
	assert_non_null(strstr(r->err, "a:1000: warning: it takes files from entry h749, which is tried after it\n"));
	assert_null(strstr(r->err, "a:250: "));
	assert_int_equal(strncmp(tool("list", "-q", NULL)->out, "h999\nh998\n", 10), 0);
	r = tool("load", file_of("a", ":h0:M::MZ\\x00\\x00::/bin/false:\n"), NULL);
	expect(r, 0, "h0: skipped (to register it again would move it ahead of entry h250, which wins now", "");
}

static void
load__files_that_are_named__of_any_name_and_kind(void **state)
{
	char *folder = scratch_folder("folder"), *line;

	(void)state;
	expect(shell("cd '%s' && printf '" LINE("fifo", "f") "' | ./binfmtctl load /dev/stdin", "."), 0, NULL, NULL);
	assert_string_equal(entry_names(), "fifo");
	/* An entry would be called stdin. */
	expect(shell("printf 'package p\ninterpreter /bin/true\nextension f\n' | ./binfmtctl load /dev/stdin"), 1, "",
	       "/dev/stdin: a format file's entry has the file's name");
	expect(shell("cd '%s' && printf '" LINE("c", "c") "' >c.conf && printf '" LINE(
			 "no", "n") "' >no && "
				    "printf 'package p\\ninterpreter /bin/true\\nextension f\\n' >format && cp format "
				    "format.dpkg-new "
				    "&& cp format format~ && cp format .format && ln -s /dev/null m.conf && mkdir d",
		     folder),
	       0, "", "");
	expect(tool("load", folder, NULL), 0, "c: registered", NULL);
	assert_string_equal(entry_names(), "c fifo format");
	/* A format file with a slip in it is told from what is none. */
	expect(shell("cd '%s' && sed s/package/packge/ format >slip && echo 'package inserts, folded' >note && "
		     "printf '\357\273\277' | cat - format >bom",
		     folder),
	       0, "", "");
	expect(tool("load", folder, NULL), 1, "format: unchanged", "/slip:1: no key of a format file");
	expect(tool("load", folder, NULL), 1, "format: unchanged", "/bom:1: no key of a format file");
	assert_string_equal(entry_names(), "c fifo format");
	expect(shell("rm '%s/slip' '%s/bom'", folder, folder), 0, "", "");
	expect(tool("load", folder, NULL), 0, "format: unchanged", "");
	assert_true(asprintf(&line, "binfmtctl: %s/nowhere: No such file or directory\n", folder) > 0);
	expect(shell("./binfmtctl load '%s/nowhere' '%s/no'", folder, folder), 1, "no: registered", line);
	free(line);
	free(folder);
}

static void
load__json_and_dry_run(void **state)
{
	const char *path = file_of("a", LINE("one", "x") "junk\n"
							 ":two:E::y::/nowhere:\n");
	char *before = instance();

	(void)state;
	expect_json(tool("load", "-j", path, NULL)->out,
		    "[.results[] | .result] == [\"registered\", \"failed\", \"failed\"] and "
		    "([.results[] | .place | split(\":\")[-1]] == [\"1\", \"2\", \"3\"]) and "
		    ".results[0].name == \"one\" and .results[1].code == \"field\" and "
		    ".results[2].name == \"two\" and .results[2].code == \"interpreter\"");
	ns_empty();
	expect(tool("load", "-n", path, NULL), 1, "one: would be registered",
	       ":3: interpreter /nowhere: does not exist");
	expect_json(tool("load", "-nj", path, NULL)->out,
		    ".dry_run and (.writes | length == 1) and (.writes[0].file | endswith(\"/register\"))");
	expect_instance(before);
	free(before);
}

static void
load__no_binfmt_misc_here__status_3(void **state)
{
	(void)state;
	expect(tool("-d", "/nowhere", "load", file_of("a", LINE("one", "x")), NULL), 3, "", NULL);
}

/* Format files, and what is said of those that update-binfmts takes for something else. */
static const struct format_row {
	const char *text;
	const char *entry; /* a piece of the entry's text; NULL: refused */
	const char *why;
} format_rows[] = {
    {"package p\ninterpreter /bin/true\nmagic MZ\n", "magic 4d5a\n", ""},
    {"package p\ninterpreter /bin/true\nmagic \\x01\\x5a\nmask \\xff\\xf0\noffset 2\n",
     "offset 2\nmagic 015a\nmask fff0", ""},
    {"# c\n\npackage p \t\r\ninterpreter /bin/true\r\nextension q", "extension .q", ""},
    {"package p\ninterpreter /bin/false\ninterpreter /bin/true\nextension q\n", "interpreter /bin/true\n", ""},
    {"package p\ninterpreter /bin/true\nextension q\ncredentials yes\npreserve yes\nfix_binary yes\n", "flags: POCF",
     "dynamically linked"
     ""},
    {"package p\ninterpreter /bin/true\nextension q\ncredentials no\npreserve\nfix_binary \n", "flags: \n", ""},
    {"package p\ninterpreter /bin/true\nextension q\nfix-binary yes\n", NULL, ":4: no key of a format file"},
    {"package p\ninterpreter\t/bin/true\nextension q\n", NULL, ":2: no key of a format file"},
    {"package p\n interpreter /bin/true\nextension q\n", NULL, ":2: no key of a format file"},
    {"package p\ninterpreter  /bin/true\nextension q\n", NULL, ":2: more than one blank"},
    {"package p\ninterpreter /bin/true\nextension q\npreserve YES\n", NULL, ":4: neither yes nor no"},
    {"interpreter /bin/true\nextension q\n", NULL, "it names no package"},
    {"package p\nextension q\n", NULL, "it names no interpreter"},
    {"package p\ninterpreter /bin/true\n", NULL, "neither magic nor extension"},
    {"package p\ninterpreter /bin/true\nmagic MZ\nextension q\n", NULL, "both magic and extension"},
    {"package p\ninterpreter /bin/true\nextension q\nmask \\xff\n", NULL, "an extension has no mask"},
    {"package p\ninterpreter /bin/true\nextension q\ndetector /bin/true\n", NULL, "it has a detector"},
    {"package p\ninterpreter /nowhere\nextension q\n", NULL, "/nowhere: does not exist"},
    {"package p\ninterpreter /bin/true\nmagic MZ\noffset 0x10\n", NULL, "offset"},
    {"package p\ninterpreter /bin/true\nmagic M:\n", "magic 4d3a\n", ""},
};

static void
load__format_files__as_they_are_meant(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(format_rows); i++) {
		const struct format_row *row = &format_rows[i];
		const struct run *r;

		ns_empty();
		r = tool("load", file_of("some-format", row->text), NULL);
		if (r->status != !row->entry || !strstr(r->err, row->why) || (!*row->why && *r->err) ||
		    !strstr(entry_text("some-format"), row->entry ? row->entry : ""))
			fail_msg("%s: %d, %s, entry %s", row->text, r->status, r->err, entry_text("some-format"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(load__boot_folders__in_their_order_and_once),
	    cmocka_unit_test(load__folder_that_cannot_be_read__nothing_that_it_may_mask),
	    cmocka_unit_test(load__what_is_there__stays),
	    cmocka_unit_test(load__another_rule__replaced_unless_others_would_lose_files),
	    cmocka_unit_test(load__disabled_entry__stays_so),
	    cmocka_unit_test(load__name_twice__the_last_counts),
	    cmocka_unit_test(load__bad_line__its_place_and_cause_and_the_rest_loads),
	    cmocka_unit_test(load__forced__dangerous_ones_too_with_the_way_back),
	    cmocka_unit_test(load__lines_that_overlap__warned_of),
	    cmocka_unit_test(load__thousand_lines__as_by_the_plain_way),
	    cmocka_unit_test(load__files_that_are_named__of_any_name_and_kind),
	    cmocka_unit_test(load__json_and_dry_run),
	    cmocka_unit_test(load__no_binfmt_misc_here__status_3),
	    cmocka_unit_test(load__format_files__as_they_are_meant),
	};

	return ns_run(tests);
}
