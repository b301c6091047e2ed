/* SPDX-License-Identifier: MIT */
/*
 * Some bytes are chosen, and bits of each. An entry that wants all of these is in the bucket of their values, one of an
 * extension in that of the extension. All others are loose: they are candidates for every question. The same again by
 * name, where hashed temporaries are loose. A bucket is a chain in the order of the entries, and so is what is loose.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "buckets.h"
#include "entry.h"
#include "hash.h"
#include "tempname.h"

enum {
	LEAST = 128,    /* entries for which it pays */
	MOST = 1 << 21, /* the cost of more would not fit 64 bits */
	BYTES = 6,      /* chosen at most */
	CROWD = 4,      /* no byte is added for less in a bucket */
	VALUES = 256,   /* of a byte */
	FREQUENT = 16,  /* masks of a byte that are looked at */
	CHOICES = 8,    /* the bits that a byte may be chosen by: each time at least one less */
};

struct chains {
	uint32_t loose;  /* the first loose entry; count: none */
	uint32_t *heads; /* the first entry of each bucket; count: none */
	uint32_t *next;  /* the entry behind each in its chain */
};

struct buckets {
	size_t count;
	size_t bytes;       /* how many were chosen */
	uint16_t at[BYTES]; /* where they are in a file */
	unsigned char bits[BYTES];
	uint32_t mask; /* the number of heads less one */
	struct chains files, names;
};

/* Where hashes start: a magic's and an extension's apart. */
static const uint64_t hash_of_magic = HASH_START, hash_of_extension = HASH_START + 1;

static uint32_t
extension_key(const struct buckets *b, const char *extension)
{
	return hash_fold(hash_text(hash_of_extension, extension)) & b->mask;
}

static uint32_t
head_key(const struct buckets *b, const unsigned char head[static PATTERN_WINDOW])
{
	uint64_t hash = hash_of_magic;

	for (size_t i = 0; i < b->bytes; i++)
		hash = hash_byte(hash, head[b->at[i]] & b->bits[i]);
	return hash_fold(hash) & b->mask;
}

static bool
wants(const struct pattern *p, size_t at, unsigned char bits)
{
	return at >= p->offset && at - p->offset < p->size && (pattern_mask(p, at - p->offset) & bits) == bits;
}

/* False: it is loose. */
static bool
magic_key(const struct buckets *b, const struct pattern *p, uint32_t *key)
{
	uint64_t hash = hash_of_magic;

	for (size_t i = 0; i < b->bytes; i++) {
		if (!wants(p, b->at[i], b->bits[i]))
			return false;
		hash = hash_byte(hash, p->magic[b->at[i] - p->offset] & b->bits[i]);
	}
	*key = hash_fold(hash) & b->mask;
	return b->bytes > 0;
}

static bool
key_of(const struct buckets *b, const struct pattern *p, uint32_t *key)
{
	if (p->type == PATTERN_EXTENSION)
		*key = extension_key(b, p->extension);
	return p->type == PATTERN_EXTENSION || (p->type == PATTERN_MAGIC && magic_key(b, p, key));
}

static uint32_t
text_key(const struct buckets *b, const char *name)
{
	return hash_fold(hash_text(HASH_START, name)) & b->mask;
}

/* A temporary has the key of the name that it stands for. False: that is not known. */
static bool
name_key(const struct buckets *b, const char *name, uint32_t *key)
{
	const char *target = tempname_target(name);

	*key = text_key(b, target ? target : name);
	return !tempname_is_hashed(name);
}

/* What each place in a file may be chosen by. What is never counted costs no memory. */
struct choices {
	unsigned char bits[PATTERN_WINDOW][CHOICES]; /* 0: no more */
	uint32_t values[PATTERN_WINDOW][CHOICES][VALUES];
};

/* What the most frequent masks of a place have in common, the two, the three ...; one that has nothing of it is passed
 * over. `masks` is how often each is there. */
static void
choose_bits(uint32_t masks[static VALUES], unsigned char bits[static CHOICES])
{
	unsigned common = 0xff, count = 0;

	masks[0] = 0;
	for (size_t n = 0; n < FREQUENT; n++) {
		size_t most = 0;

		for (size_t mask = 1; mask < VALUES; mask++)
			if (masks[mask] > masks[most])
				most = mask;
		masks[most] = 0;
		if (!(common & most) || (count && (common & most) == common))
			continue;
		common &= (unsigned)most;
		bits[count++] = (unsigned char)common;
	}
}

/* Without values yet; NULL: no memory. */
static struct choices *
make_choices(const struct buckets *b, const struct entry *entries)
{
	uint32_t(*masks)[VALUES] = calloc(PATTERN_WINDOW, sizeof(*masks));
	struct choices *choices = masks ? calloc(1, sizeof(*choices)) : NULL;
	size_t end = 0;

	for (size_t i = 0; choices && i < b->count; i++) {
		const struct pattern *p = &entries[i].rule.pattern;

		if (p->type != PATTERN_MAGIC)
			continue;
		for (size_t k = 0; k < p->size; k++)
			masks[p->offset + k][pattern_mask(p, k)]++;
		if (p->offset + p->size > end)
			end = p->offset + p->size;
	}
	for (size_t at = 0; choices && at < end; at++)
		choose_bits(masks[at], choices->bits[at]);
	free(masks);
	return choices;
}

static void
count_byte(struct choices *choices, size_t at, unsigned char byte, unsigned char mask)
{
	const unsigned char *bits = choices->bits[at];

	for (size_t k = 0; k < CHOICES && bits[k]; k++)
		if ((mask & bits[k]) == bits[k])
			choices->values[at][k][byte & bits[k]]++;
}

/* How often each value is wanted by the magics that are not loose yet. Returns their number. */
static size_t
count_values(const struct buckets *b, const struct entry *entries, struct choices *choices)
{
	size_t magics = 0;
	uint32_t ignored;

	for (size_t at = 0; b->bytes && at < PATTERN_WINDOW; at++)
		if (choices->bits[at][0])
			memset(choices->values[at], 0, sizeof(choices->values[at]));
	for (size_t i = 0; i < b->count; i++) {
		const struct pattern *p = &entries[i].rule.pattern;

		if (p->type != PATTERN_MAGIC || (b->bytes && !magic_key(b, p, &ignored)))
			continue;
		magics++;
		for (size_t k = 0; k < p->size; k++)
			count_byte(choices, p->offset + k, p->magic[k], pattern_mask(p, k));
	}
	return magics;
}

/*
 * What has to be looked at for a question, if a place is added to those chosen: what becomes loose by it, and what is
 * in a bucket then, in the mean.
 */
static uint64_t
cost_of(const uint32_t values[static VALUES], uint64_t magics, uint64_t *crowd)
{
	uint64_t whole = 0, squares = 0;

	for (size_t v = 0; v < VALUES; v++) {
		whole += values[v];
		squares += (uint64_t)values[v] * values[v];
	}
	*crowd = whole ? *crowd * squares / magics / whole : *crowd;
	return magics - whole + *crowd;
}

/* Chooses the next byte. False: none makes it cheaper. *crowd: how many are in a bucket, in the mean. */
static bool
add_byte(struct buckets *b, const struct entry *entries, struct choices *choices, uint64_t *crowd)
{
	size_t magics = count_values(b, entries, choices);
	uint64_t least = b->bytes ? *crowd : magics, before = least;
	bool found = false;

	for (size_t at = 0; magics && at < PATTERN_WINDOW; at++) {
		for (size_t k = 0; k < CHOICES && choices->bits[at][k]; k++) {
			uint64_t then = before, cost = cost_of(choices->values[at][k], magics, &then);

			if (cost >= least)
				continue;
			least = cost;
			*crowd = then;
			b->at[b->bytes] = (uint16_t)at;
			b->bits[b->bytes] = choices->bits[at][k];
			found = true;
		}
	}
	b->bytes += found;
	return found;
}

/* Without memory for it none is chosen. */
static void
choose_bytes(struct buckets *b, const struct entry *entries)
{
	struct choices *choices = make_choices(b, entries);
	uint64_t crowd = 0;

	while (choices && b->bytes < BYTES && add_byte(b, entries, choices, &crowd) && crowd > CROWD)
		;
	free(choices);
}

/* In front of its chain: to be called for the last entry first. */
static void
put_in(struct chains *chains, bool loose, uint32_t key, uint32_t i)
{
	uint32_t *chain = loose ? &chains->loose : &chains->heads[key];

	chains->next[i] = *chain;
	*chain = i;
}

static void
fill(struct buckets *b, const struct entry *entries)
{
	uint32_t none = (uint32_t)b->count, key;
	bool known;

	b->files.loose = b->names.loose = none;
	for (size_t i = 0; i <= b->mask; i++)
		b->files.heads[i] = b->names.heads[i] = none;
	for (uint32_t i = none; i-- > 0;) {
		known = key_of(b, &entries[i].rule.pattern, &key);
		put_in(&b->files, !known, known ? key : 0, i);
		known = name_key(b, entries[i].rule.name, &key);
		put_in(&b->names, !known, key, i);
	}
}

struct buckets *
buckets_make(const struct entry *entries, size_t count)
{
	struct buckets *b = count < LEAST || count > MOST ? NULL : calloc(1, sizeof(*b));
	size_t heads = LEAST;

	if (!b)
		return NULL;
	while (heads < count)
		heads *= 2;
	b->count = count;
	b->mask = (uint32_t)(heads - 1);
	b->files.heads = malloc(2 * (heads + count) * sizeof(uint32_t));
	if (!b->files.heads) {
		free(b);
		return NULL;
	}
	b->files.next = b->files.heads + heads;
	b->names.heads = b->files.next + count;
	b->names.next = b->names.heads + heads;
	choose_bytes(b, entries);
	fill(b, entries);
	return b;
}

void
buckets_free(struct buckets *buckets)
{
	if (buckets)
		free(buckets->files.heads);
	free(buckets);
}

/* Starts a way with what is loose alone; without chains with all. */
static void
start(const struct chains *chains, size_t count, struct way *way)
{
	const uint32_t none = (uint32_t)count;

	*way = (struct way){
	    .next = chains ? chains->next : NULL, .count = count, .at = {chains ? chains->loose : 0, none, none}};
}

void
buckets_takers(const struct buckets *buckets, size_t count, const struct subject *subject, struct way *way)
{
	const char *extension = buckets ? pattern_extension(subject->path) : NULL;

	start(buckets ? &buckets->files : NULL, count, way);
	if (buckets)
		way->at[1] = buckets->files.heads[head_key(buckets, subject->head)];
	if (extension)
		way->at[2] = buckets->files.heads[extension_key(buckets, extension)];
}

void
buckets_sharers(const struct buckets *buckets, size_t count, const struct pattern *pattern, struct way *way)
{
	uint32_t key;

	if (buckets && !key_of(buckets, pattern, &key))
		buckets = NULL;
	start(buckets ? &buckets->files : NULL, count, way);
	if (buckets)
		way->at[1] = buckets->files.heads[key];
}

void
buckets_sharers_behind(const struct buckets *buckets, size_t count, const struct entry *entries, size_t i,
		       struct way *way)
{
	uint32_t key;

	if (buckets && !key_of(buckets, &entries[i].rule.pattern, &key))
		buckets = NULL;
	start(buckets ? &buckets->files : NULL, count, way);
	if (buckets)
		way->at[1] = buckets->files.next[i];
	else
		way->at[0] = (uint32_t)(i + 1);
	while (way->next && way->at[0] < i)
		way->at[0] = way->next[way->at[0]];
}

void
buckets_named(const struct buckets *buckets, size_t count, const char *name, struct way *way)
{
	if (tempname_is(name)) /* it has the key of another name */
		buckets = NULL;
	start(buckets ? &buckets->names : NULL, count, way);
	if (buckets)
		way->at[1] = buckets->names.heads[text_key(buckets, name)];
}

size_t
way_next(struct way *way)
{
	const size_t chains = sizeof(way->at) / sizeof(way->at[0]);
	uint32_t least = way->at[0];

	for (size_t i = 1; i < chains; i++)
		if (way->at[i] < least)
			least = way->at[i];
	for (size_t i = 0; i < chains && least < way->count; i++)
		if (way->at[i] == least)
			way->at[i] = way->next ? way->next[least] : least + 1;
	return least;
}
