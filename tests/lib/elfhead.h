/* SPDX-License-Identifier: MIT */
/* Headers of ELF files, byte by byte from the offsets in the specification: not by what the program reads them with. */
#ifndef ELFHEAD_H
#define ELFHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_head;

/* Puts a number in this many bytes. */
void elfhead_put(unsigned char *at, uint64_t n, size_t bytes, bool big);

/* A header of 64 bytes, of which ELFCLASS32 uses 52. */
void elfhead_make(const struct elf_head *elf, unsigned char head[static 64]);

#endif
