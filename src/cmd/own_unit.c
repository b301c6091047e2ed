/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "arch.h"
#include "binfmt_open.h"
#include "boot.h"
#include "bootscript.h"
#include "cmd.h"
#include "err.h"
#include "own_unit.h"
#include "register.h"
#include "unit.h"

/* What a command does to handlers; others are a riddle. */
enum effect { EFFECT_RIDDLE, EFFECT_NONE, EFFECT_REGISTER, EFFECT_LOAD };

static enum effect
effect_of(const struct cmd *cmd, const struct args *args)
{
	static const struct {
		const char *name;
		enum effect effect;
	} effects[] = {
	    {"register", EFFECT_REGISTER}, {"load", EFFECT_LOAD},  {"refresh", EFFECT_NONE},    {"list", EFFECT_NONE},
	    {"status", EFFECT_NONE},       {"match", EFFECT_NONE}, {"test", EFFECT_NONE},       {"doctor", EFFECT_NONE},
	    {"export", EFFECT_NONE},       {"help", EFFECT_NONE},  {"completion", EFFECT_NONE},
	};

	if (args->help || args->version || args->dry_run)
		return EFFECT_NONE;
	if (strcmp(args->binfmt_dir, BINFMT_DIR) != 0)
		return EFFECT_RIDDLE;
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		if (strcmp(cmd->name, effects[i].name) == 0)
			return effects[i].effect;
	return EFFECT_RIDDLE;
}

/* A command of `register`. False: it is a riddle. */
static bool
read_register(const struct args *args, struct boot_step *step)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	struct err ignored;

	if (args->operand_count > BOOT_ARCHS_MAX || register_misuse(args) || register_check_dirs(args, &ignored) < 0)
		return false;
	step->does = args->operand_count ? BOOT_REGISTERS : BOOT_CUSTOM;
	memcpy(step->dirs, args->interpreter_dirs, sizeof(step->dirs));
	step->wish = (struct wish){
	    args->name, args->flags, args->interpreter, step->dirs, args->interpreter_dir_count, args->force, 0};
	step->keep = args->keep;
	step->mounts = args->mount;
	step->persists = args->persist;
	step->conf_dir = args->conf_dir;
	for (size_t i = 0; i < args->operand_count; i++) {
		bool all = operand_is_all(&args->operands[i]);

		step->all |= all;
		step->fails |= !all && arch_select(args->operands[i].word, rows) == 0;
		step->archs[step->arch_count++] = args->operands[i].word;
	}
	return true;
}

/* All files of binfmt.d, before anything else: it finds nothing to replace, and nothing in front of it fails. */
static bool
read_load(const struct args *args, struct boot *boot, struct boot_step *step)
{
	step->does = BOOT_LOADS;
	step->wish.force = args->force;
	if (step->missing)
		return true;
	if (args->operand_count || boot->step_count || (!args->mount && boot->mounts != LOOK_YES))
		return false;
	if (boot->reads_lines == LOOK_YES)
		return true;
	boot->reader = BOOT_UNIT_NAME;
	boot->loads = true;
	boot->own_rules = false;
	boot->forces = args->force;
	boot->else_too = boot->reads_lines == LOOK_UNKNOWN;
	boot->reads_lines = LOOK_YES;
	return true;
}

/* Whether a command of no effect always succeeds. */
static bool
never_fails(const struct cmd *cmd, const struct args *args)
{
	return !args->operand_count && (args->help || args->version || strcmp(cmd->name, "help") == 0);
}

/* Adds a step that is understood, where it decides anything. False: it is a riddle. */
static bool
add_step(struct boot *boot, const struct cmd *cmd, const struct args *args, const struct boot_step *like)
{
	struct boot_step *step = &boot->steps[boot->step_count];
	bool known = true;

	*step = *like;
	switch (effect_of(cmd, args)) {
	case EFFECT_NONE:
		step->does = BOOT_IDLE;
		if (like->forgiven || (!like->missing && never_fails(cmd, args)))
			return true;
		break;
	case EFFECT_LOAD:
		known = read_load(args, boot, step);
		break;
	case EFFECT_REGISTER:
		known = read_register(args, step);
		break;
	case EFFECT_RIDDLE:
		return false;
	}
	boot->step_count++;
	return known;
}

/* False: it is a riddle. */
static bool
read_command(struct boot *boot, const struct cmd *commands, char *words[], bool forgiven)
{
	static struct operand operands[BOOT_UNIT_MAX];
	struct args args = {
	    .binfmt_dir = BINFMT_DIR, .offset = -1, .timeout = -1, .commands = commands, .operands = operands};
	struct boot_step like = {.forgiven = forgiven};
	const char *program = words[0] ? strrchr(words[0], '/') : NULL;
	const struct cmd *cmd;
	struct look starts;
	int count = 0;

	while (words[count])
		count++;
	if (!program || strcmp(program, "/binfmtctl") != 0 || command_read(commands, count, words, &args, &cmd) || !cmd)
		return false;
	starts = bootscript_runs(words[0]);
	if (starts.is == LOOK_NO)
		like.missing = words[0];
	if (starts.is == LOOK_NO && forgiven)
		return true;
	return starts.is != LOOK_UNKNOWN && add_step(boot, cmd, &args, &like);
}

/* Whether systemd starts it again with systemd-binfmt, and behind it: only while it is active, and has not failed. */
static enum look_is
follows(const struct boot *boot, const struct unit *unit)
{
	enum look_is is = unit->part && unit->remains ? boot->active : LOOK_NO;

	if (is == LOOK_YES && !unit->after)
		is = LOOK_UNKNOWN;
	for (size_t i = 0; is != LOOK_NO && i < boot->step_count; i++) {
		const struct boot_step *step = &boot->steps[i];

		if (!step->forgiven && (step->missing || step->fails))
			is = LOOK_NO;
		else if (!step->forgiven && step->does != BOOT_REGISTERS)
			is = LOOK_UNKNOWN;
	}
	return is;
}

void
own_unit_read(struct boot *boot, const struct cmd *commands)
{
	struct unit unit;
	bool clear;

	unit_parse(boot->unit, &unit);
	clear = !unit.riddle;
	memset(boot->steps, 0, sizeof(boot->steps));
	boot->step_count = 0;
	boot->after = unit.after;
	for (size_t i = 0; clear && i < unit.command_count; i++)
		clear = boot->step_count + 1 < BOOT_STEPS_MAX &&
			read_command(boot, commands, unit.commands[i], unit.forgiven[i]);
	boot->follows = follows(boot, &unit);
	if (!clear)
		boot->steps[boot->step_count++].does = BOOT_RIDDLE;
}
