/* SPDX-License-Identifier: MIT */
/* Tests in the initial namespace of a kernel that tests/vm/boot booted for them: whatever they do ends with it. */
#ifndef GUEST_H
#define GUEST_H

#include "harness.h"

/* What differs from kernel to kernel, as the contract has it. */
struct kernel {
	bool tells_p;      /* tells an interpreter of flag P */
	bool drops;        /* the last unmount takes the entries with it */
	bool has_own;      /* a user namespace can have handlers of its own */
	bool has_later;    /* flags T, L and D, type B, and the limit of interpreters */
	const char *flags; /* of an architecture, where the user names none */
	char natives[64];  /* architectures that it runs itself, with commas: as tests/vm/hosts says */
};

extern struct kernel kernel;

/*
 * cmocka_run_group_tests, but outside such a guest every test is skipped. Each has binfmt_misc mounted and empty, or
 * the machine as it booted and the tests before it left it.
 */
#define guest_run(tests) guest_run_tests(#tests, tests, LENGTH(tests), true)
#define guest_run_booted(tests) guest_run_tests(#tests, tests, LENGTH(tests), false)
int guest_run_tests(const char *name, const struct CMUnitTest *tests, size_t count, bool empty);

/* Architectures whose programs an emulator of the image runs; the entries of those that this host needs one for, as
 * entry_names(). */
enum { GUEST_EMULATED = 8 };
extern const char *const guest_emulated[GUEST_EMULATED];
const char *guest_needs(void);

/* Whether this kernel runs programs of an architecture itself. */
bool guest_runs(const char *arch);

/* Neither mounted nor loaded, not mounted; mounted and empty. */
void guest_unload(void);
void guest_unmount(void);
void guest_mount(void);

/* The next runs are made by an ordinary user, until run_prepare is NULL again. */
bool guest_user(void);

#endif
