/* SPDX-License-Identifier: MIT */
/* The README's recipes, to be run as they are printed. */
#ifndef RECIPE_H
#define RECIPE_H

enum { RECIPE_LINES = 6 };

/* The first block of code below the heading "### NAME", on the heap. Fails the test if it is missing or too long. */
char *recipe(const char *name);

#endif
