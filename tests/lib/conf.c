/* SPDX-License-Identifier: MIT */
#include "conf.h"

#include <dirent.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "boot.h"
#include "err.h"
#include "records.h"

const char *const conf_boot_dirs[] = {"/etc/binfmt.d", "/run/binfmt.d", "/usr/local/lib/binfmt.d", "/usr/lib/binfmt.d"};

char *
conf_dir(const char *name)
{
	char *dir = scratch_file(name);

	expect(shell("rm -rf '%s' && mkdir -m 755 '%s'", dir, dir), 0, "", "");
	return dir;
}

char *
conf_file(const char *dir, const char *name)
{
	char *path;

	assert_true(asprintf(&path, "%s/%s", dir, name) > 0);
	return path;
}

const struct run *
tool_persist(const char *dir, const char *word, ...)
{
	const char *words[32];
	size_t n = 0;
	va_list ap;

	va_start(ap, word);
	for (; word && n + 4 < LENGTH(words); word = va_arg(ap, const char *))
		words[n++] = word;
	va_end(ap);
	words[n++] = "--persist";
	words[n++] = "--conf-dir";
	words[n++] = dir;
	words[n] = NULL;
	return tool_words(words);
}

/* Only ever in memory of ours: what is in it gets removed. */
static bool
is_tmpfs(const char *dir)
{
	struct statfs fs;

	return statfs(dir, &fs) == 0 && fs.f_type == 0x01021994;
}

/*
 * Puts an empty folder over this machine's binfmt.d, seen by this process and its children only.
 * Where there is none, its parent becomes a folder of links with that one among them.
 */
static bool
cover_one(const char *dir)
{
	const struct run *r = shell("d='%s' p=${d%%/binfmt.d}\n"
				    "if [ -d \"$d\" ]; then exec mount -t tmpfs tmpfs \"$d\"; fi\n"
				    "o=/mnt/old$p n=/mnt/new$p\n"
				    "mkdir -p \"$o\" \"$n\" && mount --bind \"$p\" \"$o\" || exit\n"
				    "for f in \"$o\"/* \"$o\"/.[!.]*; do ln -s \"$f\" \"$n/\"; done\n"
				    "mkdir \"$n/binfmt.d\" && mount --bind \"$n\" \"$p\"",
				    dir);

	return r->status == 0 && is_tmpfs(dir);
}

/* What else tells doctor who manages this machine's handlers. */
static bool
cover_managers(void)
{
	static const char *const folders[] = {RECORDS_DIR, "/run/systemd", "/run/openrc"};

	for (size_t i = 0; i < LENGTH(folders); i++)
		if (access(folders[i], F_OK) == 0 && mount("tmpfs", folders[i], "tmpfs", 0, "mode=755") < 0)
			return false;
	return true;
}

static bool
cover(void)
{
	if (!cover_managers())
		return false;
	if (mount("tmpfs", "/mnt", "tmpfs", 0, NULL) < 0)
		return false;
	for (size_t i = 0; i < LENGTH(conf_boot_dirs); i++)
		if (!cover_one(conf_boot_dirs[i]))
			return false;
	return true;
}

static void
empty(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	assert_non_null(dir);
	assert_true(is_tmpfs(path));
	while ((d = readdir(dir)))
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			assert_int_equal(unlinkat(dirfd(dir), d->d_name, 0), 0);
	closedir(dir);
}

void
conf_needs_boot_dirs(void)
{
	static enum { UNTRIED, COVERED, IMPOSSIBLE } state;

	if (state == UNTRIED)
		state = cover() ? COVERED : IMPOSSIBLE;
	if (state == IMPOSSIBLE)
		skip_because("this machine does not let a test cover the folders of binfmt.d");
	for (size_t i = 0; i < LENGTH(conf_boot_dirs); i++)
		empty(conf_boot_dirs[i]);
}

void
conf_write(size_t dir, const char *name, const char *text)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", conf_boot_dirs[dir], name);
	spill(path, text, strlen(text), 0644);
}

void
conf_read_boot(struct boot *boot)
{
	struct err err;

	assert_int_equal(boot_read(boot, &err), 0);
	records_free(&boot->records);
	boot->elsewhere = LOOK_NO;
	boot->reader = "systemd-binfmt";
	boot->reads_lines = boot->flushes = boot->mounts = boot->active = LOOK_YES;
	boot->loads = boot->unread = boot->unit_unread = false;
	boot->reads_records = LOOK_NO;
	boot->unit[0] = '\0';
	strcpy(boot->unit_link, CONF_UNIT);
}
