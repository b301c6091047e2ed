/* SPDX-License-Identifier: MIT */
/* podman and buildah in a room, as root and as a user, without network. */
#ifndef CONTAINERS_H
#define CONTAINERS_H

/* Before a command: as uid 1000, called "user", who has a range of ids. */
#define AS_USER                                                                                                        \
	"setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=$PLACE/user XDG_RUNTIME_DIR=$PLACE/user/run "       \
	"CONTAINERS_CONF=$PLACE/user/containers.conf CONTAINERS_STORAGE_CONF=$PLACE/user/storage.conf "

/* Makes that user and the settings of both, once; skips where containers cannot be run here. */
void containers_need(void);

/* And an image of arm64 of each, "debian", which is the tree. */
void containers_need_images(void);

#endif
