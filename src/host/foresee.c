/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foresee.h"
#include "newroot.h"
#include "retry.h"

static const char shell[] = "/bin/sh";

/* The folder may be one of those that only the new root has: then the command is to be looked for as it is. */
static int
enter(const struct foresight *what, struct err *err)
{
	if (unshare(CLONE_NEWNS) < 0)
		return err_set(err, ERR_NAMESPACE, "--root: a mount namespace to look at it cannot be had: %s",
			       strerror(errno));
	if (newroot_look(what->root, what->binds, what->bind_count, !what->dry, err) < 0)
		return -1;
	if (what->folder && chdir(what->folder) < 0 && what->dry)
		return err_set(err, ERR_OPEN, "--chdir %s: %s", what->folder, strerror(errno));
	return 0;
}

static void
look(const struct foresight *what, struct foreseen *seen)
{
	struct program of_shell;

	seen->found = program_find(-1, what->command, &seen->program);
	if (seen->found == 0 && seen->program.needs)
		seen->needs = seen->program.needs;
	else if (program_find(-1, shell, &of_shell) == 0)
		seen->needs = of_shell.needs;
}

const struct foreseen *
foresee(const struct foresight *what)
{
	struct foreseen *seen = mmap(NULL, sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t child;
	int status;

	if (seen == MAP_FAILED)
		return NULL;
	child = fork();
	if (child == 0) {
		if (enter(what, &seen->err) == 0)
			look(what, seen);
		_exit(0);
	}
	if (child < 0 || retry_waitpid(child, &status) < 0)
		return NULL;
	if (WIFEXITED(status))
		return seen;
	errno = EINTR; /* it was killed */
	return NULL;
}
