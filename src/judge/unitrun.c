/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "arch.h"
#include "binfmt_open.h"
#include "boot.h"
#include "bootall.h"
#include "bootline.h"
#include "check.h"
#include "confline.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "opened.h"
#include "persist.h"
#include "probe.h"
#include "unitrun.h"

/* One examination. */
struct exam {
	const struct boot *boot;
	const char *name;
	const struct rule *before;
	struct unitrun *run;
	bool alone; /* asked for by another row's, which it does not wait for */
};

__attribute__((format(printf, 2, 3))) static struct look
say(const struct exam *exam, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&exam->run->why, ERR_DRIFT, "%s", text);
	return look_unknown();
}

/* What a failed attempt says: that it is known to fail, or not. */
static struct look
failed(const struct exam *exam)
{
	return exam->run->why.code == ERR_UNKNOWN ? look_unknown() : look_seen(false);
}

/* Whether a rule of another name takes an architecture's programs, so that `register all` leaves that out. */
static struct look
takes(const struct rule *rule, const char *other, const struct subject *program, const struct exam *exam)
{
	if (strcmp(other, exam->name) == 0 || rule->flags & RULE_D)
		return look_seen(false);
	return rule->pattern.type > PATTERN_EXTENSION ? look_unknown()
						      : look_seen(pattern_takes(&rule->pattern, program));
}

static struct look
line_takes(const struct exam *exam, const struct confd_line *line, const struct subject *program)
{
	const struct confd *confd = &exam->boot->confd;
	struct look found = look_seen(false);
	struct err ignored;

	if (line->fate == CONFD_REGISTERED)
		found = takes(&line->rule, line->name, program, exam);
	if (found.is == LOOK_NO || !confd_decides(confd, line))
		return look_seen(false);
	found = look_both(found, bootline_comes_back(exam->boot, line, &ignored));
	if (found.is == LOOK_YES && (exam->boot->reads_lines != LOOK_YES || !confd_is_settled(confd, line)))
		found = look_unknown();
	return found;
}

/* Of what is registered by then; what another service registers may come before or after. */
static struct look
is_handled(const struct exam *exam, const struct arch *arch)
{
	const struct boot *boot = exam->boot;
	struct subject program = {.path = ""};
	struct look handled = look_seen(false), by_it;

	probe_build(arch, 1, program.head);
	for (size_t i = 0; boot->reads_lines != LOOK_NO && i < boot->confd.count; i++) {
		const struct confd_line *line = &boot->confd.lines[i];

		by_it = line_takes(exam, line, &program);
		if (by_it.is != LOOK_NO)
			say(exam, "whether it registers it is not known: entry %s may handle %s already", line->name,
			    arch->name);
		/* one that has an architecture's name may be replaced first */
		if (by_it.is == LOOK_YES && boot->after && !arch_of_entry_name(line->name)) {
			err_set(&exam->run->why, ERR_HANDLED, "entry %s handles %s already", line->name, arch->name);
			return by_it;
		}
		if (by_it.is != LOOK_NO)
			handled = look_unknown();
	}
	if (boot->reads_records != LOOK_NO && boot->records.unread)
		handled = say(exam, "what update-binfmts has on record cannot be read");
	for (size_t i = 0; boot->reads_records != LOOK_NO && i < boot->records.count; i++) {
		const struct record *record = &boot->records.at[i];

		if (record->reason || takes(&record->rule, record->name, &program, exam).is == LOOK_NO)
			continue;
		handled = say(exam, "whether it registers it is not known: entry %s may handle %s already",
			      record->name, arch->name);
	}
	return handled;
}

static bool row_succeeds(const struct boot *boot, const struct boot_step *step, const struct arch *arch);

/* Whether a command in front of a step changes the table that the lines make. */
static bool
registers_before(const struct boot *boot, const struct boot_step *step)
{
	while (step-- > boot->steps)
		if (step->does == BOOT_REGISTERS || step->does == BOOT_CUSTOM)
			return true;
	return false;
}

/* Whether `all` means an architecture. */
static struct look
is_meant(const struct exam *exam, const struct boot_step *step, const struct arch *arch)
{
	struct unitrun *run = exam->run;
	struct look found = interp_find(arch, step->dirs, step->wish.dir_count, false, run->plan.interpreter), handled;
	const struct pattern own = arch_pattern(arch);
	struct bootall all;

	if (found.is == LOOK_NO)
		err_set(&run->why, ERR_NO_INTERPRETER, "no %s is installed", arch->interpreter);
	if (found.is == LOOK_UNKNOWN)
		return say(exam, "whether %s is installed cannot be told", arch->interpreter);
	if (found.is == LOOK_NO)
		return found;
	all = bootall_examine(exam->boot, step, arch, exam->alone ? NULL : row_succeeds, &run->why);
	if (all.known && (all.put.is == LOOK_YES || (all.put.is == LOOK_NO && !registers_before(exam->boot, step))))
		return all.put;
	if (exam->before && !pattern_same(&exam->before->pattern, &own))
		return say(exam, "whether it replaces an entry with another magic is not known");
	handled = is_handled(exam, arch);
	return handled.is == LOOK_UNKNOWN ? handled : look_seen(handled.is == LOOK_NO);
}

/* Whether this kernel knows what the rule asks of it. */
static struct look
kernel_takes(const struct exam *exam, const struct rule *rule)
{
	struct host_kernel kernel = host_kernel();
	const char *reason = confline_check_version(rule, kernel.major, kernel.minor);

	if (reason)
		err_set(&exam->run->why, ERR_KERNEL, "%s", reason);
	else if (!kernel.major && confline_check_version(rule, 1, 0))
		return say(exam, "the kernel's version, which decides whether it is refused, cannot be told");
	return look_seen(!reason);
}

/* Whether --persist can write its file, which comes first. */
static struct look
writes_file(const struct exam *exam, const struct boot_step *step)
{
	const struct rule *rule = &exam->run->plan.rule;
	struct persist file;
	struct err err;
	int done = persist_open(&file, step->conf_dir, rule->name, step->wish.force, &err);

	if (done == 0) {
		const struct confd_line *hidden = confd_hidden(&exam->boot->confd, file.name, rule->name);

		done = persist_prepare(&file, rule, &err);
		if (done == 0 && hidden && !step->conf_dir && !step->wish.force)
			done = err_set(&err, ERR_PERSIST, "%s would not be read any more", hidden->file);
		persist_close(&file);
	}
	return done == 0 ? look_seen(true) : say(exam, "whether it can write its file is not known: %s", err.text);
}

/* Makes the plan that `register` makes, and asks its checks. */
static struct look
plan_row(const struct exam *exam, const struct boot_step *step, const struct arch *arch)
{
	static struct warnings warnings; /* 8 KB */
	const struct entry live = {.rule = exam->before ? *exam->before : (struct rule){.name = ""}, .enabled = true};
	const struct check check = {.dir = BINFMT_DIR, .force = step->wish.force};
	struct unitrun *run = exam->run;
	int done;

	warnings.len = 0;
	plan_start(&run->plan, &step->wish, arch);
	done = plan_arch(&run->plan, &step->wish, arch, exam->before ? &live : NULL, &run->why, &warnings);
	opened_close(&run->plan.file);
	if (done < 0 || check_rule(&run->plan.rule, &check, &run->why, &warnings) < 0)
		return failed(exam);
	if (step->persists && writes_file(exam, step).is != LOOK_YES)
		return look_unknown();
	if (!step->mounts && exam->boot->mounts != LOOK_YES)
		return say(exam, "whether binfmt_misc is mounted by then is not known");
	return kernel_takes(exam, &run->plan.rule);
}

/* Whether a step leaves out an architecture, which this machine runs itself. */
static struct look
is_native(const struct boot_step *step, const struct arch *arch)
{
	return step->wish.interpreter || step->wish.force ? look_seen(false) : host_runs(arch);
}

/* A row that a step names, whose entry is the one in question. */
static struct look
run_row(const struct exam *exam, const struct boot_step *step, const struct arch *arch)
{
	struct look native = is_native(step, arch), meant = look_seen(true);

	if (native.is == LOOK_UNKNOWN)
		return say(exam, "whether this machine runs %s programs itself could not be tried", arch->name);
	if (native.is == LOOK_YES) {
		plan_is_needless(arch, &exam->run->why);
		return look_seen(false);
	}
	if (step->keep && exam->before)
		return say(exam, "whether it keeps the entry is not known");
	if (step->all)
		meant = is_meant(exam, step, arch);
	return meant.is == LOOK_YES ? plan_row(exam, step, arch) : meant;
}

static bool
names_row(const struct boot_step *step, const struct arch *arch)
{
	const struct arch *rows[ARCH_GROUP_MAX];

	for (size_t i = 0; !step->all && i < step->arch_count; i++)
		for (size_t k = arch_select(step->archs[i], rows); k-- > 0;)
			if (rows[k] == arch)
				return true;
	return step->all;
}

/* The row whose entry a step would give this name, NULL: none. */
static const struct arch *
find_row(const struct boot_step *step, const char *name)
{
	const struct arch *arch = arch_of_entry_name(name);
	struct plan plan;

	if (!step->wish.name)
		return arch && names_row(step, arch) ? arch : NULL;
	if (strncmp(name, step->wish.name, strlen(step->wish.name)) != 0)
		return NULL;
	for (size_t i = 0; i < arch_count; i++) {
		plan_start(&plan, &step->wish, &arch_table[i]);
		if (strcmp(plan.name, name) == 0 && names_row(step, &arch_table[i]))
			return &arch_table[i];
	}
	return NULL;
}

/* Whether something else may give an entry of this name a rule before. */
static bool
is_configured(const struct boot *boot, const char *name)
{
	return (boot->reads_lines != LOOK_NO && (confd_find(&boot->confd, name) || boot->confd.unread)) ||
	       (boot->reads_records != LOOK_NO && (records_find(&boot->records, name) || boot->records.unread));
}

/* Whether a step's row, of any entry, is known not to fail. */
static bool
row_succeeds(const struct boot *boot, const struct boot_step *step, const struct arch *arch)
{
	static struct unitrun run;
	struct plan plan;
	const struct exam exam = {.boot = boot, .name = plan.name, .run = &run, .alone = true};

	plan_start(&plan, &step->wish, arch);
	err_clear(&run.why);
	return is_native(step, arch).is == LOOK_YES ||
	       (!is_configured(boot, plan.name) && run_row(&exam, step, arch).is == LOOK_YES);
}

/* The same of all that it names. */
static bool
rows_succeed(const struct boot *boot, const struct boot_step *step)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	bool succeed = !step->all && !step->fails;

	for (size_t i = 0; succeed && i < step->arch_count; i++)
		for (size_t k = arch_select(step->archs[i], rows); succeed && k-- > 0;)
			succeed = row_succeeds(boot, step, rows[k]);
	return succeed;
}

/* The same of all lines of binfmt.d. */
static bool
lines_succeed(const struct boot *boot, const struct boot_step *step)
{
	const struct confd *confd = &boot->confd;
	struct err ignored;
	bool succeed = !confd->unread;

	for (size_t i = 0; succeed && i < confd->count; i++) {
		const struct confd_line *line = &confd->lines[i];

		if (line->fate == CONFD_REGISTERED && confd_decides(confd, line))
			succeed = !line->doubt && bootline_loads(line, step->wish.force, &ignored).is == LOOK_YES;
		else
			succeed = line->fate == CONFD_REGISTERED || line->fate == CONFD_IGNORED;
	}
	return succeed;
}

/* Whether a step does not keep those behind it from being run. */
static bool
lets_pass(const struct boot *boot, const struct boot_step *step)
{
	return step->forgiven || (step->does == BOOT_REGISTERS && rows_succeed(boot, step)) ||
	       (step->does == BOOT_LOADS && lines_succeed(boot, step));
}

/* Whether a step, by its number, is run for all that stands in front of it. */
static struct look
is_reached(const struct exam *exam, size_t number)
{
	for (size_t i = 0; i < number; i++)
		if (!lets_pass(exam->boot, &exam->boot->steps[i]))
			return say(exam, "it may not get so far: systemd runs no command behind one that fails");
	return look_seen(true);
}

/* The first program up to a step that cannot be executed, which ends the unit there; NULL: there is none. */
static const char *
missing_program(const struct boot *boot, size_t number)
{
	for (size_t i = 0; i <= number; i++)
		if (boot->steps[i].missing)
			return boot->steps[i].missing;
	return NULL;
}

struct look
unitrun_examine(const struct boot *boot, const char *name, const struct rule *before, struct unitrun *run)
{
	const struct exam exam = {.boot = boot, .name = name, .before = before, .run = run};
	struct look done = look_seen(false);
	const struct arch *arch;
	size_t named = 0, others = 0;
	const char *missing;

	err_clear(&run->why);
	for (size_t i = 0; i < boot->step_count; i++) {
		const struct boot_step *step = &boot->steps[i];

		if (step->does == BOOT_RIDDLE)
			return say(&exam, "what it does is not understood");
		if (step->does == BOOT_LOADS || step->does == BOOT_IDLE)
			continue;
		arch = step->does == BOOT_REGISTERS ? find_row(step, name) : NULL;
		others += step->does == BOOT_CUSTOM || step->wish.name;
		if (!arch && (step->does == BOOT_REGISTERS || strcmp(step->wish.name, name) != 0))
			continue;
		missing = missing_program(boot, i);
		if (missing && !named)
			err_set(&run->why, ERR_DRIFT, "its program %s is not there, or cannot be executed", missing);
		if (missing)
			return done;
		if (!arch || ++named > 1 || (step->all && others))
			return say(&exam, "it registers more than is understood here");
		done = run_row(&exam, step, arch);
		if (done.is == LOOK_YES)
			done = is_reached(&exam, i);
		if (done.is == LOOK_UNKNOWN)
			return done;
	}
	return done;
}
