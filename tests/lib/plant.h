/* SPDX-License-Identifier: MIT */
/* Every problem that an entry can have, planted in the tests' own instance under one name. */
#ifndef PLANT_H
#define PLANT_H

#include "harness.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "live.h"
#include "rule.h"

#define PLANTED "planted"

/* A file's change is later than the entry's registration only if the kernel's clock has ticked between. */
static inline void
plant_tick(void)
{
	const struct timespec pause = {.tv_nsec = 30000000};

	nanosleep(&pause, NULL);
}

__attribute__((format(printf, 1, 2))) static inline void
plant_line(const char *fmt, ...)
{
	char line[RULE_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	register_raw(line);
}

/* A fresh copy of the tiny interpreter in the scratch folder, its static path. */
static inline const char *
plant_copy(void)
{
	static char *path;

	if (!path)
		path = scratch_file("interpreter");
	copy_file(tiny_interpreter(), path, 0755);
	return path;
}

static inline void
plant_replace(const char *path)
{
	char *next = scratch_file("interpreter.new");

	plant_tick();
	copy_file(tiny_interpreter(), next, 0755);
	assert_int_equal(rename(next, path), 0);
	free(next);
}

/* An entry whose programs a probe can be built for, under the planted name. */
static inline void
plant_arch(const char *interpreter, const char *flags)
{
	expect(tool("register", "aarch64", "--name", PLANTED, "-i", interpreter, "-f", flags, "--force", NULL), 0,
	       "registered", NULL);
}

static inline void
plant_disabled(void)
{
	plant_arch(tiny_interpreter(), "F");
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

static inline void
plant_missing(void)
{
	register_raw(":" PLANTED ":E::ext::/nowhere/interpreter:");
}

static inline void
plant_missing_folder(void)
{
	plant_line(":" PLANTED ":E::ext::%s:", scratch());
}

static inline void
plant_stale(void)
{
	const char *path = plant_copy();

	plant_arch(path, "F");
	plant_replace(path);
}

static inline void
plant_stale_by_time(void)
{
	const char *path = plant_copy();

	plant_line(":" PLANTED ":E::ext::%s:F", path);
	plant_replace(path);
}

/* The probe would tell, but the entry is switched off. */
static inline void
plant_stale_disabled(void)
{
	plant_stale();
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

static inline void
plant_deleted(void)
{
	const char *path = plant_copy();

	plant_arch(path, "F");
	assert_int_equal(unlink(path), 0);
}

static inline void
plant_deleted_by_time(void)
{
	const char *path = plant_copy();

	plant_line(":" PLANTED ":E::ext::%s:F", path);
	assert_int_equal(unlink(path), 0);
}

static inline void
plant_not_executable(void)
{
	const char *path = plant_copy();

	plant_arch(path, "P");
	assert_int_equal(chmod(path, 0644), 0);
}

static inline void
plant_dynamic(void)
{
	char *path = scratch_file("dynamic");

	copy_file("/bin/true", path, 0755);
	plant_line(":" PLANTED ":E::ext::%s:F", path);
	free(path);
}

static inline void
plant_insecure(void)
{
	const char *path = plant_copy();

	plant_line(":" PLANTED ":E::ext::%s:C", path);
	assert_int_equal(chmod(path, 0775), 0);
}

static inline void
plant_shadowed(void)
{
	plant_line(":" PLANTED ":E::ext::%s:", tiny_interpreter());
	plant_line(":front:E::ext::%s:", tiny_interpreter());
}

/* Only ever live while nothing at all is: the switch is off, and then the entry. */
static inline void
plant_native(void)
{
	const struct arch *own = host_arch();
	struct rule rule = {.type = RULE_MAGIC, .size = 20};

	assert_null(rule_set_name(&rule, PLANTED));
	assert_null(rule_set_interpreter(&rule, script_interpreter()));
	memcpy(rule.magic, own->magic, 20);
	memcpy(rule.mask, own->mask, 20);
	rule.has_mask = true;
	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(live_register(&rule), 0);
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
}

static inline void
plant_loop(void)
{
	char *path = scratch_file("interpreter.loop");

	copy_file(tiny_interpreter(), path, 0755);
	plant_line(":" PLANTED ":E::loop::%s:", path);
	free(path);
}

static inline void
plant_leftover(void)
{
	plant_line(":" PLANTED ":E::ext::%s:", tiny_interpreter());
	plant_line(":.binfmtctl~" PLANTED ":E::ext::%s:", tiny_interpreter());
}

static inline void
plant_temporary_alone(void)
{
	plant_line(":.binfmtctl~" PLANTED ":E::ext::%s:", tiny_interpreter());
}

#endif
