/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <unistd.h>

#include "present.h"

struct look
present(const char *path)
{
	if (access(path, F_OK) == 0)
		return look_seen(true);
	return look_absent(errno) ? look_seen(false) : look_unknown();
}
