/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "confd_lines.h"
#include "confline.h"

/* Ends of lines, as read_line of systemd tells them apart. */
enum { END_NUL = 1, END_LF = 2, END_CR = 4 };

/* A text being cut. */
struct cutter {
	struct confd *confd;
	const char *file;
	char *at, *end;
	unsigned number;
	bool counted;
	struct host_kernel kernel;
};

int
confd_add(struct confd *confd, const struct confd_line *line)
{
	struct confd_line *more = confd->lines;

	if (confd->count == confd->room) {
		confd->room = confd->room ? confd->room * 2 : 64;
		more = realloc(confd->lines, confd->room * sizeof(*more));
		if (!more)
			return -1;
		confd->lines = more;
	}
	more[confd->count++] = *line;
	return 0;
}

int
confd_add_whole(struct confd *confd, const char *file, enum confd_fate fate, const char *reason)
{
	const struct confd_line line = {.file = file, .fate = fate, .reason = reason};

	if (fate == CONFD_UNREAD) {
		confd->unread++;
		confd->last_unread = confd->count + 1;
	}
	return reason ? confd_add(confd, &line) : -1;
}

int
confd_add_failed(struct confd *confd, const char *file, enum confd_fate absent, int error)
{
	const char *reason = strerror(error);

	return confd_add_whole(confd, file, look_absent(error) ? absent : CONFD_UNREAD,
			       arena_copy(&confd->arena, reason, strlen(reason)));
}

static int
end_kind(char c)
{
	return c == '\n' ? END_LF : c == '\r' ? END_CR : c == '\0' ? END_NUL : 0;
}

/* Goes past the end of a line; of each kind one belongs to it, and a NUL is the last. */
static void
pass_end(struct cutter *cut)
{
	int seen = 0, kind;

	while (cut->at < cut->end && (kind = end_kind(*cut->at)) != 0 && !(seen & (kind | END_NUL))) {
		seen |= kind;
		cut->at++;
	}
	cut->counted &= seen == 0 || seen == END_LF || (seen == (END_LF | END_CR) && cut->at[-1] == '\n');
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What systemd-binfmt does with a line that is no comment: the name must be one, then it is the kernel's turn. */
static int
add_rule(struct cutter *cut, char *text, size_t len)
{
	struct confd_line line = {.file = cut->file, .number = cut->number, .counted = cut->counted};
	char *name = text + 1, *end = len > 1 ? memchr(name, text[0], len - 1) : NULL;
	size_t name_len = end ? (size_t)(end - name) : len - 1;

	if (!confline_is_name(name, name_len)) {
		line.fate = CONFD_REFUSED;
		line.reason = "what stands between the first two delimiters is no name for an entry";
	} else {
		line.reason = confline_parse(text, len, cut->kernel.major, cut->kernel.minor, &line.rule);
		line.fate = line.reason ? CONFD_REFUSED : CONFD_REGISTERED;
		name[name_len] = '\0';
		line.name = name;
	}
	return confd_add(cut->confd, &line);
}

static int
add_long(struct cutter *cut)
{
	const struct confd_line line = {
	    .file = cut->file,
	    .number = cut->number,
	    .fate = CONFD_LOST,
	    .reason = "longer than 1 MiB: systemd-binfmt gives up here, and the rest of the file is lost",
	    .counted = cut->counted,
	};

	cut->at = cut->end;
	return confd_add(cut->confd, &line);
}

static int
add_next(struct cutter *cut)
{
	char *text = cut->at, *stop;

	cut->number++;
	while (cut->at < cut->end && !end_kind(*cut->at))
		cut->at++;
	stop = cut->at;
	if (stop - text >= CONFD_LONG_LINE)
		return add_long(cut);
	pass_end(cut);
	while (stop > text && is_blank(stop[-1]))
		stop--;
	while (text < stop && is_blank(*text))
		text++;
	if (text == stop || *text == '#' || *text == ';')
		return 0;
	return add_rule(cut, text, (size_t)(stop - text));
}

int
confd_add_text(struct confd *confd, const char *file, char *text, size_t len, struct host_kernel kernel)
{
	struct cutter cut = {confd, file, text, text + len, 0, true, kernel};

	while (cut.at < cut.end)
		if (add_next(&cut) < 0)
			return -1;
	return 0;
}
