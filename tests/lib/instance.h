/* SPDX-License-Identifier: MIT */
/* The tests' own binfmt_misc: entries made and looked at past binfmtctl. */
#ifndef INSTANCE_H
#define INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

enum { REGISTER_MAX = 8192 }; /* more than the kernel takes */

/* An entry that somebody else registered, spelled in their own way. */
#define THEIRS "+theirs+M+2+\\x41b\\x43++/bin/true:x+P"

/* Writes a string to a file of the mount with one write(2); 0 or errno. */
int mount_write(const char *file, const char *bytes, size_t len);

/* Registers a line as it is, past binfmtctl. */
void register_raw(const char *line);
__attribute__((format(printf, 1, 2))) void register_line(const char *fmt, ...);

/* Registers aarch64 and riscv64 with the tiny interpreter, by binfmtctl. */
void two_entries(void);

/* The whole text of an entry as the kernel shows it, "" if there is none. Static buffer. */
const char *entry_text(const char *name);
bool is_entry(const char *name);
bool is_enabled(const char *name);

/* The names of all entries, sorted, one space between two; "" if there is none. Static buffer. */
const char *entry_names(void);

/*
 * All that there is to see of the instance, on the heap: the switch, and every entry in order with inode,
 * time of registration and text. Two equal ones: nothing was written meanwhile that left a trace.
 */
char *instance(void);

/* Fails if the instance is no longer what `before`, from instance(), says. */
#define expect_instance(before) expect_instance_at(before, __FILE__, __LINE__)
void expect_instance_at(const char *before, const char *file, int line);

#endif
