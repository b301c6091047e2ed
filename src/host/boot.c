/* SPDX-License-Identifier: MIT */
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

bool
boot_has_systemd_binfmt(void)
{
	return exists("/run/systemd/system") &&
	       (exists("/usr/lib/systemd/systemd-binfmt") || exists("/lib/systemd/systemd-binfmt"));
}

/* OpenRC's own service, or ours (man/examples/binfmtctl.openrc). */
static bool
has_openrc_binfmt(void)
{
	static const char *const links[] = {"/etc/runlevels/boot/binfmt",       "/etc/runlevels/default/binfmt",
					    "/etc/runlevels/sysinit/binfmt",    "/etc/runlevels/boot/binfmtctl",
					    "/etc/runlevels/default/binfmtctl", "/etc/runlevels/sysinit/binfmtctl"};

	for (size_t i = 0; exists("/run/openrc") && i < sizeof(links) / sizeof(links[0]); i++)
		if (exists(links[i]))
			return true;
	return false;
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
	boot->reads_conf = boot_has_systemd_binfmt() || has_openrc_binfmt();
	boot->reads_records = exists("/usr/sbin/update-binfmts");
	boot->unread = smallfile_read(BOOT_UNIT, boot->unit, sizeof(boot->unit)) < 0 && errno != ENOENT;
	boot->reads_conf |= boot_unit_calls(boot, "load", NULL);
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
