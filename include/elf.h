/* SPDX-License-Identifier: MIT */
#ifndef ELF_H
#define ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pattern.h"

/* The part of an ELF header that says what the program is for. */
struct elf_head {
	bool wide; /* ELFCLASS64 */
	bool big;  /* ELFDATA2MSB */
	uint16_t type, machine;
	uint32_t flags;
	uint64_t phoff; /* of the program headers, in bytes */
	uint16_t phentsize, phnum;
};

/* Decodes a file's first bytes; false if they are no whole ELF header of a known class and byte order. */
bool elf_parse(const unsigned char *head, size_t size, struct elf_head *elf);

/* An unsigned number of `bytes` bytes (at most 8), the high one first if big. */
uint64_t elf_number(const unsigned char *at, size_t bytes, bool big);

/* One program header. */
struct elf_segment {
	uint32_t type;
	uint64_t offset, size, align; /* in the file, in bytes */
};

/* Decodes a program header: 32 bytes, or 56 of a 64-bit file. */
void elf_segment(const unsigned char *at, const struct elf_head *elf, struct elf_segment *segment);

/* Where so many bytes from an offset on end; UINT64_MAX if nowhere. */
uint64_t elf_end(uint64_t offset, uint64_t size);

/* A pattern with bytes of its own: made once, not to be copied. */
struct elf_like {
	struct pattern pattern;
	unsigned char magic[40], mask[40];
};

/*
 * The pattern of programs like the one whose first bytes are given, as strict as our own table:
 * class, byte order and machine exact, executable or shared object, bytes 7-15 free, for 32-bit MIPS
 * also the ABI2 bit of e_flags. NULL, or the reason why there is none.
 */
const char *elf_like(const unsigned char *head, size_t size, struct elf_like *like);

#endif
