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

/* By confd, as systemd-binfmt and as `load` say it; and what they did. */
static struct outcome told, wanted, seen, loaded;
size_t systemd_registered, systemd_refused, systemd_better;

/* What the kernel takes and `load` does not, even if forced. */
static const char *const better[] = {
    "the extension has a dot: only what follows a file's last dot is compared",
    "the extension is given without its dot, with it nothing ever matches",
    "the entry's name has a control byte",
    "the interpreter's path has a control byte",
    "its path is not absolute", /* with flag F it depends on the folder that the reader runs in */
};

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

	told.entries[0] = told.failures[0] = wanted.failures[0] = '\0';
	if (confd_read(&confd, confd_dirs, host_kernel(), &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < confd.count; i++) {
		const struct confd_line *line = &confd.lines[i];
		bool whole = !line->number || line->fate == CONFD_LOST;

		systemd_registered += registers(line);
		systemd_refused += line->fate == CONFD_REFUSED && line->number;
		if (registers(line) || line->fate == CONFD_IGNORED)
			continue;
		add(told.failures, whole ? "%s\n" : "%s:%u\n", line->file, line->number);
		if (line->fate != CONFD_REGISTERED || confd_decides(&confd, line)) /* else it is not even tried */
			add(wanted.failures, line->number ? "%s:%u\n" : "%s\n", line->file, line->number);
	}
	for (size_t i = confd.count; i-- > 0;)
		if (confd_decides(&confd, &confd.lines[i]) && registers(&confd.lines[i]))
			add(told.entries, "%s\n", confd.lines[i].name);
	strcpy(wanted.entries, told.entries);
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

/* Takes a line out of some; false: it is not among them. */
static bool
take_out(const char *line, char *lines)
{
	size_t len = strlen(line);

	for (char *at = lines; (at = strstr(at, line)); at++)
		if ((at == lines || at[-1] == '\n') && at[len] == '\n') {
			memmove(at, at + len + 1, strlen(at + len + 1) + 1);
			return true;
		}
	return false;
}

/* The entry that a line of configuration is about is not wanted. */
static void
forget_entry(const char *place)
{
	struct confd confd;
	char other[512];
	struct err err;

	assert_int_equal(confd_read(&confd, confd_dirs, host_kernel(), &err), 0);
	for (size_t i = 0; i < confd.count; i++) {
		snprintf(other, sizeof(other), "%s:%u", confd.lines[i].file, confd.lines[i].number);
		if (strcmp(other, place) == 0)
			assert_true(take_out(confd.lines[i].name, wanted.entries));
	}
	confd_free(&confd);
}

/* One line of ours: "binfmtctl: PLACE: why". */
static void
take_message(char *line)
{
	char *place = strchr(line, ' ') + 1, *why = strstr(place, ": ");
	size_t i = 0;

	assert_non_null(why);
	*why++ = '\0';
	if (strncmp(why, " warning:", 9) == 0)
		return;
	add(loaded.failures, "%s\n", place);
	if (take_out(place, wanted.failures))
		return;
	while (i < LENGTH(better) && !strstr(why, better[i]))
		i++;
	if (i == LENGTH(better))
		fail_msg("refused by load alone: %s:%s", place, why);
	systemd_better++;
	forget_entry(place);
}

/* What a run said, line by line, and what it left in the kernel, which is removed: some rules take every program. */
static void
take(const struct run *r, void (*take_line)(char *), struct outcome *outcome)
{
	char *copy = strdup(r->err), *save = NULL;
	DIR *dir = opendir(MOUNT);
	struct dirent *d;

	outcome->entries[0] = outcome->failures[0] = '\0';
	assert_non_null(copy);
	assert_non_null(dir);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_line(line);
	free(copy);
	if (r->status != (*outcome->failures ? 1 : 0))
		fail_msg("exit status %d, and said: %s", r->status, r->err);
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 && strcmp(d->d_name, "status") != 0 &&
		    strcmp(d->d_name, "register") != 0)
			add(outcome->entries, "%s\n", d->d_name);
	closedir(dir);
	ns_empty();
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
	take(shell("cd / && exec timeout 60 " SYSTEMD), take_failure, &seen);
	if (strcmp(told.entries, seen.entries) != 0 || strcmp(told.failures, seen.failures) != 0) {
		show_tree();
		fail_msg("%s: registered, by confd:\n%s, by systemd-binfmt:\n%sfailed, by confd:\n%s, by "
			 "systemd-binfmt:\n%s",
			 label, told.entries, seen.entries, told.failures, seen.failures);
	}
	take(tool("load", "--force", NULL), take_message, &loaded);
	if (strcmp(wanted.entries, loaded.entries) != 0 || *wanted.failures) {
		show_tree();
		fail_msg("%s: registered, as wanted:\n%s, by load:\n%sfailed, by load:\n%s, not failed by it:\n%s",
			 label, wanted.entries, loaded.entries, loaded.failures, wanted.failures);
	}
}

void
systemd_needs(void)
{
	if (access(SYSTEMD, X_OK) < 0)
		skip_because("this machine has no " SYSTEMD);
	conf_needs_boot_dirs();
}
