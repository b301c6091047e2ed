/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "elf.h"
#include "elfkind.h"
#include "err.h"

/* clang-format off */

/* e_machine numbers that no file of magic/ has (the generic ABI's list, and what gcc and QEMU write). */
static const struct {
	uint16_t number;
	const char *name, *hint;
} machines[] = {
	{1, "AT&T WE 32100", NULL}, {5, "Motorola 88000", NULL}, {7, "Intel 80860", NULL},
	{9, "IBM System/370", NULL}, {10, "MIPS RS3000, low byte first", NULL}, {19, "Intel 80960", NULL},
	{23, "Cell SPU", "it runs on the SPUs of a Cell processor"}, {36, "NEC V800", NULL},
	{39, "Motorola RCE", NULL}, {41, "old Alpha", NULL}, {44, "TriCore", "firmware"}, {45, "ARC", NULL},
	{50, "Itanium", NULL}, {52, "ColdFire", NULL}, {53, "Motorola 68HC12", "firmware"},
	{70, "Motorola 68HC11", "firmware"}, {75, "VAX", NULL}, {80, "MMIX", NULL}, {81, "Harvard", NULL},
	{83, "AVR", "firmware"}, {84, "Fujitsu FR30", "firmware"}, {85, "NEC D10V", "firmware"},
	{86, "Mitsubishi D30V", "firmware"}, {87, "NEC V850", "firmware"}, {88, "Mitsubishi M32R", NULL},
	{89, "Matsushita MN10300", NULL}, {90, "Matsushita MN10200", NULL}, {91, "picoJava", NULL},
	{93, "ARC Compact", NULL}, {97, "NS32000", NULL}, {105, "TI MSP430", "firmware"}, {106, "Blackfin", NULL},
	{110, "UniCore", NULL}, {122, "Microchip dsPIC30F", "firmware"}, {135, "Sunplus S+core7", NULL},
	{138, "Lattice Mico32", NULL}, {140, "TI C6000", NULL}, {144, "TI PRU", "firmware"},
	{160, "ST200", NULL}, {173, "Renesas RX", "firmware"}, {175, "MCST Elbrus", NULL},
	{180, "Intel L10M", NULL}, {181, "Intel K10M (Xeon Phi)", NULL}, {185, "AVR32", NULL},
	{187, "Tilera TILE64", NULL}, {188, "Tilera TILEPro", NULL},
	{190, "NVIDIA CUDA", "it runs on a graphics processor, started by a program of the host"},
	{191, "Tilera TILE-Gx", NULL}, {195, "ARC Compact v2", NULL}, {197, "Renesas RL78", "firmware"},
	{220, "Z80", "firmware"}, {221, "CDP1802", "firmware"}, {222, "Moxie", NULL}, {223, "FTDI FT32", "firmware"},
	{224, "AMD GPU", "it runs on a graphics processor, started by a program of the host"},
	{247, "BPF", "bpftool or libbpf loads it into the kernel"}, {249, "MOS 6502", "firmware"}, {251, "NEC VE", NULL},
	{252, "C-SKY", "some builds of qemu-cskyv2 run it"}, {253, "ARC Compact v3, 64 bits", NULL},
	{255, "ARC Compact v3", NULL},
	{259, "AMD/Xilinx AI Engine", "it runs on an accelerator"}, {0x9080, "old AVR", "firmware"},
	{0xa390, "old S/390", NULL}, {0xfeb0, "DLX", NULL},
};

/* A machine that has a row, or is another one's half, with the class that no row has. */
static const struct {
	uint16_t machine;
	bool wide;
	const char *name, *hint;
} variants[] = {
	{EM_X86_64, false, "x32 (x86_64 of 32 bits)",
		"only a kernel with CONFIG_X86_X32_ABI, booted with syscall.x32=y, runs it; QEMU does not"},
	{EM_AARCH64, false, "AArch64 ILP32 (aarch64 of 32 bits)", "no released Linux runs it, nor does QEMU"},
	{EM_S390, false, "31-bit s390", "a kernel for s390x with CONFIG_COMPAT runs it; QEMU does not"},
	{EM_PARISC, true, "64-bit PA-RISC", "Linux has no such programs but its own kernel"},
	{258, false, "32-bit LoongArch", "a kernel for loongarch32 runs it; QEMU does not"},
	{EM_PPC, true, "PowerPC of 64 bits under the number of the 32-bit one", "the file may be damaged"},
};

/* EI_OSABI of systems whose programs Linux cannot run. 0 and 3 are Linux too. */
static const struct {
	unsigned char number;
	const char *name;
} systems[] = {
	{1, "HP-UX"}, {2, "NetBSD"}, {4, "the Hurd"}, {6, "Solaris"}, {7, "AIX"}, {8, "IRIX"}, {9, "FreeBSD"},
	{10, "Tru64"}, {11, "Novell Modesto"}, {12, "OpenBSD"}, {13, "OpenVMS"}, {14, "NonStop"}, {15, "AROS"},
	{16, "FenixOS"}, {17, "CloudABI"}, {18, "OpenVOS"}, {51, "CUDA"}, {64, "AMD GPUs (HSA), or bare ARM"},
	{65, "AMD GPUs"}, {97, "bare ARM"}, {255, "no system at all (standalone)"},
};

/* clang-format on */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *
elfkind_system(const unsigned char head[static PATTERN_WINDOW])
{
	for (size_t i = 0; i < COUNT(systems); i++)
		if (systems[i].number == head[EI_OSABI])
			return systems[i].name;
	return NULL;
}

static uint16_t
machine_of(const struct arch *row)
{
	return (uint16_t)elf_number(row->magic + 18, 2, row->magic[EI_DATA] == ELFDATA2MSB);
}

/* The first row with this e_machine number, or NULL. */
static const struct arch *
row_of_machine(uint16_t machine)
{
	for (size_t i = 0; i < arch_count; i++)
		if (machine_of(&arch_table[i]) == machine)
			return &arch_table[i];
	return NULL;
}

const char *
elfkind_machine(uint16_t machine)
{
	const struct arch *row = row_of_machine(machine);

	for (size_t i = 0; i < COUNT(machines); i++)
		if (machines[i].number == machine)
			return machines[i].name;
	return row ? row->name : NULL;
}

static bool
explain_type(const struct subject *file, const struct elf_head *elf, struct err *why)
{
	const char *extension = pattern_extension(file->path);

	if (elf->type == ET_EXEC || elf->type == ET_DYN)
		return false;
	if (elf->type == ET_REL && extension && strcmp(extension, "ko") == 0)
		err_note(why, "a kernel module, not a program: insmod loads it");
	else if (elf->type == ET_REL && elf->machine == EM_BPF)
		err_note(why, "an object file for BPF, not a program: bpftool or libbpf loads it into the kernel");
	else if (elf->type == ET_REL)
		err_note(why, "an object file (.o), not linked yet: a linker (cc) makes a program of it");
	else if (elf->type == ET_CORE)
		err_note(why, "the core dump of a program that crashed: a debugger (gdb) reads it");
	else
		err_note(why, "an ELF file, but not a program: its type is %u, programs have 2 or 3", elf->type);
	return true;
}

/* The furthest byte that the header, and the program headers among the first bytes, ask for. */
static uint64_t
end_asked(const struct subject *file, size_t have, const struct elf_head *elf)
{
	uint64_t end = elf_end(elf->phoff, (uint64_t)elf->phnum * elf->phentsize);
	struct elf_segment segment;

	for (size_t i = 0; i < elf->phnum; i++) {
		uint64_t at = elf_end(elf->phoff, (uint64_t)i * elf->phentsize);

		if (elf_end(at, elf->phentsize) > have)
			break;
		elf_segment(file->head + at, elf, &segment);
		if (segment.type == PT_LOAD && segment.size && elf_end(segment.offset, segment.size) > end)
			end = elf_end(segment.offset, segment.size);
	}
	return end;
}

static bool
explain_damage(const struct subject *file, size_t have, uint64_t size, const struct elf_head *elf, struct err *why)
{
	uint64_t end;

	if (!elf->phnum)
		err_note(why, "an ELF file without program headers: there is nothing to run");
	else if (elf->phentsize != (elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) ||
		 (uint32_t)elf->phnum * elf->phentsize > 65536)
		err_note(why, "a damaged program: %u program headers of %u bytes", elf->phnum, elf->phentsize);
	else if ((end = end_asked(file, have, elf)) > size)
		err_note(why,
			 "a program, but cut off at %" PRIu64 " bytes of at least %" PRIu64 ": copy or fetch it again",
			 size, end);
	else
		return false;
	return true;
}

/* Of a program without a row. */
static void
explain_machine(const struct elf_head *elf, const struct arch *own, struct err *why)
{
	const struct arch *row = row_of_machine(elf->machine);
	const char *bits = elf->wide ? "64" : "32", *order = elf->big ? "high" : "low";

	for (size_t i = 0; i < COUNT(variants); i++)
		if (variants[i].machine == elf->machine && variants[i].wide == elf->wide) {
			err_note(why, "a program for %s: %s", variants[i].name, variants[i].hint);
			return;
		}
	if (row) {
		err_note(why,
			 "a program for the machine of %s (%u)%s, but of %s bits, %s byte first: no handler is known",
			 row->name, elf->machine, own && machine_of(own) == elf->machine ? ", as this host is" : "",
			 bits, order);
		return;
	}
	for (size_t i = 0; i < COUNT(machines); i++)
		if (machines[i].number == elf->machine) {
			err_note(why, "a program for %s (ELF machine %u, %s bits, %s byte first)%s%s", machines[i].name,
				 elf->machine, bits, order, machines[i].hint ? ": " : "",
				 machines[i].hint ? machines[i].hint : "");
			return;
		}
	err_note(why, "a program for ELF machine %u (0x%04x, %s bits, %s byte first), which binfmtctl does not know",
		 elf->machine, elf->machine, bits, order);
}

/* A file that starts as an ELF file does, but has no header that could be read. */
static void
explain_head(const unsigned char *head, size_t have, struct err *why)
{
	size_t whole = have > EI_CLASS && head[EI_CLASS] == ELFCLASS32 ? sizeof(Elf32_Ehdr) : sizeof(Elf64_Ehdr);

	if (have < whole)
		err_note(why, "an ELF file cut off at %zu bytes, in its header: copy or fetch it again", have);
	else
		err_note(why, "a damaged ELF file: class %u and byte order %u are none", head[EI_CLASS], head[EI_DATA]);
}

bool
elfkind_explain(const struct subject *file, uint64_t size, const struct arch *own, struct err *why)
{
	size_t have = size < PATTERN_WINDOW ? (size_t)size : PATTERN_WINDOW;
	const char *system = elfkind_system(file->head);
	struct elf_head elf;

	if (have < SELFMAG || memcmp(file->head, ELFMAG, SELFMAG) != 0)
		return false;
	if (!elf_parse(file->head, have, &elf)) {
		explain_head(file->head, have, why);
		return true;
	}
	if (explain_type(file, &elf, why) || explain_damage(file, have, size, &elf, why))
		return true;
	if (!arch_of_header(file->head, have)) {
		explain_machine(&elf, own, why);
		if (system)
			err_add(why, "; its header names %s as its system", system);
		return true;
	}
	if (system)
		err_note(why, "a program for %s, built for %s: Linux cannot run it",
			 arch_of_header(file->head, have)->name, system);
	return system != NULL;
}
