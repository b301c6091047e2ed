/* SPDX-License-Identifier: MIT */
/* What is refused: the cause is named, and the instance and the disk are as they were. */
#include "conf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "loader.h"
#include "opened.h"

#define ARCH "register", "aarch64"
#define RULE "register", "--name", "x"
#define CAFE RULE, "--magic", "cafe"

enum { LONG = 2100 };

/* Words of a row that stand for something made in the test run. */
static char *tiny, *script, *plain, *fifo, *foreign, *dotted, *chained, *long_path;
static char long_name[257], long_extension[256], long_magic[2 * 257 + 1], full_magic[2 * 256 + 1];

struct row {
	const char *words[12];
	char *const *interpreter; /* -i of it, NULL: none */
	const char *err;
};

static char *
make_long_path(void)
{
	char *path = calloc(1, LONG);

	assert_non_null(path);
	strcpy(path, "/");
	while (strlen(path) < 1890)
		strcat(path, "d/./");
	return path;
}

static void
fill(char *text, size_t size, char with)
{
	memset(text, with, size - 1);
}

static void
make_words(void)
{
	static const char chain[] = "#!%s\n";
	char text[4096];

	if (tiny)
		return;
	tiny = strdup(tiny_interpreter());
	script = strdup(script_interpreter());
	plain = scratch_file("plain");
	spill(plain, "#!/bin/sh\n", 10, 0644);
	fifo = scratch_file("fifo");
	assert_int_equal(mkfifo(fifo, 0755), 0);
	foreign = probe_program(strcmp(host_arch()->name, "riscv64") ? "riscv64" : "s390x", "foreign");
	dotted = scratch_file("interpreter.foo");
	copy_file(tiny, dotted, 0755);
	chained = scratch_file("chained");
	snprintf(text, sizeof(text), chain, dotted);
	spill(chained, text, strlen(text), 0755);
	long_path = make_long_path();
	fill(long_name, sizeof(long_name), 'n');
	fill(long_extension, sizeof(long_extension), 'e');
	fill(long_magic, sizeof(long_magic), 'a');
	fill(full_magic, sizeof(full_magic), '5');
}

/* The good handlers that a refused definition would have replaced. */
static void
good_handlers(void)
{
	make_words();
	expect(tool("register", "aarch64", "-i", tiny, NULL), 0, "registered", "");
	expect(tool("register", "--name", "x", "--extension", "good", "-i", script, NULL), 0, "registered", "");
}

static void
check_good_handlers(void)
{
	char *program_path = probe_program("aarch64", "probe"), *file = scratch_file("a.good");

	spill(file, "good", 4, 0755);
	expect(execute(program_path), 42, "", "");
	expect(execute(file), 0, "told", "");
	free(program_path);
	free(file);
}

/* The row's words and some more. */
static const struct run *
run_row(const struct row *row, const char *const more[])
{
	static const char minus_i[] = "-i";
	const char *words[32];
	size_t n = 0;

	for (size_t i = 0; i < LENGTH(row->words) && row->words[i]; i++)
		words[n++] = row->words[i];
	if (row->interpreter) {
		words[n++] = minus_i;
		words[n++] = *row->interpreter;
	}
	while (*more)
		words[n++] = *more++;
	words[n] = NULL;
	return tool_words(words);
}

static void
check_refused(const struct row *row, const char *const more[], const char *before)
{
	expect(run_row(row, more), 1, "", row->err);
	expect_instance(before);
}

/* Each row as it is, for real and as a dry run, and with a file to be written too. */
static void
check_rows(const struct row *rows, size_t count)
{
	const char *plainly[] = {NULL}, *dry[] = {"-n", NULL};
	char *dir = conf_dir("conf"), *before;
	const char *persist[] = {"--persist", "--conf-dir", dir, NULL};

	good_handlers();
	before = instance();
	for (size_t i = 0; i < count; i++) {
		check_refused(&rows[i], plainly, before);
		check_refused(&rows[i], dry, before);
		check_refused(&rows[i], persist, before);
	}
	expect_conf(dir, "");
	check_good_handlers();
	free(before);
	free(dir);
}

static void
refuse__interpreter_that_cannot_run__good_handler_stays(void **state)
{
	static char gone[] = "/nowhere/at/all", relative[] = "qemu-aarch64-static", here[] = "binfmtctl",
		    folder[] = "/usr", through[] = "/bin/sh/qemu", device[] = "/dev/null", none[] = "";
	static char *const gone_p = gone, *const relative_p = relative, *const here_p = here, *const folder_p = folder,
			   *const through_p = through, *const device_p = device, *const none_p = none;
	static const struct row rows[] = {
	    {{ARCH}, &gone_p, "interpreter /nowhere/at/all: does not exist, so exec would fail with ENOENT"},
	    {{ARCH, "-fP"}, &gone_p, "does not exist"},
	    {{ARCH, "-fPOCF"}, &gone_p, "does not exist"},
	    {{CAFE}, &gone_p, "does not exist"},
	    {{ARCH}, &plain, "not executable"},
	    {{ARCH, "-f", ""}, &plain, "not executable"},
	    {{CAFE}, &plain, "not executable"},
	    {{ARCH}, &relative_p, "not absolute"},
	    {{ARCH}, &here_p, "not absolute"},
	    {{CAFE}, &here_p, "not absolute"},
	    {{ARCH}, &folder_p, "a directory"},
	    {{ARCH}, &through_p, "/bin/sh/qemu: cannot be reached: a file stands in place of a folder"},
	    {{ARCH}, &device_p, "not a regular file"},
	    {{ARCH}, &fifo, "not a regular file"},
	    {{ARCH}, &none_p, "the interpreter is empty"},
	    {{ARCH, "-fO"}, &script, ", which flags O and C of the entry"},
	    {{ARCH, "-fPOF"}, &script, ", which flags O and C of the entry"},
	    {{ARCH, "-fC"}, &script, ", which flags O and C of the entry"},
	    {{CAFE, "-fCF"}, &script, ", which flags O and C of the entry"},
	    {{ARCH, "-fOF"}, &foreign, "a program for "},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

static void
refuse__field_over_a_limit__good_handler_stays(void **state)
{
	static char newline[] = "/bin/s\nh", escape[] = "/bin/s\033[2Jh";
	static char *const newline_p = newline, *const escape_p = escape;
	static const struct row rows[] = {
	    {{"register", "aarch64", "--name", ""}, &tiny, "the entry's name is empty"},
	    {{"register", "aarch64", "--name", "."}, &tiny, "named . or .."},
	    {{"register", "aarch64", "--name", ".."}, &tiny, "named . or .."},
	    {{"register", "aarch64", "--name", "register"}, &tiny, "files of binfmt_misc itself"},
	    {{"register", "aarch64", "--name", "status"}, &tiny, "files of binfmt_misc itself"},
	    {{"register", "aarch64", "--name", "a/b"}, &tiny, "a slash"},
	    {{"register", "aarch64", "--name", "../x"}, &tiny, "a slash"},
	    {{"register", "aarch64", "--name", "a\nb"}, &tiny, "name has a control byte"},
	    {{"register", "aarch64", "--name", "\033c"}, &tiny, "name has a control byte"},
	    {{"register", "aarch64", "--name", "\177"}, &tiny, "name has a control byte"},
	    {{"register", "aarch64", "--name", long_name}, &tiny, "longer than 255 bytes"},
	    {{"register", "--magic", "cafe", "--name", long_name}, &tiny, "longer than 255 bytes"},
	    {{ARCH}, &newline_p, "path has a control byte"},
	    {{ARCH}, &escape_p, "path has a control byte"},
	    {{ARCH}, &long_path, "does not fit in 1920 bytes"},
	    {{CAFE}, &long_path, "binfmtctl: x: interpreter /d/./d"},
	    {{RULE, "--magic", ""}, &tiny, "the magic is empty"},
	    {{RULE, "--magic", "c"}, &tiny, "not an even number of hex digits"},
	    {{RULE, "--magic", "xyz0"}, &tiny, "hex digits"},
	    {{RULE, "--magic", "\\xzz"}, &tiny, "two hex digits"},
	    {{RULE, "--magic", "ca\\x"}, &tiny, "two hex digits"},
	    {{RULE, "--magic", "\\n"}, &tiny, "a backslash must start"},
	    {{RULE, "--magic", long_magic}, &tiny, "longer than 256 bytes"},
	    {{RULE, "--magic", full_magic, "--offset", "1"}, &tiny, "past byte 256"},
	    {{RULE, "--magic", "cafe", "--offset", "255"}, &tiny, "past byte 256"},
	    {{RULE, "--magic", "cafe", "--offset", "1000000"}, &tiny, "past byte 256"},
	    {{RULE, "--magic", "cafe", "--mask", "ff"}, &tiny, "differ in length"},
	    {{RULE, "--magic", "cafe", "--mask", "ffffff"}, &tiny, "differ in length"},
	    {{RULE, "--magic", "cafe", "--mask", ""}, &tiny, "differ in length"},
	    {{RULE, "--extension", ""}, &tiny, "the extension is empty"},
	    {{RULE, "--extension", ".txt"}, &tiny, "without its dot"},
	    {{RULE, "--extension", "tar.gz"}, &tiny, "has a dot"},
	    {{RULE, "--extension", "a/b"}, &tiny, "has a slash"},
	    {{RULE, "--extension", "a\nb"}, &tiny, "control byte"},
	    {{RULE, "--extension", long_extension}, &tiny, "longer than 254 bytes"},
	    {{ARCH, "-fX"}, &tiny, "unknown flag"},
	    {{ARCH, "-fpf"}, &tiny, "unknown flag"},
	    {{ARCH, "-fP F"}, &tiny, "unknown flag"},
	    {{ARCH, "-fTP"}, &tiny, "T and P exclude each other"},
	    {{ARCH, "-fLO"}, &tiny, "L excludes"},
	    {{ARCH, "-fLC"}, &tiny, "L excludes"},
	    {{ARCH, "-fLP"}, &tiny, "L excludes"},
	    {{ARCH, "-fLT"}, &tiny, "L excludes"},
	    {{RULE, "--bpf", ""}, NULL, "name is empty"},
	    {{RULE, "--bpf", "h", "-fF"}, NULL, "no flag but D"},
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* Rules that would take native programs, scripts, or their own interpreter. */
static const struct row dangerous[] = {
    {{RULE, "--magic", "00", "--mask", "00"}, &tiny, "--force"},
    {{RULE, "--magic", "cafebabe", "--mask", "00000000"}, &tiny, "--force"},
    {{RULE, "--magic", "00", "--mask", "00", "--offset", "255"}, &tiny, "--force"},
    {{RULE, "--magic", "7f454c46"}, &tiny, "matches its own interpreter: every match would end in ELOOP"},
    {{RULE, "--magic", "7f454c46"}, &script, "matches what runs its interpreter"},
    {{RULE, "--magic", "454c", "--offset", "1"}, &tiny, "--force"},
    {{RULE, "--magic", "2321"}, &tiny, "the rule matches scripts (#!)"},
    {{RULE, "--magic", "#!"}, &tiny, "hex digits"},
    {{RULE, "--magic", "2321"}, &script, "matches its own interpreter"},
    {{RULE, "--magic", "21", "--offset", "1"}, &tiny, "the rule matches scripts (#!)"},
    {{RULE, "--magic", "2f62696e2f7368", "--offset", "2"}, &tiny, "the rule matches scripts (#!)"},
    {{RULE, "--like", "/proc/self/exe"}, &tiny, "--force"},
    {{RULE, "--like", "/bin/sh"}, &script, "--force"},
    {{RULE, "--extension", "foo"}, &dotted, "matches its own interpreter"},
    {{RULE, "--extension", "foo"}, &chained, "matches what runs its interpreter"},
    {{RULE, "--magic", "7f454c46", "-f", "L"}, &tiny, "another loader than theirs"},
    {{RULE, "--magic", "7f454c46", "-f", "LF"}, &script, "too short for a loader"},
    {{ARCH, "--name", "x", "-f", "LF"}, &tiny, "the kernel still has to run the program itself"},
};

/* The loader that native programs ask for themselves may be put in its own place. */
static void
refuse__own_loader_with_flag_l__left_to_the_kernel(void **state)
{
	char loader[PATH_MAX];
	int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);

	(void)state;
	if (loader_path(&(struct opened){.fd = fd}, loader) != 1) {
		close(fd);
		skip_because("this machine has a /bin/sh without a loader");
	}
	close(fd);
	if (host_kernel_since(host_kernel(), 7, 3))
		skip_because("this kernel knows flag L");
	expect(tool(RULE, "--magic", "7f454c46", "-i", loader, "-f", "LF", NULL), 1, "", "does not know flag L");
}

static void
refuse__rule_that_would_break_the_machine__good_handler_stays(void **state)
{
	struct row native = {{"register", host_arch()->name}, &tiny, "--force"};

	(void)state;
	check_rows(dangerous, LENGTH(dangerous));
	ns_setup(NULL);
	check_rows(&native, 1);
}

static void
refuse__dangerous_rule_forced__goes_ahead_and_says_how_to_undo_it(void **state)
{
	const char *force[] = {"-n", "--force", NULL};
	struct row native = {{"register", host_arch()->name}, &tiny, "--force"};
	char undo[128];

	(void)state;
	good_handlers();
	for (size_t i = 0; i < LENGTH(dangerous); i++)
		if (strcmp(dangerous[i].err, "hex digits") != 0)
			expect(run_row(&dangerous[i], force), 0, "would be replaced",
			       "from a shell that is open: echo -1 > " MOUNT "/x ");
	snprintf(undo, sizeof(undo), "echo -1 > " MOUNT "/qemu-%s ", host_arch()->name);
	expect(run_row(&native, force), 0, "would be registered", undo);
}

static void
refuse__loop_forced__really_loops_and_the_advice_undoes_it(void **state)
{
	char *file = scratch_file("a.foo");

	(void)state;
	make_words();
	spill(file, "x", 1, 0755);
	expect(tool("register", "--name", "x", "--extension", "foo", "-i", dotted, NULL), 1, "", "ELOOP");
	expect(execute(file), 226, "", "");
	expect(tool("register", "--name", "x", "--extension", "foo", "-i", dotted, "--force", NULL), 0, "x: registered",
	       "echo -1 > " MOUNT "/x ");
	expect(execute(file), 227, "", ""); /* ELOOP */
	expect(shell("echo -1 > " MOUNT "/x"), 0, "", "");
	assert_string_equal(entry_text("x"), "");
	expect(execute(file), 226, "", "");
	free(file);
}

static void
refuse__interpreter_forced__registered_and_said(void **state)
{
	static const struct {
		const char *flags, *path, *err;
		char *const *made;
	} rows[] = {
	    {"", "/nowhere", "forced: interpreter /nowhere: does not exist", NULL},
	    {"", "binfmtctl", "not absolute", NULL},
	    {"P", NULL, "not executable", &plain},
	    {"O", NULL, ", which flags O and C of the entry", &script},
	    {"OF", NULL, "and no handler takes it", &foreign},
	};

	(void)state;
	good_handlers();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const char *path = rows[i].made ? *rows[i].made : rows[i].path;

		expect(tool("register", "--name", "x", "--extension", "foo", "-i", path, "-f", rows[i].flags, NULL), 1,
		       "", "--force");
		expect(tool("register", "--name", "x", "--extension", "foo", "-i", path, "-f", rows[i].flags, "--force",
			    NULL),
		       0, "x: replaced", rows[i].err);
		assert_non_null(strstr(entry_text("x"), path));
	}
}

static void
refuse__missing_interpreter_with_f__cannot_be_forced_and_the_good_one_stays(void **state)
{
	char *before;

	(void)state;
	good_handlers();
	before = instance();
	expect(tool("register", "aarch64", "-i", "/nowhere", "-fF", "--force", NULL), 1, "",
	       "interpreter /nowhere: does not exist");
	assert_null(strstr(tool("register", "aarch64", "-i", "/nowhere", "-fF", NULL)->err, "--force"));
	expect_instance(before);
	check_good_handlers();
	free(before);
}

/* --force is offered where it does it, and only there: tried for interpreters that cannot be opened, or not run. */
static void
refuse__force__offered_only_where_it_works(void **state)
{
	static const char *const flags[] = {"", "P", "O", "F", "PF", "OF"};
	static char none[] = "/nowhere", here[] = "nowhere", tool_path[] = "binfmtctl", folder[] = "/usr",
		    device[] = "/dev/null", through[] = "/bin/sh/x";
	char *noexec = scratch_folder("force-noexec"), *on_noexec = scratch_file("force-noexec/tiny"), words[4200];
	size_t offered = 0, not_offered = 0;

	(void)state;
	make_words();
	assert_int_equal(mount("noexec", noexec, "tmpfs", MS_NOEXEC, NULL), 0);
	copy_file(tiny, on_noexec, 0755);
	snprintf(words, sizeof(words), "%s -x", tiny);
	for (size_t f = 0; f < LENGTH(flags); f++) {
		const char *const paths[] = {none, here,    tool_path, folder,  device,    through, plain,
					     fifo, foreign, script,    chained, on_noexec, words};

		for (size_t i = 0; i < LENGTH(paths); i++) {
			const struct run *r = tool(RULE, "--extension", "foo", "-i", paths[i], "-f", flags[f], NULL);
			bool refused = r->status == 1, offer = strstr(r->err, "--force") != NULL;

			if (refused)
				r = tool(RULE, "--extension", "foo", "-i", paths[i], "-f", flags[f], "--force", NULL);
			if (refused && offer != (r->status == 0))
				fail_msg("%s, flags %s: offered %d, %d: %s", paths[i], flags[f], offer, r->status,
					 r->err);
			offered += refused && offer;
			not_offered += refused && !offer;
			tool("remove", "x", "--missing-ok", NULL);
		}
	}
	assert_in_range(offered, 20, 60);
	assert_in_range(not_offered, 15, 60);
	assert_int_equal(umount(noexec), 0);
	free(on_noexec);
	free(noexec);
}

/* A command line in place of a path. */
static void
refuse__interpreter_with_arguments__said_that_it_can_have_none(void **state)
{
	static const struct {
		const char *words, *err;
	} rows[] = {
	    {" -cpu x", "a handler can give its interpreter no arguments"},
	    {" ", "a handler can give its interpreter no arguments"},
	    {"\t-cpu", "path has a control byte"},
	    {"/at all", "cannot be reached"},
	};
	char *spaced, path[4200];

	(void)state;
	make_words();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(path, sizeof(path), "%s%s", tiny, rows[i].words);
		expect(tool("register", "aarch64", "-i", path, NULL), 1, "", rows[i].err);
	}
	assert_null(strstr(tool("register", "aarch64", "-i", "/nowhere/at all", NULL)->err, "arguments"));
	spaced = scratch_copy(tiny, "tiny with blanks");
	expect(tool("register", "aarch64", "-i", spaced, NULL), 0, "registered", "");
	free(spaced);
}

static void
refuse__limits_exactly_reached__accepted(void **state)
{
	char name[256] = "", extension[255] = "", magic[2 * 256 + 1] = "", mask[2 * 256 + 1] = "";

	(void)state;
	make_words();
	fill(name, sizeof(name), 'n');
	fill(extension, sizeof(extension), 'e');
	fill(magic, sizeof(magic), '5');
	fill(mask, sizeof(mask), 'f');
	expect(tool("register", "--name", name, "--extension", extension, "-i", tiny, NULL), 0, "registered", "");
	expect(tool("register", "--name", name, "--extension", extension, "-i", tiny, "-fF", NULL), 0, "replaced", "");
	expect(tool("register", "--name", "m", "--magic", magic, "--mask", mask, "-i", tiny, NULL), 0, "registered",
	       "");
	expect(tool("register", "--name", "o", "--magic", "cafe", "--offset", "254", "-i", tiny, NULL), 0, "registered",
	       "also takes some");
	expect(tool("remove", name, "m", "o", NULL), 0, "removed", "");
	expect(shell("ls -A " MOUNT), 0, "register\nstatus\n", "");
}

/* Interpreter paths of 128 to 1000 bytes are legal. */
static void
refuse__long_interpreter_path__accepted(void **state)
{
	static const size_t lengths[] = {127, 128, 256, 1000};

	(void)state;
	make_words();
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		char path[1200];
		size_t len = strlen(scratch());

		strcpy(path, scratch());
		while (len + strlen("/tiny") < lengths[i])
			path[len++] = '/';
		strcpy(path + len, "/tiny");
		expect(tool("register", "aarch64", "-i", path, NULL), 0, i ? "replaced" : "registered", "");
		assert_non_null(strstr(entry_text("qemu-aarch64"), path));
	}
}

static void
refuse__unknown_words__nearest_said(void **state)
{
	static const struct {
		const char *words[4], *err;
	} rows[] = {
	    {{"register", "aarch65"}, "unknown architecture; nearest: aarch64"},
	    {{"register", "rsicv64"}, "riscv64"},
	    {{"register", "zzzzzzzz"}, "unknown architecture (binfmtctl list --supported shows all)"},
	    {{"register", "AARCH64"}, "aarch64"},
	    {{"remove", "qemu-aarch46"}, "nearest: qemu-aarch64"},
	    {{"enable", "aarch46"}, "aarch64"},
	    {{"disable", "--entry", "y"}, "no such entry"},
	    {{"status", "qemu-arch64"}, "nearest: qemu-aarch64"},
	    {{"remove", "arm"}, "arm: not registered: there is no entry qemu-arm\n"},
	    /* another handler's name is near, but a known name is not misspelt */
	    {{"remove", "qemu-aarch64_be"}, "qemu-aarch64_be: not registered: there is no entry qemu-aarch64_be\n"},
	    {{"disable", "aarch64_be"}, "aarch64_be: not registered: there is no entry qemu-aarch64_be\n"},
	    {{"remove", "--entry", "qemu-arm"}, "qemu-arm: not registered: there is no entry qemu-arm\n"},
	    {{"remove", "register"}, "no such entry"},
	    {{"remove", "../status"}, "no such entry"},
	    {{"disable", "status"}, "no such entry"},
	    {{"enable", ".."}, "no such entry"},
	    {{"remove", ""}, "no such entry"},
	};
	char *before;

	(void)state;
	good_handlers();
	before = instance();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(tool_words(rows[i].words), 1, NULL, rows[i].err);
		expect_instance(before);
	}
	free(before);
}

/* One bad definition among many: the others are done, and it is named. */
static void
refuse__one_bad_definition_among_all__the_others_are_done(void **state)
{
	char *dir = scratch_file("many"), *file = scratch_file("many/qemu-arm-static");

	(void)state;
	if (access("/usr/bin/qemu-aarch64-static", X_OK) < 0 || access("/usr/bin/qemu-s390x-static", X_OK) < 0)
		skip_because("this machine has no qemu-user-static");
	make_words();
	assert_int_equal(mkdir(dir, 0755), 0);
	copy_file(tiny, file, 0777);
	expect(tool("register", "all", "-fPOCF", "--interpreter-dir", dir, NULL), 1, "qemu-s390x: registered",
	       "binfmtctl: qemu-arm: with flag C whoever can change the interpreter");
	assert_string_equal(entry_text("qemu-arm"), "");
	assert_non_null(strstr(entry_text("qemu-aarch64"), "flags: POCF"));
	expect(shell("ls " MOUNT " | grep -c ^qemu-"), 0, NULL, "");
	free(dir);
	free(file);
}

/* A place where every folder on the way belongs to root and is closed to others, wherever this tree is. */
static void
safe_place(void)
{
	static bool mounted;

	make_words();
	if (mounted)
		return;
	if (mount("safe", "/mnt", "tmpfs", 0, "mode=755") < 0)
		skip_because("this machine does not let a test mount at /mnt: %s", strerror(errno));
	mounted = true;
	expect(
	    shell(
		"umask 022; cd /mnt && mkdir safe open sticky group && cp '%s' safe/good && chmod 755 safe/good && "
		"cp safe/good safe/group && chmod 775 safe/group && cp safe/good safe/world && chmod 757 safe/world && "
		"cp safe/good open/ && cp safe/good sticky/ && cp safe/good group/ && chmod 777 open && "
		"chmod 1777 sticky && chmod 775 group && "
		"ln -s good safe/link && ln -s ../open/good safe/to-open && ln -s /mnt/open safe/folder-link && "
		"ln -s ../safe/good open/to-safe && ln -s to-open safe/twice && ln -s loop safe/loop && "
		"mkdir -p noexec && mount -t tmpfs -o noexec,mode=755 x noexec && cp safe/good noexec/",
		tiny),
	    0, "", "");
}

static void
refuse__c_where_others_can_write__names_the_culprit(void **state)
{
	static const struct {
		const char *path, *culprit;
	} rows[] = {
	    {"/mnt/safe/group", "group (/mnt/safe/group) is writable by its group or by others"},
	    {"/mnt/safe/world", "world (/mnt/safe/world) is writable"},
	    {"/mnt/open/good", "open (/mnt/open/good) is writable"},
	    {"/mnt/sticky/good", "sticky (/mnt/sticky/good) is writable"},
	    {"/mnt/group/good", "group (/mnt/group/good) is writable"},
	    {"/mnt/safe/to-open", "open (/mnt/safe/to-open) is writable"},
	    {"/mnt/safe/twice", "open (/mnt/safe/twice) is writable"},
	    {"/mnt/safe/folder-link/good", "open (/mnt/safe/folder-link/good) is writable"},
	    {"/mnt/open/to-safe", "open (/mnt/open/to-safe) is writable"},
	    {"/mnt/safe/../open/../safe/good", "open ("},
	};
	char *before;

	(void)state;
	safe_place();
	good_handlers();
	before = instance();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(tool("register", "aarch64", "-i", rows[i].path, "-fPOCF", NULL), 1, "", rows[i].culprit);
		expect(tool("register", "aarch64", "-i", rows[i].path, "-fC", NULL), 1, "", "--force");
		expect(tool("register", "--name", "x", "--extension", "foo", "-i", rows[i].path, "-fC", NULL), 1, "",
		       rows[i].culprit);
		expect_instance(before);
	}
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(tool("register", "aarch64", "-i", rows[i].path, "-fPOF", NULL), 0, "replaced", "");
	free(before);
}

static void
refuse__c_where_nobody_else_can_write__accepted(void **state)
{
	static const char *const paths[] = {"/mnt/safe/good", "/mnt/safe/link", "/mnt/./safe//link",
					    "/mnt/safe/../safe/good"};

	(void)state;
	safe_place();
	for (size_t i = 0; i < LENGTH(paths); i++)
		expect(tool("register", "aarch64", "-i", paths[i], "-fPOCF", NULL), 0, "flags POCF", "");
}

static void
refuse__c_forced__goes_ahead_and_says_how_to_undo_it(void **state)
{
	(void)state;
	safe_place();
	expect(tool("register", "aarch64", "-i", "/mnt/open/good", "-fC", "--force", NULL), 0, "registered",
	       "echo -1 > " MOUNT "/qemu-aarch64 ");
	expect(tool("status", NULL), 1, "qemu-aarch64: insecure: ", "");
}

/* C was given when the file was safe; what is kept must still be. */
static void
refuse__c_kept_but_no_longer_safe__refused(void **state)
{
	(void)state;
	safe_place();
	expect(tool("register", "aarch64", "-i", "/mnt/safe/good", "-fC", NULL), 0, "registered",
	       "warning: flag F is not set");
	assert_int_equal(chmod("/mnt/safe/good", 0777), 0);
	expect(tool("register", "aarch64", NULL), 1, "", "becomes root");
	expect(tool("status", NULL), 1, "insecure", "");
	assert_int_equal(chmod("/mnt/safe/good", 0755), 0);
	expect(tool("register", "aarch64", NULL), 0, "unchanged", NULL);
}

/* Others can write what the next boot opens: that is told, although the kernel holds another matter, the file of then.
 */
static void
refuse__c_and_held_but_no_longer_safe__status_says_so(void **state)
{
	(void)state;
	safe_place();
	expect(tool("register", "aarch64", "-i", "/mnt/safe/good", "-fPOCF", NULL), 0, "registered", "");
	expect(tool("status", "--strict", NULL), 0, "ok", "");
	let_the_clock_tick();
	assert_int_equal(chmod("/mnt/safe/good", 0777), 0);
	expect(tool("status", NULL), 1, "qemu-aarch64: insecure: ", "");
	assert_int_equal(unlink("/mnt/safe/good"), 0);
	assert_null(strstr(tool("status", NULL)->out, "insecure"));
}

static void
refuse__interpreter_on_noexec_mount_or_loop_of_links__refused(void **state)
{
	(void)state;
	safe_place();
	expect(tool("register", "aarch64", "-i", "/mnt/noexec/good", NULL), 1, "", "noexec");
	expect(tool("register", "aarch64", "-i", "/mnt/safe/loop", NULL), 1, "",
	       "interpreter /mnt/safe/loop: links that lead in a circle, or too many of them");
	expect(shell("ls -A " MOUNT), 0, "register\nstatus\n", "");
}

/* Somebody has the interpreter open for writing: the kernel refuses to open it with F. */
static void
refuse__interpreter_open_for_writing__the_kernel_s_cause_named(void **state)
{
	char *busy = scratch_file("busy"), *before;
	FILE *f;

	(void)state;
	good_handlers();
	copy_file(tiny, busy, 0755);
	f = fopen(busy, "r+e");
	assert_non_null(f);
	before = instance();
	expect(tool("register", "aarch64", "-i", busy, NULL), 1, "",
	       ": open for writing, so exec would fail with ETXTBSY");
	expect_instance(before);
	fclose(f);
	expect(tool("register", "aarch64", "-i", busy, NULL), 0, "replaced", "");
	free(before);
	free(busy);
}

static void
refuse__dynamic_interpreter_with_f__warned_only(void **state)
{
	(void)state;
	if (!strstr(shell("cat binfmtctl | tr '\\0' '\\n' | grep -m 1 '^/lib.*/ld-' || :")->out, "/ld-"))
		skip_because("this machine's binfmtctl is a static program");
	expect(tool("register", "aarch64", "-i", shell("printf '%%s' \"$PWD/binfmtctl\"")->out, NULL), 0, "registered",
	       "dynamically linked");
	expect(tool("status", NULL), 0, "qemu-aarch64: dynamic: ", "");
	expect(tool("status", "--strict", NULL), 1, "dynamic", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(refuse__interpreter_that_cannot_run__good_handler_stays),
	    cmocka_unit_test(refuse__field_over_a_limit__good_handler_stays),
	    cmocka_unit_test(refuse__rule_that_would_break_the_machine__good_handler_stays),
	    cmocka_unit_test(refuse__own_loader_with_flag_l__left_to_the_kernel),
	    cmocka_unit_test(refuse__dangerous_rule_forced__goes_ahead_and_says_how_to_undo_it),
	    cmocka_unit_test(refuse__loop_forced__really_loops_and_the_advice_undoes_it),
	    cmocka_unit_test(refuse__interpreter_forced__registered_and_said),
	    cmocka_unit_test(refuse__missing_interpreter_with_f__cannot_be_forced_and_the_good_one_stays),
	    cmocka_unit_test(refuse__force__offered_only_where_it_works),
	    cmocka_unit_test(refuse__interpreter_with_arguments__said_that_it_can_have_none),
	    cmocka_unit_test(refuse__limits_exactly_reached__accepted),
	    cmocka_unit_test(refuse__long_interpreter_path__accepted),
	    cmocka_unit_test(refuse__unknown_words__nearest_said),
	    cmocka_unit_test(refuse__one_bad_definition_among_all__the_others_are_done),
	    cmocka_unit_test(refuse__c_where_others_can_write__names_the_culprit),
	    cmocka_unit_test(refuse__c_where_nobody_else_can_write__accepted),
	    cmocka_unit_test(refuse__c_forced__goes_ahead_and_says_how_to_undo_it),
	    cmocka_unit_test(refuse__c_kept_but_no_longer_safe__refused),
	    cmocka_unit_test(refuse__c_and_held_but_no_longer_safe__status_says_so),
	    cmocka_unit_test(refuse__interpreter_on_noexec_mount_or_loop_of_links__refused),
	    cmocka_unit_test(refuse__interpreter_open_for_writing__the_kernel_s_cause_named),
	    cmocka_unit_test(refuse__dynamic_interpreter_with_f__warned_only),
	};

	return ns_run(tests);
}
