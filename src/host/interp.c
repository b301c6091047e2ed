/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "arch.h"
#include "below.h"
#include "elf.h"
#include "interp.h"
#include "loader.h"

static const char *const standard_dirs[] = {"/usr/bin", "/usr/local/bin", "/bin"};
static const char *const suffixes[] = {"-static", ""};

enum {
	STANDARD_DIRS = sizeof(standard_dirs) / sizeof(standard_dirs[0]),
	SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0])
};

/*
 * Cuts "-static" off a path that is a link to the file without it in the same folder: on Debian 13 such links belong
 * to a package that is to go.
 */
static void
cut_to_plain(const char *base, char path[static INTERP_PATH_MAX])
{
	size_t plain = strlen(path) - strlen("-static");
	char target[INTERP_PATH_MAX], file[INTERP_PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);
	const char *name;
	struct stat a, b;

	if (len < 0)
		return;
	target[len] = '\0';
	name = strrchr(target, '/');
	snprintf(file, sizeof(file), "%.*s", (int)plain, path);
	if (strcmp(name ? name + 1 : target, base) == 0 && stat(path, &a) == 0 && stat(file, &b) == 0 &&
	    a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		path[plain] = '\0';
}

/* Whether it is an executable regular file; with must_be_static also one that needs no loader. */
static struct look
usable(const char *path, bool must_be_static)
{
	struct interp interp;
	struct look is = interp_look(path, &interp, NULL);

	if (is.is != LOOK_YES || !must_be_static)
		return is;
	if (interp.kind != INTERP_ELF)
		return look_seen(false);
	return interp.dynamic.is == LOOK_UNKNOWN ? interp.dynamic : look_seen(interp.dynamic.is == LOOK_NO);
}

static struct look
search(const char *base, const char *const *dirs, size_t count, bool must_be_static, char path[static INTERP_PATH_MAX])
{
	struct look is = look_seen(false);

	for (size_t i = 0; i < count * SUFFIXES; i++) {
		int len = snprintf(path, INTERP_PATH_MAX, "%s/%s%s", dirs[i / SUFFIXES], base, suffixes[i % SUFFIXES]);

		is = len < INTERP_PATH_MAX ? usable(path, must_be_static) : look_seen(false);
		if (is.is == LOOK_YES && *suffixes[i % SUFFIXES])
			cut_to_plain(base, path);
		if (is.is != LOOK_NO)
			return is;
	}
	return is;
}

struct look
interp_find(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
	    char path[static INTERP_PATH_MAX])
{
	struct look is = look_seen(false);

	/* The first that is there, or that may be: what comes after it is another's place. */
	for (int must_be_static = prefer_static; must_be_static >= 0; must_be_static--)
		for (int standard = 0; standard < 2; standard++) {
			is = search(arch->interpreter, standard ? standard_dirs : dirs,
				    standard ? STANDARD_DIRS : count, must_be_static, path);
			if (is.is != LOOK_NO)
				return is;
		}
	return is;
}

struct look
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

static struct look
answer(enum look_is is, const char *why, const char **reason)
{
	*reason = why;
	return (struct look){is};
}

static struct look
look_at_opened(int fd, struct interp *interp, const char **reason)
{
	unsigned char *head = interp->subject.head;
	struct elf_head elf;
	ssize_t len = pread(fd, head, sizeof(interp->subject.head), 0);

	if (len < 0)
		return answer(LOOK_UNKNOWN, "the interpreter cannot be read", reason);
	interp->opened = true;
	interp->kind = INTERP_OTHER;
	if (elf_parse(head, (size_t)len, &elf)) {
		interp->kind = INTERP_ELF;
		interp->dynamic = loader_is_asked(fd);
	} else if (head[0] == '#' && head[1] == '!') {
		interp->kind = INTERP_SCRIPT;
	}
	return answer(LOOK_YES, NULL, reason);
}

static struct look
look_at_file(int fd, struct interp *interp, const char **reason)
{
	struct statvfs vfs;
	struct stat st;
	struct look is;
	int readable;

	if (fstat(fd, &st) < 0 || fstatvfs(fd, &vfs) < 0)
		return answer(LOOK_UNKNOWN, "the interpreter cannot be looked at", reason);
	if (S_ISDIR(st.st_mode))
		return answer(LOOK_NO, "the interpreter is a directory", reason);
	if (!S_ISREG(st.st_mode))
		return answer(LOOK_NO, "the interpreter is not a regular file", reason);
	if (!(st.st_mode & 0111))
		return answer(LOOK_NO, "the interpreter is not executable", reason);
	if (vfs.f_flag & ST_NOEXEC)
		return answer(LOOK_NO, "the interpreter is on a noexec mount", reason);
	readable = below_reopen(fd, -1, interp->subject.path);
	if (readable < 0 && errno != EACCES && errno != EPERM)
		return answer(LOOK_UNKNOWN, "the interpreter cannot be looked at", reason);
	if (readable < 0)
		return answer(LOOK_YES, NULL, reason); /* execute-only for this user: the kernel can still run it */
	is = look_at_opened(readable, interp, reason);
	close(readable);
	return is;
}

struct look
interp_look(const char *path, struct interp *interp, const char **reason)
{
	const char *ignored;
	struct look is;
	int fd;

	reason = reason ? reason : &ignored;
	memset(interp, 0, sizeof(*interp));
	interp->subject.path = path;
	if (path[0] != '/')
		return answer(LOOK_NO, "the interpreter's path is not absolute", reason);
	fd = open(path, O_PATH | O_CLOEXEC); /* a device or FIFO is not opened before it is known to be none */
	if (fd < 0 && errno == ENOENT)
		return answer(LOOK_NO, "the interpreter does not exist", reason);
	if (fd < 0 && errno == EACCES)
		return answer(LOOK_NO, "the interpreter cannot be reached: a folder on the way to it is closed",
			      reason);
	if (fd < 0 && look_absent(errno))
		return answer(
		    LOOK_NO,
		    "the interpreter cannot be reached (a file in place of a folder, a loop of links, too long "
		    "a path)",
		    reason);
	if (fd < 0)
		return answer(LOOK_UNKNOWN, "the interpreter cannot be looked at", reason);
	is = look_at_file(fd, interp, reason);
	close(fd);
	return is;
}
