/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_open.h"
#include "boot.h"
#include "bootline.h"
#include "bootlost.h"
#include "check.h"
#include "err.h"

/* Each line as it stands. */
static struct look
registers(const struct confd_line *line, struct err *why)
{
	const char *reason;
	struct look is = confd_registers(line, &reason);

	if (is.is != LOOK_YES)
		err_set(why, ERR_DRIFT, "%s", reason);
	return is;
}

struct look
bootline_loads(const struct confd_line *line, bool force, struct err *why)
{
	static struct warnings ignored; /* 8 KB */
	const struct check check = {.dir = BINFMT_DIR, .force = force};
	struct look is = registers(line, why);

	ignored.len = 0;
	if (is.is == LOOK_NO || check_rule(&line->rule, &check, why, &ignored) == 0)
		return is;
	return why->code == ERR_UNKNOWN ? look_unknown() : look_seen(false);
}

struct look
bootline_registers(const struct boot *boot, const struct confd_line *line, struct err *why)
{
	struct look as_it_stands, loaded;

	if (boot->own_rules) {
		err_set(why, ERR_DRIFT, "what %s makes of it is not known: it cuts lines by rules of its own",
			boot->reader);
		return look_unknown();
	}
	if (!boot->loads)
		return registers(line, why);
	loaded = bootline_loads(line, boot->forces, why);
	if (loaded.is != LOOK_NO || !boot->else_too)
		return loaded;
	as_it_stands = registers(line, why);
	return as_it_stands.is == LOOK_YES ? look_unknown() : as_it_stands;
}

const char *
bootline_interpreter_doubt(const struct rule *rule)
{
	struct look lost;

	if (!(rule->flags & RULE_F) || rule->pattern.type == PATTERN_BPF)
		return NULL;
	lost = bootlost(rule->interpreter);
	if (lost.is == LOOK_UNKNOWN)
		return "whether its interpreter, which flag F opens, is still there after a boot could not be told";
	return lost.is == LOOK_YES ? "its interpreter, which flag F opens, is where a boot empties all (/run, a "
				     "tmpfs), so it is there only if something writes it again"
				   : NULL;
}

struct look
bootline_comes_back(const struct boot *boot, const struct confd_line *line, struct err *why)
{
	struct look is = bootline_registers(boot, line, why);

	const char *doubt = line->doubt;

	if (is.is == LOOK_YES && !doubt)
		doubt = bootline_interpreter_doubt(&line->rule);
	if (is.is != LOOK_YES || !doubt)
		return is;
	err_set(why, ERR_DRIFT, "%s", doubt);
	return look_unknown();
}
