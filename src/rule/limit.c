/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "limit.h"
#include "line.h"
#include "tempname.h"

static bool
has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

bool
limit_reserved(const char *name)
{
	static const char *const reserved[] = {"", ".", "..", "register", "status"};

	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcmp(name, reserved[i]) == 0)
			return true;
	return strlen(name) > RULE_NAME_MAX || strchr(name, '/');
}

static const char *
name_check(const char *name)
{
	if (!*name)
		return "the entry's name is empty";
	if (strlen(name) > RULE_NAME_MAX)
		return "the entry's name is longer than 255 bytes";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "an entry cannot be named . or ..";
	if (strchr(name, '/'))
		return "the entry's name has a slash";
	if (limit_reserved(name))
		return "register and status are files of binfmt_misc itself, not names for an entry";
	if (has_control(name))
		return "the entry's name has a control byte";
	if (tempname_is(name))
		return "names that begin with .binfmtctl~ or .binfmtctl# are binfmtctl's own, for changes under way";
	return NULL;
}

static const char *
magic_check(const struct pattern *pattern)
{
	if (pattern->size == 0)
		return "the magic is empty";
	if (pattern->size > PATTERN_WINDOW)
		return "the magic is longer than 256 bytes";
	if (pattern->offset > PATTERN_WINDOW || pattern->offset + pattern->size > PATTERN_WINDOW)
		return "offset and magic reach past byte 256, the last that the kernel looks at";
	return NULL;
}

static const char *
extension_check(const char *extension)
{
	if (!*extension)
		return "the extension is empty";
	if (*extension == '.')
		return "the extension is given without its dot, with it nothing ever matches";
	if (strchr(extension, '.'))
		return "the extension has a dot: only what follows a file's last dot is compared";
	if (strchr(extension, '/'))
		return "the extension has a slash";
	if (has_control(extension))
		return "the extension has a control byte";
	if (strlen(extension) > RULE_EXTENSION_MAX)
		return "the extension is longer than 254 bytes, no file name can have it";
	return NULL;
}

static const char *
bpf_check(const struct rule *rule)
{
	if (!*rule->interpreter)
		return "the BPF handler's name is empty";
	if (has_control(rule->interpreter))
		return "the BPF handler's name has a control byte";
	if (rule->flags & ~(unsigned)RULE_D)
		return "a BPF handler takes no flag but D";
	return NULL;
}

static const char *
interpreter_check(const char *interpreter)
{
	if (!*interpreter)
		return "the interpreter is empty";
	if (strlen(interpreter) >= RULE_LINE_MAX)
		return "the interpreter's path does not fit in a register line (1920 bytes in all)";
	if (has_control(interpreter))
		return "the interpreter's path has a control byte";
	return NULL;
}

const char *
limit_check(const struct rule *rule)
{
	const char *reason = name_check(rule->name);
	char line[RULE_LINE_MAX];
	size_t len;

	if (!reason && rule->pattern.type == PATTERN_UNKNOWN)
		reason = "the rule is not understood";
	if (!reason && rule->pattern.type == PATTERN_MAGIC)
		reason = magic_check(&rule->pattern);
	if (!reason && rule->pattern.type == PATTERN_EXTENSION)
		reason = extension_check(rule->pattern.extension);
	if (!reason)
		reason = rule->pattern.type == PATTERN_BPF ? bpf_check(rule) : interpreter_check(rule->interpreter);
	if (!reason)
		reason = rule_check_flags(rule->flags);
	if (!reason)
		reason = line_format(rule, false, line, &len);
	if (!reason && len < RULE_LINE_MIN)
		reason = "the register line is shorter than 11 bytes, the kernel takes none: use a longer name";
	return reason;
}
