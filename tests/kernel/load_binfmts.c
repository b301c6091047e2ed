/* SPDX-License-Identifier: MIT */
/*
 * Format files beside the real update-binfmts: what it registers for a file is what `load --force` does, or `load` says
 * what is wrong with a file that update-binfmts takes for something else, crashes at, or registers though it can never
 * work.
 */
#include "harness.h"

#include <sys/stat.h>

#include "peers.h"
#include "random.h"

enum { ROUNDS = 150, TEXT = 4096 };

static size_t equal, refused;

/*
 * One format file "fmt" through both. better: `load` may refuse it, and says this; "": if both do; NULL: it has to be
 * registered.
 */
static void
compare(const char *text, size_t len, const char *better)
{
	char *folder = scratch_file("import"), *theirs, *file;
	const struct run *r;

	mkdir(folder, 0755);
	assert_true(asprintf(&file, "%s/fmt", folder) > 0);
	spill(file, text, len, 0644);
	ns_empty();
	peers_import(folder, "fmt");
	theirs = strdup(entry_text("fmt"));
	ns_empty();
	r = tool("load", "--force", file, NULL);
	if (r->status == 0 ? strcmp(theirs, entry_text("fmt")) != 0
			   : *entry_text("fmt") || !better || (!*better && *theirs) || !strstr(r->err, better))
		fail_msg("%s: update-binfmts:\n%s, load: %d %s\n%s", text, theirs, r->status, r->err,
			 entry_text("fmt"));
	equal += r->status == 0;
	refused += r->status != 0;
	free(theirs);
	free(file);
	free(folder);
}

#define HEAD "package p\ninterpreter /bin/true\n"

static const struct row {
	const char *text, *better;
} rows[] = {
    {HEAD "magic MZ\n", NULL},
    {HEAD "extension q\n", NULL},
    {HEAD "extension q", NULL},
    {"package p\r\ninterpreter /bin/true\r\nextension q\r\n", NULL},
    {HEAD "magic \\x4d\\x5a\nmask \\xff\\xfe\noffset 4\n", NULL},
    {HEAD "magic MZ\ninterpreter /bin/false\n", NULL},
    {HEAD "magic MZ \t \n", NULL},
    {HEAD "magic MZ\nmask\noffset\n", NULL},
    {HEAD "magic MZ\nmask \noffset \n", NULL},
    {HEAD "magic MZ\ncredentials yes\npreserve yes\nfix_binary yes\n", NULL},
    {HEAD "magic MZ\ncredentials no\npreserve no\nfix_binary no\n", NULL},
    {HEAD "magic M\\nZ\n", NULL},
    {HEAD "magic M\\101Z\n", NULL},
    {HEAD "# magic XX\n\nmagic MZ\n", NULL},
    {"package p\ninterpreter /nowhere/x\nmagic MZ\n", NULL},
    {"package p\ninterpreter rel\nmagic MZ\n", NULL},
    {HEAD "magic MZ\noffset 0x10\n", "offset"},
    {HEAD "magic MZ\noffset -1\n", "offset"},
    {HEAD "magic MZ\noffset abc\n", "offset"},
    {HEAD "magic MZ\ncredentials YES\n", "neither yes nor no"},
    {HEAD "magic MZ\npreserve true\n", "neither yes nor no"},
    {HEAD "magic MZ\nfix_binary 1\n", "neither yes nor no"},
    {HEAD "magic MZ\nfix-binary yes\n", "no key of a format file"},
    {HEAD "Magic MZ\n", "no key of a format file"},
    {HEAD "magic\tMZ\n", "no key of a format file"},
    {HEAD " magic MZ\n", "no key of a format file"},
    {HEAD "magic  MZ\n", "more than one blank"},
    {"package p\ninterpreter  /bin/true\nmagic MZ\n", "more than one blank"},
    {"package: p\ninterpreter /bin/true\nmagic MZ\n", "no key of a format file"},
    {"interpreter /bin/true\nmagic MZ\n", "names no package"},
    {"package p\nmagic MZ\n", "names no interpreter"},
    {HEAD, "neither magic nor extension"},
    {HEAD "magic MZ\nextension q\n", "both magic and extension"},
    {HEAD "extension q\nmask \\xff\n", "an extension has no mask"},
    {HEAD "magic MZ\ndetector /bin/true\n", "it has a detector"},
    {HEAD "magic MZ\ndetector /bin/true\nfix_binary yes\n", "it has a detector"},
    {HEAD "extension q.r\n", "the extension has a dot"},
};

static void
formats__rows__as_update_binfmts_or_better_told(void **state)
{
	(void)state;
	peers_need_update_binfmts();
	for (size_t i = 0; i < LENGTH(rows); i++)
		compare(rows[i].text, strlen(rows[i].text), rows[i].better);
}

/* Where update-binfmts breaks the path or the magic, the entry is what the file says. */
static void
formats__colon_in_a_field__registered_as_written(void **state)
{
	char *file = scratch_text("colon", "package p\ninterpreter /bin/true\nmagic M:Z\n", 0644);

	(void)state;
	expect(tool("load", file, NULL), 0, "colon: registered", "");
	assert_non_null(strstr(entry_text("colon"), "magic 4d3a5a\n"));
	free(file);
}

static const char *const magics[] = {"MZ", "\\x7fELF\\x02", "a\\b", "\\x00\\xff", "\\x41", "ab cd"},
			 *const masks[] = {"", "\\xff\\xff", "\\xff", "\\x0f\\xff\\xff\\xff\\xff", "zz"},
			 *const offsets[] = {"", "0", "1", "007", "+4", "250", "255", "256", "x"},
			 *const interpreters[] = {"/bin/true", "/bin/sh", "/usr/bin/env", "/no where", "/bin/true"},
			 *const words[] = {"yes", "no", "", "yes "};

#define ANY_OF(list) (list)[below(LENGTH(list))]

static size_t
add(char text[static TEXT], size_t len, const char *key, const char *value)
{
	return len + (size_t)snprintf(text + len, TEXT - len, "%s%s%s%s", key, *value ? " " : "", value,
				      chance(90) ? "\n" : " \t\r\n");
}

/* Well formed, so that it has to be the same; what the kernel refuses, both do. */
static size_t
random_format(char text[static TEXT])
{
	size_t len = add(text, 0, "package", "some-package");

	len = add(text, len, "interpreter", ANY_OF(interpreters));
	if (chance(70)) {
		len = add(text, len, "magic", ANY_OF(magics));
		if (chance(50))
			len = add(text, len, "mask", ANY_OF(masks));
		if (chance(50))
			len = add(text, len, "offset", ANY_OF(offsets));
	} else {
		len = add(text, len, "extension", chance(50) ? "q" : "exe");
	}
	for (size_t i = below(4); i > 0; i--) {
		static const char *const keys[] = {"credentials", "preserve", "fix_binary"};

		len = add(text, len, ANY_OF(keys), ANY_OF(words));
	}
	return len;
}

static void
formats__random__as_update_binfmts(void **state)
{
	char text[TEXT];

	(void)state;
	peers_need_update_binfmts();
	random_seed(1);
	equal = refused = 0;
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = random_format(text);

		/* What both refuse has no entry on either side; compare() sees to that. */
		compare(text, len, "");
	}
	print_message("%zu files registered by both, %zu refused by load\n", equal, refused);
	assert_true(equal > ROUNDS / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(formats__rows__as_update_binfmts_or_better_told),
	    cmocka_unit_test(formats__colon_in_a_field__registered_as_written),
	    cmocka_unit_test(formats__random__as_update_binfmts),
	};

	return ns_run(tests);
}
