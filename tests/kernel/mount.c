/* SPDX-License-Identifier: MIT */
/* register --mount: what it mounts, what it copies, and whether entries outlive the mounts of this mount namespace. */
#include "harness.h"

#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/magic.h>

#include "binfmt_open.h"
#include "err.h"
#include "forbid.h"
#include "keep.h"
#include "lock.h"
#include "mount.h"
#include "userns.h"

enum {
	SKIPPED = 77,
	RIVAL_ROUNDS = 5000,
	NOSYMFOLLOW = 256, /* MS_NOSYMFOLLOW of linux/mount.h, since 5.10 */
};

/* What a shell runs itself where no handler takes it. */
#define NOT_HANDLED "exit 9\n"

static const char rule[] = ":kept:E::mounttest::/bin/true:";

static void
register_one(struct binfmt *b)
{
	struct err err;

	assert_int_equal(mount_write("register", rule, sizeof(rule) - 1), 0);
	assert_int_equal(binfmt_open(b, MOUNT, NULL, &err), 0);
}

/* All mounts of binfmt_misc here, without their numbers; on the heap. */
static char *
mounts(void)
{
	return strdup(
	    shell("grep ' binfmt_misc ' /proc/self/mountinfo | cut -d ' ' -f 4- | sed 's/shared:[0-9]*/shared/'")->out);
}

/* The question, asked of an instance that only this mount namespace mounts or not; nothing of the mounts changes. */
static void
prove(bool mounted, size_t before, int code, const char *text)
{
	char *then = mounts(), *now;
	struct binfmt b;
	struct err err = {.code = ERR_NONE};

	register_one(&b);
	assert_int_equal(keep_prove(&b, mounted, before, &err), code == ERR_NONE ? 0 : -1);
	if ((int)err.code != code)
		fail_msg("%s", err.text);
	assert_true(code == ERR_NONE || strstr(err.text, text));
	binfmt_close(&b);
	now = mounts();
	if (!mounted)
		assert_string_equal(now, then);
	free(now);
	free(then);
}

static void
keep__nobody_else_holds_the_instance__gone_and_said(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	prove(true, 0, ERR_NOT_KEPT, "on the host");
	assert_int_equal(binfmt_open(&b, MOUNT, NULL, &err), -1); /* nothing is left mounted */
	assert_int_equal(err.code, ERR_NOT_MOUNTED);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
}

/* The mount was there before: it stays, as all others of the instance. */
static void
keep__mounted_by_somebody_else_and_twice__gone_and_all_put_back(void **state)
{
	char *second = scratch_folder("a second place");

	(void)state;
	assert_int_equal(mount("none", second, "binfmt_misc", MS_NOSUID | MS_NODEV, NULL), 0);
	assert_int_equal(mount(NULL, second, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOATIME, NULL), 0);
	assert_int_equal(mount(NULL, second, NULL, MS_SHARED, NULL), 0);
	prove(false, 0, ERR_NOT_KEPT, "on the host");
	assert_string_equal(entry_names(), "");
	prove(false, 0, ERR_NOT_KEPT, "on the host");
	assert_int_equal(umount(second), 0);
	free(second);
}

/* A process that does so with this, and holds what it has then, until it is killed. */
static pid_t
start_holder(bool (*hold)(const char *what), const char *what)
{
	char byte;
	int ready[2];
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (!hold(what) || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static bool
hold_mounts(const char *without)
{
	return unshare(CLONE_NEWNS) == 0 && (!without || umount(without) == 0);
}

/* Another mount namespace with the mounts of the instance but for one (NULL: with all), until it is killed. */
static pid_t
holder(const char *without)
{
	return start_holder(hold_mounts, without);
}

/* As in systemd-nspawn: what is mounted below /proc/sys, a mount of the same group as /proc, is mounted in both. */
static void
keep__one_mount_that_is_two__entries_that_it_came_with_are_anothers(void **state)
{
	pid_t pid;

	(void)state;
	assert_int_equal(umount(MOUNT), 0);
	assert_int_equal(mount(NULL, "/proc", NULL, MS_SHARED, NULL), 0);
	assert_int_equal(mount("/proc/sys", "/proc/sys", NULL, MS_BIND | MS_REC, NULL), 0);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
	expect(shell("grep -c ' %s ' /proc/self/mountinfo", MOUNT), 0, "2\n", "");
	prove(false, 0, ERR_UNKNOWN, "mounted on a shared mount");
	ns_empty();
	pid = holder(NULL);
	prove(true, 1, userns_pids_are_hosts() ? ERR_NONE : ERR_UNKNOWN, "");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ns_empty();
	prove(false, 1, ERR_UNKNOWN, "could end with it");
	assert_int_equal(umount(MOUNT), 0);
	assert_int_equal(umount("/proc/sys"), 0);
	assert_int_equal(mount(NULL, "/proc", NULL, MS_PRIVATE, NULL), 0);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
}

static void
keep__held_by_another_mount_namespace__entries_stay(void **state)
{
	int code = userns_pids_are_hosts() ? ERR_NONE : ERR_UNKNOWN; /* else it is of the container that we are in */
	pid_t pid = holder(NULL);

	(void)state;
	prove(false, 0, code, "");
	assert_string_equal(entry_names(), "kept");
	ns_empty();
	prove(true, 0, code, "");
	assert_string_equal(entry_names(), "kept");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* How a process holds an instance that no mount namespace shows. */
static bool
hold_file(const char *what)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/status", what);
	return open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

static bool
hold_working_folder(const char *what)
{
	return chdir(what) == 0;
}

static bool
hold_root_folder(const char *what)
{
	return chroot(what) == 0;
}

/* A process that does so, and then the mount is gone from there; the instance is mounted once more. */
static pid_t
detached_holder(bool (*hold)(const char *what))
{
	pid_t pid = start_holder(hold, MOUNT);

	assert_int_equal(umount2(MOUNT, MNT_DETACH), 0);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
	return pid;
}

static bool (*const holds[])(const char *what) = {hold_file, hold_working_folder, hold_root_folder};

/* On the machine itself: it ends with that process. */
static void
keep__held_by_what_no_mount_shows__unknown(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(holds); i++) {
		pid_t pid = detached_holder(holds[i]);

		prove(false, 0, ERR_UNKNOWN, "cannot be told");
		assert_string_equal(entry_names(), "kept");
		ns_empty();
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
}

/* Both are of the container, whatever is outside. */
static void
hold_within(void)
{
	char path[64];
	pid_t pid;
	int fd;

	for (size_t i = 0; i < LENGTH(holds); i++) {
		pid = detached_holder(holds[i]);
		prove(false, 0, ERR_UNKNOWN, "a process in it has a file or folder of binfmt_misc open");
		ns_empty();
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	pid = holder(NULL);
	snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	prove(false, 0, ERR_UNKNOWN, "another mount namespace in it has binfmt_misc mounted too");
	ns_empty();
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	prove(false, 0, ERR_UNKNOWN, "its other processes cannot be looked at"); /* that namespace has none */
	ns_empty();
	close(fd);
	prove(false, 0, ERR_NONE, "");
}

/* In a PID namespace of its own, which sees the others' processes no more; they have the instance mounted too. */
static void
be_container(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || umount(MOUNT) < 0 ||
	    mount("proc", "/proc", "proc", 0, NULL) < 0 || mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL) < 0)
		_exit(SKIPPED);
	prove(false, 0, ERR_NONE, "");
	ns_empty();
	hold_within();
	_exit(0);
}

static void
keep__in_a_container__who_is_in_it_holds_nothing(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		if (unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
			_exit(SKIPPED);
		pid = fork();
		if (pid == 0)
			be_container();
		_exit(waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	ns_empty();
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
		skip_because("this machine permits no /proc of a PID namespace");
	assert_int_equal(status, 0);
}

/* What cannot be tried without harm is not tried, and does not pass. */
static void
keep__cannot_be_tried__unknown_and_nothing_changed(void **state)
{
	char *second = scratch_folder("second");
	int busy;

	(void)state;
	prove(false, 1, ERR_UNKNOWN, "entries that were there before");
	assert_string_equal(entry_names(), "kept");
	ns_empty();
	assert_int_equal(mount("none", second, "binfmt_misc", 0, NULL), 0);
	prove(true, 1, ERR_UNKNOWN, "entries that were there before");
	assert_string_equal(entry_names(), "kept");
	ns_empty();
	assert_int_equal(mount(NULL, second, NULL, MS_UNBINDABLE, NULL), 0);
	prove(false, 0, ERR_UNKNOWN, "could not be put back");
	assert_int_equal(mount(NULL, second, NULL, MS_PRIVATE, NULL), 0);
	ns_empty();
	if (mount(NULL, second, NULL, MS_REMOUNT | MS_BIND | NOSYMFOLLOW, NULL) == 0)
		prove(false, 0, ERR_UNKNOWN, "could not be put back");
	assert_int_equal(mount(NULL, second, NULL, MS_REMOUNT | MS_BIND, NULL), 0);
	ns_empty();
	busy = open(MOUNT, O_RDONLY | O_CLOEXEC);
	prove(false, 0, ERR_UNKNOWN, "cannot unmount " MOUNT ": Device or resource busy");
	assert_string_equal(entry_names(), "kept");
	close(busy);
	ns_empty();
	assert_int_equal(mount("none", second, "tmpfs", 0, NULL), 0);
	prove(false, 0, ERR_UNKNOWN, "another mount covers it");
	assert_string_equal(entry_names(), "kept");
	assert_int_equal(umount(second), 0);
	assert_int_equal(umount(second), 0);
	free(second);
}

/* What is unmounted on a shared mount is unmounted in other mount namespaces too: the host's, say. */
static void
keep__on_a_shared_mount__unknown_and_nothing_unmounted_elsewhere(void **state)
{
	char *parent = scratch_folder("parent"), *place = scratch_folder("parent/place");
	pid_t pid;

	(void)state;
	assert_int_equal(mount("none", parent, "tmpfs", 0, NULL), 0);
	assert_int_equal(mount(NULL, parent, NULL, MS_SHARED, NULL), 0);
	assert_int_equal(mkdir(place, 0755), 0);
	assert_int_equal(mount("none", place, "binfmt_misc", 0, NULL), 0);
	assert_int_equal(mount(NULL, place, NULL, MS_PRIVATE, NULL), 0);
	pid = holder(MOUNT);
	prove(false, 0, ERR_UNKNOWN, "take it away elsewhere too");
	assert_string_equal(entry_names(), "kept");
	assert_string_equal(shell("grep -c binfmt_misc /proc/%d/mountinfo", (int)pid)->out, "1\n");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_int_equal(umount(place), 0);
	assert_int_equal(umount(parent), 0);
	free(parent);
	free(place);
}

static bool
is_mounted(void)
{
	struct statfs fs;

	return statfs(MOUNT, &fs) == 0 && fs.f_type == BINFMTFS_MAGIC;
}

/*
 * Another program that mounts binfmt_misc as soon as it is not, and registers something; it has the status 0 then.
 * While it is mounted it does not try: a mount(2) under way holds the instance.
 */
static pid_t
start_rival(void)
{
	static const char other[] = ":other:E::other::/bin/true:";
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (is_mounted() || mount("none", MOUNT, "binfmt_misc", 0, NULL) < 0)
		;
	_exit(mount_write("register", other, sizeof(other) - 1));
}

/* Neither its entry nor its mount say that ours would be kept. */
static void
keep__another_mounts_and_registers_during_the_look__not_kept(void **state)
{
	size_t rounds = 0, won = 0;

	(void)state;
	while (won == 0 && rounds++ < RIVAL_ROUNDS) {
		pid_t rival = start_rival();
		struct binfmt b;
		struct err err;
		int status;

		register_one(&b);
		assert_int_equal(keep_prove(&b, false, 0, &err), -1);
		if (err.code != ERR_NOT_KEPT && err.code != ERR_UNKNOWN)
			fail_msg("%s", err.text);
		binfmt_close(&b);
		kill(rival, SIGKILL);
		assert_int_equal(waitpid(rival, &status, 0), rival);
		won += WIFEXITED(status);
		ns_empty();
	}
	printf("another program was faster in round %zu\n", rounds);
	assert_true(won > 0);
}

/* A line for a shell in a user and mount namespace below that of the test. */
#define INSIDE "unshare -Urm sh -c '%s' sh"

static void
register__mount_where_handlers_are_inherited_and_none_is_seen__refused(void **state)
{
	(void)state;
	assert_int_equal(umount(MOUNT), 0);
	expect(tool("register", "aarch64", "--mount", "-i", "/bin/true", NULL), 3, "",
	       "none can be seen here to be copied");
	expect(tool("register", "aarch64", "-i", "/bin/true", NULL), 3, "", "not visible here");
	expect(tool("register", "aarch64", "--mount", "--force", "-i", "/bin/true", NULL), 0, "registered", NULL);
	/* Mounted already: --mount has nothing to do, and is not refused. */
	expect(tool("register", "arm", "--mount", "-i", "/bin/true", NULL), 0, "registered", NULL);
	assert_string_equal(entry_names(), "qemu-aarch64 qemu-arm");
}

static void
register__mount_where_handlers_are_inherited__copied_first(void **state)
{
	char *gone = tiny_copy("gone"), *before, *names, *texts;

	(void)state;
	two_entries();
	register_line(":gone:E::gone::%s:F", gone);
	register_raw("|evil|E||foo||/bin/true\nflags: C|");
	register_raw(THEIRS);
	assert_int_equal(mount_write("qemu-riscv64", "0", 1), 0);
	assert_int_equal(unlink(gone), 0);
	before = instance();
	names = strdup(shell("cd " MOUNT " && ls -U | grep -v -e gone -e evil")->out);
	texts = strdup(shell("cd " MOUNT " && cat qemu-* theirs")->out);
	expect(shell(INSIDE, "./binfmtctl -n register mips --mount -i /bin/true"), 0, "register: |theirs|M|2|", "evil");
	expect(shell(INSIDE,
		     "exec 3>&1 >/dev/null; ./binfmtctl register mips --mount -i /bin/true && rm -f x; cd " MOUNT
		     " && echo -1 >qemu-mips && exec >&3 && ls -U"),
	       0, names, "the inherited entry gone could not be copied");
	expect(shell(INSIDE, "./binfmtctl register mips --mount -i /bin/true >/dev/null; cd " MOUNT
			     " && cat qemu-aarch64 qemu-riscv64 theirs"),
	       0, texts, "the inherited entry evil could not be copied");
	expect_instance(before);
	free(before);
	free(names);
	free(texts);
	free(gone);
}

/* What cannot be copied is not there for the run, nor for its dry run: neither in the way, nor to be replaced. */
static void
register__mount_in_a_dry_run__the_list_is_that_of_the_run(void **state)
{
	static const char *const words[] = {"--name evil --extension foo -i /bin/cat",
					    "--name gone --extension gone -i /bin/cat --keep",
					    "--name gone --extension gone -i /bin/cat"};
	char *gone = tiny_copy("gone");

	(void)state;
	register_line(":gone:E::gone::%s:F", gone);
	register_raw("|evil|E||foo||/bin/true\nflags: C|");
	assert_int_equal(unlink(gone), 0);
	for (size_t i = 0; i < LENGTH(words); i++) {
		expect(shell("unshare -Urm ./binfmtctl register --mount %s", words[i]), 0, "registered (",
		       "entry gone could not be copied");
		expect(shell("unshare -Urm ./binfmtctl -n register --mount %s", words[i]), 0, "would be registered (",
		       "entry gone could not be copied");
		expect(shell("unshare -Urm ./binfmtctl -n register --mount %s 2>/dev/null | grep -c write", words[i]),
		       0, "1\n", "");
	}
	free(gone);
}

/* They do not run any more, but can be seen, and the next run copies them. */
static void
register__mount_that_cannot_take_the_inherited_ones__visible_and_said(void **state)
{
	char *file = scratch_text("file.mounttest", NOT_HANDLED, 0755);

	(void)state;
	need_strace();
	register_raw(rule);
	expect(shell("unshare -Urm sh -c 'ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P %s/register -e "
		     "inject=flock:error=EIO ./binfmtctl register mips --mount -i /bin/true; ls %s'",
		     MOUNT, MOUNT),
	       0, "kept\n", "in force is an empty instance");
	expect(shell("unshare -Urm sh -c 'mount -t binfmt_misc none %s; umount %s; ./binfmtctl register mips --mount "
		     "-i /bin/true && exec %s'",
		     MOUNT, MOUNT, file),
	       0, "registered", NULL);
	free(file);
}

/* Once there was an instance of its own, nothing else is in force in a user namespace: so it keeps the copies. */
static void
register__mount_and_nothing_done__what_was_inherited_runs(void **state)
{
	static const char *const words[] = {"nosucharch", "--name x --extension x -i /nowhere",
					    "--force aarch64 -i /nowhere",
					    "--name kept --extension x -i /bin/cat --keep"};
	char *file = scratch_text("file.mounttest", NOT_HANDLED, 0755);

	(void)state;
	register_raw(rule);
	for (size_t i = 0; i < LENGTH(words); i++) {
		expect(shell("unshare -Urm sh -c '%s && { ./binfmtctl register --mount %s; %s && ls %s; }'", file,
			     words[i], file, MOUNT),
		       0, "kept\n", "binfmt_misc stays mounted");
		expect(shell("unshare -Urm sh -c './binfmtctl register --mount %s; ./binfmtctl -j status'", words[i]),
		       0, "\"scope\":\"namespace\"", "copied into it: 1");
	}
	expect(shell("unshare -Urm sh -c './binfmtctl -n register --mount nosucharch; ./binfmtctl -j status'"), 0,
	       "\"scope\":\"unknown\"", NULL);
	free(file);
}

/* Nor before the first result: the list cannot be had. */
static void
register__mount_and_no_beginning__what_was_inherited_runs(void **state)
{
	char *file = scratch_text("file.mounttest", NOT_HANDLED, 0755);

	(void)state;
	need_strace();
	register_raw(rule);
	expect(shell("unshare -Urm sh -c 'ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P %s -e "
		     "inject=getdents64:error=EIO:when=5+ ./binfmtctl register --mount mips -i /bin/true; %s && ls %s'",
		     MOUNT, file, MOUNT),
	       0, "kept\n", "binfmt_misc stays mounted");
	free(file);
}

/* Asked to end while it copies. */
static void
register__mount_and_terminated_meanwhile__all_copied(void **state)
{
	(void)state;
	need_strace();
	register_raw(rule);
	register_raw(":more:E::more::/bin/true:");
	expect(shell("unshare -Urm sh -c 'ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P %s/register -e "
		     "inject=write:signal=TERM:when=1 ./binfmtctl register --mount mips -i /bin/true; ls %s; "
		     "./binfmtctl -j status'",
		     MOUNT, MOUNT),
	       0, "kept\nmore\nregister\nstatus\n{\"mount\":\"" MOUNT "\",\"enabled\":true,\"scope\":\"namespace\"",
	       NULL);
}

/* What did not run before does not run after it. */
static void
register__mount_over_one_that_is_switched_off__off_and_said(void **state)
{
	char *file = scratch_text("file.mounttest", NOT_HANDLED, 0755);

	(void)state;
	register_raw(rule);
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(shell("unshare -Urm sh -c './binfmtctl -n register --mount mips -i /bin/true'"), 0,
	       "write " MOUNT "/status: 0", "nothing would be copied if");
	expect(shell("unshare -Urm sh -c './binfmtctl register --mount mips -i /bin/true >/dev/null && ! %s && cat "
		     "%s/status && ./binfmtctl -q enable --global && %s'",
		     file, MOUNT, file),
	       0, "disabled\n", "the inherited instance is switched off, and so is");
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
	free(file);
}

static void
open_fresh(struct binfmt *b)
{
	struct err err;

	assert_int_equal(umount(MOUNT), 0);
	assert_int_equal(mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL), 0);
	assert_int_equal(binfmt_open(b, MOUNT, NULL, &err), 0);
}

static void
take_back__another_has_registered__mounted_with_its_entry(void **state)
{
	struct binfmt b;
	struct err err;

	(void)state;
	open_fresh(&b);
	register_raw(rule);
	assert_int_equal(mount_take_back(&b, &err), -1);
	assert_non_null(strstr(err.text, "stays mounted"));
	assert_string_equal(entry_names(), "kept");
}

/* Waits for the lock until there is nothing to lock any more. */
static int
wait_in_vain(int ready)
{
	struct binfmt b;
	struct err err;

	return binfmt_open(&b, MOUNT, NULL, &err) < 0 || write(ready, "", 1) != 1 ||
	       binfmt_lock(&b, 10, NULL, &err) == 0 || !strstr(err.text, "just been unmounted");
}

/* Nobody is told "registered" of an entry that ends with somebody else's mount. */
static void
take_back__another_waits_for_the_lock__told(void **state)
{
	int ready[2], status;
	struct binfmt b;
	struct err err;
	char byte;
	pid_t pid;

	(void)state;
	open_fresh(&b);
	assert_int_equal(binfmt_lock(&b, 0, NULL, &err), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		binfmt_close(&b);
		_exit(wait_in_vain(ready[1]));
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	usleep(50000);
	assert_int_equal(mount_take_back(&b, &err), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_null(ns_mount());
}

/* A run that is held up just before it mounts, and what another program does meanwhile. */
static void
register__mount_and_another_mounts_meanwhile__both_done(void **state)
{
	static const char *const others[] = {"./binfmtctl register --mount --name y --extension y -i /bin/true",
					     "mount -t binfmt_misc none " MOUNT};

	(void)state;
	need_strace();
	register_raw(rule);
	for (size_t i = 0; i < LENGTH(others); i++)
		expect(shell("unshare -Urm sh -c 'ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e trace=mount -e "
			     "inject=mount:delay_enter=500000 ./binfmtctl register --mount --name x --extension x -i "
			     "/bin/true >/dev/null & sleep 0.2; %s >/dev/null && wait $! && ls %s'",
			     others[i], MOUNT),
		       0, i == 0 ? "kept\nregister\nstatus\nx\ny\n" : "kept\nregister\nstatus\nx\n", NULL);
}

/* The lock of all mounts can be taken by anybody, root or not. */
static void
register__mount_while_anybody_holds_that_lock__done(void **state)
{
	int held = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC), fd = held;
	struct err err;

	(void)state;
	assert_int_equal(flock(held, LOCK_EX), 0);
	assert_int_equal(lock_mounts(0, NULL, &fd, &err), 0);
	assert_int_equal(fd, -1);
	close(held);
	need_strace();
	expect(
	    shell("ASAN_OPTIONS=detect_leaks=0 unshare -Urm strace -f -o /dev/null -P /proc/self/ns/mnt -e "
		  "inject=openat,open:error=EMFILE ./binfmtctl register --mount --name x --extension x -i /bin/true"),
	    1, "", "cannot open /proc/self/ns/mnt to lock it");
	expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -e inject=flock:error=EINTR:when=1..2 "
		     "./binfmtctl register --mount --name x --extension x -i /bin/true"),
	       0, "x: registered", "");
	expect(tool("remove", "x", NULL), 0, NULL, NULL);
	register_raw(rule);
	expect(
	    shell(
		"unshare -Urm flock /proc/self/ns/mnt timeout 8 ./binfmtctl register --mount --name x --extension x -i "
		"/bin/true"),
	    0, "x: registered", "");
	expect(shell("flock /proc/self/ns/mnt ./binfmtctl register --mount --timeout 0 --name x --extension x -i "
		     "/bin/true"),
	       0, "x: registered", "");
}

/* Another mount namespace of the user namespace has its own instance mounted, and a parent's is seen here. */
static const char in_use[] =
    "mkfifo $1 || exit\n"
    "unshare -m sh -c \"mount -t binfmt_misc none " MOUNT "; $2; echo >$1; exec sleep 20\" >/dev/null 2>&1 &\n"
    "read x <$1\n"
    "./binfmtctl register --mount mips -i /bin/true >/dev/null\n"
    "cat " MOUNT "/status; ls " MOUNT "\n"
    "kill $!; rm $1\n";

#define OWN_ENTRY "echo :own:E::mounttest::/bin/true: >" MOUNT "/register"

/* What is in use is not new: it runs as before, whatever the parent's table and switch are. */
static void
register__mount_of_one_in_use__as_it_was(void **state)
{
	static const char already[] = "has an instance of its own already";
	static const struct {
		const char *theirs, *own, *after, *said;
	} rows[] = {
	    {"1", OWN_ENTRY, "enabled\nown\nqemu-mips\nregister\nstatus\n", already},
	    {"0", OWN_ENTRY, "enabled\nown\nqemu-mips\nregister\nstatus\n", already},
	    {"1", "echo 0 >" MOUNT "/status", "disabled\nqemu-mips\nregister\nstatus\n", already},
	    {"1", ":", "enabled\nkept\nqemu-mips\nregister\nstatus\n", NULL},
	};
	char *script = scratch_text("in use", in_use, 0644), *fifo = scratch_file("fifo");

	(void)state;
	register_raw(rule);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		assert_int_equal(mount_write("status", rows[i].theirs, 1), 0);
		expect(shell("unshare -Urm sh '%s' '%s' '%s'", script, fifo, rows[i].own), 0, rows[i].after,
		       rows[i].said);
	}
	free(fifo);
	free(script);
}

static void
register__mount_at_a_plain_folder__there_unless_it_hides_something(void **state)
{
	char *dir = scratch_folder("plain"), *full = scratch_folder("full"),
	     *file = scratch_text("full/file", "", 0644);

	(void)state;
	expect(shell("unshare -Urm ./binfmtctl -d '%s' register arm --mount --force -i /bin/true", dir), 0,
	       "qemu-arm: registered", NULL);
	expect(shell("unshare -Urm ./binfmtctl -d '%s' register arm --mount --force -i /bin/true", full), 3, "",
	       "is not empty");
	expect(shell("unshare -Urm ./binfmtctl -d '%s/none' register arm --mount --force -i /bin/true", dir), 3, "",
	       "No such file");
	free(dir);
	free(full);
	free(file);
}

static void
register__mount_in_a_dry_run__bytes_shown_and_nothing_mounted(void **state)
{
	char *dir = scratch_folder("dry"), *line;

	(void)state;
	assert_true(asprintf(&line, "write %s/register: :x:E::foo::/bin/true:\n", dir) > 0);
	expect(
	    shell("unshare -Urm ./binfmtctl -n -d '%s' register --name x --extension foo --mount --force -i /bin/true; "
		  "s=$?; ls -A '%s'; exit $s",
		  dir, dir),
	    0, line, "");
	assert_string_equal(entry_names(), "");
	free(line);
	free(dir);
}

static bool
no_fspick(void)
{
	return forbid(SYS_fspick, ENOSYS);
}

static bool
no_fsconfig(void)
{
	return forbid(SYS_fsconfig, EPERM);
}

/* Our own instance, of which that cannot be seen: it is not mounted over itself. */
static void
register__mount_of_our_own_unseen__done(void **state)
{
	static bool (*const without[])(void) = {no_fspick, no_fsconfig};

	(void)state;
	for (size_t i = 0; i < LENGTH(without); i++) {
		ns_empty();
		register_raw(rule);
		assert_int_equal(mount_write("status", "0", 1), 0);
		run_prepare = without[i];
		expect(shell("./binfmtctl register --mount --force mips -i /bin/true"), 0, "qemu-mips: registered",
		       NULL);
		run_prepare = NULL;
		assert_string_equal(entry_names(), "kept qemu-mips");
		assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
		expect(shell("grep -c ' " MOUNT " .* binfmt_misc ' /proc/self/mountinfo"), 0, "1\n", "");
	}
}

/* The instance of the namespace above: whoever runs there as its root could write to it. */
static void
mount__of_another_namespace__not_changed(void **state)
{
	static const struct {
		const char *line;
		bool (*without)(void);
		int status; /* 0: as may be, by who runs the tests */
	} rows[] = {
	    {"unshare -Ur ./binfmtctl register --mount s390x", NULL, 3},
	    {"unshare -Urm ./binfmtctl register --mount s390x", no_fspick, 0},
	    {"unshare -Urm ./binfmtctl register --mount s390x", no_fsconfig, 0},
	    {"./binfmtctl exec --inherit --arch s390x -- true", no_fspick, 0},
	    {"./binfmtctl exec --inherit --arch s390x -- true", no_fsconfig, 0},
	    {"strace -f -o /dev/null -P /proc/self/ns/mnt -e inject=openat:error=EMFILE ./binfmtctl exec --inherit "
	     "--arch "
	     "s390x -- true",
	     NULL, 125},
	    {"strace -f -o /dev/null -P " MOUNT
	     " -e inject=mount:error=EPERM ./binfmtctl exec --inherit --arch s390x -- "
	     "true",
	     NULL, 125},
	};
	const struct run *r;

	(void)state;
	installed_qemu("s390x");
	need_strace();
	register_line(":there:E::mounttest::/bin/true:");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		run_prepare = rows[i].without;
		r = shell("ASAN_OPTIONS=detect_leaks=0 %s", rows[i].line);
		run_prepare = NULL;
		if (rows[i].status)
			expect(r, rows[i].status, "", NULL);
		expect_text(rows[i].line, entry_names(), "there");
		assert_string_equal(entry_names(), "there");
	}
}

/* What is visible to --inherit cannot be looked at, once or at all: never an instance without it. */
static void
inherit__cannot_be_looked_at__there_or_refused(void **state)
{
	static const char *const calls[] = {"openat,open", "fstatfs,statfs", "getdents64"}, *const faults[] = {
												"EMFILE", "EIO",
												"EIO:when=1",
												"EMFILE:when=2"};
	const struct run *r;

	(void)state;
	installed_qemu("s390x");
	need_strace();
	register_line(":there:E::mounttest::/bin/true:");
	for (size_t i = 0; i < LENGTH(calls) * LENGTH(faults); i++) {
		r = shell("ASAN_OPTIONS=detect_leaks=0 strace -f -o /dev/null -P " MOUNT " -e inject=%s:error=%s "
			  "./binfmtctl exec --inherit --arch s390x -- cat " MOUNT "/there",
			  calls[i % LENGTH(calls)], faults[i / LENGTH(calls)]);
		if (r->status != 0)
			expect(r, 125, "", NULL);
	}
}

/* What is needed runs, and nothing that does not run outside. */
static void
inherit__switched_off__nothing_inherited_and_said(void **state)
{
	(void)state;
	installed_qemu("s390x");
	register_raw(rule);
	assert_int_equal(mount_write("status", "0", 1), 0);
	expect(
	    tool("exec", "--inherit", "--arch", "s390x", "--", "sh", "-c", "ls " MOUNT "; cat " MOUNT "/status", NULL),
	    0, "qemu-s390x\nregister\nstatus\nenabled\n", "switched off, so nothing is inherited");
	assert_string_equal(slurp(MOUNT "/status"), "disabled\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(keep__nobody_else_holds_the_instance__gone_and_said),
	    cmocka_unit_test(keep__mounted_by_somebody_else_and_twice__gone_and_all_put_back),
	    cmocka_unit_test(keep__one_mount_that_is_two__entries_that_it_came_with_are_anothers),
	    cmocka_unit_test(keep__held_by_another_mount_namespace__entries_stay),
	    cmocka_unit_test(keep__held_by_what_no_mount_shows__unknown),
	    cmocka_unit_test(keep__in_a_container__who_is_in_it_holds_nothing),
	    cmocka_unit_test(keep__cannot_be_tried__unknown_and_nothing_changed),
	    cmocka_unit_test(keep__on_a_shared_mount__unknown_and_nothing_unmounted_elsewhere),
	    cmocka_unit_test(keep__another_mounts_and_registers_during_the_look__not_kept),
	    cmocka_unit_test(register__mount_and_another_mounts_meanwhile__both_done),
	    cmocka_unit_test(register__mount_while_anybody_holds_that_lock__done),
	    cmocka_unit_test(register__mount_of_one_in_use__as_it_was),
	    cmocka_unit_test(register__mount_where_handlers_are_inherited_and_none_is_seen__refused),
	    cmocka_unit_test(register__mount_where_handlers_are_inherited__copied_first),
	    cmocka_unit_test(register__mount_in_a_dry_run__the_list_is_that_of_the_run),
	    cmocka_unit_test(register__mount_that_cannot_take_the_inherited_ones__visible_and_said),
	    cmocka_unit_test(register__mount_and_nothing_done__what_was_inherited_runs),
	    cmocka_unit_test(register__mount_and_no_beginning__what_was_inherited_runs),
	    cmocka_unit_test(register__mount_and_terminated_meanwhile__all_copied),
	    cmocka_unit_test(register__mount_over_one_that_is_switched_off__off_and_said),
	    cmocka_unit_test(take_back__another_has_registered__mounted_with_its_entry),
	    cmocka_unit_test(take_back__another_waits_for_the_lock__told),
	    cmocka_unit_test(register__mount_at_a_plain_folder__there_unless_it_hides_something),
	    cmocka_unit_test(register__mount_of_our_own_unseen__done),
	    cmocka_unit_test(mount__of_another_namespace__not_changed),
	    cmocka_unit_test(inherit__cannot_be_looked_at__there_or_refused),
	    cmocka_unit_test(inherit__switched_off__nothing_inherited_and_said),
	    cmocka_unit_test(register__mount_in_a_dry_run__bytes_shown_and_nothing_mounted),
	};

	return ns_run(tests);
}
