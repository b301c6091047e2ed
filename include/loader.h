/* SPDX-License-Identifier: MIT */
#ifndef LOADER_H
#define LOADER_H

#include "look.h"

struct opened;

/*
 * Whether the opened file asks for a dynamic loader. Unknown: it cannot be read, or is no ELF file. One that is cut off
 * in its program headers asks for none, as the kernel does not run it either.
 */
struct look loader_is_asked(const struct opened *file);

/* 1 and the loader's path, "" if it is too long to be one; 0: it asks for none; -1 as above. */
int loader_path(const struct opened *file, char path[static 256]);

#endif
