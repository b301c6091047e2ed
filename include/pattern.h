/* SPDX-License-Identifier: MIT */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* BINPRM_BUF_SIZE since Linux 5.1 (128 before): the kernel looks at so many first bytes of a file, zero-padded. */
enum { PATTERN_WINDOW = 256 };

enum pattern_type {
	PATTERN_MAGIC,
	PATTERN_EXTENSION,
	PATTERN_BPF,     /* a BPF program decides: kernels that have type B */
	PATTERN_UNKNOWN, /* of an entry that is not understood; takes nothing that we could tell */
};

/* Which files a rule takes: a view on bytes that live elsewhere. */
struct pattern {
	enum pattern_type type;
	uint16_t offset;            /* of the magic in the file, in bytes */
	uint16_t size;              /* bytes in magic, and in mask if there is one */
	const unsigned char *magic; /* NULL unless PATTERN_MAGIC */
	const unsigned char *mask;  /* bits that count; NULL: all */
	const char *extension;      /* without the dot; NULL unless PATTERN_EXTENSION */
};

/* What the kernel compares: first bytes, and the path that the file is executed by (load_binfmt_misc). */
struct subject {
	const char *path;
	unsigned char head[PATTERN_WINDOW];
};

/* The bits that count of byte i of the magic. */
static inline unsigned char
pattern_mask(const struct pattern *pattern, size_t i)
{
	return pattern->mask ? pattern->mask[i] : 0xff;
}

/* Whether byte i of the magic is not what the file has in its place. */
bool pattern_byte_differs(const struct pattern *pattern, const unsigned char head[static PATTERN_WINDOW], size_t i);

/* Whether the kernel would give this file to a rule with this pattern. False for BPF and unknown ones. */
bool pattern_takes(const struct pattern *pattern, const struct subject *subject);

/* Where a magic and a file part: the index in the file of the first byte that differs, -1 if none does. */
int pattern_differs(const struct pattern *pattern, const unsigned char head[static PATTERN_WINDOW]);

/* The extension of a path, after its last dot: "" if it ends in one, NULL if it has none. */
const char *pattern_extension(const char *path);

/* Both take the same files. An absent mask is one of all ones. */
bool pattern_same(const struct pattern *a, const struct pattern *b);

/* Whether every file that `inner` takes is taken by `outer` too. False where that cannot be told. */
bool pattern_covers(const struct pattern *outer, const struct pattern *inner);

/*
 * Whether some file matches both. Exact for magic with magic (offsets, masks) and extension with
 * extension; a magic and an extension always share one, so that says nothing and is false.
 */
bool pattern_overlap(const struct pattern *a, const struct pattern *b);

#endif
