/* SPDX-License-Identifier: MIT */
/* What `status` and `doctor` say will become of each entry, kept beside the disk's other files, and what became of it.
 */
#ifndef FORETOLD_H
#define FORETOLD_H

/* Writes down what is said now. Fails where something is not known: all of this machine can be seen. */
void foretell(void);

/*
 * After a reboot, or a restart of systemd-binfmt: fails, and names the entry, unless each that was live is there or
 * gone, the same or another, as foretold, and nothing else came than what was.
 */
void expect_rebooted(void);
void expect_restarted(void);

/* A restart of systemd-binfmt, to its end and that of our unit, which follows it; fails unless it ends so. */
void restart_systemd_binfmt(int status);

/* Fails unless doctor finds that a reboot would change nothing. */
void expect_settled(void);

/* Fails unless this check of doctor ends so, of the entry (NULL: whichever), and says the text. */
void expect_doctor(const char *check, const char *result, const char *entry, const char *text);

/* The entries as the kernel shows them, the newest first, one a line, by ls: no code of ours. Static. */
const char *kernel_order(void);

/* Writes down that order, and fails unless these entries are in that order still, whatever is between them. */
void keep_order(void);
void expect_order(void);

#endif
