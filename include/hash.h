/* SPDX-License-Identifier: MIT */
#ifndef HASH_H
#define HASH_H

#include <stdint.h>

/* FNV-1a of 64 bits, byte by byte from HASH_START; names of temporaries hold it, so it stays what it is. */
#define HASH_START UINT64_C(0xcbf29ce484222325)

static inline uint64_t
hash_byte(uint64_t hash, unsigned char byte)
{
	return (hash ^ byte) * UINT64_C(0x100000001b3);
}

static inline uint64_t
hash_text(uint64_t hash, const char *text)
{
	while (*text)
		hash = hash_byte(hash, (unsigned char)*text++);
	return hash;
}

/* All of it in 32 bits, of which any count of the lowest may be taken. */
static inline uint32_t
hash_fold(uint64_t hash)
{
	uint32_t half = (uint32_t)(hash ^ hash >> 32);

	return half ^ half >> 15;
}

#endif
