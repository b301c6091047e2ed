/* SPDX-License-Identifier: MIT */
/* JSON as it is printed: a strict reader takes it, and reads the very strings that were handed over. */
#include <ctype.h>
#include <stdio.h>

#include "fuzz.h"
#include "json.h"
#include "text.h"

/* The strict reader; RFC 8259, and nothing raw in a string that should not be shown. */
static const char *at, *end;
static char word[8192]; /* the last string, as UTF-8 */

static void
eat(const char *text)
{
	demand((size_t)(end - at) >= strlen(text) && memcmp(at, text, strlen(text)) == 0);
	at += strlen(text);
}

/* So many hex digits, in lower case. */
static unsigned
read_hex(int digits)
{
	unsigned n = 0;

	for (; digits > 0; digits--, at++) {
		demand(at < end && isxdigit((unsigned char)*at) && !isupper((unsigned char)*at));
		n = n << 4 | (unsigned)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
	}
	return n;
}

/* One escape behind its backslash, as UTF-8. */
static size_t
read_escape(char *to)
{
	unsigned point;

	if (*at == '"' || *at == '\\') {
		*to = *at++;
		return 1;
	}
	eat("u");
	point = read_hex(4);
	demand(point < 0xdc00 || point >= 0xe000);
	if (point >= 0xd800 && point < 0xdc00) {
		eat("\\u");
		point = 0x10000 + ((point & 0x3ff) << 10) + (read_hex(4) ^ 0xdc00);
		demand(point >= 0x10000 && point <= 0x10ffff);
	}
	return write_utf8(point, to);
}

static void
read_string(void)
{
	size_t len = 0, n;
	unsigned point;

	eat("\"");
	while (at < end && *at != '"') {
		demand(len + 8 < sizeof(word));
		if (*at == '\\') {
			at++;
			len += read_escape(word + len);
			continue;
		}
		n = text_utf8(at, (size_t)(end - at), &point);
		demand(n && !is_control(point) && text_printable(point));
		memcpy(word + len, at, n);
		len += n;
		at += n;
	}
	word[len] = '\0';
	eat("\"");
}

/* The value as it was handed over, but U+FFFD for each byte that is no UTF-8: then all bytes in hex follow. */
static void
read_value(bool keyed, const char *value)
{
	bool broken = false;
	unsigned point;
	size_t len = 0;

	read_string();
	for (const char *c = value; *c;) {
		size_t n = text_utf8(c, strlen(c), &point);

		demand(memcmp(word + len, n ? c : "\xef\xbf\xbd", n ? n : 3) == 0);
		broken |= n == 0;
		len += n ? n : 3;
		c += n ? n : 1;
	}
	demand(!word[len]);
	if (!broken || !keyed)
		return;
	eat(",\"k_hex\":\"");
	for (const char *c = value; *c; c++)
		demand(read_hex(2) == (unsigned char)*c);
	eat("\"");
}

static void
number(unsigned n, const char *key, bool print)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", (int)n - 99);
	if (n > 250)
		print ? json_bool(key, n > 252) : eat(n > 252 ? "true" : "false");
	else
		print ? json_number(key, (int)n - 99) : eat(text);
}

/* Prints, or reads, what the input makes of a document: the same walk through the input twice. */
static void
members(struct input *in, bool print, bool keyed, int depth)
{
	const char *key = keyed ? "k" : NULL;
	bool first = true;
	unsigned what;

	while (in->left && (what = next_number(in, 7)) != 0) {
		if (!print) {
			eat(first ? "" : ",");
			eat(keyed ? "\"k\":" : "");
		}
		first = false;
		if (what >= 5 && depth < 14) {
			print ? (what == 5 ? json_object : json_array)(key) : eat(what == 5 ? "{" : "[");
			members(in, print, what == 5, depth + 1);
			print ? json_end() : eat(what == 5 ? "}" : "]");
		} else if (what == 1) {
			number(next_number(in, 256), key, print);
		} else {
			char *text = next_text(in, 1000);

			print       ? json_string(key, what == 4 ? NULL : text)
			: what == 4 ? eat("null")
				    : read_value(keyed, text);
			free(text);
		}
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};
	FILE *real = stdout;
	size_t len = 0;
	char *text = NULL;

	stdout = open_memstream(&text, &len);
	demand(stdout != NULL);
	json_object(NULL);
	members(&in, true, true, 1);
	json_end();
	demand(fclose(stdout) == 0);
	stdout = real;

	in = (struct input){data, size};
	at = text;
	end = text + len;
	eat("{");
	members(&in, false, true, 1);
	eat("}\n");
	demand(at == end);
	free(text);
	return 0;
}
