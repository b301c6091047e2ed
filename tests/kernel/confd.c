/* SPDX-License-Identifier: MIT */
/* The reader of binfmt.d: which files it reads, in which order, and what it tells of bad ones. */
#include "conf.h"

#include <sys/stat.h>
#include <unistd.h>

#include "confd.h"
#include "err.h"
#include "rule.h"

/* confd_read: a line each, "FILE:NUMBER NAME" or "FILE:NUMBER !REASON". */
static const char *
read_dirs(const char *const *dirs)
{
	static char told[1 << 14];
	struct confd confd;
	struct err err;
	size_t len = 0;

	told[0] = '\0';
	assert_int_equal(confd_read(&confd, dirs, host_kernel(), &err), 0);
	for (size_t i = 0; i < confd.count; i++) {
		const struct confd_line *line = &confd.lines[i];

		len += (size_t)snprintf(told + len, sizeof(told) - len, "%s:%u %s%s\n", line->file, line->number,
					line->reason ? "!" : "", line->reason ? line->reason : line->rule.name);
	}
	confd_free(&confd);
	return told;
}

static const char *
read_conf(void)
{
	return read_dirs(confd_dirs);
}

static void
confd__files_of_all_folders__by_file_name(void **state)
{

	(void)state;
	conf_needs_boot_dirs();
	assert_string_equal(read_conf(), "");
	conf_write(3, "a.conf", ":a:E::a::/bin/true:\n");
	conf_write(0, "c.conf", ":c:E::c::/bin/true:\n:c2:E::c::/bin/true:\n");
	conf_write(2, "b.conf", ":b:E::b::/bin/true:");
	conf_write(1, "B.conf", ":upper:E::b::/bin/true:\n");
	assert_string_equal(read_conf(), "/run/binfmt.d/B.conf:1 upper\n"
					 "/usr/lib/binfmt.d/a.conf:1 a\n"
					 "/usr/local/lib/binfmt.d/b.conf:1 b\n"
					 "/etc/binfmt.d/c.conf:1 c\n"
					 "/etc/binfmt.d/c.conf:2 c2\n");
}

static void
confd__folders_given__only_those(void **state)
{
	char folder[4096], path[8192], wanted[8400];
	const char *const dirs[] = {folder, "/nowhere", NULL}, *const none[] = {NULL};

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", ":a:E::a::/bin/true:\n");
	snprintf(folder, sizeof(folder), "%s/given", scratch());
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(path, sizeof(path), "%s/g.conf", folder);
	spill(path, ":g:E::g::/bin/true:\n", 20, 0644);
	snprintf(wanted, sizeof(wanted), "%s:1 g\n", path);
	assert_string_equal(read_dirs(dirs), wanted);
	assert_string_equal(read_dirs(none), "");
}

static void
confd__same_file_name__the_first_folder_wins(void **state)
{
	char wanted[128], line[64];

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = LENGTH(conf_boot_dirs); i > 0; i--) {
		snprintf(line, sizeof(line), ":from%zu:E::x::/bin/true:\n", i);
		conf_write(i - 1, "same.conf", line);
		snprintf(wanted, sizeof(wanted), "%s/same.conf:1 from%zu\n", conf_boot_dirs[i - 1], i);
		assert_string_equal(read_conf(), wanted);
	}
}

static void
confd__link_to_null_or_empty_file__masks(void **state)
{

	(void)state;
	conf_needs_boot_dirs();
	conf_write(3, "gone.conf", ":gone:E::x::/bin/true:\n");
	conf_write(3, "hidden.conf", ":hidden:E::x::/bin/true:\n");
	conf_write(3, "stays.conf", ":stays:E::x::/bin/true:\n");
	assert_int_equal(symlink("/dev/null", "/etc/binfmt.d/gone.conf"), 0);
	conf_write(1, "hidden.conf", "");
	assert_string_equal(read_conf(), "/usr/lib/binfmt.d/stays.conf:1 stays\n");
}

static void
confd__comments_blanks_and_other_files__passed_over(void **state)
{

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "c.conf",
		   "# comment\n; comment\n\n   \t\n  # comment\n  :in:E::x::/bin/true:  \n:crlf:E::y::/bin/true:\r\n");
	conf_write(0, "readme.txt", ":no:E::x::/bin/true:\n");
	conf_write(0, ".hidden.conf", ":no:E::x::/bin/true:\n");
	conf_write(0, "x.conf.bak", ":no:E::x::/bin/true:\n");
	conf_write(0, ".conf", ":no:E::x::/bin/true:\n");
	assert_string_equal(read_conf(), "/etc/binfmt.d/c.conf:6 in\n/etc/binfmt.d/c.conf:7 crlf\n");
}

static void
confd__bad_line__told_with_file_and_line_and_the_rest_is_read(void **state)
{
	const char *at;

	(void)state;
	conf_needs_boot_dirs();
	conf_write(
	    0, "c.conf",
	    "nonsense\n:ok:E::x::/bin/true:\n:bad:E::tar/gz::/bin/true:\n:bad:M:0:::/bin/true:\n:ok2:E::z::/bin/true:");
	at = read_conf();
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
confd__odd_files__named_and_the_others_are_read(void **state)
{
	static const struct {
		const char *name, *target, *reason; /* a link to the target; NULL: nothing is said */
	} links[] = {
	    {"dangling", "/nowhere/file", NULL},
	    {"null", "/dev/null", NULL},
	    {"zero", "/dev/zero", "it is a device, which systemd-binfmt reads, maybe without end"},
	    {"full", "/dev/full", "it is a device, which systemd-binfmt reads, maybe without end"},
	    {"random", "/dev/urandom", "it is a device, which systemd-binfmt reads, maybe without end"},
	    {"unreadable", "/proc/self/mem", "Input/output error"}, /* a regular file: an error is not its end */
	    {"folder", "/", "it is a directory"},
	    {"loop", "loop.conf", "Too many levels of symbolic links"},
	    {"through", "/etc/passwd/x", "Not a directory"},
	};
	char path[128], wanted[256];
	const char *told;

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(links); i++) {
		snprintf(path, sizeof(path), "/etc/binfmt.d/%s.conf", links[i].name);
		assert_int_equal(symlink(links[i].target, path), 0);
	}
	assert_int_equal(mkfifo("/etc/binfmt.d/fifo.conf", 0644), 0);
	conf_write(0, "good.conf", ":ok:E::x::/bin/true:\n");
	told = read_conf();
	for (size_t i = 0; i < LENGTH(links); i++) {
		snprintf(wanted, sizeof(wanted), "/etc/binfmt.d/%s.conf:0 !%s\n", links[i].name,
			 links[i].reason ? links[i].reason : "");
		assert_true((strstr(told, wanted) != NULL) == (links[i].reason != NULL));
	}
	assert_non_null(strstr(told, "fifo.conf:0 !it is a FIFO, at which systemd-binfmt waits for ever\n"));
	assert_non_null(strstr(told, "/etc/binfmt.d/good.conf:1 ok\n"));
	assert_null(strstr(told, "dangling"));
}

/* 40 MiB that take no room: read to the limit, and no further. */
static void
confd__endless_file__given_up(void **state)
{
	char big[] = "/etc/binfmt.d/big.conf";

	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "big.conf", ":ok:E::x::/bin/true:\n");
	conf_write(0, "small.conf", ":ok:E::x::/bin/true:\n");
	assert_int_equal(truncate(big, 40 << 20), 0);
	assert_non_null(strstr(read_conf(), "big.conf:0 !all files together are larger than 32 MiB\n"));
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
	    cmocka_unit_test(confd__odd_files__named_and_the_others_are_read),
	    cmocka_unit_test(confd__endless_file__given_up),
	};

	return ns_run(tests);
}
