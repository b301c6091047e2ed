/* SPDX-License-Identifier: MIT */
/* Folders of binfmt.d: one for the files of --persist, and those that are read at boot. */
#ifndef CONF_H
#define CONF_H

#include "harness.h"

struct boot;

/* What enables our own unit there. */
#define CONF_UNIT "/etc/systemd/system/multi-user.target.wants/binfmtctl.service"

/* A folder of this name in the scratch folder, empty; its path on the heap. */
char *conf_dir(const char *name);

/* The path of a file in it, on the heap. */
char *conf_file(const char *dir, const char *name);

/* ./binfmtctl with these words (NULL ends them), --persist and the folder. */
const struct run *tool_persist(const char *dir, const char *word, ...) __attribute__((sentinel));

/* Fails unless the folder holds exactly what `ls -A` prints so. */
#define expect_conf(dir, files) expect(shell("ls -A '%s'", dir), 0, files, "")

/* The four that are read at boot, the first wins. */
extern const char *const conf_boot_dirs[4];

/* Covers them by empty ones for the test at hand; skips where that is not possible. */
void conf_needs_boot_dirs(void);

/* A file in one of them, by its number. */
void conf_write(size_t dir, const char *name, const char *text);

/* What is read at boot, as on a machine with systemd-binfmt and nothing else. */
void conf_read_boot(struct boot *boot);

#endif
