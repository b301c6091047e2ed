/* SPDX-License-Identifier: MIT */
#include "systemd.h"

#include <dirent.h>
#include <unistd.h>

#include "confd.h"
#include "err.h"

#define SYSTEMD "/usr/lib/systemd/systemd-binfmt"

enum { TEXT = 1 << 18 };

/* What there is to compare: registered entries, the last first, then what failed, "FILE:LINE" or "FILE". */
struct outcome {
	char entries[TEXT], failures[TEXT];
};

static struct outcome told, seen;
size_t systemd_registered, systemd_refused;

__attribute__((format(printf, 2, 3))) static void
add(char text[static TEXT], const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + len, TEXT - len, fmt, ap);
	va_end(ap);
}

static bool
registers(const struct confd_line *line)
{
	const char *reason;

	return confd_registers(line, &reason).is == LOOK_YES;
}

static void
ask_confd(void)
{
	struct confd confd;
	struct err err;

	told.entries[0] = told.failures[0] = '\0';
	if (confd_read(&confd, confd_dirs, host_kernel(), &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < confd.count; i++) {
		const struct confd_line *line = &confd.lines[i];

		systemd_registered += registers(line);
		systemd_refused += line->fate == CONFD_REFUSED && line->number;
		if (!registers(line) && line->fate != CONFD_IGNORED)
			add(told.failures, line->number && line->fate != CONFD_LOST ? "%s:%u\n" : "%s\n", line->file,
			    line->number);
	}
	for (size_t i = confd.count; i-- > 0;)
		if (confd_decides(&confd, &confd.lines[i]) && registers(&confd.lines[i]))
			add(told.entries, "%s\n", confd.lines[i].name);
	confd_free(&confd);
}

/* One line of systemd's: "FILE:LINE: why", or "Failed to … file 'FILE': why". */
static void
take_failure(char *line)
{
	char *quote = strchr(line, '\''), *end;

	if (line[0] == '/') {
		end = strstr(line, ": ");
		assert_non_null(end);
		*end = '\0';
		add(seen.failures, "%s\n", line);
	} else if (quote && strncmp(line, "Failed to", 9) == 0) {
		end = strstr(quote + 1, ".conf'");
		assert_non_null(end);
		end[5] = '\0';
		add(seen.failures, "%s\n", quote + 1);
	} else if (*line) {
		fail_msg("systemd-binfmt says: %s", line);
	}
}

static void
ask_systemd(void)
{
	const struct run *r = shell("cd / && exec timeout 60 " SYSTEMD);
	char *copy = strdup(r->err), *save = NULL;
	DIR *dir = opendir(MOUNT);
	struct dirent *d;

	seen.entries[0] = seen.failures[0] = '\0';
	assert_non_null(copy);
	assert_non_null(dir);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_failure(line);
	free(copy);
	assert_int_equal(r->status, *seen.failures ? 1 : 0);
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 && strcmp(d->d_name, "status") != 0 &&
		    strcmp(d->d_name, "register") != 0)
			add(seen.entries, "%s\n", d->d_name);
	closedir(dir);
	ns_empty(); /* some rules take every program there is */
}

/* The tree, for a message. */
static void
show_tree(void)
{
	for (size_t i = 0; i < LENGTH(conf_boot_dirs); i++)
		fputs(
		    shell(
			"cd %s && for f in * .*; do [ ! -f \"$f\" ] || { echo \"$PWD/$f\"; head -c 64k -- \"$f\" | od "
			"-An -c; }; done",
			conf_boot_dirs[i])
			->out,
		    stderr);
}

void
systemd_compare(const char *label)
{
	ask_confd();
	ask_systemd();
	if (strcmp(told.entries, seen.entries) == 0 && strcmp(told.failures, seen.failures) == 0)
		return;
	show_tree();
	fail_msg("%s: registered, by confd:\n%s, by systemd-binfmt:\n%sfailed, by confd:\n%s, by systemd-binfmt:\n%s",
		 label, told.entries, seen.entries, told.failures, seen.failures);
}

void
systemd_needs(void)
{
	if (access(SYSTEMD, X_OK) < 0)
		skip_because("this machine has no " SYSTEMD);
	conf_needs_boot_dirs();
}
