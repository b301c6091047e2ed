/* SPDX-License-Identifier: MIT */
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "probe.h"

enum { STUCK_SECONDS = 300 }; /* a program that takes so long hangs, and is killed */

static const char *no_namespace = "ns_enter was not called";

static bool
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return done;
}

/* A file system of our own: no folder on the way to it is open to others, wherever the source tree lies. */
static const char *private_place;

static const char *
enter(void)
{
	unsigned uid = geteuid(), gid = getegid();
	static const char *const places[] = {"/media", "/srv", "/opt"};
	struct stat before, after;
	char map[64];

	if (stat(MOUNT, &before) < 0)
		return "there is no " MOUNT;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return "user namespaces are not permitted here";
	put("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!put("/proc/self/uid_map", map))
		return "the uid map of the namespace cannot be written";
	snprintf(map, sizeof(map), "0 %u 1", gid);
	if (!put("/proc/self/gid_map", map))
		return "the gid map of the namespace cannot be written";
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "the mounts of the namespace cannot be made private";
	if (mount("binfmt_misc", MOUNT, "binfmt_misc", 0, NULL) < 0)
		return "this kernel does not mount binfmt_misc in a user namespace (before Linux 6.7)";
	if (stat(MOUNT, &after) < 0 || before.st_dev == after.st_dev)
		return "the mounted binfmt_misc is not a new one";
	for (size_t i = 0; !private_place && i < LENGTH(places); i++)
		if (mount("tmpfs", places[i], "tmpfs", 0, "mode=0755") == 0)
			private_place = places[i];
	return NULL;
}

bool
ns_enter(const char **reason)
{
	no_namespace = enter();
	*reason = no_namespace;
	return !no_namespace;
}

int
mount_write(const char *file, const char *bytes, size_t len)
{
	char path[PATH_MAX];
	ssize_t n;
	int fd, error;

	snprintf(path, sizeof(path), MOUNT "/%s", file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return errno;
	n = write(fd, bytes, len);
	error = n == (ssize_t)len ? 0 : n < 0 ? errno : EIO;
	close(fd);
	return error;
}

int
ns_setup(void **state)
{
	(void)state;
	if (no_namespace) {
		fprintf(stderr, "skipped: %s\n", no_namespace);
		skip();
	}
	assert_int_equal(mount_write("status", "-1", 2), 0);
	assert_int_equal(mount_write("status", "1", 1), 0);
	return 0;
}

static void
no_namespace_test(void **state)
{
	(void)state;
	skip_because("%s", no_namespace);
}

int
ns_run_tests(const char *name, const struct CMUnitTest *tests, size_t count)
{
	struct CMUnitTest *own = calloc(count, sizeof(*own));
	const char *reason;
	bool entered = ns_enter(&reason);
	int failed;

	if (!own)
		return 1;
	for (size_t i = 0; i < count; i++) {
		own[i] = tests[i];
		if (!entered)
			own[i] = (struct CMUnitTest){.name = tests[i].name, .test_func = no_namespace_test};
		else if (!own[i].setup_func)
			own[i].setup_func = ns_setup;
	}
	failed = _cmocka_run_group_tests(name, own, count, NULL, NULL);
	free(own);
	return failed;
}

static void
collect(int out, int err, struct run *r)
{
	struct pollfd p[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	char *text[2] = {r->out, r->err};
	size_t len[2] = {0, 0};

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0)
			continue;
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (p[i].fd < 0 || !p[i].revents)
				continue;
			n = read(p[i].fd, text[i] + len[i], RUN_TEXT_MAX - 1 - len[i]);
			if (n <= 0)
				p[i].fd = -1;
			else
				len[i] += (size_t)n;
		}
	}
	r->out[len[0]] = r->err[len[1]] = '\0';
}

const struct run *
program_at(const char *root, const char *path, char *const argv[], char *const env[])
{
	static struct run r;
	char *none[] = {NULL};
	int out[2], err[2], status;
	pid_t pid;

	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		alarm(STUCK_SECONDS);
		if (root && (chroot(root) < 0 || chdir("/") < 0))
			_exit(228);
		execve(path, argv, env ? env : none);
		_exit(errno == ENOEXEC ? 226 : 227);
	}
	assert_true(pid > 0);
	close(out[1]);
	close(err[1]);
	collect(out[0], err[0], &r);
	close(out[0]);
	close(err[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	r.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return &r;
}

const struct run *
program(char *const argv[], char *const env[])
{
	return program_at(NULL, argv[0], argv, env);
}

const struct run *
tool(const char *word, ...)
{
	static char path[] = "./binfmtctl";
	char *argv[64] = {path};
	size_t n = 1;
	va_list ap;

	va_start(ap, word);
	for (; word && n + 1 < LENGTH(argv); word = va_arg(ap, const char *))
		argv[n++] = (char *)(uintptr_t)word;
	va_end(ap);
	return program(argv, NULL);
}

const struct run *
tool_words(const char *const words[])
{
	static char path[] = "./binfmtctl";
	char *argv[64] = {path};

	for (size_t n = 0; words[n] && n + 2 < LENGTH(argv); n++)
		argv[n + 1] = (char *)(uintptr_t)words[n];
	return program(argv, NULL);
}

const struct run *
shell(const char *fmt, ...)
{
	static char sh[] = "/bin/sh", c[] = "-c", path[] = "PATH=/usr/bin:/bin", line[1 << 14];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	assert_in_range(len, 1, sizeof(line) - 1);
	return program((char *[]){sh, c, line, NULL}, (char *[]){path, NULL});
}

static bool
said(const char *text, const char *wanted)
{
	return !wanted || (*wanted ? strstr(text, wanted) != NULL : !*text);
}

const struct run *
expect_run(const struct run *r, int status, const char *out, const char *err, const char *file, int line)
{
	if (r->status == status && said(r->out, out) && said(r->err, err))
		return r;
	print_error("wanted: status %d\n out: %s\n err: %s\ngot: status %d\n out: %s\n err: %s\n", status,
		    out ? out : "(any)", err ? err : "(any)", r->status, r->out, r->err);
	_fail(file, line);
	return r;
}

bool
expect_json_at(const char *text, const char *filter, const char *file, int line)
{
	static char jq[] = "/usr/bin/jq", options[] = "-es", whole[8192], document[PATH_MAX + 16];
	const struct run *r;
	char *before;

	if (access(jq, X_OK) < 0)
		return false;
	before = strdup(text); /* it may be the run's own buffer */
	assert_non_null(before);
	snprintf(document, sizeof(document), "%s/document", scratch());
	spill(document, before, strlen(before), 0600);
	snprintf(whole, sizeof(whole), "length == 1 and (.[0] | (%s))", filter);
	r = program((char *[]){jq, options, whole, document, NULL}, NULL);
	if (r->status != 0) {
		print_error("not so: %s\n%s%s\n", filter, before, r->err);
		_fail(file, line);
	}
	free(before);
	return true;
}

const char *
entry_text(const char *name)
{
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), MOUNT "/%s", name);
	text = slurp(path);
	return text ? text : "";
}

char *
instance(void)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	DIR *dir = opendir(MOUNT);
	struct dirent *d;
	struct stat st;

	assert_non_null(f);
	assert_non_null(dir);
	fprintf(f, "switch %s", slurp(MOUNT "/status"));
	while ((d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (strcmp(d->d_name, "register") == 0 || strcmp(d->d_name, "status") == 0 ||
		    fstatat(dirfd(dir), d->d_name, &st, 0) < 0)
			continue;
		fprintf(f, "%s %lu %ld.%09ld\n%s", d->d_name, (unsigned long)st.st_ino, (long)st.st_mtim.tv_sec,
			st.st_mtim.tv_nsec, entry_text(d->d_name));
	}
	closedir(dir);
	fclose(f);
	return text;
}

void
expect_instance_at(const char *before, const char *file, int line)
{
	char *now = instance();

	_assert_string_equal(now, before, file, line);
	free(now);
}

char *
probe_program(const char *arch, const char *file)
{
	const struct arch *row = arch_find(arch);
	unsigned char elf[PROBE_MAX];
	char *path;

	assert_non_null(row);
	path = scratch_file(file);
	spill(path, elf, probe_build(row, 1, elf), 0755);
	return path;
}

const char *
tiny_interpreter(void)
{
	static char *path;

	if (!path) {
		assert_non_null(host_arch());
		path = probe_program(host_arch()->name, "tiny");
	}
	return path;
}

const char *
script_interpreter(void)
{
	static const char text[] = "#!/bin/sh\necho told \"$@\"\n";
	static char *path;

	if (!path) {
		path = scratch_file("script");
		spill(path, text, sizeof(text) - 1, 0755);
	}
	return path;
}

const struct run *
execute(const char *path)
{
	return program((char *[]){(char *)(uintptr_t)path, NULL}, NULL);
}

void
register_raw(const char *line)
{
	assert_int_equal(mount_write("register", line, strlen(line)), 0);
}

const char *
slurp(const char *path)
{
	static char text[RUN_TEXT_MAX];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t len = 0;
	ssize_t n;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + len, sizeof(text) - 1 - len)) > 0)
		len += (size_t)n;
	close(fd);
	text[len] = '\0';
	return n < 0 ? NULL : text;
}

void
spill(const char *path, const void *bytes, size_t len, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

void
copy_file(const char *from, const char *to, mode_t mode)
{
	static char block[1 << 16];
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	ssize_t n;

	assert_true(in >= 0);
	unlink(to);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	assert_true(out >= 0);
	while ((n = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(out, block, (size_t)n), n);
	assert_int_equal(n, 0);
	assert_int_equal(fchmod(out, mode), 0);
	close(in);
	close(out);
}

static char scratch_path[PATH_MAX];
static pid_t scratch_owner;

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* Children that leave by exit(3) must not take the folder with them. */
static void
remove_scratch(void)
{
	if (getpid() == scratch_owner)
		nftw(scratch_path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

const char *
scratch(void)
{
	char cwd[PATH_MAX - 64];

	if (scratch_path[0])
		return scratch_path;
	if (!private_place)
		assert_non_null(getcwd(cwd, sizeof(cwd)));
	snprintf(scratch_path, sizeof(scratch_path), "%s%s/scratch.XXXXXX", private_place ? private_place : cwd,
		 private_place ? "" : "/build");
	assert_non_null(mkdtemp(scratch_path));
	scratch_owner = getpid();
	atexit(remove_scratch);
	return scratch_path;
}

char *
scratch_file(const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", scratch(), name) > 0);
	return path;
}
