/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "boot.h"
#include "bootplace.h"
#include "bootservice.h"
#include "host.h"
#include "smallfile.h"

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
	boot->elsewhere = look_either(bootplace_container(), bootplace_chroot()).is != LOOK_NO;
	boot->reads_lines = bootservice_reader(&boot->reader).is;
	boot->flushes = bootservice_systemd().is;
	boot->reads_records = bootservice_update_binfmts().is;
	boot->unread = smallfile_read(BOOT_UNIT, boot->unit, sizeof(boot->unit)) < 0 && errno != ENOENT;
	if (!boot->reader && boot_unit_calls(boot, "load", NULL)) {
		boot->reader = BOOT_UNIT_NAME;
		boot->reads_lines = LOOK_YES;
	}
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
