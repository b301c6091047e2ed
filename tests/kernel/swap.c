/* SPDX-License-Identifier: MIT */
/* A file that is exchanged for a FIFO while it is looked at: what was opened is looked at, and no FIFO is ever opened.
 */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interp.h"
#include "opened.h"
#include "resolve.h"

enum { LOOKS = 20000, RUNS = 30, EXCHANGE = 2 /* RENAME_EXCHANGE */ };

static char *folder, *file, *fifo;

/* A process that exchanges the two for ever. */
static pid_t
start_exchanging(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (getppid() == parent && syscall(SYS_renameat2, AT_FDCWD, file, AT_FDCWD, fifo, EXCHANGE) == 0)
		;
	_exit(1);
}

static size_t
count_events(int watch)
{
	char events[4096];
	ssize_t len = read(watch, events, sizeof(events));

	return len > 0 ? (size_t)len : 0;
}

static bool
look_once(size_t i)
{
	struct opened opened;
	struct interp interp;
	bool regular;

	if (i % 2)
		return interp_look(file, &interp, NULL).is == LOOK_YES;
	regular = opened_open(-1, file, i % 4, &opened) == 0;
	opened_close(&opened);
	return regular;
}

static void
swap__file_and_fifo__fifo_never_opened(void **state)
{
	static struct resolved resolved;
	size_t regular = 0;
	pid_t exchanging;
	int watch;

	(void)state;
	folder = scratch_folder("folder");
	file = tiny_copy("folder/a.conf");
	fifo = scratch_file("folder/fifo.conf");
	assert_int_equal(mkfifo(fifo, 0755), 0);
	watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	assert_true(watch >= 0 && inotify_add_watch(watch, fifo, IN_OPEN) >= 0);
	/* It would notice. */
	close(open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC));
	assert_true(count_events(watch) > 0);
	exchanging = start_exchanging();
	assert_true(exchanging > 0);
	for (size_t i = 0; i < LOOKS; i++)
		regular += look_once(i);
	/* Where the mode is in the way, what chmod would help is looked at too. */
	assert_int_equal(chmod(file, 0644) | chmod(fifo, 0644), 0);
	for (size_t i = 0; i < LOOKS / 4; i++)
		resolve_file(NULL, -1, file, &resolved);
	assert_int_equal(chmod(file, 0755) | chmod(fifo, 0755), 0);
	for (size_t i = 0; i < RUNS; i++) {
		tool("match", file, NULL);
		tool("register", "--name", "x", "--like", file, "-i", "/bin/true", "-n", NULL);
		tool("load", folder, NULL);
	}
	kill(exchanging, SIGKILL);
	assert_int_equal(waitpid(exchanging, NULL, 0), exchanging);
	printf("%d looks, %zu at the regular file\n", LOOKS, regular);
	assert_in_range(regular, LOOKS / 50, LOOKS - LOOKS / 50);
	assert_int_equal(count_events(watch), 0);
	close(watch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(swap__file_and_fifo__fifo_never_opened),
	};

	return ns_run(tests);
}
