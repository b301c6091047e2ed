/* SPDX-License-Identifier: MIT */
#ifndef ELFKIND_H
#define ELFKIND_H

#include <stdbool.h>
#include <stdint.h>

#include "pattern.h"

struct arch;
struct err;

/*
 * What an ELF file is that nothing runs, by its first bytes and its size: no program (object, core dump, library),
 * cut off or damaged, of a machine or an ABI without a row, built for another system. False, and nothing is said, for
 * what is no ELF file, and for a program of an architecture with a row that seems whole. own: this host's row, or NULL.
 */
bool elfkind_explain(const struct subject *file, uint64_t size, const struct arch *own, struct err *why);

/* The name of a well-known e_machine number: a row's name, or "CSKY"; NULL if it is not known. */
const char *elfkind_machine(uint16_t machine);

/* The system other than Linux that byte 7 of the header (EI_OSABI) names: "FreeBSD"; NULL if it names none. */
const char *elfkind_system(const unsigned char head[static PATTERN_WINDOW]);

#endif
