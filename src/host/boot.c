/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "boot.h"
#include "host.h"
#include "smallfile.h"

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Whether systemd is told to leave a unit alone. */
static bool
is_masked(const char *link)
{
	static const char nothing[] = "/dev/null";
	char target[sizeof(nothing)];

	return readlink(link, target, sizeof(target)) == sizeof(nothing) - 1 &&
	       memcmp(target, nothing, sizeof(nothing) - 1) == 0;
}

bool
boot_has_systemd_binfmt(void)
{
	return exists("/run/systemd/system") &&
	       (exists("/usr/lib/systemd/systemd-binfmt") || exists("/lib/systemd/systemd-binfmt")) &&
	       !is_masked("/etc/systemd/system/systemd-binfmt.service") &&
	       !is_masked("/run/systemd/system/systemd-binfmt.service");
}

/* Whether a folder of links as /etc/rcS.d starts our own script (man/examples/binfmtctl.init). */
static bool
starts_own(const char *dir)
{
	static const char name[] = "binfmtctl";
	DIR *d = opendir(dir);
	struct dirent *e;
	bool found = false;

	while (d && !found && (e = readdir(d))) {
		size_t len = strlen(e->d_name);

		found = e->d_name[0] == 'S' && len == sizeof("S00") - 1 + sizeof(name) - 1 &&
			strcmp(e->d_name + sizeof("S00") - 1, name) == 0;
	}
	if (d)
		closedir(d);
	return found;
}

const char *
boot_reader(void)
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

	if (boot_has_systemd_binfmt())
		return "systemd-binfmt";
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (exists(services[i].running) && exists(services[i].link))
			return services[i].name;
	return starts_own("/etc/rcS.d") ? "/etc/init.d/binfmtctl" : NULL;
}

bool
boot_in_container(void)
{
	return exists("/run/.containerenv") || exists("/.dockerenv") || exists("/run/systemd/container");
}

/* Whether the first process has another root folder than we; false also where only root could tell. */
static bool
in_chroot(void)
{
	struct stat first, own;

	return stat("/proc/1/root/", &first) == 0 && stat("/", &own) == 0 &&
	       (first.st_dev != own.st_dev || first.st_ino != own.st_ino);
}

/* Whether a line has this word. */
static bool
has_word(const char *line, size_t len, const char *word)
{
	size_t wanted = strlen(word);

	for (size_t at = 0, size; at < len; at += size + 1) {
		size = strcspn(line + at, " \t\n");
		if (size == wanted && memcmp(line + at, word, size) == 0)
			return true;
	}
	return false;
}

bool
boot_unit_calls(const struct boot *boot, const char *command, const char *word)
{
	size_t len;

	for (const char *line = boot->unit; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (strncmp(line, "ExecStart=", 10) == 0 && has_word(line, len, command) &&
		    (!word || has_word(line, len, word)))
			return true;
	}
	return false;
}

int
boot_read(struct boot *boot, struct err *err)
{
	boot->elsewhere = boot_in_container() || in_chroot();
	boot->reader = boot_reader();
	boot->flushes = boot_has_systemd_binfmt();
	boot->reads_records = exists("/usr/sbin/update-binfmts");
	boot->unread = smallfile_read(BOOT_UNIT, boot->unit, sizeof(boot->unit)) < 0 && errno != ENOENT;
	if (!boot->reader && boot_unit_calls(boot, "load", NULL))
		boot->reader = BOOT_UNIT_NAME;
	boot->records = (struct records){0};
	if (confd_read(&boot->confd, confd_dirs, host_kernel(), err) == 0 &&
	    records_read(&boot->records, RECORDS_DIR, err) == 0)
		return 0;
	boot_free(boot);
	boot->unread = true;
	return -1;
}

void
boot_free(struct boot *boot)
{
	confd_free(&boot->confd);
	records_free(&boot->records);
}
