/* SPDX-License-Identifier: MIT */
/*
 * A record is a file of lines: package, "magic" or "extension", offset, the magic or extension, mask,
 * interpreter, detector, and "yes" or nothing for credentials, preserve, fix_binary; the last four may be missing.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "err.h"
#include "records.h"
#include "smallfile.h"
#include "ubformat.h"

enum { PACKAGE, TYPE, OFFSET, MAGIC, MASK, INTERPRETER, DETECTOR, CREDENTIALS, PRESERVE, FIX_BINARY, LINES };

enum { TEXT_MAX = 8192 }; /* each of a real one's ten lines fits into the kernel's own */

/* The file's text in the arena; NULL: it cannot be read, or is larger than any record. */
static char *
read_text(struct records *records, const char *dir, const char *name)
{
	char path[PATH_MAX], text[TEXT_MAX + 1];
	ssize_t len = -1;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) < (int)sizeof(path))
		len = smallfile_read(path, text, sizeof(text));
	return len < 0 ? NULL : arena_copy(&records->arena, text, (size_t)len);
}

/* As update-binfmts registers it: always with this delimiter, even where a field holds it. */
static const char *
read_rule(struct records *records, struct record *record, char *const lines[static LINES])
{
	bool by_magic = strcmp(lines[TYPE], "magic") == 0; /* any other word means an extension */
	const struct ubformat format = {.name = record->name,
					.magic = by_magic ? lines[MAGIC] : NULL,
					.extension = lines[MAGIC],
					.offset = lines[OFFSET],
					.mask = lines[MASK],
					.interpreter = record->detected ? "/usr/lib/binfmt-support/run-detectors"
									: lines[INTERPRETER],
					.credentials = strcmp(lines[CREDENTIALS], "yes") == 0,
					.preserve = strcmp(lines[PRESERVE], "yes") == 0,
					.fix_binary = strcmp(lines[FIX_BINARY], "yes") == 0};

	return ubformat_rule(&format, ':', (struct host_kernel){0}, &records->arena, &record->rule);
}

/* *cut: it is cut off. */
static const char *
read_record(struct records *records, struct record *record, char *text, bool *cut)
{
	static char nothing[] = "";
	char *lines[LINES], *next = text;

	for (int i = 0; i < LINES; i++) {
		char *end = next ? strchr(next, '\n') : NULL;

		lines[i] = next ? next : nothing;
		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		else if (i < DETECTOR) {
			*cut = true;
			return "the record is cut off";
		}
	}
	record->detected = *lines[DETECTOR] != '\0';
	return read_rule(records, record, lines);
}

static int
add_record(struct records *records, const char *dir, const char *name)
{
	bool cut = false;
	struct record *more = records->at, *record;
	char *text;

	if (records->count == records->room) {
		records->room = records->room ? records->room * 2 : 32;
		more = realloc(records->at, records->room * sizeof(*more));
		if (!more)
			return -1;
		records->at = more;
	}
	record = &more[records->count];
	*record = (struct record){.name = arena_copy(&records->arena, name, strlen(name))};
	if (!record->name)
		return -1;
	records->count++;
	text = read_text(records, dir, name);
	if (!text) {
		record->reason = "the record cannot be read, or is larger than 8 KiB";
		records->unread = true;
	} else {
		record->reason = read_record(records, record, text, &cut);
	}
	if (cut)
		records->cut = record->name;
	return 0;
}

/* While one is cut off update-binfmts enables none. -1: no memory. */
static int
spoil_all(struct records *records)
{
	char text[NAME_MAX + 80];
	const char *reason;
	int len = snprintf(text, sizeof(text), "update-binfmts enables nothing at all while its record %s is cut off",
			   records->cut);

	reason = arena_copy(&records->arena, text, (size_t)len);
	for (size_t i = 0; reason && i < records->count; i++)
		records->at[i].reason = reason;
	return reason ? 0 : -1;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct record *)a)->name, ((const struct record *)b)->name);
}

int
records_read(struct records *records, const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int done = 0;

	*records = (struct records){.unread = !d && errno != ENOENT};
	errno = 0;
	while (done == 0 && d && (e = readdir(d))) {
		if (e->d_name[0] != '.')
			done = add_record(records, dir, e->d_name);
		errno = 0;
	}
	records->unread |= errno != 0;
	if (d)
		closedir(d);
	if (records->count)
		qsort(records->at, records->count, sizeof(*records->at), by_name);
	if (done == 0 && records->cut)
		done = spoil_all(records);
	if (done == 0)
		return 0;
	records_free(records);
	return err_set(err, ERR_MEMORY, "out of memory");
}

void
records_free(struct records *records)
{
	free(records->at);
	arena_free(&records->arena);
	*records = (struct records){0};
}

const struct record *
records_find(const struct records *records, const char *name)
{
	const struct record wanted = {.name = name};

	return records->count ? bsearch(&wanted, records->at, records->count, sizeof(wanted), by_name) : NULL;
}
