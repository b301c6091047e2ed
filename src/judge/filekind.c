/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "edit.h"
#include "elf.h"
#include "err.h"
#include "filekind.h"
#include "paste.h"

/* One format: bytes at a place, those bits of them that count, a number that must lie between two others. */
struct format {
	const char *magic, *mask;
	size_t size;
	size_t at;
	bool text;             /* the bytes are looked for after a byte order mark and white space */
	const char *extension; /* of the path; NULL: any */
	struct {
		size_t at, bytes; /* high byte first; bytes 0: none */
		uint64_t least, most;
	} number;
	struct filekind kind;
};

#define AT(place, bytes) .magic = (bytes), .size = sizeof(bytes) - 1, .at = (place)
#define START(bytes) AT(0, bytes)
#define TEXT(bytes) AT(0, bytes), .text = true
#define MASK(bits) .mask = (bits)
#define UNPACK(tool) "unpack it first: " tool
#define EDIT "sed -i "

/* clang-format off */

/* The first row that fits counts: special ones before general ones. */
static const struct format formats[] = {
	{START("MZqFpD="), .kind = {"an Actually Portable Executable", "/usr/bin/ape runs it, and so does sh", "sh "}},
	{START("jartsr="), .kind = {"an Actually Portable Executable", "/usr/bin/ape runs it, and so does sh", "sh "}},
	{START("APEDBG="), .kind = {"an Actually Portable Executable", "/usr/bin/ape runs it, and so does sh", "sh "}},
	{START("\xca\xfe\xba\xbe"), .number = {4, 4, 1, 0x2c},
		.kind = {"a universal Mach-O program", "made for macOS; darling can run it", NULL}},
	{START("\xca\xfe\xba\xbe"), .number = {6, 2, 0x2d, 0xffff},
		.kind = {"a Java class file", "java runs it by the name of its class", NULL}},
	{START("\xca\xfe\xba\xbf"), .number = {4, 4, 1, 0x2c},
		.kind = {"a universal Mach-O program of 64 bits", "made for macOS; darling can run it", NULL}},
	{START("\xfe\xed\xfa\xce"),
		.kind = {"a Mach-O file of 32 bits, high byte first", "made for macOS on PowerPC", NULL}},
	{START("\xfe\xed\xfa\xcf"),
		.kind = {"a Mach-O file of 64 bits, high byte first", "made for macOS on PowerPC", NULL}},
	{START("\xce\xfa\xed\xfe"),
		.kind = {"a Mach-O file of 32 bits", "made for macOS or iOS; darling can run those for x86", NULL}},
	{START("\xcf\xfa\xed\xfe"),
		.kind = {"a Mach-O file of 64 bits", "made for macOS or iOS; darling can run those for x86-64", NULL}},
	{START("\0asm"), .kind = {"a WebAssembly module", "wasmtime or wasmer runs it", NULL}},
	{START("BC\xc0\xde"), .kind = {"LLVM bitcode", "lli runs it, clang compiles it", NULL}},
	{START("\xde\xc0\x17\x0b"), .kind = {"LLVM bitcode in a wrapper", "lli runs it, clang compiles it", NULL}},
	{START("dex\n"), .kind = {"a Dalvik program", "Android's dalvikvm runs it", NULL}},
	{START("dey\n"), .kind = {"an optimized Dalvik program", "Android's dalvikvm runs it", NULL}},
	{START("\0\x0c\x0d\x0a\0\0\0\0"), MASK("\0\xfc\xff\xff\xfc\xff\xff\xff"),
		.kind = {"compiled Python", "the version of python3 that wrote it runs it", NULL}},
	{START("\0\0\x0d\x0a"), MASK("\0\0\xff\xff"), .extension = "pyc",
		.kind = {"compiled Python", "the version of Python that wrote it runs it", NULL}},
	{START("\x01\xdf\0\0"), MASK("\xff\xff\xff\0"),
		.kind = {"an XCOFF file of 32 bits", "made for AIX; nothing on Linux runs it", NULL}},
	{START("\x01\xf7\0\0"), MASK("\xff\xff\xff\0"),
		.kind = {"an XCOFF file of 64 bits", "made for AIX; nothing on Linux runs it", NULL}},
	{START("\x01\xef\0\0"), MASK("\xff\xff\xff\0"),
		.kind = {"an XCOFF file of 64 bits", "made for AIX; nothing on Linux runs it", NULL}},
	{START("\x1bLua"), .kind = {"compiled Lua", "the version of lua that wrote it runs it", NULL}},
	{START("FOR1"), .extension = "beam", .kind = {"compiled Erlang", "erl runs it", NULL}},
	{START("!<arch>\ndebian"), .kind = {"a Debian package", "apt or dpkg installs it", NULL}},
	{START("!<arch>\n"), .kind = {"an ar archive of objects (.a)", "a linker makes programs of it", NULL}},
	{START("!<thin>\n"), .kind = {"a thin ar archive of objects (.a)", "a linker makes programs of it", NULL}},
	{START("\xed\xab\xee\xdb"), .kind = {"an RPM package", "dnf or rpm installs it", NULL}},
	{START("\x1f\x8b"), .kind = {"gzip-compressed data", UNPACK("gunzip, or tar -xzf"), NULL}},
	{START("\x1f\x9d"), .kind = {"data compressed by compress", UNPACK("uncompress"), NULL}},
	{START("\xfd" "7zXZ\0"), .kind = {"xz-compressed data", UNPACK("unxz, or tar -xJf"), NULL}},
	{START("\x28\xb5\x2f\xfd"), .kind = {"zstd-compressed data", UNPACK("unzstd, or tar --zstd -xf"), NULL}},
	{START("BZh"), .number = {4, 6, 0x314159265359, 0x314159265359},
		.kind = {"bzip2-compressed data", UNPACK("bunzip2, or tar -xjf"), NULL}},
	{START("\x04\x22\x4d\x18"), .kind = {"lz4-compressed data", UNPACK("unlz4"), NULL}},
	{START("LZIP"), .kind = {"lzip-compressed data", UNPACK("lzip -d"), NULL}},
	{START("7z\xbc\xaf\x27\x1c"), .kind = {"a 7z archive", UNPACK("7z x"), NULL}},
	{START("MSCF"), .kind = {"a Windows cabinet", UNPACK("cabextract"), NULL}},
	{START("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), .extension = "msi",
		.kind = {"a Windows installer", "wine msiexec /i installs it", NULL}},
	{START("hsqs"), .kind = {"a squashfs image", "it can be mounted, and unsquashfs unpacks it", NULL}},
	{START("PK\x03\x04"), .extension = "jar", .kind = {"a Java archive (.jar)", "java -jar runs it", NULL}},
	{START("PK\x03\x04"), .extension = "apk", .kind = {"an Android package (.apk)", "Android installs it", NULL}},
	{START("PK\x03\x04"), .extension = "pyz", .kind = {"a Python archive (.pyz)", "python3 runs it", NULL}},
	{START("PK\x03\x04"), .kind = {"a zip archive", UNPACK("unzip") " (java -jar runs one made for Java)", NULL}},
	{START("PK\x05\x06"), .kind = {"an empty zip archive", NULL, NULL}},
	{START("\x07\x01\0\0"), MASK("\xff\xff\0\xff"),
		.kind = {"an a.out program (OMAGIC)", "Linux runs no such programs any more", NULL}},
	{START("\x08\x01\0\0"), MASK("\xff\xff\0\xff"),
		.kind = {"an a.out program (NMAGIC)", "Linux runs no such programs any more", NULL}},
	{START("\x0b\x01\0\0"), MASK("\xff\xff\0\xff"),
		.kind = {"an a.out program (ZMAGIC)", "Linux runs no such programs any more", NULL}},
	{START("\xcc\0\0\0"), MASK("\xff\xff\0\xff"),
		.kind = {"an a.out program (QMAGIC)", "Linux runs no such programs any more", NULL}},
	{START("\0\0\x01\x08"), MASK("\x7f\xfc\xff\xfc"),
		.kind = {"an a.out program, high byte first", "made for SunOS or BSD", NULL}},
	{START("\0\0\x01\x07"), MASK("\x7f\xfc\xff\xff"),
		.kind = {"an a.out program, high byte first", "made for SunOS or BSD", NULL}},
	{START("\0\0\x03\xf3"), .kind = {"an Amiga program", "vamos or an Amiga emulator runs it", NULL}},
	{START("version https://git-lfs.github.com/spec/v1"),
		.kind = {"a Git LFS pointer", "the real file was not fetched: run git lfs pull in its repository", NULL}},
	{START("\xef\xbb\xbf#!"),
		.kind = {"a script with a byte order mark before its #!", "the kernel wants #! as the first two bytes",
			EDIT "\"$(printf '1s/^\\357\\273\\277//')\" "}}, /* busybox's sed knows no \xef */
	{START("\xff\xfe"), .kind = {"a text in UTF-16", "save it as UTF-8 without a byte order mark", NULL}},
	{START("\xfe\xff"), .kind = {"a text in UTF-16", "save it as UTF-8 without a byte order mark", NULL}},
	{START("#\0!\0"), .kind = {"a text in UTF-16", "save it as UTF-8 without a byte order mark", NULL}},
	{START("\0#\0!"), .kind = {"a text in UTF-16", "save it as UTF-8 without a byte order mark", NULL}},
	{TEXT("<!DOCTYPE HTML"), MASK("\xff\xff\xdf\xdf\xdf\xdf\xdf\xdf\xdf\xff\xdf\xdf\xdf\xdf"),
		.kind = {"an HTML page", "if it was downloaded, a page came instead of the program", NULL}},
	{TEXT("<HTML"), MASK("\xff\xdf\xdf\xdf\xdf"),
		.kind = {"an HTML page", "if it was downloaded, a page came instead of the program", NULL}},
	{TEXT("<?xml"), .kind = {"an XML text", "if it was downloaded, an error came instead of the program", NULL}},
	{TEXT("<?php"), .kind = {"a PHP script without #!", "php runs it", NULL}},
	{TEXT("@ECHO "), MASK("\xff\xdf\xdf\xdf\xdf\xff"),
		.kind = {"a batch file of DOS or Windows", "wine cmd /c runs it", NULL}},
	{START("Not Found"), .kind = {"the text \"Not Found\"", "a download failed: fetch the file again", NULL}},
	{START("%PDF-"), .kind = {"a PDF document", "it is to be read", NULL}},
};

/* By the machine of the PE header; .NET programs are of any of them, and say so only further on. */
static const struct {
	uint16_t machine;
	struct filekind kind;
} windows[] = {
	{0x014c, {"a Windows program for x86", "wine runs it, or mono if it is a .NET program", NULL}},
	{0x8664, {"a Windows program for x86-64", "wine runs it, or mono if it is a .NET program", NULL}},
	{0xaa64, {"a Windows program for ARM64", "wine for arm64 runs it", NULL}},
	{0x01c4, {"a Windows program for 32-bit ARM", "wine for arm runs it", NULL}},
	{0x0200, {"a Windows program for Itanium", NULL, NULL}},
};

static const struct filekind
	other_pe = {"a Windows program for another machine", NULL, NULL},
	efi = {"an EFI program", "firmware runs it at boot, not Linux", NULL},
	win16 = {"a 16-bit Windows or OS/2 program", "wine runs 16-bit Windows programs on x86", NULL},
	os2 = {"an OS/2 program or Windows driver", NULL, NULL},
	far_mz = {"a Windows or DOS program", "wine, mono (.NET) or dosbox could run it", NULL},
	dos = {"a DOS program", "dosbox or dosemu runs it", NULL},
	empty = {"an empty file", "it was never written, or emptied", NULL},
	zero = {"a file that starts with zero bytes only", "its content was lost, or never written", NULL},
	lines_first = {"a script with blank lines before its #!", "the kernel wants #! as the first two bytes",
		EDIT "'/[^[:space:]]/,$!d' "},
	spaces_first = {"a script with white space before its #!", "the kernel wants #! as the first two bytes",
		EDIT "'1s/^[[:space:]]*//' "},
	others_first = {"a script with other characters before its #!",
		"the kernel wants #! as the first two bytes", NULL},
	shell = {"a shell script without #!", "a shell runs it, but exec does not: its first line must be #!/bin/sh",
		EDIT "'1i #!/bin/sh' "},
	plain = {"a text without #!", "a script's first line must name what runs it, as #!/bin/sh does", NULL},
	unknown = {"neither an ELF program nor a script with #!", NULL, NULL};

/* clang-format on */

/* First words of lines that hardly any other language has. */
static const char *const shell_words[] = {
    ":",      ".",     "[",    "case",  "cd",    "chmod",  "cp",   "echo",  "eval",  "exec", "exit",
    "export", "grep",  "ls",   "mkdir", "mv",    "printf", "pwd",  "read",  "rm",    "sed",  "set",
    "shift",  "sleep", "sudo", "test",  "touch", "trap",   "true", "umask", "unset",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What can be seen of a file: so many of its first bytes are real. */
struct view {
	const unsigned char *head;
	size_t have;
	size_t text; /* where the text begins: after a byte order mark and white space */
	const char *extension;
};

static bool
is_space(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct view
view_of(const struct subject *file, uint64_t size)
{
	struct view v = {.head = file->head, .have = size < PATTERN_WINDOW ? (size_t)size : PATTERN_WINDOW};

	v.extension = pattern_extension(file->path);
	if (v.have >= 3 && memcmp(v.head, "\xef\xbb\xbf", 3) == 0)
		v.text = 3;
	while (v.text < v.have && is_space(v.head[v.text]))
		v.text++;
	return v;
}

static bool
fits(const struct format *f, const struct view *v)
{
	size_t at = f->text ? v->text : f->at;
	uint64_t number;

	if (at + f->size > v->have || (f->extension && (!v->extension || strcmp(f->extension, v->extension) != 0)))
		return false;
	for (size_t i = 0; i < f->size; i++)
		if ((v->head[at + i] ^ (unsigned char)f->magic[i]) & (f->mask ? (unsigned char)f->mask[i] : 0xff))
			return false;
	if (!f->number.bytes)
		return true;
	if (f->number.at + f->number.bytes > v->have)
		return false;
	number = elf_number(v->head + f->number.at, f->number.bytes, true);
	return number >= f->number.least && number <= f->number.most;
}

/* Of a file that starts with MZ, by what its word at 0x3c points to. */
static const struct filekind *
mz_kind(const struct view *v, uint64_t size)
{
	uint64_t at = v->have >= 0x40 ? elf_number(v->head + 0x3c, 4, false) : 0;
	uint64_t machine;

	if (at < 4 || at + 2 > size)
		return &dos;
	if (at + 6 > v->have)
		return &far_mz;
	if (memcmp(v->head + at, "NE", 2) == 0)
		return &win16;
	if (memcmp(v->head + at, "LE", 2) == 0 || memcmp(v->head + at, "LX", 2) == 0)
		return &os2;
	if (memcmp(v->head + at, "PE\0", 4) != 0)
		return &dos;
	/* The subsystem stands 68 bytes into the optional header: 10 to 12 are EFI's. */
	if (at + 94 <= v->have && v->head[at + 92] >= 10 && v->head[at + 92] <= 12 && !v->head[at + 93])
		return &efi;
	machine = elf_number(v->head + at + 4, 2, false);
	for (size_t i = 0; i < COUNT(windows); i++)
		if (windows[i].machine == machine)
			return &windows[i].kind;
	return &other_pe;
}

/* Of a file in which white space stands before #!, by what it is. */
static const struct filekind *
late_script(const struct view *v)
{
	size_t line = v->text;

	while (line && v->head[line - 1] != '\n')
		line--;
	if (v->head[0] == 0xef || (line && line != v->text))
		return &others_first;
	return line ? &lines_first : &spaces_first;
}

/* Whether all bytes are ones that texts have; what lies beyond ASCII is not looked at. */
static bool
is_text(const struct view *v)
{
	for (size_t i = 0; i < v->have; i++)
		if ((v->head[i] < ' ' && !is_space(v->head[i]) && v->head[i] != '\033') || v->head[i] == 0x7f)
			return false;
	return true;
}

/* Whether a line begins with a word of the shell's, with NAME=VALUE, or with NAME(). */
static bool
is_shell_line(const char *line, size_t len)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
	char word[32] = "";
	size_t n = 0;

	while (n < len && n < sizeof(word) - 1 && !is_space((unsigned char)line[n]) && line[n] != ';')
		n++;
	memcpy(word, line, n);
	word[n] = '\0';
	for (size_t i = 0; i < COUNT(shell_words); i++)
		if (strcmp(word, shell_words[i]) == 0)
			return true;
	if (strcmp(word, "if") == 0 && n + 2 < len && line[n + 1] == '[')
		return true;
	n = strspn(word, name);
	return n && (word[0] < '0' || word[0] > '9') && (word[n] == '=' || strcmp(word + n, "()") == 0) &&
	       word[n + 1] != '=' && word[n + 1];
}

/* Looks at the first line that is neither blank nor a comment. Words of other shells than sh: it is none of its. */
static const struct filekind *
text_kind(const struct view *v)
{
	static const char *const beyond_sh[] = {"[[", "function ", "declare ", "=(", "<<<"};
	char text[PATTERN_WINDOW + 1];
	char *line = text + v->text;

	memcpy(text, v->head, v->have);
	text[v->have] = '\0';
	for (size_t i = 0; i < COUNT(beyond_sh); i++)
		if (strstr(text, beyond_sh[i]))
			return &plain;
	while (*line == '#' || is_space((unsigned char)*line))
		line += *line == '#' ? strcspn(line, "\n") : 1;
	return v->text < 3 && is_shell_line(line, strcspn(line, "\n")) ? &shell : &plain;
}

const struct filekind *
filekind_of(const struct subject *file, uint64_t size)
{
	struct view v = view_of(file, size);
	size_t zeros = 0;

	while (zeros < v.have && !v.head[zeros])
		zeros++;
	if (zeros == v.have)
		return v.have ? &zero : &empty;
	for (size_t i = 0; i < COUNT(formats); i++)
		if (fits(&formats[i], &v))
			return &formats[i].kind;
	if (v.have >= 2 && memcmp(v.head, "MZ", 2) == 0)
		return mz_kind(&v, size);
	if (!is_text(&v))
		return &unknown;
	if (v.text && v.text + 2 <= v.have && memcmp(v.head + v.text, "#!", 2) == 0)
		return late_script(&v);
	return text_kind(&v);
}

static void
fix_file(const char *command, const char *path, struct err *why)
{
	bool edits = strncmp(command, EDIT, strlen(EDIT)) == 0;
	char word[PASTE_MAX];

	if (edits ? edit_word(path, false, word) : paste_file(path, false, word))
		err_fix(why, "%s%s", command, word);
}

/* Every line of a text. */
static void
fix_lines(const char *command, const char *path, const struct view *v, struct err *why)
{
	char word[PASTE_MAX];

	if (is_text(v) && edit_word(path, true, word))
		err_fix(why, "%s%s", command, word);
}

void
filekind_explain(const struct subject *file, uint64_t size, struct err *why)
{
	const struct filekind *kind = filekind_of(file, size);

	err_note(why, "%s%s%s", kind->what, kind->hint ? ": " : "", kind->hint ? kind->hint : "");
	if (kind->command)
		fix_file(kind->command, file->path, why);
}

bool
filekind_carriage_return(const struct subject *file, uint64_t size, struct err *why)
{
	struct view v = view_of(file, size);
	const unsigned char *cr, *end;
	bool last;

	if (v.have < 2 || memcmp(v.head, "#!", 2) != 0)
		return false;
	end = memchr(v.head, '\n', v.have);
	cr = memchr(v.head, '\r', end ? (size_t)(end - v.head) : v.have);
	if (!cr)
		return false;
	last = cr + 1 == (end ? end : v.head + v.have);
	if (last && (end || size == v.have)) {
		err_note(why, "its #! line ends in a carriage return (lines as DOS ends them), which counts as a "
			      "part of the last word");
		fix_lines(EDIT "'s/\\r$//' ", file->path, &v, why);
	} else if (!end) {
		err_note(why,
			 "its lines end in carriage returns alone (as old Mac texts do), so its #! line has no end");
		fix_lines(EDIT "'s/\\r/\\n/g' ", file->path, &v, why);
	} else {
		err_note(why, "its #! line holds a carriage return, which counts as a part of the word");
	}
	return true;
}
