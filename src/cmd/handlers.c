/* SPDX-License-Identifier: MIT */
#include "handlers.h"
#include "arch.h"
#include "binfmt_open.h"
#include "cmd.h"
#include "mount.h"
#include "register.h"
#include "session.h"

int
handlers_mount(struct args *args, struct err *err)
{
	struct binfmt b;

	bool seen = args->inherit && binfmt_open(&b, BINFMT_DIR, NULL, err) == 0;

	if (seen)
		binfmt_close(&b);
	args->mount = seen || (args->inherit && err->code != ERR_NOT_MOUNTED && err->code != ERR_NO_KERNEL_SUPPORT);
	return args->mount ? 0 : mount_here(BINFMT_DIR, err); /* session_begin copies, or says why it cannot */
}

int
handlers_register(const struct cmd *cmd, const struct args *args, const struct arch *needed)
{
	const struct operand word = {needed ? needed->name : "all", false};
	struct args registers = *args;
	static struct session c;

	registers.binfmt_dir = BINFMT_DIR;
	registers.quiet = true;
	registers.json = registers.dry_run = false; /* standard output is the command's */
	if (session_begin(&c, cmd, &registers) != EXIT_DONE)
		return -1;
	for (size_t i = 0; i < args->operand_count; i++)
		register_operand(&c, &args->operands[i]);
	if (!args->operand_count)
		register_operand(&c, &word);
	return session_end(&c) == EXIT_DONE || (!args->operand_count && !needed) ? 0 : -1;
}
