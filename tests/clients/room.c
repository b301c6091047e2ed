/* SPDX-License-Identifier: MIT */
#include "room.h"

#include <errno.h>
#include <grp.h>
#include <linux/magic.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

#define CGROUP "/sys/fs/cgroup"

enum {
	IDS_MAX = 1000000, /* crun takes a map of all ids there are for that of no namespace, and makes devices */
	LOST = 1,
};

static char range_is_missing[] = "this machine gives this user no range of ids (newuidmap, /etc/subuid)",
	    map_is_refused[] = "this machine permits no map of ids of a user namespace";

/* The ids that are there, each as itself. */
static bool
map_same(pid_t pid, const char *file)
{
	char path[64], map[4096] = "";
	unsigned inner, count;
	size_t len = 0;
	FILE *own;

	snprintf(path, sizeof(path), "/proc/self/%s", file);
	own = fopen(path, "re");
	if (!own)
		return false;
	while (fscanf(own, "%u %*u %u", &inner, &count) == 2 && len < sizeof(map) - 64)
		len += (size_t)sprintf(map + len, "%u %u %u\n", inner, inner, count < IDS_MAX ? count : IDS_MAX);
	fclose(own);
	snprintf(path, sizeof(path), "/proc/%d/%s", pid, file);
	return overwrite(path, map);
}

/* This user as root, and the range that is the user's behind it. */
static bool
map_range(pid_t pid)
{
	static const char range[] = "range() { awk -F: -v name=\"$(id -un)\" -v id=\"$(id -u)\" "
				    "'$1 == name || $1 == id { print $2, $3; exit }' /etc/sub$1; }; ";

	return shell("%s newuidmap %d 0 %u 1 1 $(range uid) && newgidmap %d 0 %u 1 1 $(range gid)", range, pid,
		     geteuid(), pid, getegid())
		   ->status == 0;
}

/* A process that stays outside, as only from there ids can be mapped: once it is told to. */
static pid_t
start_mapper(int go)
{
	pid_t target = getpid(), pid = fork();
	char word;

	if (pid != 0)
		return pid;
	if (read(go, &word, 1) != 1)
		_exit(LOST);
	_exit(geteuid() == 0 ? !map_same(target, "uid_map") || !map_same(target, "gid_map") : !map_range(target));
}

static const char *
unshare_all(void)
{
	bool root = geteuid() == 0;
	const char *reason = NULL;
	int go[2], status = LOST;
	pid_t mapper;

	if (pipe2(go, O_CLOEXEC) < 0 || (mapper = start_mapper(go[0])) < 0)
		return "this machine has no room for a process";
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWCGROUP) < 0)
		reason = "this machine permits no user, PID and cgroup namespaces here";
	else if (write(go[1], "", 1) != 1)
		reason = map_is_refused;
	close(go[1]);
	close(go[0]);
	if (waitpid(mapper, &status, 0) != mapper || (!reason && status != 0))
		reason = root ? map_is_refused : range_is_missing;
	if (!reason && (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0 || setgroups(0, NULL) < 0 ||
			prctl(PR_SET_DUMPABLE, 1) < 0))
		reason = map_is_refused;
	return reason;
}

/* Waits for a process, and for all others that are left to us; then ends as it did. */
_Noreturn static void
end_as(pid_t pid)
{
	int status;
	pid_t ended;

	while ((ended = wait(&status)) >= 0 || errno == EINTR)
		if (ended == pid)
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	_exit(LOST);
}

/* The first process of the PID namespace, and in it the one that goes on. */
static void
go_on_inside(void)
{
	pid_t pid = fork();

	if (pid != 0)
		end_as(pid);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid = fork();
	if (pid != 0)
		end_as(pid);
}

const char *
room_become_root(void)
{
	const char *reason = unshare_all();
	struct statfs fs;

	if (reason)
		return reason;
	go_on_inside();
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("proc", "/proc", "proc", 0, NULL) < 0)
		return "this machine permits no /proc of a PID namespace (a container covers parts of it)";
	if (statfs(CGROUP, &fs) == 0 && fs.f_type != CGROUP2_SUPER_MAGIC)
		mount("cgroup2", CGROUP, "cgroup2", 0, NULL); /* room_need_cgroup2 looks */
	return NULL;
}

void
room_need_cgroup2(void)
{
	struct statfs fs;

	if (statfs(CGROUP, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
		skip_because("this machine has no cgroup2 for a namespace");
}

const char *
room_place(void)
{
	static char place[64];

	if (*place)
		return place;
	if (!ns_private_place())
		skip_because("this machine permits no tmpfs in a namespace");
	snprintf(place, sizeof(place), "%s/place", ns_private_place());
	expect(shell("mkdir -p -m 755 %s/root && mkdir -m 1777 %s/tmp", place, place), 0, "", "");
	return place;
}
