/* SPDX-License-Identifier: MIT */
#ifndef HOLDER_H
#define HOLDER_H

enum { HOLDER_MAX = 64 };

/* Who holds the flock(2) of an opened file: "NAME (process PID)", or "another program" where that cannot be seen. */
void holder_name(int fd, char text[static HOLDER_MAX]);

#endif
