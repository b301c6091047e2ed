/* SPDX-License-Identifier: MIT */
#ifndef BOOT_H
#define BOOT_H

#include <stdbool.h>

#include "confd.h"
#include "records.h"

struct err;

/* Everything that registers handlers when this machine boots. */
struct boot {
	struct confd confd;     /* binfmt.d */
	struct records records; /* update-binfmts */
	bool elsewhere;         /* a container or another root folder: the machine boots with files not seen here */
	const char *reader;     /* what registers binfmt.d; NULL: nothing does */
	bool flushes;           /* systemd-binfmt is there: its restart removes all that binfmt.d does not bring back */
	bool reads_records;     /* binfmt-support is installed */
	bool unread;            /* our own unit is enabled and could not be read whole, or nothing at all could */
	char unit[4096];        /* its text (man/examples/binfmtctl.service); empty where it is not enabled */
};

/* Our own unit, and the link that makes systemd start it at boot. */
#define BOOT_UNIT_NAME "binfmtctl.service"
#define BOOT_UNIT "/etc/systemd/system/multi-user.target.wants/" BOOT_UNIT_NAME

/* Reads all of it. -1 and *err: no memory; then it holds nothing, and says that it is unread. */
int boot_read(struct boot *boot, struct err *err);
void boot_free(struct boot *boot);

/* Whether our own unit calls a command, for this word: "all", an architecture, a name; NULL: whatever it is for. */
bool boot_unit_calls(const struct boot *boot, const char *command, const char *word);

/* Whether systemd runs here and has its systemd-binfmt, not masked. */
bool boot_has_systemd_binfmt(void);

/* What registers binfmt.d at boot here, but for our own unit: systemd-binfmt, or a service that is enabled; or NULL. */
const char *boot_reader(void);

/* Whether this is a container, by the marks that managers of containers leave. */
bool boot_in_container(void);

#endif
