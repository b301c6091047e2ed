/* SPDX-License-Identifier: MIT */
/* One file of configuration: what it is, and what it holds. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "below.h"
#include "confd_file.h"
#include "confd_lines.h"
#include "formatfile.h"
#include "retry.h"

enum { BYTES_MAX = 32 << 20 }; /* of all files: real ones hold some hundred bytes each */

/* Reads to the end, or to one byte more than may be read in all. -1 and errno. */
static ssize_t
read_text(struct confd *confd, int fd, size_t size, char **text)
{
	size_t most = BYTES_MAX - confd->bytes, room = size < most ? size : most, len = 0;
	ssize_t n = 1;

	*text = arena_take(&confd->arena, room + 2, 1);
	while (*text && n > 0) {
		if (len == room + 1) { /* it has grown, or says no size */
			char *more = room < most ? arena_take(&confd->arena, (room = room * 2 + 4096) + 2, 1) : NULL;

			if (!more)
				break;
			memcpy(more, *text, len);
			*text = more;
		}
		n = retry_read(fd, *text + len, room + 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	if (!*text)
		errno = ENOMEM;
	confd->bytes += len < most ? len : most;
	return *text && n >= 0 ? (ssize_t)len : -1;
}

/* What a shell hands over: /dev/stdin, /dev/fd/63, /proc/self/fd/0. */
static bool
is_descriptor(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

static int
add_format(struct confd *confd, const char *path, char *text, size_t len, struct host_kernel kernel)
{
	struct confd_line line = {.file = path, .fate = CONFD_REGISTERED};
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	if (is_descriptor(path))
		line.reason =
		    "a format file's entry has the file's name, which is not to be seen here: name the file itself";
	else
		line.reason = formatfile_parse(name, text, len, kernel, &confd->arena, &line.rule, &line.number);
	if (line.reason)
		line.fate = CONFD_REFUSED;
	else
		line.name = name;
	return confd_add(confd, &line);
}

static int
add_text(struct confd *confd, const char *path, char *text, size_t len, enum confd_kind kind, struct host_kernel kernel)
{
	if (kind & CONFD_FORMAT && formatfile_is(text, len, kind == CONFD_FORMAT))
		return add_format(confd, path, text, len, kernel);
	return kind & CONFD_LINES ? confd_add_text(confd, path, text, len, kernel) : 0;
}

static int
add_opened(struct confd *confd, const char *path, int fd, enum confd_kind kind, struct host_kernel kernel)
{
	size_t most = BYTES_MAX - confd->bytes;
	struct stat st;
	char *text;
	ssize_t len;

	if (fstat(fd, &st) < 0)
		return confd_add_failed(confd, path, CONFD_UNREAD, errno);
	len = read_text(confd, fd, (size_t)st.st_size, &text);
	if (len < 0)
		return confd_add_failed(confd, path, CONFD_UNREAD, errno);
	if ((size_t)len > most)
		return confd_add_whole(confd, path, CONFD_UNREAD, "all files together are larger than 32 MiB");
	return add_text(confd, path, text, (size_t)len, kind, kernel);
}

/* Why a file that is no regular one makes systemd-binfmt fail; NULL: it reads nothing from it. */
static const char *
odd_file(const struct stat *st)
{
	if (S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3))
		return NULL;
	if (S_ISDIR(st->st_mode))
		return "it is a directory";
	if (S_ISFIFO(st->st_mode))
		return "it is a FIFO, at which systemd-binfmt waits for ever";
	return S_ISSOCK(st->st_mode) ? "it is a socket"
				     : "it is a device, which systemd-binfmt reads, maybe without end";
}

/* Of a file that was looked at: nothing but a regular file is opened for reading, or the FIFO that was named: to open a
 * device may be to use it. */
static int
add_looked(struct confd *confd, const char *path, int looked, enum confd_kind kind, struct host_kernel kernel)
{
	struct stat st;
	bool waits;
	int fd, done;

	if (fstat(looked, &st) < 0)
		return confd_add_failed(confd, path, CONFD_UNREAD, errno);
	waits = kind == CONFD_NAMED && S_ISFIFO(st.st_mode);
	if (!S_ISREG(st.st_mode) && !waits) {
		const char *reason = kind == CONFD_FORMAT ? NULL : odd_file(&st);

		return reason ? confd_add_whole(confd, path, CONFD_REFUSED, reason) : 0;
	}
	fd = below_reopen(looked, -1, path, waits);
	if (fd < 0)
		return confd_add_failed(confd, path, CONFD_UNREAD, errno);
	done = add_opened(confd, path, fd, kind, kernel);
	close(fd);
	return done;
}

int
confd_add_file(struct confd *confd, const char *path, enum confd_kind kind, struct host_kernel kernel)
{
	int looked = open(path, O_PATH | O_CLOEXEC), done;

	if (looked < 0 && errno == ENOENT && kind != CONFD_NAMED)
		return 0; /* a link to nothing masks as one to /dev/null does */
	if (looked < 0)
		return confd_add_failed(confd, path, CONFD_REFUSED, errno);
	done = add_looked(confd, path, looked, kind, kernel);
	close(looked);
	return done;
}
