/* SPDX-License-Identifier: MIT */
#include "peers.h"

#include <unistd.h>

#include "harness.h"

/* Where it is not installed: its postinst would register handlers on this machine. */
static const char *const programs[] = {"/usr/sbin/update-binfmts", "build/peers/usr/sbin/update-binfmts"};

static const char *there;

void
peers_need_update_binfmts(void)
{
	for (size_t i = 0; i < LENGTH(programs) && !there; i++)
		there = access(programs[i], X_OK) == 0 ? programs[i] : NULL;
	if (!there)
		skip_because("this machine has no update-binfmts (tests/peers unpacks one)");
}

#define LIBRARIES "LD_LIBRARY_PATH=$(echo build/peers/usr/lib/*-linux-gnu*) "

void
peers_import(const char *folder, const char *name)
{
	shell("d='%s' && rm -rf \"$d.db\" && mkdir \"$d.db\" && " LIBRARIES
	      "'%s' --admindir \"$d.db\" --importdir \"$d\" --import '%s'",
	      folder, there, name);
}

void
peers_enable(const char *records)
{
	shell(LIBRARIES "'%s' --admindir '%s' --enable", there, records);
}
