/* SPDX-License-Identifier: MIT */
/* What the tests of live handlers share: interpreters that tell who ran, and short ways to the mount. */
#ifndef LIVE_H
#define LIVE_H

#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "binfmt.h"
#include "err.h"
#include "rule.h"

/*
 * A native program of a few instructions that only exits with this status: as an interpreter it
 * costs nothing and tells which handler was in force. False where there is no compiler.
 */
static inline bool
live_interpreter(const char *path, int status)
{
	static const char text[] =
	    "#if defined __x86_64__\n"
	    "void _start(void) { __asm__ volatile(\"syscall\" : : \"a\"(60), \"D\"(STATUS)); }\n"
	    "#elif defined __aarch64__\n"
	    "void _start(void) { register long n __asm__(\"x8\") = 93, s __asm__(\"x0\") = STATUS;\n"
	    "__asm__ volatile(\"svc 0\" : : \"r\"(n), \"r\"(s)); }\n"
	    "#elif defined __riscv\n"
	    "void _start(void) { register long n __asm__(\"a7\") = 93, s __asm__(\"a0\") = STATUS;\n"
	    "__asm__ volatile(\"ecall\" : : \"r\"(n), \"r\"(s)); }\n"
	    "#else\n"
	    "int main(void) { return STATUS; }\n"
	    "#endif\n";
	char source[4096];

	snprintf(source, sizeof(source), "%s/interpreter.c", scratch());
	spill(source, text, sizeof(text) - 1, 0644);
	return shell("PATH=/usr/local/bin:/usr/bin:/bin; cc -DSTATUS=%d -O1 -nostdlib -static -o '%s' '%s' 2>/dev/null "
		     "|| "
		     "cc -DSTATUS=%d -static -o '%s' '%s'",
		     status, path, source, status, path, source)
		   ->status == 0;
}

/* Executes a file with no arguments: its exit status, -errno if exec failed, 128 + a signal. */
static inline int
live_exec(const char *path)
{
	char *argv[] = {(char *)(uintptr_t)path, NULL}, *env[] = {NULL};
	int status, error;
	pid_t pid;

	error = posix_spawn(&pid, path, NULL, NULL, argv, env);
	if (error)
		return -error;
	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A rule for files named *.EXTENSION. */
static inline struct rule
live_rule(const char *name, const char *extension, const char *interpreter, unsigned flags)
{
	struct rule rule = {.enabled = true, .flags = flags};

	assert_null(rule_set_name(&rule, name));
	assert_null(rule_set_extension(&rule, extension));
	assert_null(rule_set_interpreter(&rule, interpreter));
	return rule;
}

/* Opens the mount and takes the lock; binfmt_close ends both. */
static inline void
live_begin(struct binfmt *b)
{
	struct err err;

	b->dry = false;
	if (binfmt_open(b, MOUNT, &err) < 0 || binfmt_begin(b, 60, NULL, &err) < 0)
		fail_msg("%s", err.text);
}

static inline int
live_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of all entries, sorted, one space between two; "" if there is none. Static buffer. */
static inline const char *
live_names(void)
{
	static char text[1 << 16];
	char *names[256], *at = text;
	struct dirent *d;
	size_t count = 0;
	DIR *dir = opendir(MOUNT);

	assert_non_null(dir);
	while ((d = readdir(dir)) && count < LENGTH(names))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0 && strcmp(d->d_name, "register") != 0 &&
		    strcmp(d->d_name, "status") != 0)
			names[count++] = strdup(d->d_name);
	closedir(dir);
	qsort(names, count, sizeof(names[0]), live_compare);
	*at = '\0';
	for (size_t i = 0; i < count; i++) {
		at += snprintf(at, sizeof(text) - (size_t)(at - text), "%s%s", i ? " " : "", names[i]);
		free(names[i]);
	}
	return text;
}

/* Registers a rule's line as other programs do: no lock, no question. 0 or errno. */
static inline int
live_register(const struct rule *rule)
{
	char line[RULE_LINE_MAX];
	size_t len;

	assert_null(rule_format_line(rule, false, line, &len));
	return mount_write("register", line, len);
}

/* Open descriptors of this process. */
static inline size_t
live_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

#endif
