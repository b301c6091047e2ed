/* SPDX-License-Identifier: MIT */
/* Reading and writing the files of an opened mount; with binfmt_mount.c and binfmt_list.c all that touches one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt.h"
#include "err.h"
#include "rule.h"

enum { LOCK_POLL_MS = 5 };

/* Why a file of the mount cannot be opened for writing. */
static int
not_writable(const struct binfmt *b, const char *file, int error, struct err *err)
{
	if (error == EROFS)
		return err_unavailable(err, "read-only", "%s is mounted read-only", b->dir);
	if (error != EACCES && error != EPERM)
		return err_set(err, "open", "cannot open %s/%s for writing: %s", b->dir, file, strerror(error));
	if (binfmt_scope(b) == BINFMT_INHERITED)
		return err_set(
		    err, "not-root",
		    "permission denied: %s shows the instance of another user namespace, only its root may change it",
		    b->dir);
	if (geteuid() != 0)
		return err_set(err, "not-root",
			       "permission denied: only root may change binfmt_misc handlers; run it with sudo");
	return err_set(err, "denied",
		       "permission denied although uid 0: a container's or AppArmor's profile forbids writing %s/%s",
		       b->dir, file);
}

static int
wait_for_lock(int fd, unsigned timeout, void (*waiting)(void), struct err *err)
{
	const struct timespec pause = {.tv_nsec = LOCK_POLL_MS * 1000000L};
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += timeout;
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return err_set(err, "lock", "cannot lock the register file: %s", strerror(errno));
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec > end.tv_sec || (now.tv_sec == end.tv_sec && now.tv_nsec >= end.tv_nsec))
			return err_set(err, "lock",
				       "another binfmtctl has held the lock for %u seconds; nothing was changed "
				       "(--timeout waits longer)",
				       timeout);
		if (waiting)
			waiting();
		waiting = NULL;
		nanosleep(&pause, NULL);
	}
	return 0;
}

int
binfmt_begin(struct binfmt *b, unsigned timeout, void (*waiting)(void), struct err *err)
{
	if (b->dry || b->register_fd >= 0)
		return 0;
	b->register_fd = openat(b->dir_fd, "register", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (b->register_fd < 0)
		return not_writable(b, "register", errno, err);
	if (wait_for_lock(b->register_fd, timeout, waiting, err) < 0) {
		binfmt_end(b);
		return -1;
	}
	return 0;
}

void
binfmt_end(struct binfmt *b)
{
	if (b->register_fd >= 0)
		close(b->register_fd);
	b->register_fd = -1;
}

/* Reads a whole small file of the mount. The length, or -1. */
static ssize_t
read_text(int fd, char text[static RULE_TEXT_MAX])
{
	size_t len = 0;
	ssize_t n;

	while (len < RULE_TEXT_MAX && (n = read(fd, text + len, RULE_TEXT_MAX - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		len += (size_t)n;
	}
	return (ssize_t)len;
}

int
binfmt_enabled(const struct binfmt *b, struct err *err)
{
	char text[RULE_TEXT_MAX];
	int fd = openat(b->dir_fd, "status", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len = fd < 0 ? -1 : read_text(fd, text);
	int error = errno;

	if (fd >= 0)
		close(fd);
	if (len < 0)
		return err_set(err, "read", "cannot read %s/status: %s", b->dir, strerror(error));
	if (len == 8 && memcmp(text, "enabled\n", 8) == 0)
		return 1;
	if (len == 9 && memcmp(text, "disabled\n", 9) == 0)
		return 0;
	return err_set(err, "read", "%s/status says neither enabled nor disabled", b->dir);
}

/* Names that are no entry's must not reach openat: they would leave the mount or hit its own files. */
static bool
can_be_entry(const char *name)
{
	return *name && strlen(name) <= RULE_NAME_MAX && !strchr(name, '/') && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && strcmp(name, "register") != 0 && strcmp(name, "status") != 0;
}

/* The text of an entry: its length, -1 with errno. */
static ssize_t
read_entry(const struct binfmt *b, const char *name, struct stat *st, char text[static RULE_TEXT_MAX])
{
	int error, fd = openat(b->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t len = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, st) == 0)
		len = read_text(fd, text);
	error = errno;
	close(fd);
	errno = error;
	return len;
}

int
binfmt_read(const struct binfmt *b, const char *name, struct rule *rule, struct timespec *mtime, struct err *err)
{
	char text[RULE_TEXT_MAX];
	const char *reason;
	struct stat st;
	ssize_t len;

	if (!can_be_entry(name))
		return 0;
	len = read_entry(b, name, &st, text);
	if (len < 0 && errno == ENOENT)
		return 0;
	if (len < 0)
		return err_set(err, "read", "cannot read %s/%s: %s", b->dir, name, strerror(errno));
	reason = rule_parse_entry(rule, name, text, (size_t)len);
	if (reason)
		return err_set(err, "unknown", "%s/%s cannot be understood: %s", b->dir, name, reason);
	if (mtime)
		*mtime = st.st_mtim;
	return 1;
}

int
binfmt_state(const struct binfmt *b, const char *name, struct err *err)
{
	char text[RULE_TEXT_MAX];
	struct stat st;
	ssize_t len;

	if (!can_be_entry(name))
		return BINFMT_ABSENT;
	len = read_entry(b, name, &st, text);
	if (len < 0 && errno == ENOENT)
		return BINFMT_ABSENT;
	if (len < 0)
		return err_set(err, "read", "cannot read %s/%s: %s", b->dir, name, strerror(errno));
	return len >= 8 && memcmp(text, "enabled\n", 8) == 0 ? BINFMT_ENABLED : BINFMT_DISABLED;
}

void
binfmt_note_write(struct binfmt *b, const char *file, const char *bytes, size_t len)
{
	struct binfmt_write *w = &b->writes[b->write_count];

	if (b->write_count == BINFMT_WRITES_MAX)
		return;
	b->write_count++;
	snprintf(w->file, sizeof(w->file), "%s", file);
	w->len = len < sizeof(w->bytes) ? len : sizeof(w->bytes);
	memcpy(w->bytes, bytes, w->len);
}

/* 0 if the bytes were written (or noted, in a dry run), else -1 with errno. */
static int
write_bytes(struct binfmt *b, int fd, const char *file, const char *bytes, size_t len)
{
	char path[PATH_MAX];
	ssize_t n;

	if (b->dry) {
		snprintf(path, sizeof(path), "%s/%s", b->dir, file);
		binfmt_note_write(b, path, bytes, len);
		return 0;
	}
	n = write(fd, bytes, len);
	if (n >= 0 && (size_t)n != len)
		errno = EIO; /* the kernel takes a rule whole or not at all */
	return n >= 0 && (size_t)n == len ? 0 : -1;
}

static int
register_failed(const struct rule *rule, int error, struct err *err)
{
	char flags[RULE_FLAGS_MAX * 2];
	unsigned recent = rule->flags & (RULE_T | RULE_L | RULE_D);

	if (error == EEXIST)
		return err_set(err, "exists", "an entry of this name is there already");
	if (error == EINVAL && rule->type == RULE_BPF)
		return err_set(err, "kernel",
			       "this kernel refuses type B: it does not know BPF handlers, or not this one");
	if (error == EINVAL && recent) {
		rule_format_flags(recent, "", flags);
		return err_set(err, "kernel", "this kernel refuses the rule: it does not know flag %s", flags);
	}
	if (error == EINVAL)
		return err_set(err, "kernel",
			       "this kernel refuses the rule as invalid (before Linux 5.1 offset and magic may reach "
			       "byte 128 only, "
			       "before 4.8 flag F is unknown)");
	if (rule->flags & RULE_F &&
	    (error == ENOENT || error == EACCES || error == ENOTDIR || error == ETXTBSY || error == ELOOP))
		return err_set(err, "interpreter", "the kernel cannot open the interpreter %s: %s%s", rule->interpreter,
			       strerror(error), error == ETXTBSY ? " (somebody has it open for writing)" : "");
	return err_set(err, "kernel", "the kernel refuses the rule: %s", strerror(error));
}

int
binfmt_register(struct binfmt *b, const struct rule *rule, struct err *err)
{
	char line[RULE_LINE_MAX];
	const char *reason;
	size_t len;

	reason = rule_format_line(rule, false, line, &len);
	if (reason)
		return err_set(err, "field", "%s", reason);
	if (write_bytes(b, b->register_fd, "register", line, len) < 0)
		return register_failed(rule, errno, err);
	return 0;
}

int
binfmt_command(struct binfmt *b, const char *name, const char *word, struct err *err)
{
	int fd = -1, done, error;

	if (!b->dry) {
		/* Without O_TRUNC: that would move the file's mtime, which tells when it was registered. */
		fd = openat(b->dir_fd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0 && errno == ENOENT)
			return err_set(err, "missing", "no such entry");
		if (fd < 0)
			return not_writable(b, name, errno, err);
	}
	done = write_bytes(b, fd, name, word, strlen(word));
	error = errno;
	if (fd >= 0)
		close(fd);
	if (done < 0)
		return err_set(err, "write", "cannot write %s to %s/%s: %s", word, b->dir, name, strerror(error));
	return 0;
}
