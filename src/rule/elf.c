/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "elf.h"

uint64_t
elf_number(const unsigned char *at, size_t bytes, bool big)
{
	uint64_t n = 0;

	if (big)
		for (size_t i = 0; i < bytes; i++)
			n = n << 8 | at[i];
	else
		while (bytes-- > 0)
			n = n << 8 | at[bytes];
	return n;
}

bool
elf_parse(const unsigned char *head, size_t size, struct elf_head *elf)
{
	bool wide, big;

	if (size < sizeof(Elf32_Ehdr) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	if (head[EI_CLASS] != ELFCLASS32 && head[EI_CLASS] != ELFCLASS64)
		return false;
	if (head[EI_DATA] != ELFDATA2LSB && head[EI_DATA] != ELFDATA2MSB)
		return false;
	wide = head[EI_CLASS] == ELFCLASS64;
	big = head[EI_DATA] == ELFDATA2MSB;
	if (wide && size < sizeof(Elf64_Ehdr))
		return false;
	elf->wide = wide;
	elf->big = big;
	elf->type = (uint16_t)elf_number(head + 16, 2, big);
	elf->machine = (uint16_t)elf_number(head + 18, 2, big);
	elf->phoff = elf_number(head + (wide ? 32 : 28), wide ? 8 : 4, big);
	elf->flags = (uint32_t)elf_number(head + (wide ? 48 : 36), 4, big);
	elf->phentsize = (uint16_t)elf_number(head + (wide ? 54 : 42), 2, big);
	elf->phnum = (uint16_t)elf_number(head + (wide ? 56 : 44), 2, big);
	return true;
}

void
elf_segment(const unsigned char *at, const struct elf_head *elf, struct elf_segment *segment)
{
	size_t word = elf->wide ? 8 : 4;

	segment->type = (uint32_t)elf_number(at, 4, elf->big);
	segment->offset = elf_number(at + word, word, elf->big);
	segment->size = elf_number(at + (elf->wide ? 32 : 16), word, elf->big);
	segment->align = elf_number(at + (elf->wide ? 48 : 28), word, elf->big);
}

uint64_t
elf_end(uint64_t offset, uint64_t size)
{
	return size > UINT64_MAX - offset ? UINT64_MAX : offset + size;
}

const char *
elf_like(const unsigned char *head, size_t size, struct elf_like *like)
{
	enum { IDENT = 7, TYPE = 16, MACHINE = 18, FLAGS = 36, ABI2 = 0x20 };
	struct elf_head elf;
	size_t n;

	if (!elf_parse(head, size, &elf))
		return "not an ELF file";
	if (elf.type != ET_EXEC && elf.type != ET_DYN)
		return "an ELF file, but not a program (its type is neither executable nor shared object)";
	n = elf.machine == EM_MIPS && !elf.wide ? FLAGS + 4 : MACHINE + 2;
	memset(like->mask, 0, n);
	memset(like->mask, 0xff, IDENT);
	memset(like->mask + TYPE, 0xff, 4);
	like->mask[elf.big ? TYPE + 1 : TYPE] = 0xfe;
	if (n > FLAGS)
		like->mask[elf.big ? FLAGS + 3 : FLAGS] = ABI2;
	for (size_t i = 0; i < n; i++)
		like->magic[i] = head[i] & like->mask[i];
	like->pattern =
	    (struct pattern){.type = PATTERN_MAGIC, .size = (uint16_t)n, .magic = like->magic, .mask = like->mask};
	return NULL;
}
