/* SPDX-License-Identifier: MIT */
/* What configuration registers at boot, in its order; other than systemd-binfmt it takes nothing away. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "binfmt_list.h"
#include "cmd.h"
#include "confd.h"
#include "host.h"
#include "opened.h"
#include "put.h"
#include "session.h"

const struct opt load_opts[] = {
    OPT_BOOL("mount", 0, mount, "mount binfmt_misc if it is not"),
    OPT_FORCE("pass other entries, and the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

enum { PLACE_MAX = 5120 };

/* FILE:LINE, or the file or folder as a whole. */
static const char *
place_of(const struct confd_line *line, char place[static PLACE_MAX])
{
	if (line->number)
		snprintf(place, PLACE_MAX, "%s:%u", line->file, line->number);
	else
		snprintf(place, PLACE_MAX, "%s", line->file);
	return place;
}

/* A line, file or folder of which nothing is registered. */
static void
tell_refused(struct session *c, const struct confd_line *line)
{
	char place[PLACE_MAX];

	if (line->fate == CONFD_IGNORED || line->fate == CONFD_REGISTERED)
		return;
	err_set(&c->err, line->fate == CONFD_UNREAD ? ERR_READ : ERR_FIELD, "%s", line->reason);
	c->place = place_of(line, place);
	session_result(c, line->name ? line->name : place, OUT_FAILED, NULL);
}

/* The interpreter of the line before: many lines may have the same one, and it is looked at once for all of them. */
struct lender {
	const char *path; /* NULL: none yet */
	struct opened file;
};

/* Gives the file of this path; without one the check opens it, and says why it cannot. */
static void
lend(struct lender *lender, const char *path, struct opened *file)
{
	if (!lender->path || strcmp(lender->path, path) != 0) {
		opened_close(&lender->file);
		if (*path != '/' || opened_open(-1, path, true, &lender->file) != 0)
			lender->file.fd = -1;
		lender->path = path;
	}
	*file = lender->file;
	if (file->fd >= 0)
		file->fd = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
}

/* What is put in force is seen by the checks of the lines that follow. */
static void
load_line(struct session *c, const struct confd_line *line, size_t number, struct lender *lender)
{
	struct plan plan = {.rule = line->rule, .enabled = !(line->rule.flags & RULE_D)};
	struct check check = session_check(c, "loads", NULL);
	const struct put how = {.b = &c->b, .check = &check, .stays = true, .configured = c->args->operand_count == 0};
	char place[PLACE_MAX];
	enum outcome outcome = OUT_FAILED;
	struct live live;

	check.opens = !c->args->dry_run;
	check.interpreter = &plan.file;
	lend(lender, plan.rule.interpreter, &plan.file);
	if (replace_read(&c->b, line->name, &live, &c->err) >= 0)
		outcome = put_rule(&how, &plan, &live, &c->err, &c->warnings);
	if (outcome == OUT_REGISTERED || outcome == OUT_REPLACED)
		binfmt_list_arrive(&c->list, number, plan.enabled);
	opened_close(&plan.file);
	c->rule = &plan.rule;
	c->place = place_of(line, place);
	session_result(c, line->name, outcome, NULL);
}

static int
read_configuration(const struct args *a, struct confd *confd, struct err *err)
{
	const char **paths = calloc(a->operand_count + 1, sizeof(*paths));
	int done;

	for (size_t i = 0; paths && i < a->operand_count; i++)
		paths[i] = a->operands[i].word;
	if (!paths)
		done = err_set(err, ERR_MEMORY, "out of memory");
	else if (a->operand_count)
		done = confd_read_named(confd, paths, a->operand_count, host_kernel(), err);
	else
		done = confd_read(confd, confd_dirs, host_kernel(), err);
	free(paths);
	return done;
}

/* Whether a line's rule is to be registered, and no later line has its name. */
static bool
is_wanted(const struct confd *confd, const struct confd_line *line)
{
	return line->fate == CONFD_REGISTERED && confd_decides(confd, line);
}

/* Puts the rules to be into the list. Their number, -1 and c->err. */
static ssize_t
expect(struct session *c, const struct confd *confd)
{
	const struct rule **rules = calloc(confd->count + 1, sizeof(const struct rule *));
	size_t count = 0;
	int done;

	for (size_t i = 0; rules && i < confd->count; i++)
		if (is_wanted(confd, &confd->lines[i]))
			rules[count++] = &confd->lines[i].rule;
	done = rules ? binfmt_list_expect(&c->list, rules, count) : -1;
	free(rules);
	if (done == 0 && c->b.known.all)
		known_names(&c->b.known, &c->list);
	return done < 0 ? err_set(&c->err, ERR_MEMORY, "out of memory") : (ssize_t)count;
}

static void
load(struct session *c, const struct confd *confd)
{
	ssize_t left = expect(c, confd);
	struct lender lender = {.file.fd = -1};

	if (left < 0)
		session_result(c, "load", OUT_FAILED, NULL);
	for (size_t i = 0; left >= 0 && i < confd->count; i++) {
		const struct confd_line *line = &confd->lines[i];

		if (is_wanted(confd, line))
			load_line(c, line, (size_t)--left, &lender);
		else
			tell_refused(c, line);
	}
	opened_close(&lender.file);
}

int
cmd_load(const struct cmd *cmd, struct args *args)
{
	struct session c;
	struct confd confd;
	int status;

	if (read_configuration(args, &confd, &c.err) < 0)
		return report_fail(cmd, args, &c.err);
	status = session_begin(&c, cmd, args);
	if (status == EXIT_DONE) {
		load(&c, &confd);
		session_warn_if_off(&c);
		session_prove_kept(&c);
		status = session_end(&c);
	}
	confd_free(&confd);
	return status;
}
