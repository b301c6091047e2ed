/* SPDX-License-Identifier: MIT */
/* The reader of binfmt.d: which files it reads, in which order, and what it tells of bad ones. */
#include "conf.h"

#include <sys/stat.h>
#include <unistd.h>

#include "confd.h"
#include "err.h"
#include "rule.h"

/* confd_read: what it told, a line each: "FILE:NUMBER NAME" or "FILE:NUMBER !REASON". */
static char told[1 << 14];

static void
note_line(void *arg, const struct confd_line *line)
{
	size_t len = strlen(told);

	(void)arg;
	snprintf(told + len, sizeof(told) - len, "%s:%u %s%s\n", line->file, line->number, line->rule ? "" : "!",
		 line->rule ? line->rule->name : line->reason);
}

static int
read_conf(struct err *err)
{
	told[0] = '\0';
	return confd_read(confd_dirs, note_line, NULL, err);
}

static void
confd__files_of_all_folders__by_file_name(void **state)
{
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "");
	conf_write(3, "a.conf", ":a:E::a::/bin/true:\n");
	conf_write(0, "c.conf", ":c:E::c::/bin/true:\n:c2:E::c::/bin/true:\n");
	conf_write(2, "b.conf", ":b:E::b::/bin/true:");
	conf_write(1, "B.conf", ":upper:E::b::/bin/true:\n");
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "/run/binfmt.d/B.conf:1 upper\n"
				  "/usr/lib/binfmt.d/a.conf:1 a\n"
				  "/usr/local/lib/binfmt.d/b.conf:1 b\n"
				  "/etc/binfmt.d/c.conf:1 c\n"
				  "/etc/binfmt.d/c.conf:2 c2\n");
}

static void
confd__folders_given__only_those(void **state)
{
	char folder[4096], path[4200], wanted[4300];
	const char *const dirs[] = {folder, "/nowhere", NULL}, *const none[] = {NULL};
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":a:E::a::/bin/true:\n");
	snprintf(folder, sizeof(folder), "%s/given", scratch());
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/g.conf", folder);
	spill(path, ":g:E::g::/bin/true:\n", 20, 0644);
	told[0] = '\0';
	assert_int_equal(confd_read(dirs, note_line, NULL, &err), 0);
	snprintf(wanted, sizeof(wanted), "%s:1 g\n", path);
	assert_string_equal(told, wanted);
	told[0] = '\0';
	assert_int_equal(confd_read(none, note_line, NULL, &err), 0);
	assert_string_equal(told, "");
}

static void
confd__same_file_name__the_first_folder_wins(void **state)
{
	char wanted[128], line[64];
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = LENGTH(conf_boot_dirs); i > 0; i--) {
		snprintf(line, sizeof(line), ":from%zu:E::x::/bin/true:\n", i);
		conf_write(i - 1, "same.conf", line);
		assert_int_equal(read_conf(&err), 0);
		snprintf(wanted, sizeof(wanted), "%s/same.conf:1 from%zu\n", conf_boot_dirs[i - 1], i);
		assert_string_equal(told, wanted);
	}
}

static void
confd__link_to_null_or_empty_file__masks(void **state)
{
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(3, "gone.conf", ":gone:E::x::/bin/true:\n");
	conf_write(3, "hidden.conf", ":hidden:E::x::/bin/true:\n");
	conf_write(3, "stays.conf", ":stays:E::x::/bin/true:\n");
	assert_int_equal(symlink("/dev/null", "/etc/binfmt.d/gone.conf"), 0);
	conf_write(1, "hidden.conf", "");
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "/usr/lib/binfmt.d/stays.conf:1 stays\n");
}

static void
confd__comments_blanks_and_other_files__passed_over(void **state)
{
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "c.conf",
		   "# comment\n; comment\n\n   \t\n  # comment\n  :in:E::x::/bin/true:  \n:crlf:E::y::/bin/true:\r\n");
	conf_write(0, "readme.txt", ":no:E::x::/bin/true:\n");
	conf_write(0, ".hidden.conf", ":no:E::x::/bin/true:\n");
	conf_write(0, "x.conf.bak", ":no:E::x::/bin/true:\n");
	conf_write(0, ".conf", ":no:E::x::/bin/true:\n");
	assert_int_equal(read_conf(&err), 0);
	assert_string_equal(told, "/etc/binfmt.d/c.conf:6 in\n/etc/binfmt.d/c.conf:7 crlf\n");
}

static void
confd__bad_line__told_with_file_and_line_and_the_rest_is_read(void **state)
{
	struct err err;
	const char *at = told;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(
	    0, "c.conf",
	    "nonsense\n:ok:E::x::/bin/true:\n:bad:E::tar.gz::/bin/true:\n:bad:M:0:::/bin/true:\n:ok2:E::z::/bin/true:");
	assert_int_equal(read_conf(&err), 0);
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:1 !", 24);
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:2 ok\n", 26);
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:3 !", 24);
	at = strchr(at, '\n') + 1;
	assert_memory_equal(at, "/etc/binfmt.d/c.conf:4 !", 24);
	at = strchr(at, '\n') + 1;
	assert_string_equal(at, "/etc/binfmt.d/c.conf:5 ok2\n");
}

static void
confd__file_that_cannot_be_read__named_and_the_others_are_read(void **state)
{
	struct err err;

	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(symlink("/nowhere/file", "/etc/binfmt.d/dangling.conf"), 0);
	assert_int_equal(mkfifo("/etc/binfmt.d/fifo.conf", 0644), 0);
	conf_write(0, "good.conf", ":ok:E::x::/bin/true:\n");
	assert_int_equal(read_conf(&err), 0);
	assert_non_null(strstr(told, "/etc/binfmt.d/dangling.conf:0 !the file cannot be read\n"));
	assert_non_null(strstr(told, "/etc/binfmt.d/fifo.conf:0 !the file cannot be read\n"));
	assert_non_null(strstr(told, "/etc/binfmt.d/good.conf:1 ok\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(confd__files_of_all_folders__by_file_name),
	    cmocka_unit_test(confd__folders_given__only_those),
	    cmocka_unit_test(confd__same_file_name__the_first_folder_wins),
	    cmocka_unit_test(confd__link_to_null_or_empty_file__masks),
	    cmocka_unit_test(confd__comments_blanks_and_other_files__passed_over),
	    cmocka_unit_test(confd__bad_line__told_with_file_and_line_and_the_rest_is_read),
	    cmocka_unit_test(confd__file_that_cannot_be_read__named_and_the_others_are_read),
	};

	return ns_run(tests);
}
