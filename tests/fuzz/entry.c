/* SPDX-License-Identifier: MIT */
/* The text of an entry file: what parses is shown as a text that parses to the same rule and the same text. */

#include "entry.h"
#include "fuzz.h"
#include "limit.h"

static void
check_text(const struct entry *entry)
{
	const struct pattern *p = &entry->rule.pattern, *q;
	char text[ENTRY_TEXT_MAX], second[ENTRY_TEXT_MAX], *copy;
	size_t len = entry_format(entry, text);
	struct entry again;

	demand(len < ENTRY_TEXT_MAX);
	copy = copy_of(text, len);
	demand(!entry_parse(&again, entry->rule.name, copy, len) && !again.reason);
	q = &again.rule.pattern;
	demand(rule_same(&entry->rule, &again.rule) && again.enabled == entry->enabled);
	demand(strcmp(again.rule.name, entry->rule.name) == 0 && strcmp(again.more, entry->more) == 0);
	demand(q->offset == p->offset && q->size == p->size && !q->mask == !p->mask);
	demand(entry_format(&again, second) == len && memcmp(text, second, len) == 0);
	free(copy);
}

/* Line by line what the kernel shows, but with no more than was there. */
static size_t
count_lines(const char *text, size_t size)
{
	size_t lines = 0;

	for (size_t i = 0; i < size; i++)
		lines += text[i] == '\n';
	return lines;
}

static void
check_sound(const struct entry *entry, size_t lines, size_t size)
{
	const struct rule *rule = &entry->rule;
	const struct pattern *p = &rule->pattern;
	size_t more = strlen(entry->more);

	demand(*rule->interpreter != '\0' && !strchr(rule->interpreter, '\n'));
	demand(p->type != PATTERN_MAGIC || (p->size > 0 && p->offset + p->size <= PATTERN_WINDOW));
	demand(p->type != PATTERN_EXTENSION || *p->extension != '\0');
	demand(!rule->more_flags || *rule->more_flags != '\0');
	demand(!more || entry->more[more - 1] == '\n');
	/* First, interpreter and flags, then none, one, two or three that show the pattern. */
	lines -= count_lines(entry->more, more);
	demand(lines == (p->type == PATTERN_BPF ? 3 : p->type == PATTERN_EXTENSION ? 4 : p->mask ? 6U : 5U));
	/* The O that C and T imply may be one byte more than there was. */
	if (size < ENTRY_TEXT_MAX - 1)
		check_text(entry);
	limit_check(rule);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct subject subject = {.path = "a.exe"};
	char *text = copy_of(data, size);
	size_t lines = count_lines(text, size);
	struct entry entry;
	const char *reason = entry_parse(&entry, "name", text, size);

	demand(reason == entry.reason && strcmp(entry.rule.name, "name") == 0);
	if (!reason) {
		check_sound(&entry, lines, size);
	} else {
		demand(entry.rule.pattern.type == PATTERN_UNKNOWN && *entry.rule.interpreter == '\0');
		demand(!pattern_takes(&entry.rule.pattern, &subject));
	}
	free(text);
	return 0;
}
