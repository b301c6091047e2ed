/* SPDX-License-Identifier: MIT */
/*
 * match with the kernel as the oracle: build/tests/kernel/match_oracle [FILES [SEED]]. Random tables of
 * overlapping entries are registered for real, random files executed, and each entry's interpreter
 * exits with a number of its own: so it is seen which one the kernel chose. Seed and count reproduce
 * a failure.
 */
#include "harness.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "hex.h"
#include "host.h"
#include "live.h"
#include "probe.h"
#include "random.h"
#include "resolve.h"

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
static unsigned char heads[HEADS][PATTERN_WINDOW];

/* What no rule may take: all that has to run natively while a table is live. */
static struct subject protected[ENTRIES + 80];
static size_t protected_count;

static char *interpreters[ENTRIES], *script_runner;
static const struct arch *natives[8];
static size_t native_count;

static struct {
	size_t files, words[RESOLVED_ERROR + 1], differences, shown, tables, switched_off, entries, disabled, not_run,
	    doubted;
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

	read_head(path, head);
	protect(path, head, sizeof(head));
}

/* Native programs as linkers write them, and the probe that tells which are native. */
static void
protect_natives(void)
{
	static const unsigned char versions[] = {1, 0xff};
	unsigned char elf[PROBE_MAX];

	for (size_t i = 0; i < arch_count; i++) {
		if (host_runs(&arch_table[i]).is != LOOK_YES)
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
		if (!exit_interpreter(interpreters[i], ENTRY_STATUS + (int)i))
			skip_because("this machine has no compiler for the interpreters");
		protect_file(interpreters[i]);
	}
	script_runner = scratch_file("runner");
	assert_true(exit_interpreter(script_runner, SCRIPT_STATUS));
	protect_file(script_runner);
	protect_file("./binfmtctl");
	protect_file("/bin/sh");
	protect_natives();
}

static bool
takes_protected(const struct pattern *pattern)
{
	for (size_t i = 0; i < protected_count; i++)
		if (pattern_takes(pattern, &protected[i]))
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
			file[i] = (unsigned char)random_bits();
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

	if (host_runs(arch).is == LOOK_YES)
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
			file[k] = (unsigned char)random_bits();
		if (i < 2)
			native_file(file);
		else if (i < 4)
			foreign_file(file);
		else if (i < 5)
			script_file(file);
		memcpy(heads[i], file, 256);
	}
}

/* A rule, and the bytes of its magic. */
struct drawn {
	struct rule rule;
	char name[32];
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];
};

static void
draw_magic(struct drawn *r)
{
	size_t from = below(HEADS), end = from < 2 ? 16 : 256;
	size_t offset = from < 2 ? 4 + below(12) : chance(40) ? 0 : below(256);
	size_t size = 1 + below(chance(70) && offset + 8 < end ? 8 : end - offset);

	memcpy(r->magic, heads[from] + offset, size);
	r->rule.pattern = (struct pattern){
	    .type = PATTERN_MAGIC,
	    .offset = (uint16_t)offset,
	    .size = (uint16_t)size,
	    .magic = r->magic,
	    .mask = chance(60) ? r->mask : NULL,
	};
	for (size_t i = 0; i < size; i++)
		r->mask[i] = chance(40) ? 0xff : chance(60) ? 0 : (unsigned char)random_bits();
	if (chance(10))
		r->magic[below(size)] ^= (unsigned char)(1U << below(8));
}

/* A rule that leaves alone what must run. */
static void
draw_rule(struct drawn *r, size_t i)
{
	static const unsigned flags[] = {0, RULE_P, RULE_F, RULE_P | RULE_F, RULE_O, RULE_F | RULE_O | RULE_C};

	snprintf(r->name, sizeof(r->name), "e%zu", i);
	do {
		r->rule = (struct rule){
		    .name = r->name,
		    .interpreter = interpreters[i],
		    .flags = flags[below(LENGTH(flags))],
		};
		if (chance(20))
			r->rule.pattern = (struct pattern){
			    .type = PATTERN_EXTENSION,
			    .extension = extensions[below(LENGTH(extensions))],
			};
		else
			draw_magic(r);
	} while (takes_protected(&r->rule.pattern));
}

static void
register_table(struct drawn rules[static ENTRIES], size_t count)
{
	ns_setup(NULL);
	for (size_t i = 0; i < count; i++) {
		draw_rule(&rules[i], i);
		assert_int_equal(live_register(&rules[i].rule), 0);
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
draw_file(unsigned char *file, const struct drawn rules[static ENTRIES], size_t count)
{
	size_t kind = below(10), len;
	const struct pattern *p = &rules[below(count)].rule.pattern;
	bool native = kind < 2;

	memset(file, 0, FILE_MAX);
	len = native     ? native_file(file)
	      : kind < 3 ? script_file(file)
	      : kind < 4 ? foreign_file(file)
			 : plain_file(file);
	if (p->type != PATTERN_MAGIC || (size_t)p->offset + p->size > len || chance(40) ||
	    (native && (p->offset < 4 || p->offset + p->size > 16)))
		return len;
	for (size_t i = 0; i < p->size; i++) {
		unsigned char mask = pattern_mask(p, i), *at = &file[p->offset + i];

		*at = (unsigned char)((*at & ~mask) | (p->magic[i] & mask));
	}
	return len;
}

/* Exit status of what runs it if all goes well. */
static int
wanted_status(const struct resolved *p)
{
	if (p->handler.entry)
		return ENTRY_STATUS + atoi(p->handler.name + 1);
	return p->result == RESOLVED_SCRIPT ? SCRIPT_STATUS : NATIVE_STATUS;
}

/* Whether the file ended, by exit status, 128 + a signal or -errno of exec, as match foretold. */
static bool
agrees(const struct resolved *p, enum walk_verdict verdict, int error, int status)
{
	switch (verdict) {
	case WALK_RUNS:
		return status == wanted_status(p) || (p->walk.cut_off && status > 128);
	case WALK_FAILS:
		return status == -error;
	case WALK_KILLED:
		return p->result == RESOLVED_NATIVE && status > 128;
	default:
		result.doubted++;
		/* Since Linux 7.3. No entry here has flag D, so they are tried as they are listed. */
		if (p->walk.doubt == WALK_ORDER && p->walk.otherwise != WALK_UNKNOWN)
			return agrees(p, p->walk.otherwise, p->walk.otherwise_error, status);
		return p->result == RESOLVED_NATIVE && p->walk.doubt == WALK_DAMAGED;
	}
}

static void
differs(const struct resolved *p, const char *path, const unsigned char *file, size_t len, int status)
{
	char hex[2 * FILE_MAX + 1];

	result.differences++;
	if (result.shown++ >= 10)
		return;
	hex_format(file, len, hex);
	print_error("seed %llu, file %zu, %s: match says %s %s (%s), the kernel ended in %d\n  %zu bytes: %s\n",
		    (unsigned long long)seed, result.files, path, resolve_word(p->result),
		    p->result == RESOLVED_HANDLER ? p->handler.name : "", p->why.text, status, len, hex);
}

/* What the command prints is what the function says; a doubt about the order it tries to settle by probes. */
static void
ask_tool(const struct resolved *p, const char *path)
{
	const struct run *r = tool("match", "-j", path, NULL);
	char wanted[256];

	/* A trial of its own may find no process, or no time, on a machine that is busy: once. */
	if (strstr(r->out, walk_doubt_text(WALK_TROUBLE)))
		r = tool("match", "-j", path, NULL);
	snprintf(wanted, sizeof(wanted), "\"result\":\"%s\",\"entry\":%s%s%s,", resolve_word(p->result),
		 p->result == RESOLVED_HANDLER ? "\"" : "", p->result == RESOLVED_HANDLER ? p->handler.name : "null",
		 p->result == RESOLVED_HANDLER ? "\"" : "");
	expect(r, p->walk.verdict == WALK_RUNS ? 0 : 1, wanted, "");
}

static void
try_file(const struct snapshot *s, const struct drawn rules[static ENTRIES], size_t count)
{
	static struct resolved resolved;
	unsigned char file[FILE_MAX];
	size_t len = draw_file(file, rules, count);
	char *path = scratch_file(names[below(LENGTH(names))]);
	int status;

	spill(path, file, len, 0755);
	resolve_file(s, -1, path, &resolved);
	status = exec_status(path);
	if (!agrees(&resolved, resolved.walk.verdict, resolved.walk.error, status))
		differs(&resolved, path, file, len, status);
	if (result.files % SAMPLE == 0 && resolved.walk.doubt != WALK_ORDER)
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
	static struct drawn rules[ENTRIES];
	size_t count = 1 + below(ENTRIES);
	struct snapshot s;
	struct err err;

	draw_heads();
	register_table(rules, count);
	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
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
	need_ptrace();
	assert_int_equal(mkdir(folder, 0755), 0);
	make_interpreters();
	random_seed(seed);
	while (result.files < file_count)
		try_table();
	reached = (result.words[RESOLVED_HANDLER] + result.words[RESOLVED_UNKNOWN]) * 100 / result.files;
	printf("seed %llu: %zu files under %zu tables of %zu entries (%zu disabled, %zu tables switched off): "
	       "%zu handler (%zu %%), %zu native, %zu script, %zu none; exec failed for %zu, %zu in doubt; %zu "
	       "differences\n",
	       (unsigned long long)seed, result.files, result.tables, result.entries, result.disabled,
	       result.switched_off, result.words[RESOLVED_HANDLER], reached, result.words[RESOLVED_NATIVE],
	       result.words[RESOLVED_SCRIPT], result.words[RESOLVED_NONE], result.not_run, result.doubted,
	       result.differences);
	assert_int_equal(result.differences, 0);
	assert_in_range(reached, REACH_PERCENT, 100);
	free(folder);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(match__random_tables_and_files__what_the_kernel_runs),
	};

	if (argc > 1)
		file_count = (size_t)strtoul(argv[1], NULL, 10);
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL) * 1000003U + (uint64_t)getpid();
	return ns_run(tests);
}
