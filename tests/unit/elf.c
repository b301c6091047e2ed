/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <elf.h>

#include "arch.h"
#include "elf.h"
#include "elfhead.h"

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
		elfhead_make(&each[i], head);
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
number__both_orders__as_written(void **state)
{
	static const unsigned char bytes[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

	(void)state;
	assert_true(elf_number(bytes, 0, true) == 0 && elf_number(bytes, 0, false) == 0);
	assert_true(elf_number(bytes, 1, true) == 0x01 && elf_number(bytes, 1, false) == 0x01);
	assert_true(elf_number(bytes, 2, true) == 0x0123 && elf_number(bytes, 2, false) == 0x2301);
	assert_true(elf_number(bytes, 4, true) == 0x01234567 && elf_number(bytes, 4, false) == 0x67452301);
	assert_true(elf_number(bytes, 8, true) == 0x0123456789abcdef);
	assert_true(elf_number(bytes, 8, false) == 0xefcdab8967452301);
}

static void
segment__both_classes_and_orders__all_fields(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		struct elf_head elf = {.wide = kind & 1, .big = kind & 2};
		struct elf_segment segment;
		unsigned char at[56];

		memset(at, 0xee, sizeof(at));
		elfhead_put(at, PT_INTERP, 4, elf.big);
		elfhead_put(at + (elf.wide ? 8 : 4), 0x12345678, elf.wide ? 8 : 4, elf.big);
		elfhead_put(at + (elf.wide ? 32 : 16), 0x89abcdef, elf.wide ? 8 : 4, elf.big);
		elfhead_put(at + (elf.wide ? 48 : 28), 0x10000, elf.wide ? 8 : 4, elf.big);
		elf_segment(at, &elf, &segment);
		assert_int_equal(segment.type, PT_INTERP);
		assert_true(segment.offset == 0x12345678 && segment.size == 0x89abcdef && segment.align == 0x10000);
	}
}

static void
end__sum_or_nowhere(void **state)
{
	(void)state;
	assert_true(elf_end(0, 0) == 0 && elf_end(4096, 1) == 4097);
	assert_true(elf_end(UINT64_MAX, 0) == UINT64_MAX && elf_end(UINT64_MAX - 1, 1) == UINT64_MAX);
	assert_true(elf_end(UINT64_MAX, 1) == UINT64_MAX && elf_end(2, UINT64_MAX) == UINT64_MAX);
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
		elfhead_make(&(struct elf_head){.wide = t[i].wide, .type = ET_EXEC}, head);
		head[t[i].at] = t[i].byte;
		if (elf_parse(head, t[i].size, &elf) != t[i].parsed)
			fail_msg("%s", t[i].row);
	}
}

/* A program's header for a row: its e_ident as the row has it, the bits that the row ignores set. */
static void
program_for(const struct arch *a, uint16_t type, unsigned char noise, unsigned char head[static 64])
{
	bool big = a->magic[EI_DATA] == ELFDATA2MSB;

	memset(head, noise, 64);
	for (size_t i = 0; i < a->size; i++)
		head[i] = (unsigned char)((head[i] & ~a->mask[i]) | a->magic[i]);
	elfhead_put(head + 16, type, 2, big);
}

static void
like__programs_of_every_row__the_row_s_own_pattern(void **state)
{
	static const unsigned char noises[] = {0, 0xff, 0x5a};
	unsigned char head[64];

	(void)state;
	for (size_t i = 0; i < arch_count; i++)
		for (size_t k = 0; k < LENGTH(noises); k++)
			for (uint16_t type = ET_EXEC; type <= ET_DYN; type++) {
				const struct arch *a = &arch_table[i];
				struct elf_like like;
				const struct pattern *p = &like.pattern;

				memset(&like, 0xa5, sizeof(like));
				program_for(a, type, noises[k], head);
				assert_null(elf_like(head, sizeof(head), &like));
				assert_int_equal(p->type, PATTERN_MAGIC);
				assert_int_equal(p->offset, 0);
				assert_null(p->extension);
				assert_ptr_equal(p->magic, like.magic);
				assert_ptr_equal(p->mask, like.mask);
				if (p->size != a->size || memcmp(p->magic, a->magic, a->size) != 0 ||
				    memcmp(p->mask, a->mask, a->size) != 0)
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
	struct elf_like like;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const struct arch *a;

		elfhead_make(&(struct elf_head){t[i].wide, t[i].big, ET_EXEC, EM_MIPS, t[i].flags, 0, 0, 0}, head);
		assert_null(elf_like(head, sizeof(head), &like));
		a = arch_of_pattern(&like.pattern);
		if (!a || strcmp(a->name, t[i].name) != 0)
			fail_msg("%s: %s", t[i].name, a ? a->name : "(none)");
	}
}

static void
like__unknown_machine__as_exact(void **state)
{
	static const unsigned char magic[] = {0x7f, 'E', 'L', 'F', 2, 2, 1, 0, 0,    0,
					      0,    0,   0,   0,   0, 0, 0, 2, 0xbe, 0xef};
	static const unsigned char mask[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0,    0,    0,
					     0,    0,    0,    0,    0,    0,    0xff, 0xfe, 0xff, 0xff};
	unsigned char head[64];
	struct elf_like like;

	(void)state;
	elfhead_make(&(struct elf_head){true, true, ET_DYN, 0xbeef, ~0U, 0, 0, 0}, head);
	head[EI_OSABI] = ELFOSABI_LINUX;
	assert_null(elf_like(head, sizeof(head), &like));
	assert_int_equal(like.pattern.size, sizeof(magic));
	assert_memory_equal(like.pattern.magic, magic, sizeof(magic));
	assert_memory_equal(like.pattern.mask, mask, sizeof(mask));
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
	struct elf_like like;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		const char *reason;

		elfhead_make(&(struct elf_head){.wide = true, .type = t[i].type, .machine = EM_AARCH64}, head);
		reason = elf_like(head, t[i].size, &like);
		if (reason && t[i].reason ? strcmp(reason, t[i].reason) != 0 : reason != t[i].reason)
			fail_msg("type %u, %zu bytes: %s", t[i].type, t[i].size, reason ? reason : "(none)");
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(parse__both_classes_and_orders__all_fields),
	    cmocka_unit_test(number__both_orders__as_written),
	    cmocka_unit_test(segment__both_classes_and_orders__all_fields),
	    cmocka_unit_test(end__sum_or_nowhere),
	    cmocka_unit_test(parse__no_header__refused),
	    cmocka_unit_test(like__programs_of_every_row__the_row_s_own_pattern),
	    cmocka_unit_test(like__mips_abis__told_apart),
	    cmocka_unit_test(like__unknown_machine__as_exact),
	    cmocka_unit_test(like__no_program__refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
