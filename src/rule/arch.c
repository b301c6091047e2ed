/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "suggest.h"

const struct arch *
arch_find(const char *word)
{
	/* One pass will do: the compiler of the table refuses an alias that names a row. */
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];

		if (!strcmp(a->name, word))
			return a;
		for (const char *const *alias = a->aliases; *alias; alias++)
			if (!strcmp(*alias, word))
				return a;
	}
	return NULL;
}

size_t
arch_select(const char *word, const struct arch *rows[static ARCH_GROUP_MAX])
{
	size_t n = 0;

	rows[0] = arch_find(word);
	if (!rows[0])
		return 0;
	n++;
	for (size_t i = 0; i < arch_count && n < ARCH_GROUP_MAX; i++)
		if (arch_table[i].group && !strcmp(arch_table[i].group, rows[0]->name))
			rows[n++] = &arch_table[i];
	return n;
}

/* The bits of the file's byte at pos that the rule wants. */
static unsigned char
wanted(const struct pattern *p, size_t pos)
{
	if (pos < p->offset || pos - p->offset >= p->size)
		return 0;
	return pattern_mask(p, pos - p->offset);
}

/* The byte of e_machine that tells nearly all rows apart. */
static size_t
machine_at(bool big_endian)
{
	return offsetof(Elf32_Ehdr, e_machine) + (big_endian ? 1 : 0);
}

/*
 * QEMU's masks drop the lowest bit of the byte order for x86 and alpha, and the high byte of
 * e_machine for ppc64le. The values 1 and 2 of the former differ in two bits: either tells them apart.
 */
static bool
says_enough(const struct pattern *p, bool big_endian)
{
	return (wanted(p, EI_CLASS) & 3) && (wanted(p, EI_DATA) & 3) && wanted(p, machine_at(big_endian)) == 0xff;
}

/* Whether the rule wants nothing of the file's byte at pos that differs from the row's byte `at`. */
static bool
byte_agrees(const struct pattern *p, const struct arch *a, size_t pos, size_t at)
{
	int both = wanted(p, pos) & a->mask[at];

	return !both || !((p->magic[pos - p->offset] ^ a->magic[at]) & both);
}

/* Whether nothing that the rule wants differs from the row, with the bytes of e_type swapped if type_swap is 1. */
static bool
agrees(const struct pattern *p, const struct arch *a, size_t type_swap)
{
	for (size_t pos = 0; pos < a->size; pos++) {
		size_t at = pos / 2 == offsetof(Elf32_Ehdr, e_type) / 2 ? pos ^ type_swap : pos;

		if (!byte_agrees(p, a, pos, at))
			return false;
	}
	return true;
}

static const char name_start[] = "qemu-"; /* of an architecture's entry */

struct pattern
arch_pattern(const struct arch *arch)
{
	return (struct pattern){
	    .type = PATTERN_MAGIC, .size = (uint16_t)arch->size, .magic = arch->magic, .mask = arch->mask};
}

void
arch_entry_name(const struct arch *arch, char name[static RULE_NAME_MAX + 1])
{
	snprintf(name, RULE_NAME_MAX + 1, "%s%s", name_start, arch->name);
}

const struct arch *
arch_of_entry_name(const char *name)
{
	const struct arch *arch = NULL;

	if (strncmp(name, name_start, sizeof(name_start) - 1) == 0)
		arch = arch_find(name + sizeof(name_start) - 1);
	return arch && strcmp(arch->name, name + sizeof(name_start) - 1) == 0 ? arch : NULL;
}

const struct arch *
arch_of_pattern(const struct pattern *pattern)
{
	bool magic = pattern->type == PATTERN_MAGIC;
	const bool enough[] = {magic && says_enough(pattern, false), magic && says_enough(pattern, true)};

	/*
	 * A MIPS rule without e_flags agrees with o32 and n32: the first, o32, is what it is meant for.
	 * QEMU's rule for big-endian MicroBlaze has e_type the wrong way round.
	 */
	for (size_t i = 0; (enough[0] || enough[1]) && i < arch_count; i++) {
		const struct arch *a = &arch_table[i];
		bool big = a->magic[EI_DATA] == ELFDATA2MSB;

		if (enough[big] && byte_agrees(pattern, a, machine_at(big), machine_at(big)) &&
		    (agrees(pattern, a, 0) || agrees(pattern, a, 1)))
			return a;
	}
	return NULL;
}

static bool
byte_matches(const struct arch *a, const unsigned char *head, size_t size, size_t pos)
{
	return !(((pos < size ? head[pos] : 0) ^ a->magic[pos]) & a->mask[pos]);
}

static bool
matches(const struct arch *a, const unsigned char *head, size_t size)
{
	for (size_t pos = 0; pos < a->size; pos++)
		if (!byte_matches(a, head, size, pos))
			return false;
	return true;
}

const struct arch *
arch_of_header(const unsigned char *head, size_t size)
{
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *a = &arch_table[i];

		if (byte_matches(a, head, size, machine_at(a->magic[EI_DATA] == ELFDATA2MSB)) && matches(a, head, size))
			return a;
	}
	return NULL;
}

void
arch_suggest(struct suggest *suggest)
{
	for (size_t i = 0; i < arch_count; i++) {
		suggest_add(suggest, arch_table[i].name);
		for (const char *const *alias = arch_table[i].aliases; *alias; alias++)
			suggest_add(suggest, *alias);
	}
}
