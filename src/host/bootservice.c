/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bootservice.h"
#include "confd.h"
#include "present.h"

/* Whether a unit's file says anything: an empty one, a link to a device or to nothing keeps systemd from starting it.
 */
static struct look
says_anything(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	return look_seen(!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_size > 0));
}

/* Whether systemd is not told to leave its systemd-binfmt alone. Where it looks for a unit, the first file counts. */
static struct look
is_unmasked(void)
{
	static const char *const folders[] = {
	    "/etc/systemd/system.control",   "/run/systemd/system.control",  "/run/systemd/transient",
	    "/run/systemd/generator.early",  "/etc/systemd/system",          "/etc/systemd/systemd.attached",
	    "/run/systemd/system",           "/run/systemd/system.attached", "/run/systemd/generator",
	    "/usr/local/lib/systemd/system", "/usr/lib/systemd/system",      "/lib/systemd/system",
	};
	char path[64];
	struct stat st;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/systemd-binfmt.service", folders[i]);
		if (lstat(path, &st) == 0)
			return says_anything(path);
		if (!look_absent(errno))
			return look_unknown();
	}
	return look_seen(true);
}

struct look
bootservice_systemd(void)
{
	struct look program =
	    look_either(present("/usr/lib/systemd/systemd-binfmt"), present("/lib/systemd/systemd-binfmt"));

	return look_both(look_both(present("/run/systemd/system"), program), is_unmasked());
}

/* Whether a folder has a file. Hidden ones do not count for systemd either. */
static struct look
has_file(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	struct look found;

	if (!d)
		return look_absent(errno) ? look_seen(false) : look_unknown();
	do {
		errno = 0;
		e = readdir(d);
	} while (e && e->d_name[0] == '.');
	found = e || errno == 0 ? look_seen(e) : look_unknown();
	closedir(d);
	return found;
}

/* By the link that systemd has for each unit that is active; what it says is not a file. */
static struct look
is_active(void)
{
	struct stat st;

	if (lstat("/run/systemd/units/invocation:systemd-binfmt.service", &st) == 0)
		return look_seen(true);
	return look_absent(errno) ? look_seen(false) : look_unknown();
}

/* Its unit wants a file in a folder of binfmt.d to be started; to be stopped, only that it was started before. */
struct look
bootservice_flushes(void)
{
	struct look runs = is_active();

	for (size_t i = 0; confd_dirs[i]; i++)
		runs = look_either(runs, has_file(confd_dirs[i]));
	return look_both(bootservice_systemd(), runs);
}

/* Whether a folder of links as /etc/rcS.d starts our own script (man/examples/binfmtctl.init). */
static struct look
starts_own(const char *dir)
{
	static const char name[] = "binfmtctl";
	DIR *d = opendir(dir);
	struct dirent *e;
	struct look found = look_unknown();

	if (!d)
		return look_absent(errno) ? look_seen(false) : found;
	while (found.is != LOOK_YES && (errno = 0, e = readdir(d))) {
		size_t len = strlen(e->d_name);

		if (e->d_name[0] == 'S' && len == sizeof("S00") - 1 + sizeof(name) - 1 &&
		    strcmp(e->d_name + sizeof("S00") - 1, name) == 0)
			found = look_seen(true);
	}
	if (found.is != LOOK_YES && errno == 0)
		found = look_seen(false);
	closedir(d);
	return found;
}

struct look
bootservice_reader(const char **name)
{
	/* OpenRC's own service, and ours (man/examples) for OpenRC and runit: where it is enabled. */
	static const struct {
		const char *running, *link, *name;
	} services[] = {
	    {"/run/openrc", "/etc/runlevels/sysinit/binfmt", "OpenRC's binfmt"},
	    {"/run/openrc", "/etc/runlevels/boot/binfmt", "OpenRC's binfmt"},
	    {"/run/openrc", "/etc/runlevels/default/binfmt", "OpenRC's binfmt"},
	    {"/run/openrc", "/etc/runlevels/sysinit/binfmtctl", "the service binfmtctl"},
	    {"/run/openrc", "/etc/runlevels/boot/binfmtctl", "the service binfmtctl"},
	    {"/run/openrc", "/etc/runlevels/default/binfmtctl", "the service binfmtctl"},
	    {"/run/runit", "/var/service/binfmtctl", "the service binfmtctl"},
	    {"/run/runit", "/run/runit/service/binfmtctl", "the service binfmtctl"},
	    {"/run/runit", "/etc/service/binfmtctl", "the service binfmtctl"},
	};
	struct look reads = bootservice_systemd();

	*name = "systemd-binfmt";
	for (size_t i = 0; reads.is != LOOK_YES && i < sizeof(services) / sizeof(services[0]); i++) {
		reads = look_either(reads, look_both(present(services[i].running), present(services[i].link)));
		*name = services[i].name;
	}
	if (reads.is != LOOK_YES) {
		reads = look_either(reads, starts_own("/etc/rcS.d"));
		*name = "/etc/init.d/binfmtctl";
	}
	if (reads.is != LOOK_YES)
		*name = NULL;
	return reads;
}

struct look
bootservice_update_binfmts(void)
{
	return present("/usr/sbin/update-binfmts");
}
