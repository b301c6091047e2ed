/* SPDX-License-Identifier: MIT */
/* Interpreters that tell who ran, and foreign programs for them. */
#ifndef PROGRAMS_H
#define PROGRAMS_H

#include <stdbool.h>
#include <sys/types.h>

/* The probe program of an architecture as an executable file of the scratch folder; its path on the heap. Exits 42. */
char *probe_program(const char *arch, const char *file);

/* A static native program that exits 42; a script that prints "told" and its arguments. Static paths. */
const char *tiny_interpreter(void);
const char *script_interpreter(void);

/* A fresh copy of the tiny interpreter under this name in the scratch folder; its path on the heap. */
char *tiny_copy(const char *name);

/* A folder with a copy of binfmtctl, for a PATH: its own place may be closed to the root of the namespace. Static path.
 */
const char *tool_folder(void);

/* Puts the tiny interpreter there as a package manager does it: a new file by rename. */
void upgrade(const char *path);

/* A file's change is later than the entry's registration only if the kernel's clock has ticked between. */
void let_the_clock_tick(void);

/*
 * A native program of a few instructions that only exits with this status: as an interpreter it
 * costs nothing and tells which handler was in force. False where there is no compiler.
 */
bool exit_interpreter(const char *path, int status);

/* Executes the probe program of an architecture; as exec_status. */
int probe_status(const char *arch);

/* Executes a file with no arguments: its exit status, -errno if exec failed, 128 + a signal. */
int exec_status(const char *path);

/* Inode of the file that the kernel runs for a program of this architecture; 0 if none. */
ino_t runner_of(const char *arch);

/* The QEMU of an architecture that `register` finds; without one the test is skipped. Kept until the next call. */
const char *installed_qemu(const char *arch);

/* Whether one is installed that needs no libraries. */
bool has_static_qemu(const char *arch);

/* What is on standard error when the installed QEMU is registered with flag F: "", or a piece of a warning. */
const char *qemu_warning(const char *arch);

struct run;

/* The run succeeded, with these words on standard output, and warns only of QEMUs that are dynamically linked. */
void expect_told_of_dynamic(const struct run *r, const char *out);

#endif
