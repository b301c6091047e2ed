/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf.h"
#include "elfhead.h"
#include "loader.h"
#include "opened.h"

static int
file_of(const void *bytes, size_t len)
{
	int fd = memfd_create("elf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	return fd;
}

/* Whether a file with these program header types (0 ends them) asks for a loader; cut: bytes taken off its end. */
static int
ask(const struct elf_head *elf, const unsigned *types, size_t count, size_t cut)
{
	static unsigned char file[64 + 56 * 400];
	char path[256] = "left";
	size_t at = 64;
	int fd, dynamic;

	assert_true(count <= 400);
	memset(file, 0xee, sizeof(file));
	elfhead_make(elf, file);
	for (size_t i = 0; i < count; i++, at += elf->wide ? 56 : 32)
		elfhead_put(file + at, types[i], 4, elf->big);
	fd = file_of(file, at - cut);
	dynamic = (int)loader_is_asked(&(struct opened){.fd = fd}).is - 1; /* as loader_path says it */
	assert_int_equal(loader_path(&(struct opened){.fd = fd}, path), dynamic);
	assert_string_equal(path, ""); /* these name none */
	close(fd);
	return dynamic;
}

static void
is_asked__program_headers__interp_found(void **state)
{
	static const struct {
		const char *row;
		unsigned types[4];
		size_t count, cut;
		int dynamic;
	} t[] = {
	    {"none", {0}, 0, 0, 0},
	    {"static", {PT_LOAD, PT_LOAD, PT_GNU_STACK}, 3, 0, 0},
	    {"static PIE", {PT_LOAD, PT_DYNAMIC}, 2, 0, 0},
	    {"first", {PT_INTERP, PT_LOAD}, 2, 0, 1},
	    {"last", {PT_PHDR, PT_LOAD, PT_LOAD, PT_INTERP}, 4, 0, 1},
	    {"only", {PT_INTERP}, 1, 0, 1},
	    {"its bytes the other way round", {0x03000000}, 1, 0, 0},
	    {"static, cut", {PT_LOAD, PT_LOAD}, 2, 1, 0},
	    {"static, all but one cut", {PT_LOAD, PT_LOAD}, 2, 32, 0},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (unsigned kind = 0; kind < 4; kind++) {
			struct elf_head elf = {.wide = kind & 1, .big = kind & 2, .type = ET_EXEC, .phoff = 64};

			elf.phentsize = elf.wide ? 56 : 32;
			elf.phnum = (uint16_t)t[i].count;
			if (ask(&elf, t[i].types, t[i].count, t[i].cut) != t[i].dynamic)
				fail_msg("%s, kind %u", t[i].row, kind);
		}
}

/* More than are read at a time, with the one that counts at every place around a border. */
static void
is_asked__many_program_headers__interp_found(void **state)
{
	static unsigned types[400];

	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct elf_head elf = {.wide = kind & 1, .big = kind & 2, .phoff = 64, .phnum = LENGTH(types)};

		elf.phentsize = elf.wide ? 56 : 32;
		for (size_t i = 0; i < LENGTH(types); i++)
			types[i] = PT_LOAD;
		assert_int_equal(ask(&elf, types, LENGTH(types), 0), 0);
		for (size_t i = 0; i < LENGTH(types); i++) {
			types[i] = PT_INTERP;
			assert_int_equal(ask(&elf, types, LENGTH(types), 0), 1);
			types[i] = PT_LOAD;
		}
	}
}

static void
is_asked__hostile_headers__no_sound_file(void **state)
{
	static const struct {
		const char *row;
		bool wide;
		uint64_t phoff;
		uint16_t phentsize, phnum;
		int dynamic;
	} t[] = {
	    {"past the end", true, 64 + 56, 56, 1, 0},
	    {"at the last byte", true, 64 + 55, 56, 1, 0},
	    {"far past the end", true, INT64_MAX, 56, 1, 0},
	    {"wraps in off_t", true, INT64_MAX - 30, 56, 2, 0},
	    {"negative as off_t", true, (uint64_t)INT64_MAX + 1, 56, 1, 0},
	    {"wraps around", true, UINT64_MAX, 56, 2, 0},
	    {"wraps to the header", true, UINT64_MAX - 55, 56, 2, 0},
	    {"largest of 32 bits", false, UINT32_MAX, 32, 1, 0},
	    {"65535 of them", true, 64, 56, 0xffff, 0},
	    {"65535 of 32 bits", false, 64, 32, 0xffff, 0},
	    {"no size", true, 64, 0, 1, 0},
	    {"no size, 65535 of them", true, 64, 0, 0xffff, 0},
	    {"size 1", true, 64, 1, 1, 0},
	    {"size 65535", true, 64, 0xffff, 1, 0},
	    {"size of the other class", true, 64, 32, 1, 0},
	    {"size of the other class", false, 64, 56, 1, 0},
	    {"none, whatever the rest", true, UINT64_MAX, 0xffff, 0, 0},
	    {"over the header itself", true, 0, 56, 1, 0},
	};
	static const unsigned types[] = {PT_LOAD};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		struct elf_head elf = {
		    .wide = t[i].wide, .phoff = t[i].phoff, .phentsize = t[i].phentsize, .phnum = t[i].phnum};

		if (ask(&elf, types, 1, 0) != t[i].dynamic)
			fail_msg("%s", t[i].row);
	}
}

static void
is_asked__no_elf_file__error(void **state)
{
	int fd, pipes[2];

	(void)state;
	fd = file_of("#!/bin/sh\n", 10);
	assert_int_equal(loader_is_asked(&(struct opened){.fd = fd}).is, LOOK_UNKNOWN);
	close(fd);
	assert_int_equal(loader_is_asked(&(struct opened){.fd = fd}).is, LOOK_UNKNOWN);
	fd = file_of("", 0);
	assert_int_equal(loader_is_asked(&(struct opened){.fd = fd}).is, LOOK_UNKNOWN);
	close(fd);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(loader_is_asked(&(struct opened){.fd = pipes[0]}).is, LOOK_UNKNOWN);
	close(pipes[0]);
	close(pipes[1]);
}

/* The offset that the caller left is not moved. */
static void
is_asked__offset__left_alone(void **state)
{
	unsigned char head[64];
	int fd;

	(void)state;
	elfhead_make(&(struct elf_head){.wide = true}, head);
	fd = file_of(head, sizeof(head));
	assert_int_equal(loader_is_asked(&(struct opened){.fd = fd}).is, LOOK_NO);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 64);
	close(fd);
}

/* A program of one header, which says where the loader's path lies and how long it is, then this text at byte 200. */
static int
ask_path(unsigned kind, uint64_t offset, uint64_t size, const char *text, size_t len, char path[static 256])
{
	struct elf_head elf = {.wide = kind & 1, .big = kind & 2, .type = ET_EXEC, .phoff = 64, .phnum = 1};
	unsigned char file[200 + 300] = {0};
	size_t word = elf.wide ? 8 : 4;
	int fd, asked;

	assert_true(len <= 300);
	elf.phentsize = elf.wide ? 56 : 32;
	elfhead_make(&elf, file);
	elfhead_put(file + 64, PT_INTERP, 4, elf.big);
	elfhead_put(file + 64 + word, offset, word, elf.big);
	elfhead_put(file + 64 + (elf.wide ? 32 : 16), size, word, elf.big);
	memcpy(file + 200, text, len);
	fd = file_of(file, 200 + len);
	asked = loader_path(&(struct opened){.fd = fd}, path);
	assert_int_equal((int)loader_is_asked(&(struct opened){.fd = fd}).is - 1, asked);
	close(fd);
	return asked;
}

static void
path__of_each_kind__named_or_empty(void **state)
{
	static const char ld[] = "/lib/ld-linux.so.2";
	static const struct {
		const char *row;
		uint64_t offset, size; /* cut to 32 bits in files of that class */
		const char *path;
	} t[] = {
	    {"whole", 200, sizeof(ld), ld},
	    {"from its second byte on", 201, sizeof(ld) - 1, ld + 1},
	    {"one letter", 200 + sizeof(ld) - 2, 2, "2"},
	    {"its NUL alone", 200 + sizeof(ld) - 1, 1, ""},
	    {"no size", 200, 0, ""},
	    {"without its NUL", 200, sizeof(ld) - 1, ""},
	    {"past the end", 200, sizeof(ld) + 1, ""},
	    {"behind the end", 4096, sizeof(ld), ""},
	    {"as far as there is", UINT64_MAX, sizeof(ld), ""},
	    {"as long as there is", 200, UINT64_MAX, ""},
	    {"negative as off_t", (uint64_t)INT64_MAX + 1, sizeof(ld), NULL},
	};
	char path[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		for (unsigned kind = 0; kind < 4; kind++) {
			if (!t[i].path && !(kind & 1))
				continue; /* 32 bits of it are 0 */
			memset(path, 'x', sizeof(path));
			if (ask_path(kind, t[i].offset, t[i].size, ld, sizeof(ld), path) != 1 ||
			    strcmp(path, t[i].path ? t[i].path : "") != 0)
				fail_msg("%s, kind %u: %s", t[i].row, kind, path);
		}
}

static void
path__longest__whole_and_one_more__empty(void **state)
{
	char text[257], path[256];

	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		memset(text, 'p', sizeof(text));
		text[255] = '\0';
		assert_int_equal(ask_path(kind, 200, 256, text, 256, path), 1);
		assert_string_equal(path, text);
		text[255] = 'p';
		text[256] = '\0';
		assert_int_equal(ask_path(kind, 200, 257, text, 257, path), 1);
		assert_string_equal(path, "");
	}
}

static void
path__no_elf_file__error_and_empty(void **state)
{
	char path[256] = "left";
	int fd = file_of("#!/bin/sh\n", 10);

	(void)state;
	assert_int_equal(loader_path(&(struct opened){.fd = fd}, path), -1);
	assert_string_equal(path, "");
	close(fd);
	strcpy(path, "left");
	assert_int_equal(loader_path(&(struct opened){.fd = fd}, path), -1);
	assert_string_equal(path, "");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(is_asked__program_headers__interp_found),
	    cmocka_unit_test(is_asked__many_program_headers__interp_found),
	    cmocka_unit_test(is_asked__hostile_headers__no_sound_file),
	    cmocka_unit_test(is_asked__no_elf_file__error),
	    cmocka_unit_test(is_asked__offset__left_alone),
	    cmocka_unit_test(path__of_each_kind__named_or_empty),
	    cmocka_unit_test(path__longest__whole_and_one_more__empty),
	    cmocka_unit_test(path__no_elf_file__error_and_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
