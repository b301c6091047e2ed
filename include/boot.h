/* SPDX-License-Identifier: MIT */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>

#include "confd.h"
#include "look.h"
#include "records.h"

struct err;

/* Everything that registers handlers when this machine boots. */
struct boot {
	struct confd confd;     /* binfmt.d */
	struct records records; /* update-binfmts */
	bool elsewhere;         /* a container or another root folder, or so it may be: the machine boots with files not
				   seen here */
	const char *reader;     /* what registers binfmt.d; NULL: nothing is known to */
	enum look_is reads_lines; /* whether anything does */
	enum look_is flushes; /* systemd-binfmt is there: its restart removes all that binfmt.d does not bring back */
	enum look_is reads_records; /* binfmt-support is installed */
	bool unread;                /* our own unit is enabled and could not be read whole, or nothing at all could */
	char unit[4096];            /* its text (man/examples/binfmtctl.service); empty where it is not enabled */
};

/* Our own unit, and the link that makes systemd start it at boot. */
#define BOOT_UNIT_NAME "binfmtctl.service"
#define BOOT_UNIT "/etc/systemd/system/multi-user.target.wants/" BOOT_UNIT_NAME

/* Reads all of it. -1 and *err: no memory; then it holds nothing, and says that it is unread. */
int boot_read(struct boot *boot, struct err *err);
void boot_free(struct boot *boot);

/* Whether our own unit calls a command, for this word: "all", an architecture, a name; NULL: whatever it is for. */
bool boot_unit_calls(const struct boot *boot, const char *command, const char *word);

#endif
