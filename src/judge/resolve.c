/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "arch.h"
#include "check.h"
#include "elf.h"
#include "host.h"
#include "interp.h"
#include "loader.h"
#include "resolve.h"
#include "text.h"

const char *
resolve_word(enum resolution result)
{
	static const char *const words[] = {
	    [RESOLVED_HANDLER] = "handler", [RESOLVED_NATIVE] = "native",   [RESOLVED_SCRIPT] = "script",
	    [RESOLVED_NONE] = "none",       [RESOLVED_UNKNOWN] = "unknown", [RESOLVED_ERROR] = "error",
	};

	return words[result];
}

/* The first entry that takes the file, or could (type B); with disabled the first that would if it were enabled. */
static bool
find_taker(const struct snapshot *s, const struct subject *subject, bool disabled, struct handler *handler)
{
	for (size_t i = 0; i < s->list.count; i++) {
		const struct entry *e = &s->list.entries[i];

		if (!e->enabled && !disabled)
			continue;
		if ((e->rule.pattern.type == PATTERN_BPF && !disabled) || pattern_takes(&e->rule.pattern, subject)) {
			*handler = snapshot_handler(s, i);
			return true;
		}
	}
	return false;
}

/* The row whose programs the kernel runs itself: its loader looks at e_type and e_machine alone. */
static const struct arch *
native_row(const unsigned char *head)
{
	const struct arch *own = host_arch();
	size_t type = own && own->magic[EI_DATA] == ELFDATA2MSB ? 17 : 16;

	if (!own || memcmp(head, ELFMAG, SELFMAG) != 0 || (head[type] != ET_EXEC && head[type] != ET_DYN) ||
	    head[type ^ 1])
		return NULL;
	for (size_t i = 0; i < arch_count; i++)
		if (memcmp(head + 18, arch_table[i].magic + 18, 2) == 0 &&
		    arch_table[i].magic[EI_DATA] == own->magic[EI_DATA] && host_runs(&arch_table[i]))
			return &arch_table[i];
	return NULL;
}

/* What keeps a handler's interpreter from running, or NULL. */
static const char *
interpreter_fails(const struct snapshot *s, const struct rule *rule)
{
	struct interp interp;
	const char *reason = interp_look(rule->interpreter, &interp);

	/* With F the kernel holds the file, whatever became of its path. */
	if (reason)
		return rule->flags & RULE_F ? NULL : reason;
	if (host_foreign(interp.subject.head) && !binfmt_list_taker(&s->list, &interp.subject))
		return "it is a foreign program itself, and no handler takes it";
	return check_loop(rule, &s->list);
}

static void
explain_handler(const struct snapshot *s, struct resolved *p)
{
	const struct rule *rule = &p->handler.entry->rule;
	const char *reason = interpreter_fails(s, rule);

	if (!p->arch)
		p->arch = p->handler.arch;
	p->runs = !reason;
	if (reason)
		err_note(&p->why, "%s: %s, so exec fails", rule->interpreter, reason);
}

static void
explain_script(struct resolved *p)
{
	char path[256];
	struct interp interp;
	const char *reason;

	if (!interp_of_script(p->subject.head, path)) {
		p->result = RESOLVED_NONE;
		p->runs = false;
		err_note(&p->why, "a script whose #! line names no interpreter, or one too far along");
		return;
	}
	if (path[0] == '/')
		reason = interp_look(path, &interp);
	else
		reason = access(path, X_OK) < 0 ? "a relative path, and no such program in this folder" : NULL;
	p->runs = !reason;
	err_note(&p->why, "run by %s%s%s%s", path, reason ? ": " : "", reason ? reason : "",
		 reason ? ", so exec fails" : "");
}

static void
explain_elf(struct resolved *p, const struct elf_head *elf)
{
	if (elf->type != ET_EXEC && elf->type != ET_DYN) {
		err_note(&p->why, "an ELF file, but not a program: its type is %u", elf->type);
	} else if (p->arch) {
		err_note(&p->why, "a program for %s, and no handler takes it", p->arch->name);
		err_fix(&p->why, "binfmtctl register %s", p->arch->name);
	} else {
		err_note(&p->why, "a program for ELF machine 0x%04x (%s, %s byte first), unknown to binfmtctl",
			 elf->machine, elf->wide ? "64 bits" : "32 bits", elf->big ? "high" : "low");
		err_fix(&p->why, "binfmtctl register --name NAME --like FILE --interpreter PATH");
	}
}

/* What the first bytes are, for a file that nothing takes. */
static void
explain_none(struct resolved *p)
{
	static const struct {
		const char *start, *what;
	} kinds[] = {
	    {"\xca\xfe\xba\xbe", "a Java class; no handler takes it"},
	    {"MZ", "a Windows or DOS program (wine or mono could run it); no handler takes it"},
	    {"PK\x03\x04", "a zip archive (a .jar?); no handler takes it"},
	    {"", "neither an ELF program nor a script with #!, and no handler takes it"},
	};
	struct elf_head elf;
	size_t i = 0;

	if (elf_parse(p->subject.head, sizeof(p->subject.head), &elf)) {
		explain_elf(p, &elf);
		return;
	}
	while (memcmp(p->subject.head, kinds[i].start, strlen(kinds[i].start)) != 0)
		i++;
	err_note(&p->why, "%s", kinds[i].what);
}

/* An entry that would take it is worth more than any other explanation. */
static bool
explain_idle(const struct snapshot *s, struct resolved *p)
{
	char quoted[TEXT_QUOTED_MAX];
	struct handler idle;

	if (!find_taker(s, &p->subject, s->switched_on, &idle))
		return false;
	err_note(&p->why, "entry %s would take it, but %s", idle.name,
		 s->switched_on ? "is disabled" : "binfmt_misc is switched off");
	err_fix(&p->why, "binfmtctl enable %s%s", s->switched_on ? "--entry " : "--global",
		s->switched_on ? text_quote(idle.name, quoted, sizeof(quoted)) : "");
	return true;
}

void
resolve_subject(const struct snapshot *s, struct resolved *p)
{
	const struct arch *native;

	err_clear(&p->why);
	p->arch = arch_of_header(p->subject.head, sizeof(p->subject.head));
	p->asked = s->switched_on;
	p->runs = true;
	if (s->switched_on && find_taker(s, &p->subject, false, &p->handler)) {
		p->result = p->handler.entry->rule.pattern.type == PATTERN_BPF ? RESOLVED_UNKNOWN : RESOLVED_HANDLER;
		if (p->result == RESOLVED_HANDLER)
			explain_handler(s, p);
		else
			err_note(&p->why, "entry %s is a BPF handler: its program decides", p->handler.name);
		return;
	}
	if (p->subject.head[0] == '#' && p->subject.head[1] == '!') {
		p->result = RESOLVED_SCRIPT;
		explain_script(p);
		return;
	}
	native = native_row(p->subject.head);
	p->result = native ? RESOLVED_NATIVE : RESOLVED_NONE;
	p->runs = native != NULL;
	if (native)
		p->arch = native;
	else if (!explain_idle(s, p))
		explain_none(p);
}

static void
fail(struct resolved *p, enum resolution result, const char *why)
{
	p->result = result;
	p->runs = false;
	err_note(&p->why, "%s", why);
}

/* Whether the kernel refuses the file before it asks any handler; then it is explained. */
static bool
not_executable(const char *path, const struct stat *st, struct resolved *p)
{
	struct statvfs vfs;

	if (S_ISDIR(st->st_mode)) {
		fail(p, RESOLVED_NONE, "a directory");
	} else if (!S_ISREG(st->st_mode)) {
		fail(p, RESOLVED_NONE, "not a regular file");
	} else if (!(st->st_mode & 0111)) {
		fail(p, RESOLVED_NONE, "not executable");
		err_fix(&p->why, "chmod +x FILE");
	} else if (statvfs(path, &vfs) == 0 && vfs.f_flag & ST_NOEXEC) {
		fail(p, RESOLVED_NONE, "on a noexec mount: nothing there can be executed");
	} else if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0) {
		fail(p, RESOLVED_NONE, "not executable for this user");
	} else {
		return false;
	}
	return true;
}

/* Whether the loader finds the program headers; it goes by e_machine, and looks at no other byte of e_ident. */
static bool
is_whole(int fd, const struct resolved *p)
{
	unsigned char head[sizeof(p->subject.head)], last;
	struct elf_head elf;

	memcpy(head, p->subject.head, sizeof(head));
	memcpy(head, p->arch->magic, EI_VERSION);
	return elf_parse(head, sizeof(head), &elf) && elf.phnum &&
	       elf.phentsize == (elf.wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) &&
	       pread(fd, &last, 1, (off_t)(elf.phoff + (uint64_t)elf.phnum * elf.phentsize - 1)) == 1;
}

/* A native program may be damaged, or name a loader that is not there (the kernel says ENOENT then). */
static void
look_at_native(int fd, struct resolved *p)
{
	char loader[256];
	struct interp interp;

	if (!is_whole(fd, p)) {
		fail(p, RESOLVED_NONE, "a program for this machine, but the file is cut off or damaged");
	} else if (loader_path(fd, loader) > 0 && *loader && interp_look(loader, &interp)) {
		p->runs = false;
		err_note(&p->why, "its loader %s is missing or not executable, so exec fails", loader);
	}
}

static void
look_inside(const struct snapshot *s, const char *path, struct resolved *p)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : pread(fd, p->subject.head, sizeof(p->subject.head), 0);

	if (len < 0)
		fail(p, RESOLVED_ERROR, errno == EACCES ? "cannot be read: permission denied" : strerror(errno));
	else
		resolve_subject(s, p);
	if (len == 0 && p->result == RESOLVED_NONE)
		fail(p, RESOLVED_NONE, "an empty file");
	else if (len > 0 && p->result == RESOLVED_NATIVE)
		look_at_native(fd, p);
	if (fd >= 0)
		close(fd);
}

void
resolve_file(const struct snapshot *s, const char *path, struct resolved *p)
{
	struct stat st;

	memset(p, 0, sizeof(*p));
	p->subject.path = path;
	/* Looked at before it is opened: to open a device can do something. */
	if (stat(path, &st) < 0)
		fail(p, RESOLVED_ERROR, errno == EACCES ? "cannot be reached: permission denied" : strerror(errno));
	else if (!not_executable(path, &st, p))
		look_inside(s, path, p);
}

bool
resolve_why(const struct snapshot *s, size_t i, const struct subject *subject, struct handler *handler,
	    char why[static ERR_TEXT_MAX])
{
	const struct rule *rule = &s->list.entries[i].rule;
	const struct pattern *p = &rule->pattern;
	const char *extension = pattern_extension(subject->path);
	size_t at;

	if (!snapshot_shown(s, i, handler))
		return false;
	if (extension && strchr(extension, '/'))
		extension = NULL; /* a dot in a folder's name */
	if (!s->list.entries[i].enabled) {
		snprintf(why, ERR_TEXT_MAX, "disabled");
	} else if (p->type == PATTERN_BPF) {
		snprintf(why, ERR_TEXT_MAX, "BPF handler %s decides", rule->interpreter);
	} else if (pattern_takes(p, subject)) {
		snprintf(why, ERR_TEXT_MAX, "matches");
	} else if (p->type == PATTERN_EXTENSION) {
		snprintf(why, ERR_TEXT_MAX, "wants extension .%s, the file has %s%s", p->extension,
			 extension ? "." : "none", extension ? extension : "");
	} else {
		at = (size_t)pattern_differs(p, subject->head);
		snprintf(why, ERR_TEXT_MAX, "byte %zu is %02x, wants %02x (mask %02x)", at, subject->head[at],
			 p->magic[at - p->offset], pattern_mask(p, at - p->offset));
	}
	return true;
}
