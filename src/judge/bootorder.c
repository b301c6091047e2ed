/* SPDX-License-Identifier: MIT */
/*
 * Entries are compared only with those of the same bucket, by one byte of what they want: two that both fix
 * that byte, to different values, share no file. So a long table in another order costs no square of its length.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bootorder.h"
#include "confd.h"
#include "err.h"
#include "snapshot.h"

enum { ANY = 256, BUCKETS = 257, NONE = -1 };

/* A live entry that is registered at boot. */
struct spot {
	const char *name;
	const struct pattern *pattern;
	const struct confd_line *line; /* the later one wins */
	const struct confd_line *last; /* the last of all the entries behind it */
	unsigned bucket;
	long next; /* of the same bucket, behind it */
};

struct order {
	struct spot *spots; /* newest first */
	size_t count;
	size_t byte; /* by which magics are told apart */
	long heads[2][BUCKETS];
};

/* The value that a magic fixes at a byte of the file, or ANY. */
static unsigned
fixed(const struct pattern *p, size_t byte)
{
	if (byte < p->offset || byte >= (size_t)p->offset + p->size || pattern_mask(p, byte - p->offset) != 0xff)
		return ANY;
	return p->magic[byte - p->offset];
}

static unsigned
bucket_of(const struct pattern *p, size_t byte)
{
	unsigned sum = 0;

	if (p->type == PATTERN_MAGIC)
		return fixed(p, byte);
	for (const char *c = p->extension; *c; c++)
		sum = sum * 31 + (unsigned char)*c;
	return (sum ^ sum >> 8 ^ sum >> 16) & 0xff;
}

/* The byte that has the most values. */
static size_t
telling_byte(const struct order *order)
{
	static unsigned char seen[PATTERN_WINDOW][ANY];
	unsigned values[PATTERN_WINDOW] = {0};
	size_t best = 0;

	memset(seen, 0, sizeof(seen));
	for (size_t i = 0; i < order->count; i++) {
		const struct pattern *p = order->spots[i].pattern;

		for (size_t k = 0; p->type == PATTERN_MAGIC && k < p->size; k++) {
			unsigned value = fixed(p, p->offset + k);

			if (value != ANY && !seen[p->offset + k][value]) {
				seen[p->offset + k][value] = 1;
				values[p->offset + k]++;
			}
		}
	}
	for (size_t byte = 0; byte < PATTERN_WINDOW; byte++)
		if (values[byte] > values[best])
			best = byte;
	return best;
}

static void
fill(struct order *order, const struct confd *confd, const struct snapshot *s)
{
	struct handler handler;

	for (size_t i = 0; i < s->list.count; i++) {
		const struct confd_line *line;

		if (!snapshot_shown(s, i, &handler) || !handler.entry->enabled ||
		    handler.entry->rule.pattern.type > PATTERN_EXTENSION)
			continue;
		line = confd_find(confd, handler.name);
		if (line && line->fate == CONFD_REGISTERED)
			order->spots[order->count++] =
			    (struct spot){.name = handler.name, .pattern = &handler.entry->rule.pattern, .line = line};
	}
}

/* From the last to the first, so that each list begins with the newest. */
static void
link_buckets(struct order *order)
{
	const struct confd_line *last = NULL;

	for (int type = 0; type < 2; type++)
		for (size_t i = 0; i < BUCKETS; i++)
			order->heads[type][i] = NONE;
	order->byte = telling_byte(order);
	for (size_t i = order->count; i-- > 0;) {
		struct spot *spot = &order->spots[i];
		long *head;

		spot->bucket = bucket_of(spot->pattern, order->byte);
		spot->last = last;
		if (!last || spot->line > last)
			last = spot->line;
		head = &order->heads[spot->pattern->type == PATTERN_EXTENSION][spot->bucket];
		spot->next = *head;
		*head = (long)i;
	}
}

/* The first of a bucket's entries that takes files of this one and is registered later, or NULL. */
static const struct spot *
find_in(const struct order *order, const struct spot *first, long at)
{
	for (; at != NONE; at = order->spots[at].next)
		if (order->spots[at].line > first->line && pattern_overlap(first->pattern, order->spots[at].pattern))
			return &order->spots[at];
	return NULL;
}

static const struct spot *
find_later(const struct order *order, const struct spot *first)
{
	bool extension = first->pattern->type == PATTERN_EXTENSION;
	const long *heads = order->heads[extension];
	const struct spot *later = find_in(order, first, heads[first->bucket]);

	if (!later && !extension && first->bucket != ANY)
		later = find_in(order, first, heads[ANY]);
	for (size_t i = 0; !later && !extension && first->bucket == ANY && i < ANY; i++)
		later = find_in(order, first, heads[i]);
	return later;
}

int
bootorder_examine(const struct confd *confd, const struct snapshot *s, bootorder_tell *tell, void *arg, struct err *err)
{
	struct order order = {.spots = malloc((s->list.count + 1) * sizeof(*order.spots))};

	if (!order.spots)
		return err_set(err, ERR_MEMORY, "out of memory");
	fill(&order, confd, s);
	link_buckets(&order);
	for (size_t i = 0; i < order.count; i++) {
		const struct spot *first = &order.spots[i], *later;

		order.heads[first->pattern->type == PATTERN_EXTENSION][first->bucket] = first->next;
		later = first->last && first->last > first->line ? find_later(&order, first) : NULL;
		if (later)
			tell(arg, first->name, later->name);
	}
	free(order.spots);
	return 0;
}
