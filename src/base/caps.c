/* SPDX-License-Identifier: MIT */
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "caps.h"

#define VERSION_3 0x20080522 /* of the two structures below: 64 capabilities */

struct header {
	uint32_t version;
	int pid; /* 0: this one */
};

/* Half of the sets; the first holds capabilities 0 to 31. */
struct half {
	uint32_t effective, permitted, inheritable;
};

static const uint32_t over_files = 1U << CAPS_DAC_OVERRIDE | 1U << CAPS_DAC_READ_SEARCH;

/* The two halves of what the process has. 0, or -1 and errno. */
static int
get(struct half sets[static 2])
{
	struct header head = {.version = VERSION_3};

	return (int)syscall(SYS_capget, &head, sets);
}

static int
set(const struct half sets[static 2])
{
	struct header head = {.version = VERSION_3};

	return (int)syscall(SYS_capset, &head, sets);
}

bool
caps_has(enum cap cap)
{
	struct half sets[2] = {{0}};

	return get(sets) == 0 && sets[0].effective & (1U << cap);
}

int
caps_keep_reading(void)
{
	struct half sets[2] = {{0}};

	if (get(sets) < 0)
		return -1;
	if (!(sets[0].permitted & ~over_files) && !sets[0].inheritable && !sets[1].permitted && !sets[1].inheritable)
		return 0;
	sets[0].permitted &= over_files;
	sets[0].effective &= over_files;
	sets[0].inheritable = 0;
	sets[1] = (struct half){0};
	return set(sets);
}

int
caps_use_over_files(bool use)
{
	struct half sets[2] = {{0}};
	bool used;

	if (get(sets) < 0)
		return -1;
	used = sets[0].effective & over_files;
	sets[0].effective &= ~over_files;
	if (use)
		sets[0].effective |= sets[0].permitted & over_files;
	return used != use && set(sets) < 0 ? -1 : used;
}

int
caps_drop(void)
{
	const struct half none[2] = {{0}};

	return set(none);
}
