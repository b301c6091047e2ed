/* SPDX-License-Identifier: MIT */
/* Reading and writing the files of an opened mount, one at a time. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "binfmt.h"
#include "binfmt_open.h"
#include "err.h"
#include "limit.h"
#include "line.h"
#include "planned.h"
#include "retry.h"

/* Reads a whole small file of the mount. What is shorter comes in one piece; a list of BPF handlers may not. */
static ssize_t
read_text(int fd, char text[static ENTRY_TEXT_MAX])
{
	enum { PIECE = 1024 };
	size_t len = 0;
	ssize_t n;

	do {
		n = retry_read(fd, text + len, ENTRY_TEXT_MAX - len);
		if (n < 0)
			return -1;
		len += (size_t)n;
	} while (n > 0 && len >= PIECE && len < ENTRY_TEXT_MAX);
	return (ssize_t)len;
}

static int
open_to_read(const struct binfmt *b, const char *name)
{
	return openat(b->dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

static void
close_keeping_errno(int fd)
{
	int error = errno;

	if (fd >= 0)
		close(fd);
	errno = error;
}

int
binfmt_enabled(const struct binfmt *b, struct err *err)
{
	char text[ENTRY_TEXT_MAX];
	int fd = b->dir_fd < 0 ? -1 : open_to_read(b, "status");
	ssize_t len = fd < 0 ? -1 : read_text(fd, text);

	close_keeping_errno(fd);
	if (b->dir_fd < 0)
		return 1;
	if (len < 0)
		return err_set(err, ERR_READ, "cannot read %s/status: %s", b->dir, strerror(errno));
	if (len == 8 && memcmp(text, "enabled\n", 8) == 0)
		return 1;
	if (len == 9 && memcmp(text, "disabled\n", 9) == 0)
		return 0;
	return err_set(err, ERR_READ, "%s/status says neither enabled nor disabled", b->dir);
}

static int
read_entry(int fd, const char *name, char text[static ENTRY_TEXT_MAX + 1], struct entry *entry)
{
	ssize_t len = read_text(fd, text);

	if (len < 0)
		return -1;
	entry_parse(entry, name, text, (size_t)len);
	return 0;
}

int
binfmt_read_opened(int fd, const char *name, char text[static ENTRY_TEXT_MAX + 1], struct entry *entry)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || read_entry(fd, name, text, entry) < 0)
		return -1;
	entry->registered = st.st_mtim;
	entry->inode = st.st_ino;
	return 0;
}

typedef int read_opened(int fd, const char *name, char text[static ENTRY_TEXT_MAX + 1], struct entry *entry);

/* Opens an entry and reads it in one of these ways: 1, or 0: it is not there, or -1 and *err. */
static int
read_by(const struct binfmt *b, const char *name, read_opened *read_it, struct binfmt_text *text, struct err *err)
{
	int fd, done;

	/* A reserved name would leave the mount or hit its own files. */
	if (b->dir_fd < 0 || limit_reserved(name) || known_absent(&b->known, name))
		return 0;
	fd = open_to_read(b, name);
	done = fd < 0 ? -1 : read_it(fd, name, text->text, &text->entry);
	close_keeping_errno(fd);
	if (done == 0)
		return 1;
	return errno == ENOENT ? 0 : err_set(err, ERR_READ, "cannot read %s/%s: %s", b->dir, name, strerror(errno));
}

int
binfmt_read(const struct binfmt *b, const char *name, struct binfmt_text *text, struct err *err)
{
	return read_by(b, name, binfmt_read_opened, text, err);
}

int
binfmt_read_back(const struct binfmt *b, const char *name, struct binfmt_text *text, struct err *err)
{
	return read_by(b, name, read_entry, text, err);
}

int
binfmt_state(const struct binfmt *b, const char *name, struct err *err)
{
	struct binfmt_text text;
	int there = binfmt_read_back(b, name, &text, err);

	if (there <= 0)
		return there;
	return text.entry.enabled ? BINFMT_ENABLED : BINFMT_DISABLED;
}

/* 0 if the bytes were written, else -1 with errno. */
static int
write_bytes(int fd, const char *bytes, size_t len)
{
	ssize_t n = write(fd, bytes, len);

	if (n >= 0 && (size_t)n != len)
		errno = EIO; /* the kernel takes a rule whole or not at all */
	return n >= 0 && (size_t)n == len ? 0 : -1;
}

static int
register_failed(const struct rule *rule, int error, struct err *err)
{
	unsigned recent = rule->flags & (RULE_T | RULE_L | RULE_D);
	char flags[RULE_FLAGS_MAX];

	if (error == EEXIST)
		return err_set(err, ERR_EXISTS, "an entry of this name is there already");
	if (error == EINVAL && rule->pattern.type == PATTERN_BPF)
		return err_set(err, ERR_KERNEL,
			       "this kernel refuses type B: it does not know BPF handlers, or not this one");
	if (error == EINVAL && recent) {
		rule_format_flags(recent, NULL, flags);
		return err_set(err, ERR_KERNEL, "this kernel refuses the rule: it does not know flag %s", flags);
	}
	if (error == ENOSPC && rule->flags & RULE_F)
		return err_set(
		    err, ERR_KERNEL,
		    "the kernel holds no more interpreters: user.max_binfmt_misc_interpreters limits entries "
		    "with flag F, and a replacement needs one more for a moment (sysctl shows and sets it)");
	if (error == EBUSY)
		return err_set(err, ERR_KERNEL,
			       "this kernel takes the first handler from no user namespace but its own: register it "
			       "outside");
	if (error == ENOMEM)
		return err_set(err, ERR_MEMORY, "the kernel is out of memory");
	if (error == EINVAL)
		return err_set(err, ERR_KERNEL,
			       "this kernel refuses the rule as invalid (before Linux 5.1 offset and magic may reach "
			       "byte 128 only, before 4.8 flag F is unknown)");
	if (rule->flags & RULE_F &&
	    (error == ENOENT || error == EACCES || error == ENOTDIR || error == ETXTBSY || error == ELOOP))
		return err_set(err, ERR_INTERPRETER, "the kernel cannot open the interpreter %s: %s%s",
			       rule->interpreter, strerror(error),
			       error == ETXTBSY ? " (somebody has it open for writing)" : "");
	return err_set(err, ERR_KERNEL, "the kernel refuses the rule: %s", strerror(error));
}

int
binfmt_register(struct binfmt *b, const struct rule *rule, const char *name, struct err *err)
{
	struct rule named = *rule;
	char line[RULE_LINE_MAX];
	const char *reason;
	size_t len;

	named.name = name;
	reason = line_format(&named, false, line, &len);
	if (reason)
		return err_set(err, ERR_FIELD, "%s", reason);
	if (b->planned)
		planned_add(b->planned, b->dir, "register", line, len);
	if (planned_only(b->planned))
		return 0;
	known_add(&b->known, name);
	if (write_bytes(b->register_fd, line, len) == 0)
		return 0;
	b->known.all &= errno != EEXIST; /* somebody else registers too: look again from now on */
	return register_failed(rule, errno, err);
}

/* Whether an opened file is what is meant; inode 0: whatever it is. */
static int
check_inode(int fd, ino_t inode, struct err *err)
{
	struct stat st;

	if (!inode)
		return 0;
	if (fstat(fd, &st) < 0)
		return err_set(err, ERR_READ, "cannot look at the entry: %s", strerror(errno));
	return st.st_ino == inode ? 0 : err_set(err, ERR_EXISTS, "another program has just replaced it");
}

int
binfmt_command(struct binfmt *b, const char *name, const char *word, struct err *err)
{
	return binfmt_command_to(b, name, 0, word, err);
}

int
binfmt_command_to(struct binfmt *b, const char *name, ino_t inode, const char *word, struct err *err)
{
	int fd, done;

	if (b->planned)
		planned_add(b->planned, b->dir, name, word, strlen(word));
	if (planned_only(b->planned))
		return 0;
	/* Without O_TRUNC: that would move the file's mtime, which tells when it was registered. */
	fd = openat(b->dir_fd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, ERR_MISSING, "no such entry");
	if (fd < 0)
		return binfmt_not_writable(b, name, errno, err);
	if (check_inode(fd, inode, err) < 0) {
		close(fd);
		return -1;
	}
	done = write_bytes(fd, word, strlen(word));
	close_keeping_errno(fd);
	return done < 0 ? err_set(err, ERR_WRITE, "cannot write %s to %s/%s: %s", word, b->dir, name, strerror(errno))
			: 0;
}
