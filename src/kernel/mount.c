/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt.h"
#include "binfmt_list.h"
#include "binfmt_open.h"
#include "err.h"
#include "mount.h"
#include "planned.h"
#include "userns.h"

enum {
	BUSY_TRIES = 3,
	LOCK_SECONDS = 30,
};

int
mount_here(const char *dir, struct err *err)
{
	if (mount("binfmt_misc", dir, "binfmt_misc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0)
		return 0;
	if (errno == ENODEV)
		return err_unavailable(
		    err, ERR_NO_KERNEL_SUPPORT,
		    "this kernel has no binfmt_misc, and no module of it could be loaded (CONFIG_BINFMT_MISC)");
	if (errno == EPERM || errno == EACCES)
		return err_unavailable(err, ERR_DENIED,
				       "not permitted to mount binfmt_misc at %s: that needs CAP_SYS_ADMIN%s", dir,
				       userns_is_initial().is == LOOK_NO ? ", and in a user namespace Linux 6.7" : "");
	if (errno == EBUSY)
		return err_set(err, ERR_BUSY, "another program has just mounted binfmt_misc at %s", dir);
	return err_unavailable(err, ERR_MOUNT, "cannot mount binfmt_misc at %s: %s", dir, strerror(errno));
}

/* Whether a folder may be mounted over: it hides nothing. -1 and *err if not. */
static int
check_empty(const char *dir, struct err *err)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	bool empty = d != NULL;
	int error;

	if (!d)
		return err_unavailable(err, ERR_MOUNT, "cannot open %s: %s", dir, strerror(errno));
	errno = 0;
	while (empty && (e = readdir(d)))
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	error = empty ? errno : 0;
	closedir(d);
	if (error)
		return err_unavailable(err, ERR_MOUNT, "cannot list %s: %s", dir, strerror(error));
	return empty ? 0
		     : err_unavailable(err, ERR_NOT_BINFMT,
				       "%s is not empty: a mount of binfmt_misc there would hide what it holds", dir);
}

/* Where nothing is mounted: whether it may be. */
static int
check_absent(const char *dir, struct look initial, bool force, struct err *err)
{
	if (err->code == ERR_NOT_BINFMT && check_empty(dir, err) < 0)
		return -1;
	if (err->code != ERR_NOT_BINFMT && err->code != ERR_NOT_MOUNTED && err->code != ERR_NO_KERNEL_SUPPORT)
		return -1;
	if (force || initial.is == LOOK_YES)
		return 0;
	if (initial.is == LOOK_UNKNOWN)
		return err_unavailable(
		    err, ERR_NAMESPACE,
		    "whether this is a user namespace cannot be seen without /proc, and in one a mount "
		    "would hide the handlers that it inherits");
	return err_unavailable(err, ERR_NAMESPACE,
			       "a mount would make a new empty instance for this user namespace, which hides the "
			       "inherited handlers for good, and none can be seen here to be copied");
}

/* Whether an inherited entry can be copied, as far as that is seen without a try: 0, or -1 and *err. */
static int
check_copy(const struct entry *entry, struct err *err)
{
	const char *path = entry->rule.interpreter;

	if (entry->reason)
		return err_set(err, ERR_NOT_UNDERSTOOD, "it cannot be understood: %s", entry->reason);
	if (entry->rule.flags & RULE_F && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return err_set(err, ERR_INTERPRETER, "the kernel cannot open the interpreter %s: %s", path,
			       strerror(errno));
	return 0;
}

void
mount_keep_copied(struct binfmt_list *list)
{
	struct err ignored;
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		if (check_copy(&list->entries[i], &ignored) == 0)
			list->entries[count++] = list->entries[i];
	list->count = count;
}

/* Registers an inherited entry in the instance of our own, as it was, or not at all. */
static int
copy_entry(struct binfmt *b, const struct entry *entry, struct err *err)
{
	struct err ignored;

	if (check_copy(entry, err) < 0)
		return -1;
	if (binfmt_register(b, &entry->rule, entry->rule.name, err) < 0)
		return -1;
	if (entry->enabled || binfmt_command(b, entry->rule.name, "0", err) == 0)
		return 0;
	binfmt_command(b, entry->rule.name, "-1", &ignored);
	return -1;
}

/* How many were copied; the others are warned of. */
static size_t
copy_all(struct binfmt *b, const struct binfmt_list *list, struct warnings *warnings)
{
	size_t copied = 0;
	struct err err;

	for (size_t i = list->count; i-- > 0;) /* the oldest first: that keeps their order */
		if (copy_entry(b, &list->entries[i], &err) == 0)
			copied++;
		else
			warn_add(warnings, "the inherited entry %s could not be copied and is hidden here now: %s",
				 list->entries[i].rule.name, err.text);
	return copied;
}

/* Whether it is on top there, with nothing in it. If not, or if that cannot be told: -1 and *err. */
static int
check_unused(const struct binfmt *b, struct err *err)
{
	struct stat opened, now;
	struct binfmt_list list;
	size_t count;

	if (fstat(b->dir_fd, &opened) < 0 || stat(b->dir, &now) < 0 || opened.st_dev != now.st_dev)
		return err_set(err, ERR_MOUNT, "another mount covers it");
	if (binfmt_list_names(b, &list, err) < 0)
		return -1;
	count = list.count;
	binfmt_list_free(&list);
	return count == 0 ? 0 : err_set(err, ERR_EXISTS, "another program has registered handlers there");
}

int
mount_take_back(struct binfmt *b, struct err *err)
{
	static const char stays[] = "binfmt_misc stays mounted at";
	const char *dir = b->dir;
	struct err why;
	bool locked;
	int done;

	if (b->dir_fd < 0 && binfmt_open(b, dir, NULL, &why) < 0)
		return err_set(err, ERR_WRITE, "%s %s: %s", stays, dir, why.text);
	locked = binfmt_lock(b, 0, NULL, &why) == 0;
	if (check_unused(b, &why) < 0) {
		binfmt_close(b);
		return err_set(err, ERR_WRITE, "%s %s: %s", stays, dir, why.text);
	}
	/* Who waits for the lock sees that it is gone; without the lock it must not be open to anybody. */
	if (!locked)
		binfmt_close(b);
	done = umount2(dir, locked ? MNT_DETACH : UMOUNT_NOFOLLOW);
	if (done < 0)
		err_set(err, ERR_WRITE, "%s %s, which cannot be unmounted: %s", stays, dir,
			errno == EBUSY ? "another program uses it" : strerror(errno));
	binfmt_close(b);
	return done;
}

/* What was inherited does not run any more, as nothing of it could be copied: the mount goes, so that it can be seen
 * and copied yet. */
static int
give_up(struct binfmt *own, struct err *err)
{
	struct err stays;

	err->status = EXIT_FAILED; /* something was changed */
	if (mount_take_back(own, &stays) < 0)
		err_add(err, "; in force is an instance of this user namespace's own now, and %s", stays.text);
	else
		err_add(err,
			"; in force is an empty instance of this user namespace's own now: --mount, run again, copies "
			"the inherited handlers into it");
	return -1;
}

/* What is inherited, as it was seen. */
struct inherited {
	struct binfmt_list list;
	bool on;   /* the global switch */
	dev_t dev; /* the instance */
};

static int
read_inherited(const struct binfmt *b, struct inherited *inherited, struct err *err)
{
	struct stat st;
	int on = binfmt_enabled(b, err);

	if (fstat(b->dir_fd, &st) < 0)
		return err_set(err, ERR_READ, "cannot look at %s: %s", b->dir, strerror(errno));
	inherited->dev = st.st_dev;
	inherited->on = on > 0;
	return on < 0 ? -1 : binfmt_list(b, &inherited->list, err);
}

/* Whether what was seen was our own: who could not tell finds out as it cannot be mounted over itself. */
static bool
is_the_same(const struct binfmt *own, const struct inherited *inherited)
{
	struct stat st;

	return !planned_only(own->planned) && fstat(own->dir_fd, &st) == 0 && st.st_dev == inherited->dev;
}

/* Whether the instance of our own is as it is born: 1, or 0: it is in use, maybe mounted elsewhere. -1 and *err. */
static int
is_new(const struct binfmt *own, struct err *err)
{
	struct binfmt_list list;
	size_t count;
	int on;

	if (planned_only(own->planned))
		return 1;
	on = binfmt_enabled(own, err);
	if (on < 0 || binfmt_list_names(own, &list, err) < 0)
		return -1;
	count = list.count;
	binfmt_list_free(&list);
	return on > 0 && count == 0;
}

/* An instance is born switched on. */
static int
copy_switch(struct binfmt *own, bool on, struct err *err)
{
	int now;

	if (on)
		return 0;
	if (binfmt_command(own, "status", "0", err) < 0)
		return -1;
	now = planned_only(own->planned) ? 0 : binfmt_enabled(own, err);
	return now > 0 ? err_set(err, ERR_VERIFY, "the kernel still shows the new instance switched on") : now;
}

/* Copies what is inherited: how many entries; the rest is warned of. */
static size_t
copy_inherited(struct binfmt *own, const struct inherited *inherited, bool runs, struct warnings *warnings)
{
	if (!inherited->on)
		warn_add(warnings, "the inherited instance is switched off, %s",
			 runs ? "so nothing is inherited" : "and so is this user namespace's own now");
	return inherited->on || !runs ? copy_all(own, &inherited->list, warnings) : 0;
}

/* Puts what is inherited into our own instance, which is off before anything is in it. What is in use stays as it is.
 */
static int
fill(const struct mount_wish *wish, const struct inherited *inherited, struct binfmt *own, struct mount_made *made,
     struct err *err, struct warnings *warnings)
{
	int new = is_new(own, err);

	if (new < 0 || (new &&copy_switch(own, inherited->on || wish->runs, err) < 0))
		return -1;
	if (planned_only(own->planned))
		warn_add(warnings, "nothing would be copied if this user namespace has an instance of its own already, "
				   "which cannot be seen before it is mounted");
	if (new)
		made->copied = copy_inherited(own, inherited, wish->runs, warnings);
	else
		warn_add(warnings,
			 "this user namespace has an instance of its own already, which is seen at %s now: it stays as "
			 "it is, and nothing is copied into it of what was seen there, which is another namespace's",
			 wish->dir);
	return 0;
}

/* An instance of our own over the inherited one, with all that is to be seen there. */
static int
cover(const struct mount_wish *wish, const struct inherited *inherited, struct mount_made *made, struct err *err,
      struct warnings *warnings)
{
	bool mounted = !planned_only(wish->planned) && mount_here(wish->dir, err) == 0;
	struct binfmt own;

	if (!planned_only(wish->planned) && !mounted && err->code != ERR_BUSY) /* busy: our own is on top */
		return err_add(err, "; the handlers that are seen here are another namespace's");
	if (binfmt_open(&own, wish->dir, wish->planned, err) < 0 ||
	    (!is_the_same(&own, inherited) && (binfmt_lock(&own, LOCK_SECONDS, NULL, err) < 0 ||
					       fill(wish, inherited, &own, made, err, warnings) < 0))) {
		if (mounted)
			return give_up(&own, err);
		binfmt_close(&own);
		return -1;
	}
	made->mounted = made->stays = mounted;
	made->imagined = planned_only(wish->planned);
	binfmt_close(&own);
	return 0;
}

/* Who is asked to end in between ends after it: a run that came then would not find what there was to be copied. */
static int
mount_over(const struct mount_wish *wish, const struct inherited *inherited, struct mount_made *made, struct err *err,
	   struct warnings *warnings)
{
	sigset_t all, before;
	int done;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	done = cover(wish, inherited, made, err, warnings);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return done;
}

/* Where nothing is to be seen. */
static int
mount_absent(const struct mount_wish *wish, struct mount_made *made, struct err *err)
{
	struct look initial = userns_is_initial();
	int done = check_absent(wish->dir, initial, wish->force, err);

	if (done == 0 && !planned_only(wish->planned))
		done = mount_here(wish->dir, err);
	made->mounted = done == 0;
	made->stays = done == 0 && !planned_only(wish->planned) && initial.is != LOOK_YES;
	return done;
}

/* Not surely this user namespace's: what is changed in it may be another's. */
static bool
is_of_others(enum binfmt_scope scope)
{
	return scope == BINFMT_INHERITED || scope == BINFMT_PRIVATE;
}

/* Whether what is mounted may be taken for ours. */
static int
may_stay(enum binfmt_scope scope, bool force, struct err *err)
{
	if (scope != BINFMT_UNKNOWN || force)
		return 0;
	return err_unavailable(err, ERR_NAMESPACE,
			       "whose instance is mounted here cannot be told, and another namespace's must not be "
			       "changed");
}

static int
make_mount(const struct mount_wish *wish, struct mount_made *made, struct err *err, struct warnings *warnings)
{
	struct inherited inherited;
	struct binfmt b;
	enum binfmt_scope scope;
	int done;

	*made = (struct mount_made){.mounted = false};
	if (binfmt_open(&b, wish->dir, NULL, err) < 0)
		return mount_absent(wish, made, err);
	scope = binfmt_scope(&b);
	done = is_of_others(scope) ? read_inherited(&b, &inherited, err) : may_stay(scope, wish->force, err);
	binfmt_close(&b);
	if (done < 0 || !is_of_others(scope))
		return done;
	done = mount_over(wish, &inherited, made, err, warnings);
	binfmt_list_free(&inherited.list);
	return done;
}

int
mount_if_absent(const struct mount_wish *wish, struct mount_made *made, struct err *err, struct warnings *warnings)
{
	unsigned tries = 0;
	int done;

	do /* what another program has mounted meanwhile is looked at again */
		done = make_mount(wish, made, err, warnings);
	while (done < 0 && err->code == ERR_BUSY && ++tries < BUSY_TRIES);
	return done;
}

bool
mount_may_vanish(void)
{
	return userns_is_initial().is != LOOK_NO && !userns_mounts_are_hosts();
}
