/* SPDX-License-Identifier: MIT */
/* The fields of a rule: flags, bytes in hex, and the limits of each. */
#include <string.h>

#include "rule.h"
#include "tempname.h"

static const char letters_known[] = "POCFTLD"; /* bit i of enum rule_flag is letter i */

unsigned
rule_implied(unsigned flags)
{
	return flags & (RULE_C | RULE_T) ? flags | RULE_O : flags;
}

static const char *
flags_check(unsigned flags)
{
	if (flags & RULE_T && flags & RULE_P)
		return "flags T and P exclude each other";
	if (flags & RULE_L && flags & (RULE_T | RULE_P | RULE_O | RULE_C))
		return "flag L excludes T, P, O and C";
	return NULL;
}

const char *
rule_parse_flags(const char *letters, unsigned *flags)
{
	const char *reason, *at;
	unsigned bits = 0;

	for (; *letters; letters++) {
		at = strchr(letters_known, *letters);
		if (!at)
			return "unknown flag; the flags are P O C F, and T L D on kernels that have them";
		bits |= 1U << (at - letters_known);
	}
	reason = flags_check(bits);
	if (!reason)
		*flags = rule_implied(bits);
	return reason;
}

void
rule_format_flags(unsigned flags, const char *more, char letters[static RULE_FLAGS_MAX * 2])
{
	size_t n = 0;

	for (unsigned i = 0; letters_known[i]; i++)
		if (flags & 1U << i)
			letters[n++] = letters_known[i];
	for (; *more; more++)
		letters[n++] = *more;
	letters[n] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Two hex digits at s, or -1. A NUL is no digit, so the second is not read past the end. */
static int
hex_byte(const char *s)
{
	int high = nibble(s[0]);
	int low = high < 0 ? -1 : nibble(s[1]);

	return low < 0 ? -1 : high << 4 | low;
}

const char *
rule_parse_bytes(const char *word, unsigned char *bytes, size_t max, size_t *len)
{
	bool plain = !strchr(word, '\\');
	size_t n = 0;
	int byte;

	while (*word) {
		if (plain || *word == '\\') {
			if (!plain && word[1] != 'x')
				return "a backslash must start \\xHH (a backslash itself is \\x5c)";
			byte = hex_byte(word + (plain ? 0 : 2));
			word += plain ? 2 : 4;
		} else {
			byte = (unsigned char)*word++;
		}
		if (byte < 0)
			return plain ? "not an even number of hex digits (7f454c46 or \\x7fELF)"
				     : "\\x must be followed by two hex digits";
		if (n == max)
			return "longer than 256 bytes";
		bytes[n++] = (unsigned char)byte;
	}
	*len = n;
	return NULL;
}

void
rule_format_hex(const unsigned char *bytes, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*hex++ = digits[bytes[i] >> 4];
		*hex++ = digits[bytes[i] & 15];
	}
	*hex = '\0';
}

static bool
has_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}

static const char *
name_check(const char *name)
{
	if (!*name)
		return "the entry's name is empty";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "an entry cannot be named . or ..";
	if (strcmp(name, "register") == 0 || strcmp(name, "status") == 0)
		return "register and status are files of binfmt_misc itself, not names for an entry";
	if (strchr(name, '/'))
		return "the entry's name has a slash";
	if (has_control(name))
		return "the entry's name has a control byte";
	if (tempname_is(name))
		return "names that begin with .binfmtctl~ or .binfmtctl# are binfmtctl's own, for changes under way";
	return NULL;
}

static const char *
magic_check(const struct rule *rule)
{
	if (rule->size == 0)
		return "the magic is empty";
	if (rule->size > RULE_WINDOW)
		return "the magic is longer than 256 bytes";
	if (rule->offset > RULE_WINDOW || rule->offset + rule->size > RULE_WINDOW)
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
	if (has_control(interpreter))
		return "the interpreter's path has a control byte";
	return NULL;
}

const char *
rule_check(const struct rule *rule)
{
	const char *reason = name_check(rule->name);
	char line[RULE_LINE_MAX];
	size_t len;

	if (!reason && rule->type == RULE_MAGIC)
		reason = magic_check(rule);
	if (!reason && rule->type == RULE_EXTENSION)
		reason = extension_check(rule->extension);
	if (!reason)
		reason = rule->type == RULE_BPF ? bpf_check(rule) : interpreter_check(rule->interpreter);
	if (!reason)
		reason = flags_check(rule->flags);
	if (!reason)
		reason = rule_format_line(rule, false, line, &len);
	if (!reason && len < RULE_LINE_MIN)
		reason = "the register line is shorter than 11 bytes, the kernel takes none: use a longer name";
	return reason;
}
