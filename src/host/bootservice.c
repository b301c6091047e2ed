/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bootnamed.h"
#include "bootscript.h"
#include "bootservice.h"
#include "bootunit.h"
#include "bootwanted.h"
#include "confd.h"
#include "present.h"

#define SYSTEMD_BINFMT "systemd-binfmt.service"
#define MOUNT_UNIT "proc-sys-fs-binfmt_misc.mount"
#define AUTOMOUNT_UNIT "proc-sys-fs-binfmt_misc.automount"

struct look
bootservice_runs_systemd(void)
{
	return present("/run/systemd/system");
}

/* Whether systemd runs here and has the program systemd-binfmt. */
static struct look
has_systemd_binfmt(void)
{
	return look_both(bootservice_runs_systemd(), look_either(present("/usr/lib/systemd/systemd-binfmt"),
								 present("/lib/systemd/systemd-binfmt")));
}

struct look
bootservice_systemd(void)
{
	return look_both(has_systemd_binfmt(), bootunit_is_stock(SYSTEMD_BINFMT, BOOT_NOW));
}

/* Names that do not count for systemd where it asks whether a folder is empty: hidden ones, and those of backups. */
static bool
is_passed(const char *name)
{
	static const char *const names[] = {"lost+found", "aquota.user", "aquota.group"};
	static const char *const ends[] = {
	    "~",         ".rpmnew",    ".rpmsave",  ".rpmorig",     ".dpkg-old",    ".dpkg-new",
	    ".dpkg-tmp", ".dpkg-dist", ".dpkg-bak", ".dpkg-backup", ".dpkg-remove", ".ucf-new",
	    ".ucf-old",  ".ucf-dist",  ".swp",      ".bak",         ".old",         ".new"};
	bool passed = *name == '.';

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		passed |= strcmp(name, names[i]) == 0;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		passed |= bootfolder_ends_in(name, ends[i]);
	return passed;
}

/* Whether a folder has a file that counts. */
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
	} while (e && is_passed(e->d_name));
	found = e || errno == 0 ? look_seen(e) : look_unknown();
	closedir(d);
	return found;
}

/* By the link that systemd has for each unit that is active; what it says is not a file. */
struct look
bootservice_is_active(const char *name)
{
	char link[256];
	struct stat st;

	snprintf(link, sizeof(link), "/run/systemd/units/invocation:%s", name);
	if (lstat(link, &st) == 0)
		return look_seen(true);
	return look_absent(errno) ? look_seen(false) : look_unknown();
}

/* Its unit wants a file in a folder of binfmt.d to be started; to be stopped, only that it was started before. */
struct look
bootservice_flushes(void)
{
	struct look runs = bootservice_is_active(SYSTEMD_BINFMT);

	for (size_t i = 0; confd_dirs[i]; i++)
		runs = look_either(runs, has_file(confd_dirs[i]));
	return look_both(bootservice_systemd(), runs);
}

/* Whether systemd starts a unit of the distribution's at the next boot. */
static struct look
starts_stock(const char *name)
{
	char link[BOOTUNIT_PATH_MAX];
	struct look stock = bootunit_is_stock(name, BOOT_NEXT);

	return stock.is == LOOK_NO ? stock : look_both(stock, bootwanted(name, link));
}

struct look
bootservice_mounts(void)
{
	struct look mounts = bootservice_runs_systemd();

	if (mounts.is == LOOK_YES)
		mounts = bootunit_is_stock(MOUNT_UNIT, BOOT_NEXT);
	if (mounts.is == LOOK_YES && starts_stock(AUTOMOUNT_UNIT).is != LOOK_YES)
		mounts = starts_stock(MOUNT_UNIT);
	if (bootnamed(MOUNT_UNIT).hinders)
		mounts = look_unknown();
	return mounts.is == LOOK_YES ? mounts : look_unknown();
}

/* systemd-binfmt, which passes where binfmt_misc is no mount. */
static struct look
systemd_reads(struct look mounts)
{
	struct look has = has_systemd_binfmt();

	return has.is == LOOK_NO ? has : look_both(look_both(has, starts_stock(SYSTEMD_BINFMT)), mounts);
}

/* Whether a folder of links as /etc/rcS.d has a script, "S12NAME", that does it. */
static struct look
is_in(const char *dir, const char *name, struct look (*does)(const char *path))
{
	char path[512];
	DIR *d = opendir(dir);
	struct dirent *e;
	struct look found = look_seen(false);

	if (!d)
		return look_absent(errno) ? found : look_unknown();
	while (found.is != LOOK_YES && (errno = 0, e = readdir(d))) {
		if (e->d_name[0] != 'S' || strlen(e->d_name) != 3 + strlen(name) || strcmp(e->d_name + 3, name) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		found = look_either(found, does(path));
		errno = 0;
	}
	if (found.is == LOOK_NO && errno)
		found = look_unknown();
	closedir(d);
	return found;
}

/*
 * Whether sysvinit runs here, which has a FIFO there. Another than systemd may start scripts of init.d its own way, as
 * Debian's runit does, or not at all.
 */
static struct look
runs_sysvinit(void)
{
	static const char *const others[] = {"/run/openrc", "/run/runit", "/run/s6", "/run/s6-rc", "/run/dinitctl"};
	struct look systemd = bootservice_runs_systemd();
	struct stat st;
	bool alone = stat("/run/initctl", &st) == 0 && S_ISFIFO(st.st_mode);

	if (systemd.is == LOOK_YES)
		return look_seen(false);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		alone &= present(others[i]).is == LOOK_NO;
	return systemd.is == LOOK_NO && alone ? look_seen(true) : look_unknown();
}

/* By scripts of init.d. */
static struct look
init_does(const char *name, struct look (*does)(const char *path))
{
	return look_both(runs_sysvinit(),
			 look_either(is_in("/etc/rcS.d", name, does), is_in("/etc/rc2.d", name, does)));
}

/* A service of OpenRC or runit, where that runs and starts it. */
struct service {
	const char *running, *script;
	const char *down; /* a file that keeps it from being started; NULL: none does */
	const char *name;
	bool loads; /* it is ours (man/examples); else OpenRC's, which cuts lines in a shell */
};

static struct look
service_reads(const struct service *service)
{
	struct look starts = present(service->running),
		    down = service->down ? present(service->down) : look_seen(false);

	if (down.is == LOOK_YES)
		return look_seen(false);
	if (down.is == LOOK_UNKNOWN)
		starts = look_both(starts, down);
	return look_both(starts,
			 service->loads ? bootscript_loads(service->script) : bootscript_starts(service->script));
}

#define OPENRC(level)                                                                                                  \
	{"/run/openrc", "/etc/runlevels/" level "/binfmt", NULL, "OpenRC's binfmt", false},                            \
	{                                                                                                              \
		"/run/openrc", "/etc/runlevels/" level "/binfmtctl", NULL, "the service binfmtctl", true               \
	}
#define RUNIT(folder)                                                                                                  \
	{                                                                                                              \
		"/run/runit", folder "/binfmtctl/run", folder "/binfmtctl/down", "the service binfmtctl", true         \
	}

struct look
bootservice_reader(struct look mounts, struct bootservice_reader *reader)
{
	static const struct service services[] = {
	    OPENRC("sysinit"),           OPENRC("boot"),        OPENRC("default"), RUNIT("/var/service"),
	    RUNIT("/run/runit/service"), RUNIT("/etc/service"),
	};
	struct look reads = systemd_reads(mounts);

	*reader = (struct bootservice_reader){.name = "systemd-binfmt"};
	for (size_t i = 0; reads.is != LOOK_YES && i < sizeof(services) / sizeof(services[0]); i++) {
		reads = look_either(reads, service_reads(&services[i]));
		*reader = (struct bootservice_reader){services[i].name, services[i].loads, !services[i].loads};
	}
	if (reads.is != LOOK_YES) {
		reads = look_either(reads, init_does("binfmtctl", bootscript_loads));
		*reader = (struct bootservice_reader){.name = "/etc/init.d/binfmtctl", .loads = true};
	}
	if (reads.is != LOOK_YES)
		*reader = (struct bootservice_reader){.name = NULL};
	return reads;
}

/*
 * Where not by systemd, whatever else may start its service. There it has mounts of its own, so where binfmt_misc is
 * not mounted before, what it registers is lost.
 */
static struct look
binfmt_support_starts(struct look mounts)
{
	struct look systemd = bootservice_runs_systemd(), starts;

	if (systemd.is == LOOK_YES) {
		starts = starts_stock("binfmt-support.service");
		return starts.is == LOOK_NO ? starts : look_both(starts, mounts);
	}
	return init_does("binfmt-support", bootscript_starts).is == LOOK_YES ? look_seen(true) : look_unknown();
}

struct look
bootservice_update_binfmts(struct look mounts)
{
	struct look installed = present("/usr/sbin/update-binfmts");

	return installed.is == LOOK_NO ? installed : look_both(installed, binfmt_support_starts(mounts));
}
