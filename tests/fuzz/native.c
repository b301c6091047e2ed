/* SPDX-License-Identifier: MIT */
/* A program as this kernel loads it: two readers agree, in memory and in a file, and zeros at its end do no harm. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "err.h"
#include "fuzz.h"
#include "loader.h"
#include "native.h"
#include "native_start.h"
#include "needs.h"
#include "opened.h"
#include "segment.h"

/* What is read off one file. */
struct seen {
	int read, loader_error;
	bool asked, cut_off;
	enum native_start start;
	size_t segments;
	struct native program;
	char loader[PATH_MAX];
};

static void
look(const struct opened *file, enum native_part part, struct seen *seen)
{
	unsigned char head[PATTERN_WINDOW];
	struct segments segments;
	struct segment s;
	const char *reason;
	bool strict = false;

	memset(seen, 0, sizeof(*seen));
	demand(opened_head(file, head));
	seen->read = native_read(file, head, &seen->program, &reason);
	demand(seen->read == 0 || seen->read == ENOEXEC);
	if (seen->read)
		return;
	demand(!reason);
	segments_start(&segments, &seen->program);
	while (segments_next(&segments, &s))
		seen->segments++;
	demand(seen->segments == seen->program.phnum);
	seen->loader_error = native_loader(&seen->program, seen->loader, &seen->asked, &reason);
	demand(!seen->loader_error == !reason && (!seen->asked || strlen(seen->loader) < PATH_MAX));
	seen->start = native_start(&seen->program, part, &strict, &seen->cut_off, &reason);
	demand(seen->start != NATIVE_DIES || reason);
}

/* loader.h reads the header by its class and byte order, native.h by the row: where these agree, so must they. */
static void
check_loader(int fd, const struct seen *seen, const uint8_t *data, size_t size)
{
	char path[256];
	struct elf_head head;
	int asked = loader_path(&(struct opened){.fd = fd}, path);

	if (seen->read || !elf_parse(data, size, &head) || head.wide != seen->program.wide ||
	    head.big != seen->program.big)
		return;
	demand(asked == (seen->asked || seen->loader_error));
	demand(!*path || !seen->asked || strcmp(path, seen->loader) == 0);
}

static void
check_needs(int fd, const uint8_t *data, size_t size)
{
	struct err findings[NEEDS_FINDINGS_MAX];
	struct needs needs, longer;

	needs_look(fd, AT_FDCWD, arch_of_header(data, size), &needs);
	demand(needs.size == size && (needs.loader == LOADER_NONE || needs.elf));
	demand((needs.loader != LOADER_FOUND && needs.loader != LOADER_OTHER) || *needs.loader_path);
	for (size_t i = needs_findings(&needs, &(struct needs_handler){"/p", 0, true}, findings); i > 0; i--)
		demand(*findings[i - 1].text);
	if (needs.end <= size || needs.end > 1 << 20)
		return;
	/* A file that is not cut off there asks for no less. */
	demand(ftruncate(fd, (off_t)needs.end) == 0);
	needs_look(fd, AT_FDCWD, needs.arch, &longer);
	demand(longer.end >= needs.end);
}

static void
check_longer(const struct opened *file, enum native_part part, const struct seen *seen, size_t more)
{
	size_t size = (size_t)file->st.st_size;
	uint8_t *bytes = calloc(size + more, 1);
	struct opened longer_file;
	struct seen longer;

	demand(bytes != NULL);
	memcpy(bytes, file->bytes, size);
	opened_bytes(&longer_file, bytes, size + more);
	look(&longer_file, part, &longer);
	if (seen->read == 0) {
		demand(longer.read == 0 && longer.segments == seen->segments);
		demand(seen->start != NATIVE_STARTS || longer.start == NATIVE_STARTS);
		demand(!longer.cut_off || seen->cut_off || seen->start == NATIVE_DIES);
	}
	free(bytes);
}

/* The first byte chooses which part it is of a program, and how much longer another file is. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct opened in_memory, in_file;
	struct seen seen, again;
	enum native_part part;

	if (fd < 0)
		fd = memfd_create("fuzz_native", MFD_CLOEXEC);
	if (size < 2)
		return 0;
	part = data[0] % 3;
	opened_bytes(&in_memory, data + 1, size - 1);
	look(&in_memory, part, &seen);
	check_longer(&in_memory, part, &seen, (data[0] / 3 + 1) * 100U);

	demand(ftruncate(fd, 0) == 0 && pwrite(fd, data + 1, size - 1, 0) == (ssize_t)size - 1);
	in_file = (struct opened){.fd = fd};
	demand(fstat(fd, &in_file.st) == 0);
	look(&in_file, part, &again);
	demand(seen.read == again.read && seen.segments == again.segments && seen.loader_error == again.loader_error);
	demand(seen.asked == again.asked && strcmp(seen.loader, again.loader) == 0);
	demand(seen.start == again.start && seen.cut_off == again.cut_off);
	check_loader(fd, &seen, data + 1, size - 1);
	check_needs(fd, data + 1, size - 1);
	return 0;
}
