/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include "err.h"
#include "filekind.h"
#include "random.h"

#define BYTES(text) (text), sizeof(text) - 1

/* A file: its bytes, its path, and what is said of it. */
static const struct row {
	const char *bytes;
	size_t count;
	const char *path, *what, *hint, *command; /* hint: a piece of it; NULL: there is none */
} rows[] = {
    {BYTES(""), "f", "an empty file", "never written", NULL},
    {BYTES("\0"), "f", "a file that starts with zero bytes only", "lost", NULL},
    {BYTES("\0\0\0\0\0\0\0\0"), "f", "a file that starts with zero bytes only", "lost", NULL},
    {BYTES("MZqFpD='\n\n"), "f", "an Actually Portable Executable", "/usr/bin/ape", "sh "},
    {BYTES("jartsr='\n"), "f", "an Actually Portable Executable", "/usr/bin/ape", "sh "},
    {BYTES("APEDBG='\n"), "f", "an Actually Portable Executable", "/usr/bin/ape", "sh "},
    {BYTES("\xca\xfe\xba\xbe\0\0\0\2"), "f", "a universal Mach-O program", "darling", NULL},
    {BYTES("\xca\xfe\xba\xbe\0\0\0\x2c"), "f", "a universal Mach-O program", "darling", NULL},
    {BYTES("\xca\xfe\xba\xbe\0\0\0\x2d"), "f", "a Java class file", "java", NULL},
    {BYTES("\xca\xfe\xba\xbe\0\3\0\x2d"), "f", "a Java class file", "java", NULL},
    {BYTES("\xca\xfe\xba\xbe\xff\xff\0\x41"), "f", "a Java class file", "java", NULL},
    {BYTES("\xca\xfe\xba\xbe\0\3\0\2"), "f", "neither an ELF program nor a script with #!", NULL, NULL},
    {BYTES("\xca\xfe\xba\xbe\0\0\0"), "f", "neither an ELF program nor a script with #!", NULL, NULL},
    {BYTES("\xca\xfe\xba\xbf\0\0\0\2"), "f", "a universal Mach-O program of 64 bits", "macOS", NULL},
    {BYTES("\xfe\xed\xfa\xce\0\0\0\x12"), "f", "a Mach-O file of 32 bits, high byte first", "PowerPC", NULL},
    {BYTES("\xfe\xed\xfa\xcf\1\0\0\x12"), "f", "a Mach-O file of 64 bits, high byte first", "PowerPC", NULL},
    {BYTES("\xce\xfa\xed\xfe\7\0\0\0"), "f", "a Mach-O file of 32 bits", "darling", NULL},
    {BYTES("\xcf\xfa\xed\xfe\7\0\0\1"), "f", "a Mach-O file of 64 bits", "darling", NULL},
    {BYTES("\0asm\1\0\0\0"), "f", "a WebAssembly module", "wasmtime", NULL},
    {BYTES("BC\xc0\xde\x35\x14"), "f", "LLVM bitcode", "lli", NULL},
    {BYTES("\xde\xc0\x17\x0b\0\0\0\0"), "f", "LLVM bitcode in a wrapper", "lli", NULL},
    {BYTES("dex\n035\0"), "f", "a Dalvik program", "dalvikvm", NULL},
    {BYTES("dey\n036\0"), "f", "an optimized Dalvik program", "dalvikvm", NULL},
    {BYTES("\xa7\x0d\x0d\x0a\0\0\0\0abcd"), "f", "compiled Python", "python3", NULL},
    {BYTES("\x2b\x0e\x0d\x0a\3\0\0\0abcd"), "f", "compiled Python", "python3", NULL},
    {BYTES("\x03\xf3\x0d\x0a"
	   "abcd"),
     "m.pyc", "compiled Python", "the version of Python", NULL},
    {BYTES("\x03\xf3\x0d\x0a"
	   "abcd"),
     "m.txt", "neither an ELF program nor a script with #!", NULL, NULL},
    {BYTES("\x01\xdf\0\4"), "f", "an XCOFF file of 32 bits", "AIX", NULL},
    {BYTES("\x01\xf7\0\4"), "f", "an XCOFF file of 64 bits", "AIX", NULL},
    {BYTES("\x01\xef\0\4"), "f", "an XCOFF file of 64 bits", "AIX", NULL},
    {BYTES("\x1bLua\x54"), "f", "compiled Lua", "lua", NULL},
    {BYTES("FOR1\0\0\1\0BEAM"), "m.beam", "compiled Erlang", "erl", NULL},
    {BYTES("!<arch>\ndebian-binary   "), "f", "a Debian package", "dpkg", NULL},
    {BYTES("!<arch>\nx.o/   "), "f", "an ar archive of objects (.a)", "linker", NULL},
    {BYTES("!<thin>\nx.o/   "), "f", "a thin ar archive of objects (.a)", "linker", NULL},
    {BYTES("\xed\xab\xee\xdb\3"), "f", "an RPM package", "rpm", NULL},
    {BYTES("\x1f\x8b\x08"), "f", "gzip-compressed data", "gunzip", NULL},
    {BYTES("\x1f\x9d\x90"), "f", "data compressed by compress", "uncompress", NULL},
    {BYTES("\xfd"
	   "7zXZ\0"),
     "f", "xz-compressed data", "unxz", NULL},
    {BYTES("\x28\xb5\x2f\xfd"), "f", "zstd-compressed data", "unzstd", NULL},
    {BYTES("BZh91AY&SY"), "f", "bzip2-compressed data", "bunzip2", NULL},
    {BYTES("\x04\x22\x4d\x18"), "f", "lz4-compressed data", "unlz4", NULL},
    {BYTES("LZIP\1"), "f", "lzip-compressed data", "lzip -d", NULL},
    {BYTES("7z\xbc\xaf\x27\x1c"), "f", "a 7z archive", "7z x", NULL},
    {BYTES("MSCF\0\0\0\0"), "f", "a Windows cabinet", "cabextract", NULL},
    {BYTES("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "x.msi", "a Windows installer", "wine msiexec", NULL},
    {BYTES("hsqs\1\0"), "f", "a squashfs image", "mounted", NULL},
    {BYTES("PK\3\4"), "x.jar", "a Java archive (.jar)", "java -jar", NULL},
    {BYTES("PK\3\4"), "x.apk", "an Android package (.apk)", "Android", NULL},
    {BYTES("PK\3\4"), "x.pyz", "a Python archive (.pyz)", "python3", NULL},
    {BYTES("PK\3\4"), "x.jar/f", "a zip archive", "unzip", NULL},
    {BYTES("PK\5\6"), "f", "an empty zip archive", NULL, NULL},
    {BYTES("\7\1\x64\0"), "f", "an a.out program (OMAGIC)", "no such programs", NULL},
    {BYTES("\x08\1\x64\0"), "f", "an a.out program (NMAGIC)", "no such programs", NULL},
    {BYTES("\x0b\1\x64\0"), "f", "an a.out program (ZMAGIC)", "no such programs", NULL},
    {BYTES("\xcc\0\x64\0"), "f", "an a.out program (QMAGIC)", "no such programs", NULL},
    {BYTES("\0\3\1\x0b"), "f", "an a.out program, high byte first", "SunOS", NULL},
    {BYTES("\0\2\1\7"), "f", "an a.out program, high byte first", "SunOS", NULL},
    {BYTES("\0\0\3\xf3"), "f", "an Amiga program", "vamos", NULL},
    {BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"), "f", "a Git LFS pointer",
     "not fetched: run git lfs pull", NULL},
    {BYTES("\xef\xbb\xbf#!/bin/sh\nexit 7\n"), "f", "a script with a byte order mark before its #!", "two bytes",
     "sed -i \"$(printf '1s/^\\357\\273\\277//')\" "},
    {BYTES("\xff\xfe#\0!\0/\0"), "f", "a text in UTF-16", "UTF-8", NULL},
    {BYTES("\xfe\xff\0#\0!\0/"), "f", "a text in UTF-16", "UTF-8", NULL},
    {BYTES("#\0!\0/\0"), "f", "a text in UTF-16", "UTF-8", NULL},
    {BYTES("\0#\0!\0/"), "f", "a text in UTF-16", "UTF-8", NULL},
    {BYTES("<!DOCTYPE html>\n"), "f", "an HTML page", "downloaded", NULL},
    {BYTES("\r\n  <!doctype HTML PUBLIC"), "f", "an HTML page", "downloaded", NULL},
    {BYTES("<html lang=en>"), "f", "an HTML page", "downloaded", NULL},
    {BYTES("\xef\xbb\xbf<HTML>"), "f", "an HTML page", "downloaded", NULL},
    {BYTES("<?xml version=\"1.0\"?><Error>"), "f", "an XML text", "error", NULL},
    {BYTES("<?php exit(7);"), "f", "a PHP script without #!", "php", NULL},
    {BYTES("@echo off\r\n"), "f", "a batch file of DOS or Windows", "wine cmd", NULL},
    {BYTES("Not Found"), "f", "the text \"Not Found\"", "fetch", NULL},
    {BYTES("%PDF-1.7"), "f", "a PDF document", "read", NULL},
    {BYTES("\n#!/bin/sh\nexit 7\n"), "f", "a script with blank lines before its #!", "two bytes",
     "sed -i '/[^[:space:]]/,$!d' "},
    {BYTES("\r\n \n\n#!/bin/sh\nexit 7\n"), "f", "a script with blank lines before its #!", "two bytes",
     "sed -i '/[^[:space:]]/,$!d' "},
    {BYTES("\t #!/bin/sh\nexit 7\n"), "f", "a script with white space before its #!", "two bytes",
     "sed -i '1s/^[[:space:]]*//' "},
    {BYTES("\n #!/bin/sh\nexit 7\n"), "f", "a script with other characters before its #!", "two bytes", NULL},
    {BYTES("\xef\xbb\xbf\n#!/bin/sh\nexit 7\n"), "f", "a script with other characters before its #!", "two", NULL},
    {BYTES("exit 7\n"), "f", "a shell script without #!", "#!/bin/sh", "sed -i '1i #!/bin/sh' "},
    {BYTES("# comment\n\n  # more\nset -e\nexit 7\n"), "f", "a shell script without #!", "#!/bin/sh",
     "sed -i '1i #!/bin/sh' "},
    {BYTES("STATUS=7\nexit $STATUS\n"), "f", "a shell script without #!", "exec", "sed -i '1i #!/bin/sh' "},
    {BYTES("main() {\nexit 7\n}\nmain\n"), "f", "a shell script without #!", "exec", "sed -i '1i #!/bin/sh' "},
    {BYTES("if [ 1 = 1 ]; then exit 7; fi\n"), "f", "a shell script without #!", "exec", "sed -i '1i #!/bin/sh' "},
    {BYTES("if [[ a == a ]]; then exit 7; fi\n"), "f", "a text without #!", "first line", NULL},
    {BYTES("declare -a x=(1)\n"), "f", "a text without #!", "first line", NULL},
    {BYTES("import os\nos.exit(7)\n"), "f", "a text without #!", "first line", NULL},
    {BYTES("x==1\n"), "f", "a text without #!", "first line", NULL},
    {BYTES("\xef\xbb\xbf"
	   "exit 7\n"),
     "f", "a text without #!", "first line", NULL}, /* a shell would take the mark for a part of the word */
    {BYTES("x == 1\n"), "f", "a text without #!", "first line", NULL},
    {BYTES("# a comment and no more"), "f", "a text without #!", "first line", NULL},
    {BYTES("gr\xc3\xbc\xc3\x9f dich\n"), "f", "a text without #!", "first line", NULL},
    {BYTES("   "), "f", "a text without #!", "first line", NULL},
    {BYTES("\1\2\3\4"), "f", "neither an ELF program nor a script with #!", NULL, NULL},
    {BYTES("some\0text"), "f", "neither an ELF program nor a script with #!", NULL, NULL},
};

/* Files that start with MZ: bytes at a place that the word at 0x3c names, a size (0: 4096). */
static const struct {
	const char *row;
	uint32_t at;
	const char *header;
	size_t count, size;
	unsigned char subsystem;
	const char *what;
} windows[] = {
    {"x86", 0x80, BYTES("PE\0\0\x4c\1"), 0, 3, "a Windows program for x86"},
    {"x86-64", 0x80, BYTES("PE\0\0\x64\x86"), 0, 2, "a Windows program for x86-64"},
    {"arm64", 0x40, BYTES("PE\0\0\x64\xaa"), 0, 2, "a Windows program for ARM64"},
    {"arm", 0x40, BYTES("PE\0\0\xc4\1"), 0, 2, "a Windows program for 32-bit ARM"},
    {"Itanium", 0x40, BYTES("PE\0\0\0\2"), 0, 2, "a Windows program for Itanium"},
    {"RISC-V", 0x40, BYTES("PE\0\0\x64\x50"), 0, 2, "a Windows program for another machine"},
    {"EFI application", 0x40, BYTES("PE\0\0\x64\x86"), 0, 10, "an EFI program"},
    {"EFI driver", 0x40, BYTES("PE\0\0\x64\xaa"), 0, 12, "an EFI program"},
    {"EFI at the last place", 256 - 94, BYTES("PE\0\0\x64\x86"), 0, 11, "an EFI program"},
    {"EFI cut off", 256 - 93, BYTES("PE\0\0\x64\x86"), 0, 11, "a Windows program for x86-64"},
    {"EFI of a size", 0x40, BYTES("PE\0\0\x64\x86"), 0x40 + 94, 11, "an EFI program"},
    {"at the last place", 0xfa, BYTES("PE\0\0\x64\x86"), 0, 0, "a Windows program for x86-64"},
    {"beyond the window", 0xfb, BYTES(""), 0, 0, "a Windows or DOS program"},
    {"far beyond", 0x400, BYTES(""), 0, 0, "a Windows or DOS program"},
    {"beyond the end", 0x400, BYTES(""), 0x300, 0, "a DOS program"},
    {"16-bit Windows", 0x80, BYTES("NE\5\x3c"), 0, 0, "a 16-bit Windows or OS/2 program"},
    {"VxD", 0x80, BYTES("LE\0\0"), 0, 0, "an OS/2 program or Windows driver"},
    {"OS/2", 0x80, BYTES("LX\0\0"), 0, 0, "an OS/2 program or Windows driver"},
    {"DOS", 0x80, BYTES("\x90\x90\x90\x90"), 0, 0, "a DOS program"},
    {"no such word", 0, BYTES(""), 0, 0, "a DOS program"},
    {"wraps", 0xffffffff, BYTES(""), 0, 0, "a DOS program"},
    {"short", 0x80, BYTES("PE\0\0\x64\x86"), 0x20, 0, "a DOS program"},
};

static void
make(const struct row *row, struct subject *file)
{
	memset(file, 0, sizeof(*file));
	assert_true(row->count <= sizeof(file->head));
	memcpy(file->head, row->bytes, row->count);
	file->path = row->path;
}

static void
make_windows(size_t i, struct subject *file)
{
	memset(file, 0, sizeof(*file));
	file->path = "program.exe";
	memcpy(file->head, "MZ", 2);
	for (unsigned k = 0; k < 4; k++)
		file->head[0x3c + k] = (unsigned char)(windows[i].at >> 8 * k);
	if (windows[i].at + windows[i].count <= sizeof(file->head))
		memcpy(file->head + windows[i].at, windows[i].header, windows[i].count);
	if (windows[i].at + 92 < sizeof(file->head))
		file->head[windows[i].at + 92] = windows[i].subsystem;
	if (windows[i].size && windows[i].size < sizeof(file->head))
		memset(file->head + windows[i].size, 0, sizeof(file->head) - windows[i].size);
}

static void
of__each_row__named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct filekind *kind;
		struct subject file;

		make(&rows[i], &file);
		kind = filekind_of(&file, rows[i].count);
		expect_text(rows[i].what, kind->what, rows[i].what);
		expect_text(rows[i].what, kind->command, rows[i].command);
		if (!kind->hint != !rows[i].hint || (kind->hint && !strstr(kind->hint, rows[i].hint)))
			fail_msg("%s: %s", rows[i].what, kind->hint ? kind->hint : "(no hint)");
	}
}

static void
of__each_mz__named(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(windows); i++) {
		struct subject file;

		make_windows(i, &file);
		expect_text(windows[i].row, filekind_of(&file, windows[i].size ? windows[i].size : 4096)->what,
			    windows[i].what);
	}
}

static size_t
keep(const struct filekind **kinds, size_t count, const struct filekind *kind)
{
	for (size_t i = 0; i < count; i++)
		if (kinds[i] == kind)
			return count;
	kinds[count] = kind;
	return count + 1;
}

/* The rows above meet every format that the source has. */
static void
of__formats_of_the_source__all_met(void **state)
{
	static const char count_them[] =
	    "grep -cE '\\.kind = \\{\"|^\\s*\\{0x[0-9a-f]{4}, \\{\"|^\\s*[a-z0-9_]+ = \\{\"' src/judge/filekind.c";
	const struct filekind *kinds[LENGTH(rows) + LENGTH(windows)];
	struct subject file;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		make(&rows[i], &file);
		count = keep(kinds, count, filekind_of(&file, rows[i].count));
	}
	for (size_t i = 0; i < LENGTH(windows); i++) {
		make_windows(i, &file);
		count = keep(kinds, count, filekind_of(&file, windows[i].size ? windows[i].size : 4096));
	}
	assert_int_equal(count, atoi(expect(shell("%s", count_them), 0, NULL, "")->out));
}

/* Bytes of a larger file beyond the window, or of a shorter one within it, do not count. */
static void
of__size__counts(void **state)
{
	struct subject file = {.path = "f", .head = "PK\3\4"};

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_string_not_equal(filekind_of(&file, i)->what, "a zip archive");
	for (uint64_t size = 4; size; size *= 2)
		assert_string_equal(filekind_of(&file, size)->what, "a zip archive");
}

static void
explain__words_and_fix__quoted(void **state)
{
	struct subject file = {.path = "it's a", .head = "MZqFpD='\n"};
	struct err why;

	(void)state;
	filekind_explain(&file, 4096, &why);
	assert_string_equal(why.text, "an Actually Portable Executable: /usr/bin/ape runs it, and so does sh");
	assert_string_equal(why.fix, "sh 'it'\\''s a'");
	file.path = "-x";
	filekind_explain(&file, 4096, &why);
	assert_string_equal(why.fix, "sh ./-x");
	file.path = "a\nb"; /* no screen shows it so that it could be pasted */
	filekind_explain(&file, 4096, &why);
	assert_string_equal(why.fix, "");
	memcpy(file.head, "PK\5\6", 4);
	filekind_explain(&file, 4096, &why);
	assert_string_equal(why.text, "an empty zip archive");
	assert_string_equal(why.fix, "");
}

/* Rows with some bytes changed, of any size: something is always said, and no byte outside is read. */
static void
of__random__something(void **state)
{
	size_t known = 0;

	(void)state;
	random_seed(7);
	for (size_t i = 0; i < 200000; i++) {
		struct subject *file = calloc(1, sizeof(*file));
		size_t size = chance(80) ? below(400) : (size_t)random_bits();
		struct err why;

		assert_non_null(file);
		make(&rows[below(LENGTH(rows))], file);
		if (chance(30))
			make_windows(below(LENGTH(windows)), file);
		if (chance(20))
			for (size_t k = 0; k < sizeof(file->head); k++)
				file->head[k] = (unsigned char)random_bits();
		for (size_t k = below(4); k; k--)
			file->head[below(chance(50) ? 8 : sizeof(file->head))] = (unsigned char)random_bits();
		filekind_explain(file, size, &why);
		assert_true(*why.text);
		known += strncmp(why.text, "neither", 7) != 0;
		filekind_carriage_return(file, size, &why);
		free(file);
	}
	assert_in_range(known, 50000, 190000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of__each_row__named),
	    cmocka_unit_test(of__each_mz__named),
	    cmocka_unit_test(of__formats_of_the_source__all_met),
	    cmocka_unit_test(of__size__counts),
	    cmocka_unit_test(of__random__something),
	    cmocka_unit_test(explain__words_and_fix__quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
