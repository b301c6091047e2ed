/* SPDX-License-Identifier: MIT */
/* What marks a container, another root folder, and a system that registers at boot: in roots of a few files. */
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot.h"
#include "bootplace.h"
#include "bootunit.h"
#include "err.h"
#include "forbid.h"
#include "namespace.h"
#include "userns.h"

#define UNIT "systemd-binfmt.service"

/* What is seen in another place. */
static struct seen {
	bool there;
	enum look_is container, chroot;
	char text[128];               /* of what registers at boot, below */
	char unit[BOOTUNIT_PATH_MAX]; /* the file of systemd-binfmt, now */
} seen;

/* "y", "n" or "?". */
static char
letter(enum look_is is)
{
	return is == LOOK_YES ? 'y' : is == LOOK_NO ? 'n' : '?';
}

/*
 * Whether a restart of systemd-binfmt flushes, whether binfmt.d is read, and records, and whether our own unit is
 * started, as letters; then who reads binfmt.d, and "!" if that is `load`.
 */
static void
see(void)
{
	static struct boot boot;
	struct err err;

	boot_read(&boot, &err);
	seen.there = true;
	seen.container = bootplace_container().is;
	seen.chroot = bootplace_chroot().is;
	snprintf(seen.text, sizeof(seen.text), "%c%c%c%c %s%s", letter(boot.flushes), letter(boot.reads_lines),
		 letter(boot.reads_records),
		 boot.unread  ? '?'
		 : *boot.unit ? 'y'
			      : 'n',
		 boot.reader ? boot.reader : "", boot.loads ? "!" : "");
	boot_free(&boot);
	bootunit_find(UNIT, BOOT_NOW, seen.unit);
}

/* In a process of its own, which `go` (false: that is not possible) takes to its place. */
static void
see_there(bool (*go)(const char *root), const char *root)
{
	int pipes[2];
	pid_t pid;

	seen = (struct seen){.there = false};
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		if (go(root))
			see();
		if (write(pipes[1], &seen, sizeof(seen)) == sizeof(seen))
			kill(getpid(), SIGKILL); /* so that nobody looks for leaks here */
		_exit(1);
	}
	assert_int_equal(read(pipes[0], &seen, sizeof(seen)), sizeof(seen));
	assert_true(pid > 0 && waitpid(pid, NULL, 0) == pid);
	close(pipes[0]);
	close(pipes[1]);
	if (!seen.there)
		skip_because("this machine gives no user namespace, to chroot in");
}

/* Without /proc. */
static bool
into(const char *root)
{
	return chroot(root) == 0 || (!ns_become_root() && chroot(root) == 0);
}

/* The tests' own user namespace may not ask for the root folder of the first process: what mountinfo shows tells. */
static bool
with_proc(const char *root)
{
	char proc[4200];

	snprintf(proc, sizeof(proc), "%s/proc", root);
	mkdir(proc, 0755);
	return !ns_become_root() && mount("/proc", proc, NULL, MS_BIND | MS_REC, NULL) == 0 && chroot(root) == 0;
}

/* What is not marked as a container may be one all the same where these tests are not among the host's processes. */
static enum look_is
unmarked(void)
{
	return userns_pids_are_hosts() ? LOOK_NO : LOOK_UNKNOWN;
}

static void
container__each_mark__seen(void **state)
{
	static const char *const marks[] = {"run/.containerenv", ".dockerenv", "run/systemd/container"};
	char *root = scratch_folder("marks");

	(void)state;
	see_there(with_proc, root);
	assert_int_equal(seen.container, unmarked());
	for (size_t i = 0; i < LENGTH(marks); i++) {
		expect(shell("cd '%s' && rm -rf * .[!.]* && mkdir -p run/systemd && touch %s", root, marks[i]), 0, "",
		       "");
		see_there(with_proc, root);
		assert_int_equal(seen.container, LOOK_YES);
	}
	free(root);
}

/* For the shell, in a root folder: a file with its folders; one that is executable; a machine with systemd. */
static const char words[] =
    "set -e; say() { mkdir -p \"$(dirname \"$2\")\"; printf \"$1\" >\"$2\"; }\n"
    "run() { say \"$1\" \"$2\"; chmod 755 \"$2\"; }\n"
    "ln() { mkdir -p \"$(dirname \"$2\")\"; command ln -s \"$1\" \"$2\"; }\n"
    "load='#!/bin/sh\\nexec /bin/binfmtctl -q load --mount\\n'\n"
    "E=etc/systemd/system L=usr/lib/systemd/system R=run/systemd/system S=systemd-binfmt.service\n"
    "A=proc-sys-fs-binfmt_misc.automount M=proc-sys-fs-binfmt_misc.mount O=binfmtctl.service\n"
    "G=run/systemd/generator W=sysinit.target.wants F=usr/lib/binfmt.d/README B=binfmt-support.service\n"
    "unit() { say '[Service]\\nExecStart=/bin/x\\n' \"$1\"; }\n"
    "targets() { for t in sysinit basic multi-user graphical; do unit $L/$t.target; done; "
    "ln graphical.target $L/default.target; }\n"
    "stock() { unit $L/$1; ln ../$1 $L/sysinit.target.wants/$1; }\n"
    "systemd() { targets; mkdir -p $R; say '' dev/null; say '' $F; run '' usr/lib/systemd/systemd-binfmt; stock $S; "
    "stock $A; "
    "unit $L/$M; }\n"
    "own() { unit $L/$O; ln /$L/$O $E/multi-user.target.wants/$O; }\n"
    "sysv() { mkdir -p run; mkfifo run/initctl; }\n"
    "say_unit() { say \"[Unit]\\n$1\\n\" \"$2\"; }\n"
    "mkdir bin; cp ../tiny bin/binfmtctl; cp ../tiny bin/sh; R0='#!/bin/sh\\n' SV=run/runit/service/binfmtctl\n"
    "example() { mkdir -p \"$(dirname \"$2\")\"; sed s,/usr/local,, \"../examples/$1\" >\"$2\"; chmod 755 \"$2\"; }\n";

/* A folder for it, beside what it takes files from. */
static char *
make_root(const char *name)
{
	tiny_interpreter();
	expect(shell("cp -r man/examples '%s'", scratch()), 0, "", "");
	return scratch_folder(name);
}

static const struct {
	const char *shell, *seen;
} machines[] = {
    {":", "nnnn "},
    /* systemd-binfmt: a restart of it, and the next boot */
    {"systemd", "yynn systemd-binfmt"},
    {"systemd; rm $F", "nynn systemd-binfmt"}, /* there is nothing that it would be restarted for */
    {"systemd; rm $F; say '' etc/binfmt.d/.hidden", "nynn systemd-binfmt"},
    {"systemd; rm $F; say '' etc/binfmt.d/a.conf~; say '' etc/binfmt.d/a.conf.dpkg-old", "nynn systemd-binfmt"},
    {"systemd; rm $F; say '' run/binfmt.d/a.conf", "yynn systemd-binfmt"},
    {"systemd; rm $F; ln /dev/null run/systemd/units/invocation:$S", "yynn systemd-binfmt"},
    {"systemd; rm -r run/systemd", "nnnn "},
    {"systemd; rm usr/lib/systemd/systemd-binfmt", "nnnn "},
    {"systemd; mkdir -p lib/systemd; mv usr/lib/systemd/systemd-binfmt lib/systemd", "yynn systemd-binfmt"},
    {"systemd; rm $L/$S", "nnnn "},
    {"systemd; say '' $E/$S", "nnnn "},
    {"systemd; say '' $L/$S", "nnnn "},
    {"systemd; ln /dev/null $E/$S", "nnnn "},
    {"systemd; ln //dev/null $E/$S", "nnnn "},
    {"systemd; ln ../../../dev/null $E/$S", "nnnn "},
    {"systemd; ln /nowhere $E/$S", "nnnn "},
    {"systemd; ln /dev/null $E/systemd-binfmt", "yynn systemd-binfmt"},
    {"systemd; ln /dev/null $R/$S", "nynn systemd-binfmt"}, /* until the next boot */
    {"systemd; say '' $E/$S; unit $R/$S", "nnnn "},
    {"systemd; unit $E/$S", "??nn "},
    {"systemd; unit usr/local/lib/systemd/system/$S", "??nn "},
    {"systemd; unit $R/$S", "?ynn systemd-binfmt"},
    {"systemd; unit $G/$S", "??nn "},
    {"systemd; unit $G.late/$S", "yynn systemd-binfmt"},
    {"systemd; unit etc/x.service; ln ../../x.service $E/$S", "??nn "},
    {"systemd; ln /dev/null $E/$W/$S", "ynnn "},
    {"systemd; rm $L/$W/$S", "ynnn "},
    {"systemd; rm $L/$W/$S; ln ../$S $L/getty.target.wants/$S", "y?nn "},
    {"systemd; rm $L/$W/$S; ln ../$S $L/graphical.target.wants/$S", "yynn systemd-binfmt"},
    /* the target that is reached */
    {"systemd; ln /$L/multi-user.target $E/default.target", "yynn systemd-binfmt"},
    {"systemd; unit $L/rescue.target; ln /$L/rescue.target $E/default.target", "y?nn "},
    {"systemd; unit $E/kiosk.target; ln kiosk.target $E/default.target", "y?nn "},
    {"systemd; unit srv/graphical.target; ln /srv/graphical.target $E/default.target", "y?nn "},
    {"systemd; mkdir srv; mv $L/graphical.target srv; ln /srv/graphical.target $L/graphical.target", "y?nn "},
    {"systemd; ln /run/t.target $E/default.target; command ln -s /$L/graphical.target run/t.target", "y?nn "},
    {"systemd; rm $L/default.target", "y?nn "},
    {"systemd; ln /dev/null $E/multi-user.target", "y?nn "},
    {"systemd; unit $E/graphical.target", "y?nn "},
    {"systemd; unit $E/graphical.target; ln /$L/multi-user.target $E/default.target", "yynn systemd-binfmt"},
    {"systemd; say '[Unit]\nConditionPathExists=/x\n' $E/default.target.d/a.conf", "y?nn "},
    {"systemd; ln /$L/multi-user.target $E/default.target; own; ln ../$O $L/graphical.target.wants/$O; "
     "rm $E/multi-user.target.wants/$O",
     "yyn? systemd-binfmt"},
    {"systemd; own; mv $E/multi-user.target.wants $E/graphical.target.wants", "yyny systemd-binfmt"},
    /* another unit's text */
    {"systemd; unit $L/$O; say '[Unit]\nWants=binfmtctl.service\n' $E/getty.target.d/a.conf", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; say '[Timer]\nUnit=binfmtctl.service\n' $E/a.timer", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; say '[Unit]\nAfter=binfmtctl.service\n' $E/a.service", "yynn systemd-binfmt"},
    {"systemd; say '[Unit]\nWants=binfmtctl.service\n' $E/getty.target.d/a.conf", "yynn systemd-binfmt"},
    /* one of the same name but for its type */
    {"systemd; unit $L/$O; say '[Timer]\nOnBootSec=5\n' $E/binfmtctl.timer", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; say '[Path]\nPathExists=/\n' $E/binfmtctl.path", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; say '[Socket]\nListenFIFO=/run/f\n' $E/binfmtctl.socket", "yyn? systemd-binfmt"},
    {"systemd; own; say '[Timer]\nOnBootSec=5\n' $E/binfmtctl.timer", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; ln /dev/null $E/binfmtctl.timer", "yynn systemd-binfmt"},
    {"systemd; unit $L/$O; unit $E/binfmtctl.target", "yynn systemd-binfmt"},
    {"systemd; say '[Timer]\nOnBootSec=5\n' $E/systemd-binfmt.timer", "y?nn "},
    /* one that takes its start away */
    {"systemd; own; say_unit Conflicts=$O $E/a.service", "yyn? systemd-binfmt"},
    {"systemd; own; say_unit Conflicts=$O $E/a.service.d/a.conf", "yyn? systemd-binfmt"},
    {"systemd; own; say_unit Conflicts=$O $E/service.d/a.conf", "??n? "},
    {"systemd; own; say_unit Conflicts=$O $E/a.service.d/a", "yyny systemd-binfmt"},
    {"systemd; own; say_unit Conflicts=$O $E/a.service~", "yyny systemd-binfmt"},
    {"systemd; own; say_unit '# Conflicts='$O $E/a.service", "yyny systemd-binfmt"},
    {"systemd; own; say_unit PropagatesStopTo=$O $E/a.service", "yyn? systemd-binfmt"},
    {"systemd; own; ln /$L/$O $E/binfmt.service; say_unit Conflicts=binfmt.service $E/a.service",
     "yyn? systemd-binfmt"},
    {"systemd; say_unit Conflicts=$S $E/a.service", "y?nn "},
    {"systemd; own; say_unit Conflicts=$S $E/$O", "y?ny "},
    {"systemd; say_unit Conflicts=$A $E/a.service", "y?nn "},
    {"systemd; say_unit Conflicts=$M $E/a.service", "y?nn "},
    {"systemd; own; say_unit \"Requires=$O\nPartOf=$O\nAfter=$O\" $E/a.service", "yyny systemd-binfmt"},
    /* its order */
    {"systemd; own; say_unit 'DefaultDependencies=no\nBefore=sysinit.target\nAfter='$O $E/a.service",
     "yyn? systemd-binfmt"},
    {"systemd; own; say_unit After=$O $E/a.service; say_unit DefaultDependencies=no $E/a.service.d/a.conf",
     "yyn? systemd-binfmt"},
    {"systemd; own; unit $E/a.service; say_unit After=$O $E/a.service.d/a.conf", "yyny systemd-binfmt"},
    {"systemd; own; say_unit After=$O $E/a.service.d/a.conf", "yyn? systemd-binfmt"},
    {"systemd; own; say_unit After=$O $E/a.socket", "yyn? systemd-binfmt"},
    {"systemd; own; say_unit After=$O $E/a.target", "yyn? systemd-binfmt"},
    {"systemd; own; say_unit Before=$O $E/a.service", "yyny systemd-binfmt"},
    {"systemd; own; say_unit \"Before=$O\nAfter=network.target\" $E/a.service", "yyny systemd-binfmt"},
    {"systemd; own; say_unit \"Before=$O\nAfter=multi-user.target\" $E/a.service", "yyn? systemd-binfmt"},
    {"systemd; own; say_unit Before=$O $E/a.service; say_unit After=graphical.target $E/a.service.d/a.conf",
     "yyn? systemd-binfmt"},
    {"systemd; own; ln ../$O $E/sockets.target.wants/$O", "yyn? systemd-binfmt"},
    {"systemd; own; ln ../$O $E/a.service.wants/$O", "yyny systemd-binfmt"},
    {"systemd; own; ln ../$O $E/graphical.target.wants/$O; ln /$L/multi-user.target $E/default.target",
     "yyny systemd-binfmt"},
    {"systemd; say_unit DefaultDependencies=no $L/$S; say_unit Before=$S $E/a.service", "y?nn "},
    {"systemd; say_unit After=$S $E/a.service", "yynn systemd-binfmt"},
    {"systemd; say_unit \"DefaultDependencies=no\nAfter=$S\" $L/$B", "yynn systemd-binfmt"},
    {"systemd; say_unit \"DefaultDependencies=no\nAfter=$S\" $E/$B", "y?nn "},
    /* another name */
    {"systemd; ln a.service usr/local/lib/systemd/system/$O; unit $E/a.service; ln /$E/$O "
     "$E/multi-user.target.wants/$O",
     "yyn? systemd-binfmt"},
    {"systemd; ln a.service $E/$O; ln /$E/$O $E/multi-user.target.wants/$O", "yynn systemd-binfmt"},
    {"systemd; own; ln /$L/$O $E/binfmt.service", "yyny systemd-binfmt"},
    {"systemd; own; ln /$L/$O $E/binfmt.service; say '[Unit]\nConditionPathExists=/x\n' $E/binfmt.service.d/a.conf",
     "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; ln /$L/$O $E/binfmt.service", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; ln $O $E/binfmt.service", "yyn? systemd-binfmt"},
    /* a line of fstab for binfmt_misc */
    {"systemd; say '[Unit]\nSourcePath=/etc/fstab\nBefore=local-fs.target\n[Mount]\nWhat=b\n"
     "Where=/proc/sys/fs/binfmt_misc\nType=binfmt_misc\n' $G/$M; ln ../$M $G/local-fs.target.requires/$M",
     "yynn systemd-binfmt"},
    {"systemd; say '[Mount]\nWhat=b\nWhere=/proc/sys/fs/binfmt_misc\nType=tmpfs\n' $G/$M", "y?nn "},
    {"systemd; rm $L/$W/$S; ln ../$S $G/x.service.requires/$S", "y?nn "},
    {"systemd; rm $L/$W/$S; unit $L/$W/$S", "ynnn "},
    /* what a generator writes may be gone, or else, at the next boot */
    {"systemd; rm $L/$W/$S; ln ../$S $G/$W/$S", "y?nn "},
    {"systemd; ln /$L/graphical.target $G/default.target", "y?nn "},
    /* its drop-ins */
    {"systemd; say '[Unit]\nConditionPathExists=/x\n' $E/$S.d/a.conf", "??nn "},
    {"systemd; say '[Service]\nExecStart=\n' $L/$S.d/a.conf", "??nn "},
    {"systemd; say '[Service]\nExecStart=\n' usr/local/lib/systemd/system/systemd-.service.d/a.conf", "??nn "},
    {"systemd; say '[Service]\nPrivateMounts=yes\n' $E/service.d/a.conf", "??nn "},
    {"systemd; say '[Service]\nTimeoutStopFailureMode=abort\n' $L/service.d/a.conf", "yynn systemd-binfmt"},
    {"systemd; say '[Service]\nExecStart=\n' $R/$S.d/a.conf", "?ynn systemd-binfmt"},
    {"systemd; say junk $E/$S.d/a; say junk $E/$S.d/.conf; say '' $E/$S.d/b.conf", "yynn systemd-binfmt"},
    /* what mounts binfmt_misc for it */
    {"systemd; ln /dev/null $E/$A", "y?nn "},
    {"systemd; ln /dev/null $E/$A; ln ../$M $L/$W/$M", "yynn systemd-binfmt"},
    {"systemd; ln /dev/null $E/$M", "y?nn "},
    {"systemd; say '[Unit]\nConditionPathExists=/x\n' $E/proc-sys-fs-.mount.d/a.conf", "y?nn "},
    {"systemd; ln /dev/null $E/$W/$A", "y?nn "},
    {"systemd; say '[Unit]\nConditionPathExists=/x\n' $E/$A.d/a.conf", "y?nn "},
    /* binfmt-support */
    {"systemd; say '' usr/sbin/update-binfmts", "yynn systemd-binfmt"},
    {"systemd; say '' usr/sbin/update-binfmts; stock $B", "yyyn systemd-binfmt"},
    {"systemd; say '' usr/sbin/update-binfmts; stock $B; ln /dev/null $E/$B", "yynn systemd-binfmt"},
    {"systemd; say '' usr/sbin/update-binfmts; stock $B; ln /dev/null $E/$M; ln /dev/null $E/$A", "y??n "},
    {"systemd; say '' usr/sbin/update-binfmts; stock $B; unit $E/$B", "yy?n systemd-binfmt"},
    {"systemd; say '' usr/sbin/update-binfmts; run '' etc/rc2.d/S20binfmt-support", "yynn systemd-binfmt"},
    {"say '' usr/sbin/update-binfmts", "nn?n "},
    {"sysv; say '' usr/sbin/update-binfmts; run '' etc/rc2.d/S20binfmt-support", "nnyn "},
    {"say '' usr/sbin/update-binfmts; run '' etc/rc2.d/S20binfmt-support", "nn?n "}, /* another init */
    /* our own unit */
    {"systemd; own", "yyny systemd-binfmt"},
    {"own", "nnnn "},
    {"systemd; own; unit $E/$O", "yyny systemd-binfmt"},
    {"systemd; own; ln /dev/null $E/$O", "yynn systemd-binfmt"},
    {"systemd; own; ln /dev/null $R/$O", "yyny systemd-binfmt"},
    {"systemd; own; rm $L/$O", "yynn systemd-binfmt"},
    {"systemd; own; rm $L/$O; unit usr/local/lib/systemd/system/$O", "yyny systemd-binfmt"},
    {"systemd; own; say '[Unit]\nConditionPathExists=/x\n' $L/$O.d/a.conf", "yyn? systemd-binfmt"},
    {"systemd; own; say '[Service]\nPrivateMounts=yes\n' $E/service.d/a.conf", "??n? "},
    {"systemd; own; say '[Unit]\nDescription=x\n' $L/$O.d/a.conf", "yyny systemd-binfmt"},
    {"systemd; own; say '[Unit]\nDescription=x\n\\000ConditionPathExists=/x\n' $L/$O.d/a.conf", "y?n? "},
    {"systemd; own; rm $E/multi-user.target.wants/$O; unit $E/multi-user.target.wants/$O", "yynn systemd-binfmt"},
    {"systemd; unit $L/$O", "yynn systemd-binfmt"},
    {"systemd; unit opt/$O; ln /opt/$O $E/$O", "yynn systemd-binfmt"},
    {"systemd; unit $L/$O; ln /$L/$O $E/sysinit.target.wants/$O", "yyny systemd-binfmt"},
    {"systemd; unit $L/$O; ln /$L/$O $E/basic.target.requires/$O", "yyny systemd-binfmt"},
    {"systemd; unit $L/$O; ln /$L/$O $E/graphical.target.wants/$O", "yyny systemd-binfmt"},
    {"systemd; unit $L/$O; ln /$L/$O $E/getty.target.wants/$O", "yyn? systemd-binfmt"},
    {"systemd; unit $L/$O; ln /$L/$O $R/multi-user.target.wants/$O", "yynn systemd-binfmt"},
    {"systemd; unit $L/$O; ln ../$O $L/x.service.upholds/$O", "yyn? systemd-binfmt"},
    /* a file in front of the link masks it */
    {"systemd; unit $L/$O; for t in basic.target.requires default.target.wants; do ln ../$O $L/$t/$O; "
     "unit $E/$t/$O; done",
     "yynn systemd-binfmt"},
    {"systemd; unit $G.late/$O; ln ../$O $G.late/multi-user.target.wants/$O", "yyn? systemd-binfmt"},
    /* what is gone after a reboot */
    {"systemd; own; mv $L/$O run; command ln -s /run/$O $L/$O", "yyn? systemd-binfmt"},
    {"systemd; own; mv $L/$O run; command ln -s /run/$O $L/$O; ln /dev/null $E/$O", "yynn systemd-binfmt"},
    {"systemd; unit run/x/$O; ln /run/x usr/local/lib/systemd/system; ln ../$O $E/multi-user.target.wants/$O",
     "yyn? systemd-binfmt"},
    {"systemd; own; mv $E/multi-user.target.wants run/w; command ln -s /run/w $E/multi-user.target.wants",
     "yyn? systemd-binfmt"},
    {"systemd; own; rm $E/multi-user.target.wants/$O; ln ../$O run/$O; ln /run/$O $E/multi-user.target.wants/$O",
     "yyny systemd-binfmt"}, /* the name of the link is enough */
    {"systemd; mkdir run/x; mv $L/$S run/x; command ln -s /run/x/$S $L/$S", "??nn "},
    /* OpenRC */
    {"mkdir -p run/openrc; run x etc/runlevels/boot/binfmt", "nynn OpenRC's binfmt"},
    {"mkdir -p run/openrc; run x etc/runlevels/default/binfmt", "nynn OpenRC's binfmt"},
    {"mkdir -p run/openrc; run x etc/runlevels/sysinit/binfmt", "nynn OpenRC's binfmt"},
    {"mkdir -p run/openrc; say x etc/runlevels/sysinit/binfmt", "nnnn "},
    {"mkdir -p run/openrc; ln /etc/init.d/binfmt etc/runlevels/sysinit/binfmt", "nnnn "},
    {"mkdir -p run/openrc etc/runlevels/boot/binfmt", "nnnn "},
    {"run x etc/runlevels/boot/binfmt", "nnnn "},
    {"mkdir -p run/openrc; run \"$load\" etc/runlevels/default/binfmtctl", "nynn the service binfmtctl!"},
    {"mkdir -p run/openrc; run \"$load\" etc/runlevels/boot/binfmtctl", "nynn the service binfmtctl!"},
    {"mkdir -p run/openrc; run \"$load\" etc/runlevels/sysinit/binfmtctl", "nynn the service binfmtctl!"},
    {"mkdir -p run/openrc; run x etc/runlevels/sysinit/binfmtctl", "n?nn "},
    /* runit */
    {"mkdir -p run/runit; run \"$load\" var/service/binfmtctl/run", "nynn the service binfmtctl!"},
    {"run \"$load\" run/runit/service/binfmtctl/run", "nynn the service binfmtctl!"},
    {"mkdir -p run/runit; run \"$load\" etc/service/binfmtctl/run", "nynn the service binfmtctl!"},
    {"run \"$load\" etc/service/binfmtctl/run", "nnnn "},
    {"run \"$load\" run/runit/service/binfmtctl/run; say '' run/runit/service/binfmtctl/down", "nnnn "},
    {"mkdir -p run/runit/service/binfmtctl", "nnnn "},
    {"say \"$load\" run/runit/service/binfmtctl/run", "nnnn "},
    {"run \"$load\" run/runit/service/binfmtctl/run; rm bin/binfmtctl", "nnnn "},
    {"run '/bin/binfmtctl load --force\n' run/runit/service/binfmtctl/run", "n?nn "},
    {"run '/bin/binfmtctl load /etc/x\n' run/runit/service/binfmtctl/run", "n?nn "},
    {"run '# /bin/binfmtctl load\n' run/runit/service/binfmtctl/run", "n?nn "},
    {"run \"$R0\\t/bin/binfmtctl -q load --mount || [ \\$? -eq 3 ]\\n\" $SV/run", "nynn the service binfmtctl!"},
    {"run '\\t/bin/binfmtctl -q load --mount\\n' $SV/run", "n?nn "},
    {"run \"${R0}set -e\\nexec 2>&1\\n\\n# x\\nexec /bin/binfmtctl load --mount\\n\" $SV/run",
     "nynn the service binfmtctl!"},
    {"run \"$load\" $SV/run; : >bin/binfmtctl", "nnnn "},
    {"run \"$load\" $SV/run; rm bin/sh", "nnnn "},
    {"run \"${R0}exit 0\\nexec /bin/binfmtctl load --mount\\n\" $SV/run", "n?nn "},
    {"run \"${R0}if [ -e /nowhere ]; then\\nexec /bin/binfmtctl load --mount\\nfi\\n\" $SV/run", "n?nn "},
    {"run \"${R0}cat <<E\\n/bin/binfmtctl load --mount\\nE\\n\" $SV/run", "n?nn "},
    {"run \"${R0}/bin/binfmtctl load --mount || /bin/binfmtctl remove all\\n\" $SV/run", "n?nn "},
    {"run \"${R0}/bin/binfmtctl load\\n\" $SV/run", "n?nn "},
    {"run \"${R0}/b'i'n/binfmtctl load --mount\\n\" $SV/run", "n?nn "},
    {"run \"${R0}/bin/binfmtctl load load --mount\\n\" $SV/run", "n?nn "},
    {"run '#!/bin/nosuch\\nexec /bin/binfmtctl load --mount\\n' $SV/run", "n?nn "},
    /* the examples */
    {"example binfmtctl.runit-run $SV/run", "nynn the service binfmtctl!"},
    {"example binfmtctl.openrc etc/runlevels/boot/binfmtctl; mkdir -p run/openrc sbin; cp bin/sh sbin/openrc-run",
     "nynn the service binfmtctl!"},
    {"sysv; example binfmtctl.init etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl",
     "nynn /etc/init.d/binfmtctl!"},
    {"sysv; example binfmtctl.init etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl; "
     "sed -i '2i exit 0' etc/init.d/binfmtctl",
     "n?nn "},
    {"sysv; example binfmtctl.init etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl; "
     "sed -i '/refresh/s,/bin/,/sbin/,' etc/init.d/binfmtctl",
     "n?nn "},
    {"sysv; example binfmtctl.init etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl; "
     "echo /bin/binfmtctl remove all >>etc/init.d/binfmtctl",
     "n?nn "},
    {"sysv; example binfmtctl.init etc/init.d/binfmtctl; run \"${R0}exit 0\\n\" etc/rcS.d/S12binfmtctl", "n?nn "},
    /* init.d */
    {"sysv; run \"$load\" etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl",
     "nynn /etc/init.d/binfmtctl!"},
    {"sysv; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl", "nnnn "},
    {"sysv; say \"$load\" etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl", "nnnn "},
    {"run \"$load\" etc/init.d/binfmtctl; mkdir -p run/systemd/system; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl",
     "nnnn "},
    {"sysv; run \"$load\" etc/init.d/binfmtctl; for n in K12binfmtctl S12binfmtctl2 Sbinfmtctl; do ln "
     "../init.d/binfmtctl "
     "etc/rcS.d/$n; done",
     "nnnn "},
    /* another init than sysvinit may do without these folders */
    {"run \"$load\" etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl", "n?nn "},
    {"mkdir -p run; say '' run/initctl; run \"$load\" etc/init.d/binfmtctl; "
     "ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl",
     "n?nn "},
    {"sysv; mkdir -p run/openrc; run \"$load\" etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rc2.d/S12binfmtctl",
     "n?nn "},
    {"sysv; mkdir -p run/runit; run \"$load\" etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rc2.d/S12binfmtctl",
     "n?nn "},
    {"mkdir -p run/openrc; say \"$load\" etc/init.d/binfmtctl; ln ../init.d/binfmtctl etc/rc2.d/S12binfmtctl", "nnnn "},
};

static void
services__each_machine__what_registers_at_boot(void **state)
{
	char *root = make_root("root");

	(void)state;
	for (size_t i = 0; i < LENGTH(machines); i++) {
		expect(shell("cd '%s' && rm -rf * && { %s %s; }", root, words, machines[i].shell), 0, "", "");
		see_there(with_proc, root);
		expect_text(machines[i].shell, seen.text, machines[i].seen);
	}
	free(root);
}

static bool
blinded(const char *root)
{
	return into(root) && forbid(SYS_faccessat, EIO)
#ifdef SYS_access
	       && forbid(SYS_access, EIO)
#endif
	    ;
}

static bool
blinded_to_units(const char *root)
{
	return into(root) && forbid(SYS_statx, EIO) /* what a 32-bit libc asks */
#ifdef SYS_newfstatat
	       && forbid(SYS_newfstatat, EIO);
#else
	       && forbid(SYS_fstatat64, EIO);
#endif
}

static bool
without_capabilities(const char *root)
{
	return with_proc(root) && forbid_capabilities();
}

static bool
without_listings(const char *root)
{
	return with_proc(root) && forbid(SYS_getdents64, EIO);
}

/* As by a user: what is closed may have anything in it. */
static const struct {
	const char *shell, *seen;
} closed[] = {
    {"systemd; own", "yyny systemd-binfmt"},
    /* folders of units, of their links and drop-ins, and of aliases */
    {"systemd; own; mkdir -p $E; chmod 0 $E", "??n? "},
    {"systemd; own; mkdir -p $E/$S.d; chmod 0 $E/$S.d", "??n? "},
    {"systemd; own; mkdir -p $E/$O.d; chmod 0 $E/$O.d", "y?n? "},
    {"systemd; own; say '' $E/$O.d/a.conf; chmod 400 $E/$O.d", "y?n? "},
    {"systemd; own; say '[Unit]\nDescription=x\n' $E/$O.d/a.conf; chmod 0 $E/$O.d/a.conf", "y?n? "},
    {"systemd; unit $L/$O; mkdir -p $E/x.target.wants; chmod 0 $E/x.target.wants", "y?n? "},
    {"systemd; unit $L/$O; mkdir -p $E/sysinit.target.wants; chmod 0 $E/sysinit.target.wants", "y?n? "},
    {"systemd; unit $L/$O; unit $E/x.service; chmod 0 $E/x.service", "y?n? "},
    {"systemd; unit $L/$O; mkdir -p $E/x.service.d; chmod 0 $E/x.service.d", "y?n? "},
    {"systemd; unit $L/$O; say '' $E/x.service.d/a.conf; chmod 400 $E/x.service.d", "y?n? "},
    /* of binfmt.d, of units that are active */
    {"systemd; rm $F; mkdir -p etc/binfmt.d; chmod 0 etc/binfmt.d", "?ynn systemd-binfmt"},
    {"systemd; rm $F; mkdir -p run/systemd/units; chmod 0 run/systemd/units", "?ynn systemd-binfmt"},
    /* of scripts */
    {"mkdir -p etc/rcS.d; chmod 0 etc/rcS.d", "n?nn "},
    {"mkdir -p etc/rc2.d; chmod 0 etc/rc2.d", "n?nn "},
    {"say x etc/init.d/binfmtctl; chmod 0 etc/init.d; ln ../init.d/binfmtctl etc/rcS.d/S12binfmtctl", "n?nn "},
    {"run \"$load\" $SV/run; mkdir -p $SV; chmod 400 $SV", "n?nn "},
    {"run \"$load\" $SV/run; chmod 111 bin/binfmtctl", "n?nn "},
};

static void
services__closed_to_us__unknown_where_it_decides(void **state)
{
	char *root = make_root("closed");

	(void)state;
	for (size_t i = 0; i < LENGTH(closed); i++) {
		expect(shell("cd '%s' && chmod -R u+rwX . && rm -rf * && { %s %s; }", root, words, closed[i].shell), 0,
		       "", "");
		see_there(without_capabilities, root);
		expect_text(closed[i].shell, seen.text, closed[i].seen);
	}
	expect(shell("chmod -R u+rwX '%s'", root), 0, "", "");
	free(root);
}

static void
services__folders_that_cannot_be_listed__unknown(void **state)
{
	static const struct {
		const char *shell, *seen;
	} rows[] = {
	    {"systemd; own", "??n? "},
	    {"mkdir -p etc/rcS.d", "n?nn "},
	};
	char *root = make_root("listings");

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		expect(shell("cd '%s' && rm -rf * && { %s %s; }", root, words, rows[i].shell), 0, "", "");
		see_there(without_listings, root);
		expect_text(rows[i].shell, seen.text, rows[i].seen);
	}
	free(root);
}

/* The first file that the real one reads for systemd-binfmt.service, by what it does not know in it; "" none. */
static const char *
analyzed(const char *root)
{
	static char first[256];

	snprintf(first, sizeof(first), "%.255s",
		 shell("systemd-analyze --root='%s' --man=no --generators=no verify " UNIT " 2>&1 | "
		       "sed -n 's|^%s\\(/[^:]*\\):2: .*|\\1|p' | sort -u",
		       root, root)
		     ->out);
	first[strcspn(first, "\n")] = '\0';
	return first;
}

static void
remove_file(const char *root, const char *path)
{
	expect(shell("rm '%s%s'", root, path), 0, "", "");
}

static void
units__each_folder__the_first_as_systemd_has_it(void **state)
{
	char *root = make_root("folders");
	int count = 0;

	(void)state;
	expect(
	    shell("cd '%s' && { %s for d in etc/systemd/system.control run/systemd/system.control $E "
		  "etc/systemd/system.attached $R $R.attached usr/local/lib/systemd/system $L lib/systemd/system; do "
		  "say '[Unit]\nMarker=1\n[Service]\nExecStart=/bin/x\n' $d/$S; done; }",
		  root, words),
	    0, "", "");
	for (; *analyzed(root); count++) {
		see_there(with_proc, root);
		expect_text("systemd-analyze", seen.unit, analyzed(root));
		remove_file(root, seen.unit);
	}
	if (!count)
		skip_because("this machine has no systemd-analyze that looks at another root folder");
	assert_int_equal(count, 9);
	free(root);
}

/* One drop-in after the other is taken away: until the last is, it is not known what the unit does. */
static void
units__each_folder_of_drop_ins__read_as_systemd_does(void **state)
{
	char *root = make_root("drop-ins");
	int count = 0;

	(void)state;
	expect(shell("cd '%s' && { %s systemd; for d in $E $R usr/local/lib/systemd/system $L; do "
		     "for n in $S systemd-.service service; do say '[Unit]\nMarker=1\n' $d/$n.d/$n.conf; done; done; }",
		     root, words),
	       0, "", "");
	for (; *analyzed(root); count++) {
		see_there(with_proc, root);
		assert_int_equal(seen.text[0], '?');
		remove_file(root, analyzed(root));
	}
	if (!count)
		skip_because("this machine has no systemd-analyze that looks at another root folder");
	see_there(with_proc, root);
	assert_int_equal(seen.text[0], 'y');
	free(root);
}

static void
marks__not_to_be_looked_at__unknown(void **state)
{
	char *root = make_root("blind");

	(void)state;
	expect(shell("cd '%s' && { %s systemd; own; }", root, words), 0, "", "");
	see_there(blinded, root);
	assert_int_equal(seen.container, LOOK_UNKNOWN);
	expect_text("access", seen.text, "???? ");
	see_there(blinded_to_units, root);
	expect_text("stat", seen.text, "??n? ");
	free(root);
}

static bool
nowhere(const char *root)
{
	(void)root;
	return !ns_become_root();
}

static bool
mounted_with_proc(const char *root)
{
	return !ns_become_root() && mount("tmpfs", root, "tmpfs", 0, NULL) == 0 && chdir(root) == 0 &&
	       mkdir("proc", 0755) == 0 && mount("/proc", "proc", NULL, MS_BIND | MS_REC, NULL) == 0 &&
	       chroot(root) == 0;
}

/* As the first of a PID namespace of its own. */
static bool
first_of_its_own(const char *root)
{
	pid_t pid;

	if (ns_become_root() || unshare(CLONE_NEWPID) < 0 || (pid = fork()) < 0)
		return false;
	if (pid > 0) {
		waitpid(pid, NULL, 0);
		kill(getpid(), SIGKILL);
	}
	return chdir(root) == 0 && mount("proc", "proc", "proc", 0, NULL) == 0 && chroot(".") == 0;
}

/* A container whose manager leaves no mark, as those of Kubernetes. */
static void
marks__none_in_another_pid_namespace__unknown(void **state)
{
	char *root = scratch_folder("pids");

	(void)state;
	expect(shell("mkdir '%s/proc'", root), 0, "", "");
	see_there(first_of_its_own, root);
	assert_int_equal(seen.container, LOOK_UNKNOWN);
	expect(shell("touch '%s/.dockerenv'", root), 0, "", "");
	see_there(first_of_its_own, root);
	assert_int_equal(seen.container, LOOK_YES);
	free(root);
}

static void
place__other_root__seen_or_unknown(void **state)
{
	static const struct {
		bool (*go)(const char *root);
		enum look_is chroot;
	} rows[] = {
	    {nowhere, LOOK_NO},
	    {with_proc, LOOK_YES},
	    {mounted_with_proc, LOOK_YES},
	    {into, LOOK_UNKNOWN},
	};
	char *root = scratch_folder("chroot");

	(void)state;
	expect(shell("mkdir '%s/proc'", root), 0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		see_there(rows[i].go, root);
		if (i == 0 && seen.chroot != LOOK_NO)
			skip_because("this machine's first process is in another root folder than its tests");
		if (seen.chroot != rows[i].chroot)
			fail_msg("row %zu: %d", i, (int)seen.chroot);
	}
	free(root);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(container__each_mark__seen),
	    cmocka_unit_test(services__each_machine__what_registers_at_boot),
	    cmocka_unit_test(services__closed_to_us__unknown_where_it_decides),
	    cmocka_unit_test(services__folders_that_cannot_be_listed__unknown),
	    cmocka_unit_test(units__each_folder__the_first_as_systemd_has_it),
	    cmocka_unit_test(units__each_folder_of_drop_ins__read_as_systemd_does),
	    cmocka_unit_test(marks__not_to_be_looked_at__unknown),
	    cmocka_unit_test(marks__none_in_another_pid_namespace__unknown),
	    cmocka_unit_test(place__other_root__seen_or_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
