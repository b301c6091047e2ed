/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>

#include "elf.h"
#include "loader.h"
#include "opened.h"

/*
 * Finds the program header that names the loader: 1 and a copy of it, 0 there is none, as in a file that is cut off and
 * that the kernel does not run either, -1 it cannot be read.
 */
static int
find_loader(const struct opened *file, struct elf_head *elf, unsigned char header[static sizeof(Elf64_Phdr)])
{
	unsigned char head[sizeof(Elf64_Ehdr)], table[4096];
	size_t size = sizeof(head);
	int error;

	if (opened_read(file, head, size, 0) != 0)
		size = sizeof(Elf32_Ehdr); /* the shorter one may be all that there is */
	if ((size < sizeof(head) && opened_read(file, head, size, 0) != 0) || !elf_parse(head, size, elf))
		return -1;
	if (elf->phnum && elf->phentsize != (elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return 0;
	/* As many headers at a time as fit: nearly always all of them. */
	for (size_t i = 0, batch; i < elf->phnum; i += batch) {
		uint64_t at = elf->phoff + (uint64_t)i * elf->phentsize;

		batch = sizeof(table) / elf->phentsize;
		if (batch > elf->phnum - i)
			batch = elf->phnum - i;
		error = opened_read(file, table, batch * elf->phentsize, at);
		if (error)
			return error < 0 ? -1 : 0;
		for (size_t k = 0; k < batch; k++)
			if (elf_number(table + k * elf->phentsize, 4, elf->big) == PT_INTERP) {
				memcpy(header, table + k * elf->phentsize, elf->phentsize);
				return 1;
			}
	}
	return 0;
}

struct look
loader_is_asked(const struct opened *file)
{
	unsigned char header[sizeof(Elf64_Phdr)];
	struct elf_head elf;
	int found = find_loader(file, &elf, header);

	return found < 0 ? look_unknown() : look_seen(found > 0);
}

int
loader_path(const struct opened *file, char path[static 256])
{
	unsigned char header[sizeof(Elf64_Phdr)];
	struct elf_head elf;
	int found = find_loader(file, &elf, header);
	uint64_t at, size;
	size_t word;

	path[0] = '\0';
	if (found <= 0)
		return found;
	word = elf.wide ? 8 : 4;
	at = elf_number(header + word, word, elf.big); /* p_offset */
	size = elf_number(header + (elf.wide ? 32 : 16), word, elf.big);
	if (size < 2 || size > 256 || opened_read(file, path, (size_t)size, at) != 0 || path[size - 1])
		path[0] = '\0';
	return 1;
}
