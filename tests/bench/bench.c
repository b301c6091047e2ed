/* SPDX-License-Identifier: MIT */
/*
 * What commands cost beside the floor and other programs that do the same: bench FLOOR STATIC DYNAMIC [ROUNDS [SIZE]].
 * In one private namespace each round runs all of them in turn, so that a machine that slows down does so for all.
 */
#include "harness.h"

#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "interp.h"
#include "line.h"
#include "measure.h"

enum { ROUNDS = 15, WORDS = 128, ARCHS = 31 };

enum program { FLOOR, STATIC, DYNAMIC, SYSTEMD, UPDATE, SHELL, PROGRAMS };

static struct {
	const char *name, *path; /* NULL: this machine has none */
} programs[PROGRAMS] = {
    {"floor", NULL},
    {"static", NULL},
    {"dynamic", NULL},
    {"systemd-binfmt", "/usr/lib/systemd/systemd-binfmt"},
    {"update-binfmts", "/usr/sbin/update-binfmts"},
    {"sh", "/bin/sh"},
};

/* The architectures' entries that are there when a command begins. */
enum start { NONE, ALL_BUT_ONE, ALL };

#define ONE "qemu-aarch64"

/*
 * $ARCHS: the architectures' names; $PROGRAMS: a program of each; $LINES, $ONE: a file of their lines, of one line;
 * $RECORDS: update-binfmts' own; $DO: a shell script. Both builds run the same words.
 */
static const struct row {
	const char *name;
	enum start start;
	bool large; /* with many other entries too */
	const char *floor, *words, *systemd, *update, *shell;
} rows[] = {
    {"register 31", NONE, true, "register $LINES", "register $ARCHS", "$LINES", "$RECORDS --enable",
     "$DO register $LINES"},
    {"register all", NONE, false, "register $LINES", "register all", NULL, NULL, NULL},
    {"register 31 again", ALL, false, NULL, "register $ARCHS", NULL, NULL, NULL},
    {"register one", ALL_BUT_ONE, true, "register $ONE", "register aarch64", "$ONE", "$RECORDS --enable " ONE,
     "$DO register $ONE"},
    {"remove one", ALL, true, "write " ONE " -1", "remove aarch64", NULL, "$RECORDS --disable " ONE,
     "$DO write " ONE " -1"},
    {"disable one", ALL, true, "write " ONE " 0", "disable aarch64", NULL, NULL, "$DO write " ONE " 0"},
    {"enable one", ALL, true, "write " ONE " 1", "enable aarch64", NULL, NULL, "$DO write " ONE " 1"},
    {"list", ALL, true, "list", "list", NULL, "$RECORDS --display", "$DO list"},
    {"list --json", ALL, true, "list", "list --json", NULL, NULL, NULL},
    {"status", ALL, true, "list", "status", NULL, NULL, NULL},
    {"match", ALL, true, "list", "match /bin/true", NULL, "$RECORDS --find /bin/true", NULL},
    {"test", ALL, false, "run $PROGRAMS", "test", NULL, NULL, NULL},
    {"refresh", ALL, true, "list", "refresh", NULL, NULL, NULL},
    {"doctor", ALL, true, "list", "doctor", NULL, NULL, NULL},
};

/* An architecture, the name of its entry, and the line that registers it. */
static struct {
	char *arch, *program, name[RULE_NAME_MAX + 1], interpreter[INTERP_PATH_MAX], line[RULE_LINE_MAX];
	size_t len;
} entries[ARCHS];
static size_t entry_count;

static char *lines_file, *one_file, *records_folder, *script_file, *log_file;
static int rounds = ROUNDS;

/* Whether this machine may run it itself: then a command that meets it tries that first, with a process. */
static bool
is_tried(const struct arch *arch)
{
	for (const char *const *native = arch->natives; *native; native++)
		if (strcmp(*native, host_machine()) == 0)
			return true;
	return false;
}

/* The first architectures that only an installed interpreter can run here, and whose word means one entry. */
static void
choose_archs(void)
{
	const struct arch *same[ARCH_GROUP_MAX];

	for (const struct arch *arch = arch_table; arch < arch_table + arch_count && entry_count < ARCHS; arch++) {
		char *path = entries[entry_count].interpreter;
		struct rule rule = {.flags = RULE_F | RULE_P, .interpreter = path};

		if (arch->group || arch_select(arch->name, same) > 1 || is_tried(arch) ||
		    interp_find(arch, NULL, 0, true, path).is != LOOK_YES)
			continue;
		entries[entry_count].arch = strdup(arch->name);
		entries[entry_count].program = probe_program(arch->name, arch->name);
		arch_entry_name(arch, entries[entry_count].name);
		rule.name = entries[entry_count].name;
		rule.pattern = arch_pattern(arch);
		assert_null(line_format(&rule, true, entries[entry_count].line, &entries[entry_count].len));
		entry_count++;
	}
}

static char *
write_lines(const char *file, const char *only)
{
	char *path = scratch_file(file);
	FILE *f = fopen(path, "we");

	for (size_t i = 0; f && i < entry_count; i++)
		if (!only || strcmp(only, entries[i].name) == 0)
			fprintf(f, "%.*s\n", (int)entries[i].len, entries[i].line);
	if (!f || fclose(f) != 0)
		fail_msg("%s cannot be written", path);
	return path;
}

/* update-binfmts knows what was once installed by it. */
static void
write_records(void)
{
	records_folder = scratch_folder("records");
	for (size_t i = 0; programs[UPDATE].path && i < entry_count; i++) {
		const char *magic = strstr(entries[i].line, ":M:0:") + 5, *mask = strchr(magic, ':') + 1;

		expect(shell("/usr/sbin/update-binfmts --admindir '%s' --install %s '%s' --magic '%.*s' --mask '%.*s' "
			     "--fix-binary "
			     "yes --preserve yes",
			     records_folder, entries[i].name, entries[i].interpreter, (int)(mask - 1 - magic), magic,
			     (int)strcspn(mask, ":"), mask),
		       0, NULL, NULL);
	}
}

static void
prepare_all(void)
{
	choose_archs();
	lines_file = write_lines("lines.conf", NULL);
	one_file = write_lines("one.conf", ONE);
	script_file =
	    scratch_text("do",
			 "cd " MOUNT "\ncase $1 in\nregister) while read -r l; do echo \"$l\" >register; done <$2 ;;\n"
			 "write) echo \"$3\" >\"$2\" ;;\nlist) exec cat * ;;\nesac\n",
			 0755);
	for (size_t i = SYSTEMD; i < PROGRAMS; i++)
		if (access(programs[i].path, X_OK) < 0)
			programs[i].path = NULL;
	log_file = scratch_file("log");
	write_records();
}

static void
set_entries(enum start start)
{
	for (size_t i = 0; i < entry_count; i++) {
		bool wanted = start == ALL || (start == ALL_BUT_ONE && strcmp(entries[i].name, ONE) != 0);

		mount_write(entries[i].name, "-1", 2);
		if (wanted && mount_write("register", entries[i].line, entries[i].len) != 0)
			fail_msg("%s cannot be registered", entries[i].name);
	}
}

/* Others' entries that nothing here asks for: each has bytes of its own at 0, and flag F, as nearly all have. */
static void
add_others(size_t count)
{
	for (size_t i = 0; i < count; i++)
		register_line(":other-%zu:M:0:\\xfe\\x%02zx\\x%02zx\\xfe::/bin/true:F", i, i >> 8, i & 255);
}

/* The words of a command; they point into `text`, which must stay. */
static char *const *
command(enum program program, const char *words, char *text, size_t size)
{
	static char *argv[WORDS], admindir[] = "--admindir";
	size_t n = 0;

	snprintf(text, size, "%s", words);
	argv[n++] = (char *)(uintptr_t)programs[program].path;
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		if (strcmp(word, "$ARCHS") == 0)
			for (size_t i = 0; i < entry_count; i++)
				argv[n++] = entries[i].arch;
		else if (strcmp(word, "$PROGRAMS") == 0)
			for (size_t i = 0; i < entry_count; i++)
				argv[n++] = entries[i].program;
		else if (strcmp(word, "$RECORDS") == 0)
			argv[n++] = admindir, argv[n++] = records_folder;
		else
			argv[n++] = strcmp(word, "$LINES") == 0 ? lines_file
				    : strcmp(word, "$ONE") == 0 ? one_file
				    : strcmp(word, "$DO") == 0  ? script_file
								: word;
	}
	argv[n] = NULL;
	return argv;
}

static void
run_row(const struct row *row, size_t others)
{
	const char *const words[PROGRAMS] = {row->floor, row->words, row->words, row->systemd, row->update, row->shell};
	static struct costs costs[PROGRAMS];
	char text[1024];
	long calls, peak;

	memset(costs, 0, sizeof(costs));
	for (int round = 0; round < rounds; round++)
		for (enum program p = FLOOR; p < PROGRAMS; p++) {
			if (!words[p] || !programs[p].path)
				continue;
			set_entries(row->start);
			if (measure(command(p, words[p], text, sizeof(text)), &costs[p]) < 0)
				fail_msg("%s cannot be run", programs[p].path);
		}
	set_entries(row->start);
	calls = measure_syscalls(command(STATIC, row->words, text, sizeof(text)), log_file);
	set_entries(row->start);
	peak = measure_peak(command(STATIC, row->words, text, sizeof(text)), programs[FLOOR].path, log_file);
	printf("%-18s %6zu", row->name, others + entry_count);
	for (enum program p = FLOOR; p < PROGRAMS; p++)
		if (costs[p].rounds)
			printf(" %8.0f/%-8.0f", costs_median_cpu(&costs[p]), costs_least_wall(&costs[p]));
		else
			printf(" %17s", "-        ");
	if (costs[FLOOR].rounds)
		printf(" %6.2f", costs_median_cpu(&costs[STATIC]) / costs_median_cpu(&costs[FLOOR]));
	else
		printf(" %6s", "-");
	printf(" %7ld %6ld %6ld%s\n", calls, costs[STATIC].faults, peak, costs[STATIC].status ? "  (not 0)" : "");
	fflush(stdout);
}

/* What a table costs each exec of the machine: its entries are all passed over, or all but the last. */
static void
run_execs(size_t rest)
{
	static const size_t others[] = {0, 0, 1000, 10000};
	static struct costs costs;
	char *native[] = {(char *)(uintptr_t)programs[FLOOR].path, NULL}, *script[2] = {NULL}, *foreign[2] = {NULL},
	     *text;
	char *const *const kinds[] = {native, script, foreign};
	static const char *const names[] = {"native", "script", "emulated"};

	assert_true(asprintf(&text, "#!%s\n", realpath(programs[FLOOR].path, NULL)) > 0);
	script[0] = scratch_text("script", text, 0755);
	foreign[0] = probe_program(entries[0].arch, "foreign");
	printf("\nan exec of a program, wall, least of %d, by the entries there\n%-18s", rounds * 20, "");
	for (size_t i = 0; i < LENGTH(others); i++)
		printf(" %8zu", others[i] + (i ? entry_count : 0));
	for (size_t k = 0; k < LENGTH(kinds); k++) {
		printf("\n%-18s", names[k]);
		for (size_t i = 0; i < LENGTH(others) && others[i] <= rest; i++) {
			ns_empty();
			set_entries(i ? ALL : NONE);
			add_others(others[i]);
			costs.rounds = 0;
			for (int n = 0; n < rounds * 20 && n < ROUNDS_MAX && (i || kinds[k] != foreign); n++)
				if (measure(kinds[k], &costs) < 0)
					fail_msg("%s cannot be run", *kinds[k]);
			if (costs.rounds)
				printf(" %8.0f", costs_least_wall(&costs));
			else
				printf(" %8s", "-");
			fflush(stdout);
		}
	}
	printf("\n");
}

/* What it costs to have handlers of one's own, beside a namespace without them. */
static void
run_starts(void)
{
	char *path = (char *)(uintptr_t)programs[FLOOR].path, *tool_path = (char *)(uintptr_t)programs[STATIC].path;
	char *bare[] = {path, NULL};
	char *own[] = {tool_path, (char *)"exec", (char *)"--arch", entries[0].arch, path, NULL};
	char *unshared[] = {(char *)"/usr/bin/unshare", (char *)"-Urm", path, NULL};
	char *const *const kinds[] = {bare, own, unshared};
	static const char *const names[] = {"bare", "exec", "unshare -Urm"};
	static struct costs costs[LENGTH(kinds)];

	if (access(unshared[0], X_OK) < 0)
		return;
	for (int round = 0; round < rounds * 4 && round < ROUNDS_MAX; round++)
		for (size_t k = 0; k < LENGTH(kinds); k++)
			if (measure(kinds[k], &costs[k]) < 0)
				fail_msg("%s cannot be run", *kinds[k]);
	printf("\nstart of a program: CPU, median / wall, least");
	for (size_t k = 0; k < LENGTH(kinds); k++)
		printf("\n%-18s %8.0f/%-8.0f", names[k], costs_median_cpu(&costs[k]), costs_least_wall(&costs[k]));
	printf("\nexec to unshare    %8.2f\n", costs_median_cpu(&costs[1]) / costs_median_cpu(&costs[2]));
}

int
main(int argc, char *argv[])
{
	static const size_t sizes[] = {0, 1000, 10000};
	const char *reason = ns_enter();

	if (argc < 4 || reason) {
		fprintf(stderr, "%s\n", reason ? reason : "usage: bench FLOOR STATIC DYNAMIC [ROUNDS [SIZE]]");
		return 1;
	}
	for (enum program p = FLOOR; p <= DYNAMIC; p++)
		programs[p].path = argv[1 + p];
	if (argc > 4)
		rounds = (int)strtol(argv[4], NULL, 10);
	ns_empty();
	prepare_all();
	printf("microseconds: CPU, median of %d rounds / wall, least\n%-18s %6s", rounds, "", "there");
	for (enum program p = FLOOR; p < PROGRAMS; p++)
		printf(" %17s", programs[p].name);
	printf(" %6s %7s %6s %6s\n", "ratio", "calls", "faults", "KiB");
	for (size_t i = 0; i < LENGTH(sizes) && (argc < 6 || sizes[i] <= strtoul(argv[5], NULL, 10)); i++) {
		ns_empty();
		add_others(sizes[i]);
		for (size_t r = 0; r < LENGTH(rows); r++)
			if (i == 0 || rows[r].large)
				run_row(&rows[r], sizes[i]);
	}
	run_starts();
	run_execs(argc < 6 ? SIZE_MAX : strtoul(argv[5], NULL, 10));
	return 0;
}
