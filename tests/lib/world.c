/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <elf.h>
#include <ftw.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "elfmaker.h"
#include "host.h"
#include "probe.h"
#include "random.h"
#include "world.h"

struct world_file world_files[WORLD_FILES];
char world_dir[WORLD_DIR_MAX];

enum { CHAIN = 8 };

static size_t made;

/* Folders of a world; which of them are mounts, and with what. */
static const struct place {
	const char *name;
	unsigned long flags; /* of a tmpfs; 0: no mount */
	unsigned percent;    /* of the files */
} places[] = {
    {".", 0, 82}, {"f.ext", 0, 6}, {"closed", 0, 4}, {"noexec", MS_NOEXEC, 4}, {"nosuid", MS_NOSUID, 4},
};

static void
write_file(const unsigned char *bytes, size_t size)
{
	spill(world_files[made].path, bytes, size, 0755);
}

static void
set_kind(const char *name)
{
	snprintf(world_files[made].kind, sizeof(world_files[made].kind), "%s", name);
}

void
world_name(size_t i, char path[static WORLD_PATH_MAX])
{
	const char *whole, *rest;

	if (i == 0 || chance(3)) {
		snprintf(path, WORLD_PATH_MAX, "%s/nowhere", world_dir);
		return;
	}
	whole = world_files[chance(92) ? below(i) : below(WORLD_FILES)].path;
	if (!*whole)
		whole = world_files[0].path;
	rest = whole + strlen(world_dir) + 1;
	switch (below(24)) {
	case 0:
		snprintf(path, WORLD_PATH_MAX, "%s", rest);
		break;
	case 1:
		snprintf(path, WORLD_PATH_MAX, "./%s", rest);
		break;
	case 2:
		snprintf(path, WORLD_PATH_MAX, "%s/%s", whole, chance(50) ? "" : "x");
		break;
	case 3:
		snprintf(path, WORLD_PATH_MAX, "%s/f.ext/../%s", world_dir, rest);
		break;
	case 4:
		snprintf(path, WORLD_PATH_MAX, "//%s", whole);
		break;
	default:
		snprintf(path, WORLD_PATH_MAX, "%s", whole);
	}
}

void
world_kind(const char *kind, char path[static WORLD_PATH_MAX])
{
	for (size_t i = 0; made && i < 40; i++) {
		const struct world_file *file = &world_files[below(made)];

		if (strncmp(file->kind, kind, strlen(kind)) != 0)
			continue;
		snprintf(path, WORLD_PATH_MAX, "%s", file->path);
		return;
	}
	world_name(made, path);
}

/* A loader: often one that could be one, and often one that is sure to be none. */
static void
loader_name(char path[static WORLD_PATH_MAX])
{
	if (chance(2))
		path[0] = '\0';
	else if (chance(90))
		world_kind(chance(48) ? "native" : chance(35) ? "text" : chance(50) ? "script" : "broken", path);
	else
		world_name(made, path);
}

static const struct arch *
native_arch(void)
{
	const struct arch *i386 = arch_find("i386");

	return chance(20) && i386 && host_runs(i386).is == LOOK_YES ? i386 : host_arch();
}

static struct elfmaker
draw_maker(char loader[static WORLD_PATH_MAX])
{
	struct elfmaker maker = {.arch = native_arch(), .shared = chance(50), .stack = chance(70), .data = chance(50)};

	if (chance(55)) {
		loader_name(loader);
		maker.loader = loader;
	}
	return maker;
}

static void
make_native(void)
{
	unsigned char elf[ELFMAKER_MAX];
	char loader[WORLD_PATH_MAX];
	struct elfmaker maker = draw_maker(loader);
	size_t size = elfmaker_build(&maker, elf);

	for (size_t i = 4; i < 16 && chance(30); i++)
		elf[i] = (unsigned char)random_bits();
	set_kind(maker.loader ? "dynamic" : "native");
	write_file(elf, size);
}

static void
make_broken(void)
{
	unsigned char elf[ELFMAKER_MAX];
	char loader[WORLD_PATH_MAX];
	struct elfmaker maker = draw_maker(loader);
	size_t size = elfmaker_break(&maker, elf, elfmaker_build(&maker, elf));

	if (chance(20))
		size = elfmaker_break(&maker, elf, size);
	set_kind(maker.loader ? "broken dynamic" : "broken native");
	write_file(elf, size);
}

static void
make_foreign(void)
{
	const struct arch *arch = &arch_table[below(arch_count)];
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch, 1, elf);

	if (chance(15)) { /* the host's machine with 32-bit headers: x32, ILP32 */
		memcpy(elf, host_arch()->magic, 20);
		elf[EI_CLASS] = ELFCLASS32;
		elf[16] = ET_EXEC;
	}
	snprintf(world_files[made].kind, sizeof(world_files[made].kind), "%s", arch->name);
	write_file(elf, chance(20) ? below(size) : size);
}

static void
make_text(void)
{
	static const struct {
		const char *kind, *text;
		size_t size;
	} texts[] = {
#define TEXT(kind, text) {kind, text, sizeof(text) - 1}
	    TEXT("empty", ""),
	    TEXT("byte", "M"),
	    TEXT("#", "#"),
	    TEXT("#!", "#!"),
	    TEXT("#! newline", "#!\n"),
	    TEXT("#! blanks", "#! \t \n"),
	    TEXT("#! blanks, no newline", "#!  \t"),
	    TEXT("#! NUL", "#!\0/bin/sh\n"),
	    TEXT("\\x7fEL", "\x7f"
			    "EL"),
	    TEXT("\\x7fELF", "\x7f"
			     "ELF"),
	    TEXT("text", "just some words, and more of them, and more, so that it is as long as a header\n"),
	    TEXT("PE", "MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff\0\0\xb8\0\0\0\0\0\0\0@"),
	    TEXT("APE", "MZqFpD='\n\n#'\n/bin/sh\n"),
	    TEXT("BOM", "\xef\xbb\xbf#!/bin/sh\n"),
	    TEXT("CRLF", "#!/bin/sh\r\necho\r\n"),
	    TEXT("zip", "PK\3\4zip"),
#undef TEXT
	};
	size_t i = below(LENGTH(texts));

	snprintf(world_files[made].kind, sizeof(world_files[made].kind), "text: %s", texts[i].kind);
	write_file((const unsigned char *)texts[i].text, texts[i].size);
}

static void
make_script(void)
{
	static const char *const before[] = {"#!", "#!", "#! ", "#!\t \t"};
	/* In them `@` is a NUL. */
	static const char *const after[] = {"\n", "\n", "\n", "", " \n", " -x y\t \n", "\t-x", "\r\n", " ", "@x\n"};
	char path[WORLD_PATH_MAX], line[2 * WORLD_PATH_MAX];
	size_t want = 253 + below(5), len = 0, i = below(LENGTH(after));
	const char *start = before[below(LENGTH(before))];

	world_name(made, path);
	set_kind("script");
	len = (size_t)snprintf(line, sizeof(line), "%s", start);
	/* Slashes in front make the name reach to the end of what the kernel reads. */
	if (chance(12) && path[0] == '/' && len + strlen(path) < want) {
		memset(line + len, '/', want - len - strlen(path));
		len = want - strlen(path);
		set_kind("long script");
	}
	len += (size_t)snprintf(line + len, sizeof(line) - len, "%s%s", path, after[i]);
	for (size_t k = 0; k < len; k++)
		if (line[k] == '@')
			line[k] = '\0';
	if (chance(8)) {
		memset(line + len, ' ', 200);
		len += 200;
	}
	write_file((unsigned char *)line, len);
}

/* Each one is run by the one before: as long a chain as the kernel follows, and longer. */
static void
make_chain(void)
{
	char line[WORLD_PATH_MAX + 8];

	set_kind("chain");
	snprintf(line, sizeof(line), "#!%s\n", world_files[made - 1].path);
	write_file((unsigned char *)line, strlen(line));
}

static void
make_link(void)
{
	char target[WORLD_PATH_MAX], *path = world_files[made].path;

	world_name(made, target);
	if (chance(8))
		snprintf(target, sizeof(target), "%s", path); /* to itself */
	set_kind("link");
	assert_int_equal(symlink(target, path), 0);
}

static void
make_odd(void)
{
	const char *path = world_files[made].path;

	if (chance(50)) {
		set_kind("folder");
		assert_int_equal(mkdir(path, 0755), 0);
	} else {
		set_kind("fifo");
		assert_int_equal(mkfifo(path, 0755), 0);
	}
}

static void
name_file(void)
{
	static const char *const endings[] = {"", "", "", "", ".a", ".b", ".cc", ".a.b", ".", "."};
	size_t percent = below(100), i = 0;

	for (; percent >= places[i].percent; i++)
		percent -= places[i].percent;
	snprintf(world_files[made].path, sizeof(world_files[made].path), "%s/%s%sn%zu%s", world_dir,
		 i ? places[i].name : "", i ? "/" : "", made, endings[below(LENGTH(endings))]);
}

static void
draw_mode(void)
{
	static const mode_t modes[] = {0,     0111,  0444, 0555, 0700, 0644,  0500,
				       04755, 02755, 0011, 0077, 0555, 06555, 0711};

	if (chance(18) && strcmp(world_files[made].kind, "link") != 0)
		assert_int_equal(chmod(world_files[made].path, modes[below(LENGTH(modes))]), 0);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	if (at->level == 0)
		return 0;
	if (remove(path) < 0)
		return strcmp(path + strlen(world_dir) + 1, "noexec") != 0 &&
		       strcmp(path + strlen(world_dir) + 1, "nosuid") != 0 && strchr(path + strlen(world_dir) + 1, '/');
	return 0;
}

static void
make_places(void)
{
	char path[WORLD_DIR_MAX + 16];

	snprintf(world_dir, sizeof(world_dir), "%s/world", scratch());
	mkdir(world_dir, 0755);
	nftw(world_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	memset(world_files, 0, sizeof(world_files));
	for (size_t i = 1; i < LENGTH(places); i++) {
		snprintf(path, sizeof(path), "%s/%s", world_dir, places[i].name);
		if (mkdir(path, 0755) == 0 && places[i].flags)
			assert_int_equal(mount("tmpfs", path, "tmpfs", places[i].flags, "mode=0755"), 0);
	}
}

void
world_make(void)
{
	static void (*const makers[])(void) = {
	    make_native,  make_native, make_native, make_native, make_native, make_broken, make_broken, make_broken,
	    make_foreign, make_text,   make_script, make_script, make_script, make_script, make_link,   make_odd,
	};
	char path[WORLD_DIR_MAX + 16];
	static const mode_t closed[] = {0, 0600, 0644, 0111, 0711};

	make_places();
	for (made = 0; made < WORLD_FILES; made++) {
		name_file();
		if (made > WORLD_FILES - CHAIN) {
			make_chain();
			continue;
		}
		makers[made < 6 ? below(8) : below(LENGTH(makers))]();
		draw_mode();
	}
	snprintf(path, sizeof(path), "%s/closed", world_dir);
	assert_int_equal(chmod(path, closed[below(LENGTH(closed))]), 0);
	assert_int_equal(chdir(world_dir), 0);
}
