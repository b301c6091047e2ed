/* SPDX-License-Identifier: MIT */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "rule.h"

struct err;

#define RECORDS_DIR "/var/lib/binfmts"

/* A format that update-binfmts (binfmt-support) has on record: the file of the entry's name in RECORDS_DIR. */
struct record {
	const char *name;
	struct rule rule;   /* what is registered for it */
	bool detected;      /* by way of run-detectors, which finds the interpreter */
	const char *reason; /* why nothing is; NULL: it is registered */
};

struct records {
	struct record *at; /* sorted by name */
	size_t count, room;
	bool unread;     /* the folder is there, and could not be read */
	const char *cut; /* a record that is cut off, for which none gets registered; NULL: there is none */
	struct arena arena;
};

/* Reads all records of a folder; none where it is not there. -1 and *err: no memory. */
int records_read(struct records *records, const char *dir, struct err *err);
void records_free(struct records *records);

/* The record of an entry, NULL: there is none. */
const struct record *records_find(const struct records *records, const char *name);

#endif
