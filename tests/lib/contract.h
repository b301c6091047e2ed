/* SPDX-License-Identifier: MIT */
/* The keys and types of JSON documents, as the man page states them. */
#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdbool.h>

#define CONTRACT_MAN "man/binfmtctl-json.5"

/* Headings of the page, and one that stands for no command: then a document has only what all have. */
#define CONTRACT_CHANGES "register, remove, enable, disable, refresh, load, exec -n"
#define CONTRACT_ANY "Every document"

/* Documents of this heading have no warnings and no error, unless they fail. */
bool contract_is_bare(const char *heading);

/*
 * A jq filter that is true for a document with exactly the keys below this heading, each of its type. Keys with a
 * note may be missing, and KEY_hex goes with every KEY. On the heap.
 */
char *contract_filter(const char *heading);

#endif
