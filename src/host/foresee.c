/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "err.h"
#include "foresee.h"
#include "newroot.h"
#include "rootview.h"

static const char shell[] = "/bin/sh";

static void
look(const char *command, struct foreseen *seen)
{
	static struct program of_shell;

	seen->needs = NULL;
	seen->found = program_find(ROOTVIEW, command, &seen->program);
	if (seen->found == 0 && seen->program.needs)
		seen->needs = seen->program.needs;
	else if (program_find(ROOTVIEW, shell, &of_shell) == 0)
		seen->needs = of_shell.needs;
}

int
foresee(const struct foresight *what, struct foreseen *seen, struct err *err)
{
	if (newroot_look(what->binds, what->bind_count, err) < 0)
		return -1;
	if (what->folder && rootview_enter(what->folder) < 0 && what->dry)
		return err_set(err, ERR_OPEN, "--chdir %s: %s", what->folder, strerror(errno));
	look(what->command, seen);
	return 0;
}
