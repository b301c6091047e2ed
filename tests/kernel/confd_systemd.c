/* SPDX-License-Identifier: MIT */
/*
 * The reader of binfmt.d beside the real systemd-binfmt: trees of files are put into the four folders, and what it
 * registers, in which order, and which lines it fails must be what confd says.
 */
#include "systemd.h"

#include <sys/stat.h>
#include <unistd.h>

#include "confd_lines.h"
#include "random.h"

enum { ROUNDS = 60, ETC = 0, RUN = 1, LOCAL = 2, LIB = 3 };

static char *
path_of(size_t dir, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", conf_boot_dirs[dir], name) > 0);
	return path;
}

/* A file of a tree: a text, or a link to `link`; a folder if both are NULL. */
struct item {
	size_t dir;
	const char *name, *text;
	size_t len;
	const char *link;
	mode_t mode;
};

static void
make(const struct item *item)
{
	char *path = path_of(item->dir, item->name);

	if (item->link)
		assert_int_equal(symlink(item->link, path), 0);
	else if (item->text)
		spill(path, item->text, item->len, item->mode ? item->mode : 0644);
	else
		assert_int_equal(mkdir(path, 0755), 0);
	free(path);
}

static void
unmake(const struct item *item)
{
	char *path = path_of(item->dir, item->name);

	assert_int_equal(remove(path), 0);
	free(path);
}

#define FILE_OF(dir, name, text)                                                                                       \
	{                                                                                                              \
		dir, name, text, sizeof(text) - 1, NULL, 0                                                             \
	}
#define LINK_OF(dir, name, to)                                                                                         \
	{                                                                                                              \
		dir, name, NULL, 0, to, 0                                                                              \
	}
#define FOLDER_OF(dir, name)                                                                                           \
	{                                                                                                              \
		dir, name, NULL, 0, NULL, 0                                                                            \
	}
#define ONE(text)                                                                                                      \
	{                                                                                                              \
		FILE_OF(ETC, "a.conf", text)                                                                           \
	}
#define E(name) ":" name ":E::" name "::/bin/true:"

enum { ITEMS = 9 };

static const struct row {
	const char *label;
	struct item items[ITEMS];
} rows[] = {
    {"nothing", {{0}}},
    {"order",
     {FILE_OF(ETC, "2.conf", E("n2") "\n"), FILE_OF(RUN, "10.conf", E("n10") "\n"),
      FILE_OF(LIB, "A.conf", E("nA") "\n"), FILE_OF(LOCAL, "B.conf", E("nB") "\n" E("nB2")),
      FILE_OF(ETC, "_u.conf", E("nu")), FILE_OF(RUN, "a.conf", E("na")), FILE_OF(LIB, "\xc3\xa9.conf", E("ne")),
      FILE_OF(ETC, "-.conf", E("nd"))}},
    {"first folder wins",
     {FILE_OF(ETC, "a.conf", E("e")), FILE_OF(RUN, "a.conf", E("r")), FILE_OF(LOCAL, "a.conf", E("l")),
      FILE_OF(LIB, "a.conf", E("u")), FILE_OF(LOCAL, "b.conf", E("l2")), FILE_OF(LIB, "b.conf", E("u2"))}},
    {"masks",
     {LINK_OF(ETC, "a.conf", "/dev/null"), FILE_OF(LIB, "a.conf", E("a")), FILE_OF(RUN, "b.conf", ""),
      FILE_OF(LIB, "b.conf", E("b")), FILE_OF(ETC, "c.conf", "# c\n"), FILE_OF(RUN, "c.conf", E("c")),
      LINK_OF(LIB, "d.conf", "/dev/null"), FILE_OF(ETC, "d.conf", E("d"))}},
    {"dangling link", {LINK_OF(ETC, "a.conf", "/nowhere/file"), FILE_OF(LIB, "a.conf", E("a"))}},
    {"loop of links",
     {LINK_OF(ETC, "a.conf", "a.conf"), FILE_OF(LIB, "a.conf", E("a")), FILE_OF(LIB, "b.conf", E("b"))}},
    {"link through a file", {LINK_OF(ETC, "a.conf", "/etc/passwd/x"), FILE_OF(LIB, "b.conf", E("b"))}},
    {"link to a link", {LINK_OF(ETC, "a.conf", "b"), LINK_OF(ETC, "b", "/dev/null"), FILE_OF(LIB, "a.conf", E("a"))}},
    {"link to a file", {LINK_OF(ETC, "a.conf", "text"), FILE_OF(ETC, "text", E("a"))}},
    {"folder",
     {FOLDER_OF(ETC, "a.conf"), FILE_OF(LIB, "a.conf", E("a")), FILE_OF(LIB, "0.conf", E("b")),
      FILE_OF(LIB, "z.conf", E("z"))}},
    {"names",
     {FILE_OF(ETC, ".h.conf", E("h")), FILE_OF(ETC, ".conf", E("a")), FILE_OF(ETC, "b.conf~", E("b")),
      FILE_OF(ETC, "c.CONF", E("c")), FILE_OF(ETC, "d.conf.dpkg-old", E("d")), FILE_OF(ETC, "e", E("e")),
      FILE_OF(ETC, "f~.conf", E("f")), FILE_OF(ETC, "conf", E("g")), FILE_OF(ETC, "x .conf", E("x"))}},
    {"modes", {{ETC, "a.conf", E("a"), 17, NULL, 0400}, {ETC, "b.conf", E("b"), 17, NULL, 0666}}},
    {"blanks", ONE("  \t" E("a") " \t \n   # c\n\t; d\n \n\v" E("b") "\n\f" E("c") "\n" E("d") "\v\n")},
    {"ends", ONE(E("a") "\r\n" E("b") "\r" E("c") "\0" E("d") "\r\r\n" E("e") "\0\0bad\n\r" E("f") "\n\0bad\0")},
    {"ends counted", ONE("bad\n\rbad\n\0bad\r\nbad\r\n\0bad\0\nbad\n\nbad\r\rbad\n\r\0\0bad\0\r\nbad")},
    {"nothing but ends", ONE("\n\r\0\n\n")},
    {"end of file", ONE(E("a") "\n" E("b"))},
    {"words behind", ONE(E("a") " # trailing\n" E("b") "F #\n" E("c"))},
    {"backslash at the end", ONE(":a:E::\\\na::/bin/true:\n" E("b"))},
    {"byte order mark", ONE("\xef\xbb\xbf" E("a") "\n" E("b"))},
    {"specifiers", ONE(E("%v") "\n" E("%m") "\n" E("\\x3a") "\n")},
    {"name twice", ONE(E("a") "\n" E("b") "\n:a:E::other::/bin/true:\n")},
    {"name twice, then bad", ONE(E("a") "\n" E("b") "\n:a:M::::/bin/true:\n")},
    {"name twice, the last with F missing", ONE(E("a") "\n:a:E::a::/nowhere:F\n" E("b"))},
    {"same magic", ONE(":a:M::ab::/bin/true:\n:b:M::ab::/bin/true:\n")},
    {"flag F", ONE(":a:E::a::/nowhere:F\n:b:E::a::/bin:F\n:c:E::a::/etc/passwd:F\n:d:E::a::/bin/true:F\n"
		   ":e:E::a::bin/true:F\n:f:E::a::nowhere:FC\n:g:E::a::/bin/true/x:F\n")},
    {"interpreters",
     ONE(":a:E::a::/nowhere:\n:b:E::a::rel:\n:c:E::a::rel:C\n:d:E::a:::\n:e:E::a::/bin:O\n:f:E::a:: :\n")},
    {"delimiters", ONE(",a,E,,a,,/bin/true,\n|b|E||a||/bin/true|\n@c@E@@a@@/bin/true@\nMdMEMMaMM/bin/trueM\n"
		       "#e#E##a##/bin/true#\n;f;E;;a;;/bin/true;\n g E  a  /bin/true \n\th\tE\t\ta\t\t/bin/true\t\n"
		       "PiPEPPaPP/bin/trueP\nFjFEFFaFF/bin/trueF\nxkxMxx\\x41xxbinx\n")},
    {"more delimiters",
     ONE("4a4M44\\x4144bin4\nababMbb\\xabbbcbinb\nacaMaa\\xabaabina\n\\d\\M\\\\\\x41\\\\b\\\n/e/E//a//x/\n"
	 "xaxMxx\\x4xxbinx\nCbCECCaCC/binC\n\"c\"E\"\"a\"\"/bin\"\n\xff"
	 "d\xff"
	 "E\xff\xff"
	 "a\xff\xff/b\xff\n"
	 "1e1E1+41a11/bin1\n")},
    {"names of entries", ONE(E("a") "\n" E("register") "\n" E("status") "\n" E(".") "\n" E("..") "\n" E("a/b") "\n" E(
			     "") "\n" E("b") "\n:\n::\n:::\n:.:\n:a\n")},
    {"odd names",
     ONE(":a b:E::a::/bin/true:\n:\x01:E::a::/bin/true:\n:\x7f:E::a::/bin/true:\n:.hidden:E::a::/bin/true:\n")},
    {"fields", ONE(":a:E::a::/bin/true\n:b:E::a:::/bin/true:\n:c:E::a::/bin/true:f\n:d:E::a::/bin/true:FF\n"
		   ":e:E::a::/bin/true:FPOC\n:f:EE::a::/bin/true:\n:g:e::a::/bin/true:\n:h:::a::/bin/true:\n"
		   ":i:X::a::/bin/true:\n:j:E::a:/bin/true:\n:k:M::a:b:c:d:\n")},
    {"later kernels", ONE(":a:B::::h:\n:b:E::a::/bin/true:T\n:c:E::a::/bin/true:L\n:d:E::a::/bin/true:D\n"
			  "TeTETTaTT/bin/trueT\nLfLELLaLL/bin/trueL\nDgDEDDaDD/bin/trueD\nThTETTaTT/bin/trueTT\n")},
    {"extensions", ONE(":a:E:zz:a:zz:/bin/true:\n:b:E::a.b::/bin/true:\n:c:E::.a::/bin/true:\n:d:E::a/b::/bin/true:\n"
		       ":e:E::::/bin/true:\n:f:E:-1:a:\\x4:/bin/true:\n:g:E::\\x41::/bin/true:\n")},
    {"offsets",
     ONE(":a:M:+4:a::/i:\n:b:M: 4:a::/i:\n:c:M:04:a::/i:\n:d:M:0x4:a::/i:\n:e:M:-0:a::/i:\n:f:M:++4:a::/i:\n"
	 ":g:M:4294967300:a::/i:\n:h:M:4\t:a::/i:\n:i:M:+:a::/i:\n:j:M:255:a::/i:\n:k:M:256:a::/i:\n"
	 ":l:M:-1:a::/i:\n:m:M:-:a::/i:\n:n:M:+-4:a::/i:\n:o:M:254:ab::/i:\n:p:M:255:ab::/i:\n:q:M:-00:a::/i:\n"
	 ":r:M:00000000000000000000000000000000000004:a::/i:\n:s:M:257:a::/i:\n:t:M:4a:a::/i:\n")},
    {"escapes",
     ONE(":a:M::\\x7fELF::/i:\n:b:M::\\x7g::/i:\n:c:M::\\x::/i:\n:d:M::\\x4::/i:\n:e:M::\\n\\t::/i:\n"
	 ":f:M::a\\:ab:/i:\n:g:M::\\\\x41:abcde:/i:\n:h:M::\\x00a:ab:/i:\n:i:M::ab:\\xff\\xff:/i:\n"
	 ":j:M::ab:\\xff:/i:\n:k:M::ab:\\xf:/i:\n:l:M:::ab:/i:\n:m:M::\\X41:abcd:/i:\n:n:M::\\x4A\\x4a::/i:\n"
	 ":o:M::\\:\\:/i:\n:p:M::\\\\:ab:/i:\n")},
};

static void
systemd__rows__same_entries_and_failures(void **state)
{
	(void)state;
	systemd_needs();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		for (size_t k = 0; k < ITEMS && rows[i].items[k].name; k++)
			make(&rows[i].items[k]);
		systemd_compare(rows[i].label);
		for (size_t k = 0; k < ITEMS && rows[i].items[k].name; k++)
			unmake(&rows[i].items[k]);
	}
}

/* Lines about the limit of the kernel, and about systemd's own for a line. */
static void
systemd__long_lines__same_limit(void **state)
{
	static const size_t lengths[] = {1918, 1919, 1920, 1921, 4000};
	char *line = malloc(8192), label[64];

	(void)state;
	systemd_needs();
	assert_non_null(line);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		int len = snprintf(line, 8192, E("a") "\n  :b:E::b::/");

		memset(line + len, 'i', 8192 - (size_t)len);
		snprintf(line + len - 12 + lengths[i], 64, ":\n" E("c"));
		snprintf(label, sizeof(label), "a line of %zu bytes", lengths[i] + 1);
		conf_write(ETC, "a.conf", line);
		systemd_compare(label);
	}
	free(line);
}

static void
systemd__lines_of_a_megabyte__the_rest_is_lost(void **state)
{
	static const char *const before[] = {"", "\n", E("a") "\n", E("a") "\r\n\0"};
	static const char *const after[] = {"", "\n" E("z"), "\r\n" E("z") "\n"};
	enum { ROOM = CONFD_LONG_LINE + 256 };
	char *text = malloc(ROOM);

	(void)state;
	systemd_needs();
	assert_non_null(text);
	conf_write(LIB, "b.conf", E("other") "\n");
	for (size_t i = 0; i < LENGTH(before); i++)
		for (size_t k = 0; k < LENGTH(after); k++)
			for (size_t len = CONFD_LONG_LINE - 2; len <= CONFD_LONG_LINE + 1; len++) {
				size_t start = strlen(before[i]);

				memcpy(text, before[i], start);
				memset(text + start, '#', len);
				strcpy(text + start + len, after[k]);
				conf_write(ETC, "a.conf", text);
				systemd_compare("a long line");
			}
	free(text);
}

static void
systemd__names_about_255__same_limit(void **state)
{
	char name[300] = "", line[700];

	(void)state;
	systemd_needs();
	memset(name, 'n', 254);
	for (size_t len = 254; len < 258; len++) {
		name[len - 1] = 'n';
		snprintf(line, sizeof(line), ":%s:E::a::/bin/true:\n" E("b"), name);
		conf_write(ETC, "a.conf", line);
		systemd_compare(name);
	}
	name[250] = '\0';
	strcat(name, ".conf");
	conf_write(ETC, name, E("long"));
	systemd_compare("a file name of 255");
}

/* Random pieces of lines, sound ones first. */
static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "status", "", ".", "a/b", "\x01"},
			 *const types[] = {"M", "M", "M", "E", "E", "B", "", "ME"},
			 *const offsets[] = {"", "", "", "0", "+4", "-0", "007", "255", "256", "-1", "x", "+"},
			 *const magics[] = {"a",          "abc", "\\x7fELF", "jar", "\\x41\\x42", "a\\b",
					    "\\x00\\xff", "",    "\\x4",     "a.b", "x/y",        "\\\\x41"},
			 *const masks[] = {"", "", "", "", "\\xff\\xff\\xff", "\\xff", "abc", "\\x", "aaaa"},
			 *const interpreters[] = {"/bin/true", "/bin/true", "/bin/sh",     "/nowhere", "bin/true",
						  "rel",       "/bin",      "/etc/passwd", "",         "/a b"},
			 *const flags[] = {"", "", "", "F", "PF", "POC", "OCF", "FF", "f", "T", "L", "D", " ", "P "},
			 *const ends[] = {"\n",   "\n",  "\n",    "\r\n", "\r",  "\n\r",
					  "\n\n", "\n#", " \n\t", "\n;:", "\v\n"},
			 *const delimiters[] = {":", ":", ":", ":", "|", ",", "!", "M",
						"x", "4", "a", "P", "#", "T", "+", "\\"};

#define ANY_OF(list) (list)[below(LENGTH(list))]

/* Mostly one of the first, which are sound. */
#define MOSTLY(list, first) (list)[below(chance(90) ? (first) : LENGTH(list))]

static size_t
random_line(char *text, size_t size)
{
	const char *d = MOSTLY(delimiters, 7), *end = ANY_OF(ends);
	int len = snprintf(text, size, "%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s%s", below(8) ? "" : " ", d, MOSTLY(names, 9), d,
			   MOSTLY(types, 5), d, MOSTLY(offsets, 7), d, MOSTLY(magics, 6), d, MOSTLY(masks, 4), d,
			   MOSTLY(interpreters, 3), below(20) ? d : "", MOSTLY(flags, 5), end);

	if (chance(10))
		text[len++] = '\0';
	if (chance(5)) /* one byte wrong */
		text[below((size_t)len)] = (char)below(256);
	return (size_t)len;
}

static void
random_tree(void)
{
	static const char *const files[] = {"a.conf", "b.conf", "10.conf", "9.conf",
					    "_.conf", "B.conf", "x.con",   ".z.conf"};
	static char text[8192];
	size_t count = 1 + below(6);

	conf_needs_boot_dirs(); /* empties them */
	for (size_t i = 0; i < count; i++) {
		char *path = path_of(below(4), ANY_OF(files));
		size_t len = 0, lines = below(30);

		while (lines--)
			len += random_line(text + len, sizeof(text) - len);
		if (len && !below(4))
			len--; /* the last line has no end */
		if (below(12)) {
			spill(path, text, len, 0644);
		} else {
			unlink(path);
			assert_int_equal(symlink(below(2) ? "/dev/null" : "a.conf", path), 0);
		}
		free(path);
	}
}

static void
systemd__random_trees__same_entries_and_failures(void **state)
{
	char label[32];

	(void)state;
	systemd_needs();
	random_seed(1);
	systemd_registered = systemd_refused = 0;
	for (int i = 0; i < ROUNDS; i++) {
		random_tree();
		snprintf(label, sizeof(label), "random tree %d", i);
		systemd_compare(label);
	}
	assert_true(systemd_registered > 8 * ROUNDS);
	assert_true(systemd_refused > 5 * ROUNDS);
	print_message("%zu lines registered, %zu refused, %zu more by load\n", systemd_registered, systemd_refused,
		      systemd_better);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(systemd__rows__same_entries_and_failures),
	    cmocka_unit_test(systemd__long_lines__same_limit),
	    cmocka_unit_test(systemd__lines_of_a_megabyte__the_rest_is_lost),
	    cmocka_unit_test(systemd__names_about_255__same_limit),
	    cmocka_unit_test(systemd__random_trees__same_entries_and_failures),
	};

	return ns_run(tests);
}
