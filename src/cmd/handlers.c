/* SPDX-License-Identifier: MIT */
#include "handlers.h"
#include "arch.h"
#include "binfmt_open.h"
#include "cmd.h"
#include "mount.h"
#include "register.h"
#include "rehearse.h"
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

/* Registers what a word means; *err is the first failure of all. */
static void
register_word(struct session *c, const struct operand *word, struct err *err)
{
	unsigned failed = c->failed;

	register_operand(c, word);
	if (c->failed == failed || err->code != ERR_NONE)
		return;
	*err = c->err;
	err_wrap(err, "%s", word->word);
}

/* Before the document ends. */
static void
end_dry_run(bool failed, struct rehearsal *rehearsal, const struct err *err)
{
	if (failed) {
		report_keep_error(err);
		return;
	}
	rehearse(rehearsal);
	if (rehearsal->verdict != WALK_RUNS)
		report_keep_error(&rehearsal->why);
}

int
handlers_register(const struct cmd *cmd, const struct args *args, const struct arch *needed,
		  struct rehearsal *rehearsal, struct err *err)
{
	const struct operand word = {needed ? needed->name : "all", false};
	const bool named = args->operand_count || needed, wished = args->flags || args->interpreter_dir_count;
	struct args registers = *args;
	static struct session c;
	static struct cmd shown;

	err_clear(err);
	registers.binfmt_dir = BINFMT_DIR;
	shown = *cmd;
	if (args->dry_run) {
		shown.key = "results";
	} else { /* standard output is the command's */
		registers.quiet = true;
		registers.json = false;
	}
	if (session_begin(&c, &shown, &registers) != EXIT_DONE) {
		*err = c.err;
		return -1;
	}
	for (size_t i = 0; i < args->operand_count; i++)
		register_word(&c, &args->operands[i], err);
	if (!args->operand_count)
		register_word(&c, &word, err);
	if (args->dry_run)
		end_dry_run(c.failed && named, rehearsal, err);
	return session_end(&c) == EXIT_DONE || (!named && (c.done || !wished)) ? 0 : -1;
}
