/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "elf.h"
#include "interp.h"
#include "loader.h"
#include "opened.h"

static const char *const standard_dirs[] = {"/usr/bin", "/usr/local/bin", "/bin"};
static const char *const suffixes[] = {"-static", ""};

enum {
	STANDARD_DIRS = sizeof(standard_dirs) / sizeof(standard_dirs[0]),
	SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0])
};

/*
 * Cuts "-static" off a link to the file without it in the same folder: on Debian 13 such links belong to a package that
 * is to go.
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

static struct look
answer(enum look_is is, const char *why, const char **reason)
{
	*reason = why;
	return (struct look){is};
}

/* Why it was not opened, or what else keeps it from being one. */
static struct look
judge(int error, const struct opened *file, const char **reason)
{
	if (error && S_ISDIR(file->st.st_mode))
		return answer(LOOK_NO, "the interpreter is a directory", reason);
	if (error > 0 && file->st.st_mode && !S_ISLNK(file->st.st_mode))
		return answer(LOOK_NO, "the interpreter is not a regular file", reason);
	if (error == ENOENT)
		return answer(LOOK_NO, "the interpreter does not exist", reason);
	if (error == EACCES)
		return answer(LOOK_NO, "the interpreter cannot be reached: a folder on the way to it is closed",
			      reason);
	if (error > 0 && look_absent(error))
		return answer(
		    LOOK_NO,
		    "the interpreter cannot be reached (a file in place of a folder, a loop of links, too long "
		    "a path)",
		    reason);
	if (error)
		return answer(LOOK_UNKNOWN, "the interpreter cannot be looked at", reason);
	if (file->noexec)
		return answer(LOOK_NO, "the interpreter is on a noexec mount", reason);
	if (!(file->st.st_mode & 0111))
		return answer(LOOK_NO, "the interpreter is not executable", reason);
	return answer(LOOK_YES, NULL, reason);
}

/* Opens what may be an interpreter; only then the file stays open. */
static struct look
open_one(const char *path, struct opened *file, const char **reason)
{
	struct look is;

	file->fd = -1;
	if (path[0] != '/')
		return answer(LOOK_NO, "the interpreter's path is not absolute", reason);
	is = judge(opened_open(-1, path, true, file), file, reason);
	if (is.is != LOOK_YES)
		opened_close(file);
	return is;
}

/* What its bytes say; of one that this user may not read, nothing: the kernel can still run it. */
static struct look
look_inside(const struct opened *file, struct interp *interp, const char **reason)
{
	unsigned char *head = interp->subject.head;
	struct elf_head elf;

	if (file->fd < 0)
		return answer(LOOK_YES, NULL, reason);
	if (!opened_head(file, head))
		return answer(LOOK_UNKNOWN, "the interpreter cannot be read", reason);
	interp->opened = true;
	interp->kind = INTERP_OTHER;
	if (elf_parse(head, file->st.st_size < PATTERN_WINDOW ? (size_t)file->st.st_size : PATTERN_WINDOW, &elf)) {
		interp->kind = INTERP_ELF;
		interp->dynamic = loader_is_asked(file);
	} else if (head[0] == '#' && head[1] == '!') {
		interp->kind = INTERP_SCRIPT;
	}
	return answer(LOOK_YES, NULL, reason);
}

/* Opens it and says what it is. Only an interpreter stays open. */
static struct look
look(const char *path, struct interp *interp, struct opened *file, const char **reason)
{
	struct look is = open_one(path, file, reason);

	memset(interp, 0, sizeof(*interp));
	interp->subject.path = path;
	if (is.is == LOOK_YES)
		is = look_inside(file, interp, reason);
	if (is.is != LOOK_YES)
		opened_close(file);
	return is;
}

struct look
interp_look(const char *path, struct interp *interp, const char **reason)
{
	const char *ignored;
	struct opened file;
	struct look is = look(path, interp, &file, reason ? reason : &ignored);

	opened_close(&file);
	return is;
}

/* Whether it is an executable regular file; with must_be_static also one that needs no loader. Then it stays open. */
static struct look
usable(const char *path, bool must_be_static, struct opened *file)
{
	struct interp interp;
	const char *ignored;
	struct look is = look(path, &interp, file, &ignored);

	if (is.is == LOOK_YES && must_be_static)
		is = interp.kind != INTERP_ELF           ? look_seen(false)
		     : interp.dynamic.is == LOOK_UNKNOWN ? interp.dynamic
							 : look_seen(interp.dynamic.is == LOOK_NO);
	if (is.is != LOOK_YES)
		opened_close(file);
	return is;
}

static struct look
search(const char *base, const char *const *dirs, size_t count, bool must_be_static, char path[static INTERP_PATH_MAX],
       struct opened *file)
{
	struct look is = look_seen(false);

	for (size_t i = 0; i < count * SUFFIXES; i++) {
		int len = snprintf(path, INTERP_PATH_MAX, "%s/%s%s", dirs[i / SUFFIXES], base, suffixes[i % SUFFIXES]);

		is = len < INTERP_PATH_MAX ? usable(path, must_be_static, file) : look_seen(false);
		if (is.is == LOOK_YES && file->link && *suffixes[i % SUFFIXES])
			cut_to_plain(base, path);
		if (is.is != LOOK_NO)
			return is;
	}
	return is;
}

struct look
interp_find_open(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
		 char path[static INTERP_PATH_MAX], struct opened *file)
{
	struct look is = look_seen(false);

	file->fd = -1;
	/* The first that is there, or that may be: what comes after it is another's place. */
	for (int must_be_static = prefer_static; must_be_static >= 0; must_be_static--)
		for (int standard = 0; standard < 2; standard++) {
			is = search(arch->interpreter, standard ? standard_dirs : dirs,
				    standard ? STANDARD_DIRS : count, must_be_static, path, file);
			if (is.is != LOOK_NO)
				return is;
		}
	return is;
}

struct look
interp_find(const struct arch *arch, const char *const *dirs, size_t count, bool prefer_static,
	    char path[static INTERP_PATH_MAX])
{
	struct opened file;
	struct look is = interp_find_open(arch, dirs, count, prefer_static, path, &file);

	opened_close(&file);
	return is;
}

struct look
interp_find_binfmt_p(const struct arch *arch, char path[static INTERP_PATH_MAX])
{
	const char *base = strchr(arch->interpreter, '-');
	struct interp interp;

	snprintf(path, INTERP_PATH_MAX, "/usr/libexec/qemu-binfmt/%s-binfmt-P", base ? base + 1 : arch->name);
	return interp_look(path, &interp, NULL);
}

const char *
interp_package(void)
{
	return "qemu-user-static (Debian, Fedora, Arch) or qemu-ARCH (Alpine)";
}
