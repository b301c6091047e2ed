/* SPDX-License-Identifier: MIT */
/* What a reboot takes away: in a root folder with a /run, and a tmpfs in it. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bootlost.h"
#include "forbid.h"
#include "namespace.h"

static const struct {
	const char *path;
	enum look_is lost;
} rows[] = {
    {"/", LOOK_NO},
    {"/usr/file", LOOK_NO},
    {"//usr/../usr/./file", LOOK_NO},
    {"/usr/none/file", LOOK_NO}, /* nothing is there */
    {"/usr/loop", LOOK_NO},
    {"/usr/dangling", LOOK_NO},
    {"/runs/file", LOOK_NO},
    {"/run", LOOK_YES},
    {"/run/file", LOOK_YES},
    {"/run/none", LOOK_YES},
    {"/usr/../run/file", LOOK_YES},
    {"/var/run/file", LOOK_YES},
    {"/usr/to-run", LOOK_YES},
    {"/usr/to-none", LOOK_YES},
    {"/usr/to-link", LOOK_YES},
    {"/usr/by-run", LOOK_YES}, /* though it leads out of there again */
    {"/memory/file", LOOK_YES},
    {"/usr/to-memory", LOOK_YES},
    {"/memory/kept/file", LOOK_YES}, /* what it is mounted on is */
};

static char seen[LENGTH(rows) + 1];

static void
look_at_all(void)
{
	for (size_t i = 0; i < LENGTH(rows); i++)
		seen[i] = "?ny"[bootlost(rows[i].path).is];
}

/* In a process of its own, with that root folder. */
static void
look_there(const char *root, bool blind)
{
	int pipes[2];
	pid_t pid;

	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (!ns_become_root() && chdir(root) == 0 && mount("tmpfs", "memory", "tmpfs", 0, NULL) == 0 &&
		    system("mkdir memory/kept && touch memory/file && mount --bind usr memory/kept") == 0 &&
		    chroot(".") == 0 && (!blind || (forbid(SYS_openat, EIO)))) {
			look_at_all();
			if (write(pipes[1], seen, sizeof(seen)) == sizeof(seen))
				kill(getpid(), SIGKILL); /* so that nobody looks for leaks here */
		}
		_exit(1);
	}
	close(pipes[1]);
	seen[0] = '\0';
	assert_true(read(pipes[0], seen, sizeof(seen)) >= 0 && pid > 0 && waitpid(pid, NULL, 0) == pid);
	close(pipes[0]);
	if (!seen[0])
		skip_because("this machine gives no user namespace, to mount a tmpfs in");
}

static char *
make_root(const char *name)
{
	char *root = scratch_folder(name);

	expect(
	    shell("cd '%s' && mkdir usr run runs memory var && touch usr/file run/file runs/file && ln -s /run var/run "
		  "&& ln -s loop usr/loop && ln -s /nowhere usr/dangling && ln -s ../run/file usr/to-run && "
		  "ln -s /run/none usr/to-none && ln -s to-run usr/to-link && ln -s /usr/file run/out && "
		  "ln -s /run/out usr/by-run && ln -s /memory/file usr/to-memory",
		  root),
	    0, "", "");
	return root;
}

static void
bootlost__each_path__by_where_it_leads(void **state)
{
	char *root = make_root("seen");

	(void)state;
	look_there(root, false);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (seen[i] != "?ny"[rows[i].lost])
			fail_msg("%s: %c", rows[i].path, seen[i]);
	free(root);
}

static void
bootlost__not_to_be_looked_at__unknown(void **state)
{
	char *root = make_root("blind");

	(void)state;
	look_there(root, true);
	assert_int_equal(strspn(seen, "?"), LENGTH(rows));
	free(root);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(bootlost__each_path__by_where_it_leads),
	    cmocka_unit_test(bootlost__not_to_be_looked_at__unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
