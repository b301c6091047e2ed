/* SPDX-License-Identifier: MIT */
/* Which of the files that could be an architecture's QEMU is taken. */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "interp.h"
#include "look.h"

static char *first, *second;

/* Two folders, searched in this order, with nothing in them. */
static int
setup(void **state)
{
	(void)state;
	if (!first) {
		first = scratch_folder("first");
		second = scratch_folder("second");
	}
	return shell("rm -f '%s'/* '%s'/*", first, second)->status;
}

/* In a folder: a file, or a link with this text. NULL: nothing. */
static void
make(const char *folder, const char *name, const char *link)
{
	char path[4096], text[4096];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	snprintf(text, sizeof(text), "%s%s", link && *link == '+' ? folder : "",
		 link && *link == '+' ? link + 1
		 : link               ? link
				      : "");
	if (link && strcmp(link, "file") == 0)
		copy_file(tiny_interpreter(), path, 0755);
	else if (link)
		assert_int_equal(symlink(text, path), 0);
}

/* A leading + in a link stands for the folder. */
static void
find__links_between_the_names__the_file(void **state)
{
	static const struct {
		const char *is_static, *plain, *elsewhere; /* qemu-arm-static, qemu-arm, other */
		const char *found;
	} t[] = {
	    {"file", NULL, NULL, "qemu-arm-static"},
	    {NULL, "file", NULL, "qemu-arm"},
	    {"file", "file", NULL, "qemu-arm-static"},
	    {"qemu-arm", "file", NULL, "qemu-arm"}, /* Debian 13 */
	    {"+/qemu-arm", "file", NULL, "qemu-arm"},
	    {"../first/qemu-arm", "file", NULL, "qemu-arm"},
	    {"file", "qemu-arm-static", NULL, "qemu-arm-static"},
	    {"gone", "file", NULL, "qemu-arm"}, /* a broken link is no file */
	    {"qemu-arm", NULL, NULL, NULL},
	    {"qemu-arm-static", NULL, NULL, NULL}, /* to itself */
	    {"qemu-arm-static", "file", NULL, "qemu-arm"},
	    {"other", NULL, "file", "qemu-arm-static"}, /* somebody's own choice, as /etc/alternatives makes */
	    {"other", "file", "file", "qemu-arm-static"},
	    {"qemu-arm", "other", "file", "qemu-arm"},        /* a link to a link: the name that stays */
	    {"../second/qemu-arm", "file", NULL, "qemu-arm"}, /* broken: the second folder is empty */
	    {NULL, "qemu-arm-static", NULL, NULL},
	};
	const struct arch *arch = arch_find("arm");
	char path[INTERP_PATH_MAX], wanted[4096];
	const char *dirs[] = {first};

	for (size_t i = 0; i < LENGTH(t); i++) {
		setup(state);
		make(first, "qemu-arm-static", t[i].is_static);
		make(first, "qemu-arm", t[i].plain);
		make(first, "other", t[i].elsewhere);
		snprintf(wanted, sizeof(wanted), "%s/%s", first, t[i].found ? t[i].found : "");
		for (int prefer_static = 0; prefer_static < 2; prefer_static++) {
			bool found = interp_find(arch, dirs, 1, prefer_static, path).is == LOOK_YES &&
				     strncmp(path, first, strlen(first)) == 0;

			if (found != (t[i].found != NULL) || (found && strcmp(path, wanted) != 0))
				fail_msg("row %zu: %s", i, found ? path : "nothing");
		}
	}
}

/* A file of the same name in another folder is another file's name. */
static void
find__link_to_another_folder__stays_a_link(void **state)
{
	char path[INTERP_PATH_MAX];
	const char *dirs[] = {first, second};

	(void)state;
	make(second, "qemu-arm", "file");
	make(first, "qemu-arm-static", "../second/qemu-arm");
	assert_int_equal(interp_find(arch_find("arm"), dirs, 2, true, path).is, LOOK_YES);
	assert_string_equal(path + strlen(first), "/qemu-arm-static");
	make(first, "qemu-arm", "file"); /* not what the link leads to */
	assert_int_equal(interp_find(arch_find("arm"), dirs, 2, true, path).is, LOOK_YES);
	assert_string_equal(path + strlen(first), "/qemu-arm-static");
}

static void
look__what_is_no_interpreter__told(void **state)
{
	static const struct {
		const char *made, *reason;
	} rows[] = {
	    {"touch x", "is not executable"},
	    {"mkdir x", "is a directory"},
	    {"mkfifo x", "is not a regular file"},
	    {"ln -s gone x", "does not exist"},
	    {"ln -s x x", "a loop of links"},
	    {"ln -s / x", "is a directory"},
	    {"mkfifo fifo && ln -s fifo x", "is not a regular file"},
	    {"true", "does not exist"},
	};
	char path[4096];
	const char *reason;
	struct interp interp;

	for (size_t i = 0; i < LENGTH(rows); i++) {
		setup(state);
		snprintf(path, sizeof(path), "%s/x", first);
		expect(shell("cd '%s' && rm -rf x && %s", first, rows[i].made), 0, "", "");
		assert_int_equal(interp_look(path, &interp, &reason).is, LOOK_NO);
		if (!strstr(reason, rows[i].reason))
			fail_msg("%s: %s", rows[i].made, reason);
		expect(shell("rm -rf '%s'/*", first), 0, "", "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(find__links_between_the_names__the_file, setup),
	    cmocka_unit_test_setup(find__link_to_another_folder__stays_a_link, setup),
	    cmocka_unit_test_setup(look__what_is_no_interpreter__told, setup),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	free(first);
	free(second);
	return failed;
}
