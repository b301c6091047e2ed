/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hash.h"
#include "tempname.h"

static const char plain[] = ".binfmtctl~", hashed[] = ".binfmtctl#";

enum { PLAIN = sizeof(plain) - 1, HASHED = sizeof(hashed) - 1 };

void
tempname_make(const char *name, char temporary[static RULE_NAME_MAX + 1])
{
	size_t len = strlen(name);

	if (len + PLAIN <= RULE_NAME_MAX) {
		memcpy(temporary, plain, PLAIN);
		memcpy(temporary + PLAIN, name, len + 1);
	} else {
		snprintf(temporary, RULE_NAME_MAX + 1, "%s%016" PRIx64, hashed, hash_text(HASH_START, name));
	}
}

bool
tempname_matches(const char *entry, const char *name)
{
	char temporary[RULE_NAME_MAX + 1];

	if (strcmp(entry, name) == 0)
		return true;
	if (!tempname_is(entry))
		return false;
	tempname_make(name, temporary);
	return strcmp(entry, temporary) == 0;
}

bool
tempname_same(const char *a, const char *b)
{
	return tempname_matches(a, b) || tempname_matches(b, a);
}

const char *
tempname_target(const char *entry)
{
	return strncmp(entry, plain, PLAIN) == 0 && entry[PLAIN] ? entry + PLAIN : NULL;
}

bool
tempname_is_hashed(const char *entry)
{
	return strncmp(entry, hashed, HASHED) == 0;
}

bool
tempname_is(const char *entry)
{
	return tempname_target(entry) || tempname_is_hashed(entry);
}
