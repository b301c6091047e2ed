/* SPDX-License-Identifier: MIT */
#ifndef SEGMENT_H
#define SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct native;

/* A program header, of either width. */
struct segment {
	uint32_t type, flags;
	uint64_t offset, vaddr, filesz, memsz, align;
};

/* The program headers of a file, one after another. */
struct segments {
	const struct native *elf;
	size_t next, count; /* the batch holds so many, the last of them is next - 1 at most */
	int error;          /* why they could not be read, or 0 */
	unsigned char batch[56 * 64];
};

void segments_start(struct segments *segments, const struct native *elf);

/* False at the end, or where they cannot be read: then segments->error is set. */
bool segments_next(struct segments *segments, struct segment *segment);

#endif
