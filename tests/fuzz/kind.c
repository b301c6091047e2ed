/* SPDX-License-Identifier: MIT */
/* What a file is that nothing runs: by its own bytes alone, with commands that do what they say; and #! as Linux reads
 * it. */
#include <ctype.h>

#include "elfkind.h"
#include "err.h"
#include "filekind.h"
#include "fuzz.h"
#include "shebang.h"

/* load_script of fs/binfmt_script.c, line by line: the start of the program's name, with a NUL behind it, or NULL. */
static char *
kernel_script(char *buf)
{
	char *buf_end = buf + PATTERN_WINDOW - 1, *i_end = memchr(buf, '\n', PATTERN_WINDOW), *i_name, *i_sep;

	if (buf[0] != '#' || buf[1] != '!')
		return NULL;
	if (i_end && memchr(buf, '\0', (size_t)(i_end - buf)))
		i_end = NULL; /* strnchr stops there */
	if (!i_end) {
		for (i_end = buf + 2; i_end <= buf_end && (*i_end == ' ' || *i_end == '\t');)
			i_end++;
		if (i_end > buf_end)
			return NULL;
		for (i_sep = i_end; i_sep <= buf_end && *i_sep && *i_sep != ' ' && *i_sep != '\t';)
			i_sep++;
		if (i_sep > buf_end)
			return NULL;
		i_end = buf_end;
	}
	while (i_end[-1] == ' ' || i_end[-1] == '\t')
		i_end--;
	for (i_name = buf + 2; i_name <= i_end && (*i_name == ' ' || *i_name == '\t');)
		i_name++;
	if (i_name >= i_end)
		return NULL;
	*i_end = '\0';
	i_name[strcspn(i_name, " \t")] = '\0';
	return i_name;
}

static void
check_shebang(const struct subject *file)
{
	char path[PATTERN_WINDOW], buf[PATTERN_WINDOW], *expected;
	bool script = shebang_path(file->head, path);

	memcpy(buf, file->head, sizeof(buf));
	expected = kernel_script(buf);
	demand(script == (expected != NULL) && (!script || strcmp(path, expected) == 0));
}

/* Where #! stands once a command for sed has run: it must be there. */
static void
check_command(const char *command, const uint8_t *data, size_t size)
{
	size_t at = 0, line = 0;

	if (strstr(command, "1i #!") || strcmp(command, "sh ") == 0)
		return;
	while (at < size && isspace(data[at]))
		if (data[at++] == '\n')
			line = at;
	if (strstr(command, ",$!d"))
		at = line;
	else
		demand(line == 0);
	if (strstr(command, "277//"))
		at = 3;
	demand(at + 2 <= size && memcmp(data + at, "#!", 2) == 0);
}

/* The command takes carriage returns at the ends of lines away, or makes newlines of all. */
static void
check_return(const struct subject *file, const uint8_t *data, size_t size)
{
	struct subject broken = *file, fixed = {.path = "README.md"};
	struct err why = {0};
	size_t len = 0;

	broken.path = fixed.path; /* there is a fix for a file that is there */
	if (!filekind_carriage_return(&broken, size, &why))
		return;
	demand(*why.text && memchr(data, '\r', size));
	if (!*why.fix)
		return;
	for (size_t i = 0; i < size && len < PATTERN_WINDOW; i++)
		if (data[i] != '\r')
			fixed.head[len++] = data[i];
		else if (strstr(why.fix, "\\n"))
			fixed.head[len++] = '\n';
		else if (i + 1 < size && data[i + 1] != '\n')
			fixed.head[len++] = '\r';
	demand(!filekind_carriage_return(&fixed, len < PATTERN_WINDOW ? len : size, &why));
}

static void
check_elf(const struct subject *file, const struct subject *padded, uint64_t size)
{
	struct err why = {0}, same = {0};
	bool explained = elfkind_explain(file, size, NULL, &why);

	demand(explained == elfkind_explain(padded, size, NULL, &same) && strcmp(why.text, same.text) == 0);
	demand(explained == (*why.text != '\0') && !*why.fix);
	if (size >= PATTERN_WINDOW && elfkind_explain(file, UINT64_MAX, NULL, &same))
		demand(explained);
	demand(!strstr(same.text, "cut off at 18446744073709551615"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {"a", "a.jar", "-a.msi", "dir.d/a.ko", "it's.pyc", "a.apk", "a.beam", ""};
	struct subject file = {.path = ""}, padded;
	const struct filekind *kind;
	size_t have;

	if (!size)
		return 0;
	file.path = paths[*data++ % 8];
	size--;
	have = size < PATTERN_WINDOW ? size : PATTERN_WINDOW;
	memcpy(file.head, data, have);
	padded = file;
	memset(padded.head + have, 0xa5, PATTERN_WINDOW - have); /* not of the file, so it must not count */
	kind = filekind_of(&file, size);
	demand(kind == filekind_of(&padded, size) && *kind->what);
	if (kind->command)
		check_command(kind->command, data, size);
	check_return(&file, data, size);
	check_elf(&file, &padded, size);
	check_shebang(&file);
	return 0;
}
