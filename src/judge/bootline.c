/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt_open.h"
#include "boot.h"
#include "bootline.h"
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

	if (!boot->loads)
		return registers(line, why);
	loaded = bootline_loads(line, boot->forces, why);
	if (loaded.is != LOOK_NO || !boot->else_too)
		return loaded;
	as_it_stands = registers(line, why);
	return as_it_stands.is == LOOK_YES ? look_unknown() : as_it_stands;
}

struct look
bootline_comes_back(const struct boot *boot, const struct confd_line *line, struct err *why)
{
	struct look is = bootline_registers(boot, line, why);

	if (is.is != LOOK_YES || !line->doubt)
		return is;
	err_set(why, ERR_DRIFT, "%s", line->doubt);
	return look_unknown();
}
