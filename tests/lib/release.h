/* SPDX-License-Identifier: MIT */
/* Runs of ./binfmtctl to which the kernel seems to be of another version: strace changes what uname(2) answers. */
#ifndef RELEASE_H
#define RELEASE_H

struct run;

/* Skips where there is no strace that can. */
void release_need(void);

/* A run with these words for a shell. */
const struct run *release_tool(const char *release, const char *words);

#endif
