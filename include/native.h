/* SPDX-License-Identifier: MIT */
#ifndef NATIVE_H
#define NATIVE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "opened.h"

/* An ELF program or loader as this kernel reads it (fs/binfmt_elf.c): by e_machine, whatever e_ident says. */
struct native {
	const struct opened *file;
	bool wide, big;
	uint16_t type, machine, phnum;
	uint64_t entry, phoff;
};

/*
 * Reads a program's headers. 0; ENOEXEC: no program that this kernel runs itself, and *reason says
 * why, NULL where it is no ELF file or one for another machine; -1 and *reason: it cannot be told.
 */
int native_read(const struct opened *file, const unsigned char head[static PATTERN_WINDOW], struct native *program,
		const char **reason);

/* The loader that it asks for, "" for none at all: then *asked is false. 0, or as native_read. */
int native_loader(const struct native *program, char path[static PATH_MAX], bool *asked, const char **reason);

/* Reads the headers of a program's loader. 0, the errno of exec and *reason, or -1 and *reason. */
int native_read_loader(const struct opened *file, const struct native *program, struct native *loader,
		       const char **reason);

#endif
