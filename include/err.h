/* SPDX-License-Identifier: MIT */
#ifndef ERR_H
#define ERR_H

#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of the program. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_UNAVAILABLE = 3, /* no binfmt_misc to act on, nothing was changed */
};

/* clang-format off */

/* Every cause that has a word of its own: JSON key "code" and the man page's list. Sorted by word. */
#define ERR_TABLE(X) \
	X(AUTOFS, "autofs") X(BROKEN, "broken") X(BUSY, "busy") X(CREDENTIALS, "credentials") X(DELETED, "deleted") \
	X(DENIED, "denied") X(DISABLED, "disabled") X(DRIFT, "drift") X(DYNAMIC, "dynamic") X(EXISTS, "exists") \
	X(FIELD, "field") X(FLAGS, "flags") X(HANDLED, "handled") X(INSECURE, "insecure") \
	X(INTERPRETER, "interpreter") X(KERNEL, "kernel") X(LEFTOVER, "leftover") X(LIKE, "like") \
	X(LOCK, "lock") X(LOOP, "loop") X(MEMORY, "memory") X(MISSING, "missing") X(MOUNT, "mount") \
	X(NAMESPACE, "namespace") X(NATIVE, "native") X(NO_INTERPRETER, "no-interpreter") \
	X(NO_KERNEL_SUPPORT, "no-kernel-support") X(NOT_BINFMT, "not-binfmt") \
	X(NOT_EXECUTABLE, "not-executable") X(NOT_KEPT, "not-kept") X(NOT_MOUNTED, "not-mounted") \
	X(NOT_ROOT, "not-root") X(NOT_UNDERSTOOD, "not-understood") X(OPEN, "open") X(PERSIST, "persist") \
	X(PROBE, "probe") X(READ, "read") X(READ_ONLY, "read-only") X(SHADOWED, "shadowed") X(STALE, "stale") \
	X(UNFIXED, "unfixed") X(UNKNOWN, "unknown") X(USAGE, "usage") X(VERIFY, "verify") X(WRITE, "write")

/* clang-format on */

#define ERR_ENUM(name, word) ERR_##name,
enum err_code { ERR_NONE, ERR_TABLE(ERR_ENUM) ERR_CODES };

/* The word of a code; NULL for ERR_NONE. */
const char *err_word(enum err_code code);

enum { ERR_TEXT_MAX = 2560 }; /* an interpreter path of 1900 bytes and the sentence around it */

/* Why something is so, and what helps. Modules fill it, only cli/ prints it. */
struct err {
	enum err_code code;
	int status;              /* EXIT_FAILED or EXIT_UNAVAILABLE */
	char text[ERR_TEXT_MAX]; /* "": there is nothing to say */
	char fix[ERR_TEXT_MAX];  /* a command to paste, or a thing to do; "": none is known */
};

/* Fills *err with EXIT_FAILED and a printf text, cut to ERR_TEXT_MAX, and no fix. Returns -1 always. */
__attribute__((format(printf, 3, 4))) int err_set(struct err *err, enum err_code code, const char *fmt, ...);

/* As err_set, with EXIT_UNAVAILABLE. Returns -1 always. */
__attribute__((format(printf, 3, 4))) int err_unavailable(struct err *err, enum err_code code, const char *fmt, ...);

/* What is so, without a code: no error by itself. */
__attribute__((format(printf, 2, 3))) void err_note(struct err *err, const char *fmt, ...);

/* Sets the fix. Returns -1 always. */
__attribute__((format(printf, 2, 3))) int err_fix(struct err *err, const char *fmt, ...);

/* Puts a text and ": " in front of what is there, or adds one behind it. Return -1 always. */
__attribute__((format(printf, 2, 3))) int err_wrap(struct err *err, const char *fmt, ...);
__attribute__((format(printf, 2, 3))) int err_add(struct err *err, const char *fmt, ...);

/* Nothing to say. */
void err_clear(struct err *err);

enum { WARNINGS_MAX = 8192 };

/* Warnings that go with one result, as NUL-terminated texts one after another. */
struct warnings {
	size_t len;
	char text[WARNINGS_MAX];
};

/* Adds a printf text; one that does not fit any more is dropped whole. */
__attribute__((format(printf, 2, 3))) void warn_add(struct warnings *warnings, const char *fmt, ...);

/* The text after `last` (NULL: the first), or NULL at the end. */
const char *warn_next(const struct warnings *warnings, const char *last);

#endif
