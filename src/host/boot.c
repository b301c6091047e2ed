/* SPDX-License-Identifier: MIT */
#include <errno.h>

#include "boot.h"
#include "bootplace.h"
#include "bootservice.h"
#include "host.h"
#include "present.h"
#include "smallfile.h"

/* What changes our own unit, and is not read. */
static struct look
has_drop_ins(void)
{
	return look_either(present("/etc/systemd/system/" BOOT_UNIT_NAME ".d"),
			   present("/run/systemd/system/" BOOT_UNIT_NAME ".d"));
}

/* The text of our own unit, if systemd runs here and starts it. */
static void
read_unit(struct boot *boot)
{
	struct look runs = present("/run/systemd/system");

	boot->unit[0] = '\0';
	boot->unread =
	    runs.is != LOOK_NO && smallfile_read(BOOT_UNIT, boot->unit, sizeof(boot->unit)) < 0 && !look_absent(errno);
	if (boot->unit[0] && (runs.is == LOOK_UNKNOWN || has_drop_ins().is != LOOK_NO)) {
		boot->unit[0] = '\0';
		boot->unread = true;
	}
}

int
boot_read(struct boot *boot, struct err *err)
{
	boot->elsewhere = look_either(bootplace_container(), bootplace_chroot()).is;
	boot->reads_lines = bootservice_reader(&boot->reader).is;
	boot->flushes = bootservice_flushes().is;
	boot->reads_records = bootservice_update_binfmts().is;
	boot->step_count = 0;
	boot->after = boot->follows = false;
	read_unit(boot);
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
