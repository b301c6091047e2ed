/* SPDX-License-Identifier: MIT */
#ifndef TRIED_H
#define TRIED_H

struct resolved;
struct snapshot;

/*
 * What each entry made of a file, in the kernel's order up to the one that takes it, as the JSON member "tried".
 * s NULL: none can be seen.
 */
void tried_json(const struct snapshot *s, const struct resolved *resolved);

/*
 * The same for people; below the three that come nearest to the file (the one that takes it included) the bytes that
 * were compared.
 */
void tried_print(const struct snapshot *s, const struct resolved *resolved);

#endif
