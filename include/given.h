/* SPDX-License-Identifier: MIT */
#ifndef GIVEN_H
#define GIVEN_H

/*
 * Makes what this process was started with safe: a closed standard descriptor is not taken by a file that we open, a
 * reader that went away and a limit on the size of files are errors of a write and no death, and children can be waited
 * for. 0, or -1: a descriptor could not be held.
 */
int given_secure(void);

/* As it was before, for a program that this process becomes: signals; descriptors that were closed close by exec. */
void given_restore(void);

#endif
