/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_open.h"
#include "boot.h"
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
	struct err ignored;

	if (args->operand_count > BOOT_ARCHS_MAX || register_misuse(args) || register_check_dirs(args, &ignored) < 0)
		return false;
	step->does = args->operand_count ? BOOT_REGISTERS : BOOT_CUSTOM;
	memcpy(step->dirs, args->interpreter_dirs, sizeof(step->dirs));
	step->wish = (struct wish){
	    args->name, args->flags, args->interpreter, step->dirs, args->interpreter_dir_count, args->force, 0};
	step->keep = args->keep;
	for (size_t i = 0; i < args->operand_count; i++) {
		step->all |= operand_is_all(&args->operands[i]);
		step->archs[step->arch_count++] = args->operands[i].word;
	}
	return true;
}

/* All files of binfmt.d, where that is not done already; before anything else, so that it finds nothing to replace. */
static bool
read_load(const struct args *args, struct boot *boot)
{
	if (args->operand_count || (boot->reads_lines != LOOK_YES && boot->step_count))
		return false;
	if (boot->reads_lines != LOOK_YES)
		boot->reader = BOOT_UNIT_NAME;
	boot->reads_lines = LOOK_YES;
	return true;
}

/* False: it is a riddle. */
static bool
read_command(struct boot *boot, const struct cmd *commands, char *words[])
{
	static struct operand operands[BOOT_UNIT_MAX];
	struct args args = {
	    .binfmt_dir = BINFMT_DIR, .offset = -1, .timeout = -1, .commands = commands, .operands = operands};
	const char *program = words[0] ? strrchr(words[0], '/') : NULL;
	const struct cmd *cmd;
	int count = 0;

	while (words[count])
		count++;
	if (!program || strcmp(program, "/binfmtctl") != 0 || command_read(commands, count, words, &args, &cmd) || !cmd)
		return false;
	switch (effect_of(cmd, &args)) {
	case EFFECT_NONE:
		return true;
	case EFFECT_LOAD:
		return read_load(&args, boot);
	case EFFECT_REGISTER:
		return read_register(&args, &boot->steps[boot->step_count++]);
	case EFFECT_RIDDLE:
		return false;
	}
	return false;
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
	boot->follows = unit.part && unit.remains ? LOOK_YES : LOOK_NO;
	for (size_t i = 0; clear && i < unit.command_count; i++)
		clear = boot->step_count + 1 < BOOT_STEPS_MAX && read_command(boot, commands, unit.commands[i]);
	if (!clear)
		boot->steps[boot->step_count++].does = BOOT_RIDDLE;
}
