/* SPDX-License-Identifier: MIT */
/* Files of binfmt.d: a folder is the sum of its texts, and what registers here is written so that it registers again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confd.h"
#include "confd_lines.h"
#include "confline.h"
#include "err.h"
#include "fuzz.h"
#include "line.h"

static const struct host_kernel newest = {7, 3}, oldest = {4, 4};
static char top[] = "/tmp/fuzz_conf.XXXXXX", dirs[2][sizeof(top) + 2];

static void
sweep(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	demand(system(command) == 0);
}

static void
check_rule(const struct rule *rule)
{
	char line[RULE_LINE_MAX], *copy;
	struct rule again;
	size_t len;

	if (line_format(rule, true, line, &len) || len >= RULE_LINE_MAX)
		return;
	copy = copy_of(line, len);
	demand(!confline_parse(copy, len, 0, 0, &again));
	demand(strcmp(again.name, rule->name) == 0 && rule_same(&again, rule) && again.flags == rule->flags);
	free(copy);
}

/* Every line by itself, and against how a much older kernel takes it. */
static void
check_text(const uint8_t *data, size_t size)
{
	struct confd now = {0}, then = {0};
	char *text = copy_of(data, size), *old_text = copy_of(data, size);
	unsigned number = 0;

	demand(confd_add_text(&now, "f", text, size, newest) == 0);
	demand(confd_add_text(&then, "f", old_text, size, oldest) == 0 && now.count == then.count);
	for (size_t i = 0; i < now.count; i++) {
		const struct confd_line *line = &now.lines[i], *old = &then.lines[i];
		unsigned newlines = 0;

		demand(line->number > number && (line->fate == CONFD_REGISTERED) == !line->reason);
		number = line->number;
		for (const char *c = text; line->name && c < line->name; c++)
			newlines += data[c - text] == '\n';
		demand(!line->name || !line->counted || number == newlines + 1);
		if (line->fate == CONFD_REGISTERED) {
			demand(strcmp(line->name, line->rule.name) == 0);
			check_rule(&line->rule);
		}
		/* Only T, L and D as delimiters were legal once. */
		if (old->fate == CONFD_REGISTERED && line->fate != CONFD_REGISTERED)
			demand(strchr("TLD", data[line->name - 1 - text]) != NULL);
		if (old->fate == CONFD_REGISTERED && line->fate == CONFD_REGISTERED)
			demand(rule_same(&old->rule, &line->rule));
	}
	confd_free(&now);
	confd_free(&then);
	free(text);
	free(old_text);
}

/* The last line of each name decides, and no other. */
static void
check_found(const struct confd *confd)
{
	for (size_t i = 0; i < confd->count; i++) {
		const struct confd_line *found, *line = &confd->lines[i];

		if (!line->name)
			continue;
		found = confd_find(confd, line->name);
		demand(found >= line && strcmp(found->name, line->name) == 0 && confd_decides(confd, found));
		demand(confd_decides(confd, line) == (found == line));
	}
}

/* Writes the file or takes it away; if it is there its lines are added to sum. */
static void
put_file(const char *path, const uint8_t *text, size_t size, struct confd *sum)
{
	char *copy;
	int fd;

	unlink(path);
	if (!text)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	demand(fd >= 0 && write(fd, text, size) == (ssize_t)size && close(fd) == 0);
	copy = arena_take(&sum->arena, size + 1, 1);
	demand(copy != NULL);
	memcpy(copy, text, size);
	demand(confd_add_text(sum, path, copy, size, newest) == 0);
}

/* Two files of one name, the second of which does not count, and a third. */
static void
check_folders(const uint8_t *const texts[3], const size_t sizes[3])
{
	static const char *const files[] = {"0/a.conf", "1/a.conf", "1/b.conf"};
	const char *const folders[] = {dirs[0], dirs[1], NULL};
	struct confd confd, hidden = {0}, sum = {0};
	char path[sizeof(top) + 16];
	struct err err;

	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", top, files[i]);
		put_file(path, texts[i], sizes[i], i == 1 && texts[0] ? &hidden : &sum);
	}
	demand(confd_read(&confd, folders, newest, &err) == 0 && confd.count == sum.count && !confd.unread);
	for (size_t i = 0; i < sum.count; i++) {
		const struct confd_line *a = &confd.lines[i], *b = &sum.lines[i];

		demand(a->number == b->number && a->fate == b->fate && a->reason == b->reason);
		demand(!a->name == !b->name && (!a->name || strcmp(a->name, b->name) == 0));
		demand(a->fate != CONFD_REGISTERED || rule_same(&a->rule, &b->rule));
	}
	check_found(&confd);
	confd_free(&confd);
	confd_free(&hidden);
	confd_free(&sum);
}

/* Three texts that 0xff ends; without the second there is one only, and no folder. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *texts[3] = {NULL}, *rest = data, *end;
	size_t sizes[3];

	for (int i = 0; i < 2 && !*dirs[i]; i++) {
		demand(i || (mkdtemp(top) && atexit(sweep) == 0));
		snprintf(dirs[i], sizeof(dirs[i]), "%s/%d", top, i);
		demand(mkdir(dirs[i], 0755) == 0);
	}
	check_text(data, size);
	for (int i = 0; i < 3 && rest < data + size; i++) {
		end = memchr(rest, 0xff, (size_t)(data + size - rest));
		end = end ? end : data + size;
		texts[i] = rest;
		sizes[i] = (size_t)(end - rest);
		rest = end + 1;
	}
	if (texts[1])
		check_folders(texts, sizes);
	return 0;
}
