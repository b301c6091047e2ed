/* SPDX-License-Identifier: MIT */
/* An ordinary user of a room, with a range of ids, who has binfmtctl in /usr/local/bin. */
#ifndef USER_H
#define USER_H

struct run;

/* Before a command: as uid 1000, called "user". */
#define AS_USER                                                                                                        \
	"setpriv --reuid 1000 --regid 1000 --clear-groups env HOME=$PLACE/user XDG_RUNTIME_DIR=$PLACE/user/run "       \
	"CONTAINERS_CONF=$PLACE/user/containers.conf CONTAINERS_STORAGE_CONF=$PLACE/user/storage.conf "

/* Makes that user and the home, $PLACE/user, once; skips where that is not possible. */
void user_need(void);

/* Lines of shell, run by the user: the first that fails ends them. */
const struct run *user_shell(const char *lines);

#endif
