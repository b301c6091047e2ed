/* SPDX-License-Identifier: MIT */
#ifndef PASTE_H
#define PASTE_H

#include <stdbool.h>

enum { PASTE_MAX = 1600 };

/*
 * A file's path as a word of a command to paste, quoted for the shell: as an argument, or (command) as the
 * program to run, which a shell must not look for in PATH nor take for an assignment. False and "" where a
 * screen would not show it as it is (control characters, no UTF-8), or where it is too long.
 */
bool paste_file(const char *path, bool command, char word[static PASTE_MAX]);

/* Any text as one word of a command to paste. As above. */
bool paste_word(const char *text, char word[static PASTE_MAX]);

#endif
