/* SPDX-License-Identifier: MIT */
#ifndef LOADER_H
#define LOADER_H

/* Whether the opened file asks for a dynamic loader: 1 yes, 0 no, -1 it cannot be read or is no sound ELF file. */
int loader_is_asked(int fd);

/* The same, and the loader's path, "" if it is too long to be one. */
int loader_path(int fd, char path[static 256]);

#endif
