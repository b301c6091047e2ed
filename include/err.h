/* SPDX-License-Identifier: MIT */
#ifndef ERR_H
#define ERR_H

/* Exit statuses of the program (exec has env(1)'s instead). */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNAVAILABLE = 3, /* no binfmt_misc to act on, nothing was changed */
};

enum { ERR_TEXT_MAX = 2560 }; /* an interpreter path of 1900 bytes and the sentence around it */

/* Why something failed. Modules fill it, only main.c and cmd_*.c print it. */
struct err {
	int status;       /* EXIT_FAILED or EXIT_UNAVAILABLE */
	const char *code; /* one word for scripts, JSON key "code" */
	char text[ERR_TEXT_MAX];
};

/* Fills *err with EXIT_FAILED and a printf text, cut to ERR_TEXT_MAX. Returns -1 always. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *err, const char *code, const char *fmt, ...);

/* As err_set, with EXIT_UNAVAILABLE. Returns -1 always. */
__attribute__((format(printf, 3, 4))) int err_unavailable(struct err *err, const char *code, const char *fmt, ...);

#endif
