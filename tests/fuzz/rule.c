/* SPDX-License-Identifier: MIT */
/* A register line: what parses and is sound is written so that it parses to the same rule. */

#include "fuzz.h"
#include "limit.h"
#include "line.h"

static void
check_line(const struct rule *rule, bool file)
{
	const struct pattern *p = &rule->pattern, *q;
	char line[RULE_LINE_MAX], *copy;
	struct rule again;
	size_t len = 0;

	if (line_format(rule, file, line, &len)) {
		demand(file); /* limit_check has seen to the other */
		return;
	}
	demand(len >= RULE_LINE_MIN && len <= RULE_LINE_MAX);
	demand(!memchr(line, '\n', len) && !memchr(line, '\0', len));
	demand(!file || !strchr("#; \t", line[0]));
	copy = copy_of(line, len);
	demand(!line_parse(copy, len, &again));
	q = &again.pattern;
	demand(strcmp(again.name, rule->name) == 0 && again.flags == rule->flags);
	demand(q->offset == p->offset && q->size == p->size && !q->mask == !p->mask);
	demand(!p->size || memcmp(q->magic, p->magic, p->size) == 0);
	demand(!p->mask || memcmp(q->mask, p->mask, p->size) == 0);
	demand(rule_same(rule, &again) && rule_same(&again, rule));
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct subject empty = {.path = "a.exe"};
	char *line = copy_of(data, size);
	struct rule rule;

	if (!line_parse(line, size, &rule) && !limit_check(&rule)) {
		check_line(&rule, false);
		check_line(&rule, true);
		pattern_takes(&rule.pattern, &empty);
		demand(pattern_overlap(&rule.pattern, &rule.pattern) == (rule.pattern.type != PATTERN_BPF));
		demand(pattern_same(&rule.pattern, &rule.pattern));
	}
	free(line);
	return 0;
}
