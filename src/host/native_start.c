/* SPDX-License-Identifier: MIT */
/* How load_elf_binary and elf_load of fs/binfmt_elf.c map segments (see native_start.h). */
#include <elf.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "caps.h"
#include "host.h"
#include "native.h"
#include "native_start.h"
#include "number.h"
#include "segment.h"
#include "userns.h"

/* What is where the process starts. */
enum landing { NOWHERE, NOT_EXECUTABLE, BEHIND_END, EXECUTABLE };

static uint64_t
page(void)
{
	static uint64_t size;

	if (!size)
		size = (uint64_t)sysconf(_SC_PAGESIZE);
	return size;
}

static uint64_t
page_start(uint64_t at)
{
	return at & ~(page() - 1);
}

static uint64_t
page_end(uint64_t at)
{
	return page_start(at + page() - 1);
}

/* No process has memory there or above; it may end much lower. */
static uint64_t
address_end(const struct native *elf)
{
	return elf->wide ? 1ULL << 56 : 0xffffe000;
}

/* Up to here a program is mapped where it wants, on every machine, whatever else is in memory. */
static uint64_t
ordinary_end(const struct native *elf)
{
	return elf->wide ? 1ULL << 38 : 0xb0000000;
}

static uint64_t
all_memory(void)
{
	static uint64_t all;
	struct sysinfo info;

	if (!all)
		all = sysinfo(&info) < 0 ? 1ULL << 30 : ((uint64_t)info.totalram + info.totalswap) * info.mem_unit;
	return all;
}

/* The lowest address that may be mapped: vm.mmap_min_addr, but for who has CAP_SYS_RAWIO outside all namespaces. */
static uint64_t
lowest_address(void)
{
	uint64_t lowest;

	if (caps_has(CAPS_SYS_RAWIO) && userns_is_initial().is != LOOK_NO)
		return 0;
	return number_of_file("/proc/sys/vm/mmap_min_addr", &lowest) ? lowest : 0;
}

/* Why mapping one segment fails, or NULL. */
static const char *
not_mapped(const struct native *elf, const struct segment *s)
{
	uint64_t size = (uint64_t)elf->file->st.st_size, bss = s->vaddr + s->filesz, end = address_end(elf);

	if (s->filesz > s->memsz)
		return "a segment is larger in the file than in memory: damaged";
	if (s->vaddr >= end || s->memsz > end || s->vaddr > end - s->memsz)
		return "a segment lies outside of all memory: damaged";
	if (s->filesz && (s->offset - s->vaddr) % page())
		return "a segment is not aligned to pages of this machine";
	if (s->filesz && s->offset > INT64_MAX - s->filesz)
		return "a segment lies outside of all files: damaged";
	if (elf->type == ET_EXEC && s->memsz && page_start(s->vaddr) < 0x100000 &&
	    page_start(s->vaddr) < lowest_address())
		return "a segment lies lower than memory may be mapped (vm.mmap_min_addr)";
	if (elf->file->noexec && s->filesz && s->flags & PF_X)
		return "on a noexec mount: its code cannot be mapped";
	/* The rest of the last page is zeroed, and faults where the file does not reach to that page. */
	if (s->filesz && s->memsz > s->filesz && s->flags & PF_W && bss % page() &&
	    page_start(s->offset + s->filesz) >= size)
		return "its segments are behind the end of the file: cut off";
	return NULL;
}

/* What is at the entry point if this segment covers it; otherwise what was there. */
static enum landing
land(const struct native *elf, const struct segment *s, enum landing before)
{
	uint64_t file_end = s->filesz ? page_end(s->vaddr + s->filesz) : page_start(s->vaddr);

	if (elf->entry < page_start(s->vaddr) || elf->entry >= page_end(s->vaddr + s->memsz) || !s->memsz)
		return before;
	if (!(s->flags & PF_X))
		return NOT_EXECUTABLE;
	if (elf->entry < file_end && page_start(s->offset + elf->entry - s->vaddr) >= (uint64_t)elf->file->st.st_size)
		return BEHIND_END;
	return EXECUTABLE;
}

/* What no linker writes, and where it depends on the machine and on chance what becomes of it. */
static bool
is_odd(const struct native *elf, const struct segment *s, const struct segment *first)
{
	if (s->vaddr + s->memsz > ordinary_end(elf) || s->align > 1U << 30 || s->memsz > all_memory())
		return true;
	/* The first one decides where the others go. */
	return elf->type == ET_DYN && (first->filesz == 0 || s->vaddr < first->vaddr);
}

/* What follows from where the process starts. */
static enum native_start
start_at(const struct native *elf, enum landing landing, bool strict, bool is_loader, const char **reason)
{
	switch (landing) {
	case NOWHERE:
		*reason = "it starts where there is no segment: damaged";
		/* Something else may be there: the program beside the loader, or what the kernel maps. */
		return is_loader || elf->type == ET_DYN ? NATIVE_ODD : NATIVE_DIES;
	case NOT_EXECUTABLE:
		*reason = "it starts in a segment that is not executable: damaged";
		return strict ? NATIVE_DIES : NATIVE_STARTS;
	case BEHIND_END:
		*reason = "its code is behind the end of the file: cut off";
		return NATIVE_DIES;
	default:
		return NATIVE_STARTS;
	}
}

enum native_start
native_start(const struct native *elf, enum native_part part, bool *strict, bool *cut_off, const char **reason)
{
	bool of_program = part != NATIVE_LOADER, odd = false;
	enum landing landing = NOWHERE;
	struct segment s, first = {0};
	struct segments segments;

	*reason = "an ELF file, but not a program";
	if (elf->type != ET_EXEC && elf->type != ET_DYN)
		return NATIVE_DIES;
	*reason = NULL;
	/* Old kernels, and those of 32-bit programs, execute all that can be read where nothing is said of the stack.
	 */
	if (of_program)
		*strict = elf->wide && host_kernel_since(host_kernel(), 5, 8);
	segments_start(&segments, elf);
	while (segments_next(&segments, &s)) {
		if (s.type == PT_GNU_STACK && of_program)
			*strict |= !(s.flags & PF_X);
		if (s.type != PT_LOAD)
			continue;
		if (first.type != PT_LOAD)
			first = s;
		*reason = not_mapped(elf, &s);
		if (*reason)
			return NATIVE_DIES;
		odd |= is_odd(elf, &s, &first);
		landing = land(elf, &s, landing);
		*cut_off |= s.filesz && s.offset + s.filesz > (uint64_t)elf->file->st.st_size;
	}
	*reason = "its program headers cannot be read";
	if (segments.error)
		return NATIVE_UNSEEN;
	*reason = "its segments lie where no linker puts them: damaged";
	if (odd)
		return NATIVE_ODD;
	return part == NATIVE_WITH_LOADER ? NATIVE_STARTS : start_at(elf, landing, *strict, !of_program, reason);
}
