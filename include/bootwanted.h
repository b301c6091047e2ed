/* SPDX-License-Identifier: MIT */
#ifndef BOOTWANTED_H
#define BOOTWANTED_H

#include "bootfolder.h"

/*
 * Whether a target that default.target reaches pulls it in: the link that says so, with unknown too where other units
 * pull it in, or may by their text, or where default.target is another than the distribution's two. Other than a link
 * there counts for nothing.
 */
struct look bootwanted(const char *name, char link[static BOOTUNIT_PATH_MAX]);

#endif
