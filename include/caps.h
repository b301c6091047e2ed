/* SPDX-License-Identifier: MIT */
#ifndef CAPS_H
#define CAPS_H

#include <stdbool.h>

/* Capabilities, by their numbers in capabilities(7) and linux/capability.h, which a libc without the kernel's headers
 * beside it lacks. */
enum cap {
	CAPS_DAC_OVERRIDE = 1,
	CAPS_DAC_READ_SEARCH = 2,
	CAPS_SYS_RAWIO = 17,
	CAPS_SYS_ADMIN = 21,
};

/* Whether a capability is in effect for this process, in its own user namespace. */
bool caps_has(enum cap cap);

/* Give up all capabilities but those two that let root read what modes forbid, the inheritable ones too; what the
 * process does not have stays absent. -1 and errno if it has more and keeps them. */
int caps_keep_reading(void);

/*
 * Puts these two into effect, as far as the process has them, or out of it: its own rights count then, until they are
 * put back. 1: one was in effect before, 0: none was (errno stays), -1 and errno.
 */
int caps_use_over_files(bool use);

/* Gives up all of them. 0, or -1 and errno. */
int caps_drop(void);

#endif
