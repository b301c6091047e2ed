/* SPDX-License-Identifier: MIT */
/*
 * The examples that register handlers when a machine boots, called as each caller calls them. OpenRC, runit and
 * initramfs-tools are not needed: their few words that the examples use are made up here.
 */
#include "conf.h"

#include <unistd.h>

#define WITHOUT_BINFMT_MISC "unshare -m sh -c 'umount " MOUNT " && exec \"$0\" \"$@\"'"

static const char one[] = ":one:E::x::/bin/true:\n";

/* An example as a file of the scratch folder, with the program that is tested; its static path. */
static const char *
example(const char *name, const char *as)
{
	static char path[4200];

	snprintf(path, sizeof(path), "%s/%s", scratch(), as);
	expect(shell("sed 's|/usr/local/bin/|%s/|' 'man/examples/%s' >'%s' && chmod 755 '%s'", tool_folder(), name,
		     path, path),
	       0, "", "");
	return path;
}

static const struct run *
service(const char *name, const char *where, const char *word)
{
	const char *words =
	    strstr(name, "openrc") ? "ebegin() { :; }; eend() { return $1; }; . \"$0\"; $1" : "sh \"$0\" $1";

	return shell("exec %s sh -c '%s' '%s' %s", where, words, example(name, "service"), word);
}

static void
services__start_reload_and_no_binfmt_misc__register_and_pass(void **state)
{
	static const char *const names[] = {"binfmtctl.init", "binfmtctl.openrc"};

	(void)state;
	conf_needs_boot_dirs();
	for (size_t i = 0; i < LENGTH(names); i++) {
		ns_empty();
		conf_write(0, "a.conf", one);
		expect(service(names[i], "", "start"), 0, "", "");
		assert_string_equal(entry_names(), "one");
		expect(service(names[i], "", "reload"), 0, "", "");
		expect(service(names[i], WITHOUT_BINFMT_MISC, "reload"), 0, "", NULL);
		conf_write(0, "a.conf", "junk\n");
		expect(service(names[i], "", "start"), 1, "", "a.conf:1: ");
	}
	expect(service(names[0], "", "bogus"), 2, "", "usage: ");
}

/* As runsv does: run, then finish with what run came to, both in the service's folder; `sv` says what it is told. */
static const struct run *
supervise(const char *where)
{
	expect(shell("mkdir -p '%s/sv' && printf '#!/bin/sh\necho sv \"$@\" in ${PWD##*/}\n' >'%s/sv/sv' && chmod 755 "
		     "'%s/sv/sv'",
		     scratch(), scratch(), scratch()),
	       0, "", "");
	example("binfmtctl.runit-run", "sv/run");
	example("binfmtctl.runit-finish", "sv/finish");
	return shell("cd '%s/sv' && PATH=\"$PWD:$PATH\" && export PATH && %s ./run; exec ./finish $? 0", scratch(),
		     where);
}

static void
runit__once__registers_and_goes_down(void **state)
{
	(void)state;
	conf_needs_boot_dirs();
	conf_write(0, "a.conf", one);
	expect(supervise(""), 0, "sv down . in sv\n", "");
	assert_string_equal(entry_names(), "one");
	assert_null(strstr(supervise(WITHOUT_BINFMT_MISC)->out, "not all handlers"));
	conf_write(0, "b.conf", "junk\n");
	expect(supervise(""), 0, "b.conf:1: ", "");
	expect(supervise(""), 0,
	       "\nnot all handlers were registered; binfmtctl doctor finds out why\nsv down . in sv\n", "");
}

/* What the hooks of initramfs-tools have: a program with its libraries, and modules by name. */
static const char functions[] = "copy_exec() {\n"
				"	[ -e \"$1\" ] || return 1\n"
				"	mkdir -p \"$DESTDIR${2%/*}\" \"$DESTDIR${1%/*}\"\n"
				"	cp -L \"$1\" \"$DESTDIR${2:-$1}\"\n"
				"	for lib in $(ldd \"$1\" 2>/dev/null | grep -o '/[^ ]*'); do\n"
				"		mkdir -p \"$DESTDIR${lib%/*}\"\n"
				"		cp -L \"$lib\" \"$DESTDIR$lib\"\n"
				"	done\n"
				"}\n"
				"manual_add_modules() { echo \"$@\" >>\"$DESTDIR/modules\"; }\n";

/* A hook, as mkinitramfs runs it: first for its order, then to fill $DESTDIR; `edit` is for sed. */
static const struct run *
run_hook(const char *edit)
{
	static char *words;

	if (!words)
		words = scratch_text("hook-functions", functions, 0644);
	return shell("sed -i 's|/usr/share/initramfs-tools/hook-functions|%s|; %s' '%s' && DESTDIR='%s/tree' && "
		     "export DESTDIR && rm -rf \"$DESTDIR\" && mkdir \"$DESTDIR\" && cd \"$DESTDIR\" && "
		     "[ -z \"$('%s/hook' prereqs)\" ] && [ -z \"$(ls)\" ] && '%s/hook'",
		     words, edit, example("binfmtctl.initramfs-hook", "hook"), scratch(), scratch(), scratch());
}

/* The script, as init runs it in the initramfs, which then is removed. */
static const struct run *
boot(void)
{
	return shell("cd '%s/tree' && mkdir -p bin proc dev scripts && DESTDIR=$PWD && . ../hook-functions && "
		     "PATH=\"$PATH:/usr/sbin:/sbin\" && copy_exec /bin/sh && cp '%s' scripts/binfmtctl && "
		     "unshare -m sh -ec 'mount --rbind /proc proc && mount --rbind /dev dev && "
		     "[ -z \"$(chroot . /scripts/binfmtctl prereqs)\" ] && exec chroot . /scripts/binfmtctl' && "
		     "cd .. && rm -r tree",
		     scratch(), example("binfmtctl.initramfs-script", "script"));
}

static void
initramfs__booted_and_removed__runs_programs_of_a_root_without_qemu(void **state)
{
	char *root;

	(void)state;
	if (access("/usr/bin/qemu-aarch64-static", X_OK) < 0 || !has_static_qemu("aarch64"))
		skip_because("this machine has no qemu-aarch64-static");
	expect(run_hook(""), 0, "", "");
	expect(shell("cd '%s/tree' && cat modules && ls usr/bin", scratch()), 0,
	       "binfmt_misc\nbinfmtctl\nqemu-aarch64-static\n", "");
	expect(boot(), 0, "", "");
	assert_string_equal(entry_names(), "qemu-aarch64");
	root = scratch_folder("root");
	free(probe_program("aarch64", "root/init"));
	expect(program_at(root, "/init", (char *[]){(char[]){"init"}, NULL}, NULL), 42, "", "");
	free(root);
}

static void
initramfs__no_such_qemu__no_image_is_made(void **state)
{
	(void)state;
	assert_true(run_hook("s|^archs=.*|archs=nonesuch|")->status != 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(services__start_reload_and_no_binfmt_misc__register_and_pass),
	    cmocka_unit_test(runit__once__registers_and_goes_down),
	    cmocka_unit_test(initramfs__booted_and_removed__runs_programs_of_a_root_without_qemu),
	    cmocka_unit_test(initramfs__no_such_qemu__no_image_is_made),
	};

	return ns_run(tests);
}
