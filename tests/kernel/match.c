/* SPDX-License-Identifier: MIT */
/*
 * match with the kernel as the oracle: build/tests/kernel/match [FILES [SEED]]. Random tables of
 * overlapping entries are registered for real, random files executed, and each entry's interpreter
 * exits with a number of its own: so it is seen which one the kernel chose. Seed and count reproduce
 * a failure. And what match says of files of every kind.
 */
#include "harness.h"

#include <errno.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "cmd.h"
#include "draft.h"
#include "host.h"
#include "live.h"
#include "probe.h"
#include "resolve.h"

#define QEMU_I386                                                                                                      \
	":script-i386:M::\\x7fELF\\x01\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x02\\x00\\x03\\x00:"    \
	"\\xff\\xff\\xff\\xff\\xff\\xfe\\xfe\\xfc\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\xfe\\xff\\xff\\xff:"

enum {
	FILES = 5000,
	FILES_A_TABLE = 50,
	ENTRIES = 24, /* in a table, at most */
	REACH_PERCENT = 30,
	SAMPLE = 25, /* one file in so many is shown to ./binfmtctl too */
	HEADS = 9,
	ENTRY_STATUS = 100, /* of entry 0's interpreter; entry 1's is 101 */
	SCRIPT_STATUS = 8,
	NATIVE_STATUS = PROBE_STATUS,
	FILE_MAX = 600,
};

static size_t file_count = FILES;
static uint64_t seed;

/* What rules and files of one table are made of: so they meet. The first two are native programs. */
static unsigned char heads[HEADS][256];

/* What no rule may take: all that has to run natively while a table is live. */
static struct subject protected[ENTRIES + 80];
static size_t protected_count;

static char *interpreters[ENTRIES], *script_runner;
static const struct arch *natives[8];
static size_t native_count;

static struct {
	size_t files, words[RESOLVED_ERROR + 1], differences, shown, tables, switched_off, entries, disabled, not_run;
} result;

static const char *const extensions[] = {"a", "b", "cc", "A", "x-y"};

/* Under the scratch folder; all but the last part are folders. */
static const char *const names[] = {"file",     "file.a",  "file.b",   "file.cc",    "file.a.b", "file.b.a",
				    "file.",    ".a",      "x.a/file", "x.a/file.b", "file.A",   "file.x-y",
				    "file a.b", "file.aa", "x.a/../f", "..a"};

static void
protect(const char *path, const unsigned char *head, size_t len)
{
	struct subject *s = &protected[protected_count++];

	assert_true(protected_count <= LENGTH(protected));
	s->path = path;
	memcpy(s->head, head, len < sizeof(s->head) ? len : sizeof(s->head));
}

static void
protect_file(const char *path)
{
	unsigned char head[256] = {0};

	draft_head(path, head);
	protect(path, head, sizeof(head));
}

/* Native programs as linkers write them, and the probe that tells which are native. */
static void
protect_natives(void)
{
	static const unsigned char versions[] = {1, 0xff};
	unsigned char elf[PROBE_MAX];

	for (size_t i = 0; i < arch_count; i++) {
		if (!host_runs(&arch_table[i]))
			continue;
		assert_true(native_count < LENGTH(natives));
		natives[native_count++] = &arch_table[i];
		for (size_t k = 0; k < LENGTH(versions); k++)
			protect("", elf, probe_build(&arch_table[i], versions[k], elf));
	}
}

static void
make_interpreters(void)
{
	char name[32];

	for (size_t i = 0; i < ENTRIES; i++) {
		snprintf(name, sizeof(name), "interpreter-%zu", i);
		interpreters[i] = scratch_file(name);
		if (!live_interpreter(interpreters[i], ENTRY_STATUS + (int)i))
			skip_because("no compiler for the interpreters");
		protect_file(interpreters[i]);
	}
	script_runner = scratch_file("runner");
	assert_true(live_interpreter(script_runner, SCRIPT_STATUS));
	protect_file(script_runner);
	protect_file("./binfmtctl");
	protect_file("/bin/sh");
	protect_natives();
}

static bool
takes_protected(const struct rule *rule)
{
	for (size_t i = 0; i < protected_count; i++)
		if (match_rule(rule, &protected[i]))
			return true;
	return false;
}

/* A native program with any bytes where its loader looks at none. */
static size_t
native_file(unsigned char *file)
{
	const struct arch *arch = natives[below(native_count)];
	size_t len = probe_build(arch, 1, file);

	for (size_t i = 4; i < 16; i++)
		if (chance(40))
			file[i] = (unsigned char)draw();
	if (chance(20)) {
		file[4] = file[5] = file[6] = 1;
		memcpy(file + 8, "AI\x02", 3);
	}
	if (chance(15))
		file[16] = (unsigned char)below(6); /* e_type */
	if (chance(10))
		file[18] = (unsigned char)below(64); /* e_machine */
	return chance(25) ? below(len - arch->probe_size) : len;
}

static size_t
foreign_file(unsigned char *file)
{
	const struct arch *arch = &arch_table[below(arch_count)];
	size_t len = probe_build(arch, 1, file);

	if (host_runs(arch))
		file[18] = file[19] = 0xfe; /* a machine that nobody knows */
	return chance(30) ? below(len) : len;
}

/* Lines with the runner's path, or with none; at times one that reaches past what the kernel reads. */
static size_t
script_file(unsigned char *file)
{
	static const struct {
		const char *before, *after;
	} lines[] = {
	    {"#!", "\n"}, {"#! ", " -x\n"}, {"#!", ""},        {"#!\t", "\t\n"},     {"#!", " one two\nthree\n"},
	    {"#!\n", ""}, {"#! \t \n", ""}, {"#!", "/none\n"}, {"#!/nowhere", "\n"}, {"# !", "\n"},
	};
	size_t i = below(LENGTH(lines)), len;

	if (chance(5))
		return (size_t)snprintf((char *)file, FILE_MAX, "#!/%0300d\n", 0);
	len = (size_t)snprintf((char *)file, FILE_MAX, "%s%s%s", lines[i].before, script_runner, lines[i].after);
	if (chance(10))
		len += (size_t)snprintf((char *)file + len, FILE_MAX - len, " %0300d\n", 0);
	return chance(10) ? below(6) : len;
}

static size_t
plain_file(unsigned char *file)
{
	memcpy(file, heads[2 + below(HEADS - 2)], 256);
	for (size_t i = below(4); i > 0; i--)
		file[below(256)] ^= (unsigned char)(1U << below(8));
	return chance(10) ? 0 : chance(40) ? below(256) : 256 + below(FILE_MAX - 256);
}

static void
draw_heads(void)
{
	unsigned char file[FILE_MAX];

	for (size_t i = 0; i < HEADS; i++) {
		memset(file, 0, sizeof(file));
		for (size_t k = 0; k < 256; k++)
			file[k] = (unsigned char)draw();
		if (i < 2)
			native_file(file);
		else if (i < 4)
			foreign_file(file);
		else if (i < 5)
			script_file(file);
		memcpy(heads[i], file, 256);
	}
}

static void
draw_magic(struct rule *r)
{
	size_t from = below(HEADS), end = from < 2 ? 16 : 256;
	const unsigned char *head = heads[from];

	r->type = RULE_MAGIC;
	r->offset = from < 2 ? 4 + below(12) : chance(40) ? 0 : below(256);
	r->size = 1 + below(chance(70) && r->offset + 8 < end ? 8 : end - r->offset);
	memcpy(r->magic, head + r->offset, r->size);
	r->has_mask = chance(60);
	for (size_t i = 0; i < r->size; i++)
		r->mask[i] = chance(40) ? 0xff : chance(60) ? 0 : (unsigned char)draw();
	if (chance(10))
		r->magic[below(r->size)] ^= (unsigned char)(1U << below(8));
}

/* A rule that leaves alone what must run. */
static void
draw_rule(struct rule *r, size_t i)
{
	static const unsigned flags[] = {0, RULE_P, RULE_F, RULE_P | RULE_F, RULE_O, RULE_F | RULE_O | RULE_C};
	char name[32];

	do {
		memset(r, 0, sizeof(*r));
		snprintf(name, sizeof(name), "e%zu", i);
		assert_null(rule_set_name(r, name));
		assert_null(rule_set_interpreter(r, interpreters[i]));
		r->flags = flags[below(LENGTH(flags))];
		if (chance(20))
			assert_null(rule_set_extension(r, extensions[below(LENGTH(extensions))]));
		else
			draw_magic(r);
	} while (takes_protected(r));
}

static void
register_table(struct rule rules[static ENTRIES], size_t count)
{
	ns_setup(NULL);
	for (size_t i = 0; i < count; i++) {
		draw_rule(&rules[i], i);
		assert_int_equal(live_register(&rules[i]), 0);
		if (!chance(15))
			continue;
		assert_int_equal(mount_write(rules[i].name, "0", 1), 0);
		result.disabled++;
	}
	if (chance(6)) {
		assert_int_equal(mount_write("status", "0", 1), 0);
		result.switched_off++;
	}
	result.tables++;
	result.entries += count;
}

/* A file of random kind; at times a rule's magic is stamped on it, where that leaves a native program sound. */
static size_t
draw_file(unsigned char *file, const struct rule rules[static ENTRIES], size_t count)
{
	size_t kind = below(10), len;
	const struct rule *r = &rules[below(count)];
	bool native = kind < 2;

	memset(file, 0, FILE_MAX);
	len = native     ? native_file(file)
	      : kind < 3 ? script_file(file)
	      : kind < 4 ? foreign_file(file)
			 : plain_file(file);
	if (r->type != RULE_MAGIC || r->offset + r->size > len || chance(40) ||
	    (native && (r->offset < 4 || r->offset + r->size > 16)))
		return len;
	for (size_t i = 0; i < r->size; i++) {
		unsigned char mask = rule_mask(r, i), *at = &file[r->offset + i];

		*at = (unsigned char)((*at & ~mask) | (r->magic[i] & mask));
	}
	return len;
}

/* Whether the file ended, by exit status or -errno of exec, as match foretold. */
static bool
agrees(const struct resolved *p, int status)
{
	switch (p->result) {
	case RESOLVED_HANDLER:
		return status == ENTRY_STATUS + atoi(p->handler.name + 1) && p->runs;
	case RESOLVED_NATIVE:
		return status == NATIVE_STATUS && p->runs;
	case RESOLVED_SCRIPT:
		return p->runs ? status == SCRIPT_STATUS : status < 0 && status != -ENOEXEC;
	case RESOLVED_NONE:
		/* "#!" and nothing behind it is a script with an empty path to the kernel. */
		return !p->runs && (status == -ENOEXEC || (status < 0 && memcmp(p->subject.head, "#!", 2) == 0));
	default:
		return false;
	}
}

static void
differs(const struct resolved *p, const char *path, const unsigned char *file, size_t len, int status)
{
	char hex[2 * FILE_MAX + 1];

	result.differences++;
	if (result.shown++ >= 10)
		return;
	rule_format_hex(file, len, hex);
	print_error("seed %llu, file %zu, %s: match says %s %s (%s), the kernel ended in %d\n  %zu bytes: %s\n",
		    (unsigned long long)seed, result.files, path, resolve_word(p->result),
		    p->result == RESOLVED_HANDLER ? p->handler.name : "", p->advice.detail, status, len, hex);
}

/* What the command prints is what the function says. */
static void
ask_tool(const struct resolved *p, const char *path)
{
	const struct run *r = tool("match", "-j", path, NULL);
	char wanted[256];

	snprintf(wanted, sizeof(wanted), "\"result\":\"%s\",\"entry\":%s%s%s,", resolve_word(p->result),
		 p->result == RESOLVED_HANDLER ? "\"" : "", p->result == RESOLVED_HANDLER ? p->handler.name : "null",
		 p->result == RESOLVED_HANDLER ? "\"" : "");
	expect(r, p->runs ? 0 : 1, wanted, "");
}

static void
try_file(const struct snapshot *s, const struct rule rules[static ENTRIES], size_t count)
{
	static struct resolved resolved;
	unsigned char file[FILE_MAX];
	size_t len = draw_file(file, rules, count);
	char *path = scratch_file(names[below(LENGTH(names))]);
	int status;

	spill(path, file, len, 0755);
	resolve_file(s, path, &resolved);
	status = live_exec(path);
	if (!agrees(&resolved, status))
		differs(&resolved, path, file, len, status);
	if (result.files % SAMPLE == 0)
		ask_tool(&resolved, path);
	result.files++;
	result.words[resolved.result]++;
	result.not_run += status < 0;
	unlink(path);
	free(path);
}

static void
try_table(void)
{
	static struct rule rules[ENTRIES];
	const struct args args = {.binfmt_dir = MOUNT};
	size_t count = 1 + below(ENTRIES);
	struct snapshot s;
	struct err err;

	draw_heads();
	register_table(rules, count);
	assert_int_equal(snapshot_read(&s, &args, &err), 0);
	for (size_t i = 0; i < FILES_A_TABLE && result.files < file_count; i++)
		try_file(&s, rules, count);
	snapshot_close(&s);
}

static void
match__random_tables_and_files__what_the_kernel_runs(void **state)
{
	char *folder = scratch_file("x.a");
	size_t reached;

	(void)state;
	assert_int_equal(mkdir(folder, 0755), 0);
	make_interpreters();
	draft_state = seed;
	while (result.files < file_count)
		try_table();
	reached = result.words[RESOLVED_HANDLER] * 100 / result.files;
	printf("seed %llu: %zu files under %zu tables of %zu entries (%zu disabled, %zu tables switched off): "
	       "%zu handler (%zu %%), %zu native, %zu script, %zu none; exec failed for %zu; %zu differences\n",
	       (unsigned long long)seed, result.files, result.tables, result.entries, result.disabled,
	       result.switched_off, result.words[RESOLVED_HANDLER], reached, result.words[RESOLVED_NATIVE],
	       result.words[RESOLVED_SCRIPT], result.words[RESOLVED_NONE], result.not_run, result.differences);
	assert_int_equal(result.differences, 0);
	assert_in_range(reached, REACH_PERCENT, 100);
	free(folder);
}

/* A file of these bytes in the scratch folder; its path is freed by the caller. */
static char *
file_of(const char *name, const char *text, mode_t mode)
{
	char *path = scratch_file(name);

	spill(path, text, strlen(text), mode);
	return path;
}

__attribute__((format(printf, 1, 2))) static void
register_line(const char *fmt, ...)
{
	char line[RULE_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	register_raw(line);
}

static void
match__two_entries__newest_wins_and_its_interpreter_is_named(void **state)
{
	char *path = file_of("two", "abcdef", 0755), *line;

	(void)state;
	register_line(":older:M::abc::%s:", tiny_interpreter());
	register_line(":newer:M:1:bc::%s:", tiny_interpreter());
	assert_true(asprintf(&line, "%s: handler newer -> %s\n", path, tiny_interpreter()) > 0);
	expect(tool("match", path, NULL), 0, line, "");
	assert_string_equal(tool("match", path, NULL)->out, line);
	assert_int_equal(mount_write("newer", "-1", 2), 0);
	expect(tool("match", path, NULL), 0, ": handler older -> ", "");
	free(line);
	free(path);
}

static void
match__verbose__why_each_entry_did_not_match_up_to_the_one_that_does(void **state)
{
	char *path = file_of("why.txt", "abcdef", 0755);
	const struct run *r;

	(void)state;
	register_line(":behind:M::a::%s:", tiny_interpreter());
	register_line(":wins:M::abc::%s:", tiny_interpreter());
	register_line(":off:M::ab::%s:", tiny_interpreter());
	assert_int_equal(mount_write("off", "0", 1), 0);
	register_line(":dot:E::jar::%s:", tiny_interpreter());
	register_line(":masked:M:2:\\xf3\\x00\\x65:\\xf0\\x00\\xff:%s:", tiny_interpreter());
	register_line(":plain:M:3:dx::%s:", tiny_interpreter());
	r = expect(tool("match", "-v", path, NULL), 0, ": handler wins -> ", "");
	expect(r, 0,
	       "  plain: byte 4 is 65, wants 78 (mask ff)\n"
	       "  masked: byte 2 is 63, wants f3 (mask f0)\n"
	       "  dot: wants extension .jar, the file has .txt\n"
	       "  off: disabled\n"
	       "  wins: matches\n",
	       "");
	assert_null(strstr(r->out, "behind"));
	free(path);
}

static void
match__verbose_and_nothing_takes_it__all_entries_told(void **state)
{
	char *path = file_of("nobody", "zzz", 0755);

	(void)state;
	register_line(":one:E::jar::%s:", tiny_interpreter());
	register_line(":two:M:4:\\x01::%s:", tiny_interpreter());
	expect(tool("match", "-v", path, NULL), 1,
	       "  two: byte 4 is 00, wants 01 (mask ff)\n"
	       "  one: wants extension .jar, the file has none\n",
	       "");
	free(path);
}

static void
match__disabled_entry__named_with_the_remedy(void **state)
{
	char *path = file_of("sleeps", "abc", 0755);

	(void)state;
	register_line(":asleep:M::abc::%s:", tiny_interpreter());
	assert_int_equal(mount_write("asleep", "0", 1), 0);
	expect(tool("match", path, NULL), 1,
	       ": none: entry asleep would take it, but is disabled; try: binfmtctl enable --entry asleep\n", "");
	assert_int_equal(execute(path)->status, 226);
	free(path);
}

static void
match__switched_off__said_with_the_remedy(void **state)
{
	char *path = file_of("sleeps", "abc", 0755), *native = probe_program(host_arch()->name, "native");

	(void)state;
	register_line(":asleep:M::abc::%s:", tiny_interpreter());
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(tool("match", path, NULL), 1,
	       ": none: entry asleep would take it, but binfmt_misc is switched off; "
	       "try: binfmtctl enable --global\n",
	       "");
	expect(tool("match", native, NULL), 0, ": native", "");
	free(native);
	free(path);
}

/* Whose bytes are told apart only by e_ident[6]: QEMU's own masks do not look at its lowest bit. */
static void
match__odd_native_while_qemu_style_rule_is_live__still_native(void **state)
{
	const struct arch *i386 = arch_find("i386");
	unsigned char elf[PROBE_MAX];
	char *path = scratch_file("odd");
	size_t size;

	(void)state;
	if (host_arch() != arch_find("x86_64") || !host_runs(i386))
		skip_because("this machine does not run i386 programs");
	size = probe_build(i386, 4, elf);
	spill(path, elf, size, 0755);
	register_line(QEMU_I386 "%s:", tiny_interpreter());
	assert_int_equal(live_exec(path), PROBE_STATUS);
	expect(tool("match", path, NULL), 0, ": native (i386)\n", "");
	free(path);
}

/* A snapshot made by hand: entry 0 is the newest. */
static void
hand_made(struct snapshot *s, struct binfmt_entry *entries, const struct rule *rules, size_t count)
{
	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < count; i++)
		entries[i] = (struct binfmt_entry){.name = rules[i].name, .rule = &rules[i]};
	s->list.entries = entries;
	s->list.count = count;
	s->switched_on = s->complete = true;
}

static void
pick__bpf_in_front__unknown(void **state)
{
	struct rule rules[] = {
	    {.name = "program", .type = RULE_BPF, .enabled = true, .interpreter = "judge"},
	    {.name = "magic", .type = RULE_MAGIC, .enabled = true, .size = 1, .magic = "a", .interpreter = "/bin/true"},
	};
	struct binfmt_entry entries[2];
	static struct resolved resolved = {.subject = {.path = "", .head = "abc"}};
	char why[ERR_TEXT_MAX];
	struct snapshot s;

	(void)state;
	hand_made(&s, entries, rules, 2);
	resolve_subject(&s, &resolved);
	assert_int_equal(resolved.result, RESOLVED_UNKNOWN);
	assert_string_equal(resolved.handler.name, "program");
	assert_string_equal(resolved.advice.detail, "entry program is a BPF handler: its program decides");
	assert_true(resolve_why(&s, 0, &resolved.subject, &resolved.handler, why));
	assert_string_equal(why, "BPF handler judge decides");
	rules[0].enabled = false;
	resolve_subject(&s, &resolved);
	assert_int_equal(resolved.result, RESOLVED_HANDLER);
	assert_string_equal(resolved.handler.name, "magic");
}

static void
pick__bpf_behind__handler(void **state)
{
	const struct rule rules[] = {
	    {.name = "magic", .type = RULE_MAGIC, .enabled = true, .size = 1, .magic = "a", .interpreter = "/bin/true"},
	    {.name = "program", .type = RULE_BPF, .enabled = true, .interpreter = "judge"},
	};
	struct binfmt_entry entries[2];
	static struct resolved resolved = {.subject = {.path = "", .head = "abc"}};
	struct snapshot s;

	(void)state;
	hand_made(&s, entries, rules, 2);
	resolve_subject(&s, &resolved);
	assert_int_equal(resolved.result, RESOLVED_HANDLER);
	assert_string_equal(resolved.handler.name, "magic");
	resolved.subject.head[0] = 'b';
	resolve_subject(&s, &resolved);
	assert_int_equal(resolved.result, RESOLVED_UNKNOWN);
	s.switched_on = false;
	resolve_subject(&s, &resolved);
	assert_int_equal(resolved.result, RESOLVED_NONE);
}

/* Files that the kernel refuses, whatever is registered: here every first byte is. */
static void
match__refused_before_any_handler__why(void **state)
{
	char *folder = scratch_file("folder.x"), *closed = file_of("closed.x", "abc", 0644);

	(void)state;
	register_line(":all:E::x::%s:", tiny_interpreter());
	assert_int_equal(mkdir(folder, 0755), 0);
	expect(tool("match", folder, NULL), 1, ": none: a directory\n", "");
	expect(tool("match", closed, NULL), 1, ": none: not executable; try: chmod +x FILE\n", "");
	assert_int_equal(live_exec(folder), -EACCES);
	assert_int_equal(live_exec(closed), -EACCES);
	expect(tool("match", "/dev/null", NULL), 1, ": none: not a regular file\n", "");
	free(closed);
	free(folder);
}

static void
match__noexec_mount__why(void **state)
{
	char *folder = scratch_file("mounted"), *path;

	(void)state;
	register_line(":all:E::x::%s:", tiny_interpreter());
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mount("tmpfs", folder, "tmpfs", MS_NOEXEC, NULL), 0);
	path = file_of("mounted/file.x", "abc", 0755);
	tool("match", path, NULL);
	assert_int_equal(live_exec(path), -EACCES);
	expect(tool("match", path, NULL), 1, ": none: on a noexec mount", "");
	umount2(folder, MNT_DETACH);
	free(path);
	free(folder);
}

static void
match__empty_file__why_unless_an_extension_takes_it(void **state)
{
	char *path = file_of("empty.x", "", 0755);

	(void)state;
	expect(tool("match", path, NULL), 1, ": none: an empty file\n", "");
	assert_int_equal(live_exec(path), -ENOEXEC);
	register_line(":all:E::x::%s:", tiny_interpreter());
	expect(tool("match", path, NULL), 0, ": handler all -> ", "");
	assert_int_equal(live_exec(path), PROBE_STATUS);
	free(path);
}

static void
match__unreadable_or_missing__error(void **state)
{
	char *path = file_of("unreadable.x", "abc", 0111), *line;

	(void)state;
	assert_true(asprintf(&line, "binfmtctl: %s: cannot be read: permission denied\n", path) > 0);
	if (shell("unshare -U true")->status != 0)
		skip_because("unshare(1) makes no user namespace here");
	expect(shell("unshare -U ./binfmtctl match '%s'", path), 1, "", line);
	expect(tool("match", "/nowhere/file", NULL), 1, "", "binfmtctl: /nowhere/file: No such file or directory\n");
	expect_json(tool("match", "-j", "/nowhere/file", NULL)->out,
		    ".files[0].result == \"error\" and .files[0].entry == null");
	free(line);
	free(path);
}

static void
match__extension__after_the_last_dot_of_the_path(void **state)
{
	static const struct {
		const char *name;
		bool taken;
	} rows[] = {
	    {"name.jar", true},   {"name.tar.jar", true},
	    {".jar", true},       {"name.jar.gz", false},
	    {"name.JAR", false},  {"namejar", false},
	    {"name.jar.", false}, {"folder.jar/name", false},
	    {"jar", false},       {"folder.jar/name.jar", true},
	};
	char *folder = scratch_file("folder.jar");

	(void)state;
	assert_int_equal(mkdir(folder, 0755), 0);
	register_line(":java:E::jar::%s:", tiny_interpreter());
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *path = file_of(rows[i].name, "text", 0755);

		expect(tool("match", path, NULL), rows[i].taken ? 0 : 1, rows[i].taken ? ": handler java " : ": none",
		       "");
		assert_int_equal(live_exec(path), rows[i].taken ? PROBE_STATUS : -ENOEXEC);
		free(path);
	}
	free(folder);
}

static void
match__leftover_temporary__shown_under_the_real_name(void **state)
{
	char *path = file_of("held", "abc", 0755);
	const struct run *r;

	(void)state;
	register_line(":.binfmtctl~held:M::abc::%s:", tiny_interpreter());
	r = expect(tool("match", "-v", path, NULL), 0, ": handler held -> ", "");
	expect(r, 0, "  held: matches\n", "");
	assert_null(strstr(r->out, "binfmtctl~"));
	expect_json(tool("match", "-j", path, NULL)->out, ".files[0].entry == \"held\"");
	free(path);
}

/* What nothing takes: said what it is and what would help. */
static void
match__nothing_takes_it__what_it_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *said;
	} rows[] = {
	    {"\xca\xfe\xba\xbe", 4, ": none: a Java class; no handler takes it\n"},
	    {"MZ\x90", 3, ": none: a Windows or DOS program"},
	    {"PK\x03\x04", 4, ": none: a zip archive"},
	    {"hello\n", 6, ": none: neither an ELF program nor a script with #!"},
	    {"#!\n", 3, ": none: a script whose #! line names no interpreter, or one too far along\n"},
	};
	char *path = scratch_file("unknown");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		spill(path, rows[i].bytes, rows[i].len, 0755);
		expect(tool("match", path, NULL), 1, rows[i].said, "");
	}
	free(path);
}

static void
match__foreign_elf__machine_and_command_named(void **state)
{
	char *path = probe_program("s390x", "foreign");
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(arch_find("riscv64"), 1, elf);

	(void)state;
	expect(tool("match", path, NULL), 1,
	       ": none: a program for s390x, and no handler takes it; try: binfmtctl register s390x\n", "");
	expect_json(tool("match", "-j", path, NULL)->out, ".files[0].arch == \"s390x\"");
	elf[18] = 0x34;
	elf[19] = 0x12;
	spill(path, elf, size, 0755);
	expect(tool("match", path, NULL), 1,
	       ": none: a program for ELF machine 0x1234 (64 bits, low byte first), unknown to binfmtctl; try: "
	       "binfmtctl register --name NAME --like FILE --interpreter PATH\n",
	       "");
	elf[16] = 1;
	spill(path, elf, size, 0755);
	expect(tool("match", path, NULL), 1, ": none: an ELF file, but not a program: its type is 1\n", "");
	free(path);
}

/* An interrupted download is a frequent cause of "exec format error". */
static void
match__native_program_cut_off__none_and_why(void **state)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(host_arch(), 1, elf);
	char *path = scratch_file("cut");

	(void)state;
	spill(path, elf, size, 0755);
	expect(tool("match", path, NULL), 0, ": native (", "");
	spill(path, elf, 70, 0755);
	assert_int_equal(live_exec(path), -ENOEXEC);
	expect(tool("match", path, NULL), 1, ": none: a program for this machine, but the file is cut off or damaged\n",
	       "");
	free(path);
}

static void
match__script__its_interpreter_told(void **state)
{
	char *path = file_of("runs", "#!/bin/sh\n", 0755), *lost = file_of("lost", "#!/nowhere/sh\n", 0755);
	char *relative = file_of("relative", "#!bash\n", 0755);

	(void)state;
	expect(tool("match", path, NULL), 0, ": script: run by /bin/sh\n", "");
	expect(tool("match", lost, NULL), 1,
	       ": script: run by /nowhere/sh: the interpreter does not exist, so exec fails\n", "");
	expect(tool("match", relative, NULL), 1,
	       ": script: run by bash: a relative path, and no such program in this folder, so exec fails\n", "");
	assert_int_equal(live_exec(relative), -ENOENT);
	free(relative);
	free(lost);
	free(path);
}

static void
match__interpreter_gone__handler_that_does_not_run(void **state)
{
	char *path = file_of("abandoned", "abc", 0755);

	(void)state;
	register_raw(":gone:M::abc::/nowhere/interpreter:");
	expect(tool("match", path, NULL), 1,
	       ": handler gone -> /nowhere/interpreter: /nowhere/interpreter: the interpreter does not exist, so exec "
	       "fails\n",
	       "");
	assert_int_equal(live_exec(path), -ENOENT);
	free(path);
}

static void
match__interpreter_gone_but_held_by_flag_f__runs(void **state)
{
	char *path = file_of("held", "abc", 0755), *interpreter = scratch_file("held-interpreter");

	(void)state;
	copy_file(tiny_interpreter(), interpreter, 0755);
	register_line(":holds:M::abc::%s:F", interpreter);
	assert_int_equal(unlink(interpreter), 0);
	expect(tool("match", path, NULL), 0, ": handler holds -> ", "");
	assert_int_equal(live_exec(path), PROBE_STATUS);
	free(interpreter);
	free(path);
}

static void
match__mount_not_visible__exit_3_and_never_none(void **state)
{
	const struct run *r;

	(void)state;
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl match /bin/sh'");
	if (r->status != 3)
		skip_because("the mount cannot be hidden here");
	expect(r, 3, "", "the host's handlers may still apply");
	r = shell("unshare -m sh -c 'mount --bind /proc/sys/kernel " MOUNT " && ./binfmtctl match -j /bin/sh'");
	expect_json(expect(r, 3, NULL, "may still apply")->out, ".files == [] and (.error | length > 0)");
	assert_null(strstr(r->out, "none"));
}

static void
match__several_files__each_answered_and_worst_counts(void **state)
{
	char *path = file_of("mixed", "abc", 0755), *native = probe_program(host_arch()->name, "native");
	const struct run *r;

	(void)state;
	expect(tool("match", native, "/bin/sh", NULL), 0, ": native", "");
	r = expect(tool("match", native, path, "/nowhere/file", "/bin/sh", NULL), 1, "mixed: none",
		   "/nowhere/file: No such");
	expect(r, 1, "/bin/sh: native", NULL);
	expect(tool("match", "-q", native, path, NULL), 1, "", "");
	expect(tool("match", NULL), 2, "", "which file?");
	expect(tool("match", "-j", NULL), 2, "\"files\":[]", "which file?");
	free(native);
	free(path);
}

static void
match__json__fixed_keys(void **state)
{
	char *path = file_of("keys", "abc", 0755);
	const struct run *r;

	(void)state;
	register_line(":all:M::abc::%s:POCF", tiny_interpreter());
	r = expect(tool("match", "-j", path, "/bin/sh", NULL), 0, NULL, "");
	if (!expect_json(
		r->out,
		"(.files | length == 2) and .files[0].result == \"handler\" and .files[0].flags == \"POCF\" and "
		".files[0].entry == \"all\" and .files[1].result == \"native\" and "
		".files[1].interpreter == null and ([.files[] | keys_unsorted] | map(contains([\"file\", "
		"\"result\", \"entry\", \"interpreter\", \"flags\", \"arch\", \"detail\"])) | all)"))
		skip_because("there is no jq");
	free(path);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(match__random_tables_and_files__what_the_kernel_runs),
	    cmocka_unit_test(match__two_entries__newest_wins_and_its_interpreter_is_named),
	    cmocka_unit_test(match__verbose__why_each_entry_did_not_match_up_to_the_one_that_does),
	    cmocka_unit_test(match__verbose_and_nothing_takes_it__all_entries_told),
	    cmocka_unit_test(match__disabled_entry__named_with_the_remedy),
	    cmocka_unit_test(match__switched_off__said_with_the_remedy),
	    cmocka_unit_test(match__odd_native_while_qemu_style_rule_is_live__still_native),
	    cmocka_unit_test(pick__bpf_in_front__unknown),
	    cmocka_unit_test(pick__bpf_behind__handler),
	    cmocka_unit_test(match__refused_before_any_handler__why),
	    cmocka_unit_test(match__noexec_mount__why),
	    cmocka_unit_test(match__empty_file__why_unless_an_extension_takes_it),
	    cmocka_unit_test(match__unreadable_or_missing__error),
	    cmocka_unit_test(match__extension__after_the_last_dot_of_the_path),
	    cmocka_unit_test(match__leftover_temporary__shown_under_the_real_name),
	    cmocka_unit_test(match__nothing_takes_it__what_it_is),
	    cmocka_unit_test(match__foreign_elf__machine_and_command_named),
	    cmocka_unit_test(match__native_program_cut_off__none_and_why),
	    cmocka_unit_test(match__script__its_interpreter_told),
	    cmocka_unit_test(match__interpreter_gone__handler_that_does_not_run),
	    cmocka_unit_test(match__interpreter_gone_but_held_by_flag_f__runs),
	    cmocka_unit_test(match__mount_not_visible__exit_3_and_never_none),
	    cmocka_unit_test(match__several_files__each_answered_and_worst_counts),
	    cmocka_unit_test(match__json__fixed_keys),
	};

	if (argc > 1)
		file_count = (size_t)strtoul(argv[1], NULL, 10);
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL) * 1000003U + (uint64_t)getpid();
	return ns_run(tests);
}
