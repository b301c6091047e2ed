/* SPDX-License-Identifier: MIT */
/* The real update-binfmts in the tests' own instance, with a database of the test's own. */
#ifndef PEERS_H
#define PEERS_H

/* Skips where there is none: installed, or unpacked by tests/peers. */
void peers_need_update_binfmts(void);

/* Imports a format file of a folder, and so registers what it makes of it. */
void peers_import(const char *folder, const char *name);

/* Enables what a folder of records has, as at boot. */
void peers_enable(const char *records);

#endif
