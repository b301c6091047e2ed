/* SPDX-License-Identifier: MIT */
#ifndef AT_BOOT_H
#define AT_BOOT_H

struct boot;
struct handler;

/* The key "at_boot" of an entry: what a reboot makes of it; null where that is not known, or boot NULL: not asked. */
void at_boot_json(const struct boot *boot, const struct handler *handler);

#endif
