/* SPDX-License-Identifier: MIT */
#include "elfhead.h"
#include "harness.h"

#include <elf.h>

#include "arch.h"
#include "elfmaker.h"
#include "random.h"

enum { BASE = 0x400000, PAGE = 4096, CODE = 3000, DATA_SIZE = 100, DATA_MEMORY = 6000 };

static bool
is_wide(const struct elfmaker *m)
{
	return m->arch->magic[EI_CLASS] == ELFCLASS64;
}

/* A number of the program's byte order and width. */
static void
put(const struct elfmaker *m, unsigned char *at, size_t bytes, uint64_t n)
{
	elfhead_put(at, n, bytes, m->arch->magic[EI_DATA] == ELFDATA2MSB);
}

struct header {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz;
};

static size_t
header_size(const struct elfmaker *m)
{
	return is_wide(m) ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr);
}

static size_t
head_size(const struct elfmaker *m)
{
	return is_wide(m) ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
}

static void
put_header(const struct elfmaker *m, unsigned char *elf, size_t i, const struct header *h)
{
	size_t word = is_wide(m) ? 8 : 4;
	unsigned char *at = elf + head_size(m) + i * header_size(m);

	put(m, at, 4, h->type);
	put(m, at + (is_wide(m) ? 4 : 24), 4, h->flags);
	at += is_wide(m) ? 8 : 4;
	put(m, at, word, h->offset);
	put(m, at + word, word, h->vaddr);
	put(m, at + 2 * word, word, h->vaddr);
	put(m, at + 3 * word, word, h->filesz);
	put(m, at + 4 * word, word, h->memsz);
	at[(is_wide(m) ? 5 * word : 6 * word)] = 0;
}

static void
put_head(const struct elfmaker *m, unsigned char *elf, size_t count)
{
	size_t word = is_wide(m) ? 8 : 4, sizes = is_wide(m) ? 52 : 40;

	memcpy(elf, m->arch->magic, 7);
	elf[EI_VERSION] = EV_CURRENT;
	put(m, elf + 16, 2, m->shared ? ET_DYN : ET_EXEC);
	memcpy(elf + 18, m->arch->magic + 18, 2);
	put(m, elf + 20, 4, EV_CURRENT);
	put(m, elf + 24, word, (m->shared ? 0 : BASE) + CODE);
	put(m, elf + 24 + word, word, head_size(m));
	put(m, elf + 24 + 3 * word, 4, m->arch->e_flags);
	put(m, elf + sizes, 2, head_size(m));
	put(m, elf + sizes + 2, 2, header_size(m));
	put(m, elf + sizes + 4, 2, count);
}

size_t
elfmaker_build(const struct elfmaker *m, unsigned char elf[static ELFMAKER_MAX])
{
	uint64_t base = m->shared ? 0 : BASE;
	size_t count = 0, size = CODE + m->arch->probe_size;

	memset(elf, 0, ELFMAKER_MAX);
	if (m->loader) {
		strcpy((char *)elf + 512, m->loader);
		put_header(
		    m, elf, count++,
		    &(struct header){PT_INTERP, PF_R, 512, base + 512, strlen(m->loader) + 1, strlen(m->loader) + 1});
	}
	put_header(m, elf, count++, &(struct header){PT_LOAD, PF_R | PF_X, 0, base, size, size});
	memcpy(elf + CODE, m->arch->probe, m->arch->probe_size);
	if (m->data) {
		put_header(m, elf, count++,
			   &(struct header){PT_LOAD, PF_R | PF_W, PAGE, base + 4 * PAGE, DATA_SIZE, DATA_MEMORY});
		size = PAGE + DATA_SIZE;
	}
	if (m->stack)
		put_header(m, elf, count++, &(struct header){PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0});
	put_head(m, elf, count);
	return size;
}

/* A number near an edge, or any. */
static uint64_t
odd_number(void)
{
	static const uint64_t numbers[] = {0, 1, 2, 100, 4095, 4096, 4097, 65536, 0x7fffffff, 0x80000000, 0xffffffff};

	if (chance(10))
		return random_bits() >> below(64);
	return numbers[below(LENGTH(numbers))];
}

/* A field of a program header. Fields that say how much memory to take stay below what a machine has. */
static void
break_header(const struct elfmaker *m, unsigned char *elf)
{
	size_t word = is_wide(m) ? 8 : 4, i = below(m->loader ? 3 : 2), field = below(6);
	unsigned char *at = elf + head_size(m) + i * header_size(m);

	if (field == 0)
		put(m, at, 4, below(8));
	else if (field == 1)
		put(m, at + (is_wide(m) ? 4 : 24), 4, below(8));
	else
		put(m,
		    at + (is_wide(m) ? 8 : 4) +
			(field == 2   ? 0
			 : field == 3 ? 1
			 : field == 4 ? 3
				      : 4) *
			    word,
		    word, odd_number());
}

/* A table of so many program headers, most of them empty, behind all else. Returns the new size. */
static size_t
many_headers(const struct elfmaker *m, unsigned char *elf, size_t size)
{
	size_t word = is_wide(m) ? 8 : 4, at = (size + 7) / 8 * 8;
	/* Around a page of them, and around the most that the kernel takes. */
	size_t count = (chance(50) ? PAGE : 65536) / header_size(m) + below(3) - 1;

	memmove(elf + at, elf + head_size(m), 5 * header_size(m)); /* a file that was cut before is short */
	put(m, elf + 24 + word, word, at);
	put(m, elf + (is_wide(m) ? 52 : 40) + 4, 2, count);
	return at + count * header_size(m);
}

size_t
elfmaker_break(const struct elfmaker *m, unsigned char elf[static ELFMAKER_MAX], size_t size)
{
	static const unsigned machines[] = {EM_386, 6, EM_X86_64, EM_AARCH64, EM_ARM, 0, 0xfefe};
	static const size_t cuts[] = {0, 1, 4, 16, 20, 51, 52, 63, 64, 84, 119, 120, 175, 176, 300, 513, 4096, 4097};
	size_t sizes = is_wide(m) ? 52 : 40;

	if (size == 0)
		return 0;
	switch (below(16)) {
	case 0:
		put(m, elf + 16, 2, below(6));
		break;
	case 1:
		put(m, elf + 18, 2, machines[below(LENGTH(machines))]);
		break;
	case 2:
		elf[EI_CLASS] = (unsigned char)below(4);
		break;
	case 3:
		elf[EI_DATA] = (unsigned char)below(4);
		break;
	case 4:
		put(m, elf + sizes + 2, 2,
		    chance(50) ? below(65536)
		    : below(2) ? sizeof(Elf32_Phdr)
			       : sizeof(Elf64_Phdr));
		break;
	case 5:
		put(m, elf + sizes + 4, 2, chance(30) ? below(65536) : chance(50) ? 1169 + below(3) : below(5));
		break;
	case 6:
	case 13:
	case 14:
		put(m, elf + 24, is_wide(m) ? 8 : 4, (m->shared ? 0 : BASE) + odd_number());
		break;
	case 7:
		put(m, elf + 24 + (is_wide(m) ? 8 : 4), is_wide(m) ? 8 : 4, odd_number());
		break;
	case 8:
	case 9:
	case 12:
		break_header(m, elf);
		break;
	case 11:
		return size > 3 * PAGE ? size : many_headers(m, elf, size); /* not twice */
	case 10:
		return chance(50) ? below(size) : cuts[below(LENGTH(cuts))];
	default:
		elf[below(size < 600 ? size : 600)] ^= (unsigned char)(1U << below(8));
	}
	return size;
}
