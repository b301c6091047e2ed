/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "boot.h"
#include "bootline.h"
#include "drift.h"
#include "nextboot.h"
#include "snapshot.h"
#include "unitrun.h"

/* In another root folder, whose machine is not seen: what lies here is what there is to go by. */
static void
warn_of_line(const struct boot *boot, const char *name, struct warnings *warnings)
{
	const struct confd_line *line = confd_find(&boot->confd, name);

	if (line && line->fate == CONFD_REGISTERED)
		warn_add(warnings, "the next boot may have it: %s:%u", line->file, line->number);
	else if (boot->confd.unread)
		warn_add(warnings, "whether the next boot has it is not known: a part of the configuration cannot be "
				   "read");
}

void
nextboot_warn_back(const struct boot *boot, const char *name, struct warnings *warnings)
{
	const struct entry gone = {.rule = {.name = name, .interpreter = ""}, .enabled = true};
	const struct handler handler = {.name = name, .entry = &gone};
	struct drift drift;

	if (drift_unseen(boot)) {
		warn_of_line(boot, name, warnings);
		return;
	}
	drift_examine(boot, &handler, NULL, &drift);
	if (drift.end == DRIFT_UNKNOWN)
		warn_add(warnings, "%s", drift.why.text);
	else if (drift.end != DRIFT_GONE)
		warn_add(warnings, "%s brings it back at the next boot: %s", drift.program, drift.source);
}

void
nextboot_warn_interpreter(const struct rule *rule, struct warnings *warnings)
{
	const char *doubt = bootline_interpreter_doubt(rule);

	if (doubt)
		warn_add(warnings, "whether the next boot has it is not known: %s", doubt);
}

void
nextboot_warn_unit(const struct boot *boot, const struct rule *rule, struct warnings *warnings)
{
	bool last = boot->after || boot->reads_lines == LOOK_NO ||
		    (boot->reader && strcmp(boot->reader, BOOT_UNIT_NAME) == 0 && !boot->else_too);
	static struct unitrun run; /* 6 KB */
	struct look changes;

	if (drift_unseen(boot))
		return;
	changes = unitrun_examine(boot, rule->name, boot->reads_lines == LOOK_NO ? NULL : rule, &run);
	if (changes.is == LOOK_YES && rule_same(rule, &run.plan.rule))
		return;
	if (changes.is == LOOK_UNKNOWN || (changes.is == LOOK_YES && !last))
		warn_add(warnings, "what the next boot makes of it is not known: %s: %s", boot->unit_link,
			 *run.why.text ? run.why.text : "it comes before or after its file is read");
	else if (changes.is == LOOK_YES)
		warn_add(warnings, "the next boot has it otherwise: %s comes later", boot->unit_link);
}
