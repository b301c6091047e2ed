/* SPDX-License-Identifier: MIT */
/* podman and buildah in a room, as root and as a user, without network. */
#ifndef CONTAINERS_H
#define CONTAINERS_H

/* Makes the settings of root and of the user, once; skips where containers cannot be run here. */
void containers_need(void);

/* And an image of arm64 of each, "debian", which is the tree. */
void containers_need_images(void);

#endif
