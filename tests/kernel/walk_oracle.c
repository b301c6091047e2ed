/* SPDX-License-Identifier: MIT */
/*
 * The walker with the kernel as the oracle: build/tests/kernel/walk_oracle [COUNT [SEED]]. Random trees
 * (tests/lib/world.h) under random tables of entries; each file is judged and then executed in the same
 * process, by the root of the namespace and by one without capabilities. Count and seed reproduce a failure.
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "executed.h"
#include "host.h"
#include "live.h"
#include "random.h"
#include "walk.h"
#include "world.h"

enum {
	CASES = 5000,
	CASES_A_WORLD = 40,
	ENTRIES = 8, /* in a table, at most */
	LEAST = 50,  /* hits of each class */
	UNKNOWN_PERMILLE = 100,
	SHOWN = 12,
	ERRORS = 140,
};

static size_t case_count = CASES;
static uint64_t seed;

/* What the last walk has found. */
static struct walk found, *const walk = &found;

static struct {
	size_t cases, runs, killed, errors[ERRORS], unknown[WALK_TROUBLE + 1], differences, worlds, entries, by[4],
	    long_chains, turned;
} result;

static struct {
	struct binfmt_list list;
	struct walk_held held[ENTRIES];
	char interpreters[ENTRIES][WORLD_PATH_MAX]; /* of those */
	size_t held_count;
	bool switched_on;
	int busy; /* a file of the world that is open for writing */
} table;

static struct walk_where where;
static bool as_old_kernel, leaked;
static const char *const extensions[] = {"a", "b", "cc", "ext"};

/* First bytes of a random file of the world. */
static size_t
draw_bytes(unsigned char bytes[static 256])
{
	struct stat st;
	size_t len = 0;

	memset(bytes, 0, 256);
	for (int i = 0; i < 20 && len == 0; i++) {
		const char *path = world_files[below(WORLD_FILES)].path;
		int fd;

		if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		len = (size_t)read(fd, bytes, 256);
		close(fd);
	}
	return len;
}

/* A rule that some files of this world meet. */
static void
draw_pattern(struct pattern *pattern)
{
	static unsigned char magic[256], mask[256];
	size_t len = draw_bytes(magic), at;

	if (len == 0 || chance(25)) {
		*pattern =
		    (struct pattern){.type = PATTERN_EXTENSION, .extension = extensions[below(LENGTH(extensions))]};
		return;
	}
	at = chance(75) ? 0 : below(len);
	len = chance(60) && at + 24 < len ? 1 + below(24) : 1 + below(len - at);
	for (size_t i = 0; i < len; i++)
		mask[i] = chance(70) ? 0xff : (unsigned char)random_bits();
	*pattern = (struct pattern){.type = PATTERN_MAGIC,
				    .offset = (uint16_t)at,
				    .size = (uint16_t)len,
				    .magic = magic + at,
				    .mask = chance(50) ? mask : NULL};
}

static void
register_one(size_t i)
{
	static char names[ENTRIES][24];
	char interpreter[WORLD_PATH_MAX];
	struct rule rule = {.name = names[i],
			    .interpreter = interpreter,
			    .flags = (unsigned)(below(16) & (chance(50) ? 15 : RULE_P | RULE_F))};
	struct stat st;

	snprintf(names[i], sizeof(names[i]), "e%zu", i);
	draw_pattern(&rule.pattern);
	if (chance(40))
		world_kind("native", interpreter);
	else
		world_name(chance(60) ? WORLD_FILES / 2 : WORLD_FILES, interpreter);
	if (!*interpreter || live_register(&rule) != 0)
		return;
	result.entries++;
	if (rule.flags & RULE_F && stat(interpreter, &st) == 0) {
		strcpy(table.interpreters[table.held_count], interpreter);
		table.held[table.held_count++] = (struct walk_held){names[i], st.st_dev, st.st_ino};
	}
	if (chance(12))
		assert_int_equal(mount_write(names[i], "0", 1), 0);
}

/* The link leads to another file, which may be as old as the entries or older. */
static void
turn_link(const char *path)
{
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(world_files[below(WORLD_FILES)].path, path), 0);
	result.turned++;
}

/* What becomes of files that entries hold: replaced, removed, closed, written to. */
static void
change_files(void)
{
	unsigned char bytes[256];

	if (chance(50))
		return;
	let_the_clock_tick();
	for (size_t i = below(5); i > 0; i--) {
		const char *path = table.held_count && chance(45) ? table.interpreters[below(table.held_count)]
								  : world_files[below(WORLD_FILES)].path;
		struct stat st;

		if (lstat(path, &st) < 0 || !(S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)))
			continue;
		if (S_ISLNK(st.st_mode))
			turn_link(path);
		else if (chance(30))
			unlink(path);
		else if (chance(30))
			chmod(path, 0);
		else if (chance(50))
			spill(path, bytes, draw_bytes(bytes), 0755);
		else
			copy_file(tiny_interpreter(), path, 0755);
	}
}

static void
read_table(void)
{
	struct binfmt b;
	struct err err;

	assert_int_equal(binfmt_open(&b, MOUNT, NULL, &err), 0);
	assert_int_equal(binfmt_list(&b, &table.list, &err), 0);
	binfmt_close(&b);
}

/* An entry in front that cannot be judged, and in truth takes nothing. */
static void
hide_entry(enum pattern_type type)
{
	struct entry *e = table.list.entries;

	if (table.list.count == 0)
		return;
	/* The oldest makes room for it. */
	assert_int_equal(mount_write(e[table.list.count - 1].rule.name, "0", 1), 0);
	memmove(e + 1, e, (table.list.count - 1) * sizeof(*e));
	memset(e, 0, sizeof(*e));
	e->rule.name = "hidden";
	e->enabled = true;
	e->rule.pattern.type = type;
	if (type == PATTERN_UNKNOWN)
		e->reason = "not understood";
}

/* In some worlds the walk is told less than there is: its verdict then is unknown, but right otherwise. */
static void
hide_something(void)
{
	where.list = &table.list;
	switch (result.worlds % 20) {
	case 1:
		ns_empty();
		where.list = NULL;
		break;
	case 6:
		hide_entry(PATTERN_BPF);
		break;
	case 11:
		hide_entry(PATTERN_UNKNOWN);
		break;
	case 16:
	case 18:
		for (size_t i = 0; i < table.list.count; i++)
			table.list.entries[i].rule.more_flags = "Z";
		break;
	case 8:
	case 13:
	case 19:
		table.list.order_hidden = true;
	}
}

static void
make_table(void)
{
	size_t count = chance(15) ? 0 : below(ENTRIES);

	binfmt_list_free(&table.list);
	memset(&table, 0, sizeof(table));
	table.busy = -1;
	ns_empty();
	world_make();
	for (size_t i = 0; i < count; i++)
		register_one(i);
	table.switched_on = chance(92);
	if (!table.switched_on)
		assert_int_equal(mount_write("status", "0", 1), 0);
	change_files();
	read_table();
	where = (struct walk_where){.root = -1, .switched_on = table.switched_on};
	hide_something();
	if (chance(80)) {
		where.held = table.held;
		where.held_count = table.held_count;
	}
	table.busy = chance(70) ? open(world_files[below(WORLD_FILES)].path, O_RDWR | O_CLOEXEC | O_NONBLOCK) : -1;
	result.worlds++;
}

/* In the child: with the ids and capabilities that the exec has. */
static void
judge(void *path)
{
	int before, after;

	if (as_old_kernel)
		executed_as_old_kernel();
	before = dup(0);
	close(before);
	walk_file(&where, path, walk);
	after = dup(0);
	close(after);
	leaked |= after != before;
}

/* What is needed to see why: header, program headers. */
static void
print_head(const char *path)
{
	unsigned char bytes[300];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t len = fd < 0 ? -1 : read(fd, bytes, sizeof(bytes));

	for (ssize_t i = 0; i < len; i++)
		print_error("%s%02x", i % 8 ? "" : i % 64 ? " " : "\n    ", bytes[i]);
	print_error("\n");
	if (fd >= 0)
		close(fd);
}

static void
print_walk(void)
{
	static const char *const by[] = {"file", "handler", "script", "loader"};

	for (size_t i = 0; i < walk->count; i++) {
		print_error("  %s %s%s%s%s mode %04o", by[walk->hops[i].by], walk->hops[i].path,
			    walk->hops[i].entry ? " of " : "",
			    walk->hops[i].entry ? walk->hops[i].entry->rule.name : "",
			    walk->hops[i].held ? " (held)" : "", (unsigned)walk->hops[i].mode & 07777);
		print_head(walk->hops[i].path);
	}
}

static void
differs(const struct world_file *file, const char *path, bool user, const struct executed *e)
{
	static const char *const verdicts[] = {"runs", "fails", "killed", "unknown"};

	result.differences++;
	if (result.differences > SHOWN)
		return;
	print_error("seed %llu, case %zu, %s %s by %s, %zu entries%s: walk says %s %s (hop %d, doubt %d, otherwise %s "
		    "%s): %s\n",
		    (unsigned long long)seed, result.cases, file->kind, path, user ? "user" : "root", table.list.count,
		    table.switched_on ? "" : " switched off", verdicts[walk->verdict],
		    walk->error ? strerror(walk->error) : "", walk->verdict == WALK_RUNS ? walk->runner : walk->problem,
		    walk->doubt, verdicts[walk->otherwise],
		    walk->otherwise_error ? strerror(walk->otherwise_error) : "", walk->why.text);
	print_walk();
	print_error("  the kernel: %s%s, ran %lx:%lu\n", e->killed ? "killed " : "",
		    e->error ? strerror(e->error) : "started", (unsigned long)e->dev, (unsigned long)e->ino);
}

static bool
agrees(enum walk_verdict verdict, int error, const struct executed *e)
{
	const struct walk_hop *runner = walk->runner >= 0 ? &walk->hops[walk->runner] : NULL;

	switch (verdict) {
	case WALK_RUNS:
		if (e->error || e->killed || !runner)
			return false;
		return !e->runner || (runner->dev == e->dev && runner->ino == e->ino);
	case WALK_FAILS:
		return e->error == error && error && walk->why.text[0];
	case WALK_KILLED:
		return e->killed && walk->why.text[0];
	default:
		/* Here the listing shows the order, whatever the walk is told. */
		if (walk->doubt == WALK_ORDER && walk->otherwise != WALK_UNKNOWN &&
		    !agrees(walk->otherwise, walk->otherwise_error, e))
			return false;
		return walk->doubt && walk->why.text[0];
	}
}

static void
count(const struct executed *e)
{
	bool unknown = walk->verdict == WALK_UNKNOWN;

	result.cases++;
	result.unknown[walk->doubt] += unknown;
	result.runs += !unknown && !e->error && !e->killed;
	result.killed += !unknown && e->killed;
	if (!unknown && e->error > 0 && e->error < ERRORS)
		result.errors[e->error]++;
	for (size_t i = 0; i < walk->count; i++)
		result.by[walk->hops[i].by]++;
	result.long_chains += walk->count > 3;
}

static void
try_file(const struct world_file *file, bool user)
{
	static char path[WORLD_PATH_MAX + 16];
	struct executed executed;

	snprintf(path, sizeof(path), "%s%s", file->path, chance(1) ? "/x" : chance(1) ? "/" : "");
	as_old_kernel = chance(30);
	executed_path(path, user, judge, path, &executed);
	assert_false(leaked);
	/* That a file is open for writing can only be seen with the kernel's help. */
	if (executed.error == ETXTBSY && as_old_kernel)
		return;
	if (!agrees(walk->verdict, walk->error, &executed) ||
	    !agrees(walk->otherwise, walk->otherwise_error, &executed))
		differs(file, path, user, &executed);
	count(&executed);
}

/* The classes that the worlds can make, each with its hits. */
static size_t
rarest_class(const char **name)
{
	static const int errors[] = {ENOENT, EACCES, ENOEXEC, ELOOP, ELIBBAD, EIO, ENOTDIR, ETXTBSY};
	size_t least = result.runs;

	*name = "runs";
	if (result.killed < least) {
		least = result.killed;
		*name = "killed";
	}
	for (size_t i = 0; i < LENGTH(errors); i++)
		if (result.errors[errors[i]] < least) {
			least = result.errors[errors[i]];
			*name = walk_errno(errors[i]);
		}
	for (size_t i = WALK_NO_TABLE; i <= WALK_DAMAGED; i++)
		if (result.unknown[i] < least) {
			least = result.unknown[i];
			*name = walk_doubt_text((enum walk_doubt)i);
		}
	return least;
}

/* A short run, for a look, is not held to it. */
static size_t
wanted_hits(void)
{
	return case_count < CASES ? 0 : LEAST;
}

/* More cases than asked for, where a class has been rare by chance: a world gives many of a kind, or none. */
static bool
is_enough(void)
{
	const char *rarest;

	return result.cases >= case_count && (result.cases >= case_count * 6 || rarest_class(&rarest) >= wanted_hits());
}

static void
print_result(void)
{
	printf(
	    "seed %llu: %zu cases in %zu worlds, %zu entries; hops: %zu file, %zu handler, %zu script, %zu loader, %zu "
	    "chains of four and more; %zu differences\nruns %zu, killed %zu",
	    (unsigned long long)seed, result.cases, result.worlds, result.entries, result.by[0], result.by[1],
	    result.by[2], result.by[3], result.long_chains, result.differences, result.runs, result.killed);
	for (int i = 0; i < ERRORS; i++)
		if (result.errors[i])
			printf(", %s %zu", walk_errno(i) ? walk_errno(i) : "?", result.errors[i]);
	for (size_t i = 1; i <= WALK_TROUBLE; i++)
		if (result.unknown[i])
			printf(", unknown (%s) %zu", walk_doubt_text((enum walk_doubt)i), result.unknown[i]);
	printf(", %zu links turned\n", result.turned);
}

static void
check_result(void)
{
	const char *rarest;
	size_t least = rarest_class(&rarest), unknown = 0;

	/* The others are planted. */
	for (size_t i = WALK_UNREADABLE; i <= WALK_TROUBLE; i++)
		unknown += result.unknown[i];
	print_result();
	assert_int_equal(result.differences, 0);
	assert_in_range(unknown * 1000 / result.cases, 0, UNKNOWN_PERMILLE - 1);
	if (least < wanted_hits())
		fail_msg("only %zu cases of: %s", least, rarest);
}

static void
walk__random_worlds__what_the_kernel_does(void **state)
{
	(void)state;
	need_ptrace();
	tiny_interpreter();
	/* What this host runs itself is tried by executing something: before any entry could take it. */
	for (size_t i = 0; i < arch_count; i++)
		host_runs(&arch_table[i]);
	random_seed(seed);
	while (!is_enough()) {
		make_table();
		for (size_t i = 0; i < CASES_A_WORLD; i++)
			try_file(&world_files[below(WORLD_FILES)], chance(50));
		if (table.busy >= 0)
			close(table.busy);
	}
	check_result();
	assert_int_equal(chdir("/"), 0);
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(walk__random_worlds__what_the_kernel_does),
	};

	if (argc > 1)
		case_count = (size_t)strtoul(argv[1], NULL, 10);
	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL) * 1000003U + (uint64_t)getpid();
	return ns_run(tests);
}
