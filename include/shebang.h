/* SPDX-License-Identifier: MIT */
#ifndef SHEBANG_H
#define SHEBANG_H

#include <stdbool.h>

#include "pattern.h"

/*
 * The path of the program that a script's first line names, as fs/binfmt_script.c of Linux 5.1 and
 * later reads it. False: the kernel does not take it for a script (no #!, no name, or a name that
 * may be cut off at the end of the window). True with "": the line is "#!" and then NUL bytes or the
 * end of the file, and the kernel opens the current folder.
 */
bool shebang_path(const unsigned char head[static PATTERN_WINDOW], char path[static PATTERN_WINDOW]);

#endif
