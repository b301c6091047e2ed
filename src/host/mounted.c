/* SPDX-License-Identifier: MIT */
#include <sys/statvfs.h>

#include "mounted.h"

bool
mounted_without(const char *path, unsigned long flags)
{
	struct statvfs vfs;

	return statvfs(path, &vfs) == 0 && !(vfs.f_flag & flags);
}
