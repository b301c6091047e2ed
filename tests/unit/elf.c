/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "rule.h"

static void
put(unsigned char *at, uint64_t n, size_t bytes, bool big)
{
	for (size_t i = 0; i < bytes; i++)
		at[big ? bytes - 1 - i : i] = (unsigned char)(n >> 8 * i);
}

/* A header of 64 bytes, of which ELFCLASS32 uses 52; written from the offsets in the ELF specification. */
static void
make(const struct elf_head *elf, unsigned char head[static 64])
{
	memset(head, 0, 64);
	memcpy(head, "\177ELF", 4);
	head[4] = elf->wide ? 2 : 1;
	head[5] = elf->big ? 2 : 1;
	head[6] = 1;
	put(head + 16, elf->type, 2, elf->big);
	put(head + 18, elf->machine, 2, elf->big);
	put(head + (elf->wide ? 32 : 28), elf->phoff, elf->wide ? 8 : 4, elf->big);
	put(head + (elf->wide ? 48 : 36), elf->flags, 4, elf->big);
	put(head + (elf->wide ? 54 : 42), elf->phentsize, 2, elf->big);
	put(head + (elf->wide ? 56 : 44), elf->phnum, 2, elf->big);
}

static const struct elf_head each[] = {
    {false, false, ET_EXEC, EM_386, 0x12345678, 0x89abcdef, 32, 0xfedc},
    {false, true, ET_DYN, EM_PPC, 0x12345678, 0x89abcdef, 32, 0xfedc},
    {true, false, ET_REL, EM_X86_64, 0x12345678, 0x0123456789abcdef, 56, 0xfedc},
    {true, true, ET_CORE, 0x9026, 0x12345678, 0xfedcba9876543210, 56, 1},
};

static void
parse__both_classes_and_orders__all_fields(void **state)
{
	unsigned char head[64];
	struct elf_head elf;

	(void)state;
	for (size_t i = 0; i < LENGTH(each); i++) {
		make(&each[i], head);
		memset(&elf, 0xaa, sizeof(elf));
		assert_true(elf_parse(head, sizeof(head), &elf));
		assert_int_equal(elf.wide, each[i].wide);
		assert_int_equal(elf.big, each[i].big);
		assert_int_equal(elf.type, each[i].type);
		assert_int_equal(elf.machine, each[i].machine);
		assert_int_equal(elf.flags, each[i].flags);
		assert_true(elf.phoff == each[i].phoff);
		assert_int_equal(elf.phentsize, each[i].phentsize);
		assert_int_equal(elf.phnum, each[i].phnum);
	}
}

static void
parse__no_header__refused(void **state)
{
	static const struct {
		const char *row;
		size_t at;
		unsigned char byte;
		size_t size;
		bool wide, parsed;
	} t[] = {
	    {"whole, 32 bit", 0, 0x7f, 52, false, true},
	    {"whole, 64 bit", 0, 0x7f, 64, true, true},
	    {"any OSABI and version", 7, 0xff, 64, true, true},
	    {"any EI_VERSION", 6, 0, 64, true, true},
	    {"empty", 0, 0x7f, 0, false, false},
	    {"four bytes", 0, 0x7f, 4, false, false},
	    {"51 bytes", 0, 0x7f, 51, false, false},
	    {"52 bytes of 64", 0, 0x7f, 52, true, false},
	    {"63 bytes of 64", 0, 0x7f, 63, true, false},
	    {"another first byte", 0, 0x7e, 64, true, false},
	    {"another last byte of the magic", 3, 'f', 64, true, false},
	    {"class 0", 4, 0, 64, true, false},
	    {"class 3", 4, 3, 64, true, false},
	    {"byte order 0", 5, 0, 64, true, false},
	    {"byte order 3", 5, 3, 64, true, false},
	};
	unsigned char head[64];
	struct elf_head elf;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		make(&(struct elf_head){.wide = t[i].wide, .type = ET_EXEC}, head);
		head[t[i].at] = t[i].byte;
		if (elf_parse(head, t[i].size, &elf) != t[i].parsed)
			fail_msg("%s", t[i].row);
	}
}

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
	size_t at = 64;
	int fd, dynamic;

	assert_true(count <= 400);
	memset(file, 0xee, sizeof(file));
	make(elf, file);
	for (size_t i = 0; i < count; i++, at += elf->wide ? 56 : 32)
		put(file + at, types[i], 4, elf->big);
	fd = file_of(file, at - cut);
	dynamic = elf_is_dynamic(fd);
	close(fd);
	return dynamic;
}

static void
is_dynamic__program_headers__interp_found(void **state)
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
	    {"static, cut", {PT_LOAD, PT_LOAD}, 2, 1, -1},
	    {"static, all but one cut", {PT_LOAD, PT_LOAD}, 2, 32, -1},
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
is_dynamic__many_program_headers__interp_found(void **state)
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
is_dynamic__hostile_headers__no_sound_file(void **state)
{
	static const struct {
		const char *row;
		bool wide;
		uint64_t phoff;
		uint16_t phentsize, phnum;
		int dynamic;
	} t[] = {
	    {"past the end", true, 64 + 56, 56, 1, -1},
	    {"at the last byte", true, 64 + 55, 56, 1, -1},
	    {"far past the end", true, INT64_MAX, 56, 1, -1},
	    {"wraps in off_t", true, INT64_MAX - 30, 56, 2, -1},
	    {"negative as off_t", true, (uint64_t)INT64_MAX + 1, 56, 1, -1},
	    {"wraps around", true, UINT64_MAX, 56, 2, -1},
	    {"wraps to the header", true, UINT64_MAX - 55, 56, 2, -1},
	    {"largest of 32 bits", false, UINT32_MAX, 32, 1, -1},
	    {"65535 of them", true, 64, 56, 0xffff, -1},
	    {"65535 of 32 bits", false, 64, 32, 0xffff, -1},
	    {"no size", true, 64, 0, 1, -1},
	    {"no size, 65535 of them", true, 64, 0, 0xffff, -1},
	    {"size 1", true, 64, 1, 1, -1},
	    {"size 65535", true, 64, 0xffff, 1, -1},
	    {"size of the other class", true, 64, 32, 1, -1},
	    {"size of the other class", false, 64, 56, 1, -1},
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
is_dynamic__no_elf_file__error(void **state)
{
	int fd, pipes[2];

	(void)state;
	fd = file_of("#!/bin/sh\n", 10);
	assert_int_equal(elf_is_dynamic(fd), -1);
	close(fd);
	assert_int_equal(elf_is_dynamic(fd), -1);
	fd = file_of("", 0);
	assert_int_equal(elf_is_dynamic(fd), -1);
	close(fd);
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(elf_is_dynamic(pipes[0]), -1);
	close(pipes[0]);
	close(pipes[1]);
}

/* The offset that the caller left is not moved. */
static void
is_dynamic__offset__left_alone(void **state)
{
	unsigned char head[64];
	int fd;

	(void)state;
	make(&(struct elf_head){.wide = true}, head);
	fd = file_of(head, sizeof(head));
	assert_int_equal(elf_is_dynamic(fd), 0);
	assert_int_equal(lseek(fd, 0, SEEK_CUR), 64);
	close(fd);
}

/* A program's header for a row: its e_ident as the row has it, the bits that the row ignores set. */
static void
program_for(const struct arch *a, uint16_t type, unsigned char noise, unsigned char head[static 64])
{
	bool big = a->magic[EI_DATA] == ELFDATA2MSB;

	memset(head, noise, 64);
	for (size_t i = 0; i < a->size; i++)
		head[i] = (unsigned char)((head[i] & ~a->mask[i]) | a->magic[i]);
	put(head + 16, type, 2, big);
}

static void
like__programs_of_every_row__the_row_s_own_rule(void **state)
{
	static const unsigned char noises[] = {0, 0xff, 0x5a};
	unsigned char head[64];

	(void)state;
	for (size_t i = 0; i < arch_count; i++)
		for (size_t k = 0; k < LENGTH(noises); k++)
			for (uint16_t type = ET_EXEC; type <= ET_DYN; type++) {
				const struct arch *a = &arch_table[i];
				struct rule rule = {.type = RULE_EXTENSION, .offset = 9};

				program_for(a, type, noises[k], head);
				assert_null(elf_like(head, sizeof(head), &rule));
				assert_int_equal(rule.type, RULE_MAGIC);
				assert_int_equal(rule.offset, 0);
				assert_true(rule.has_mask);
				if (rule.size != a->size || memcmp(rule.magic, a->magic, a->size) != 0 ||
				    memcmp(rule.mask, a->mask, a->size) != 0)
					fail_msg("%s, type %u", a->name, type);
			}
}

static void
like__mips_abis__told_apart(void **state)
{
	static const struct {
		bool wide, big;
		uint32_t flags;
		const char *name;
	} t[] = {
	    {false, true, 0x70001007, "mips"},    {false, true, 0x80000020, "mipsn32"},
	    {false, false, 0x70001007, "mipsel"}, {false, false, 0x80000020, "mipsn32el"},
	    {true, true, 0x80000020, "mips64"},   {true, false, 0x80000000, "mips64el"},
	};
	unsigned char head[64];
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const struct arch *a;

		make(&(struct elf_head){t[i].wide, t[i].big, ET_EXEC, EM_MIPS, t[i].flags, 0, 0, 0}, head);
		assert_null(elf_like(head, sizeof(head), &rule));
		a = arch_of_rule(rule.offset, rule.magic, rule.mask, rule.size);
		if (!a || strcmp(a->name, t[i].name) != 0)
			fail_msg("%s: %s", t[i].name, a ? a->name : "(none)");
	}
}

static void
like__unknown_machine__exact_all_the_same(void **state)
{
	static const unsigned char magic[] = {0x7f, 'E', 'L', 'F', 2, 2, 1, 0, 0,    0,
					      0,    0,   0,   0,   0, 0, 0, 2, 0xbe, 0xef};
	static const unsigned char mask[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    0,    0,
					     0,    0,    0,    0,    0,    0,    0xff, 0xfe, 0xff, 0xff};
	unsigned char head[64];
	struct rule rule;

	(void)state;
	make(&(struct elf_head){true, true, ET_DYN, 0xbeef, ~0U, 0, 0, 0}, head);
	head[EI_OSABI] = ELFOSABI_LINUX;
	assert_null(elf_like(head, sizeof(head), &rule));
	assert_int_equal(rule.size, sizeof(magic));
	assert_memory_equal(rule.magic, magic, sizeof(magic));
	assert_memory_equal(rule.mask, mask, sizeof(mask));
}

static void
like__no_program__refused(void **state)
{
	static const char other[] = "an ELF file, but not a program (its type is neither executable nor shared object)";
	static const struct {
		uint16_t type;
		size_t size;
		const char *reason;
	} t[] = {
	    {ET_EXEC, 64, NULL},
	    {ET_DYN, 64, NULL},
	    {ET_NONE, 64, other},
	    {ET_REL, 64, other},
	    {ET_CORE, 64, other},
	    {0x0200, 64, other},
	    {0xfe02, 64, other},
	    {ET_EXEC, 63, "not an ELF file"},
	    {ET_EXEC, 0, "not an ELF file"},
	};
	unsigned char head[64];
	struct rule rule;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *reason;

		make(&(struct elf_head){.wide = true, .type = t[i].type, .machine = EM_AARCH64}, head);
		reason = elf_like(head, t[i].size, &rule);
		if (reason && t[i].reason ? strcmp(reason, t[i].reason) != 0 : reason != t[i].reason)
			fail_msg("type %u, %zu bytes: %s", t[i].type, t[i].size, reason ? reason : "(none)");
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse__both_classes_and_orders__all_fields),
	    cmocka_unit_test(parse__no_header__refused),
	    cmocka_unit_test(is_dynamic__program_headers__interp_found),
	    cmocka_unit_test(is_dynamic__many_program_headers__interp_found),
	    cmocka_unit_test(is_dynamic__hostile_headers__no_sound_file),
	    cmocka_unit_test(is_dynamic__no_elf_file__error),
	    cmocka_unit_test(is_dynamic__offset__left_alone),
	    cmocka_unit_test(like__programs_of_every_row__the_row_s_own_rule),
	    cmocka_unit_test(like__mips_abis__told_apart),
	    cmocka_unit_test(like__unknown_machine__exact_all_the_same),
	    cmocka_unit_test(like__no_program__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
