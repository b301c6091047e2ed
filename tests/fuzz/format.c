/* SPDX-License-Identifier: MIT */
/* Format files of update-binfmts: what parses, and a format file can say, is written so that it parses to the same
 * rule. */

#include "arena.h"
#include "formatfile.h"
#include "fuzz.h"
#include "rule.h"
#include "written.h"

static const struct host_kernel any_kernel = {0};

static const char *
parse(const void *bytes, size_t size, char **text, struct arena *arena, struct rule *rule)
{
	unsigned number;
	const char *reason;

	*text = copy_of(bytes, size);
	reason = formatfile_parse("name", *text, size, any_kernel, arena, rule, &number);
	demand(reason || number == 0);
	return reason;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *again, written[WRITTEN_MAX];
	struct arena arena = {0};
	struct rule rule, same;

	if (!parse(data, size, &text, &arena, &rule)) {
		demand(formatfile_is((const char *)data, size, false));
		demand(strcmp(rule.name, "name") == 0 && *rule.interpreter);
		if (!written_rule(&rule, WRITTEN_UPDATE_BINFMTS, written)) {
			demand(formatfile_is(written, strlen(written), false));
			demand(!parse(written, strlen(written), &again, &arena, &same));
			demand(rule_same(&rule, &same) && rule.flags == same.flags);
			free(again);
		}
	}
	free(text);
	arena_free(&arena);
	return 0;
}
