/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "doctor.h"
#include "facts.h"

static bool
since(const struct facts *f, unsigned major, unsigned minor)
{
	return f->major > major || (f->major == major && f->minor >= minor);
}

static bool
is_code(const struct facts *f, const char *code)
{
	return f->mount_code && strcmp(f->mount_code, code) == 0;
}

static void
judge_kernel(const struct facts *f, struct finding *out)
{
	if (is_code(f, "no-kernel-support")) {
		finding_set(out, GRADE_FAIL, "this kernel has no binfmt_misc loaded");
		finding_fix(out, "modprobe binfmt_misc (or a kernel with CONFIG_BINFMT_MISC)");
	} else {
		finding_set(out, GRADE_PASS, "the kernel has binfmt_misc");
	}
}

static void
judge_mount(const struct facts *f, struct finding *out)
{
	if (!f->mount_code) {
		finding_set(out, GRADE_PASS, "binfmt_misc is mounted");
		return;
	}
	finding_set(out, GRADE_FAIL, "%s", f->mount_text);
	if (is_code(f, "autofs"))
		finding_fix(out, "on the host: ls /proc/sys/fs/binfmt_misc");
	else if (is_code(f, "not-binfmt"))
		finding_fix(out, "name the mount with --binfmt-dir, or unmount what covers it");
	else if (!f->initial_user_namespace)
		out->grade = GRADE_WARN; /* the host's handlers may still apply */
	if (is_code(f, "not-mounted") || is_code(f, "no-kernel-support"))
		finding_fix(out, "mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc");
}

static void
judge_read_only(const struct facts *f, struct finding *out)
{
	if (f->read_only) {
		finding_set(out, GRADE_WARN,
			    "binfmt_misc is mounted read-only: handlers run, but cannot be changed from here");
		finding_fix(out, "mount -o remount,rw /proc/sys/fs/binfmt_misc (in a container: register on the host)");
	} else {
		finding_set(out, GRADE_PASS, "the mount is not read-only");
	}
}

static void
judge_scope(const struct facts *f, struct finding *out)
{
	if (f->scope == BINFMT_INHERITED) {
		finding_set(
		    out, GRADE_WARN,
		    "these are the handlers of a parent user namespace: they apply, but only its root can change them");
		finding_fix(out, "register on the host");
	} else if (f->container && f->scope == BINFMT_HOST) {
		finding_set(out, GRADE_WARN,
			    "this is a container: handlers registered here apply to the whole machine");
		finding_fix(out, "register on the host");
	} else if (f->scope == BINFMT_NAMESPACE) {
		finding_set(out, GRADE_PASS, "a private instance of this user namespace: its handlers end with it");
	} else {
		finding_set(out, GRADE_PASS, "%s",
			    f->scope == BINFMT_HOST ? "the host's own instance"
						    : "whose instance it is cannot be told");
	}
}

static void
judge_switch(const struct facts *f, struct finding *out)
{
	if (!f->mount_code && !f->switched_on) {
		finding_set(out, GRADE_FAIL, "binfmt_misc is switched off: no handler runs");
		finding_fix(out, "binfmtctl enable --global");
	} else {
		finding_set(out, GRADE_PASS, "%s",
			    f->mount_code ? "the switch cannot be read here" : "binfmt_misc is switched on");
	}
}

static void
judge_flags(const struct facts *f, struct finding *out)
{
	if (!f->major)
		finding_set(out, GRADE_WARN, "the kernel's version cannot be told");
	else if (!since(f, 4, 8))
		finding_set(out, GRADE_WARN,
			    "Linux %u.%u has no flag F (4.8): handlers do not work in chroots and containers", f->major,
			    f->minor);
	else if (!since(f, 5, 12))
		finding_set(out, GRADE_WARN,
			    "Linux %u.%u does not tell interpreters of flag P (5.12): argv[0] is not preserved",
			    f->major, f->minor);
	else
		finding_set(out, GRADE_PASS, "Linux %u.%u knows flags F and P%s", f->major, f->minor,
			    since(f, 6, 7) ? ", and private instances" : "");
	if (out->grade != GRADE_PASS)
		finding_fix(out, "a newer kernel");
}

static void
judge_user_namespaces(const struct facts *f, struct finding *out)
{
	if (f->max_user_namespaces == 0) {
		finding_set(out, GRADE_WARN,
			    "user namespaces are forbidden (user.max_user_namespaces is 0): no private instances");
		finding_fix(out, "sysctl user.max_user_namespaces=10000");
	} else if (f->userns_clone == 0) {
		finding_set(out, GRADE_WARN, "user namespaces need root here (kernel.unprivileged_userns_clone is 0)");
		finding_fix(out, "sysctl kernel.unprivileged_userns_clone=1");
	} else if (f->apparmor_restrict == 1) {
		finding_set(
		    out, GRADE_WARN,
		    "AppArmor restricts user namespaces of users (kernel.apparmor_restrict_unprivileged_userns is 1)");
		finding_fix(out, "sysctl kernel.apparmor_restrict_unprivileged_userns=0");
	} else if (f->major && !since(f, 6, 7)) {
		finding_set(out, GRADE_WARN, "before Linux 6.7 a user namespace has no binfmt_misc of its own");
		finding_fix(out, "a newer kernel, or register as root");
	} else {
		finding_set(out, GRADE_PASS, "user namespaces are permitted");
	}
}

static void
judge_managers(const struct facts *f, struct finding *out)
{
	if (f->initial_user_namespace && f->systemd_binfmt && f->unconfigured) {
		finding_set(out, GRADE_WARN,
			    "systemd-binfmt is installed: when it is restarted it removes all handlers and loads only "
			    "binfmt.d");
		finding_fix(out, "keep handlers in binfmt.d: binfmtctl register ARCH --persist");
	} else if (f->initial_user_namespace && f->binfmt_support > 0) {
		finding_set(out, GRADE_WARN,
			    "binfmt-support has %ld formats on record and registers them again at boot",
			    f->binfmt_support);
		finding_fix(out, "update-binfmts --display shows them; remove the package if it is not wanted");
	} else {
		finding_set(out, GRADE_PASS, "no other program manages the handlers here");
	}
}

const struct doctor_check doctor_checks[] = {
    {"kernel", judge_kernel},
    {"mount", judge_mount},
    {"read-only", judge_read_only},
    {"scope", judge_scope},
    {"switch", judge_switch},
    {"flags", judge_flags},
    {"user-namespaces", judge_user_namespaces},
    {"managers", judge_managers},
    {NULL, NULL},
};
