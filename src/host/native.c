/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "host.h"
#include "native.h"
#include "retry.h"
#include "segment.h"

/* The machines whose programs the kernel tells apart by EI_CLASS too (elf_check_arch of each). */
static bool
class_counts(unsigned machine)
{
	return machine == EM_RISCV || machine == EM_S390 || machine == EM_MIPS || machine == EM_PARISC;
}

/* Whether this kernel takes a header, and its row: it compares e_machine in its own byte order. */
static struct look
find_row(const unsigned char *head, const struct arch **found)
{
	const struct arch *own = host_arch();
	struct look takes = look_seen(false), runs;

	for (size_t i = 0; own && i < arch_count; i++) {
		const struct arch *row = &arch_table[i];
		unsigned machine = (unsigned)elf_number(row->magic + 18, 2, row->magic[EI_DATA] == ELFDATA2MSB);

		if (memcmp(head + 18, row->magic + 18, 2) != 0 || row->magic[EI_DATA] != own->magic[EI_DATA] ||
		    (class_counts(machine) && head[EI_CLASS] != row->magic[EI_CLASS]))
			continue;
		runs = host_runs(row);
		*found = row;
		if (runs.is == LOOK_YES)
			return runs;
		if (runs.is == LOOK_UNKNOWN)
			takes = runs;
	}
	return takes;
}

/* Whether this x86-64 kernel has the x32 ABI: tried in a child, as a filter of syscalls may kill for it. */
static struct look
runs_x32(void)
{
	enum { X32_GETPID = 0x40000000 + 39 };
	static struct look known = {LOOK_UNKNOWN};
	int status;
	pid_t pid;

	if (known.is != LOOK_UNKNOWN)
		return known;
	pid = fork();
	if (pid == 0)
		_exit(syscall(X32_GETPID) == getpid() ? 0 : 1);
	if (pid > 0 && retry_waitpid(pid, &status) == pid)
		known = look_seen(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	return known;
}

static const char unreadable[] = "its program headers cannot be read";
static const char untried[] = "whether this machine runs its programs itself could not be tried";

/* The fields of a header of either width. */
static void
decode(const unsigned char *head, bool wide, bool big, struct native *elf)
{
	elf->wide = wide;
	elf->big = big;
	elf->type = (uint16_t)elf_number(head + 16, 2, big);
	elf->machine = (uint16_t)elf_number(head + 18, 2, big);
	elf->entry = elf_number(head + 24, wide ? 8 : 4, big);
	elf->phoff = elf_number(head + (wide ? 32 : 28), wide ? 8 : 4, big);
	elf->phnum = (uint16_t)elf_number(head + (wide ? 56 : 44), 2, big);
}

/* load_elf_phdrs: the table of program headers has the right shape and is there. 0, ENOEXEC or -1, and *reason. */
static int
check_table(const unsigned char *head, const struct native *elf, const char **reason)
{
	size_t entry = elf->wide ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr), size = entry * elf->phnum;
	unsigned char last;
	int error;

	*reason = "its program headers have the wrong size: cut off, damaged, or another ABI of this machine";
	if (elf_number(head + (elf->wide ? 54 : 42), 2, elf->big) != entry)
		return ENOEXEC;
	*reason = "it has no program headers: not a program";
	if (size == 0)
		return ENOEXEC;
	*reason = "it has too many program headers";
	if (size > 65536)
		return ENOEXEC;
	*reason = "its program headers are behind the end of the file: cut off or damaged";
	error = elf->phoff > INT64_MAX ? ENOEXEC : opened_read(elf->file, &last, 1, elf->phoff + size - 1);
	if (error <= 0)
		*reason = error < 0 ? unreadable : NULL;
	return error > 0 ? ENOEXEC : error;
}

static bool
is_elf(const unsigned char *head)
{
	return memcmp(head, ELFMAG, SELFMAG) == 0;
}

/* The same for an x32 program, of which the machine's own row knows nothing. 0, ENOEXEC, or -1. */
static int
read_x32(const unsigned char *head, struct native *program, const char **reason)
{
	struct look runs = runs_x32();

	decode(head, false, false, program);
	if (runs.is == LOOK_YES)
		return check_table(head, program, reason);
	*reason = runs.is == LOOK_NO ? "an x32 program: this kernel does not run those"
				     : "an x32 program, and whether this kernel runs those could not be tried";
	return runs.is == LOOK_NO ? ENOEXEC : -1;
}

int
native_read(const struct opened *file, const unsigned char head[static PATTERN_WINDOW], struct native *program,
	    const char **reason)
{
	const struct arch *row = NULL;
	struct look takes = is_elf(head) ? find_row(head, &row) : look_seen(false);
	int error = ENOEXEC;

	*reason = takes.is == LOOK_UNKNOWN ? untried : NULL;
	if (takes.is != LOOK_YES)
		return takes.is == LOOK_UNKNOWN ? -1 : ENOEXEC;
	program->file = file;
	decode(head, row->magic[EI_CLASS] == ELFCLASS64, row->magic[EI_DATA] == ELFDATA2MSB, program);
	if (program->type != ET_EXEC && program->type != ET_DYN)
		*reason = program->type == ET_REL    ? "an object file (.o), not a program"
			  : program->type == ET_CORE ? "a core file, not a program"
						     : "an ELF file, but not a program";
	else if (program->machine == EM_ARM && host_arch() != row &&
		 !(elf_number(head + 36, 4, program->big) & 0xff000000))
		*reason = "an ARM program of the old ABI";
	else
		error = check_table(head, program, reason);
	if (error > 0 && program->machine == EM_X86_64 && head[EI_CLASS] == ELFCLASS32)
		return read_x32(head, program, reason);
	return error;
}

int
native_loader(const struct native *program, char path[static PATH_MAX], bool *asked, const char **reason)
{
	struct segments segments;
	struct segment s;
	int error;

	*asked = false;
	path[0] = '\0';
	segments_start(&segments, program);
	while (segments_next(&segments, &s)) {
		if (s.type != PT_INTERP)
			continue;
		*reason = "the path of its loader is too long, or none";
		if (s.filesz > PATH_MAX || s.filesz < 2)
			return ENOEXEC;
		*reason = "the path of its loader is behind the end of the file: cut off or damaged";
		error = opened_read(program->file, path, (size_t)s.filesz, s.offset);
		if (error < 0)
			*reason = "the path of its loader cannot be read";
		if (error)
			return error;
		*reason = "the path of its loader does not end: damaged";
		if (path[s.filesz - 1])
			return ENOEXEC;
		*asked = true;
		break;
	}
	*reason = segments.error ? unreadable : NULL;
	return segments.error;
}

int
native_read_loader(const struct opened *file, const struct native *program, struct native *loader, const char **reason)
{
	size_t size = program->wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr);
	unsigned char head[PATTERN_WINDOW] = {0};
	const struct arch *row = NULL;
	int error = opened_read(file, head, size, 0);
	struct look takes;

	*reason = error < 0 ? "cannot be read" : file->st.st_size == 0 ? "an empty file" : "too short for a loader";
	if (error)
		return error;
	*reason = "no ELF file, so no loader";
	if (!is_elf(head))
		return ELIBBAD;
	loader->file = file;
	decode(head, program->wide, program->big, loader);
	takes = find_row(head, &row);
	*reason = untried;
	if (takes.is == LOOK_UNKNOWN)
		return -1;
	*reason = "a loader for another machine";
	if (takes.is == LOOK_NO ||
	    (loader->machine != program->machine && row->magic[EI_CLASS] != (program->wide ? ELFCLASS64 : ELFCLASS32)))
		return ELIBBAD;
	error = check_table(head, loader, reason);
	return error > 0 ? ELIBBAD : error;
}
