/* SPDX-License-Identifier: MIT */
/* What is known from the entry before changes no word of what is said of an entry: random tables over random files. */
#include "harness.h"

#include <sys/stat.h>

#include "err.h"
#include "health.h"
#include "live.h"
#include "random.h"
#include "recall.h"
#include "snapshot.h"
#include "world.h"

enum {
	WORLDS = 40,
	ENTRIES = 60,
	SAID_MAX = 65536,
	LEAST = 100, /* entries of each way */
};

static struct {
	size_t examined, shared, not_shared, problems;
} result;

struct said {
	char text[SAID_MAX];
	size_t len;
};

static void
hear(void *arg, const struct err *problem)
{
	struct said *said = arg;

	said->len += (size_t)snprintf(said->text + said->len, SAID_MAX - said->len, "%s: %s; %s\n",
				      err_word(problem->code), problem->text, problem->fix);
	assert_true(said->len < SAID_MAX);
	result.problems++;
}

/* The first bytes of a file of the world, or an extension that its files have; not those of all native programs. */
static void
draw_pattern(struct pattern *p, unsigned char magic[static 256])
{
	const char *path = world_files[below(WORLD_FILES)].path;
	struct stat st;

	*p = (struct pattern){.type = PATTERN_EXTENSION, .extension = chance(50) ? "a" : "cc"};
	if (chance(15) || stat(path, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size < 60)
		return;
	memset(magic, 0, 256);
	read_head(path, magic);
	*p = (struct pattern){
	    .type = PATTERN_MAGIC, .size = chance(70) ? 52 : (uint16_t)(1 + below(52)), .magic = magic};
}

/* Several entries of one interpreter follow each other. */
static void
register_all(void)
{
	char interpreter[WORLD_PATH_MAX] = "/bin/true", name[16];
	unsigned char magic[256];
	unsigned flags = 0;

	for (size_t i = 0; i < ENTRIES; i++) {
		struct rule rule = {.name = name, .interpreter = interpreter};

		if (chance(15))
			world_name(WORLD_FILES, interpreter);
		if (chance(15))
			world_kind("native", interpreter);
		if (chance(15))
			flags = (unsigned)below(16);
		rule.flags = flags;
		snprintf(name, sizeof(name), "%se%zu", chance(5) ? ".binfmtctl~" : "", i);
		draw_pattern(&rule.pattern, magic);
		if (live_register(&rule) == 0 && chance(15))
			assert_int_equal(mount_write(name, "0", 1), 0);
	}
	register_raw(":unclear:E::x\ny::/bin/true:");
	if (chance(80))
		assert_int_equal(mount_write("unclear", "0", 1), 0);
}

/* Each entry by what is known from those before, and by nothing. */
static void
examine_all(void)
{
	static struct said all, alone;
	struct recall recall = {.of = NULL};
	struct handler handler;
	struct snapshot s;
	struct err err;

	assert_int_equal(snapshot_open(&s, MOUNT, &err), 0);
	if (chance(70))
		snapshot_prepare(&s);
	for (size_t i = 0; i < s.list.count; i++) {
		struct recall nothing = {.of = NULL};
		const struct entry *before = recall.of;

		if (!snapshot_shown(&s, i, &handler))
			continue;
		all.len = alone.len = 0;
		all.text[0] = alone.text[0] = '\0';
		health_examine(&s, NULL, &recall, &handler, hear, &all);
		health_examine(&s, NULL, &nothing, &handler, hear, &alone);
		if (strcmp(all.text, alone.text) != 0)
			fail_msg("%s, after %s:\n%snot\n%s", handler.name, before ? before->rule.name : "none",
				 alone.text, all.text);
		result.examined++;
		if (!recall.shared)
			result.not_shared++;
		else if (before && strcmp(before->rule.interpreter, handler.entry->rule.interpreter) == 0)
			result.shared++;
	}
	snapshot_close(&s);
}

static void
health__random_tables__the_same_with_what_is_known(void **state)
{
	(void)state;
	random_seed(1);
	for (int i = 0; i < WORLDS; i++) {
		ns_empty();
		world_make();
		register_all();
		examine_all();
	}
	print_message("%zu examined, %zu shared, %zu not, %zu problems\n", result.examined, result.shared,
		      result.not_shared, result.problems);
	assert_true(result.shared > LEAST && result.not_shared > LEAST && result.problems > LEAST);
}

/* One interpreter; the entry that is looked at first lets it be recall, and it is not so of the other. */
static void
health__next_entry_differs__seen(void **state)
{
	static char *file;

	(void)state;
	file = scratch_copy("/bin/true", "x.taken");
	/* it takes its interpreter itself */
	ns_empty();
	register_line(":self:E::taken::%s:", file);
	assert_int_equal(mount_write("self", "0", 1), 0);
	register_line(":first:E::a::%s:", file);
	examine_all();
	/* what takes the interpreter is the first one's own temporary */
	ns_empty();
	register_line(":.binfmtctl~first:E::taken::/nowhere/program:");
	register_line(":second:E::b::%s:", file);
	register_line(":first:E::a::%s:", file);
	examine_all();
	/* the file that the kernel holds was touched between the two */
	ns_empty();
	register_line(":second:E::b::%s:F", file);
	let_the_clock_tick();
	assert_int_equal(chmod(file, 0555), 0);
	let_the_clock_tick();
	register_line(":first:E::a::%s:F", file);
	examine_all();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(health__next_entry_differs__seen),
	    cmocka_unit_test(health__random_tables__the_same_with_what_is_known),
	};

	return ns_run(tests);
}
