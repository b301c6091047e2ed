/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bootfolder.h"
#include "present.h"
#include "smallfile.h"

const struct bootfolder bootfolders[BOOTFOLDERS] = {
    {"/etc/systemd/system.control", BOOTFOLDER_STAYS},
    {"/run/systemd/system.control", BOOTFOLDER_GOES},
    {"/run/systemd/transient", BOOTFOLDER_GOES},
    {"/run/systemd/generator.early", BOOTFOLDER_GENERATED},
    {"/etc/systemd/system", BOOTFOLDER_STAYS},
    {"/etc/systemd/system.attached", BOOTFOLDER_STAYS},
    {"/run/systemd/system", BOOTFOLDER_GOES},
    {"/run/systemd/system.attached", BOOTFOLDER_GOES},
    {"/run/systemd/generator", BOOTFOLDER_GENERATED},
    {"/usr/local/lib/systemd/system", BOOTFOLDER_STAYS},
    {"/lib/systemd/system", BOOTFOLDER_STOCK},
    {"/usr/lib/systemd/system", BOOTFOLDER_STOCK},
    {"/run/systemd/generator.late", BOOTFOLDER_GENERATED},
};

/* Whether two paths lead to one folder. */
static bool
is_one(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Whether a folder may have something, which is looked at once; not /lib, where that is a link to /usr/lib. */
static bool
may_be_there(size_t folder)
{
	static bool looked, there[BOOTFOLDERS];

	for (size_t i = 0; !looked && i < BOOTFOLDERS; i++)
		there[i] = present(bootfolders[i].path).is != LOOK_NO &&
			   (bootfolders[i].stays != BOOTFOLDER_STOCK || i + 1 == BOOTFOLDERS ||
			    bootfolders[i + 1].stays != BOOTFOLDER_STOCK ||
			    !is_one(bootfolders[i].path, bootfolders[i + 1].path));
	looked = true;
	return there[folder];
}

bool
bootfolder_counts(size_t folder, enum boot_when when)
{
	return may_be_there(folder) && (when == BOOT_NOW || bootfolders[folder].stays != BOOTFOLDER_GOES);
}

struct look
bootfolder_find(const char *name, enum boot_when when, char path[static BOOTUNIT_PATH_MAX], size_t *folder)
{
	struct stat st;

	for (size_t i = 0; i < BOOTFOLDERS; i++) {
		if (!bootfolder_counts(i, when))
			continue;
		snprintf(path, BOOTUNIT_PATH_MAX, "%s/%s", bootfolders[i].path, name);
		*folder = i;
		if (lstat(path, &st) == 0)
			return look_seen(true);
		if (!look_absent(errno))
			return look_unknown();
	}
	return look_seen(false);
}

/* Whether a link to nothing has the name of another unit that is somewhere: systemd goes by that. */
static struct look
leads_by_name(const char *path)
{
	char to[PATH_MAX], other[BOOTUNIT_PATH_MAX];
	ssize_t len = readlink(path, to, sizeof(to) - 1);
	const char *slash;
	size_t folder;

	if (len < 0)
		return errno == EINVAL || look_absent(errno) ? look_seen(false) : look_unknown();
	to[len] = '\0';
	slash = strrchr(to, '/');
	return bootfolder_find(slash ? slash + 1 : to, BOOT_NOW, other, &folder);
}

struct look
bootfolder_says_anything(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return look_absent(errno) && leads_by_name(path).is == LOOK_NO ? look_seen(false) : look_unknown();
	return look_seen(!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_size > 0));
}

char *
bootfolder_text(const char *path)
{
	static char text[BOOTFOLDER_TEXT_MAX];
	ssize_t len = smallfile_read(path, text, sizeof(text));

	return len >= 0 && strlen(text) == (size_t)len ? text : NULL;
}

bool
bootfolder_ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), cut = strlen(end);

	return len > cut && strcmp(name + len - cut, end) == 0;
}
