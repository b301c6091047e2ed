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

bool
caps_has(enum cap cap)
{
	struct header head = {.version = VERSION_3};
	struct half sets[2] = {{0}};

	return syscall(SYS_capget, &head, sets) == 0 && sets[0].effective & (1U << cap);
}

int
caps_keep_reading(void)
{
	const uint32_t kept = 1U << CAPS_DAC_OVERRIDE | 1U << CAPS_DAC_READ_SEARCH;
	struct header head = {.version = VERSION_3};
	struct half sets[2] = {{0}};

	if (syscall(SYS_capget, &head, sets) < 0)
		return -1;
	if (!(sets[0].permitted & ~kept) && !sets[0].inheritable && !sets[1].permitted && !sets[1].inheritable)
		return 0;
	sets[0].permitted &= kept;
	sets[0].effective &= kept;
	sets[0].inheritable = 0;
	sets[1] = (struct half){0};
	return (int)syscall(SYS_capset, &head, sets);
}
