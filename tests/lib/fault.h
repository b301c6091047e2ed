/* SPDX-License-Identifier: MIT */
/*
 * Runs of ./binfmtctl that a test disturbs by strace: where each starts, which of its syscalls touch the
 * mount, and what has to be true in the end.
 */
#ifndef FAULT_H
#define FAULT_H

#include "live.h"

#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "tempname.h"

enum { OLD = 41, NEW = 43, CALLS_MAX = 16, ARCHS = 3 };

static char strace[] = "/usr/bin/strace";
static char old_interpreter[4096], new_interpreter[4096], folder[4096], log_file[4096], variables[16384];
static const struct arch *archs[ARCHS];

/* How a run starts and what is asked for. */
struct scenario {
	const char *name;
	void (*start)(void);
	const char *command; /* of binfmtctl, with variables of the shell */
	const char *program; /* a handler for it is in force all the time; NULL: not in this one */
	bool sampled;        /* too many points to visit each */
};

/* The mount-touching syscalls of one undisturbed run, and what it leads to. */
struct course {
	size_t call_count;
	struct call {
		char name[32];
		size_t times;
	} calls[CALLS_MAX];
	char *wanted;
};

static inline struct rule
rule_of(const char *name, const char *interpreter, unsigned flags)
{
	return live_rule(name, "fire", interpreter, flags);
}

static inline void
start_empty(void)
{
	const struct rule other = live_rule("other", "other", "/bin/true", RULE_F);

	ns_setup(NULL);
	assert_int_equal(live_register(&other), 0);
}

static inline void
start_old(void)
{
	const struct rule old = rule_of("name", old_interpreter, RULE_F);

	start_empty();
	assert_int_equal(live_register(&old), 0);
}

static inline void
start_disabled(void)
{
	start_old();
	assert_int_equal(mount_write("name", "0", 1), 0);
}

static inline void
start_temporary(void)
{
	const struct rule old = rule_of(".binfmtctl~name", old_interpreter, RULE_F);

	start_empty();
	assert_int_equal(live_register(&old), 0);
}

static inline void
start_both(void)
{
	const struct rule old = rule_of(".binfmtctl~name", old_interpreter, RULE_F);

	start_old();
	assert_int_equal(live_register(&old), 0);
}

/* The handler of the second of three architectures is there already, and differs. */
static inline void
start_arch(void)
{
	struct rule rule = {.type = RULE_MAGIC, .enabled = true, .has_mask = true, .flags = RULE_F};

	start_empty();
	snprintf(rule.name, sizeof(rule.name), "qemu-%s", archs[1]->name);
	snprintf(rule.interpreter, sizeof(rule.interpreter), "%.1000s", old_interpreter);
	rule.size = archs[1]->size;
	memcpy(rule.magic, archs[1]->magic, rule.size);
	memcpy(rule.mask, archs[1]->mask, rule.size);
	assert_int_equal(live_register(&rule), 0);
}

/* All names and texts. On the heap. */
static inline char *
state_now(void)
{
	char names[1 << 14], *text = NULL, *save = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	snprintf(names, sizeof(names), "%s", live_names());
	for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
		fprintf(f, "%s\n%s", name, entry_text(name));
	fclose(f);
	return text;
}

/* Inode and text of the entry that is nobody's business. */
static inline const char *
bystander(void)
{
	static char text[RULE_TEXT_MAX + 64];
	struct stat st = {0};

	stat(MOUNT "/other", &st);
	snprintf(text, sizeof(text), "%lu %s", (unsigned long)st.st_ino, entry_text("other"));
	return text;
}

/* strace's words that pick what touches the mount: its folder, its two files, and all names that the run may use. */
static inline const char *
paths(void)
{
	static char words[1 << 14];
	size_t len = (size_t)snprintf(words, sizeof(words), "-P %s -P %s/register -P %s/status", MOUNT, MOUNT, MOUNT);
	char temporary[RULE_NAME_MAX + 1], name[RULE_NAME_MAX + 1] = "name";

	for (size_t i = 0; i <= arch_count; i++) {
		tempname_make(name, temporary);
		len += (size_t)snprintf(words + len, sizeof(words) - len, " -P %s/%s -P '%s/%s'", MOUNT, name, MOUNT,
					temporary);
		if (i < arch_count)
			snprintf(name, sizeof(name), "qemu-%s", arch_table[i].name);
	}
	assert_in_range(len, 1, sizeof(words) - 1);
	return words;
}

/* A run of the scenario's command under strace with more of its options. */
static inline const struct run *
traced(const struct scenario *s, const char *options)
{
	return shell("%sexec %s -o %s %s %s ./binfmtctl %s --timeout 0", variables, strace, log_file, paths(), options,
		     s->command);
}

static inline void
count_call(struct course *course, const char *line)
{
	size_t len = strcspn(line, "("), i = 0;

	if (line[len] != '(' || len >= sizeof(course->calls[0].name))
		return;
	while (i < course->call_count &&
	       (strncmp(course->calls[i].name, line, len) != 0 || course->calls[i].name[len] != '\0'))
		i++;
	assert_in_range(i, 0, CALLS_MAX - 1);
	if (i == course->call_count) {
		memcpy(course->calls[i].name, line, len);
		course->call_count++;
	}
	course->calls[i].times++;
}

/* Runs the scenario once undisturbed, and learns what there is to disturb. */
static inline void
learn(const struct scenario *s, struct course *course)
{
	char *log, *save = NULL;

	memset(course, 0, sizeof(*course));
	s->start();
	expect(traced(s, ""), 0, NULL, NULL);
	course->wanted = state_now();
	log = strdup(slurp(log_file));
	for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count_call(course, line);
	free(log);
}

static inline void
wrong(const struct scenario *s, const char *fault, const char *what, const struct run *r)
{
	fail_msg("%s, %s: %s\nstatus %d\nout: %s\nerr: %s\nentries: %s", s->name, fault, what, r->status, r->out,
		 r->err, live_names());
}

static inline bool
names_an_object(const char *text)
{
	return strstr(text, "binfmtctl: ") &&
	       (strstr(text, "name: ") || strstr(text, "qemu-") || strstr(text, MOUNT) || strstr(text, "lock"));
}

static inline int
run_program(const struct scenario *s)
{
	char path[8192];

	snprintf(path, sizeof(path), "%s/%s", scratch(), s->program ? s->program : "");
	return s->program ? live_exec(path) : NEW;
}

/* The next run, undisturbed, with no patience for a lock that somebody still holds. */
static inline void
heals(const struct scenario *s, const struct course *course, const char *fault)
{
	bool remove = strncmp(s->command, "remove", 6) == 0;
	const struct run *r =
	    shell("%s./binfmtctl %s --timeout 0 %s", variables, s->command, remove ? "--missing-ok" : "");
	char *after = state_now();

	if (r->status != 0)
		wrong(s, fault, "the next run failed", r);
	if (strcmp(after, course->wanted) != 0)
		wrong(s, fault, "the next run did not heal", r);
	free(after);
}

/* Three foreign architectures with interpreters of ours. */
static inline void
make_archs(void)
{
	char path[8192];
	size_t count = 0;

	for (size_t i = 0; i < arch_count && count < ARCHS; i++)
		if (!host_runs(&arch_table[i]) && !arch_table[i].group)
			archs[count++] = &arch_table[i];
	assert_int_equal(count, ARCHS);
	for (size_t i = 0; i < ARCHS; i++) {
		snprintf(path, sizeof(path), "%s/%s-static", folder, archs[i]->interpreter);
		copy_file(new_interpreter, path, 0755);
	}
	free(probe_program(archs[1]->name, "program.arch"));
	snprintf(path, sizeof(path), "%s/program.fire", scratch());
	spill(path, "foreign\n", 8, 0755);
}

/* Files for all tests; skips where there is no strace. */
static inline void
prepare(void)
{
	if (access(strace, X_OK) < 0)
		skip_because("%s is not installed", strace);
	if (*variables)
		return;
	snprintf(old_interpreter, sizeof(old_interpreter), "%s/old", scratch());
	snprintf(new_interpreter, sizeof(new_interpreter), "%s/new", scratch());
	snprintf(folder, sizeof(folder), "%s/interpreters", scratch());
	snprintf(log_file, sizeof(log_file), "%s/log", scratch());
	assert_int_equal(mkdir(folder, 0755), 0);
	if (!live_interpreter(old_interpreter, OLD) || !live_interpreter(new_interpreter, NEW))
		fail_msg("no C compiler to build an interpreter with");
	make_archs();
	/* The leak check of a sanitized build does not work under strace. */
	snprintf(variables, sizeof(variables),
		 "export ASAN_OPTIONS=detect_leaks=0; NEW='%s'; DIR='%s'; ARCHS='%s %s %s'; ", new_interpreter, folder,
		 archs[0]->name, archs[1]->name, archs[2]->name);
}

#define REPLACE "register --name name --extension fire --interpreter $NEW -f PF"

#endif
