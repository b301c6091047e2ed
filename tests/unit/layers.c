/* SPDX-License-Identifier: MIT */
/*
 * The direction of the source, seen in the objects: none needs a symbol that one of a higher folder
 * defines, judge and cli none of each other's, and the files form no circle. A text of `nm -A -g -P` is read:
 * "build/base/err.o: err_set T 0 5f", and "build/base/err.o: vsnprintf U" for what is needed.
 */
#include "harness.h"

enum { OBJECTS_MAX = 256, PATH_SIZE = 96, SYMBOL_SIZE = 96, SYMBOLS_MAX = 16384, TOLD_MAX = 1 << 16 };

static const struct layer {
	const char *folder;
	int floor;
} layers[] = {
    {"build/base/", 0},  {"build/rule/", 1}, {"build/kernel/", 2}, {"build/host/", 3},
    {"build/judge/", 4}, {"build/cli/", 4},  {"build/cmd/", 5},    {"build/", 6}, /* main.o, commands.o */
};

struct symbol {
	char name[SYMBOL_SIZE];
	size_t object;
};

/* What objects define and need, and which needs which; for each such pair a symbol. */
static struct graph {
	char objects[OBJECTS_MAX][PATH_SIZE];
	size_t object_count;
	struct symbol defined[SYMBOLS_MAX], needed[SYMBOLS_MAX];
	size_t defined_count, needed_count;
	const char *uses[OBJECTS_MAX][OBJECTS_MAX];
} graph;

/* What the searches found. */
static char told[TOLD_MAX];

__attribute__((format(printf, 1, 2))) static void
tell(const char *fmt, ...)
{
	size_t len = strlen(told);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(told + len, sizeof(told) - len, fmt, ap);
	va_end(ap);
}

/* The layer of an object: its whole folder must be known. */
static const struct layer *
layer_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) + 1 : 0;

	for (size_t i = 0; i < LENGTH(layers); i++)
		if (strlen(layers[i].folder) == len && strncmp(path, layers[i].folder, len) == 0)
			return &layers[i];
	return NULL;
}

static size_t
object_named(const char *path)
{
	size_t i = 0;

	while (i < graph.object_count && strcmp(graph.objects[i], path) != 0)
		i++;
	assert_true(i < OBJECTS_MAX);
	if (i == graph.object_count)
		strcpy(graph.objects[graph.object_count++], path);
	return i;
}

static void
keep_symbol(struct symbol *list, size_t *count, const char *name, size_t object)
{
	assert_true(*count < SYMBOLS_MAX);
	strcpy(list[*count].name, name);
	list[(*count)++].object = object;
}

static void
read_line(const char *line)
{
	char path[PATH_SIZE], name[SYMBOL_SIZE], type;
	size_t object;

	if (sscanf(line, "%95[^:]: %95s %c", path, name, &type) != 3)
		fail_msg("not a line of nm: %s", line);
	object = object_named(path);
	if (strchr("TDBRCVWGSiu", type))
		keep_symbol(graph.defined, &graph.defined_count, name, object);
	else if (strchr("Uvw", type))
		keep_symbol(graph.needed, &graph.needed_count, name, object);
}

static void
join(const struct symbol *needed)
{
	for (size_t i = 0; i < graph.defined_count; i++)
		if (strcmp(graph.defined[i].name, needed->name) == 0 && graph.defined[i].object != needed->object)
			graph.uses[needed->object][graph.defined[i].object] = needed->name;
}

/* Reads the text of nm; symbols that no object of ours defines are the libc's. */
static void
read_nm(const char *text)
{
	char *copy = strdup(text), *save = NULL;

	assert_non_null(copy);
	memset(&graph, 0, sizeof(graph));
	told[0] = '\0';
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		read_line(line);
	free(copy);
	for (size_t i = 0; i < graph.needed_count; i++)
		join(&graph.needed[i]);
}

static void
check_use(size_t user, size_t used)
{
	const struct layer *from = layer_of(graph.objects[user]), *to = layer_of(graph.objects[used]);

	if (!from || !to || to->floor < from->floor || to == from)
		return;
	tell("%s needs %s, which %s %s defines\n", graph.objects[user], graph.uses[user][used],
	     to->floor > from->floor ? "the higher" : "its neighbour", graph.objects[used]);
}

/* Whether all needs point downwards; told: a line for each that does not. */
static bool
points_downwards(void)
{
	for (size_t i = 0; i < graph.object_count; i++) {
		if (!layer_of(graph.objects[i]))
			tell("%s is in a folder that is no layer\n", graph.objects[i]);
		for (size_t k = 0; k < graph.object_count; k++)
			if (graph.uses[i][k])
				check_use(i, k);
	}
	return !*told;
}

static void
tell_circle(const size_t *way, size_t first, size_t last)
{
	tell("%s\n", graph.objects[way[first]]);
	for (size_t i = first; i <= last; i++) {
		size_t next = way[i < last ? i + 1 : first];

		tell("  needs %s of %s\n", graph.uses[way[i]][next], graph.objects[next]);
	}
}

/* Goes from the last object of the way to all that it needs. False if one of them is on the way. */
static bool
visit(size_t *way, size_t last, bool *seen)
{
	size_t object = way[last];

	seen[object] = true;
	for (size_t next = 0; next < graph.object_count; next++) {
		if (!graph.uses[object][next])
			continue;
		for (size_t i = 0; i <= last; i++)
			if (way[i] == next) {
				tell_circle(way, i, last);
				return false;
			}
		way[last + 1] = next;
		if (!seen[next] && !visit(way, last + 1, seen))
			return false;
	}
	return true;
}

/* Whether the objects form no circle; told: the first one. */
static bool
has_no_circle(void)
{
	size_t way[OBJECTS_MAX + 1];
	bool seen[OBJECTS_MAX] = {false};

	for (size_t i = 0; i < graph.object_count; i++) {
		way[0] = i;
		if (!seen[i] && !visit(way, 0, seen))
			return false;
	}
	return true;
}

static void
direction__downwards_and_beside__passes(void **state)
{
	(void)state;
	read_nm("build/base/err.o: err_set T 0 5f\n"
		"build/base/err.o: vsnprintf U\n"
		"build/base/text.o: text_quote T 0 10\n"
		"build/base/text.o: err_set U\n" /* of its own folder */
		"build/rule/line.o: rule_same T 0 10\n"
		"build/judge/check.o: check_rule T 0 10\n"
		"build/judge/check.o: rule_same U\n"
		"build/cli/opt.o: opt_parse T 0 10\n"
		"build/cli/opt.o: err_set U\n"
		"build/cmd/cmd_list.o: cmd_list T 0 10\n"
		"build/cmd/cmd_list.o: check_rule U\n"
		"build/cmd/cmd_list.o: opt_parse U\n"
		"build/commands.o: cmd_table D 0 10\n"
		"build/commands.o: cmd_list U\n"
		"build/main.o: main T 0 10\n"
		"build/main.o: cmd_table U\n");
	assert_true(points_downwards());
	assert_true(has_no_circle());
	assert_string_equal(told, "");
	assert_int_equal(graph.object_count, 8);
}

static void
direction__each_step_upwards__both_objects_and_the_symbol_named(void **state)
{
	static const char *const upwards[] = {"base/a", "rule/b", "kernel/c", "host/d", "judge/e", "cmd/f", "main"};
	char text[1024], wanted[1024];

	(void)state;
	for (size_t low = 0; low < LENGTH(upwards); low++)
		for (size_t high = low + 1; high < LENGTH(upwards); high++) {
			snprintf(text, sizeof(text), "build/%s.o: low U\nbuild/%s.o: low T 0 1\n", upwards[low],
				 upwards[high]);
			snprintf(wanted, sizeof(wanted), "build/%s.o needs low, which the higher build/%s.o defines\n",
				 upwards[low], upwards[high]);
			read_nm(text);
			assert_false(points_downwards());
			assert_string_equal(told, wanted);
			assert_true(has_no_circle());
			snprintf(text, sizeof(text), "build/%s.o: low U\nbuild/%s.o: low T 0 1\n", upwards[high],
				 upwards[low]);
			read_nm(text);
			assert_true(points_downwards());
		}
}

static void
direction__judge_and_cli__neither_of_the_other(void **state)
{
	(void)state;
	read_nm("build/judge/stale.o: json_string U\nbuild/cli/json.o: json_string T 0 1\n");
	assert_false(points_downwards());
	assert_string_equal(told,
			    "build/judge/stale.o needs json_string, which its neighbour build/cli/json.o defines\n");
	read_nm("build/cli/json.o: stale_of U\nbuild/judge/stale.o: stale_of T 0 1\n");
	assert_false(points_downwards());
	assert_string_equal(told, "build/cli/json.o needs stale_of, which its neighbour build/judge/stale.o defines\n");
}

/* Data counts as code does: a table of a higher folder, a variable without a value. */
static void
direction__data__counts(void **state)
{
	static const char types[] = "TDBRCVW";
	char text[256];

	(void)state;
	for (const char *type = types; *type; type++) {
		snprintf(text, sizeof(text), "build/base/hint.o: cmd_table U\nbuild/commands.o: cmd_table %c 0 1\n",
			 *type);
		read_nm(text);
		assert_false(points_downwards());
	}
	read_nm("build/base/hint.o: cmd_table w\nbuild/commands.o: cmd_table D 0 1\n");
	assert_false(points_downwards());
}

static void
direction__several_wrong__all_told(void **state)
{
	(void)state;
	read_nm("build/base/a.o: b U\nbuild/rule/b.o: b T 0 1\nbuild/rule/b.o: c U\nbuild/host/c.o: c T 0 1\n");
	assert_false(points_downwards());
	assert_string_equal(told, "build/base/a.o needs b, which the higher build/rule/b.o defines\n"
				  "build/rule/b.o needs c, which the higher build/host/c.o defines\n");
}

static void
direction__folder_that_is_no_layer__told(void **state)
{
	(void)state;
	read_nm("build/misc/a.o: a T 0 1\nbuild/base/deep/b.o: b T 0 1\n");
	assert_false(points_downwards());
	assert_string_equal(told, "build/misc/a.o is in a folder that is no layer\n"
				  "build/base/deep/b.o is in a folder that is no layer\n");
}

static void
circle__of_three__printed(void **state)
{
	(void)state;
	read_nm("build/base/start.o: one U\n"
		"build/base/one.o: one T 0 1\nbuild/base/one.o: two U\n"
		"build/base/two.o: two T 0 1\nbuild/base/two.o: three U\n"
		"build/base/three.o: three T 0 1\nbuild/base/three.o: one U\n");
	assert_true(points_downwards());
	assert_false(has_no_circle());
	assert_string_equal(told, "build/base/one.o\n"
				  "  needs two of build/base/two.o\n"
				  "  needs three of build/base/three.o\n"
				  "  needs one of build/base/one.o\n");
}

static void
circle__of_two_behind_clean_ones__found(void **state)
{
	(void)state;
	read_nm("build/cmd/a.o: b U\nbuild/cmd/a.o: c U\nbuild/host/b.o: b T 0 1\nbuild/host/b.o: c U\n"
		"build/rule/c.o: c T 0 1\nbuild/rule/c.o: d U\nbuild/rule/d.o: d T 0 1\nbuild/rule/d.o: c U\n");
	assert_false(has_no_circle());
	assert_string_equal(told, "build/rule/c.o\n"
				  "  needs d of build/rule/d.o\n"
				  "  needs c of build/rule/c.o\n");
}

/* Two ways to one object are no circle; nor is a symbol of its own. */
static void
circle__diamond_or_itself__none(void **state)
{
	(void)state;
	read_nm("build/cmd/a.o: a T 0 1\nbuild/cmd/a.o: a U\nbuild/cmd/a.o: b U\nbuild/cmd/a.o: c U\n"
		"build/host/b.o: b T 0 1\nbuild/host/b.o: d U\nbuild/host/c.o: c T 0 1\nbuild/host/c.o: d U\n"
		"build/base/d.o: d T 0 1\n");
	assert_true(has_no_circle());
	assert_string_equal(told, "");
}

/* The objects of this tree, but for those whose source is gone. */
static void
read_tree(void)
{
	const struct run *r;

	if (shell("command -v nm")->status != 0)
		skip_because("this machine has no nm");
	r = shell("for o in $(find build -name '*.o' ! -path 'build/tests/*' ! -path 'build/fuzz/*' | sort); do\n"
		  "source=${o#build/}; [ -f \"src/${source%%.o}.c\" ] || [ $o = build/rule/arch_table.o ] || continue\n"
		  "set -- \"$@\" $o; done; exec nm -A -g -P \"$@\"");
	expect(r, 0, "build/main.o: main T", "");
	read_nm(r->out);
	/* It says something only if there was something to look at. */
	for (size_t i = 0; i < LENGTH(layers); i++) {
		size_t count = 0;

		for (size_t k = 0; k < graph.object_count; k++)
			count += layer_of(graph.objects[k]) == &layers[i];
		if (!count)
			fail_msg("there is no object in %s", layers[i].folder);
	}
	assert_true(graph.needed_count > 200);
}

static void
tree__direction__downwards(void **state)
{
	(void)state;
	read_tree();
	if (points_downwards())
		return;
	fputs(told, stderr);
	fail();
}

static void
tree__circles__none(void **state)
{
	(void)state;
	read_tree();
	if (has_no_circle())
		return;
	fprintf(stderr, "a circle: %s", told);
	fail();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(direction__downwards_and_beside__passes),
	    cmocka_unit_test(direction__each_step_upwards__both_objects_and_the_symbol_named),
	    cmocka_unit_test(direction__judge_and_cli__neither_of_the_other),
	    cmocka_unit_test(direction__data__counts),
	    cmocka_unit_test(direction__several_wrong__all_told),
	    cmocka_unit_test(direction__folder_that_is_no_layer__told),
	    cmocka_unit_test(circle__of_three__printed),
	    cmocka_unit_test(circle__of_two_behind_clean_ones__found),
	    cmocka_unit_test(circle__diamond_or_itself__none),
	    cmocka_unit_test(tree__direction__downwards),
	    cmocka_unit_test(tree__circles__none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
