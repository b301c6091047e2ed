/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "limit.h"
#include "suggest.h"

enum { E_TYPE = 16, E_MACHINE = 18, E_FLAGS_32 = 36, E_FLAGS_64 = 48, HEAD_SIZE = 64, PROBE_MAX = 32 };

/* What the rows must be, from the ELF registry, and the rules that qemu-binfmt-conf.sh and Debian register. */
static const struct known {
	const char *name;
	unsigned char class, data;
	uint16_t machine;
	const char *upstream_magic, *upstream_mask;
} known[] = {
    {"aarch64", ELFCLASS64, ELFDATA2LSB, 0x00b7, "7f454c460201010000000000000000000200b700",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"aarch64_be", ELFCLASS64, ELFDATA2MSB, 0x00b7, "7f454c46020201000000000000000000000200b7",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"alpha", ELFCLASS64, ELFDATA2LSB, 0x9026, "7f454c4602010100000000000000000002002690",
     "fffffffffffefe00fffffffffffffffffeffffff"},
    {"arm", ELFCLASS32, ELFDATA2LSB, 0x0028, "7f454c4601010100000000000000000002002800",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"armeb", ELFCLASS32, ELFDATA2MSB, 0x0028, "7f454c4601020100000000000000000000020028",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"cris", ELFCLASS32, ELFDATA2LSB, 0x004c, NULL, NULL},
    {"hexagon", ELFCLASS32, ELFDATA2LSB, 0x00a4, "7f454c460101010000000000000000000200a400",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"hppa", ELFCLASS32, ELFDATA2MSB, 0x000f, "7f454c460102010000000000000000000002000f",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"i386", ELFCLASS32, ELFDATA2LSB, 0x0003, "7f454c4601010100000000000000000002000300",
     "fffffffffffefe00fffffffffffffffffeffffff"},
    {"i486", ELFCLASS32, ELFDATA2LSB, 0x0006, "7f454c4601010100000000000000000002000600",
     "fffffffffffefe00fffffffffffffffffeffffff"},
    {"loongarch64", ELFCLASS64, ELFDATA2LSB, 0x0102, "7f454c4602010100000000000000000002000201",
     "fffffffffffffffc00fffffffffffffffeffffff"},
    {"m68k", ELFCLASS32, ELFDATA2MSB, 0x0004, "7f454c4601020100000000000000000000020004",
     "fffffffffffffe00fffffffffffffffffffeffff"},
    {"microblaze", ELFCLASS32, ELFDATA2MSB, 0x00bd, NULL, NULL},
    {"microblaze-old", ELFCLASS32, ELFDATA2MSB, 0xbaab, "7f454c460102010000000000000000000200baab",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"microblazeel", ELFCLASS32, ELFDATA2LSB, 0x00bd, NULL, NULL},
    {"microblazeel-old", ELFCLASS32, ELFDATA2LSB, 0xbaab, "7f454c460101010000000000000000000200abba",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"mips", ELFCLASS32, ELFDATA2MSB, 0x0008,
     "7f454c46010201000000000000000000000200080000000100000000000000000000000000000000",
     "ffffffffffffff0000fffffffffffffffffeffffffffffff00000000000000000000000000000020"},
    {"mips64", ELFCLASS64, ELFDATA2MSB, 0x0008, "7f454c4602020100000000000000000000020008",
     "ffffffffffffff0000fffffffffffffffffeffff"},
    {"mips64el", ELFCLASS64, ELFDATA2LSB, 0x0008, "7f454c4602010100000000000000000002000800",
     "ffffffffffffff0000fffffffffffffffeffffff"},
    {"mipsel", ELFCLASS32, ELFDATA2LSB, 0x0008,
     "7f454c46010101000000000000000000020008000100000000000000000000000000000000000000",
     "ffffffffffffff0000fffffffffffffffeffffffffffffff00000000000000000000000020000000"},
    {"mipsn32", ELFCLASS32, ELFDATA2MSB, 0x0008,
     "7f454c46010201000000000000000000000200080000000100000000000000000000000000000020",
     "ffffffffffffff0000fffffffffffffffffeffffffffffff00000000000000000000000000000020"},
    {"mipsn32el", ELFCLASS32, ELFDATA2LSB, 0x0008,
     "7f454c46010101000000000000000000020008000100000000000000000000000000000020000000",
     "ffffffffffffff0000fffffffffffffffeffffffffffffff00000000000000000000000020000000"},
    {"nios2", ELFCLASS32, ELFDATA2LSB, 0x0071, NULL, NULL},
    {"or1k", ELFCLASS32, ELFDATA2MSB, 0x005c, "7f454c460102010000000000000000000002005c",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"ppc", ELFCLASS32, ELFDATA2MSB, 0x0014, "7f454c4601020100000000000000000000020014",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"ppc64", ELFCLASS64, ELFDATA2MSB, 0x0015, "7f454c4602020100000000000000000000020015",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"ppc64le", ELFCLASS64, ELFDATA2LSB, 0x0015, "7f454c4602010100000000000000000002001500",
     "ffffffffffffff00fffffffffffffffffeffff00"},
    {"riscv32", ELFCLASS32, ELFDATA2LSB, 0x00f3, "7f454c460101010000000000000000000200f300",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"riscv64", ELFCLASS64, ELFDATA2LSB, 0x00f3, "7f454c460201010000000000000000000200f300",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"s390x", ELFCLASS64, ELFDATA2MSB, 0x0016, "7f454c4602020100000000000000000000020016",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"sh4", ELFCLASS32, ELFDATA2LSB, 0x002a, "7f454c4601010100000000000000000002002a00",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"sh4eb", ELFCLASS32, ELFDATA2MSB, 0x002a, "7f454c460102010000000000000000000002002a",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"sparc", ELFCLASS32, ELFDATA2MSB, 0x0002, "7f454c4601020100000000000000000000020002",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"sparc32plus", ELFCLASS32, ELFDATA2MSB, 0x0012, "7f454c4601020100000000000000000000020012",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"sparc64", ELFCLASS64, ELFDATA2MSB, 0x002b, "7f454c460202010000000000000000000002002b",
     "ffffffffffffff00fffffffffffffffffffeffff"},
    {"x86_64", ELFCLASS64, ELFDATA2LSB, 0x003e, "7f454c4602010100000000000000000002003e00",
     "fffffffffffefe00fffffffffffffffffeffffff"},
    {"xtensa", ELFCLASS32, ELFDATA2LSB, 0x005e, "7f454c4601010100000000000000000002005e00",
     "ffffffffffffff00fffffffffffffffffeffffff"},
    {"xtensaeb", ELFCLASS32, ELFDATA2MSB, 0x005e, "7f454c460102010000000000000000000002005e",
     "ffffffffffffff00fffffffffffffffffffeffff"},
};
enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static size_t
unhex(const char *hex, unsigned char *bytes)
{
	size_t n = 0;
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[n++] = (unsigned char)byte;
	return n;
}

/* How cmocka is told which row of a table failed. */
#define assert_row(row, condition)                                                                                     \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			fail_msg("%s: %s", (row), #condition);                                                         \
	} while (0)

static bool
big(const struct arch *a)
{
	return a->magic[EI_DATA] == ELFDATA2MSB;
}

static unsigned
half(const struct arch *a, const unsigned char *p)
{
	return big(a) ? p[0] * 256u + p[1] : p[1] * 256u + p[0];
}

static void
put(const struct arch *a, unsigned char *p, uint32_t value, int size)
{
	for (int i = 0; i < size; i++)
		p[big(a) ? size - 1 - i : i] = (unsigned char)(value >> 8 * i);
}

/* The first bytes of an ordinary program for that row. */
static void
make_head(const struct arch *a, uint32_t e_type, uint32_t e_flags, unsigned char head[static HEAD_SIZE])
{
	memset(head, 0, HEAD_SIZE);
	memcpy(head, a->magic, E_TYPE);
	put(a, head + E_TYPE, e_type, 2);
	memcpy(head + E_MACHINE, a->magic + E_MACHINE, 2);
	put(a, head + E_MACHINE + 2, EV_CURRENT, 4);
	put(a, head + (head[EI_CLASS] == ELFCLASS64 ? E_FLAGS_64 : E_FLAGS_32), e_flags, 4);
}

/* The row for a magic in hex, or "none". */
static const char *
pattern_name(size_t offset, const char *magic_hex, const char *mask_hex)
{
	unsigned char magic[128], mask[128];
	size_t size = unhex(magic_hex, magic);

	if (mask_hex)
		assert_int_equal(unhex(mask_hex, mask), size);

	const struct arch *a = arch_of_pattern(&(struct pattern){.type = PATTERN_MAGIC,
								 .offset = (uint16_t)offset,
								 .size = (uint16_t)size,
								 .magic = magic,
								 .mask = mask_hex ? mask : NULL});

	return a ? a->name : "none";
}

static const char *
head_name(const unsigned char *head, size_t size)
{
	const struct arch *a = arch_of_header(head, size);

	return a ? a->name : "none";
}

static void
table__order__sorted(void **state)
{
	(void)state;
	for (size_t i = 1; i < arch_count; i++)
		assert_row(arch_table[i].name, strcmp(arch_table[i - 1].name, arch_table[i].name) < 0);
}

static void
table__names__as_known(void **state)
{
	(void)state;
	assert_int_equal(arch_count, KNOWN);
	for (size_t i = 0; i < arch_count; i++) {
		assert_string_equal(arch_table[i].name, known[i].name);
		assert_row(known[i].name,
			   known[i].name[strspn(known[i].name, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0');
	}
}

static void
table__magic__decodes_to_its_elf_header(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		const struct known *k = &known[i];

		assert_row(a->name, a->size >= E_MACHINE + 2 && a->size <= ARCH_MAGIC_MAX);
		assert_memory_equal(a->magic, ELFMAG, SELFMAG);
		assert_int_equal(a->magic[EI_CLASS], k->class);
		assert_int_equal(a->magic[EI_DATA], k->data);
		assert_int_equal(a->magic[EI_VERSION], EV_CURRENT);
		assert_int_equal(half(a, a->magic + E_TYPE), ET_EXEC);
		assert_int_equal(half(a, a->magic + E_MACHINE), k->machine);
	}
}

static void
table__mask__wants_what_the_native_loader_reads(void **state)
{
	static const unsigned char ident[E_TYPE] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];

		assert_memory_equal(a->mask, ident, sizeof(ident));
		assert_int_equal(half(a, a->mask + E_TYPE), 0xfffe);
		assert_int_equal(half(a, a->mask + E_MACHINE), 0xffff);
		for (size_t b = 0; b < a->size; b++)
			assert_row(a->name, (a->magic[b] & ~a->mask[b]) == 0);
	}
}

/* Two masked patterns share a file unless some bit that both want differs. */
static void
table__rows__pairwise_disjoint(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct arch *a = &arch_table[i], *b = &arch_table[j];
			bool differ = false;

			for (size_t p = 0; p < a->size && p < b->size; p++)
				if ((a->magic[p] ^ b->magic[p]) & a->mask[p] & b->mask[p])
					differ = true;
			if (!differ)
				fail_msg("%s and %s match a common file", a->name, b->name);
		}
}

static void
table__interpreters__qemu_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		const char *own = a->group ? a->group : strcmp(a->name, "i486") ? a->name : "i386";

		assert_row(a->name, !strncmp(a->interpreter, "qemu-", 5));
		assert_string_equal(a->interpreter + 5, own);
		assert_row(a->name, a->natives[0] != NULL);
	}
}

static void
table__probes__small_and_not_empty(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++)
		assert_row(arch_table[i].name, arch_table[i].probe_size >= 1 && arch_table[i].probe_size <= PROBE_MAX);
}

static void
table__aliases__unique_and_no_row_s_name(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < arch_count; i++)
		for (const char *const *a = arch_table[i].aliases; *a; a++, n++)
			for (size_t j = 0; j < arch_count; j++) {
				assert_row(*a, strcmp(*a, arch_table[j].name) != 0);
				for (const char *const *b = arch_table[j].aliases; *b; b++)
					assert_row(*a, a == b || strcmp(*a, *b) != 0);
			}
	assert_true(n > 50);
}

static void
find__every_name_and_alias__its_row(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		assert_ptr_equal(arch_find(arch_table[i].name), &arch_table[i]);
		for (const char *const *alias = arch_table[i].aliases; *alias; alias++)
			assert_row(*alias, arch_find(*alias) == &arch_table[i]);
	}
}

static void
find__words_of_other_projects__known(void **state)
{
	static const struct {
		const char *word, *name;
	} t[] = {
	    /* Debian */
	    {"amd64", "x86_64"},
	    {"arm64", "aarch64"},
	    {"armel", "arm"},
	    {"armhf", "arm"},
	    {"i386", "i386"},
	    {"mips64el", "mips64el"},
	    {"mipsel", "mipsel"},
	    {"ppc64el", "ppc64le"},
	    {"riscv64", "riscv64"},
	    {"s390x", "s390x"},
	    {"alpha", "alpha"},
	    {"hppa", "hppa"},
	    {"loong64", "loongarch64"},
	    {"m68k", "m68k"},
	    {"powerpc", "ppc"},
	    {"ppc64", "ppc64"},
	    {"sh4", "sh4"},
	    {"sparc64", "sparc64"},
	    {"mips64r6", "mips64"},
	    {"mips64r6el", "mips64el"},
	    {"mipsr6", "mips"},
	    {"mipsr6el", "mipsel"},
	    {"or1k", "or1k"},
	    {"nios2", "nios2"},
	    /* OCI */
	    {"linux/amd64", "x86_64"},
	    {"linux/amd64/v2", "x86_64"},
	    {"linux/amd64/v3", "x86_64"},
	    {"linux/amd64/v4", "x86_64"},
	    {"linux/386", "i386"},
	    {"linux/arm64", "aarch64"},
	    {"linux/arm64/v8", "aarch64"},
	    {"linux/arm", "arm"},
	    {"linux/arm/v5", "arm"},
	    {"linux/arm/v6", "arm"},
	    {"linux/arm/v7", "arm"},
	    {"linux/arm/v8", "arm"},
	    {"linux/ppc64le", "ppc64le"},
	    {"linux/ppc64", "ppc64"},
	    {"linux/s390x", "s390x"},
	    {"linux/riscv64", "riscv64"},
	    {"linux/mips", "mips"},
	    {"linux/mipsle", "mipsel"},
	    {"linux/mips64", "mips64"},
	    {"linux/mips64le", "mips64el"},
	    {"linux/loong64", "loongarch64"},
	    /* GOARCH */
	    {"386", "i386"},
	    {"arm64be", "aarch64_be"},
	    {"armbe", "armeb"},
	    {"mipsle", "mipsel"},
	    {"mips64le", "mips64el"},
	    {"mips64p32", "mipsn32"},
	    {"mips64p32le", "mipsn32el"},
	    {"riscv", "riscv32"},
	    {"sh", "sh4"},
	    {"shbe", "sh4eb"},
	    {"sparc", "sparc"},
	    /* uname -m */
	    {"i486", "i486"},
	    {"i586", "i386"},
	    {"i686", "i386"},
	    {"armv7l", "arm"},
	    {"armv8l", "arm"},
	    {"armv7b", "armeb"},
	    {"parisc", "hppa"},
	    {"parisc64", "hppa"},
	    {"openrisc", "or1k"},
	    {"sh4a", "sh4"},
	    {"crisv32", "cris"},
	    {"mips", "mips"},
	    {"mips64", "mips64"},
	    /* Rust */
	    {"powerpc64", "ppc64"},
	    {"powerpc64le", "ppc64le"},
	    {"riscv64gc", "riscv64"},
	    {"riscv32imac", "riscv32"},
	    {"armv7", "arm"},
	    {"thumbv7neon", "arm"},
	    {"mipsisa64r6el", "mips64el"},
	    {"x86-64", "x86_64"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		const struct arch *a = arch_find(t[i].word);

		assert_row(t[i].word, a && !strcmp(a->name, t[i].name));
	}
}

static void
find__unknown_or_other_case__null(void **state)
{
	(void)state;
	assert_null(arch_find(""));
	assert_null(arch_find("aarch6"));
	assert_null(arch_find("AArch64"));
	assert_null(arch_find("all"));
	assert_null(arch_find("linux/arm64/v7"));
}

static void
select__word__its_rows(void **state)
{
	static const struct {
		const char *word, *first, *second;
	} t[] = {
	    {"microblaze", "microblaze", "microblaze-old"},
	    {"microblazeel", "microblazeel", "microblazeel-old"},
	    {"microblaze-old", "microblaze-old", NULL},
	    {"arm64", "aarch64", NULL},
	    {"mips", "mips", NULL},
	    {"vax", NULL, NULL},
	};
	const struct arch *rows[ARCH_GROUP_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		size_t n = arch_select(t[i].word, rows);

		assert_row(t[i].word, n == (t[i].second ? 2u : t[i].first ? 1u : 0u));
		if (n > 0)
			assert_string_equal(rows[0]->name, t[i].first);
		if (n > 1)
			assert_string_equal(rows[1]->name, t[i].second);
	}
}

/* arch_select would leave out the rows of a larger group. */
static void
select__groups__no_larger_than_the_header_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		size_t n = 1;

		for (size_t j = 0; j < arch_count; j++)
			if (arch_table[j].group && !strcmp(arch_table[j].group, arch_table[i].name))
				n++;
		assert_row(arch_table[i].name, n <= ARCH_GROUP_MAX);
	}
}

static void
of_pattern__own_ones__their_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		struct pattern pattern = arch_pattern(a);

		assert_int_equal(pattern.type, PATTERN_MAGIC);
		assert_int_equal(pattern.offset, 0);
		assert_int_equal(pattern.size, a->size);
		assert_ptr_equal(pattern.magic, a->magic);
		assert_ptr_equal(pattern.mask, a->mask);
		assert_null(pattern.extension);
		assert_ptr_equal(arch_of_pattern(&pattern), a);
		pattern.mask = NULL;
		assert_ptr_equal(arch_of_pattern(&pattern), a);
	}
}

static void
of_pattern__no_magic__null(void **state)
{
	static const struct pattern others[] = {
	    {.type = PATTERN_EXTENSION, .extension = "exe"},
	    {.type = PATTERN_BPF},
	    {.type = PATTERN_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(others); i++) {
		struct pattern pattern = arch_pattern(&arch_table[0]);

		assert_null(arch_of_pattern(&others[i]));
		pattern.type = others[i].type; /* whatever else it holds */
		assert_null(arch_of_pattern(&pattern));
	}
}

static void
entry_name__every_row__qemu_and_its_name(void **state)
{
	char *name = malloc(RULE_NAME_MAX + 1), want[64];

	(void)state;
	assert_non_null(name);
	for (size_t i = 0; i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		snprintf(want, sizeof(want), "qemu-%s", arch_table[i].name);
		assert_string_equal(name, want);
		assert_false(limit_reserved(name));
		assert_ptr_equal(arch_of_entry_name(name), &arch_table[i]);
		assert_null(arch_of_entry_name(name + 1));
		for (size_t k = 0; arch_table[i].aliases[k]; k++) {
			snprintf(name, RULE_NAME_MAX + 1, "qemu-%s", arch_table[i].aliases[k]);
			assert_null(arch_of_entry_name(name));
		}
	}
	free(name);
}

static void
of_pattern__upstream_ones__their_rows(void **state)
{
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		if (!known[i].upstream_magic)
			continue;
		n++;
		assert_string_equal(pattern_name(0, known[i].upstream_magic, known[i].upstream_mask), known[i].name);
		assert_string_equal(pattern_name(0, known[i].upstream_magic, NULL), known[i].name);
	}
	assert_int_equal(n, 34);
}

static void
of_pattern__others__as_expected(void **state)
{
	static const struct {
		const char *magic, *mask, *name;
		size_t offset;
	} t[] = {
	    {"cafebabe", NULL, "none", 0},     /* Java */
	    {"4d5a", NULL, "none", 0},         /* Wine */
	    {"4d5a71467044", NULL, "none", 0}, /* APE */
	    {"2321", NULL, "none", 0},         /* #! */
	    {"7f454c46", NULL, "none", 0},
	    {"7f454c460201", NULL, "none", 0},
	    {"", NULL, "none", 0},
	    {"4149", NULL, "none", 8}, /* AppImage, any machine */
	    /* MIPS with nothing said about e_flags */
	    {"7f454c4601020100000000000000000000020008", NULL, "mips", 0},
	    {"7f454c4601010100000000000000000002000800", NULL, "mipsel", 0},
	    {"7f454c4601010100000000000000000002000800", "ffffffffffffff00fffffffffffffffffeffffff", "mipsel", 0},
	    /* the low byte of e_machine is the last that is needed */
	    {"7f454c460201010000000000000000000200b7", NULL, "aarch64", 0},
	    {"7f454c4602010100000000000000000002", NULL, "none", 0},
	    {"7f454c46020201000000000000000000000200", NULL, "none", 0},
	    /* class, byte order or machine not wanted */
	    {"7f454c460201010000000000000000000200b700", "ffffffff00ffff00000000000000000000ffffff", "none", 0},
	    {"7f454c460201010000000000000000000200b700", "ffffffffff00ff00000000000000000000ffffff", "none", 0},
	    {"7f454c460201010000000000000000000200b700", "ffffffffffffff0000000000000000000000ffff", "aarch64", 0},
	    {"7f454c460201010000000000000000000200b700", "ffffffffffffff000000000000000000000000ff", "none", 0},
	    {"7f454c460201010000000000000000000200b700", "ffffffffffffff0000000000000000000000fdff", "none", 0},
	    {"7f454c460201010000000000000000000200b700", "0000000000000000000000000000000000000000", "none", 0},
	    /* a relocatable file, an unknown machine, a wrong fourth byte */
	    {"7f454c460201010000000000000000000100b700", NULL, "none", 0},
	    {"7f454c460201010000000000000000000200efbe", NULL, "none", 0},
	    {"7f454c470201010000000000000000000200b700", NULL, "none", 0},
	    /* bits outside the mask do not count */
	    {"ffffffff020101ffffffffffffffffff0200b700", "00000000ffffff000000000000000000feffffff", "aarch64", 0},
	    /* AppImages of one machine */
	    {"7f454c4602010100414902000000000002003e00", NULL, "x86_64", 0},
	    /* the same bytes reached by an offset, and not */
	    {"020101000000000000000000"
	     "0200b700",
	     NULL, "aarch64", 4},
	    {"020101000000000000000000"
	     "0200b700",
	     NULL, "none", 5},
	    {"0200b700", NULL, "none", 16},
	    {"7f454c460201010000000000000000000200b700", NULL, "none", 200},
	    {"7f454c460201010000000000000000000200b700", NULL, "none", UINT16_MAX - 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_row(t[i].magic, !strcmp(pattern_name(t[i].offset, t[i].magic, t[i].mask), t[i].name));
}

static void
of_header__programs_of_every_row__that_row(void **state)
{
	unsigned char head[HEAD_SIZE];

	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];

		make_head(a, ET_EXEC, a->e_flags, head);
		assert_string_equal(head_name(head, sizeof(head)), a->name);
		make_head(a, ET_DYN, a->e_flags, head);
		assert_string_equal(head_name(head, sizeof(head)), a->name);
		make_head(a, ET_REL, a->e_flags, head);
		assert_string_equal(head_name(head, sizeof(head)), "none");
		make_head(a, ET_CORE, a->e_flags, head);
		assert_string_equal(head_name(head, sizeof(head)), "none");
	}
}

static void
of_header__any_osabi_or_appimage_mark__that_row(void **state)
{
	unsigned char head[HEAD_SIZE];

	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];

		make_head(a, ET_DYN, a->e_flags, head);
		for (unsigned osabi = 0; osabi < 256; osabi++) {
			head[EI_OSABI] = (unsigned char)osabi;
			assert_string_equal(head_name(head, sizeof(head)), a->name);
		}
		memcpy(head + 8, "AI\x02", 3);
		assert_string_equal(head_name(head, sizeof(head)), a->name);
	}
}

static void
of_header__mips_abis__told_apart(void **state)
{
	static const struct {
		const char *o32, *n32;
	} t[] = {{"mips", "mipsn32"}, {"mipsel", "mipsn32el"}};
	static const uint32_t rest[] = {0, 0x70001000, 0x80000000, ~(uint32_t)0x20};
	unsigned char head[HEAD_SIZE];

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < sizeof(rest) / sizeof(rest[0]); j++) {
			make_head(arch_find(t[i].o32), ET_EXEC, rest[j], head);
			assert_string_equal(head_name(head, sizeof(head)), t[i].o32);
			make_head(arch_find(t[i].o32), ET_EXEC, rest[j] | 0x20, head);
			assert_string_equal(head_name(head, sizeof(head)), t[i].n32);
		}
}

static void
of_header__short_or_foreign__null(void **state)
{
	unsigned char head[HEAD_SIZE];

	(void)state;
	make_head(arch_find("mipsn32"), ET_EXEC, 0x20, head);
	assert_string_equal(head_name(head, 20), "mips"); /* e_flags count as zero */
	assert_string_equal(head_name(head, 19), "none");
	make_head(arch_find("aarch64"), ET_EXEC, 0, head);
	assert_string_equal(head_name(head, 19), "aarch64"); /* so does the high byte of e_machine */
	assert_string_equal(head_name(head, 18), "none");
	assert_string_equal(head_name(head, 0), "none");
	assert_string_equal(head_name((const unsigned char *)"#!/bin/sh\n", 10), "none");
	assert_string_equal(head_name((const unsigned char *)"MZqFpD='\n", 9), "none");
}

static size_t
suggest(const char *word, const char *words[static SUGGEST_MAX])
{
	struct suggest suggest;

	suggest_start(&suggest, word);
	arch_suggest(&suggest);
	memcpy(words, suggest.words, sizeof(suggest.words));
	return suggest.count;
}

static void
nearest__misspelt__suggested(void **state)
{
	static const struct {
		const char *word, *near[SUGGEST_MAX];
	} t[] = {
	    {"aarch65", {"aarch64"}},
	    {"arm46", {"arm64", "armv6", "arm"}}, /* of equals, the first of the table */
	    {"ARM64", {"arm64"}},
	    {"AArch64", {"aarch64"}},
	    {"x68_64", {"x86_64"}},
	    {"linux/arm64/v7", {"linux/arm64/v8", "linux/arm/v7"}},
	    {"microblaz", {"microblaze"}},
	    {"risc64", {"riscv64"}},
	    {"ppc64l", {"ppc64", "ppc64le", "ppc64el"}},
	};
	const char *near[SUGGEST_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		size_t n = suggest(t[i].word, near);

		for (size_t j = 0; j < SUGGEST_MAX && t[i].near[j]; j++) {
			assert_row(t[i].word, j < n);
			assert_string_equal(near[j], t[i].near[j]);
		}
	}
}

static void
nearest__far_from_all__none(void **state)
{
	static const char *const far[] = {
	    "",
	    "x",
	    "qq",
	    "vax",
	    "windows",
	    "/usr/bin/python3",
	    "a-word-that-is-longer-than-any-name-of-an-architecture",
	    "aarch64aarch64aarch64aarch64aarch64aarch64aarch6",
	    "aarch64aarch64aarch64aarch64aarch64aarch64aarch",
	};
	const char *near[SUGGEST_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		assert_row(far[i], suggest(far[i], near) == 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table__order__sorted),
	    cmocka_unit_test(table__names__as_known),
	    cmocka_unit_test(table__magic__decodes_to_its_elf_header),
	    cmocka_unit_test(table__mask__wants_what_the_native_loader_reads),
	    cmocka_unit_test(table__rows__pairwise_disjoint),
	    cmocka_unit_test(table__interpreters__qemu_names),
	    cmocka_unit_test(table__probes__small_and_not_empty),
	    cmocka_unit_test(table__aliases__unique_and_no_row_s_name),
	    cmocka_unit_test(find__every_name_and_alias__its_row),
	    cmocka_unit_test(find__words_of_other_projects__known),
	    cmocka_unit_test(find__unknown_or_other_case__null),
	    cmocka_unit_test(select__word__its_rows),
	    cmocka_unit_test(select__groups__no_larger_than_the_header_says),
	    cmocka_unit_test(of_pattern__own_ones__their_rows),
	    cmocka_unit_test(of_pattern__upstream_ones__their_rows),
	    cmocka_unit_test(of_pattern__others__as_expected),
	    cmocka_unit_test(of_pattern__no_magic__null),
	    cmocka_unit_test(entry_name__every_row__qemu_and_its_name),
	    cmocka_unit_test(of_header__programs_of_every_row__that_row),
	    cmocka_unit_test(of_header__any_osabi_or_appimage_mark__that_row),
	    cmocka_unit_test(of_header__mips_abis__told_apart),
	    cmocka_unit_test(of_header__short_or_foreign__null),
	    cmocka_unit_test(nearest__misspelt__suggested),
	    cmocka_unit_test(nearest__far_from_all__none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
