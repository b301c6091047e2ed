/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "binfmt_open.h"
#include "caps.h"
#include "err.h"
#include "mounts.h"
#include "newroot.h"
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

static char link_at[LINKS][PATH_MAX];     /* their places */
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

/* The folders on the way to a path. 0, or -1 with errno. */
static int
make_way(const char *path)
{
	char folder[PATH_MAX];

	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		if (snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path), path) >= (int)sizeof(folder)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (mkdir(folder, 0755) < 0 && errno != EEXIST)
			return -1;
	}
	return 0;
}

/* A file or folder, and the folders on the way to it. 0, or -1 with errno. */
static int
make(const char *path, bool folder)
{
	int fd;

	if (make_way(path) < 0)
		return -1;
	if (folder)
		return mkdir(path, 0755) < 0 && errno != EEXIST ? -1 : 0;
	fd = open(path, O_CREAT | O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0644);
	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
}

/*
 * Makes what a mount will cover. 0, or -1 with errno. It stays: to remove it at the end would take away the mounts that
 * others have there by then, in mount namespaces of their own. As the root that we are here, also where the caller is
 * none: a folder of its own may be closed to it.
 */
static int
make_place(const char *path, bool folder)
{
	int used = caps_use_over_files(true), done = used < 0 ? -1 : make(path, folder);

	return used < 0 || caps_use_over_files(used) < 0 ? -1 : done;
}

/* As rootview_may_make, with the rights of make_place. */
static int
may_make(const char *at)
{
	int used = caps_use_over_files(true), done = used < 0 ? -1 : rootview_may_make(at);

	return used < 0 || caps_use_over_files(used) < 0 ? -1 : done;
}

static int
cannot(const char *what, const char *path, struct err *err)
{
	return err_set(err, ERR_MOUNT, "--root: cannot %s %s: %s", what, path, strerror(errno));
}

static const char cannot_make[] = "make what is not there:", cannot_mount[] = "mount";

/* Makes what is not there to be covered. 0, or -1 with errno. */
static int
need_place(const char *at, bool folder)
{
	struct stat st;

	return lstat(at, &st) < 0 ? make_place(at, folder) : 0;
}

/* Ends the descriptor. Returns what failed, with errno, or NULL. */
static const char *
place(int mount, const char *at)
{
	const char *failed = mounts_place(mount, at, false) < 0 ? cannot_mount : NULL;
	int error = errno;

	close(mount);
	errno = error;
	return failed;
}

/* What becomes of a part that cannot be had. */
static int
miss(const struct part *part, const char *failed, struct err *note, struct err *err)
{
	if (part->need == MUST)
		return cannot(failed, part->to, err);
	if (part->need == SHOULD)
		err_add(note, "%scannot %s %s: %s", *note->text ? "; " : "--root: ", failed, part->to, strerror(errno));
	return 0;
}

static int
take_all(int mounts[static PARTS], struct err *note, struct err *err)
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
		return place(mount, where->at);
	if (!failed && *where->at) {
		failed = cannot_make;
		error = errno;
	}
	close(mount);
	errno = error;
	return failed;
}

static int
place_all(const int mounts[static PARTS], struct err *note, struct err *err)
{
	for (size_t i = 0; i < PARTS; i++) {
		const char *failed = mounts[i] < 0 ? NULL : place_part(&parts[i], &seen[i], mounts[i]);

		if (failed && miss(&parts[i], failed, note, err) < 0)
			return -1;
	}
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
		return fails_by(EBUSY, cannot_mount);
	if (rootview_look(at, &st) == 0)
		return S_ISDIR(st.st_mode) == part->folder ? NULL
							   : fails_by(part->folder ? ENOTDIR : EISDIR, cannot_mount);
	if (rootview_is_outside(at))
		return part->need == MUST ? NULL : fails_by(ENOENT, cannot_make);
	return may_make(at) < 0 ? cannot_make : NULL;
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

/* What will be seen of the parts. */
static int
look_at_parts(struct err *err)
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
			return cannot(seen[i].failed, part->to, err);
		if (!seen[i].failed)
			show_part(part, seen[i].at, from);
	}
	show_links();
	return 0;
}

/* The binds with their places and mounts. */
static struct bound {
	const struct newroot_bind *binds;
	size_t count;
	char at[NEWROOT_BINDS_MAX][PATH_MAX];
	bool folder[NEWROOT_BINDS_MAX], lacks[NEWROOT_BINDS_MAX]; /* its place is to be made */
	int mounts[NEWROOT_BINDS_MAX];
} bound;

_Static_assert(PARTS + LINKS + BORN + NEWROOT_BINDS_MAX <= ROOTVIEW_MAX, "all that is shown");

static int
refuse(const struct newroot_bind *bind, const char *why, struct err *err)
{
	return err_set(err, ERR_MOUNT, "--bind %s:%s: %s", bind->from, bind->to, why);
}

/* A folder is none where a link of ours is: it is covered itself. */
static bool
is_folder(const char *at, const struct stat *st)
{
	for (size_t i = 0; i < LINKS; i++)
		if (strcmp(at, link_at[i]) == 0)
			return false;
	return S_ISDIR(st->st_mode);
}

/* What of outside is shown before it belongs to the outside, and nothing is made in it. */
static int
look_at_bind(size_t i, struct err *err)
{
	const struct newroot_bind *bind = &bound.binds[i];
	struct stat st, place;
	char *at = bound.at[i];

	if (stat(bind->from, &st) < 0)
		return err_set(err, ERR_MOUNT, "--bind %s: %s", bind->from, strerror(errno));
	if (rootview_where(bind->to, true, at) < 0)
		return cannot("look at", bind->to, err);
	if (!*at)
		return refuse(bind, "what is to be all of the root is for --root", err);
	if (rootview_is_process(at))
		return refuse(bind, "what is there is of one process, and ends with it", err);
	bound.folder[i] = S_ISDIR(st.st_mode);
	bound.lacks[i] = rootview_look(at, &place) < 0;
	if (bound.lacks[i] && errno != ENOENT && errno != ENOTDIR)
		return cannot("look at", bind->to, err);
	if (bound.lacks[i] && rootview_is_outside(at))
		return refuse(bind, "what is shown there of outside has no such place, and is not changed", err);
	if (bound.lacks[i] && may_make(at) < 0)
		return cannot(cannot_make, bind->to, err);
	if (!bound.lacks[i] && bound.folder[i] != is_folder(at, &place))
		return refuse(bind, "only one of them is a folder", err);
	rootview_show(at, bind->from);
	return 0;
}

static int
take_binds(struct err *err)
{
	for (size_t i = 0; i < bound.count; i++) {
		bound.mounts[i] = mounts_copy(bound.binds[i].from, true);
		if (bound.mounts[i] < 0)
			return err_set(err, ERR_MOUNT, "--bind %s: %s", bound.binds[i].from, strerror(errno));
	}
	return 0;
}

/* Where they were looked at, each in what is seen then. */
static int
place_binds(struct err *err)
{
	for (size_t i = 0; i < bound.count; i++) {
		const char *at = bound.at[i], *failed;

		failed =
		    bound.lacks[i] && make_place(at, bound.folder[i]) < 0 ? cannot_make : place(bound.mounts[i], at);
		if (failed)
			return cannot(failed, bound.binds[i].to, err);
	}
	return 0;
}

/*
 * Never plain chroot: a second user namespace would be refused in it. The folder is put over itself, as the root has
 * to be a mount, and entered by that mount's descriptor. It is the current one, as that alone goes with us into another
 * mount namespace: its name may lead elsewhere by now.
 */
static int
pivot(const char *name, struct err *err)
{
	int tree = mounts_copy(".", true);
	bool entered = tree >= 0 && mounts_place(tree, ".", true) == 0 && fchdir(tree) == 0;

	if (!entered)
		cannot("enter", name, err);
	if (tree >= 0)
		close(tree);
	if (!entered)
		return -1;
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return errno == EINVAL ? err_set(err, ERR_MOUNT,
						 "--root: %s cannot become the root here, as the present one cannot be "
						 "left (an initramfs)",
						 name)
				       : cannot("make the root of", name, err);
	return umount2(".", MNT_DETACH) < 0 || chdir("/") < 0 ? cannot("leave the old root for", name, err) : 0;
}

int
newroot_look(const struct newroot_bind *binds, size_t count, struct err *err)
{
	bound.binds = binds;
	bound.count = count;
	if (look_at_parts(err) < 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (look_at_bind(i, err) < 0)
			return -1;
	return 0;
}

int
newroot_enter(const char *name, const struct newroot_bind *binds, size_t count, struct err *note, struct err *err)
{
	int mounts[PARTS];

	err_clear(note);
	if (newroot_look(binds, count, err) < 0 || take_all(mounts, note, err) < 0 || take_binds(err) < 0 ||
	    pivot(name, err) < 0 || place_all(mounts, note, err) < 0)
		return -1;
	for (size_t i = 0; i < LINKS; i++)
		if (symlink(links[i].to, links[i].path) < 0)
			return cannot("make", links[i].path, err);
	return place_binds(err);
}
