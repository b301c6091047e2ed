/* SPDX-License-Identifier: MIT */
#include <elf.h>

#include "elf.h"
#include "native.h"
#include "segment.h"

void
segments_start(struct segments *segments, const struct native *elf)
{
	segments->elf = elf;
	segments->next = 0;
	segments->count = 0;
	segments->error = 0;
}

static size_t
header_size(const struct native *elf)
{
	return elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static void
decode(const unsigned char *at, const struct native *elf, struct segment *s)
{
	size_t word = elf->wide ? 8 : 4;

	s->type = (uint32_t)elf_number(at, 4, elf->big);
	s->flags = (uint32_t)elf_number(at + (elf->wide ? 4 : 24), 4, elf->big);
	at += elf->wide ? 8 : 4;
	s->offset = elf_number(at, word, elf->big);
	s->vaddr = elf_number(at + word, word, elf->big);
	s->filesz = elf_number(at + 3 * word, word, elf->big);
	s->memsz = elf_number(at + 4 * word, word, elf->big);
	s->align = elf_number(at + (elf->wide ? 5 : 6) * word, word, elf->big);
}

bool
segments_next(struct segments *segments, struct segment *segment)
{
	const struct native *elf = segments->elf;
	size_t size = header_size(elf), room = sizeof(segments->batch) / size, at = segments->next % room;

	if (segments->next >= elf->phnum)
		return false;
	if (at == 0) {
		segments->count = elf->phnum - segments->next < room ? elf->phnum - segments->next : room;
		segments->error =
		    opened_read(elf->file, segments->batch, segments->count * size, elf->phoff + segments->next * size);
		if (segments->error)
			return false;
	}
	segments->next++;
	decode(segments->batch + at * size, elf, segment);
	return true;
}
