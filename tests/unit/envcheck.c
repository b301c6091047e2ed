/* SPDX-License-Identifier: MIT */
/* What env will look for, and where: the lines beside env itself, and a root beside our own. */
#include "harness.h"

#include <fcntl.h>
#include <unistd.h>

#include "envcheck.h"
#include "err.h"

/* Lines behind "#!", what is said of them ("" none), whether env itself says the same (127), and whether there is a
 * fix. */
static const struct row {
	const char *line, *said;
	bool fails, fix;
} rows[] = {
    {"/usr/bin/env sh", "", false, false},
    {"  /usr/bin/env\t sh \t", "", false, false},
    {"/usr/bin/env nowhere-sh", "env looks for nowhere-sh in PATH", true, false},
    {"/usr/bin/env /bin/sh", "", false, false},
    {"/usr/bin/env /nowhere/sh", "env looks for /nowhere/sh, which is not there", true, false},
    {"/usr/bin/env sh -e", "env is given \"sh -e\" as one word", true, true},
    {"/usr/bin/env \t sh\t-e ", "env is given \"sh\t-e\" as one word", true, true},
    {"/usr/bin/env nowhere-sh -e",
     "one word, and looks for a program of that name: env -S splits it; then env looks for "
     "nowhere-sh in PATH, and no usual folder has it",
     true, false},
    {"/usr/bin/env /nowhere/sh -e", "; then env looks for /nowhere/sh, which is not there", true, false},
    {"/usr/bin/env /bin/sh -e", "env is given \"/bin/sh -e\" as one word", true, true},
    {"/usr/bin/env -S sh -e", "", false, false},
    {"/usr/bin/env -Ssh -e", "", false, false},
    {"/usr/bin/env -S nowhere-sh -e", "env looks for nowhere-sh in PATH", true, false},
    {"/usr/bin/env -S A=b sh -e", "", false, false},
    {"/usr/bin/env A=b", "", false, false},
    {"/usr/bin/env -i", "", false, false},
    {"/usr/bin/env nowhere/sh", "", true, false}, /* below the folder in which it is started */
    {"/bin/sh -e", "", false, false},
    {"/bin/notenv sh -e", "", false, false},
    {"/usr/bin/env nowhere-sh\r", "", true, false},
};

static bool
missing(int root, const char *path, struct err *why)
{
	struct subject script = {.path = path};
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, script.head, sizeof(script.head)) > 0);
	close(fd);
	err_clear(why);
	return envcheck_missing(root, &script, why);
}

static void
line__each__as_env_does(void **state)
{
	bool splits = shell("/usr/bin/env -S true")->status == 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[i];
		char name[32], *path, *text;
		struct err why;

		if (!splits && (row->fix || strstr(row->line, "-S")))
			continue;
		snprintf(name, sizeof(name), "it's line %zu", i);
		assert_true(asprintf(&text, "#!%s\nexit 0\n", row->line) > 0);
		path = scratch_text(name, text, 0755);
		if (missing(-1, path, &why) != (*row->said != '\0') || !strstr(why.text, row->said) ||
		    (*why.fix != '\0') != row->fix)
			fail_msg("%s: %s (%s)", row->line, why.text, why.fix);
		/* After an assignment or an option env would run the script itself again, for ever. */
		if (!strpbrk(row->line, "=") && !strstr(row->line, "-i") && !strstr(row->line, "notenv"))
			assert_int_equal(shell("timeout 5 \"%s\" </dev/null >/dev/null 2>&1", path)->status == 127,
					 row->fails);
		if (row->fix) {
			expect(shell("%s", why.fix), 0, "", "");
			expect(shell("\"%s\"", path), 0, "", "");
			assert_false(missing(-1, path, &why));
		}
		free(text);
		free(path);
	}
}

static void
root__looked_up_inside(void **state)
{
	char *root = scratch_folder("root"), *there = scratch_text("there", "#!/usr/bin/env in-root\n", 0755);
	char *sh = scratch_text("sh", "#!/usr/bin/env sh\n", 0755);
	struct err why;
	bool seen;
	int fd;

	(void)state;
	expect(shell("cd '%s' && mkdir -p usr real && ln -s /real usr/bin && cp /bin/true real/in-root", root), 0, "",
	       "");
	fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_false(missing(fd, there, &why));
	assert_true(missing(-1, there, &why));
	seen = missing(fd, sh, &why);
	close(fd);
	free(sh);
	free(there);
	free(root);
	if (!seen) /* as nothing can be seen there */
		skip_because("this kernel has no openat2");
	assert_string_equal(why.text, "env looks for sh in PATH, and no usual folder has it");
}

/* Which env it is decides whether -S helps. */
static void
env__another_than_coreutils__no_fix_by_split(void **state)
{
	static const struct {
		const char *env, *words, *split; /* what it is, and what is said of words, and of them behind -S */
	} envs[] = {
	    {"x split-string", "as one word", ""},
	    {"BusyBox v1.35.0", "env -S splits it, but ", "is busybox's, which has no -S"},
	    {"some other env", "as one word", ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(envs); i++) {
		char *env = scratch_text("env", envs[i].env, 0755), *words, *split, *file;
		struct err why;

		assert_true(asprintf(&words, "#!%s sh -e\n", env) > 0);
		assert_true(asprintf(&split, "#!%s -S sh -e\n", env) > 0);
		file = scratch_text("script", words, 0755);
		assert_true(missing(-1, file, &why));
		assert_non_null(strstr(why.text, envs[i].words));
		assert_int_equal(*why.fix != '\0', i == 0);
		free(file);
		file = scratch_text("script", split, 0755);
		assert_int_equal(missing(-1, file, &why), *envs[i].split != '\0');
		assert_non_null(strstr(why.text, envs[i].split));
		free(file);
		free(split);
		free(words);
		free(env);
	}
}

/* No newline within the window: nothing is known. */
static void
line__cut_off__nothing_said(void **state)
{
	struct subject script = {.path = "f", .head = "#!/usr/bin/env nowhere "};
	struct err why;

	(void)state;
	memset(script.head + 23, 'a', sizeof(script.head) - 23);
	assert_false(envcheck_missing(-1, &script, &why));
	memset(&script.head, 0, sizeof(script.head));
	assert_false(envcheck_missing(-1, &script, &why));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(line__each__as_env_does),
	    cmocka_unit_test(env__another_than_coreutils__no_fix_by_split),
	    cmocka_unit_test(line__cut_off__nothing_said),
	    cmocka_unit_test(root__looked_up_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
