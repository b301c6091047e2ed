/* SPDX-License-Identifier: MIT */
/* exec --root: a root folder with nothing of its own but what is bound into it from this machine. */
#include "range.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "typist.h"

enum { KILLS = 100, ROUNDS = 24 };

static char *place, *root;
static bool (*as)(void);

/* What makes an empty folder a root of this machine's programs. */
#define BINDS "--bind /usr $(for d in /bin /lib /lib64; do [ -L $d ] || [ ! -e $d ] || echo --bind $d; done) "

static void
make_root(void)
{
	expect(shell("mkdir -p %s/usr %s/etc %s/tmp && mkdir %s/proc %s/dev %s/sys && touch %s/etc/hosts "
		     "%s/etc/resolv.conf && for d in bin sbin lib lib64; do "
		     "if [ -L /$d ]; then ln -sfn "
		     "$(readlink /$d) %s/$d; fi; done; cp binfmtctl %s/; chmod -R a+rX %s; chmod 1777 %s/tmp",
		     root, root, root, root, root, root, root, root, root, place, place, root),
	       0, "", "");
}

static void
begin(void)
{
	range_need();
	if (!place)
		place = strdup(scratch());
	if (!root) {
		assert_true(asprintf(&root, "%s/a root", place) > 0);
		mkdir(place, 0755);
		mkdir(root, 0755);
		chmod(place, 0755);
		free(root);
		assert_true(asprintf(&root, "'%s/a root'", place) > 0);
		make_root();
	}
	need_private(place, as);
}

/* A line of the new root's shell, as the group's user. */
__attribute__((format(printf, 2, 3))) static const struct run *
in_root(const char *options, const char *format, ...)
{
	char line[2048];
	const struct run *r;
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	run_prepare = as;
	r = shell("cd %s && ./binfmtctl exec --root %s " BINDS "%s sh -c '%s'", place, root, options, line);
	run_prepare = NULL;
	return r;
}

static void
root__what_programs_expect__is_there(void **state)
{
	static const struct {
		const char *line, *out;
	} rows[] = {
	    {"ls /", "usr\n"},
	    {"cat /proc/self/mountinfo | cut -d \" \" -f 5 | grep -cx /", "1\n"},
	    {"cat /proc/1/comm", "binfmtctl\n"},
	    {"echo $$", "2\n"},
	    {"ls /proc/sys/fs/binfmt_misc", "register\nstatus\n"},
	    {"cat /proc/sys/fs/binfmt_misc/status", "enabled\n"},
	    {"ls /sys | grep -x kernel", "kernel\n"},
	    {"ls /dev | tr \"\\n\" \" \"", "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero "},
	    {"echo x >/dev/null; head -c 2 /dev/zero | wc -c; echo y 2>/dev/full >/dev/full || echo full", "2\nfull\n"},
	    {"head -c 5 /dev/urandom | wc -c", "5\n"},
	    {"echo 1 | cat /dev/stdin; ls -L /dev/stdout /dev/fd/2 | wc -l", "1\n2\n"},
	    {"echo z >/dev/shm/file && cat /dev/shm/file", "z\n"},
	    {"pwd", "/\n"},
	    {"[ -e /home ] || echo none", "none\n"},
	    {"echo $PATH | tr : \"\\n\" | grep -cx -e /usr/sbin -e /sbin", "2\n"},
	    {"echo ${TMPDIR-none}", "none\n"},
	};
	static const char *const files[] = {"/etc/hosts", "/etc/resolv.conf"};

	(void)state;
	begin();
	setenv("TMPDIR", "/no/such/folder", 1);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(in_root("", "%s", rows[i].line), 0, rows[i].out, NULL);
	unsetenv("TMPDIR");
	for (size_t i = 0; i < LENGTH(files); i++) {
		char *inside = strdup(in_root("", "cat %s", files[i])->out);

		expect_text(files[i], inside, shell("cat %s", files[i])->out);
		free(inside);
	}
}

static void
root__ids__own_or_root(void **state)
{
	char own[32];

	(void)state;
	begin();
	snprintf(own, sizeof(own), "%u\n", as ? RANGE_USER : geteuid());
	expect(in_root("", "id -u"), 0, own, "");
	expect(in_root("--map-root", "id -u"), 0, "0\n", "");
	expect(in_root("--map-root", "hostname other 2>/dev/null; uname -n"), 0, NULL, "");
}

static void
root__foreign_programs__run_without_their_interpreter_in_it(void **state)
{
	char *made = probe_program("aarch64", "aarch64"), *to;

	(void)state;
	begin();
	assert_true(asprintf(&to, "%s/a root/aarch64", place) > 0);
	copy_file(made, to, 0755);
	run_prepare = as;
	expect(shell("cd %s && ./binfmtctl exec --root %s /aarch64", place, root), 42, "", "");
	expect(shell("cd %s && ./binfmtctl exec --root %s ./aarch64", place, root), 42, "", "");
	expect(shell("cd %s && ./binfmtctl exec --chdir /tmp --root %s ../aarch64", place, root), 42, "", "");
	run_prepare = NULL;
	free(made);
	free(to);
}

static void
root__exit_status__as_env(void **state)
{
	(void)state;
	begin();
	expect(in_root("", "exit 7"), 7, "", "");
	expect(in_root("", "kill -KILL $$"), 128 + SIGKILL, "", NULL);
	expect(in_root("", "kill -TERM $$"), 128 + SIGTERM, "", NULL);
	expect(in_root("--chdir /no-such", ":"), 125, "", "--chdir /no-such: No such file or directory");
	expect(in_root("--bind /no-such:/x", ":"), 125, "", "--bind /no-such: No such file or directory");
	expect(in_root("--bind /usr/bin:/tmp/x", "ls /tmp/x | grep -x env"), 0, "env\n", "");
	expect(in_root("--bind /usr/bin:/tmp/far/away/", "ls /tmp/far/away | grep -x env"), 0, "env\n", "");
	expect(in_root("--bind /etc/hosts:/tmp/more/file", "cmp /etc/hosts /tmp/more/file"), 0, "", "");
	expect(in_root("--bind /etc/hosts:/tmp/f --bind /usr/bin:/tmp/f/x", ":"), 125, "",
	       "cannot make what is not there: /tmp/f/x: Not a directory");
	run_prepare = as;
	expect(shell("cd %s && ./binfmtctl exec --root %s no-such", place, root), 127, "", "no-such: No such file");
	expect(shell("cd %s && ./binfmtctl exec --root %s /tmp", place, root), 126, "", "/tmp: ");
	run_prepare = NULL;
}

/* Links of the root lead to nothing of outside. */
static void
root__links_out_of_it__are_its_own(void **state)
{
	(void)state;
	begin();
	expect(shell("cd %s/'a root' && ln -sfn /etc/hosts etc/resolv.conf && rm -f etc/hosts", place), 0, "", "");
	expect(in_root("", "readlink /etc/resolv.conf"), 0, "/etc/hosts\n", "");
	expect(shell("cd %s/'a root' && rm -rf etc/resolv.conf etc/hosts", place), 0, "", "");
}

static void
root__read_only__enough(void **state)
{
	(void)state;
	begin();
	expect(shell("cd %s && unshare -Urm sh -c 'mount --bind \"a root\" \"a root\" && mount -o remount,bind,ro \"a "
		     "root\" && "
		     "./binfmtctl exec --root \"a root\" " BINDS " sh -c \"touch /x || echo read-only\"'",
		     place),
	       0, "read-only\n", NULL);
}

/* Live processes whose command line holds this word. */
static unsigned
alive(const char *word)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char path[300];
		const char *text;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		text = slurp(path);
		if (text && *text && memmem(text, 256, word, strlen(word))) /* its words are apart by NULs */
			n++;
	}
	closedir(d);
	return n;
}

/* However it ends, nobody of its namespace is left and nothing is mounted outside. */
static void
root__killed_at_any_moment__nobody_is_left(void **state)
{
	char *mounts, mark[32];

	(void)state;
	begin();
	mounts = strdup(slurp("/proc/self/mountinfo"));
	snprintf(mark, sizeof(mark), "%d", 100000000 + (int)getpid());
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (as)
				as();
			execl("/bin/sh", "sh", "-c",
			      "cd \"$1\" && exec ./binfmtctl exec --root 'a root' " BINDS
			      "sh -c \"sleep $2 & sleep $2; :\"",
			      "sh", place, mark, NULL);
			_exit(1);
		}
		usleep((useconds_t)(random() % 120000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	for (int i = 0; i < 100 && alive(mark); i++)
		usleep(50000);
	assert_int_equal(alive(mark), 0);
	assert_string_equal(slurp("/proc/self/mountinfo"), mounts);
	free(mounts);
}

static void
root__signals__reach_the_command(void **state)
{
	static const char *const signals[] = {"TERM", "HUP", "USR1", "USR2", "ALRM"};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(signals); i++) {
		run_prepare = as;
		expect(shell("cd %s; ./binfmtctl exec --root %s " BINDS
			     "sh -c 'trap \"echo got; exit 9\" %s; echo ready; while :; do sleep 0.1; done' >log & "
			     "i=0; until grep -q ready log || [ $((i += 1)) -gt 200 ]; do sleep 0.05; done "
			     "2>/dev/null; kill -%s $!; wait $!; echo $?; cat log; rm log",
			     as ? "/mnt/open" : place, root, signals[i], signals[i]),
		       0, "9\nready\ngot\n", NULL);
		run_prepare = NULL;
	}
}

/* Ctrl-Z and fg again and again, then Ctrl-C to the command alone, and Ctrl-\. */
static void
jobs__stopped_and_continued__as_any_other(void **state)
{
	static const char *const ways[] = {"", "--root 'a root' "};
	char *argv[] = {(char *)"/bin/bash", (char *)"--norc", (char *)"-i", NULL}, *line;
	struct typist typist;

	(void)state;
	begin();
	if (access(argv[0], X_OK) < 0)
		skip_because("this machine has no bash");
	for (size_t w = 0; w < LENGTH(ways); w++) {
		typist_start(&typist, argv, place);
		assert_non_null(typist_type(&typist, "PS1='P'\"> \"\n", "P> "));
		assert_true(
		    asprintf(&line,
			     "./binfmtctl exec %s%s sh -c 'trap \"echo got-\"int INT; echo sta\"\"rted; while :; do :; "
			     "done'\n", /* it starts nothing: a shell that is stopped between fork and exec is no matter
					   of ours */
			     ways[w], *ways[w] ? BINDS : "") > 0);
		assert_non_null(typist_type(&typist, line, "started"));
		for (int i = 0; i < ROUNDS; i++) {
			typist_wait_for_job(&typist);
			usleep(1000); /* the group's others go on with it */
			assert_non_null(typist_type(&typist, "\x1a", "P> "));
			assert_non_null(typist_type(&typist, "fg\n", "\n"));
		}
		typist_wait_for_job(&typist);
		assert_non_null(typist_type(&typist, "\x03", "got-int"));
		assert_non_null(typist_type(&typist, "\x1c", "P> "));
		assert_non_null(typist_type(&typist, "echo rc=$?\n", "rc=131"));
		typist_end(&typist);
		free(line);
	}
}

static void
jobs__a_terminal__is_known_inside(void **state)
{
	char *argv[] = {(char *)"/bin/bash", (char *)"--norc", (char *)"-i", NULL}, *line;
	struct typist typist;

	(void)state;
	begin();
	if (access(argv[0], X_OK) < 0)
		skip_because("this machine has no bash");
	typist_start(&typist, argv, place);
	assert_true(asprintf(&line, "stty rows 33 cols 77; ./binfmtctl exec --root 'a root' " BINDS
				    "sh -c 'tty; stty size; echo e\"\"nd'\n") > 0);
	assert_non_null(strstr(typist_type(&typist, line, "\nend"), "/dev/console\r\n33 77"));
	typist_end(&typist);
	free(line);
}

static void
range__ordinary_user__the_same(void **state)
{
	(void)state;
	range_setup();
	place = strdup("/mnt/exec");
	root = NULL;
	as = range_drop;
	expect(shell("mkdir -p -m 1777 /mnt/open && cp binfmtctl /mnt/open/"), 0, "", "");
}

#define ANYWHERE                                                                                                       \
	cmocka_unit_test(root__what_programs_expect__is_there), cmocka_unit_test(root__ids__own_or_root),              \
	    cmocka_unit_test(root__foreign_programs__run_without_their_interpreter_in_it),                             \
	    cmocka_unit_test(root__exit_status__as_env), cmocka_unit_test(root__links_out_of_it__are_its_own),         \
	    cmocka_unit_test(root__signals__reach_the_command),                                                        \
	    cmocka_unit_test(root__killed_at_any_moment__nobody_is_left)

int
main(void)
{
	const struct CMUnitTest as_we_are[] = {ANYWHERE, cmocka_unit_test(root__read_only__enough),
					       cmocka_unit_test(jobs__stopped_and_continued__as_any_other),
					       cmocka_unit_test(jobs__a_terminal__is_known_inside)};
	const struct CMUnitTest as_a_user[] = {cmocka_unit_test(range__ordinary_user__the_same), ANYWHERE};
	int failed = range_run(as_a_user);

	return cmocka_run_group_tests(as_we_are, NULL, NULL) + failed;
}
