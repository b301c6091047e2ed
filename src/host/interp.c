/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "interp.h"
#include "loader.h"

static const char *const standard_dirs[] = {"/usr/bin", "/usr/local/bin", "/bin"};
static const char *const suffixes[] = {"-static", ""};

enum {
	STANDARD_DIRS = sizeof(standard_dirs) / sizeof(standard_dirs[0]),
	SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0])
};

/* An executable regular file; with must_be_static also one that needs no loader. */
static bool
usable(const char *path, bool must_be_static)
{
	struct interp interp;

	return !interp_look(path, &interp) && !(must_be_static && (interp.dynamic || interp.kind != INTERP_ELF));
}

static bool
search(const char *base, const char *const *dirs, size_t count, bool must_be_static, char path[static INTERP_PATH_MAX])
{
	for (size_t i = 0; i < count * SUFFIXES; i++) {
		int len = snprintf(path, INTERP_PATH_MAX, "%s/%s%s", dirs[i / SUFFIXES], base, suffixes[i % SUFFIXES]);

		if (len < INTERP_PATH_MAX && usable(path, must_be_static))
			return true;
	}
	return false;
}

bool
interp_find(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
	    char path[static INTERP_PATH_MAX])
{
	for (int must_be_static = prefer_static; must_be_static >= 0; must_be_static--)
		if (search(arch->interpreter, dirs, count, must_be_static, path) ||
		    search(arch->interpreter, standard_dirs, STANDARD_DIRS, must_be_static, path))
			return true;
	return false;
}

bool
interp_find_binfmt_p(const struct arch *arch, char path[static INTERP_PATH_MAX])
{
	const char *base = strchr(arch->interpreter, '-');

	snprintf(path, INTERP_PATH_MAX, "/usr/libexec/qemu-binfmt/%s-binfmt-P", base ? base + 1 : arch->name);
	return usable(path, false);
}

const char *
interp_package(void)
{
	return "qemu-user-static (Debian, Fedora, Arch) or qemu-ARCH (Alpine)";
}

static const char *
look_at_opened(int fd, struct interp *interp)
{
	unsigned char *head = interp->subject.head;
	struct elf_head elf;
	ssize_t len = pread(fd, head, sizeof(interp->subject.head), 0);
	int dynamic;

	if (len < 0)
		return "the interpreter cannot be read";
	interp->opened = true;
	interp->kind = INTERP_OTHER;
	if (elf_parse(head, (size_t)len, &elf)) {
		dynamic = loader_is_asked(fd);
		interp->kind = INTERP_ELF;
		interp->dynamic = dynamic > 0;
	} else if (head[0] == '#' && head[1] == '!') {
		interp->kind = INTERP_SCRIPT;
	}
	return NULL;
}

static const char *
look_at_file(int fd, struct interp *interp)
{
	struct statvfs vfs;
	struct stat st;
	int readable;
	char path[32];
	const char *reason;

	if (fstat(fd, &st) < 0)
		return "the interpreter cannot be looked at";
	if (S_ISDIR(st.st_mode))
		return "the interpreter is a directory";
	if (!S_ISREG(st.st_mode))
		return "the interpreter is not a regular file";
	if (!(st.st_mode & 0111))
		return "the interpreter is not executable";
	if (fstatvfs(fd, &vfs) == 0 && vfs.f_flag & ST_NOEXEC)
		return "the interpreter is on a noexec mount";
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	readable = open(path, O_RDONLY | O_CLOEXEC);
	if (readable < 0)
		return NULL; /* execute-only for this user: the kernel can still run it */
	reason = look_at_opened(readable, interp);
	close(readable);
	return reason;
}

const char *
interp_look(const char *path, struct interp *interp)
{
	const char *reason;
	int fd;

	memset(interp, 0, sizeof(*interp));
	interp->subject.path = path;
	if (path[0] != '/')
		return "the interpreter's path is not absolute";
	fd = open(path, O_PATH | O_CLOEXEC); /* a device or FIFO is not opened before it is known to be none */
	if (fd < 0 && errno == ENOENT)
		return "the interpreter does not exist";
	if (fd < 0)
		return errno == EACCES ? "the interpreter cannot be reached: a folder on the way to it is closed"
				       : "the interpreter cannot be reached (a file in place of a folder, a loop of "
					 "links, too long a path)";
	reason = look_at_file(fd, interp);
	close(fd);
	return reason;
}
