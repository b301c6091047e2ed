/* SPDX-License-Identifier: MIT */
/*
 * An item of the page is ".It Cm KEY Ar TYPE [| null] [Pq NOTE]", and the list behind it has the keys of its objects.
 * It becomes "KEY": {"types": [...], "optional": bool, "keys": {...}}; keys {}: its elements are texts.
 */
#include "harness.h"

#include "contract.h"

static const char fits[] =
    "def named: if . == \"array\" then \"list\" elif . == \"boolean\" then \"bool\" else . end;"
    "def fits($keys): . as $all | type == \"object\" and"
    " ([keys_unsorted[] | select($keys[.] == null) |"
    "   select((endswith(\"_hex\") and $all[rtrimstr(\"_hex\")] != null) | not)] == []) and"
    " all($keys | to_entries[]; .value as $v | if .key as $k | $all | has($k) | not then $v.optional else"
    "  $all[.key] | (type | named) as $t | ($v.types | index($t)) != null and"
    "  if $t == \"list\" then all(.[]; if $v.keys == {} then type == \"string\" else fits($v.keys) end)"
    "  elif $t == \"object\" then fits($v.keys) else true end end);";

/* A text that grows. */
struct text {
	char *at;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void
add(struct text *text, const char *fmt, ...)
{
	char piece[1024];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(piece, sizeof(piece), fmt, ap);
	va_end(ap);
	assert_in_range(len, 0, sizeof(piece) - 1);
	text->at = realloc(text->at, text->len + (size_t)len + 1);
	assert_non_null(text->at);
	memcpy(text->at + text->len, piece, (size_t)len + 1);
	text->len += (size_t)len;
}

/* The next line, or NULL where the part under the heading ends. */
static const char *
next(const char *line)
{
	line = strchr(line, '\n');
	return line && line[1] && strncmp(line + 1, ".Ss ", 4) != 0 && strncmp(line + 1, ".Sh ", 4) != 0 ? line + 1
													 : NULL;
}

static bool
starts(const char *line, const char *start)
{
	return line && strncmp(line, start, strlen(start)) == 0;
}

/* The types and the note of an item. */
static void
item(const char *line, struct text *out)
{
	char key[64], types[2][16] = {"", ""}, rest[64] = "";

	if (sscanf(line, ".It Cm %63s Ar %15s | %15s %63[^\n]", key, types[0], types[1], rest) < 3 &&
	    sscanf(line, ".It Cm %63s Ar %15s %63[^\n]", key, types[0], rest) < 2)
		fail_msg(CONTRACT_MAN ": not understood: %.60s", line);
	add(out, "\"%s\":{\"types\":[\"%s\"%s%s%s],\"optional\":%s", key, types[0], *types[1] ? ",\"" : "", types[1],
	    *types[1] ? "\"" : "", starts(rest, "Pq") ? "true" : "false");
}

/* The items of a list, from the line behind its beginning; returns its last line. */
static const char *
list(const char *line, struct text *out)
{
	const char *between = "";

	add(out, "{");
	while (line && !starts(line, ".El")) {
		if (!starts(line, ".It ")) {
			line = next(line);
			continue;
		}
		add(out, "%s", between);
		between = ",";
		item(line, out);
		for (line = next(line); line && !starts(line, ".It ") && !starts(line, ".El") && !starts(line, ".Bl");)
			line = next(line);
		add(out, ",\"keys\":");
		if (starts(line, ".Bl"))
			line = next(list(next(line), out));
		else
			add(out, "{}");
		add(out, "}");
	}
	add(out, "}");
	return line;
}

/* The keys under a heading. */
static void
keys(const char *page, const char *heading, struct text *out)
{
	char start[128];
	const char *line;

	snprintf(start, sizeof(start), "\n.Ss %s\n", heading);
	line = strstr(page, start);
	if (!line)
		fail_msg(CONTRACT_MAN ": no heading %s", heading);
	for (line++; line && !starts(line, ".Bl");)
		line = next(line);
	if (!line)
		fail_msg(CONTRACT_MAN ": no list under %s", heading);
	list(next(line), out);
}

bool
contract_is_bare(const char *heading)
{
	return strstr(heading, ", --") != NULL;
}

char *
contract_filter(const char *heading)
{
	struct text out = {NULL, 0};
	const char *page = slurp(CONTRACT_MAN);

	if (!page)
		fail_msg(CONTRACT_MAN " cannot be read (the tests run from the top of the tree)");
	add(&out, "%s fits(", fits);
	keys(page, heading, &out);
	if (strcmp(heading, "status") == 0) {
		add(&out, " * ");
		keys(page, "list", &out);
	}
	if (!contract_is_bare(heading) && strcmp(heading, CONTRACT_ANY) != 0) {
		add(&out, " * ");
		keys(page, CONTRACT_ANY, &out);
	}
	add(&out, ")");
	return out.at;
}
