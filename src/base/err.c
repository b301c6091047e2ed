/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "err.h"
#include "text.h"

const char *
err_word(enum err_code code)
{
#define ERR_WORD(name, word) [ERR_##name] = word,
	static const char *const words[ERR_CODES] = {ERR_TABLE(ERR_WORD)};

	return words[code];
}

__attribute__((format(printf, 4, 0))) static void
fill(struct err *err, int status, enum err_code code, const char *fmt, va_list ap)
{
	err->status = status;
	err->code = code;
	err->fix[0] = '\0';
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
}

int
err_set(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, EXIT_FAILED, code, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_unavailable(struct err *err, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, EXIT_UNAVAILABLE, code, fmt, ap);
	va_end(ap);
	return -1;
}

void
err_note(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(err, EXIT_DONE, ERR_NONE, fmt, ap);
	va_end(ap);
}

int
err_fix(struct err *err, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(err->fix, sizeof(err->fix), fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= sizeof(err->fix) || !text_shown(err->fix))
		err->fix[0] = '\0';
	return -1;
}

int
err_wrap(struct err *err, const char *fmt, ...)
{
	char front[ERR_TEXT_MAX];
	size_t len, rest;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(front, sizeof(front) - 2, fmt, ap);
	va_end(ap);
	len = strlen(front);
	memcpy(front + len, ": ", 3);
	len += 2;
	rest = strlen(err->text);
	if (len + rest >= sizeof(err->text))
		rest = sizeof(err->text) - 1 - len;
	memmove(err->text + len, err->text, rest);
	memcpy(err->text, front, len);
	err->text[len + rest] = '\0';
	return -1;
}

int
err_add(struct err *err, const char *fmt, ...)
{
	size_t len = strlen(err->text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text + len, sizeof(err->text) - len, fmt, ap);
	va_end(ap);
	return -1;
}

void
err_clear(struct err *err)
{
	err->code = ERR_NONE;
	err->status = 0;
	err->text[0] = err->fix[0] = '\0';
}

void
warn_add(struct warnings *warnings, const char *fmt, ...)
{
	size_t room = sizeof(warnings->text) - warnings->len;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(warnings->text + warnings->len, room, fmt, ap);
	va_end(ap);
	if (len >= 0 && (size_t)len < room)
		warnings->len += (size_t)len + 1;
}

const char *
warn_next(const struct warnings *warnings, const char *last)
{
	const char *next = last ? last + strlen(last) + 1 : warnings->text;

	return next < warnings->text + warnings->len ? next : NULL;
}
