/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "boot.h"
#include "bootplace.h"
#include "bootservice.h"
#include "bootunit.h"
#include "bootwanted.h"
#include "host.h"
#include "smallfile.h"

/* The text of a unit's file, whole. */
static bool
read_text(const char *path, char text[static BOOT_UNIT_MAX])
{
	ssize_t len = smallfile_read(path, text, BOOT_UNIT_MAX);

	return len >= 0 && strlen(text) == (size_t)len;
}

/* The text of our own unit, where systemd runs here and starts it. */
static void
read_unit(struct boot *boot)
{
	char path[BOOTUNIT_PATH_MAX];
	struct look starts = bootservice_runs_systemd();

	boot->unit[0] = boot->unit_link[0] = '\0';
	if (starts.is != LOOK_NO)
		starts = look_both(starts, bootunit_find(BOOT_UNIT_NAME, BOOT_NEXT, path));
	if (starts.is != LOOK_NO)
		starts = look_both(starts, bootwanted(BOOT_UNIT_NAME, boot->unit_link));
	boot->unit_unread = starts.is == LOOK_UNKNOWN || (starts.is == LOOK_YES && !read_text(path, boot->unit));
	boot->unread = boot->unit_unread;
}

int
boot_read(struct boot *boot, struct err *err)
{
	return boot_read_without(boot, NULL, err);
}

int
boot_read_without(struct boot *boot, const char *const *gone, struct err *err)
{
	struct look mounts = bootservice_mounts();
	struct bootservice_reader reader;

	boot->elsewhere = look_either(bootplace_container(), bootplace_chroot()).is;
	boot->mounts = mounts.is;
	boot->reads_lines = bootservice_reader(mounts, &reader).is;
	boot->reader = reader.name;
	boot->loads = reader.loads;
	boot->own_rules = reader.own_rules;
	boot->forces = boot->else_too = false;
	boot->flushes = bootservice_flushes().is;
	boot->reads_records = bootservice_update_binfmts(mounts).is;
	boot->step_count = 0;
	boot->after = false;
	boot->active = bootservice_is_active(BOOT_UNIT_NAME).is;
	boot->follows = LOOK_NO;
	read_unit(boot);
	boot->records = (struct records){0};
	if (confd_read_boot(&boot->confd, gone, host_kernel(), err) == 0 &&
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
