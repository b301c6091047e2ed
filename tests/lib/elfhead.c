/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "elf.h"
#include "elfhead.h"

void
elfhead_put(unsigned char *at, uint64_t n, size_t bytes, bool big)
{
	for (size_t i = 0; i < bytes; i++)
		at[big ? bytes - 1 - i : i] = (unsigned char)(n >> 8 * i);
}

void
elfhead_make(const struct elf_head *elf, unsigned char head[static 64])
{
	memset(head, 0, 64);
	memcpy(head, "\177ELF", 4);
	head[4] = elf->wide ? 2 : 1;
	head[5] = elf->big ? 2 : 1;
	head[6] = 1;
	elfhead_put(head + 16, elf->type, 2, elf->big);
	elfhead_put(head + 18, elf->machine, 2, elf->big);
	elfhead_put(head + (elf->wide ? 32 : 28), elf->phoff, elf->wide ? 8 : 4, elf->big);
	elfhead_put(head + (elf->wide ? 48 : 36), elf->flags, 4, elf->big);
	elfhead_put(head + (elf->wide ? 54 : 42), elf->phentsize, 2, elf->big);
	elfhead_put(head + (elf->wide ? 56 : 44), elf->phnum, 2, elf->big);
}
