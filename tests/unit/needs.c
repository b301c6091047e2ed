/* SPDX-License-Identifier: MIT */
#include "elfhead.h"
#include "harness.h"

#include <elf.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "below.h"
#include "err.h"
#include "needs.h"
#include "random.h"

#define LOADER "/lib/ld-linux-aarch64.so.1"

enum { SIZE = 8192 };

/* A program: a PT_LOAD of the whole file, then, if it has a loader, a PT_INTERP that names it at byte 1024. */
struct program {
	bool wide, big;
	uint16_t machine;
	const char *loader;
	uint64_t offset, size, align; /* of its PT_LOAD; size 0: SIZE */
};

static const struct program aarch64 = {true, false, EM_AARCH64, LOADER, 0, 0, 0x10000};
static const struct program still = {true, false, EM_AARCH64, NULL, 0, 0, 0x10000};

static void
put_segment(unsigned char *at, const struct program *p, uint32_t type, uint64_t offset, uint64_t size)
{
	size_t word = p->wide ? 8 : 4;

	elfhead_put(at, type, 4, p->big);
	elfhead_put(at + word, offset, word, p->big);
	elfhead_put(at + (p->wide ? 32 : 16), size, word, p->big);
	elfhead_put(at + (p->wide ? 48 : 28), p->align, word, p->big);
}

static void
make(const struct program *p, unsigned char bytes[static SIZE])
{
	size_t header = p->wide ? 64 : 52, entry = p->wide ? 56 : 32;

	memset(bytes, 0, SIZE);
	memcpy(bytes, "\177ELF", 4);
	bytes[4] = p->wide ? 2 : 1;
	bytes[5] = p->big ? 2 : 1;
	bytes[6] = 1;
	elfhead_put(bytes + 16, ET_DYN, 2, p->big);
	elfhead_put(bytes + 18, p->machine, 2, p->big);
	elfhead_put(bytes + (p->wide ? 32 : 28), header, p->wide ? 8 : 4, p->big);
	elfhead_put(bytes + (p->wide ? 54 : 42), entry, 2, p->big);
	elfhead_put(bytes + (p->wide ? 56 : 44), p->loader ? 2 : 1, 2, p->big);
	put_segment(bytes + header, p, PT_LOAD, p->offset, p->size ? p->size : SIZE);
	if (!p->loader)
		return;
	put_segment(bytes + header + entry, p, PT_INTERP, 1024, strlen(p->loader) + 1);
	memcpy(bytes + 1024, p->loader, strlen(p->loader) + 1);
}

/* A program as an opened file of so many bytes. */
static int
open_program(const struct program *p, size_t size)
{
	unsigned char bytes[SIZE];
	int fd = memfd_create("program", MFD_CLOEXEC);

	assert_true(fd >= 0);
	make(p, bytes);
	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	return fd;
}

static void
look(const struct program *p, size_t size, int root, struct needs *needs)
{
	int fd = open_program(p, size);

	needs_look(fd, root, arch_find("aarch64"), needs);
	close(fd);
}

/* Headers of segments as they may be, but for what no program needs. */
static void
look__odd_headers__read_as_the_kernel_does(void **state)
{
	int fd = open_program(&still, SIZE);
	unsigned char number[8];
	struct needs needs;

	(void)state;
	elfhead_put(number, 0, 8, false);
	assert_int_equal(pwrite(fd, number, 8, 64 + 48), 8); /* p_align */
	needs_look(fd, AT_FDCWD, NULL, &needs);
	assert_int_equal(needs.align, 1);
	elfhead_put(number, 1 << 20, 8, false);
	assert_int_equal(pwrite(fd, number, 8, 64 + 8), 8); /* p_offset */
	needs_look(fd, AT_FDCWD, NULL, &needs);
	assert_int_equal(needs.end, (1 << 20) + SIZE);
	elfhead_put(number, 0, 8, false);
	assert_int_equal(pwrite(fd, number, 8, 64 + 32), 8); /* p_filesz: nothing of the file is asked for */
	needs_look(fd, AT_FDCWD, NULL, &needs);
	assert_true(needs.end <= SIZE);
	elfhead_put(number, 1171, 2, false); /* a table of more than 64 KiB, which the kernel does not read */
	assert_int_equal(pwrite(fd, number, 2, 56), 2);
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	needs_look(fd, AT_FDCWD, NULL, &needs);
	assert_int_equal(needs.align, 0);
	close(fd);
}

/* A fresh root, its path static. */
static const char *
make_root(const char *folders)
{
	static char *path;

	if (!path)
		path = scratch_file("root");
	expect(shell("rm -rf '%s' && mkdir '%s' && cd '%s' && mkdir -p %s", path, path, path, folders), 0, "", "");
	return path;
}

static void
spill_loader(const char *root, const char *path, const struct program *p)
{
	unsigned char bytes[SIZE];
	char *whole;

	assert_true(asprintf(&whole, "%s/%s", root, path) > 0);
	make(p, bytes);
	spill(whole, bytes, sizeof(bytes), 0755);
	free(whole);
}

/* Asked by itself: a search that fails must not look like a kernel that lacks openat2. */
static void
need_roots(const char *root)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool works = below_works(fd);

	close(fd);
	if (!works)
		skip_because("this kernel has no openat2");
}

/* What becomes of the search in a root. */
static enum needs_loader
look_in(const char *root, const struct program *p, struct needs *needs)
{
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	look(p, SIZE, fd, needs);
	close(fd);
	assert_false(needs->own_root);
	assert_string_equal(needs->cross, "");
	return needs->loader;
}

static void
look__loader_in_a_root__as_after_chroot(void **state)
{
	static const struct program arm = {false, false, EM_ARM, NULL, 0, 0, 0x1000};
	const char *root = make_root("lib real etc/qemu-binfmt/aarch64/lib");
	struct needs needs;

	(void)state;
	assert_int_equal(look_in(root, &still, &needs), LOADER_NONE);
	assert_string_equal(needs.loader_path, "");
	need_roots(root);
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_MISSING);
	assert_string_equal(needs.loader_path, LOADER);
	spill_loader(root, LOADER, &still);
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_FOUND);
	assert_string_equal(needs.prefix, "");
	/* An absolute link stays in the root, and one that leads out of it by .. as well. */
	spill_loader(root, "real/ld.so", &still);
	expect(shell("cd '%s' && ln -sf /real/ld.so .%s", root, LOADER), 0, "", "");
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_FOUND);
	expect(shell("cd '%s' && ln -sf ../../../../../../../../real/ld.so .%s", root, LOADER), 0, "", "");
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_FOUND);
	expect(shell("cd '%s' && ln -sf /bin/sh .%s", root, LOADER), 0, "", "");
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_MISSING);
	expect(shell("cd '%s' && ln -sf %s .%s", root, LOADER, LOADER), 0, "", "");
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_MISSING);
	/* What is in the prefix counts, good or bad, and nothing else then. */
	spill_loader(root, "etc/qemu-binfmt/aarch64" LOADER, &still);
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_FOUND);
	assert_string_equal(needs.prefix, "/etc/qemu-binfmt/");
	spill_loader(root, "etc/qemu-binfmt/aarch64" LOADER, &arm);
	spill_loader(root, LOADER, &still);
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_OTHER);
	assert_ptr_equal(needs.loader_arch, arch_find("arm"));
}

static void
look__file_that_is_no_loader__other(void **state)
{
	static const struct {
		const char *row;
		struct program p;
		const char *arch;
	} t[] = {
	    {"another machine", {true, false, EM_RISCV, NULL, 0, 0, 0}, "riscv64"},
	    {"another class", {false, false, EM_AARCH64, NULL, 0, 0, 0}, NULL},
	    {"another byte order", {true, true, EM_AARCH64, NULL, 0, 0, 0}, "aarch64_be"},
	};
	const char *root = make_root("lib/ld-linux-aarch64.so.1");
	struct needs needs;

	(void)state;
	need_roots(root);
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_OTHER); /* a folder */
	root = make_root("lib");
	for (size_t i = 0; i < LENGTH(t); i++) {
		spill_loader(root, LOADER, &t[i].p);
		assert_int_equal(look_in(root, &aarch64, &needs), LOADER_OTHER);
		if (needs.loader_arch != (t[i].arch ? arch_find(t[i].arch) : NULL))
			fail_msg("%s", t[i].row);
	}
	expect(shell("cd '%s' && rm .%s && mkfifo .%s", root, LOADER, LOADER), 0, "", "");
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_OTHER);
	expect(shell("cd '%s' && rm .%s && : >.%s", root, LOADER, LOADER), 0, "", "");
	assert_int_equal(look_in(root, &aarch64, &needs), LOADER_OTHER);
}

static void
look__relative_loader__not_below_a_root(void **state)
{
	struct program p = aarch64;
	struct needs needs;

	(void)state;
	p.loader = "ld.so";
	assert_int_equal(look_in(make_root("lib"), &p, &needs), LOADER_UNSEEN);
	look(&p, SIZE, AT_FDCWD, &needs);
	assert_int_equal(needs.loader, LOADER_MISSING);
	p.loader = "";
	look(&p, SIZE, AT_FDCWD, &needs);
	assert_int_equal(needs.loader, LOADER_MISSING);
	assert_string_equal(needs.loader_path, "");
}

static void
look__segments__end_and_alignment(void **state)
{
	static const struct {
		const char *row;
		uint64_t offset, size, align;
		size_t file;
		uint64_t end;
	} t[] = {
	    {"whole", 0, SIZE, 4096, SIZE, SIZE},
	    {"one byte short", 0, SIZE, 4096, SIZE - 1, SIZE},
	    {"in the program headers", 0, SIZE, 0, 100, 64 + 56},
	    {"at an offset", 4096, 4096, 16384, SIZE, SIZE},
	    {"beyond", 4096, 4097, 65536, SIZE, SIZE + 1},
	    {"far beyond", UINT64_MAX, 2, 1, SIZE, UINT64_MAX},
	};
	struct needs needs;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		struct program p = {true, false, EM_AARCH64, NULL, t[i].offset, t[i].size, t[i].align};

		look(&p, t[i].file, AT_FDCWD, &needs);
		assert_true(needs.elf);
		assert_int_equal(needs.size, t[i].file);
		if (needs.end != t[i].end || needs.align != t[i].align)
			fail_msg("%s: %llu, %llu", t[i].row, (unsigned long long)needs.end,
				 (unsigned long long)needs.align);
	}
	assert_int_equal(needs.page, sysconf(_SC_PAGESIZE));
}

static void
look__no_program__size_and_ids_alone(void **state)
{
	int fd = memfd_create("script", MFD_CLOEXEC);
	struct needs needs;

	(void)state;
	assert_int_equal(write(fd, "#!/bin/sh\n", 10), 10);
	assert_int_equal(fchmod(fd, 02755), 0);
	needs_look(fd, AT_FDCWD, NULL, &needs);
	assert_false(needs.elf);
	assert_int_equal(needs.size, 10);
	assert_int_equal(needs.end, 0);
	assert_int_equal(needs.loader, LOADER_NONE);
	assert_true(needs.set_gid);
	close(fd);
	needs_look(fd, AT_FDCWD, NULL, &needs);
	assert_false(needs.elf || needs.set_gid || needs.size);
}

/* Without x for its group the bit means locking. */
static void
look__mode__ids_as_the_kernel_takes_them(void **state)
{
	static const struct {
		mode_t mode;
		bool uid, gid;
	} t[] = {
	    {0755, false, false},  {04755, true, false}, {04700, true, false},  {02755, false, true},
	    {02745, false, false}, {06755, true, true},  {01755, false, false},
	};
	int fd = open_program(&still, SIZE);
	struct needs needs;

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++) {
		assert_int_equal(fchmod(fd, t[i].mode), 0);
		needs_look(fd, AT_FDCWD, NULL, &needs);
		assert_int_equal(needs.set_uid, t[i].uid);
		assert_int_equal(needs.set_gid, t[i].gid);
		assert_false(needs.capabilities);
	}
	close(fd);
}

static void
look__no_new_privs__seen(void **state)
{
	struct needs needs;
	int status;
	pid_t pid;

	(void)state;
	look(&still, SIZE, AT_FDCWD, &needs);
	assert_int_equal(needs.no_new_privs, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		look(&still, SIZE, AT_FDCWD, &needs);
		kill(getpid(), needs.no_new_privs ? SIGUSR1 : SIGUSR2); /* valgrind would change an exit code */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGUSR1);
}

static void
look__random__no_crash(void **state)
{
	unsigned char bytes[SIZE];
	size_t programs = 0;

	(void)state;
	random_seed(13);
	for (size_t i = 0; i < 5000; i++) {
		struct program p = chance(50) ? aarch64 : (struct program){chance(50), chance(50), 40, "/x", 0, 0, 0};
		int fd = memfd_create("program", MFD_CLOEXEC);
		struct err findings[NEEDS_FINDINGS_MAX];
		struct needs needs;

		make(&p, bytes);
		for (size_t k = below(5); k; k--)
			bytes[below(180)] = (unsigned char)random_bits();
		assert_true(write(fd, bytes, chance(50) ? below(300) : SIZE) >= 0);
		needs_look(fd, AT_FDCWD, chance(50) ? arch_find("arm") : NULL, &needs);
		close(fd);
		programs += needs.elf;
		for (size_t k = needs_findings(&needs, &(struct needs_handler){"f", 0, true}, findings); k; k--)
			assert_true(*findings[k - 1].text);
	}
	assert_in_range(programs, 1000, 4900);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(look__odd_headers__read_as_the_kernel_does),
	    cmocka_unit_test(look__loader_in_a_root__as_after_chroot),
	    cmocka_unit_test(look__file_that_is_no_loader__other),
	    cmocka_unit_test(look__relative_loader__not_below_a_root),
	    cmocka_unit_test(look__segments__end_and_alignment),
	    cmocka_unit_test(look__no_program__size_and_ids_alone),
	    cmocka_unit_test(look__mode__ids_as_the_kernel_takes_them),
	    cmocka_unit_test(look__no_new_privs__seen),
	    cmocka_unit_test(look__random__no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
