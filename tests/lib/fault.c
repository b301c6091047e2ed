/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "entry.h"
#include "host.h"
#include "tempname.h"

char fault_log[4096], fault_variables[16384];
static char folder[4096];
const struct arch *fault_archs[FAULT_ARCHS];

struct rule
fault_rule(const char *name, const char *interpreter, unsigned flags)
{
	return live_rule(name, "fire", interpreter, flags);
}

void
fault_start_empty(void)
{
	const struct rule other = live_rule("other", "other", "/bin/true", RULE_F);

	ns_setup(NULL);
	assert_int_equal(live_register(&other), 0);
}

void
fault_start_old(void)
{
	const struct rule old = fault_rule("name", old_interpreter, RULE_F);

	fault_start_empty();
	assert_int_equal(live_register(&old), 0);
}

void
fault_start_disabled(void)
{
	fault_start_old();
	assert_int_equal(mount_write("name", "0", 1), 0);
}

void
fault_start_temporary(void)
{
	const struct rule old = fault_rule(".binfmtctl~name", old_interpreter, RULE_F);

	fault_start_empty();
	assert_int_equal(live_register(&old), 0);
}

void
fault_start_both(void)
{
	const struct rule old = fault_rule(".binfmtctl~name", old_interpreter, RULE_F);

	fault_start_old();
	assert_int_equal(live_register(&old), 0);
}

void
fault_start_arch(void)
{
	char name[RULE_NAME_MAX + 1];
	const struct rule rule = {name, arch_pattern(fault_archs[1]), old_interpreter, RULE_F, NULL};

	fault_start_empty();
	arch_entry_name(fault_archs[1], name);
	assert_int_equal(live_register(&rule), 0);
}

char *
fault_state(void)
{
	char names[1 << 14], *text = NULL, *save = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(f);
	snprintf(names, sizeof(names), "%s", entry_names());
	for (char *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save))
		fprintf(f, "%s\n%s", name, entry_text(name));
	fclose(f);
	return text;
}

const char *
fault_bystander(void)
{
	static char text[ENTRY_TEXT_MAX + 64];
	struct stat st = {0};

	stat(MOUNT "/other", &st);
	snprintf(text, sizeof(text), "%lu %s", (unsigned long)st.st_ino, entry_text("other"));
	return text;
}

const char *
fault_paths(void)
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

const struct run *
fault_run(const struct scenario *s, const char *options)
{
	return shell("%sexec %s -o %s %s %s ./binfmtctl %s --timeout 0", fault_variables, FAULT_STRACE, fault_log,
		     fault_paths(), options, s->command);
}

static void
count_call(struct course *course, const char *line)
{
	size_t len = strcspn(line, "("), i = 0;

	if (line[len] != '(' || len >= sizeof(course->calls[0].name))
		return;
	while (i < course->call_count &&
	       (strncmp(course->calls[i].name, line, len) != 0 || course->calls[i].name[len] != '\0'))
		i++;
	assert_in_range(i, 0, FAULT_CALLS_MAX - 1);
	if (i == course->call_count) {
		memcpy(course->calls[i].name, line, len);
		course->call_count++;
	}
	course->calls[i].times++;
}

void
fault_learn(const struct scenario *s, struct course *course)
{
	char *log, *save = NULL;

	memset(course, 0, sizeof(*course));
	s->start();
	expect(fault_run(s, ""), 0, NULL, NULL);
	course->wanted = fault_state();
	log = strdup(slurp(fault_log));
	for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		count_call(course, line);
	free(log);
}

void
fault_fail(const struct scenario *s, const char *fault, const char *what, const struct run *r)
{
	fail_msg("%s, %s: %s\nstatus %d\nout: %s\nerr: %s\nentries: %s", s->name, fault, what, r->status, r->out,
		 r->err, entry_names());
}

bool
fault_names_object(const char *text)
{
	return strstr(text, "binfmtctl: ") && (strstr(text, "name: ") || strstr(text, "other: ") ||
					       strstr(text, "qemu-") || strstr(text, MOUNT) || strstr(text, "lock"));
}

int
fault_exec(const struct scenario *s)
{
	char path[8192];

	snprintf(path, sizeof(path), "%s/%s", scratch(), s->program ? s->program : "");
	return s->program ? exec_status(path) : NEW;
}

void
fault_heals(const struct scenario *s, const struct course *course, const char *fault)
{
	bool remove = strncmp(s->command, "remove", 6) == 0;
	const struct run *r =
	    shell("%s./binfmtctl %s --timeout 0 %s", fault_variables, s->command, remove ? "--missing-ok" : "");
	char *after = fault_state();

	if (r->status != 0)
		fault_fail(s, fault, "the next run failed", r);
	if (strcmp(after, course->wanted) != 0)
		fault_fail(s, fault, "the next run did not heal", r);
	free(after);
}

/* Three foreign architectures with interpreters of ours. */
static void
make_archs(void)
{
	char path[8192];
	size_t count = 0;

	for (size_t i = 0; i < arch_count && count < FAULT_ARCHS; i++)
		if (host_runs(&arch_table[i]).is != LOOK_YES && !arch_table[i].group)
			fault_archs[count++] = &arch_table[i];
	assert_int_equal(count, FAULT_ARCHS);
	for (size_t i = 0; i < FAULT_ARCHS; i++) {
		snprintf(path, sizeof(path), "%s/%s-static", folder, fault_archs[i]->interpreter);
		copy_file(new_interpreter, path, 0755);
	}
	free(probe_program(fault_archs[1]->name, "program.arch"));
	snprintf(path, sizeof(path), "%s/program.fire", scratch());
	spill(path, "foreign\n", 8, 0755);
}

void
fault_prepare(void)
{
	need_strace();
	if (*fault_variables)
		return;
	snprintf(folder, sizeof(folder), "%s/interpreters", scratch());
	snprintf(fault_log, sizeof(fault_log), "%s/log", scratch());
	assert_int_equal(mkdir(folder, 0755), 0);
	live_make_interpreters();
	make_archs();
	/* The leak check of a sanitized build does not work under strace. */
	snprintf(fault_variables, sizeof(fault_variables),
		 "export ASAN_OPTIONS=detect_leaks=0; NEW='%s'; DIR='%s'; ARCHS='%s %s %s'; ", new_interpreter, folder,
		 fault_archs[0]->name, fault_archs[1]->name, fault_archs[2]->name);
}
