/* SPDX-License-Identifier: MIT */
#ifndef BOOTORDER_H
#define BOOTORDER_H

struct confd;
struct err;
struct snapshot;

/* Two enabled entries that take some file both: `first` wins it now, `later` after a reboot. */
typedef void bootorder_tell(void *arg, const char *first, const char *later);

/* Tells for each live entry the one that takes its files after a reboot, if there is one. -1: no memory. */
int bootorder_examine(const struct confd *confd, const struct snapshot *s, bootorder_tell *tell, void *arg,
		      struct err *err);

#endif
