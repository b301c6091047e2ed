/* SPDX-License-Identifier: MIT */
/*
 * `register all` keeps what works, build/tests/kernel/keeps [SEED]: tables made at random from lines that systems have
 * (keeps.rules), programs of every architecture and their variants executed before and after. What ran runs, a second
 * run finds nothing to do, a dry run says the same, and no exec fails meanwhile.
 */
#include "harness.h"

#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "line.h"
#include "probe.h"
#include "random.h"

enum {
	TABLES = 40,
	TABLES_MAX = 400, /* until each kind of outcome was among them */
	ENTRIES = 14,     /* at most, of a table */
	LINES_MAX = 128,
	VARIANTS = 4,
	FIRE_ROUNDS = 6,
	FIRE_EXECS = 300,
	EXECUTORS = 2,
	RAN = PROBE_STATUS,
};

/* A rule that can be changed before it is registered. */
struct line {
	struct rule rule;
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];
};

static struct line lines[LINES_MAX];
static size_t line_count;
static char *programs[ARCH_ROWS_MAX][VARIANTS], *dir, *their_interpreter;

static bool
is_foreign(size_t row)
{
	return host_runs(&arch_table[row]).is == LOOK_NO;
}

/* On x86-64 what is said of its own programs is said of aarch64's, as nothing but this machine itself can have them. */
static void
transplant(struct line *line)
{
	static const unsigned char own[] = {0x3e, 0};
	size_t at = offsetof(Elf64_Ehdr, e_machine);

	if (host_arch() == arch_find("x86_64") && line->rule.pattern.size > at + 1 &&
	    memcmp(line->magic + at, own, sizeof(own)) == 0)
		line->magic[at] = EM_AARCH64;
}

static void
read_lines(void)
{
	char *text = strdup(slurp("tests/kernel/keeps.rules")), *rest = text, *word;

	while ((word = strsep(&rest, "\n"))) {
		struct line *line = &lines[line_count];
		char *tab = strchr(word, '\t');

		if (!tab || *word == '#')
			continue;
		assert_true(line_count < LINES_MAX);
		assert_null(line_parse(tab + 1, strlen(tab + 1), &line->rule));
		memcpy(line->magic, line->rule.pattern.magic, line->rule.pattern.size);
		for (size_t i = 0; i < line->rule.pattern.size; i++)
			line->mask[i] = pattern_mask(&line->rule.pattern, i);
		line->rule.name = strdup(line->rule.name);
		transplant(line);
		line_count++;
	}
	free(text);
}

/* Programs as linkers also write them: another OS ABI, padding that is not zero, position independent. */
static void
make_program(size_t row, size_t variant)
{
	unsigned char elf[PROBE_MAX];
	size_t size = probe_build(&arch_table[row], 1, elf), type = offsetof(Elf32_Ehdr, e_type);
	char name[64];

	if (variant == 1)
		elf[EI_OSABI] = ELFOSABI_GNU;
	if (variant == 2)
		memset(elf + EI_ABIVERSION, 1, EI_NIDENT - EI_ABIVERSION);
	if (variant == 3)
		elf[elf[EI_DATA] == ELFDATA2MSB ? type + 1 : type] = ET_DYN;
	snprintf(name, sizeof(name), "%s.%zu", arch_table[row].name, variant);
	programs[row][variant] = scratch_file(name);
	spill(programs[row][variant], elf, size, 0755);
}

static void
emulator_path(size_t row, char path[static 4096])
{
	snprintf(path, 4096, "%s/%s-static", dir, arch_table[row].interpreter);
}

/* Installs an architecture's interpreter in the folder that the tool is told, or takes it away. */
static void
install(size_t row, bool there)
{
	char path[4096];

	emulator_path(row, path);
	unlink(path);
	if (there)
		assert_int_equal(link(tiny_interpreter(), path), 0);
}

/* Hides the machine's own interpreters: only those of the folder count. */
static void
hide(const char *folder, const char *suffix, size_t row)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s%s", folder, arch_table[row].interpreter, suffix);
	if (access(path, F_OK) == 0)
		assert_int_equal(mount("/dev/null", path, NULL, MS_BIND, NULL), 0);
}

static int
setup(void **state)
{
	ns_setup(state);
	for (size_t i = 0; dir && i < arch_count; i++)
		install(i, true);
	if (dir)
		return 0;
	dir = scratch_folder("dir");
	their_interpreter = tiny_copy("theirs");
	read_lines();
	for (size_t i = 0; i < arch_count; i++) {
		static const char *const folders[] = {"/usr/bin", "/usr/local/bin", "/bin"};

		for (size_t k = 0; k < LENGTH(folders); k++) {
			hide(folders[k], "", i);
			hide(folders[k], "-static", i);
		}
		for (size_t k = 0; k < VARIANTS; k++)
			make_program(i, k);
		install(i, true);
	}
	return 0;
}

static void
escape(char *text, const unsigned char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		sprintf(text + 4 * i, "\\x%02x", bytes[i]);
}

/* Registers a rule past binfmtctl. False: not this one, it is for what this machine needs, or the name is taken. */
static bool
plant(const struct line *line, const char *name)
{
	char magic[4 * PATTERN_WINDOW + 1], mask[4 * PATTERN_WINDOW + 1], flags[RULE_FLAGS_MAX], text[REGISTER_MAX];
	struct pattern pattern = line->rule.pattern;
	int len;

	pattern.magic = line->magic;
	pattern.mask = line->mask;
	if (pattern_takes(&pattern, host_own()) || is_entry(name))
		return false;
	escape(magic, line->magic, pattern.size);
	escape(mask, line->mask, pattern.size);
	rule_format_flags(line->rule.flags, NULL, flags);
	len = snprintf(text, sizeof(text), ":%s:M:%u:%s:%s:%s:%s", name, pattern.offset, magic, mask, their_interpreter,
		       flags);
	assert_int_equal(mount_write("register", text, (size_t)len), 0);
	return true;
}

/* Makes a line wider or narrower than it is. */
static void
change(struct line *line)
{
	struct pattern *p = &line->rule.pattern;
	size_t type = offsetof(Elf32_Ehdr, e_type), machine = offsetof(Elf32_Ehdr, e_machine);

	if (p->offset || p->size < machine + 2)
		return;
	if (chance(25))
		p->size = (uint16_t)(machine + 2); /* without e_flags */
	if (chance(15))
		line->mask[EI_OSABI] = 0xff;
	if (chance(10))
		line->mask[type] = line->mask[type + 1] = 0xff;
	if (chance(4))
		line->mask[machine] = line->mask[machine + 1] = 0;
}

static void
plant_any(size_t number)
{
	struct line line = lines[below(line_count)];
	char name[64];

	change(&line);
	if (chance(75))
		snprintf(name, sizeof(name), "%s", line.rule.name);
	else if (chance(60))
		snprintf(name, sizeof(name), "qemu-%s", arch_table[below(arch_count)].name);
	else
		snprintf(name, sizeof(name), "other-%zu", number);
	if (plant(&line, name) && chance(20))
		assert_int_equal(mount_write(name, "0", 1), 0);
}

/* Whether each program runs; returns how many of the foreign ones do. */
static size_t
execute_all(bool ran[ARCH_ROWS_MAX][VARIANTS])
{
	size_t count = 0;

	for (size_t i = 0; i < arch_count; i++)
		for (size_t k = 0; k < VARIANTS; k++) {
			ran[i][k] = exec_status(programs[i][k]) == RAN;
			count += ran[i][k] && is_foreign(i);
		}
	return count;
}

/* A dry run's text as the run itself would say it, on the heap. */
static char *
as_done(const char *out)
{
	char *text = strdup(out), *to = text;

	while (*out) {
		size_t line = strcspn(out, "\n") + 1;
		const char *would = strstr(out, ": would be ");

		if (strncmp(out, "  write ", 8) != 0 && would && would < out + line) {
			to += sprintf(to, "%.*s: ", (int)(would - out), out);
			to += sprintf(to, "%.*s", (int)(out + line - would - 11), would + 11);
		} else if (strncmp(out, "  write ", 8) != 0) {
			to += sprintf(to, "%.*s", (int)line, out);
		}
		out += line;
	}
	*to = '\0';
	return text;
}

static size_t
count_of(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text++)
		count++;
	return count;
}

/* What all tables came to. */
static struct {
	size_t ran, more, replaced, kept, failed, skipped;
} sums;

/*
 * Whoever has an interpreter runs now, unless its entry is disabled, it was said that it could not be, or an entry of
 * another name has it: what that one ran before it runs after, and no more.
 */
static void
expect_handled(const struct run *r, const bool disabled[], const bool installed[], bool after[ARCH_ROWS_MAX][VARIANTS])
{
	for (size_t i = 0; i < arch_count; i++) {
		char refused[80], handled[80];

		snprintf(refused, sizeof(refused), "binfmtctl: qemu-%s: ", arch_table[i].name);
		snprintf(handled, sizeof(handled), "qemu-%s: skipped (entry ", arch_table[i].name);
		if (installed[i] && is_foreign(i) && !disabled[i] && !after[i][0] && !strstr(r->err, refused) &&
		    !strstr(r->out, handled))
			fail_msg("%s has an interpreter and does not run:\n%s%s", arch_table[i].name, r->out, r->err);
	}
}

static void
try_table(uint64_t seed)
{
	bool before[ARCH_ROWS_MAX][VARIANTS], after[ARCH_ROWS_MAX][VARIANTS];
	bool disabled[ARCH_ROWS_MAX], installed[ARCH_ROWS_MAX];
	size_t entries = below(ENTRIES + 1), chance_of_one = one_of((size_t[]){100, 90, 50}, 3);
	char *was, *then, *now, *dry;
	const struct run *r;

	ns_empty();
	for (size_t i = 0; i < entries; i++)
		plant_any(i);
	for (size_t i = 0; i < arch_count; i++) {
		char name[64], path[4096];

		emulator_path(i, path);
		snprintf(name, sizeof(name), "qemu-%s", arch_table[i].name);
		disabled[i] = is_entry(name) && !is_enabled(name);
		if (!arch_table[i].group)
			install(i, chance((unsigned)chance_of_one));
	}
	for (size_t i = 0; i < arch_count; i++) {
		char path[4096];

		emulator_path(i, path);
		installed[i] = access(path, X_OK) == 0;
	}
	was = instance();
	sums.ran += execute_all(before);
	dry = as_done(tool("-n", "register", "all", "--interpreter-dir", dir, NULL)->out);
	expect_instance(was);
	r = tool("register", "all", "--interpreter-dir", dir, NULL);
	sums.more += execute_all(after);
	for (size_t i = 0; i < arch_count; i++)
		for (size_t k = 0; k < VARIANTS; k++)
			if (before[i][k] && !after[i][k])
				fail_msg("seed %lu: %s.%zu ran before and does not now; the table was\n%s\n%s%s",
					 (unsigned long)seed, arch_table[i].name, k, was, r->out, r->err);
	expect_handled(r, disabled, installed, after);
	expect_text("dry run", dry, r->out);
	sums.replaced += count_of(r->out, ": replaced");
	sums.skipped += count_of(r->out, ": skipped (entry ");
	sums.kept += count_of(r->err, "keeps its magic");
	sums.failed += count_of(r->err, "takes other files");
	then = instance();
	r = tool("register", "all", "--interpreter-dir", dir, NULL);
	now = instance();
	if (strstr(r->out, ": re") || strcmp(then, now) != 0)
		fail_msg("seed %lu: the second run changes something; the table was\n%s\n%s%s", (unsigned long)seed,
			 was, r->out, r->err);
	free(was);
	free(then);
	free(now);
	free(dry);
}

static uint64_t first_seed;

static void
all__random_tables_of_real_lines__what_ran_runs(void **state)
{
	uint64_t seed = first_seed ? first_seed : (uint64_t)time(NULL);
	size_t tables = 0;

	(void)state;
	do {
		random_seed(seed + tables);
		try_table(seed + tables);
		tables++;
	} while (!first_seed && tables < TABLES_MAX && (tables < TABLES || sums.kept < 3 || sums.failed < 3));
	printf("%zu tables from %zu lines: %zu programs ran before, %zu after; %zu entries replaced, %zu kept their "
	       "magic, %zu stood in the way, %zu skips\n",
	       tables, line_count, sums.ran, sums.more, sums.replaced, sums.kept, sums.failed, sums.skipped);
	if (first_seed)
		return;
	assert_true(line_count > 80);
	assert_true(sums.ran > TABLES * 10 && sums.more > sums.ran * 2);
	assert_true(sums.replaced > TABLES && sums.skipped > TABLES / 2);
	assert_true(sums.kept >= 3 && sums.failed >= 3);
}

/* The stock table of a source. */
static void
plant_all(const char *source)
{
	char *text = strdup(slurp("tests/kernel/keeps.rules")), *rest = text, *word;
	size_t i = 0;

	while ((word = strsep(&rest, "\n"))) {
		if (!strchr(word, '\t') || *word == '#')
			continue;
		if (strncmp(word, source, strlen(source)) == 0 && word[strlen(source)] == '\t')
			plant(&lines[i], lines[i].rule.name);
		i++;
	}
	free(text);
}

static struct shared {
	atomic_bool stop, failed;
	atomic_ulong execs;
} * shared;

/* Executes what ran before, over and over; in a process of its own. */
static pid_t
start_executor(bool ran[ARCH_ROWS_MAX][VARIANTS])
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (size_t i = below(arch_count); !atomic_load(&shared->stop); i = (i + 1) % arch_count)
		for (size_t k = 0; k < VARIANTS; k++)
			if (ran[i][k] && is_foreign(i)) {
				if (exec_status(programs[i][k]) != RAN)
					atomic_store(&shared->failed, true);
				atomic_fetch_add(&shared->execs, 1);
			}
	_exit(0);
}

static void
wait_for_execs(unsigned long count)
{
	unsigned long from = atomic_load(&shared->execs);

	while (atomic_load(&shared->execs) < from + count)
		usleep(1000);
}

/* Runs the tool while programs that ran before are executed; returns how many were meanwhile. */
static unsigned long
register_under_fire(bool ran[ARCH_ROWS_MAX][VARIANTS], const char *operand, const char *said)
{
	pid_t executors[EXECUTORS];
	unsigned long from;

	shared =
	    shared ? shared : mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	memset(shared, 0, sizeof(*shared));
	for (size_t i = 0; i < EXECUTORS; i++)
		executors[i] = start_executor(ran);
	wait_for_execs(20);
	from = atomic_load(&shared->execs);
	expect(tool("register", operand, "--interpreter-dir", dir, NULL), 0, said, NULL);
	from = atomic_load(&shared->execs) - from;
	wait_for_execs(200);
	atomic_store(&shared->stop, true);
	for (size_t i = 0; i < EXECUTORS; i++)
		assert_int_equal(waitpid(executors[i], NULL, 0), executors[i]);
	assert_false(atomic_load(&shared->failed));
	return from;
}

/* Leaves the programs of those that are handled by an entry of another's name, and so by another one afterwards. */
static void
leave_those_at_risk(bool ran[ARCH_ROWS_MAX][VARIANTS])
{
	static const char *const names[] = {"microblaze-old", "mips", "mipsn32", "mipsel", "mipsn32el"};

	for (size_t i = 0; i < arch_count; i++) {
		bool found = false;

		for (size_t k = 0; k < LENGTH(names); k++)
			found |= strcmp(arch_table[i].name, names[k]) == 0;
		if (!found)
			memset(ran[i], 0, sizeof(ran[i]));
	}
}

static void
fire__all_over_stock_tables__no_exec_fails(void **state)
{
	static const char *const sources[] = {"Debian 12", "qemu-binfmt-conf.sh before e_flags"};
	bool ran[ARCH_ROWS_MAX][VARIANTS];
	unsigned long execs = 0;

	(void)state;
	need_ptrace();
	for (size_t i = 0; i < FIRE_ROUNDS || execs < FIRE_EXECS; i++) {
		ns_empty();
		plant_all(sources[i % LENGTH(sources)]);
		assert_true(execute_all(ran) > VARIANTS);
		leave_those_at_risk(ran);
		execs += register_under_fire(ran, "all", "replaced");
	}
	printf("%lu execs while `register all` ran\n", execs);
}

/* An operand that means two rows: the entry of the first one's name is for the second one's programs. */
static void
fire__both_microblazes_by_name__no_exec_fails(void **state)
{
	bool ran[ARCH_ROWS_MAX][VARIANTS];
	const struct run *r;

	(void)state;
	for (size_t i = 0; i < FIRE_ROUNDS; i++) {
		ns_empty();
		plant_all("Debian 12");
		execute_all(ran);
		for (size_t k = 0; k < arch_count; k++)
			if (strcmp(arch_table[k].name, "microblaze-old") != 0)
				memset(ran[k], 0, sizeof(ran[k]));
		register_under_fire(ran, "microblaze", "qemu-microblaze: replaced");
	}
	/* The moment between would be short: the order tells that there is none. */
	ns_empty();
	plant_all("Debian 12");
	r = tool("register", "microblaze", "--interpreter-dir", dir, NULL);
	assert_non_null(strstr(r->out, "qemu-microblaze-old: registered"));
	assert_non_null(strstr(strstr(r->out, "qemu-microblaze-old: registered"), "qemu-microblaze: replaced"));
}

static bool
runs(const char *arch)
{
	return exec_status(programs[arch_find(arch) - arch_table][0]) == RAN;
}

static const struct run *
register_all(const char *option)
{
	return tool("register", "all", "--interpreter-dir", dir, option, NULL);
}

static void
all__entry_for_the_other_microblaze__both_run(void **state)
{
	(void)state;
	need_ptrace();
	plant_all("Debian 12");
	assert_true(runs("microblaze-old") && !runs("microblaze"));
	expect(register_all(NULL), 0, "qemu-microblaze-old: registered", "");
	assert_true(runs("microblaze-old") && runs("microblaze"));
}

static void
all__keep__says_what_differs_and_changes_nothing(void **state)
{
	(void)state;
	plant_all("Debian 12");
	expect(register_all("--keep"), 1, "qemu-microblaze-old: skipped (entry qemu-microblaze handles", "--keep");
	assert_true(runs("microblaze-old") && !runs("microblaze"));
}

static void
all__wide_entry__kept_where_the_other_has_no_interpreter(void **state)
{
	(void)state;
	need_ptrace();
	plant_all("qemu-binfmt-conf.sh before e_flags");
	assert_int_equal(mount_write("qemu-mipsn32el", "-1", 2), 0);
	install((size_t)(arch_find("mipsn32el") - arch_table), false);
	expect(register_all(NULL), 0, "qemu-mipsel: unchanged",
	       "qemu-mipsel: warning: the entry takes more than programs for mipsel, and nothing else would take the "
	       "rest: it keeps its magic");
	assert_true(runs("mipsel") && runs("mipsn32el"));
	install((size_t)(arch_find("mipsn32el") - arch_table), true);
	expect(register_all(NULL), 0, "qemu-mipsel: replaced", NULL);
	assert_true(runs("mipsel") && runs("mipsn32el"));
}

/* A disabled entry takes no file: what is only its own is nobody's. */
static void
all__disabled_entry_for_it__handles_nothing(void **state)
{
	(void)state;
	need_ptrace();
	plant(&lines[1], "theirs"); /* alpha */
	assert_int_equal(mount_write("theirs", "0", 1), 0);
	expect(register_all(NULL), 0, "qemu-alpha: registered", "");
	assert_true(runs("alpha") && !is_enabled("theirs"));
}

/* The rest of a wide entry's files: another's entry would take it, but is disabled. */
static void
all__rest_of_a_wide_entry__no_disabled_one_takes_it(void **state)
{
	char *path = scratch_file("dir/qemu-mipsn32el-static");

	(void)state;
	need_ptrace();
	plant_all("qemu-binfmt-conf.sh before e_flags");
	unlink(path);
	assert_int_equal(mount_write("qemu-mipsn32el", "0", 1), 0);
	expect(register_all(NULL), 0, "qemu-mipsel: unchanged", "qemu-mipsel: warning: the entry takes more");
	assert_true(runs("mipsel") && runs("mipsn32el"));
	free(path);
}

/* The same where the run registers the one that could take it, which stays disabled. */
static void
all__rest_of_a_wide_entry__no_row_that_is_disabled_takes_it(void **state)
{
	(void)state;
	need_ptrace();
	plant_all("qemu-binfmt-conf.sh before e_flags");
	assert_int_equal(mount_write("qemu-mipsn32el", "0", 1), 0);
	expect(register_all(NULL), 0, "qemu-mipsel: unchanged", "qemu-mipsel: warning: the entry takes more");
	assert_true(runs("mipsel") && runs("mipsn32el") && !is_enabled("qemu-mipsn32el"));
}

/* A wide entry that is disabled keeps nothing running. */
static void
all__wide_entry_that_is_disabled__replaced_and_stays_so(void **state)
{
	char *path = scratch_file("dir/qemu-mipsn32el-static");

	(void)state;
	need_ptrace();
	plant_all("qemu-binfmt-conf.sh before e_flags");
	unlink(path);
	assert_int_equal(mount_write("qemu-mipsn32el", "-1", 2), 0);
	assert_int_equal(mount_write("qemu-mipsel", "0", 1), 0);
	expect(register_all(NULL), 0, "qemu-mipsel: replaced", NULL);
	assert_false(is_enabled("qemu-mipsel"));
	free(path);
}

/* The plan counts on a rule that the checks then refuse. */
static void
all__what_a_step_relies_on_fails__not_made(void **state)
{
	char *path = scratch_text("dir/qemu-mipsn32el-static", "#!/nonexistent\n", 0755);

	(void)state;
	plant_all("qemu-binfmt-conf.sh before e_flags");
	assert_int_equal(mount_write("qemu-mipsn32el", "-1", 2), 0);
	expect(register_all(NULL), 1, "qemu-mipsn32: replaced",
	       "qemu-mipsel: the entry of this name stays: it takes programs of an architecture that could not be "
	       "registered");
	assert_true(runs("mipsel") && runs("mipsn32el"));
	free(path);
}

static void
all__name_taken_by_something_else__refused_and_said(void **state)
{
	(void)state;
	register_line(":qemu-sh4:E::sh4::%s:", their_interpreter);
	expect(register_all(NULL), 1, "qemu-sh4eb: registered",
	       "binfmtctl: qemu-sh4: the entry of this name takes other files, which nothing would take without it "
	       "(binfmtctl register sh4 replaces it)");
	assert_non_null(strstr(entry_text("qemu-sh4"), "extension .sh4"));
	expect(tool("register", "sh4", "--interpreter-dir", dir, NULL), 0, "replaced", NULL);
	assert_true(runs("sh4"));
}

/* An entry that is not understood may take anything; one of ours in front of it is tried first. */
static void
all__behind_an_entry_not_understood__refused(void **state)
{
	(void)state;
	register_line("|odd|M||\\x41B||%s\nflags: |", their_interpreter);
	expect(tool("register", "arm", "--interpreter-dir", dir, NULL), 0, "registered", NULL);
	expect(register_all(NULL), 1, "qemu-arm: unchanged",
	       "binfmtctl: qemu-sh4: whether entry odd handles sh4 already cannot be told");
	assert_string_equal(entry_names(), "odd qemu-arm");
}

/* A temporary beside its entry goes when the run ends, and is no handler that stays. */
static void
all__temporary_of_a_killed_run__counts_as_what_it_will_be(void **state)
{
	(void)state;
	need_ptrace();
	plant(&lines[1], "theirs"); /* alpha; it was to become aarch64's */
	plant(&lines[0], ".binfmtctl~theirs");
	expect(register_all(NULL), 0, "qemu-alpha: skipped (entry theirs handles alpha already)", NULL);
	assert_string_equal(strstr(entry_names(), "theirs"), "theirs");
	assert_true(runs("aarch64") && runs("alpha"));
	ns_empty();
	plant(&lines[0], ".binfmtctl~theirs");
	expect(register_all(NULL), 0, "qemu-aarch64: skipped (entry theirs handles aarch64 already)", "");
	assert_true(is_entry("theirs"));
}

static void
all__switched_off__done_and_said(void **state)
{
	(void)state;
	need_ptrace();
	plant_all("Debian 12");
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(register_all(NULL), 0, "qemu-microblaze: replaced", "binfmt_misc is switched off");
	assert_int_equal(mount_write("status", "1", 1), 0);
	assert_true(runs("microblaze-old") && runs("microblaze"));
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(all__entry_for_the_other_microblaze__both_run, setup),
	    cmocka_unit_test_setup(all__keep__says_what_differs_and_changes_nothing, setup),
	    cmocka_unit_test_setup(all__wide_entry__kept_where_the_other_has_no_interpreter, setup),
	    cmocka_unit_test_setup(all__disabled_entry_for_it__handles_nothing, setup),
	    cmocka_unit_test_setup(all__rest_of_a_wide_entry__no_disabled_one_takes_it, setup),
	    cmocka_unit_test_setup(all__rest_of_a_wide_entry__no_row_that_is_disabled_takes_it, setup),
	    cmocka_unit_test_setup(all__wide_entry_that_is_disabled__replaced_and_stays_so, setup),
	    cmocka_unit_test_setup(all__what_a_step_relies_on_fails__not_made, setup),
	    cmocka_unit_test_setup(all__name_taken_by_something_else__refused_and_said, setup),
	    cmocka_unit_test_setup(all__behind_an_entry_not_understood__refused, setup),
	    cmocka_unit_test_setup(all__temporary_of_a_killed_run__counts_as_what_it_will_be, setup),
	    cmocka_unit_test_setup(all__switched_off__done_and_said, setup),
	    cmocka_unit_test_setup(fire__all_over_stock_tables__no_exec_fails, setup),
	    cmocka_unit_test_setup(fire__both_microblazes_by_name__no_exec_fails, setup),
	    cmocka_unit_test_setup(all__random_tables_of_real_lines__what_ran_runs, setup),
	};

	if (argc > 1)
		first_seed = strtoull(argv[1], NULL, 0);
	return ns_run(tests);
}
