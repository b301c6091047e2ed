/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "below.h"
#include "retry.h"
#include "smallfile.h"

static int
open_regular(const char *path)
{
	int fd = -1, error, looked = open(path, O_PATH | O_CLOEXEC);
	struct stat st;

	if (looked < 0)
		return -1;
	if (fstat(looked, &st) == 0) {
		errno = EINVAL;
		if (S_ISREG(st.st_mode))
			fd = below_reopen(looked, -1, path, false);
	}
	error = errno;
	close(looked);
	errno = error;
	return fd;
}

/* To the end, or to one byte more than there may be. */
static ssize_t
read_to_end(int fd, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n = 1;

	while (n != 0 && len < size) {
		n = retry_read(fd, text + len, size - len);
		if (n < 0)
			return -1;
		len += (size_t)n;
	}
	errno = EFBIG;
	return len < size ? (ssize_t)len : -1;
}

ssize_t
smallfile_read(const char *path, char *text, size_t size)
{
	int fd = open_regular(path), error;
	ssize_t len;

	*text = '\0';
	if (fd < 0)
		return -1;
	len = read_to_end(fd, text, size);
	error = errno;
	close(fd);
	errno = error;
	text[len < 0 ? 0 : len] = '\0';
	return len;
}
