/* SPDX-License-Identifier: MIT */
#include "live.h"

#include "err.h"
#include "line.h"
#include "snapshot.h"

char old_interpreter[4096], new_interpreter[4096];

void
live_make_interpreters(void)
{
	snprintf(old_interpreter, sizeof(old_interpreter), "%s/old", scratch());
	snprintf(new_interpreter, sizeof(new_interpreter), "%s/new", scratch());
	if (!exit_interpreter(old_interpreter, OLD) || !exit_interpreter(new_interpreter, NEW))
		fail_msg("no C compiler to build an interpreter with");
}

struct rule
live_rule(const char *name, const char *extension, const char *interpreter, unsigned flags)
{
	return (struct rule){
	    .name = name,
	    .pattern = {.type = PATTERN_EXTENSION, .extension = extension},
	    .interpreter = interpreter,
	    .flags = flags,
	};
}

void
live_begin(struct binfmt *b)
{
	struct err err;

	if (binfmt_open(b, MOUNT, NULL, &err) < 0 || binfmt_lock(b, 60, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

int
live_register(const struct rule *rule)
{
	char line[RULE_LINE_MAX];
	size_t len;

	assert_null(line_format(rule, false, line, &len));
	return mount_write("register", line, len);
}

void
live_snapshot(struct snapshot *s, struct entry *entries, size_t count)
{
	*s = (struct snapshot){.list = {.entries = entries, .count = count}, .switched_on = true};
}
