/* SPDX-License-Identifier: MIT */
/* The text of our own unit: what is cut out of it lies in it, and each command is whole. */
#include "unit.h"
#include "boot.h"
#include "commands.h"
#include "fuzz.h"
#include "own_unit.h"

static bool
lies_in(const char *word, const char *text, size_t len)
{
	return word >= text && word + strlen(word) <= text + len;
}

static void
check_unit(char *text, size_t len)
{
	struct unit unit;
	size_t words = 0;

	unit_parse(text, &unit);
	demand(unit.command_count <= UNIT_COMMANDS_MAX && unit.word_count <= UNIT_WORDS_MAX);
	demand(!unit.riddle || lies_in(unit.riddle, text, len) || (unit.command_count > 1 && !unit.oneshot));
	for (size_t i = 0; !unit.riddle && i < unit.command_count; i++) {
		demand(unit.commands[i] == &unit.words[words]);
		for (; unit.words[words]; words++)
			demand(*unit.words[words] && lies_in(unit.words[words], text, len) &&
			       !strpbrk(unit.words[words], " \t\r\n\"'$%\\"));
		words++;
	}
	demand(unit.riddle || words == unit.word_count);
}

/* A riddle is the last step. */
static void
check_steps(const char *text)
{
	static struct boot boot;

	snprintf(boot.unit, sizeof(boot.unit), "%s", text);
	boot.reads_lines = LOOK_NO;
	own_unit_read(&boot, commands);
	demand(boot.step_count <= BOOT_STEPS_MAX);
	for (size_t i = 0; i < boot.step_count; i++) {
		const struct boot_step *step = &boot.steps[i];

		demand(step->arch_count <= BOOT_ARCHS_MAX && step->wish.dir_count <= INTERP_DIRS_MAX);
		demand(step->does != BOOT_CUSTOM || step->wish.name);
		for (size_t k = 0; k < step->arch_count; k++)
			demand(lies_in(step->archs[k], boot.unit, sizeof(boot.unit) - 1));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	char *text = next_text(&in, BOOT_UNIT_MAX - 1);

	check_steps(text);
	check_unit(text, strlen(text));
	free(text);
	return 0;
}
