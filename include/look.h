/* SPDX-License-Identifier: MIT */
#ifndef LOOK_H
#define LOOK_H

#include <errno.h>
#include <stdbool.h>

enum look_is { LOOK_UNKNOWN, LOOK_NO, LOOK_YES };

/*
 * The answer of a look at this machine. What cannot be looked at is LOOK_UNKNOWN: neither yes nor no.
 * A struct, as it cannot stand as a condition: who asks has to say which of the three is meant.
 */
struct look {
	enum look_is is;
};

/* What was seen. */
static inline struct look
look_seen(bool yes)
{
	return (struct look){yes ? LOOK_YES : LOOK_NO};
}

static inline struct look
look_unknown(void)
{
	return (struct look){LOOK_UNKNOWN};
}

/* Both of two, and either of them: what could not be looked at counts where the other does not decide. */
static inline struct look
look_both(struct look a, struct look b)
{
	return a.is == LOOK_NO || b.is == LOOK_YES ? a : b;
}

static inline struct look
look_either(struct look a, struct look b)
{
	return a.is == LOOK_YES || b.is == LOOK_NO ? a : b;
}

/* Whether the errno of a path's lookup says that nothing is there. EACCES says that it is closed; others nothing of it.
 */
static inline bool
look_absent(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

#endif
