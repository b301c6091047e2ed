/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "binfmt.h"
#include "binfmt_list.h"
#include "bootplace.h"
#include "bootservice.h"
#include "facts.h"
#include "look.h"
#include "number.h"
#include "records.h"
#include "retry.h"
#include "userns.h"

long
facts_number(const char *path)
{
	uint64_t n;

	if (number_of_file(path, &n) && n <= LONG_MAX)
		return (long)n;
	return access(path, F_OK) < 0 && look_absent(errno) ? FACTS_ABSENT : FACTS_UNREAD;
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static long
count_records(void)
{
	struct look installed = bootservice_update_binfmts(bootservice_mounts());
	DIR *d = installed.is == LOOK_YES ? opendir(RECORDS_DIR) : NULL;
	struct dirent *e;
	long n = 0;

	if (installed.is != LOOK_YES)
		return installed.is == LOOK_NO ? FACTS_ABSENT : FACTS_UNREAD;
	if (!d)
		return look_absent(errno) ? FACTS_ABSENT : FACTS_UNREAD;
	while ((errno = 0, e = readdir(d)))
		n += e->d_name[0] != '.';
	n = errno ? FACTS_UNREAD : n;
	closedir(d);
	return n;
}

static bool
has_modules(void)
{
	struct utsname name;
	char path[PATH_MAX];

	return uname(&name) == 0 && snprintf(path, sizeof(path), "/lib/modules/%s", name.release) < (int)sizeof(path) &&
	       is_folder(path);
}

static void
read_mount(struct facts *f, const struct binfmt *b, const struct binfmt_list *list)
{
	struct statvfs vfs;
	struct err ignored;
	int on = binfmt_enabled(b, &ignored);

	f->scope = binfmt_scope(b);
	f->writable = faccessat(b->dir_fd, "register", W_OK, AT_EACCESS) == 0;
	f->read_only = fstatvfs(b->dir_fd, &vfs) < 0           ? LOOK_UNKNOWN
		       : vfs.f_flag & (unsigned long)ST_RDONLY ? LOOK_YES
							       : LOOK_NO;
	f->switched_on = on < 0 ? LOOK_UNKNOWN : on ? LOOK_YES : LOOK_NO;
	f->entries = (long)list->count;
	f->held = 0;
	for (size_t i = 0; i < list->count; i++)
		f->held += (list->entries[i].rule.flags & RULE_F) != 0;
}

/* What a child gets that makes a user namespace with mounts of its own, as exec does. */
static int
try_user_namespace(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 ? 0 : errno);
	return pid > 0 && retry_waitpid(pid, &status) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : FACTS_UNREAD;
}

void
facts_read(struct facts *f, const char *dir, const struct binfmt *b, const struct binfmt_list *list,
	   const struct err *err)
{
	*f = (struct facts){
	    .kernel = host_kernel(),
	    .supported = binfmt_supported().is,
	    .modules = has_modules(),
	    .dir = dir,
	    .dir_is_there = is_folder(dir),
	    .read_only = LOOK_UNKNOWN,
	    .switched_on = LOOK_UNKNOWN,
	    .scope = BINFMT_UNKNOWN,
	    .in_force = LOOK_UNKNOWN,
	    .emulator = LOOK_UNKNOWN,
	    .entries = -1,
	    .held = -1,
	};
	if (b)
		read_mount(f, b, list);
	else
		f->mount = *err;
	f->initial_user_namespace = userns_is_initial().is;
	f->container = bootplace_container().is;
	f->max_held = facts_number("/proc/sys/user/max_binfmt_misc_interpreters");
	f->max_user_namespaces = facts_number("/proc/sys/user/max_user_namespaces");
	f->apparmor_restrict = facts_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	f->userns_clone = facts_number("/proc/sys/kernel/unprivileged_userns_clone");
	f->user_namespaces = try_user_namespace();
	f->systemd_binfmt = bootservice_systemd().is;
	f->binfmt_support = count_records();
}
