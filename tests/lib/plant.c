/* SPDX-License-Identifier: MIT */
#include "plant.h"

#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "live.h"

const char *
plant_path(void)
{
	static char *path;

	if (!path)
		path = scratch_file("interpreter");
	return path;
}

const char *
plant_copy(void)
{
	copy_file(tiny_interpreter(), plant_path(), 0755);
	return plant_path();
}

void
plant_replace(const char *path)
{
	let_the_clock_tick();
	upgrade(path);
}

void
plant_arch(const char *interpreter, const char *flags)
{
	expect(tool("register", "aarch64", "--name", PLANTED, "-i", interpreter, "-f", flags, "--force", NULL), 0,
	       "registered", NULL);
}

void
plant_disabled(void)
{
	plant_arch(tiny_interpreter(), "F");
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

void
plant_missing(void)
{
	register_raw(":" PLANTED ":E::ext::/nowhere/interpreter:");
}

void
plant_missing_folder(void)
{
	register_line(":" PLANTED ":E::ext::%s:", scratch());
}

void
plant_stale(void)
{
	const char *path = plant_copy();

	plant_arch(path, "F");
	plant_replace(path);
}

void
plant_stale_by_time(void)
{
	const char *path = plant_copy();

	register_line(":" PLANTED ":E::ext::%s:F", path);
	plant_replace(path);
}

void
plant_stale_disabled(void)
{
	plant_stale();
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
}

void
plant_deleted(void)
{
	const char *path = plant_copy();

	plant_arch(path, "F");
	assert_int_equal(unlink(path), 0);
}

void
plant_deleted_by_time(void)
{
	const char *path = plant_copy();

	register_line(":" PLANTED ":E::ext::%s:F", path);
	assert_int_equal(unlink(path), 0);
}

void
plant_not_executable(void)
{
	const char *path = plant_copy();

	plant_arch(path, "P");
	assert_int_equal(chmod(path, 0644), 0);
}

void
plant_dynamic(void)
{
	char *path = scratch_copy("/bin/true", "dynamic");

	register_line(":" PLANTED ":E::ext::%s:F", path);
	free(path);
}

void
plant_insecure(void)
{
	const char *path = plant_copy();

	register_line(":" PLANTED ":E::ext::%s:C", path);
	assert_int_equal(chmod(path, 0775), 0);
}

void
plant_shadowed(void)
{
	char *other = tiny_copy("other");

	register_line(":" PLANTED ":E::ext::%s:F", tiny_interpreter());
	register_line(":front:E::ext::%s:F", other);
	free(other);
}

void
plant_native(void)
{
	struct rule rule = {PLANTED, arch_pattern(host_arch()), script_interpreter(), 0, NULL};

	rule.pattern.size = 20;
	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(live_register(&rule), 0);
	assert_int_equal(mount_write(PLANTED, "0", 1), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
}

void
plant_loop(void)
{
	char *path = tiny_copy("interpreter.loop");

	register_line(":" PLANTED ":E::loop::%s:", path);
	free(path);
}

void
plant_leftover(void)
{
	register_line(":" PLANTED ":E::ext::%s:F", tiny_interpreter());
	register_line(":.binfmtctl~" PLANTED ":E::ext::%s:F", tiny_interpreter());
}

void
plant_temporary_alone(void)
{
	register_line(":.binfmtctl~" PLANTED ":E::ext::%s:F", tiny_interpreter());
}
