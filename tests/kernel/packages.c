/* SPDX-License-Identifier: MIT */
/*
 * Debian packages made of man/examples, installed, upgraded and removed by dpkg in a copy of this machine's root, with
 * the handlers of this test's own binfmt_misc. Their QEMU is a small program that exits with 42.
 */
#include "harness.h"

#include <limits.h>
#include <unistd.h>

#define IN_MOUNT "\"$ROOT/proc/sys/fs/binfmt_misc\""

/* dpkg in the copy, with a database of its own and nothing said but by itself. */
#define DPKG "dpkg --admindir=/packages/db --log=/dev/null --force-unsafe-io "

static char root_variable[PATH_MAX + 8];

/* A line of shell with $ROOT, the copy of the root. What it makes is open, as packages are: dpkg-deb refuses others. */
static const struct run *
with_root(const char *line)
{
	static char sh[] = "/bin/sh", c[] = "-c", path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", script[1 << 14];

	snprintf(script, sizeof(script), "umask 022; %s", line);
	return program((char *[]){sh, c, script, NULL}, (char *[]){path, root_variable, NULL});
}

#define MOUNTED "mount -t binfmt_misc binfmt_misc " IN_MOUNT

/* How a shell comes into the copy. */
enum place {
	BOOTED,   /* it is the root of the first process: this system's own handlers */
	CHROOTED, /* the first process has another one: the host's handlers */
	BUILT,    /* no binfmt_misc is there, as in an image build */
	CLOSED,   /* a container's, read-only */
};

static const struct run *
in_root(enum place place, const char *line)
{
	static const char *const mounts[] = {
	    [BOOTED] = MOUNTED,
	    [CHROOTED] = MOUNTED,
	    [BUILT] = ":",
	    [CLOSED] = MOUNTED " && mount -o remount,bind,ro " IN_MOUNT,
	};
	char whole[1 << 14];

	snprintf(whole, sizeof(whole),
		 "exec unshare -mpf sh -c 'mount -t proc proc \"$ROOT/proc\" && mount --rbind /dev \"$ROOT/dev\" && "
		 "%s && %s chroot \"$ROOT\" sh -c \"$0\"%s' '%s'",
		 mounts[place], place == CHROOTED ? "" : "exec", place == CHROOTED ? "; exit $?" : "", line);
	return with_root(whole);
}

/* A run of dpkg in which nobody but dpkg has said anything. */
static void
dpkg(enum place place, const char *words)
{
	static const char *const lines[] = {
	    "Selecting previously", "(Reading database",   "Preparing to unpack", "Unpacking ",
	    "Setting up ",          "Processing triggers", "Removing ",           "Purging "};
	char line[1024];
	const struct run *r;

	snprintf(line, sizeof(line), "cd /packages && " DPKG "%s", words);
	r = expect(in_root(place, line), 0, NULL, "");
	for (const char *at = r->out; *at; at += strcspn(at, "\n"), at += *at != '\0') {
		bool known = false;

		for (size_t i = 0; i < LENGTH(lines); i++)
			known = known || strncmp(at, lines[i], strlen(lines[i])) == 0;
		if (!known)
			fail_msg("dpkg %s: somebody says: %s", words, at);
	}
}

/* A package's file in /packages, from what stands in the folder of its name. */
static void
pack(const char *name, const char *version, const char *fields)
{
	char line[2048];

	snprintf(
	    line, sizeof(line),
	    "cd \"$ROOT/packages\" && mkdir -p %s/DEBIAN && printf 'Package: %s\\nVersion: %s\\nArchitecture: all\\n"
	    "Maintainer: nobody <nobody@example.org>\\nDescription: a test\\n%s' >%s/DEBIAN/control && "
	    "dpkg-deb --root-owner-group -Znone -b %s %s-%s.deb",
	    name, name, version, fields, name, name, name, version);
	expect(with_root(line), 0, NULL, "");
}

/* A package of the examples, as they are. */
static void
pack_example(const char *name, const char *version)
{
	char line[1024];

	snprintf(line, sizeof(line),
		 "mkdir -p \"$ROOT/packages/%s/DEBIAN\" && cd man/examples && install -m 755 postinst prerm "
		 "\"$ROOT/packages/%s/DEBIAN\" && install -m 644 triggers \"$ROOT/packages/%s/DEBIAN\"",
		 name, name, name);
	expect(with_root(line), 0, "", "");
	pack(name, version, "Depends: binfmtctl, qemu-user-static, qemu-user\\n");
}

/* One architecture's QEMU with the name of Debian 12, the other's with that of Debian 13, each in its package. */
static void
pack_qemu(const char *package, const char *program_name, const char *version)
{
	char line[PATH_MAX + 512];

	snprintf(line, sizeof(line),
		 "cd \"$ROOT/packages\" && mkdir -p %s/usr/bin && install -m 755 '%s' %s/usr/bin/%s", package,
		 tiny_interpreter(), package, program_name);
	expect(with_root(line), 0, "", "");
	pack(package, version, "");
}

static void
pack_qemus(const char *version)
{
	pack_qemu("qemu-user-static", "qemu-aarch64-static", version);
	pack_qemu("qemu-user", "qemu-riscv64", version);
}

static void
leave_root(void)
{
	with_root("umount -l \"$ROOT\"/*");
}

/* The copy shows this machine's programs, and keeps what is written to itself. */
static void
make_root(void)
{
	char *root = scratch_file("root");

	snprintf(root_variable, sizeof(root_variable), "ROOT=%s", root);
	free(root);
	atexit(leave_root);
	/* This machine's programs by links, but its QEMUs; what is written stays in the copy. */
	expect(
	    with_root(
		"mkdir -p \"$ROOT\" && cd \"$ROOT\" && mkdir dev etc host proc tmp usr var && mount --rbind /etc etc "
		"&& "
		"mount --rbind /usr host && mount --rbind /usr usr && mount -t tmpfs tmpfs usr/bin && "
		"find /usr/bin -mindepth 1 -maxdepth 1 ! -name 'qemu-*' -printf '/host/bin/%f\\0' | xargs -0 ln -st "
		"usr/bin && "
		"for f in /bin /sbin /lib*; do if [ -L $f ]; then cp -P $f .; else mkdir .$f && mount --rbind $f .$f; "
		"fi; done"),
	    0, "", "");
	expect(with_root("mkdir -p \"$ROOT/packages/binfmtctl/usr/bin\" && "
			 "install -m 755 binfmtctl \"$ROOT/packages/binfmtctl/usr/bin\""),
	       0, "", "");
	pack("binfmtctl", "1", "");
	pack_qemus("1");
	pack_qemus("2");
	pack_qemus("3");
	pack_example("alpha", "1");
	pack_example("alpha", "2");
	pack_example("beta", "1");
}

/* A system on which dpkg has installed what the packages of the examples need, and nothing else. */
static void
start(enum place place)
{
	static bool made;

	if (access("/usr/bin/dpkg", X_OK) < 0 || access("/usr/bin/dpkg-deb", X_OK) < 0)
		skip_because("this machine has no dpkg-deb");
	if (!made)
		make_root();
	made = true;
	expect(with_root(
		   "cd \"$ROOT\" && rm -rf packages/db var/lib/binfmtctl usr/bin/qemu-* && mkdir -p packages/db/info "
		   "packages/db/updates packages/db/triggers && : >packages/db/status && : >packages/db/available"),
	       0, "", "");
	dpkg(place, "-i binfmtctl-1.deb qemu-user-static-1.deb qemu-user-1.deb");
}

static void
register_others(void)
{
	register_line(":other:E::x::/bin/true:");
	register_line(":qemu-arm:E::y::/bin/true:F");
}

/* The entries of these names, all that can be seen of them; on the heap. */
static char *
look(const char *names)
{
	char *text = strdup(expect(shell("cd " MOUNT " && ls -i %s && cat %s", names, names), 0, NULL, "")->out);

	assert_non_null(text);
	return text;
}

static void
expect_same(const char *names, char *before)
{
	char *now = look(names);

	expect_text(names, now, before);
	free(now);
	free(before);
}

/* The entries there are, by name. */
static void
expect_entries(const char *names)
{
	expect_text("entries", shell("ls " MOUNT " | grep -vx 'register\\|status' | tr '\\n' ' '")->out, names);
}

#define BOTH "qemu-aarch64 qemu-riscv64"

static void
package__installed_upgraded_removed__handlers_come_stay_and_go(void **state)
{
	char *theirs, *ours;

	(void)state;
	start(BOOTED);
	register_others();
	theirs = look("other qemu-arm");
	dpkg(BOOTED, "-i alpha-1.deb");
	expect_entries("other qemu-aarch64 qemu-arm qemu-riscv64 ");
	expect(in_root(BOOTED, "binfmtctl test aarch64 riscv64"), 0, "  ok  ", "");
	ours = look(BOTH);
	dpkg(BOOTED, "-i alpha-2.deb");
	expect_same(BOTH, ours);
	dpkg(BOOTED, "-r alpha");
	expect_entries("other qemu-arm ");
	expect(with_root("ls -A \"$ROOT/var/lib/binfmtctl\""), 0, "", "");
	dpkg(BOOTED, "-i alpha-1.deb");
	dpkg(BOOTED, "-P alpha");
	expect_entries("other qemu-arm ");
	expect_same("other qemu-arm", theirs);
}

static void
qemu__upgraded__handlers_hold_the_new_file(void **state)
{
	(void)state;
	need_ptrace();
	start(BOOTED);
	dpkg(BOOTED, "-i alpha-1.deb");
	expect(in_root(BOOTED, "cd /usr/bin && cp qemu-riscv64 new && mv new qemu-riscv64 && binfmtctl status"), 1,
	       "stale", ""); /* so it is without the trigger */
	dpkg(BOOTED, "-i qemu-user-2.deb");
	expect(in_root(BOOTED, "binfmtctl status"), 0, "  ok  ", "");
	dpkg(BOOTED, "-i qemu-user-static-2.deb");
	expect(in_root(BOOTED, "binfmtctl status"), 0, "  ok  ", "");
	expect_entries("qemu-aarch64 qemu-riscv64 ");
	dpkg(BOOTED, "-r alpha");
	dpkg(BOOTED, "-i qemu-user-static-3.deb");
	expect_entries("");
}

static void
qemu__gone_before_the_package__is_no_failure(void **state)
{
	char *ours;

	(void)state;
	start(BOOTED);
	dpkg(BOOTED, "-i alpha-1.deb");
	ours = look(BOTH);
	expect(in_root(BOOTED, "cd /packages; " DPKG "--force-depends -r qemu-user-static qemu-user"), 0, NULL, NULL);
	expect_same(BOTH, ours);
	dpkg(BOOTED, "-r alpha");
	expect_entries("");
}

static void
packages__two_with_the_same_handlers__the_last_takes_them_away(void **state)
{
	static const char *const orders[][2] = {{"-r alpha", "-r beta"}, {"-r beta", "-r alpha"}};

	(void)state;
	for (size_t i = 0; i < LENGTH(orders); i++) {
		char *ours;

		start(BOOTED);
		dpkg(BOOTED, "-i alpha-1.deb");
		expect(in_root(BOOTED, "binfmtctl -q register aarch64 --flags F"), 0, "",
		       ""); /* the administrator's wish */
		ours = look(BOTH);
		dpkg(BOOTED, "-i beta-1.deb");
		dpkg(BOOTED, "-i alpha-2.deb");
		dpkg(BOOTED, orders[i][0]);
		expect_same(BOTH, ours);
		dpkg(BOOTED, orders[i][1]);
		expect_entries("");
	}
}

static void
package__handler_of_somebody_else__left_alone(void **state)
{
	static const struct {
		const char *name, *entries, *folder, *flags;
	} rows[] = {
	    {"qemu-aarch64", "qemu-aarch64 qemu-riscv64 ", "", "OF"},
	    {"foreign", "foreign qemu-riscv64 ", "", "OF"},
	    {"qemu-aarch64", "qemu-aarch64 qemu-riscv64 ", "/nowhere", "O"}, /* it does not run */
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char *theirs;

		ns_empty();
		start(BOOTED);
		register_line(":%s:M:18:\\xb7::%s%s:%s", rows[i].name, rows[i].folder, tiny_interpreter(),
			      rows[i].flags);
		theirs = look(rows[i].name);
		dpkg(BOOTED, "-i alpha-1.deb");
		expect_entries(rows[i].entries);
		dpkg(BOOTED, "-i qemu-user-static-2.deb");
		dpkg(BOOTED, "-r alpha");
		expect_same(rows[i].name, theirs);
		expect(shell("ls " MOUNT " | wc -l"), 0, "3\n", "");
	}
}

static void
package__in_a_chroot_that_shows_the_host__changes_nothing(void **state)
{
	char *host;

	(void)state;
	expect(tool("register", "aarch64", "riscv64", "-f", "F", NULL), 0, NULL, "");
	host = look(BOTH);
	start(CHROOTED);
	dpkg(CHROOTED, "-i alpha-1.deb");
	expect(with_root("mkdir -p \"$ROOT/var/lib/binfmtctl/aarch64\" && "
			 ": >\"$ROOT/var/lib/binfmtctl/aarch64/alpha\""), /* as if it had run as a machine of its own */
	       0, "", "");
	dpkg(CHROOTED, "-i qemu-user-static-2.deb");
	dpkg(CHROOTED, "-r alpha");
	expect_same(BOTH, host);
	ns_empty();
	dpkg(CHROOTED, "-i alpha-2.deb");
	expect_entries("");
}

static void
package__where_nothing_can_be_changed__says_nothing(void **state)
{
	static const enum place places[] = {BUILT, CLOSED};

	(void)state;
	for (size_t i = 0; i < LENGTH(places); i++) {
		start(places[i]);
		dpkg(places[i], "-i alpha-1.deb");
		dpkg(places[i], "-i qemu-user-static-2.deb");
		dpkg(places[i], "-r alpha");
		expect_entries("");
	}
}

/* Each time another architecture's handler is the one that cannot be removed. */
static void
package__removal_that_failed__can_be_tried_again(void **state)
{
	static const char *const archs[] = {"aarch64", "riscv64"};
	char line[1024];

	(void)state;
	for (size_t i = 0; i < LENGTH(archs); i++) {
		start(BOOTED);
		dpkg(BOOTED, "-i alpha-1.deb");
		snprintf(line, sizeof(line),
			 "cd /packages && mv /usr/bin/binfmtctl /usr/bin/real && printf \"#!/bin/sh\\n[ \\\"\\$2 "
			 "\\$4\\\" != \\\"remove %s\\\" ] && exec real \\\"\\$@\\\"\\n\" >/usr/bin/binfmtctl && "
			 "chmod +x /usr/bin/binfmtctl && ! " DPKG "-r alpha && mv /usr/bin/real /usr/bin/binfmtctl",
			 archs[i]);
		expect(in_root(BOOTED, line), 0, NULL, NULL);
		expect_entries("qemu-aarch64 qemu-riscv64 ");
		dpkg(BOOTED, "-r alpha");
		expect_entries("");
	}
}

/* What it has on record goes with it. */
static void
package__removed_where_nothing_can_be_changed__nothing_on_record(void **state)
{
	(void)state;
	start(BOOTED);
	dpkg(BOOTED, "-i alpha-1.deb");
	dpkg(CLOSED, "-r alpha");
	expect_entries("qemu-aarch64 qemu-riscv64 ");
	expect(with_root("ls -A \"$ROOT/var/lib/binfmtctl\""), 0, "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(package__installed_upgraded_removed__handlers_come_stay_and_go),
	    cmocka_unit_test(qemu__upgraded__handlers_hold_the_new_file),
	    cmocka_unit_test(qemu__gone_before_the_package__is_no_failure),
	    cmocka_unit_test(packages__two_with_the_same_handlers__the_last_takes_them_away),
	    cmocka_unit_test(package__handler_of_somebody_else__left_alone),
	    cmocka_unit_test(package__in_a_chroot_that_shows_the_host__changes_nothing),
	    cmocka_unit_test(package__where_nothing_can_be_changed__says_nothing),
	    cmocka_unit_test(package__removal_that_failed__can_be_tried_again),
	    cmocka_unit_test(package__removed_where_nothing_can_be_changed__nothing_on_record),
	};

	return ns_run(tests);
}
