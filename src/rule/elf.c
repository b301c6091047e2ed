/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "elf.h"
#include "rule.h"

/* An unsigned number of `bytes` bytes in the file's byte order. */
static uint64_t
get(const unsigned char *at, size_t bytes, bool big)
{
	uint64_t n = 0;

	for (size_t i = 0; i < bytes; i++)
		n = n << 8 | at[big ? i : bytes - 1 - i];
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
	elf->type = (uint16_t)get(head + 16, 2, big);
	elf->machine = (uint16_t)get(head + 18, 2, big);
	elf->phoff = get(head + (wide ? 32 : 28), wide ? 8 : 4, big);
	elf->flags = (uint32_t)get(head + (wide ? 48 : 36), 4, big);
	elf->phentsize = (uint16_t)get(head + (wide ? 54 : 42), 2, big);
	elf->phnum = (uint16_t)get(head + (wide ? 56 : 44), 2, big);
	return true;
}

/* Finds the program header that names the loader: 1 and a copy of it, 0 there is none, -1. */
static int
find_loader(int fd, struct elf_head *elf, unsigned char header[static sizeof(Elf64_Phdr)])
{
	unsigned char head[sizeof(Elf64_Ehdr)], table[4096];
	ssize_t n = pread(fd, head, sizeof(head), 0);

	if (n < 0 || !elf_parse(head, (size_t)n, elf))
		return -1;
	if (elf->phnum && elf->phentsize != (elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return -1; /* nor would the kernel run it */
	/* As many headers at a time as fit: nearly always all of them. */
	for (size_t i = 0, batch; i < elf->phnum; i += batch) {
		uint64_t at = elf->phoff + (uint64_t)i * elf->phentsize;

		batch = sizeof(table) / elf->phentsize;
		if (batch > elf->phnum - i)
			batch = elf->phnum - i;
		n = at <= INT64_MAX ? pread(fd, table, batch * elf->phentsize, (off_t)at) : -1;
		if (n < 0 || (size_t)n != batch * elf->phentsize)
			return -1;
		for (size_t k = 0; k < batch; k++)
			if (get(table + k * elf->phentsize, 4, elf->big) == PT_INTERP) {
				memcpy(header, table + k * elf->phentsize, elf->phentsize);
				return 1;
			}
	}
	return 0;
}

int
elf_is_dynamic(int fd)
{
	unsigned char header[sizeof(Elf64_Phdr)];
	struct elf_head elf;

	return find_loader(fd, &elf, header);
}

int
elf_loader(int fd, char path[static 256])
{
	unsigned char header[sizeof(Elf64_Phdr)];
	struct elf_head elf;
	int found = find_loader(fd, &elf, header);
	uint64_t at, size;
	size_t word;

	path[0] = '\0';
	if (found <= 0)
		return found;
	word = elf.wide ? 8 : 4;
	at = get(header + word, word, elf.big); /* p_offset */
	size = get(header + (elf.wide ? 32 : 16), word, elf.big);
	if (size < 2 || size > 256 || at > INT64_MAX || pread(fd, path, size, (off_t)at) != (ssize_t)size ||
	    path[size - 1])
		path[0] = '\0';
	return 1;
}

const char *
elf_like(const unsigned char *head, size_t size, struct rule *rule)
{
	enum { IDENT = 7, TYPE = 16, MACHINE = 18, FLAGS = 36, ABI2 = 0x20 };
	struct elf_head elf;

	if (!elf_parse(head, size, &elf))
		return "not an ELF file";
	if (elf.type != ET_EXEC && elf.type != ET_DYN)
		return "an ELF file, but not a program (its type is neither executable nor shared object)";
	rule->type = RULE_MAGIC;
	rule->offset = 0;
	rule->size = elf.machine == EM_MIPS && !elf.wide ? FLAGS + 4 : MACHINE + 2;
	rule->has_mask = true;
	memset(rule->mask, 0, rule->size);
	memset(rule->mask, 0xff, IDENT);
	memset(rule->mask + TYPE, 0xff, 4);
	rule->mask[elf.big ? TYPE + 1 : TYPE] = 0xfe;
	if (rule->size > FLAGS)
		rule->mask[elf.big ? FLAGS + 3 : FLAGS] = ABI2;
	for (size_t i = 0; i < rule->size; i++)
		rule->magic[i] = head[i] & rule->mask[i];
	return NULL;
}
