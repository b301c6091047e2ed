/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "probe.h"
#include "probe_elf.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x10U /* Linux 6.3 */
#endif

/*
 * The program is loaded here whole, headers and all; multiples of every page size. One of 32 bits is far from where
 * QEMU itself is on a 32-bit host: nearer, it dies there now and then. ARM's is where its linker puts programs: QEMU
 * finds no room for the page above them otherwise.
 */
enum { BASE = 0x400000, BASE_NARROW = 0x10000000, BASE_ARM = 0x10000, PAGE = 0x10000 };

static unsigned
base_of(const struct arch *arch)
{
	if (arch->magic[EI_CLASS] == ELFCLASS64)
		return BASE;
	return elf_number(arch->magic + 18, 2, arch->magic[EI_DATA] == ELFDATA2MSB) == EM_ARM ? BASE_ARM : BASE_NARROW;
}

static void
store(unsigned char **at, unsigned long long value, size_t bytes, int big)
{
	for (size_t i = 0; i < bytes; i++)
		(*at)[big ? bytes - 1 - i : i] = (unsigned char)(value >> (8 * i));
	*at += bytes;
}

size_t
probe_build(const struct arch *arch, unsigned char version, unsigned char elf[static PROBE_MAX])
{
	int wide = arch->magic[EI_CLASS] == ELFCLASS64, big = arch->magic[EI_DATA] == ELFDATA2MSB;
	size_t word = wide ? 8 : 4, header = wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	size_t entry = wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), size = header + entry + arch->probe_size;
	unsigned base = base_of(arch);
	unsigned char *at = elf + EI_NIDENT;

	memset(elf, 0, PROBE_MAX);
	memcpy(elf, arch->magic, EI_VERSION);
	elf[EI_VERSION] = version;
	store(&at, ET_EXEC, 2, big);
	memcpy(at, arch->magic + 18, 2);
	at += 2;
	store(&at, EV_CURRENT, 4, big);
	store(&at, base + header + entry, word, big);
	store(&at, header, word, big); /* e_phoff */
	store(&at, 0, word, big);      /* e_shoff */
	store(&at, arch->e_flags, 4, big);
	store(&at, header, 2, big);
	store(&at, entry, 2, big);
	store(&at, 1, 2, big);
	at = elf + header;
	store(&at, PT_LOAD, 4, big);
	if (wide)
		store(&at, PF_R | PF_X, 4, big);
	store(&at, 0, word, big);
	store(&at, base, word, big);
	store(&at, base, word, big);
	store(&at, size, word, big);
	store(&at, size, word, big);
	if (!wide)
		store(&at, PF_R | PF_X, 4, big);
	store(&at, PAGE, word, big);
	memcpy(at, arch->probe, arch->probe_size);
	return size;
}

/* Whether programs can be executed from where the file is, and this one. */
static bool
can_run(int fd)
{
	struct statvfs vfs;

	return fchmod(fd, 0700) == 0 && fstatvfs(fd, &vfs) == 0 && !(vfs.f_flag & ST_NOEXEC);
}

/* Writes the bytes and opens the file again read-only. Closes fd. -1 if exec of it would be refused. */
static int
finish(int fd, bool known, const unsigned char *bytes, size_t size)
{
	char path[32];
	int again = -1;

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (write(fd, bytes, size) == (ssize_t)size && (known || can_run(fd)))
		again = open(path, O_RDONLY); /* no O_CLOEXEC, see probe_elf.h */
	close(fd);
	return again;
}

int
probe_file(const unsigned char *bytes, size_t size)
{
	static const char *const places[] = {"/dev/shm", "/var/tmp", "/tmp", "."};
	static bool memory_runs; /* was seen before: all memfds are of one file system, and executable when made */
	int fd = memfd_create("binfmtctl-probe", MFD_CLOEXEC | MFD_EXEC), done;

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("binfmtctl-probe", MFD_CLOEXEC);
	done = finish(fd, memory_runs, bytes, size);
	memory_runs |= done >= 0;
	for (size_t i = 0; done < 0 && i < sizeof(places) / sizeof(places[0]); i++)
		done = finish(open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0700), false, bytes, size);
	return done;
}
