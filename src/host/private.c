/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "below.h"
#include "caps.h"
#include "ids.h"
#include "private.h"
#include "probe_look.h"
#include "retry.h"

#define PROC_MAGIC 0x9fa0 /* statfs(2) type, from include/uapi/linux/magic.h, which musl does not bring */

/* Statuses of the helper beside an errno of its own. */
enum { TOOL_CLOSED = 125, TOOL_SAID = 126, TOOL_MISSING = 127, WORD_MAX = 16 };

static struct private_end
failed(enum private_step step)
{
	return (struct private_end){step, errno};
}

/*
 * The process whose ids are mapped, as /proc knows it: /proc may be of another PID namespace, in which our own number
 * is another process.
 */
struct self {
	int files; /* /proc/self */
	int number;
};

/* A folder of it below `root`, as below_open has it, that is surely proc's. It, or -1 with errno. */
static int
open_proc_self(int root)
{
	int fd = below_open(root, "/proc/self", O_PATH | O_DIRECTORY);
	struct statfs fs;

	if (fd < 0 || (fstatfs(fd, &fs) == 0 && fs.f_type == PROC_MAGIC))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

/* 0, or -1 with errno. */
static int
open_self(struct self *self)
{
	self->files = open_proc_self(-1);
	if (self->files < 0)
		return -1;
	self->number = probe_look_number();
	if (self->number > 0)
		return 0;
	close(self->files);
	errno = ESRCH;
	return -1;
}

/* One write(2) of a file of the process. 0, or -1 with errno. */
static int
write_file(const struct self *self, const char *name, const char *text, size_t len)
{
	int fd = openat(self->files, name, O_WRONLY | O_CLOEXEC), error;
	ssize_t done;

	if (fd < 0)
		return -1;
	done = write(fd, text, len);
	error = errno;
	close(fd);
	errno = error;
	return done == (ssize_t)len ? 0 : -1;
}

static int
write_map(const struct self *self, const char *name, const struct ids_map *map)
{
	static char text[IDS_MAP_TEXT_MAX];

	return write_file(self, name, text, ids_text(map, text));
}

/* Becomes newuidmap or newgidmap, which say themselves what is wrong. */
static void
become_tool(const char *path, int number, const struct ids_map *map)
{
	static char words[3 * IDS_EXTENTS_MAX + 1][WORD_MAX];
	static char *argv[3 * IDS_EXTENTS_MAX + 3];
	static char *no_environment[] = {NULL};
	size_t n = 0;

	argv[0] = (char *)(uintptr_t)path;
	snprintf(words[n++], WORD_MAX, "%d", number);
	for (size_t i = 0; i < map->count; i++) {
		snprintf(words[n++], WORD_MAX, "%" PRIu32, map->extents[i].inner);
		snprintf(words[n++], WORD_MAX, "%" PRIu32, map->extents[i].outer);
		snprintf(words[n++], WORD_MAX, "%" PRIu32, map->extents[i].count);
	}
	for (size_t i = 0; i < n; i++)
		argv[i + 1] = words[i];
	argv[n + 1] = NULL;
	execve(path, argv, no_environment);
	_exit(errno == ENOENT ? TOOL_MISSING : TOOL_CLOSED);
}

/* 0: it did its work; TOOL_SAID (why not), TOOL_CLOSED, TOOL_MISSING; an errno: no process for it. */
static int
run_tool(const char *path, int number, const struct ids_map *map)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		become_tool(path, number, map);
	if (child < 0 || retry_waitpid(child, &status) < 0)
		return errno;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : TOOL_SAID;
	return status == 0 || status == TOOL_CLOSED || status == TOOL_MISSING ? status : TOOL_SAID;
}

/* The helper's exit status: as run_tool. */
static int
map_from_outside(const struct ids *ids, const struct self *self)
{
	int done;

	if (ids->by == IDS_BY_ROOT)
		return write_map(self, "uid_map", &ids->uids) == 0 && write_map(self, "gid_map", &ids->gids) == 0
			   ? 0
			   : errno;
	done = run_tool("/usr/bin/newuidmap", self->number, &ids->uids);
	return done ? done : run_tool("/usr/bin/newgidmap", self->number, &ids->gids);
}

/* Waits until the parent has its namespace (or ends), then writes its maps. */
static void
helper(const struct ids *ids, const struct self *parent, int go)
{
	char byte;
	ssize_t got = retry_read(go, &byte, 1);

	_exit(got < 0 ? errno : got == 0 ? 0 : map_from_outside(ids, parent));
}

/* Who writes maps of many ids has to stay outside. Its end of the pipe in *go. The process, or -1. */
static pid_t
start_helper(const struct ids *ids, const struct self *parent, int *go)
{
	pid_t child;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	child = fork();
	if (child == 0) {
		close(ends[1]);
		helper(ids, parent, ends[0]);
	}
	close(ends[0]);
	if (child < 0)
		close(ends[1]);
	*go = ends[1];
	return child;
}

/* What the helper's exit status says. */
static struct private_end
end_of_helper(const struct ids *ids, int status)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : EINTR; /* it was killed */

	if (code == 0)
		return (struct private_end){PRIVATE_DONE, 0};
	if (ids->by == IDS_BY_ROOT)
		return (struct private_end){PRIVATE_MAP, code};
	if (code < TOOL_CLOSED)
		return (struct private_end){PRIVATE_HELPER, code};
	return (struct private_end){PRIVATE_TOOL, code == TOOL_MISSING ? ENOENT : code == TOOL_CLOSED ? EACCES : 0};
}

static struct private_end
finish_helper(const struct ids *ids, pid_t child, int go, bool unshared)
{
	int status = 0, error = unshared && write(go, "", 1) != 1 ? errno : 0;

	close(go);
	if (retry_waitpid(child, &status) < 0)
		error = errno;
	if (error)
		return (struct private_end){PRIVATE_HELPER, error};
	return end_of_helper(ids, status);
}

/* setgroups has to be denied before a group is mapped by oneself. */
static int
map_itself(const struct ids *ids, const struct self *self)
{
	if (write_file(self, "setgroups", "deny", 4) < 0 && errno != ENOENT && errno != EPERM)
		return -1;
	return write_map(self, "uid_map", &ids->uids) < 0 ? -1 : write_map(self, "gid_map", &ids->gids);
}

static struct private_end
unshare_and_map_self(const struct ids *ids, int flags, const struct self *self)
{
	struct private_end end;
	pid_t child = 0;
	int go = -1;

	if (ids->by != IDS_BY_ITSELF) {
		child = start_helper(ids, self, &go);
		if (child < 0)
			return failed(PRIVATE_HELPER);
	}
	if (unshare(flags) < 0) {
		end = failed(PRIVATE_UNSHARE);
		if (child)
			finish_helper(ids, child, go, false);
		return end;
	}
	if (child)
		return finish_helper(ids, child, go, true);
	return map_itself(ids, self) < 0 ? failed(PRIVATE_MAP) : (struct private_end){PRIVATE_DONE, 0};
}

static struct private_end
unshare_and_map(const struct ids *ids, int flags)
{
	struct private_end end;
	struct self self;

	/* Our files of /proc belong to root while we are not dumpable: a program that may not be read is not. */
	if (prctl(PR_SET_DUMPABLE, 1) < 0)
		return failed(PRIVATE_MAP);
	if (open_self(&self) < 0)
		return failed(PRIVATE_PROC);
	end = unshare_and_map_self(ids, flags, &self);
	close(self.files);
	return end;
}

struct private_end
private_enter(const struct ids *ids, int namespaces)
{
	struct private_end end = unshare_and_map(ids, namespaces);

	if (end.step != PRIVATE_DONE)
		return end;
	if (ids->by == IDS_BY_TOOL && (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 ||
				       prctl(PR_SET_DUMPABLE, 1) < 0))
		return failed(PRIVATE_IDS);
	if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		return failed(PRIVATE_MOUNTS);
	return ids->back && caps_use_over_files(false) < 0 ? failed(PRIVATE_CAPS) : end;
}

struct private_end
private_look(const struct ids *ids, int root)
{
	int fd = ids->back ? open_proc_self(root) : -1;

	if (ids->back && fd < 0)
		return failed(PRIVATE_PROC);
	if (ids->back)
		close(fd);
	return (struct private_end){PRIVATE_DONE, 0};
}

struct private_end
private_leave(const struct ids *ids)
{
	const struct ids own = {.uids = {1, {{ids->uid, 0, 1}}}, .gids = {1, {{ids->gid, 0, 1}}}};
	struct private_end end;

	if (!ids->back)
		return (struct private_end){PRIVATE_DONE, 0};
	end = unshare_and_map(&own, CLONE_NEWUSER);
	/* A namespace is born with all of them, and exec itself would look up the program with their rights. */
	return end.step == PRIVATE_DONE && caps_drop() < 0 ? failed(PRIVATE_CAPS) : end;
}
