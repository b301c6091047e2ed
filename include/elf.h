/* SPDX-License-Identifier: MIT */
#ifndef ELF_H
#define ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct rule;

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

/* Whether the opened file asks for a dynamic loader: 1 yes, 0 no, -1 it cannot be read or is no sound ELF file. */
int elf_is_dynamic(int fd);

/* The same, and the loader's path, "" if it is too long to be one. */
int elf_loader(int fd, char path[static 256]);

/*
 * Magic and mask for programs like the one whose first bytes are given, as strict as our own table:
 * class, byte order and machine exact, executable or shared object, bytes 7-15 free, for 32-bit MIPS
 * also the ABI2 bit of e_flags. NULL, or the reason why no rule can be made of it.
 */
const char *elf_like(const unsigned char *head, size_t size, struct rule *rule);

#endif
