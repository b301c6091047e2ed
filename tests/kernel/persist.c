/* SPDX-License-Identifier: MIT */
/* --persist on the real kernel: the file that is read at boot, and whose files are left alone. */
#include "conf.h"

#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct run *
contents(const char *dir)
{
	return shell("cd '%s' && ls -liA && for f in .[!.]* *; do [ -f \"$f\" ] && cat \"$f\"; done; :", dir);
}

static void
persist__register__file_that_the_kernel_takes(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), *entry, *line;
	struct stat st;

	(void)state;
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	assert_non_null(slurp(file));
	line = strdup(slurp(file));
	entry = strdup(entry_text("qemu-aarch64"));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	expect_conf(dir, "qemu-aarch64.conf\n");
	assert_true(line[0] == '#');
	tool("remove", "aarch64", NULL);
	assert_int_equal(access(file, F_OK), 0);
	register_raw(strchr(line, '\n') + 1);
	assert_string_equal(entry_text("qemu-aarch64"), entry);
	free(line);
	free(entry);
	free(file);
	free(dir);
}

static void
persist__again__file_as_the_entry_is_now(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), *first;

	(void)state;
	need_ptrace();
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	first = strdup(slurp(file));
	expect(tool_persist(dir, "register", "aarch64", NULL), 0, "qemu-aarch64: unchanged", "");
	assert_string_equal(slurp(file), first);
	expect(tool_persist(dir, "register", "aarch64", "-fPOF", NULL), 0, "replaced", "");
	assert_non_null(strstr(slurp(file), ":POF\n"));
	free(first);
	free(file);
	free(dir);
}

static void
persist__remove__own_file_goes_too(void **state)
{
	char *dir = conf_dir("conf");

	(void)state;
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(tool_persist(dir, "remove", "aarch64", NULL), 0, "qemu-aarch64: removed", "");
	expect_conf(dir, "");
	assert_false(is_entry("qemu-aarch64"));
	expect(tool_persist(dir, "remove", "aarch64", NULL), 1, "", "there is no entry");
	free(dir);
}

static void
persist__remove_when_the_entry_is_gone__file_goes(void **state)
{
	char *dir = conf_dir("conf");

	(void)state;
	tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL);
	tool("remove", "aarch64", NULL);
	expect(tool_persist(dir, "remove", "aarch64", NULL), 0, "removed", "");
	expect_conf(dir, "");
	free(dir);
}

/* A file, link or folder of that name that somebody else made. */
static const char *const foreign_files[] = {
    "echo ':qemu-aarch64:E::foo::/bin/true:' >qemu-aarch64.conf",
    ": >qemu-aarch64.conf",
    "ln -s /dev/null qemu-aarch64.conf",
    "ln -s nowhere qemu-aarch64.conf",
    "mkdir qemu-aarch64.conf",
    "mkfifo qemu-aarch64.conf",
};

/* A change of the live entry with such a file in its place: flags may be NULL. */
static void
check_foreign_file(const char *made_by, const char *word, const char *flags)
{
	char *dir = conf_dir("conf"), *before, *disk;

	ns_empty();
	tool("register", "aarch64", "-i", tiny_interpreter(), NULL);
	expect(shell("cd '%s' && %s", dir, made_by), 0, "", "");
	disk = strdup(contents(dir)->out);
	before = instance();
	expect(tool_persist(dir, word, "aarch64", flags, NULL), 1, "", "was not written by binfmtctl");
	expect_instance(before);
	assert_string_equal(contents(dir)->out, disk);
	free(before);
	free(disk);
	free(dir);
}

static void
persist__register_over_a_foreign_file__refused_before_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(foreign_files); i++)
		check_foreign_file(foreign_files[i], "register", "-fPOF");
}

/* What somebody has added to a file of ours is theirs. */
static void
persist__file_with_more_lines__left_alone(void **state)
{
	/* What puts them there; the last three leave the mark and one line. */
	static const char *const more[] = {"echo :jar:E::jar::/bin/cat: >>",
					   "echo '# the builders want it' >>",
					   "echo >>",
					   "sed -i '2s/.*/:jar:E::jar::\\/bin\\/cat:/'",
					   "sed -i '2s/.*/# not for now/'",
					   "sed -i '2s/qemu-aarch64/qemu-aarch6/'"};
	static const char text[] = "not as binfmtctl wrote it";
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), *before;

	(void)state;
	for (size_t i = 0; i < LENGTH(more); i++) {
		expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), "--force", NULL), 0,
		       "qemu-aarch64: ", NULL);
		expect(shell("%s '%s'", more[i], file), 0, "", "");
		before = strdup(slurp(file));
		expect(tool_persist(dir, "register", "aarch64", "-f", "PF", NULL), 1, "", text);
		expect(tool_persist(dir, "remove", "aarch64", NULL), 1, "", text);
		expect(tool("remove", "aarch64", NULL), 0, "removed", NULL);
		expect(tool_persist(dir, "remove", "aarch64", NULL), 1, "", text);
		expect(tool_persist(dir, "remove", "all", NULL), 1, NULL, text);
		assert_string_equal(slurp(file), before);
		free(before);
	}
	free(file);
	free(dir);
}

static void
persist__remove_with_a_foreign_file__refused_before_anything(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(foreign_files); i++)
		check_foreign_file(foreign_files[i], "remove", NULL);
}

static void
persist__folder_missing_or_open_to_others__refused_before_anything(void **state)
{
	char *dir = conf_dir("conf"), *none = conf_file(dir, "none"), *before = instance();
	static const mode_t modes[] = {0777, 0775, 0757, 01777};

	(void)state;
	expect(tool_persist(none, "register", "aarch64", "-i", tiny_interpreter(), NULL), 1, "", "cannot open");
	for (size_t i = 0; i < LENGTH(modes); i++) {
		assert_int_equal(chmod(dir, modes[i]), 0);
		expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 1, "",
		       "can be written by others than root");
	}
	expect_instance(before);
	expect_conf(dir, "");
	free(before);
	free(none);
	free(dir);
}

static void
persist__left_over_temporary_file__replaced(void **state)
{
	char *dir = conf_dir("conf");

	(void)state;
	expect(shell("echo half >'%s/.binfmtctl.tmp'", dir), 0, "", "");
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	expect_conf(dir, "qemu-aarch64.conf\n");
	free(dir);
}

/* A limit on file sizes in the middle of the text, and a full disk: both in force while it is written only. */
static void
persist__no_room_for_the_file__its_cause_and_nothing_left(void **state)
{
	char *dir = conf_dir("conf"), *filler = conf_file(dir, "filler");
	struct rlimit limit, small;
	const struct run *run;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	small = (struct rlimit){100, limit.rlim_max};
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	run = tool_persist(dir, "register", "aarch64", NULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect(run, 1, "", "qemu-aarch64.conf: File too large");
	expect_conf(dir, "");
	assert_int_equal(mount("tmpfs", dir, "tmpfs", 0, "size=4k,mode=755"), 0);
	spill(filler, dir, 1, 0644);
	expect(tool_persist(dir, "register", "aarch64", NULL), 1, "",
	       "qemu-aarch64.conf: No space left on device; the entry is registered, but no file has it written down");
	expect_conf(dir, "filler\n");
	expect(shell("rm '%s'", filler), 0, "", "");
	expect(tool_persist(dir, "register", "aarch64", NULL), 0, "persisted", "");
	expect(tool_persist(dir, "register", "aarch64", "--flags", "PF", NULL), 1, "",
	       "No space left on device; the entry is registered, but the next boot has what the file said before");
	assert_int_equal(umount(dir), 0);
	free(filler);
	free(dir);
}

/* The n-th place after `from` where the log has this text; fails where it has not. */
static const char *
then(const char *from, const char *text)
{
	const char *at = strstr(from, text);

	if (!at)
		fail_msg("no %s in\n%s", text, from);
	return at + strlen(text);
}

/* On disk before it has its name, and the name after it; a link in the temporary's place is not followed. */
static void
persist__file__synced_and_renamed_and_no_link_followed(void **state)
{
	char *dir = conf_dir("conf"), *log = scratch_file("log"), *victim = scratch_text("victim", "text", 0644);
	const char *at;

	(void)state;
	need_strace();
	expect(shell("cd '%s' && ln -s '%s' .binfmtctl.tmp", dir, victim), 0, "", "");
	expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -o '%s' -e inject=unlinkat:retval=0:when=1 ./binfmtctl "
		     "register aarch64 -i '%s' --persist --conf-dir '%s'",
		     log, tiny_interpreter(), dir),
	       1, "", ".conf: File exists");
	assert_string_equal(slurp(victim), "text");
	expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -o '%s' ./binfmtctl register aarch64 -i '%s' --persist "
		     "--conf-dir '%s'",
		     log, tiny_interpreter(), dir),
	       0, NULL, "");
	at = then(slurp(log), ".binfmtctl.tmp\", O_WRONLY|O_CREAT|O_EXCL|O_NOFOLLOW");
	at = then(then(then(at, "write("), "fsync("), "renameat");
	then(at, "fsync(");
	free(victim);
	free(log);
	free(dir);
}

/* Files that begin almost as binfmtctl's own. */
static void
persist__mark_cut_or_changed__somebody_elses(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), *whole;
	size_t mark;

	(void)state;
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	whole = strdup(slurp(file));
	mark = (size_t)(strchr(whole, '\n') - whole) + 1;
	for (size_t cut = 1; cut < mark; cut += 7) {
		spill(file, whole, mark - cut, 0644);
		expect(tool_persist(dir, "remove", "aarch64", NULL), 1, "", "was not written by binfmtctl");
	}
	for (size_t i = 0; i < mark; i++) {
		char *other = strdup(whole);

		other[i] ^= 1;
		spill(file, other, strlen(other), 0644);
		expect(tool_persist(dir, "remove", "aarch64", NULL), 1, "", "was not written by binfmtctl");
		free(other);
	}
	spill(file, whole, mark, 0644);
	expect(tool_persist(dir, "remove", "aarch64", NULL), 0, "removed", "");
	expect_conf(dir, "");
	free(whole);
	free(file);
	free(dir);
}

static void
persist__remove_all__files_of_entries_that_are_gone_too(void **state)
{
	char *dir = conf_dir("conf"), *theirs = conf_file(dir, "qemu-arm.conf");

	(void)state;
	need_ptrace();
	two_entries();
	expect(tool_persist(dir, "register", "aarch64", "riscv64", NULL), 0, "persisted", NULL);
	spill(theirs, "# mine\n", 7, 0644);
	expect(tool("remove", "aarch64", "riscv64", NULL), 0, "removed", "");
	expect(tool_persist(dir, "-n", "remove", "all", NULL), 0, "qemu-riscv64: would be removed", "");
	expect(tool_persist(dir, "remove", "all", NULL), 0, "qemu-aarch64: removed (its binfmt.d file", "");
	expect_conf(dir, "qemu-arm.conf\n");
	expect(tool_persist(dir, "remove", "all", NULL), 0, "", "");
	free(theirs);
	free(dir);
}

/* What cannot be looked at may be there. */
static void
persist__remove_where_the_look_fails__failed_even_where_missing_is_fine(void **state)
{
	static const char *const operands[] = {"aarch64", "all", "--entry qemu-aarch64", "-j linux/arm64"};
	static const char *const looks[] = {"", ":when=2+2"}; /* at the folder; at each file in it */
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf");

	(void)state;
	need_strace();
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	tool("remove", "aarch64", NULL);
	for (size_t i = 0; i < LENGTH(operands) * LENGTH(looks); i++) {
		expect(shell("ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -P '%s' -e inject=openat:error=EIO%s "
			     "./binfmtctl remove %s --missing-ok --persist --conf-dir '%s'",
			     dir, looks[i % LENGTH(looks)], operands[i / LENGTH(looks)], dir),
		       1, NULL, "Input/output error");
		assert_int_equal(access(file, F_OK), 0);
	}
	free(file);
	free(dir);
}

static void
persist__folder_empty_relative_or_missing__said(void **state)
{
	char *dir = conf_dir("conf"), *none = conf_file(dir, "none");

	(void)state;
	expect(tool_persist("", "register", "aarch64", NULL), 2, "", "--conf-dir needs an absolute path");
	expect(tool_persist("", "remove", "aarch64", NULL), 2, "", "--conf-dir needs an absolute path");
	expect(tool_persist("build", "register", "aarch64", NULL), 2, "", "--conf-dir needs an absolute path");
	expect(tool_persist("build", "remove", "aarch64", NULL), 2, "", "--conf-dir needs an absolute path");
	expect(tool_persist(none, "register", "aarch64", "-i", tiny_interpreter(), NULL), 1, "", none);
	expect(tool_persist(none, "remove", "aarch64", "--missing-ok", NULL), 1, "", none);
	free(none);
	free(dir);
}

/* The entry is as asked for: only its file tells whether anything was done. */
static void
persist__file_alone__persisted_or_unchanged_and_named(void **state)
{
	char *dir = conf_dir("conf"), *file = conf_file(dir, "qemu-aarch64.conf"), wrote[4200], same[4200];
	static const char *const spoil[] = {"rm", "sed -i 's/:F$/:PF/'", "chmod 666"};
	ino_t inode;

	(void)state;
	need_ptrace();
	snprintf(wrote, sizeof(wrote), "; written to %s)\n", file);
	snprintf(same, sizeof(same), "; as in %s)\n", file);
	expect(tool_persist(dir, "register", "aarch64", "-i", tiny_interpreter(), NULL), 0, wrote, "");
	for (size_t i = 0; i < LENGTH(spoil); i++) {
		inode = inode_of(file);
		expect(tool_persist(dir, "register", "aarch64", NULL), 0, same, "");
		expect(tool_persist(dir, "-n", "register", "aarch64", NULL), 0, "qemu-aarch64: unchanged", "");
		assert_int_equal(inode_of(file), inode);
		expect(shell("%s '%s'", spoil[i], file), 0, "", "");
		expect(tool_persist(dir, "-n", "register", "aarch64", NULL), 0, "qemu-aarch64: would be persisted", "");
		expect(tool_persist(dir, "register", "aarch64", NULL), 0, "qemu-aarch64: persisted", "");
	}
	expect(shell("rm '%s'", file), 0, "", "");
	expect_json(tool_persist(dir, "-j", "register", "aarch64", NULL)->out,
		    ".results[0].result == \"persisted\" and .results[0].file.written");
	expect_json(tool_persist(dir, "-j", "register", "aarch64", NULL)->out,
		    ".results[0].result == \"unchanged\" and (.results[0].file.written | not)");
	free(file);
	free(dir);
}

/* An entry is changed without its file: each command says so, and none where both agree. */
static void
persist__file_that_says_otherwise__named_by_every_change(void **state)
{
#define FILE_OF "/etc/binfmt.d/qemu-aarch64.conf"
	static const struct {
		const char *words[6], *err;
	} rows[] = {
	    {{"register", "aarch64"}, ""},
	    {{"register", "aarch64", "-f", "POF"}, "its file brings it back with flags F instead of POF: " FILE_OF},
	    {{"register", "aarch64"}, "its file brings it back with flags F instead of POF: " FILE_OF},
	    {{"-n", "disable", "aarch64"}, "enabled, and it is disabled now: " FILE_OF},
	    {{"register", "aarch64", "-f", "F"}, ""},
	    {{"disable", "aarch64"}, "its file brings it back enabled, and it is disabled now: " FILE_OF},
	    {{"disable", "aarch64"}, "its file brings it back enabled, and it is disabled now: " FILE_OF},
	    {{"register", "aarch64"}, "its file brings it back enabled, and it is disabled now: " FILE_OF},
	    {{"enable", "aarch64"}, ""},
	    {{"register", "aarch64", "-f", "P"}, "with flags F instead of P: " FILE_OF},
	    {{"enable", "aarch64"}, "with flags F instead of P: " FILE_OF},
	    {{"remove", "aarch64"}, "its file brings it back at the next boot: " FILE_OF " (remove --persist takes"},
	    {{"register", "aarch64", "-i", "tiny"}, ""},
	    {{"register", "aarch64", "-i", "other"}, "with interpreter "},
	    {{"remove", "--entry", "qemu-aarch64"}, "its file brings it back at the next boot: "},
	};
	char *other, *elsewhere = conf_dir("elsewhere");

	(void)state;
	need_ptrace();
	conf_needs_boot_dirs();
	assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", NULL), 0, "written to " FILE_OF,
	       NULL);
	other = tiny_copy("other");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *words[6];

		for (size_t n = 0; n < 6; n++)
			words[n] = n == 3 && rows[i].words[2] && strcmp(rows[i].words[2], "-i") == 0
				       ? (*rows[i].words[3] == 't' ? tiny_interpreter() : other)
				       : rows[i].words[n];
		expect(tool_words(words), 0, "qemu-aarch64: ", rows[i].err);
	}
	expect(tool("register", "aarch64", "-f", "POF", "-i", other, "--persist", "--conf-dir", elsewhere, NULL), 0,
	       "; written to ", "with interpreter ");
	expect(tool("remove", "aarch64", "--persist", "--conf-dir", elsewhere, NULL), 0, "with its binfmt.d file",
	       "its file brings it back at the next boot: " FILE_OF);
	expect(tool("status", "aarch64", NULL), 1, NULL, "its file brings it back at the next boot: " FILE_OF);
	expect(tool("remove", "aarch64", "--persist", NULL), 0, "removed", "");
	assert_null(strstr(tool("status", "aarch64", NULL)->err, "brings it back"));
	conf_write(0, "qemu-aarch64.conf", ":qemu-aarch64:E::foo::/bin/true:\n");
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), NULL), 0, "registered", "");
	free(elsewhere);
	free(other);
}

/* However few descriptors: what is done is said with what its file makes of it, or that this could not be read. */
static void
persist__file_that_cannot_be_read__said(void **state)
{
	size_t untold = 0;

	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", NULL), 0, "written to " FILE_OF,
	       NULL);
	for (int descriptors = 3; descriptors < 12; descriptors++) {
		const struct run *r = shell("ulimit -n %d; exec ./binfmtctl disable aarch64", descriptors);

		if (r->status == 0 && !says(r->err, FILE_OF))
			fail_msg("%d descriptors: %s%s", descriptors, r->out, r->err);
		untold += r->status == 0 && says(r->err, "cannot be told: cannot read " FILE_OF);
	}
	assert_true(untold > 0);
	assert_int_equal(unlink(FILE_OF), 0);
}

/* Of equal names one file is read; and the last line of an entry decides. Folders: /etc, /run, /usr/local/lib,
 * /usr/lib. */
static void
persist__beside_other_files__hides_none_and_says_what_decides(void **state)
{
	static const struct {
		size_t folder;
		const char *name, *text;
		int status;
		const char *err, *masked; /* until the next boot */
	} rows[] = {
	    {3, "jar.conf", ":war:E::war::/bin/cat:\n", 1, "it registers entry war (--force", "/run/binfmt.d/jar.conf"},
	    {3, "zz.conf", ":jar:E::jar::/bin/cat:\n", 0, "may have it otherwise: ", "/run/binfmt.d/zz.conf"},
	    {3, "jar.conf", ":jar:E::jar::/bin/cat:\n:war:E::war::/bin/cat:\n", 1, "it registers entry war (--force",
	     NULL},
	    {1, "jar.conf", ":war:E::war::/bin/cat:\n", 1, "/run/binfmt.d/jar.conf would not be read any more", NULL},
	    {3, "jar.conf", ":jar:E::jar::/bin/cat:\n", 0, "", NULL}, /* what the file is for */
	    {3, "jar.conf", "nothing of use\n", 0, "", NULL},
	    {3, "war.conf", ":war:E::war::/bin/cat:\n", 0, "", NULL},
	    {3, "zz.conf", "# first\n:jar:E::jar::/bin/cat:\n", 0, "/usr/lib/binfmt.d/zz.conf:2 comes later", NULL},
	    {3, "zz.conf", ":jar:E::jar::/bin/true:\n", 0, "", NULL}, /* the same */
	    {3, "aa.conf", ":jar:E::jar::/bin/cat:\n", 0, "", NULL},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		conf_needs_boot_dirs();
		assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
		conf_write(rows[i].folder, rows[i].name, rows[i].text);
		if (rows[i].masked)
			assert_int_equal(symlink("/dev/null", rows[i].masked), 0);
		for (int again = 0; again < 2; again++)
			expect(tool("register", "--name", "jar", "--extension", "jar", "-i", "/bin/true", "--persist",
				    NULL),
			       rows[i].status, rows[i].status ? "" : "jar: ", rows[i].err);
		assert_string_equal(entry_names(), rows[i].status ? "" : "jar");
		if (rows[i].status)
			expect(tool("register", "--name", "jar", "--extension", "jar", "-i", "/bin/true", "--persist",
				    "--force", NULL),
			       0, "written to /etc/binfmt.d/jar.conf", NULL);
		ns_empty();
	}
	conf_needs_boot_dirs();
}

/* What still registers the entry once its own file is gone; -n sees it while that is still there. */
static void
persist__remove__what_still_brings_it_back_is_said(void **state)
{
	static const struct {
		size_t folder;
		const char *name, *text, *err;
	} rows[] = {
	    {3, "jar.conf", ":jar:E::jar::/bin/cat:\n", ": /usr/lib/binfmt.d/jar.conf:1"}, /* hidden by ours */
	    {2, "zz.conf", "# first\n:jar:E::jar::/bin/true:\n", ": /usr/local/lib/binfmt.d/zz.conf:2"},
	    {3, "aa.conf", ":jar:E::jar::/bin/true:\n", ": /usr/lib/binfmt.d/aa.conf:1"},
	    {3, "jar.conf", ":war:E::war::/bin/cat:\n", ""},
	    {3, "jar.conf", "nothing of use\n", ""},
	    {3, "war.conf", ":war:E::war::/bin/cat:\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		conf_needs_boot_dirs();
		assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
		expect(tool("register", "--name", "jar", "--extension", "jar", "-i", "/bin/true", "--persist", NULL), 0,
		       "written to", NULL);
		conf_write(rows[i].folder, rows[i].name, rows[i].text);
		expect(tool("-n", "remove", "jar", "--persist", NULL), 0, "jar: would be removed", rows[i].err);
		expect(tool("remove", "jar", "--persist", NULL), 0, "jar: removed (with its binfmt.d file)",
		       rows[i].err);
		register_raw(":jar:E::jar::/bin/true:");
		expect(tool("remove", "jar", "--persist", NULL), 0, "jar: removed", rows[i].err);
	}
	conf_needs_boot_dirs();
}

/* What was written after binfmtctl wrote it. */
static void
persist__file_changed_by_hand__read_if_it_is_a_rule(void **state)
{
	static const struct {
		const char *change, *err;
	} rows[] = {
	    {"chmod 666 " FILE_OF, "its file brings it back enabled, and it is disabled now: " FILE_OF},
	    {"echo more >>" FILE_OF, "cannot be told: " FILE_OF " is not as binfmtctl wrote it: "},
	    {"printf x >>" FILE_OF, "cannot be told: " FILE_OF " is not as binfmtctl wrote it: not one whole line"},
	    {"sed -i '2,$d' " FILE_OF, ""},
	    {"sed -i 's/.*/# mine/' " FILE_OF, ""},
	};

	(void)state;
	conf_needs_boot_dirs();
	assert_int_equal(chmod("/etc/binfmt.d", 0755), 0);
	expect(tool("register", "aarch64", "-i", tiny_interpreter(), "--persist", NULL), 0, "written to " FILE_OF,
	       NULL);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(shell("%s", rows[i].change), 0, "", "");
		expect(tool("disable", "aarch64", NULL), 0, "qemu-aarch64: ", rows[i].err);
	}
	assert_int_equal(unlink(FILE_OF), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(persist__register__file_that_the_kernel_takes),
	    cmocka_unit_test(persist__again__file_as_the_entry_is_now),
	    cmocka_unit_test(persist__file_alone__persisted_or_unchanged_and_named),
	    cmocka_unit_test(persist__file_that_says_otherwise__named_by_every_change),
	    cmocka_unit_test(persist__file_that_cannot_be_read__said),
	    cmocka_unit_test(persist__file_changed_by_hand__read_if_it_is_a_rule),
	    cmocka_unit_test(persist__beside_other_files__hides_none_and_says_what_decides),
	    cmocka_unit_test(persist__remove__own_file_goes_too),
	    cmocka_unit_test(persist__remove__what_still_brings_it_back_is_said),
	    cmocka_unit_test(persist__remove_when_the_entry_is_gone__file_goes),
	    cmocka_unit_test(persist__register_over_a_foreign_file__refused_before_anything),
	    cmocka_unit_test(persist__remove_with_a_foreign_file__refused_before_anything),
	    cmocka_unit_test(persist__file_with_more_lines__left_alone),
	    cmocka_unit_test(persist__folder_missing_or_open_to_others__refused_before_anything),
	    cmocka_unit_test(persist__left_over_temporary_file__replaced),
	    cmocka_unit_test(persist__no_room_for_the_file__its_cause_and_nothing_left),
	    cmocka_unit_test(persist__file__synced_and_renamed_and_no_link_followed),
	    cmocka_unit_test(persist__mark_cut_or_changed__somebody_elses),
	    cmocka_unit_test(persist__remove_all__files_of_entries_that_are_gone_too),
	    cmocka_unit_test(persist__remove_where_the_look_fails__failed_even_where_missing_is_fine),
	    cmocka_unit_test(persist__folder_empty_relative_or_missing__said),
	};

	return ns_run(tests);
}
