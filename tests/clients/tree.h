/* SPDX-License-Identifier: MIT */
/* Debian trees of foreign architectures, made once by mmdebstrap and kept below build/clients for later runs. */
#ifndef TREE_H
#define TREE_H

#include <stdbool.h>

#define TREE_KEPT "build/clients/arm64.tar"

/* Options of mmdebstrap: what nobody reads there stays away, and nothing is synced. */
#define TREE_LEAN                                                                                                      \
	"--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' "                                         \
	"--dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/man/*' "

/* From tree_begin to tree_end nobody else looks whether there is a tree: who needs one waits. */
void tree_begin(void);
void tree_end(void);

/* Skips where no tree of arm64 was made. tree_need: and unpacks it at $ROOT, once. */
void tree_need_kept(void);
void tree_need(void);

/* Writes SUITE and MIRROR of the Debian archive that this machine's apt uses to $PLACE/archive. Skips where none
 * answers. */
void tree_need_archive(void);

#endif
