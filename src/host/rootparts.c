/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "err.h"
#include "mounts.h"
#include "rootparts.h"
#include "rootplace.h"
#include "rootview.h"

/*
 * What is seen in the new root is taken while the old one is there (a new proc needs to see one), and placed when the
 * new one is `/`, so that links in it lead nowhere else.
 */
enum source { FRESH, COPY, COPY_DEEP, CONSOLE };

/*
 * Without what must be there is no root: the command would have no handlers either, as they end with the last mount of
 * their instance. Of the rest this machine may have none; what it has and cannot be had is said.
 */
enum need { MUST, SHOULD };

struct part {
	enum source source;
	const char *from, *to; /* `from` is a type for FRESH */
	const char *options[6];
	bool folder;
	enum need need;
};

static const struct part parts[] = {
    {FRESH, "proc", "/proc", {NULL}, true, MUST},
    {FRESH, "binfmt_misc", BINFMT_DIR, {NULL}, true, MUST},
    {COPY_DEEP, "/sys", "/sys", {NULL}, true, SHOULD},
    {FRESH, "tmpfs", "/dev", {"mode=755", NULL}, true, MUST},
    {COPY, "/dev/null", "/dev/null", {NULL}, false, MUST},
    {COPY, "/dev/zero", "/dev/zero", {NULL}, false, MUST},
    {COPY, "/dev/full", "/dev/full", {NULL}, false, SHOULD},
    {COPY, "/dev/random", "/dev/random", {NULL}, false, MUST},
    {COPY, "/dev/urandom", "/dev/urandom", {NULL}, false, MUST},
    {COPY, "/dev/tty", "/dev/tty", {NULL}, false, SHOULD},
    {FRESH, "devpts", "/dev/pts", {"newinstance", "ptmxmode=0666", "mode=0620", "gid=5", NULL}, true, SHOULD},
    {FRESH, "tmpfs", "/dev/shm", {"mode=1777", NULL}, true, SHOULD},
    {CONSOLE, NULL, "/dev/console", {NULL}, false, SHOULD},
    {COPY, "/etc/resolv.conf", "/etc/resolv.conf", {NULL}, false, SHOULD},
    {COPY, "/etc/hosts", "/etc/hosts", {NULL}, false, SHOULD},
};

enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static const struct {
	const char *to, *path;
} links[] = {
    {"pts/ptmx", "/dev/ptmx"},          {"/proc/self/fd", "/dev/fd"},       {"/proc/self/fd/0", "/dev/stdin"},
    {"/proc/self/fd/1", "/dev/stdout"}, {"/proc/self/fd/2", "/dev/stderr"},
};

enum { LINKS = sizeof(links) / sizeof(links[0]), BORN = 3 };

_Static_assert(PARTS + LINKS + BORN <= ROOTPARTS_SHOWN_MAX, "all that is shown of them");

static char link_at[LINKS][PATH_MAX];     /* their places */
static int mounts[PARTS];                 /* taken, or -1 */
static const char a_file[] = "/dev/null"; /* is shown where some file will be */

/*
 * The caller's terminal, seen under a name of the new root: programs look for it there. By its name, as what a
 * descriptor from before is in is another mount namespace's. NULL with ENOENT: there is none.
 */
static const char *
console_path(void)
{
	static char path[64];
	struct stat of_fd, of_path;

	for (int fd = 0; fd <= 2; fd++)
		if (isatty(fd) && ttyname_r(fd, path, sizeof(path)) == 0 && fstat(fd, &of_fd) == 0 &&
		    stat(path, &of_path) == 0 && of_path.st_rdev == of_fd.st_rdev)
			return path;
	errno = ENOENT;
	return NULL;
}

/* A devpts whose group tty is not mapped here: without that group. */
static int
fresh(const struct part *part)
{
	static const char *const no_group[] = {"newinstance", "ptmxmode=0666", "mode=0620", NULL};
	int mount = mounts_new(part->from, part->options);

	return mount < 0 && errno == EINVAL && strcmp(part->from, "devpts") == 0 ? mounts_new(part->from, no_group)
										 : mount;
}

/* A part's mount, or -1 with errno. */
static int
take(const struct part *part)
{
	const char *console;
	int mount;

	switch (part->source) {
	case FRESH:
		mount = fresh(part);
		/* Where something is mounted over a part of /proc, as in containers, there is no new one. */
		return mount < 0 && errno == EPERM && strcmp(part->to, "/proc") == 0 ? mounts_copy("/proc", true)
										     : mount;
	case CONSOLE:
		console = console_path();
		return console ? mounts_copy(console, false) : -1;
	default:
		return mounts_copy(part->from, part->source == COPY_DEEP);
	}
}

/* Makes what is not there to be covered. 0, or -1 with errno. */
static int
need_place(const char *at, bool folder)
{
	struct stat st;

	return lstat(at, &st) < 0 ? rootplace_make(at, folder) : 0;
}

/* What becomes of a part that cannot be had. */
static int
miss(const struct part *part, const char *failed, struct err *note, struct err *err)
{
	if (part->need == MUST)
		return rootplace_cannot(failed, part->to, err);
	if (part->need == SHOULD)
		err_add(note, "%scannot %s %s: %s", *note->text ? "; " : "--root: ", failed, part->to, strerror(errno));
	return 0;
}

int
rootparts_take(struct err *note, struct err *err)
{
	for (size_t i = 0; i < PARTS; i++) {
		mounts[i] = take(&parts[i]);
		if (mounts[i] < 0 && (errno != ENOENT || parts[i].need == MUST) &&
		    miss(&parts[i], "make", note, err) < 0)
			return -1;
	}
	return 0;
}

/* Where each part goes, as it was looked at. */
static struct seen {
	char at[PATH_MAX];  /* "": nowhere, as there is none */
	const char *failed; /* what of it, NULL: nothing */
	int error;
} seen[PARTS];

/* Ends the descriptor. What failed, with errno, or NULL. */
static const char *
place_part(const struct part *part, const struct seen *where, int mount)
{
	const char *failed = where->failed;
	int error = where->error;

	if (!failed && *where->at && need_place(where->at, part->folder) == 0)
		return rootplace_put(mount, where->at);
	if (!failed && *where->at) {
		failed = rootplace_no_place;
		error = errno;
	}
	close(mount);
	errno = error;
	return failed;
}

int
rootparts_place(struct err *note, struct err *err)
{
	for (size_t i = 0; i < PARTS; i++) {
		const char *failed = mounts[i] < 0 ? NULL : place_part(&parts[i], &seen[i], mounts[i]);

		if (failed && miss(&parts[i], failed, note, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < LINKS; i++)
		if (symlink(links[i].to, links[i].path) < 0)
			return rootplace_cannot("make", links[i].path, err);
	return 0;
}

/* Where a part is from, to look at it: what is new and has nothing that could be run is an empty folder. */
static const char *
seen_from(const struct part *part)
{
	return part->source == CONSOLE ? console_path()
	       : part->source != FRESH ? part->from
				       : (strcmp(part->to, "/proc") == 0 ? "/proc" : NULL);
}

/* A tmpfs is one for users; of the others' files the kernel alone makes more. */
static bool
is_closed(const struct part *part)
{
	return part->source == FRESH && strcmp(part->from, "tmpfs") != 0;
}

static const char *
fails_by(int error, const char *failed)
{
	errno = error;
	return failed;
}

/*
 * Finds a part's place: a folder's by its links, which may lead to what is not there yet; a file that is a link is
 * covered itself, as what it leads to is another's, /dev/null say. What failed, with errno, or NULL.
 */
static const char *
find_place(const struct part *part, char at[static PATH_MAX])
{
	struct stat st;

	if (rootview_where(part->to, part->folder, at) < 0)
		return "look at";
	if (!*at)
		return fails_by(EBUSY, rootplace_no_mount);
	if (rootview_look(at, &st) == 0)
		return S_ISDIR(st.st_mode) == part->folder
			   ? NULL
			   : fails_by(part->folder ? ENOTDIR : EISDIR, rootplace_no_mount);
	if (rootview_is_outside(at))
		return part->need == MUST ? NULL : fails_by(ENOENT, rootplace_no_place);
	return rootplace_may_make(at) < 0 ? rootplace_no_place : NULL;
}

/* What a part is seen as, once its place is known, with the files that are born with it. */
static void
show_part(const struct part *part, const char *at, const char *from)
{
	static const char *const born[BORN][2] = {
	    {"devpts", "ptmx"}, {"binfmt_misc", "register"}, {"binfmt_misc", "status"}};
	char file[PATH_MAX];

	if (!is_closed(part) || from) {
		rootview_show(at, from);
		return;
	}
	rootview_show_closed(at);
	for (size_t i = 0; i < BORN; i++)
		if (strcmp(part->from, born[i][0]) == 0 &&
		    snprintf(file, sizeof(file), "%s/%s", at, born[i][1]) < PATH_MAX)
			rootview_show(file, a_file);
}

static void
show_links(void)
{
	for (size_t i = 0; i < LINKS; i++)
		if (rootview_where(links[i].path, false, link_at[i]) == 0)
			rootview_show(link_at[i], *links[i].to == '/' ? links[i].to : a_file);
}

int
rootparts_look(struct err *err)
{
	struct stat st;

	rootview_begin();
	for (size_t i = 0; i < PARTS; i++) {
		const struct part *part = &parts[i];
		const char *from = seen_from(part);

		seen[i] = (struct seen){.failed = NULL};
		if (part->source != FRESH && (!from || stat(from, &st) < 0))
			continue;
		seen[i].failed = find_place(part, seen[i].at);
		seen[i].error = errno;
		if (seen[i].failed && part->need == MUST)
			return rootplace_cannot(seen[i].failed, part->to, err);
		if (!seen[i].failed)
			show_part(part, seen[i].at, from);
	}
	show_links();
	return 0;
}

bool
rootparts_is_link(const char *at)
{
	for (size_t i = 0; i < LINKS; i++)
		if (strcmp(at, link_at[i]) == 0)
			return true;
	return false;
}
