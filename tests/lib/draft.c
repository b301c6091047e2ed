/* SPDX-License-Identifier: MIT */
#include "draft.h"

#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "arch.h"
#include "host.h"
#include "random.h"

struct draft_files draft_files;

/* A byte that readers of lines, escapes and delimiters stumble over, or any. */
static unsigned char
hostile_byte(void)
{
	static const char hostile[] = ":\\\nx\r|,.#;/ \t0aFM\"'\x7f\x1b\xff";

	if (chance(50))
		return (unsigned char)random_bits();
	return (unsigned char)hostile[below(sizeof(hostile))];
}

/* The same without NUL, slash and control bytes: what a name may hold. */
char
draft_byte(void)
{
	unsigned char c;

	do
		c = hostile_byte();
	while (c < 0x20 || c == 0x7f || c == '/');
	return (char)c;
}

void
draft_text(char *text, size_t len, char except)
{
	for (size_t i = 0; i < len; i++)
		do
			text[i] = draft_byte();
		while (text[i] == except);
	text[len] = '\0';
}

static void
draft_name(struct draft *d)
{
	static const size_t edges[] = {1, 2, 3, 8, 30, 243, 244, 245, 254, 255};

	do
		draft_text(d->name, chance(60) ? 1 + below(30) : one_of(edges, LENGTH(edges)), '\0');
	while (strcmp(d->name, ".") == 0 || strcmp(d->name, "..") == 0);
}

void
draft_extension(struct draft *d)
{
	static const size_t edges[] = {1, 2, 3, 4, 127, 253, 254};

	d->type = 'E';
	draft_text(d->extension, chance(60) ? 1 + below(12) : one_of(edges, LENGTH(edges)), '.');
}

static void
draft_mask(struct draft *d)
{
	unsigned kind = (unsigned)below(10);

	d->has_mask = kind >= 4;
	d->mask_len = d->magic_len;
	for (size_t i = 0; i < d->mask_len; i++)
		d->mask[i] = kind < 6   ? 0xff
			     : kind < 8 ? (unsigned char)below(256)
			     : kind < 9 ? (chance(50) ? 0xff : 0)
					: hostile_byte();
}

static void
draft_arch_magic(struct draft *d)
{
	const struct arch *arch = &arch_table[below(arch_count)];

	d->offset = 0;
	d->has_mask = true;
	d->magic_len = d->mask_len = arch->size;
	memcpy(d->magic, arch->magic, arch->size);
	memcpy(d->mask, arch->mask, arch->size);
}

void
draft_magic(struct draft *d)
{
	static const size_t edges[] = {1, 2, 4, 20, 52, 127, 128, 129, 254, 255, 256};

	d->type = 'M';
	if (chance(20)) {
		draft_arch_magic(d);
		return;
	}
	d->magic_len = chance(50) ? 1 + below(40) : one_of(edges, LENGTH(edges));
	for (size_t i = 0; i < d->magic_len; i++)
		d->magic[i] = hostile_byte();
	draft_mask(d);
	d->offset = (unsigned)(chance(40) ? 0 : chance(40) ? 256 - d->magic_len : below(257 - d->magic_len));
}

void
draft_pad(struct draft *d, size_t len)
{
	size_t now = strlen(d->interpreter);

	if (len <= now || len >= DRAFT_PATH_MAX)
		return;
	memmove(d->interpreter + len - now, d->interpreter, now + 1);
	memset(d->interpreter, '/', len - now);
}

void
draft_interpreter(struct draft *d, const char *path)
{
	snprintf(d->interpreter, sizeof(d->interpreter), "%s", path);
}

static void
draft_flags(struct draft *d, const char *letters)
{
	size_t n = 0;

	for (; *letters; letters++)
		if (chance(35))
			d->flags[n++] = *letters;
	if (n && chance(10)) {
		d->flags[n] = d->flags[below(n)];
		n++;
	}
	d->flags[n] = '\0';
}

/* Brings the shortest spelling of the line to within a few bytes of the kernel's limit. */
static void
draft_to_the_edge(struct draft *d)
{
	char line[DRAFT_LINE_MAX];
	size_t len = draft_line(d, line), wanted = 1914 + below(10);

	if (len < wanted)
		draft_pad(d, strlen(d->interpreter) + wanted - len);
}

void
draft_sound(struct draft *d)
{
	memset(d, 0, sizeof(*d));
	draft_name(d);
	if (chance(70))
		draft_magic(d);
	else
		draft_extension(d);
	draft_flags(d, chance(95) ? "POCF" : "POCFTLD");
	draft_interpreter(d, chance(50) ? draft_files.elf : chance(50) ? draft_files.odd : "/bin/sh");
	if (!strpbrk(d->flags, "OC") && chance(25))
		draft_interpreter(d, draft_files.script);
	if (chance(20))
		draft_pad(d, below(1500));
	else if (chance(20))
		draft_to_the_edge(d);
	if (!chance(3))
		return;
	d->type = 'B';
	strcpy(d->flags, chance(50) ? "D" : "");
	draft_text(d->interpreter, 1 + below(20), '\0');
}

/* What the line needs for these bytes with this delimiter: NUL, delimiter, backslash and newline are escaped. */
static size_t
draft_bytes(const unsigned char *bytes, size_t count, unsigned char delimiter, char *to)
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		if (bytes[i] && bytes[i] != delimiter && bytes[i] != '\\' && bytes[i] != '\n')
			to[len++] = (char)bytes[i];
		else
			len += (size_t)sprintf(to + len, "\\x%02X", bytes[i]);
	return len;
}

static size_t
draft_line_with(const struct draft *d, unsigned char del, char line[static DRAFT_LINE_MAX])
{
	size_t len = (size_t)sprintf(line, "%c%s%c%c%c", del, d->name, del, d->type, del);

	if (d->type == 'M') {
		len += (size_t)sprintf(line + len, "%u%c", d->offset, del);
		len += draft_bytes(d->magic, d->magic_len, del, line + len);
		line[len++] = (char)del;
		if (d->has_mask)
			len += draft_bytes(d->mask, d->mask_len, del, line + len);
		line[len++] = (char)del;
	} else {
		len += (size_t)sprintf(line + len, "%c%s%c%c", del, d->type == 'E' ? d->extension : "", del, del);
	}
	len += (size_t)sprintf(line + len, "%s%c%s", d->interpreter, del, d->flags);
	if (strpbrk(d->flags, "CT") && !strchr(d->flags, 'O'))
		line[len++] = 'O'; /* implied, and said so by our lines */
	return len;
}

size_t
draft_line(const struct draft *d, char line[static DRAFT_LINE_MAX])
{
	char other[DRAFT_LINE_MAX];
	size_t best = 0, len;

	for (unsigned c = 1; c < 256; c++) {
		if (strchr("/\n\\POCFTLDMEBx0123456789abcdefA", (int)c) || strchr(d->name, (int)c) ||
		    strchr(d->interpreter, (int)c) || (d->type == 'E' && strchr(d->extension, (int)c)))
			continue;
		len = draft_line_with(d, (unsigned char)c, other);
		if (best && len >= best)
			continue;
		best = len;
		memcpy(line, other, len);
	}
	return best;
}

static const char *
draft_file(char path[static 512], const char *name, const char *text, mode_t mode)
{
	snprintf(path, 512, "%s/%s", scratch(), name);
	spill(path, text, strlen(text), mode);
	return path;
}

static const struct arch *
draft_foreign_arch(void)
{
	for (size_t i = 0; i < arch_count; i++)
		if (host_runs(&arch_table[i]).is != LOOK_YES)
			return &arch_table[i];
	return NULL;
}

/* Scratch files go at exit; a mount among them must go before. */
static void
draft_files_end(void)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/mounted", scratch());
	umount2(path, MNT_DETACH);
}

void
draft_files_begin(void)
{
	struct draft_files *f = &draft_files;
	char text[PATH_MAX + 32];

	copy_file("/bin/true", draft_file(f->elf, "elf", "", 0755), 0755);
	copy_file("/bin/true", draft_file(f->odd, "odd :|,!%@^~+=&*?$_-'\"`(){}[]<>#;\\x41\xff\xc3.x", "", 0755), 0755);
	copy_file("/bin/true", draft_file(f->loop, "runner.loop", "", 0755), 0755);
	draft_file(f->script, "script", "#!/bin/sh\nexit 0\n", 0755);
	snprintf(text, sizeof(text), "#!%s\n", f->loop);
	draft_file(f->script_of_loop, "script-of-loop", text, 0755);
	draft_file(f->closed, "closed", "text", 0644);
	snprintf(f->through, sizeof(f->through), "%.400s/below", f->closed);
	f->foreign_arch = draft_foreign_arch();
	assert_non_null(f->foreign_arch);
	free(probe_program(f->foreign_arch->name, "foreign"));
	snprintf(f->foreign, sizeof(f->foreign), "%s/foreign", scratch());
	snprintf(f->directory, sizeof(f->directory), "%s/directory", scratch());
	assert_int_equal(mkdir(f->directory, 0755), 0);
	assert_int_equal(chmod(f->directory, 0777), 0);
	copy_file(f->elf, draft_file(f->open, "directory/open", "", 0755), 0755);
	snprintf(text, sizeof(text), "%s/mounted", scratch());
	assert_int_equal(mkdir(text, 0755), 0);
	assert_int_equal(mount("tmpfs", text, "tmpfs", MS_NOEXEC, NULL), 0);
	atexit(draft_files_end);
	copy_file("/bin/true", draft_file(f->noexec, "mounted/noexec", "", 0755), 0755);
	read_head("/proc/self/exe", f->own);
	read_head("/bin/sh", f->sh);
}
