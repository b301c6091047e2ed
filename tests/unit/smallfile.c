/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <errno.h>
#include <sys/stat.h>

#include "smallfile.h"

enum { ROOM = 8 };

static void
file__each_kind__whole_or_its_errno(void **state)
{
	static const struct {
		const char *path, *make; /* what the shell does in the folder first */
		const char *text;        /* NULL: it fails */
		int error;
	} rows[] = {
	    {"text", "printf text >text", "text", 0},
	    {"empty", ": >empty", "", 0},
	    {"fits", "printf 1234567 >fits", "1234567", 0},
	    {"large", "printf 12345678 >large", NULL, EFBIG},
	    {"larger", "printf 1234567890 >larger", NULL, EFBIG},
	    {"none", ":", NULL, ENOENT},
	    {"none/below", ":", NULL, ENOENT},
	    {"text/below", ":", NULL, ENOTDIR},
	    {"link", "ln -s text link", "text", 0},
	    {"dangling", "ln -s nothing dangling", NULL, ENOENT},
	    {"round", "ln -s round round", NULL, ELOOP},
	    {"folder", "mkdir folder", NULL, EINVAL},
	    {"fifo", "mkfifo fifo", NULL, EINVAL}, /* opened it would wait for a writer */
	    {"device", "ln -s /dev/zero device", NULL, EINVAL},
	    {"sizeless", "ln -s /proc/sys/fs/pipe-user-pages-hard sizeless", "0\n", 0},
	};
	char *dir = scratch_folder("small"), path[256], text[ROOM];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		ssize_t len;

		expect(shell("cd '%s' && %s", dir, rows[i].make), 0, "", "");
		snprintf(path, sizeof(path), "%s/%s", dir, rows[i].path);
		memset(text, 'x', sizeof(text));
		errno = 0;
		len = smallfile_read(path, text, sizeof(text));
		if (len != (rows[i].text ? (ssize_t)strlen(rows[i].text) : -1) || (len < 0 && errno != rows[i].error) ||
		    strcmp(text, rows[i].text ? rows[i].text : "") != 0)
			fail_msg("%s: %zd, errno %d, \"%.8s\"", rows[i].path, len, errno, text);
	}
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(file__each_kind__whole_or_its_errno),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
