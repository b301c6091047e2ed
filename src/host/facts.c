/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "binfmt.h"
#include "facts.h"
#include "userns.h"

#define RECORDS "/var/lib/binfmts"

static long
read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &n) != 1)
		n = -1;
	fclose(f);
	return n;
}

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

static long
count_records(void)
{
	DIR *d = opendir(RECORDS);
	struct dirent *e;
	long n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

bool
facts_binfmt_support_has(const char *name)
{
	char path[PATH_MAX];

	return !strchr(name, '/') && snprintf(path, sizeof(path), RECORDS "/%s", name) < PATH_MAX && exists(path);
}

static void
read_mount(struct facts *f, const struct binfmt *b)
{
	struct statvfs vfs;
	struct err ignored;

	f->scope = binfmt_scope(b);
	f->read_only = fstatvfs(b->dir_fd, &vfs) == 0 && vfs.f_flag & ST_RDONLY;
	f->switched_on = binfmt_enabled(b, &ignored) == 1;
}

void
facts_read(struct facts *f, const char *dir, const struct binfmt *b, const struct err *err)
{
	*f = (struct facts){.kernel = host_kernel(), .dir = dir, .scope = BINFMT_UNKNOWN};
	if (b)
		read_mount(f, b);
	else
		f->mount = *err;
	f->initial_user_namespace = userns_is_initial() != 0;
	f->container = exists("/run/.containerenv") || exists("/.dockerenv") || exists("/run/systemd/container");
	f->max_user_namespaces = read_number("/proc/sys/user/max_user_namespaces");
	f->apparmor_restrict = read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	f->userns_clone = read_number("/proc/sys/kernel/unprivileged_userns_clone");
	f->systemd_binfmt = exists("/run/systemd/system") &&
			    (exists("/usr/lib/systemd/systemd-binfmt") || exists("/lib/systemd/systemd-binfmt"));
	f->binfmt_support = exists("/usr/sbin/update-binfmts") ? count_records() : -1;
}
