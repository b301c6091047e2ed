/* SPDX-License-Identifier: MIT */
#include "user.h"

#include "client.h"
#include "harness.h"

/* In place of a file of /etc one that begins with this line: the first of a name or number counts. */
#define COVER "cover() { { echo \"$2\"; grep -v \"^user:\" /etc/$1; } >$PLACE/$1; mount --bind $PLACE/$1 /etc/$1; }; "

/* The range is inside of any that this machine gives the room. */
#define USER                                                                                                           \
	"cover passwd user:x:1000:1000::$PLACE/user:/bin/sh && cover group user:x:1000: && "                           \
	"cover subuid user:2000:60000 && cover subgid user:2000:60000 && echo \"user:*:1::::::\" >$PLACE/shadow && "   \
	"chmod 600 $PLACE/shadow && mount --bind $PLACE/shadow /etc/shadow && mkdir $PLACE/user && "                   \
	"chown user: $PLACE/user && "

#define INSTALL "mount -t tmpfs -o mode=755 tmpfs /usr/local/bin && cp binfmtctl /usr/local/bin"

void
user_need(void)
{
	static bool made;

	client_need("setpriv newuidmap");
	if (!made)
		expect(client_shell(COVER USER INSTALL), 0, "", "");
	made = true;
}

const struct run *
user_shell(const char *lines)
{
	char *text, *file = NULL;
	const struct run *r;

	assert_true(asprintf(&text, "cd $HOME\n%s\n", lines) > 0);
	assert_true(asprintf(&file, "%s/lines", ns_private_place()) > 0);
	spill(file, text, strlen(text), 0644);
	r = client_shell(AS_USER "sh -eu ${PLACE%/*}/lines");
	free(file);
	free(text);
	return r;
}
