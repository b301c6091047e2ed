/* SPDX-License-Identifier: MIT */
/* A file's bytes: what is read off them stays within them, and a pattern made like a program takes that program. */
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "fuzz.h"
#include "limit.h"
#include "loader.h"
#include "opened.h"
#include "rule.h"
#include "shebang.h"

static int
is_dynamic(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[256];
	int dynamic;

	memset(path, 'x', sizeof(path));
	if (fd < 0)
		fd = memfd_create("fuzz_elf", MFD_CLOEXEC);
	demand(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
	dynamic = (int)loader_is_asked(&(struct opened){.fd = fd}).is - 1; /* as loader_path says it */
	demand(loader_path(&(struct opened){.fd = fd}, path) == dynamic && strlen(path) < sizeof(path));
	demand(dynamic == 1 || !*path);
	return dynamic;
}

static void
check_like(const unsigned char *head, size_t size, const struct subject *subject)
{
	const struct arch *row;
	struct rule rule = {.name = "like", .interpreter = "/i"};
	struct elf_like like;

	if (elf_like(head, size, &like))
		return;
	rule.pattern = like.pattern;
	demand(!limit_check(&rule));
	demand(pattern_takes(&like.pattern, subject));
	row = arch_of_header(head, size);
	demand(!row || arch_of_pattern(&like.pattern) == row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct subject subject = {.path = ""};
	char path[256];
	unsigned char *head = malloc(size ? size : 1); /* no byte behind it */
	struct elf_head elf;
	int dynamic;

	demand(head != NULL);
	memcpy(head, data, size);
	memcpy(subject.head, data, size < sizeof(subject.head) ? size : sizeof(subject.head));
	dynamic = is_dynamic(data, size);
	demand(dynamic >= -1 && dynamic <= 1);
	if (!elf_parse(head, size, &elf)) {
		demand(dynamic == -1);
		demand(elf_like(head, size, &(struct elf_like){0}) != NULL);
	} else {
		demand(dynamic != 1 || elf.phnum > 0);
	}
	arch_of_header(head, size);
	check_like(head, size, &subject);
	if (shebang_path(subject.head, path))
		demand(strlen(path) < sizeof(path) && !strpbrk(path, " \t\n"));
	free(head);
	return 0;
}
