/* SPDX-License-Identifier: MIT */
/* What is concluded from a probe, without running one. */
#include "harness.h"

#include <elf.h>
#include <errno.h>

#include "arch.h"
#include "elf.h"
#include "probe.h"
#include "probe_look.h"
#include "rule.h"

static void
alone__verdict_of_each_end(void **state)
{
	static const struct interp dynamic = {.kind = INTERP_ELF, .dynamic = {LOOK_YES}}, plain = {.kind = INTERP_ELF},
				   script = {.kind = INTERP_SCRIPT};
	static const struct {
		enum probe_end end;
		int error;
		unsigned flags;
		const struct interp *interp;
		enum probe_alone want;
	} rows[] = {
	    {PROBE_STOPPED, 0, RULE_F, &plain, PROBE_ALONE_WORKS},
	    {PROBE_STOPPED, 0, 0, NULL, PROBE_ALONE_WORKS},
	    {PROBE_REFUSED, ENOENT, 0, &plain, PROBE_ALONE_NO_F},
	    {PROBE_REFUSED, ENOENT, RULE_P | RULE_O | RULE_C, &script, PROBE_ALONE_NO_F},
	    {PROBE_REFUSED, ENOENT, RULE_F, &dynamic, PROBE_ALONE_DYNAMIC},
	    {PROBE_REFUSED, ELIBBAD, RULE_F, &dynamic, PROBE_ALONE_DYNAMIC},
	    {PROBE_REFUSED, ELIBBAD, 0, &dynamic, PROBE_ALONE_DYNAMIC},
	    {PROBE_REFUSED, ENOENT, RULE_F, &script, PROBE_ALONE_SCRIPT},
	    {PROBE_REFUSED, ELOOP, RULE_F, &script, PROBE_ALONE_SCRIPT},
	    {PROBE_REFUSED, ELOOP, RULE_F, &dynamic, PROBE_ALONE_FAILS},
	    {PROBE_REFUSED, ENOENT, RULE_F, &plain, PROBE_ALONE_FAILS},
	    {PROBE_REFUSED, ENOENT, RULE_F, NULL, PROBE_ALONE_FAILS},
	    {PROBE_REFUSED, EACCES, 0, &plain, PROBE_ALONE_FAILS},
	    {PROBE_REFUSED, ENOEXEC, RULE_F, &script, PROBE_ALONE_UNKNOWN},
	    {PROBE_REFUSED, ENOMEM, RULE_F, &plain, PROBE_ALONE_UNKNOWN},
	    {PROBE_REFUSED, EAGAIN, 0, &plain, PROBE_ALONE_UNKNOWN},
	    {PROBE_REFUSED, ENFILE, 0, &plain, PROBE_ALONE_UNKNOWN},
	    {PROBE_REFUSED, EMFILE, RULE_F, &plain, PROBE_ALONE_UNKNOWN},
	    {PROBE_TIMED_OUT, 0, RULE_F, &plain, PROBE_ALONE_UNKNOWN},
	    {PROBE_SIGNALLED, 0, RULE_F, &plain, PROBE_ALONE_UNKNOWN},
	};
	struct probe_result run;

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		run = (struct probe_result){.end = rows[i].end, .exec_errno = rows[i].error};
		if (probe_alone(&run, rows[i].flags, rows[i].interp) != rows[i].want)
			fail_msg("row %zu", i);
	}
	assert_int_equal(probe_alone(NULL, RULE_F, &plain), PROBE_ALONE_UNKNOWN);
	run = (struct probe_result){.end = PROBE_STOPPED, .itself = true};
	assert_int_equal(probe_alone(&run, RULE_F, &plain), PROBE_ALONE_UNKNOWN);
}

/* One segment of the whole file, which holds the entry; ARM's where QEMU on a 32-bit host finds room beside it. */
static void
build__every_architecture__loaded_where_it_runs(void **state)
{
	(void)state;
	for (size_t i = 0; i < arch_count; i++) {
		const struct arch *arch = &arch_table[i];
		bool wide = arch->magic[EI_CLASS] == ELFCLASS64, big = arch->magic[EI_DATA] == ELFDATA2MSB;
		size_t word = wide ? 8 : 4, header = wide ? 64 : 52;
		unsigned char elf[PROBE_MAX], *segment = elf + header;
		size_t size = probe_build(arch, 1, elf);
		uint64_t base = arch->magic[4] == 2                  ? 0x400000
				: strncmp(arch->name, "arm", 3) == 0 ? 0x10000
								     : 0x10000000;

		assert_in_range(size, 90, 132);
		assert_int_equal(elf_number(segment + 2 * word, word, big), base);
		assert_int_equal(elf_number(segment + 4 * word, word, big), size);
		assert_int_equal(elf_number(elf + 24, word, big), base + size - arch->probe_size);
	}
}

static void
flags__words_of_eight_bytes__found(void **state)
{
	const uint64_t auxv[] = {
	    AT_SYSINFO_EHDR, 0x7ffd00000000U, AT_PAGESZ, 4096, AT_PHENT, 56, AT_FLAGS, 1, AT_NULL, 0};
	unsigned long long flags = 0;

	(void)state;
	assert_true(probe_look_flags((const unsigned char *)auxv, sizeof(auxv), &flags));
	assert_int_equal(flags, 1);
	assert_false(probe_look_flags((const unsigned char *)auxv, 6 * sizeof(auxv[0]), &flags));
	assert_false(probe_look_flags((const unsigned char *)auxv, 0, &flags));
}

/* As a 64-bit kernel shows it of a 32-bit interpreter; some entries could be taken for others. */
static void
flags__words_of_four_bytes__found(void **state)
{
	const uint32_t auxv[] = {AT_SYSINFO, 0xf7f00000U, AT_PHDR, 4, AT_PAGESZ, 4096, AT_PHENT,
				 32,         AT_FLAGS,    1,       0, 0,         0,    0};
	unsigned long long flags = 0;

	(void)state;
	assert_true(probe_look_flags((const unsigned char *)auxv, sizeof(auxv), &flags));
	assert_int_equal(flags, 1);
}

static void
flags__behind_the_end__not_found(void **state)
{
	const uint64_t auxv[] = {AT_PHENT, 56, AT_NULL, 0, AT_FLAGS, 1}, other[] = {AT_PHENT, 55, AT_FLAGS, 1, 0, 0};
	unsigned long long flags;

	(void)state;
	assert_false(probe_look_flags((const unsigned char *)auxv, sizeof(auxv), &flags));
	assert_false(probe_look_flags((const unsigned char *)other, sizeof(other), &flags));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(alone__verdict_of_each_end),
	    cmocka_unit_test(build__every_architecture__loaded_where_it_runs),
	    cmocka_unit_test(flags__words_of_eight_bytes__found),
	    cmocka_unit_test(flags__words_of_four_bytes__found),
	    cmocka_unit_test(flags__behind_the_end__not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
