/* SPDX-License-Identifier: MIT */
#include "elfhead.h"
#include "harness.h"

#include <elf.h>

#include "arch.h"
#include "elfkind.h"
#include "err.h"
#include "random.h"

enum { SIZE = 4096 };

/* An ELF file: its header, and one PT_LOAD of `segment` bytes right behind it. */
struct file {
	const char *row;
	bool wide, big;
	uint16_t type, machine;
	unsigned char system;
	uint64_t size, segment;    /* size 0: SIZE */
	uint16_t phnum, phentsize; /* 0: one, as large as it should be */
	const char *path, *text;   /* text NULL: nothing is said */
};

static void
make(const struct file *f, struct subject *subject)
{
	unsigned char *head = subject->head;
	size_t header = f->wide ? 64 : 52, word = f->wide ? 8 : 4;

	memset(subject, 0, sizeof(*subject));
	subject->path = f->path ? f->path : "f";
	memcpy(head, "\177ELF", 4);
	head[4] = f->wide ? 2 : 1;
	head[5] = f->big ? 2 : 1;
	head[6] = 1;
	head[7] = f->system;
	elfhead_put(head + 16, f->type, 2, f->big);
	elfhead_put(head + 18, f->machine, 2, f->big);
	elfhead_put(head + (f->wide ? 32 : 28), header, word, f->big);
	elfhead_put(head + (f->wide ? 54 : 42), f->phentsize ? f->phentsize : f->wide ? 56 : 32, 2, f->big);
	elfhead_put(head + (f->wide ? 56 : 44), f->phnum == 9 ? 0 : f->phnum ? f->phnum : 1, 2, f->big);
	elfhead_put(head + header, PT_LOAD, 4, f->big);
	elfhead_put(head + header + (f->wide ? 32 : 16), f->segment ? f->segment : SIZE, word, f->big);
	if (f->size && f->size < sizeof(subject->head))
		memset(head + f->size, 0, sizeof(subject->head) - (size_t)f->size);
}

#define X86 true, false, ET_EXEC, EM_X86_64, 0
#define ARM true, false, ET_DYN, EM_AARCH64

static const struct file files[] = {
    {"a program", X86, 0, 0, 0, 0, NULL, NULL},
    {"for another", ARM, 0, 0, 0, 0, 0, NULL, NULL},
    {"for Linux by name", ARM, 3, 0, 0, 0, 0, NULL, NULL},
    {"high byte first", true, true, ET_EXEC, EM_S390, 0, 0, 0, 0, 0, NULL, NULL},
    {"object", true, false, ET_REL, EM_X86_64, 0, 0, 0, 9, 0, "f.o", "an object file (.o), not linked yet"},
    {"BPF object", true, false, ET_REL, 247, 0, 0, 0, 9, 0, "f.o", "an object file for BPF"},
    {"kernel module", true, false, ET_REL, EM_X86_64, 0, 0, 0, 9, 0, "m.ko", "a kernel module"},
    {"core", true, false, ET_CORE, EM_X86_64, 0, 0, 0, 0, 0, NULL, "the core dump"},
    {"core of a module's name", true, false, ET_CORE, EM_X86_64, 0, 0, 0, 0, 0, "m.ko", "the core dump"},
    {"no type", true, false, ET_NONE, EM_X86_64, 0, 0, 0, 0, 0, NULL, "its type is 0"},
    {"high type", true, false, 0xfe00, EM_X86_64, 0, 0, 0, 0, 0, NULL, "its type is 65024"},
    {"4 bytes", X86, 4, 0, 0, 0, NULL, "an ELF file cut off at 4 bytes"},
    {"7 bytes", X86, 7, 0, 0, 0, NULL, "an ELF file cut off at 7 bytes"},
    {"20 bytes", X86, 20, 0, 0, 0, NULL, "an ELF file cut off at 20 bytes"},
    {"51 bytes of 52", false, false, ET_EXEC, EM_ARM, 0, 51, 0, 0, 0, NULL, "cut off at 51 bytes"},
    {"64 bytes", X86, 64, 0, 0, 0, NULL, "cut off at 64 bytes of at least 120"},
    {"100 bytes", X86, 100, 0, 0, 0, NULL, "cut off at 100 bytes of at least 120"},
    {"120 bytes", X86, 120, 0, 0, 0, NULL, "cut off at 120 bytes of at least 4096"},
    {"300 bytes", ARM, 0, 300, 0, 0, 0, NULL, "cut off at 300 bytes of at least 4096"},
    {"one byte", X86, SIZE - 1, 0, 0, 0, NULL, "cut off at 4095 bytes of at least 4096"},
    {"long segment", X86, 0, UINT64_MAX, 0, 0, NULL, "cut off at 4096 bytes of at least 18446744073709551615"},
    {"no headers", X86, 0, 0, 9, 0, NULL, "without program headers"},
    {"headers of another size", X86, 0, 0, 0, 57, NULL, "damaged program: 1 program headers of 57 bytes"},
    {"too many headers", X86, 1 << 20, 0, 1200, 0, NULL, "damaged program: 1200 program headers of 56 bytes"},
    {"as many as there may be", false, false, ET_EXEC, EM_ARM, 0, 1 << 20, 0, 2048, 0, NULL, NULL},
    {"x32", false, false, ET_EXEC, EM_X86_64, 0, 0, 0, 0, 0, NULL, "x32 (x86_64 of 32 bits): only a kernel with"},
    {"ILP32", false, false, ET_EXEC, EM_AARCH64, 0, 0, 0, 0, 0, NULL, "AArch64 ILP32"},
    {"31 bits", false, true, ET_EXEC, EM_S390, 0, 0, 0, 0, 0, NULL, "31-bit s390"},
    {"wide PA-RISC", true, true, ET_EXEC, EM_PARISC, 0, 0, 0, 0, 0, NULL, "64-bit PA-RISC"},
    {"narrow LoongArch", false, false, ET_EXEC, 258, 0, 0, 0, 0, 0, NULL, "32-bit LoongArch"},
    {"wide PowerPC", true, true, ET_EXEC, EM_PPC, 0, 0, 0, 0, 0, NULL, "PowerPC of 64 bits"},
    {"the host's, other order", true, true, ET_EXEC, EM_X86_64, 0, 0, 0, 0, 0, NULL,
     "the machine of x86_64 (62), as this host is, but of 64 bits, high byte first"},
    {"another's, other class", true, false, ET_EXEC, EM_386, 0, 0, 0, 0, 0, NULL,
     "the machine of i386 (3), but of 64 bits, low byte first"},
    {"C-SKY", false, false, ET_EXEC, 252, 0, 0, 0, 0, 0, NULL, "for C-SKY (ELF machine 252, 32 bits, low byte first)"},
    {"BPF", true, false, ET_EXEC, 247, 0, 0, 0, 0, 0, NULL, "for BPF (ELF machine 247, 64 bits, low byte first): bpf"},
    {"GPU", true, false, ET_DYN, 224, 64, 0, 0, 0, 0, NULL, "AMD GPU (ELF machine 224"},
    {"CUDA", true, false, ET_EXEC, 190, 51, 0, 0, 0, 0, NULL, "; its header names CUDA as its system"},
    {"unknown", true, true, ET_EXEC, 0xbeef, 0, 0, 0, 0, 0, NULL,
     "ELF machine 48879 (0xbeef, 64 bits, high byte first), which binfmtctl does not know"},
    {"FreeBSD", ARM, 9, 0, 0, 0, 0, NULL, "a program for aarch64, built for FreeBSD: Linux cannot run it"},
    {"NetBSD", ARM, 2, 0, 0, 0, 0, NULL, "built for NetBSD"},
    {"Solaris", true, true, ET_EXEC, EM_SPARCV9, 6, 0, 0, 0, 0, NULL, "built for Solaris"},
    {"OpenBSD", ARM, 12, 0, 0, 0, 0, NULL, "built for OpenBSD"},
    {"bare ARM", false, false, ET_EXEC, EM_ARM, 97, 0, 0, 0, 0, NULL, "built for bare ARM"},
    {"standalone", false, true, ET_EXEC, EM_68K, 255, 0, 0, 0, 0, NULL, "built for no system"},
};

static void
explain__each__said(void **state)
{
	const struct arch *own = arch_find("x86_64");

	(void)state;
	assert_non_null(own);
	for (size_t i = 0; i < LENGTH(files); i++) {
		struct subject subject;
		struct err why;
		bool said;

		make(&files[i], &subject);
		err_clear(&why);
		said = elfkind_explain(&subject, files[i].size ? files[i].size : SIZE, own, &why);
		if (said != (files[i].text != NULL) || (said && !strstr(why.text, files[i].text)))
			fail_msg("%s: %s", files[i].row, why.text);
		assert_string_equal(why.fix, "");
	}
}

/* A PT_LOAD that takes nothing from the file may name any place in it. */
static void
explain__segment_without_bytes__not_cut_off(void **state)
{
	static const struct file program = {"a program", X86, 0, 0, 0, 0, NULL, NULL};
	struct subject subject;
	struct err why;

	(void)state;
	make(&program, &subject);
	elfhead_put(subject.head + 64 + 8, 1 << 20, 8, false); /* p_offset */
	assert_true(elfkind_explain(&subject, SIZE, NULL, &why));
	elfhead_put(subject.head + 64 + 32, 0, 8, false); /* p_filesz */
	assert_false(elfkind_explain(&subject, SIZE, NULL, &why));
}

static void
explain__no_elf__nothing(void **state)
{
	static const struct subject script = {.path = "f", .head = "#!/bin/sh\n"},
				    three = {.path = "f", .head = "\177EL"}, nothing = {.path = "f"};
	struct err why;

	(void)state;
	assert_false(elfkind_explain(&script, 10, NULL, &why));
	assert_false(elfkind_explain(&three, 3, NULL, &why));
	assert_false(elfkind_explain(&nothing, 0, NULL, &why));
}

static void
explain__class_or_order_that_is_none__damaged(void **state)
{
	struct subject subject;
	struct err why;

	(void)state;
	make(&files[0], &subject);
	subject.head[4] = 3;
	assert_true(elfkind_explain(&subject, SIZE, NULL, &why));
	assert_string_equal(why.text, "a damaged ELF file: class 3 and byte order 1 are none");
	subject.head[4] = 2;
	subject.head[5] = 0;
	assert_true(elfkind_explain(&subject, SIZE, NULL, &why));
	assert_string_equal(why.text, "a damaged ELF file: class 2 and byte order 0 are none");
}

/* Nothing is wrong with the probe of any row; the table of names has no number twice, and all rows have one. */
static void
explain__programs_of_every_row__nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		bool big = a->magic[5] == 2;
		struct file f = {.wide = a->magic[4] == 2, .big = big, .type = ET_EXEC};
		struct subject subject;
		struct err why;

		f.machine = (uint16_t)(a->magic[18] << (big ? 8 : 0) | a->magic[19] << (big ? 0 : 8));
		make(&f, &subject);
		for (size_t k = 36; k < a->size; k++)
			subject.head[k] |= a->magic[k];
		assert_ptr_equal(arch_of_header(subject.head, sizeof(subject.head)), a);
		assert_false(elfkind_explain(&subject, SIZE, NULL, &why));
		assert_non_null(elfkind_machine(f.machine));
	}
}

static void
machine__numbers__named(void **state)
{
	static const struct {
		uint16_t number;
		const char *name;
	} t[] = {
	    {EM_386, "i386"},        {EM_MIPS, "mips"}, {EM_ARM, "arm"},       {EM_X86_64, "x86_64"},
	    {EM_AARCH64, "aarch64"}, {243, "riscv32"},  {252, "C-SKY"},        {224, "AMD GPU"},
	    {190, "NVIDIA CUDA"},    {247, "BPF"},      {EM_IA_64, "Itanium"}, {EM_AVR, "AVR"},
	    {EM_S390, "s390x"},      {0, NULL},         {0xbeef, NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_text("machine", elfkind_machine(t[i].number), t[i].name);
}

static void
explain__random__no_crash(void **state)
{
	size_t said = 0;

	(void)state;
	random_seed(11);
	for (size_t i = 0; i < 200000; i++) {
		struct subject *file = calloc(1, sizeof(*file));
		uint64_t size = chance(80) ? below(8192) : random_bits();
		struct err why;

		assert_non_null(file);
		make(&files[below(LENGTH(files))], file);
		for (size_t k = below(6); k; k--)
			file->head[chance(70) ? below(64) : below(256)] = (unsigned char)random_bits();
		if (elfkind_explain(file, size, NULL, &why)) {
			assert_true(*why.text);
			said++;
		}
		free(file);
	}
	assert_in_range(said, 20000, 199000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(explain__each__said),
	    cmocka_unit_test(explain__segment_without_bytes__not_cut_off),
	    cmocka_unit_test(explain__no_elf__nothing),
	    cmocka_unit_test(explain__class_or_order_that_is_none__damaged),
	    cmocka_unit_test(explain__programs_of_every_row__nothing),
	    cmocka_unit_test(explain__random__no_crash),
	    cmocka_unit_test(machine__numbers__named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
