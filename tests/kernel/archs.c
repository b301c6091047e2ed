/* SPDX-License-Identifier: MIT */
/* Every architecture through the kernel: its programs reach their own QEMU, and no other. */
#include "harness.h"

#include <elf.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "err.h"
#include "host.h"
#include "interp.h"
#include "probe.h"

/* The rows that can be tried on this machine, after `register all`. */
static const struct arch *rows[64];
static char interpreters[64][INTERP_PATH_MAX];
static size_t row_count;

static void
register_all(void)
{
	row_count = 0;
	for (size_t i = 0; i < arch_count && row_count < LENGTH(rows); i++)
		if (interp_find(&arch_table[i], NULL, 0, true, interpreters[row_count]).is == LOOK_YES &&
		    host_runs(&arch_table[i]).is != LOOK_YES)
			rows[row_count++] = &arch_table[i];
	if (!row_count)
		skip_because("this machine has no QEMU");
	expect_told_of_dynamic(tool("register", "all", NULL), "registered");
}

/* Fails, naming the architecture. */
static void
wrong(const struct arch *arch, const char *what, const struct probe_result *r)
{
	fail_msg("%s: %s (end %d, errno %d, status %d, signal %d, by %s, said %s)", arch->name, what, (int)r->end,
		 r->exec_errno, r->status, r->signal, r->exe, r->output);
}

static void
run_probe(const struct arch *arch, const unsigned char *elf, size_t size, const char *variable, struct probe_result *r)
{
	struct err err;

	if (probe_run(elf, size, variable, PROBE_UNTIL_EXIT, 30000, r, &err) < 0)
		fail_msg("%s: %s", arch->name, err.text);
}

/* It ran to the end, and who ran it is the file that the table means for it. */
static void
check_runs(size_t row, const unsigned char *elf, size_t size)
{
	struct probe_result r;
	struct stat st;

	run_probe(rows[row], elf, size, NULL, &r);
	if (r.end != PROBE_EXITED || r.status != PROBE_STATUS)
		wrong(rows[row], "did not exit with 42", &r);
	assert_int_equal(stat(interpreters[row], &st), 0);
	if (r.dev != st.st_dev || r.ino != st.st_ino)
		wrong(rows[row], "was run by another interpreter", &r);
}

static void
archs__programs_as_linkers_write_them__own_qemu(void **state)
{
	unsigned char elf[PROBE_MAX];

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++)
		check_runs(i, elf, probe_build(rows[i], 1, elf));
	print_message("%zu of %zu architectures were tried\n", row_count, arch_count);
}

static void
archs__programs_in_files__exit_42(void **state)
{
	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++) {
		char *path = probe_program(rows[i]->name, "program");
		const struct run *r = execute(path);

		if (r->status != 42)
			fail_msg("%s: exit status %d, %s%s", rows[i]->name, r->status, r->out, r->err);
		free(path);
	}
}

static void
archs__qemu_version_asked__own_version_line(void **state)
{
	unsigned char elf[PROBE_MAX];
	struct probe_result r;
	char line[128];

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++) {
		run_probe(rows[i], elf, probe_build(rows[i], 1, elf), "QEMU_VERSION=1", &r);
		/* Such as "qemu-aarch64 version 7.2.22": the name that QEMU was built with. */
		snprintf(line, sizeof(line), "%s version ", rows[i]->interpreter);
		if (r.end != PROBE_EXITED || r.status != 0 || strncmp(r.output, line, strlen(line)) != 0)
			wrong(rows[i], "did not name its own QEMU", &r);
	}
}

/* Values of bytes 7 to 15 of e_ident that are met in the wild. */
static const struct mark {
	const char *what;
	size_t at, len;
	unsigned char bytes[9];
} marks[] = {
    {"AppImage type 1", 8, 3, {'A', 'I', 1}},
    {"AppImage type 2", 8, 3, {'A', 'I', 2}},
    {"Linux with ABI version", 7, 2, {ELFOSABI_LINUX, 1}},
    {"ARM OABI", 7, 1, {ELFOSABI_ARM}},
    {"FreeBSD", 7, 1, {ELFOSABI_FREEBSD}},
    {"standalone", 7, 1, {ELFOSABI_STANDALONE}},
    {"padding in use", 7, 9, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
};

static void
archs__marked_header__own_qemu(void **state)
{
	unsigned char elf[PROBE_MAX];

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < LENGTH(marks); k++) {
			size_t size = probe_build(rows[i], 1, elf);

			memcpy(elf + marks[k].at, marks[k].bytes, marks[k].len);
			check_runs(i, elf, size);
		}
}

static void
archs__position_independent_type__own_qemu(void **state)
{
	unsigned char elf[PROBE_MAX];
	struct probe_result r;
	struct stat st;

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++) {
		size_t size = probe_build(rows[i], 1, elf);
		struct err err;

		elf[elf[EI_DATA] == ELFDATA2MSB ? 17 : 16] = ET_DYN;
		assert_int_equal(probe_run(elf, size, NULL, PROBE_UNTIL_EXEC, 30000, &r, &err), 0);
		assert_int_equal(stat(interpreters[i], &st), 0);
		if (r.end != PROBE_STOPPED || r.ino != st.st_ino)
			wrong(rows[i], "is not run as a shared object", &r);
	}
}

/* Object files and core dumps are nobody's to run. */
static void
archs__object_file_or_core__not_run(void **state)
{
	static const unsigned char types[] = {ET_NONE, ET_REL, ET_CORE};
	unsigned char elf[PROBE_MAX];
	struct probe_result r;

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++)
		for (size_t k = 0; k < LENGTH(types); k++) {
			size_t size = probe_build(rows[i], 1, elf);

			elf[elf[EI_DATA] == ELFDATA2MSB ? 17 : 16] = types[k];
			run_probe(rows[i], elf, size, NULL, &r);
			if (r.end != PROBE_REFUSED)
				wrong(rows[i], "was run", &r);
		}
}

/* Rows that differ from another in e_flags or in an e_machine of old: those that are easily mixed up. */
static void
archs__pairs_easily_mixed_up__tried(void **state)
{
	static const char *const names[] = {"mips",        "mipsn32",        "mipsel",       "mipsn32el",
					    "microblaze",  "microblaze-old", "microblazeel", "microblazeel-old",
					    "sparc32plus", "sparc",          "arm",          "armeb"};
	size_t tried = 0;

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < LENGTH(names); i++)
		for (size_t k = 0; k < row_count; k++)
			tried += strcmp(rows[k]->name, names[i]) == 0;
	if (tried < LENGTH(names))
		skip_because("this machine has the QEMU of only %zu of %zu pairs that are easily mixed up", tried,
			     LENGTH(names));
}

/* OABI programs of ARM carry e_flags without an EABI version. */
static void
archs__arm_oabi_flags__own_qemu(void **state)
{
	unsigned char elf[PROBE_MAX];

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < row_count; i++)
		if (strcmp(rows[i]->name, "arm") == 0) {
			size_t size = probe_build(rows[i], 1, elf);
			struct probe_result r;
			struct stat st;
			struct err err;

			memset(elf + 36, 0, 4);
			assert_int_equal(probe_run(elf, size, NULL, PROBE_UNTIL_EXEC, 30000, &r, &err), 0);
			assert_int_equal(stat(interpreters[i], &st), 0);
			if (r.end != PROBE_STOPPED || r.ino != st.st_ino)
				wrong(rows[i], "with OABI flags is not run", &r);
			return;
		}
	skip_because("this machine has no qemu-arm");
}

static void
archs__native_programs__left_alone(void **state)
{
	unsigned char elf[PROBE_MAX];
	struct probe_result r;

	(void)state;
	need_ptrace();
	register_all();
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *arch = &arch_table[i];

		if (host_runs(arch).is != LOOK_YES)
			continue;
		run_probe(arch, elf, probe_build(arch, 1, elf), NULL, &r);
		if (!r.itself || r.status != PROBE_STATUS)
			wrong(arch, "is not run by the machine itself any more", &r);
	}
}

static void
archs__all_removed__nothing_runs(void **state)
{
	unsigned char elf[PROBE_MAX];
	struct probe_result r;

	(void)state;
	need_ptrace();
	register_all();
	expect(tool("remove", "all", NULL), 0, NULL, "");
	for (size_t i = 0; i < row_count; i++) {
		run_probe(rows[i], elf, probe_build(rows[i], 1, elf), NULL, &r);
		if (r.end != PROBE_REFUSED)
			wrong(rows[i], "is still run", &r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(archs__programs_as_linkers_write_them__own_qemu),
	    cmocka_unit_test(archs__programs_in_files__exit_42),
	    cmocka_unit_test(archs__qemu_version_asked__own_version_line),
	    cmocka_unit_test(archs__marked_header__own_qemu),
	    cmocka_unit_test(archs__position_independent_type__own_qemu),
	    cmocka_unit_test(archs__object_file_or_core__not_run),
	    cmocka_unit_test(archs__pairs_easily_mixed_up__tried),
	    cmocka_unit_test(archs__arm_oabi_flags__own_qemu),
	    cmocka_unit_test(archs__native_programs__left_alone),
	    cmocka_unit_test(archs__all_removed__nothing_runs),
	};

	return ns_run(tests);
}
