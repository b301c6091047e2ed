/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "doctor_machine.h"
#include "facts.h"
#include "interp.h"
#include "text.h"

enum {
	MANY = 500,        /* entries that every exec feels */
	COST_WARM_NS = 25, /* of an entry, in the caches of an idle machine */
	COST_COLD_NS = 50, /* and of a busy one */
	DIR_QUOTED_MAX = 2048
};

/* The mount's folder for a command. False where it does not fit: then there is no command. */
static bool
quote_dir(const struct facts *f, char quoted[static DIR_QUOTED_MAX])
{
	text_quote(f->dir, quoted, DIR_QUOTED_MAX);
	return strlen(f->dir) < DIR_QUOTED_MAX / 4;
}

/* A fix that is a run of binfmtctl, on this mount. */
static void
fix_by_tool(const struct facts *f, struct finding *out, const char *words)
{
	char dir[DIR_QUOTED_MAX];

	if (strcmp(f->dir, BINFMT_DIR) == 0)
		finding_fix(out, "binfmtctl %s", words);
	else if (quote_dir(f, dir))
		finding_fix(out, "binfmtctl -d %s %s", dir, words);
}

/* Whether what is decided for the whole machine can be changed from here. */
static bool
on_the_host(const struct facts *f)
{
	return f->initial_user_namespace == LOOK_YES && f->container == LOOK_NO;
}

/* Whether root may change the handlers that are seen here, and has reason to. */
static bool
changeable(const struct facts *f)
{
	return f->read_only == LOOK_NO && (binfmt_is_private(f->scope) || (f->scope == BINFMT_HOST && on_the_host(f)));
}

static void
judge_kernel(const struct facts *f, struct finding *out)
{
	if (!f->mount.code || f->supported == LOOK_YES) {
		finding_set(out, GRADE_PASS, "the kernel has binfmt_misc");
	} else if (f->supported == LOOK_UNKNOWN) {
		finding_set(out, GRADE_UNKNOWN, "/proc/filesystems, which says what the kernel has, cannot be read");
	} else if (!on_the_host(f)) {
		finding_set(out, GRADE_UNKNOWN,
			    "the kernel has no binfmt_misc loaded; there may be a module, which the host can load");
	} else if (f->modules) {
		finding_set(out, GRADE_FAIL, "the kernel has no binfmt_misc loaded");
		finding_fix(out, "modprobe binfmt_misc");
	} else {
		finding_set(out, GRADE_FAIL,
			    "the kernel has no binfmt_misc, and there are no modules for it "
			    "(/lib/modules/VERSION): it takes one with CONFIG_BINFMT_MISC");
	}
}

/* The command that mounts it, if there is one. Only on the host: elsewhere a new instance would hide its handlers. */
static void
fix_by_mount(const struct facts *f, struct finding *out)
{
	bool in_proc = strncmp(f->dir, "/proc/", 6) == 0, load = f->supported == LOOK_NO;
	char dir[DIR_QUOTED_MAX];

	if (!quote_dir(f, dir) || (load && !f->modules))
		return;
	if (f->dir_is_there || (in_proc && load)) /* the folder in /proc comes with the module */
		finding_fix(out, "%smount -t binfmt_misc binfmt_misc %s", load ? "modprobe binfmt_misc && " : "", dir);
	else if (in_proc)
		err_add(&out->why, " (there is no such folder: is /proc mounted?)");
	else
		finding_fix(out, "%smkdir -p %s && mount -t binfmt_misc binfmt_misc %s",
			    load ? "modprobe binfmt_misc && " : "", dir, dir);
}

static void
judge_mount(const struct facts *f, struct finding *out)
{
	bool not_mounted = f->mount.code == ERR_NOT_MOUNTED || f->mount.code == ERR_NO_KERNEL_SUPPORT;

	if (!f->mount.code) {
		finding_set(out, GRADE_PASS, "binfmt_misc is mounted");
	} else if (not_mounted && f->initial_user_namespace == LOOK_YES) {
		finding_set(out, GRADE_FAIL, "binfmt_misc is not mounted at %s", f->dir);
		fix_by_mount(f, out);
	} else if (not_mounted) {
		finding_set(out, GRADE_WARN,
			    "binfmt_misc is not visible here (nothing is mounted at %s): the host's "
			    "handlers may be in force all along, and are changed on the host",
			    f->dir);
	} else if (f->mount.code == ERR_NOT_BINFMT) {
		finding_set(out, GRADE_FAIL, "%s (-d names another folder)", f->mount.text);
	} else { /* what else there is could not be looked at */
		finding_set(out, f->mount.code == ERR_AUTOFS ? GRADE_FAIL : GRADE_UNKNOWN, "%s", f->mount.text);
	}
}

static void
judge_read_only(const struct facts *f, struct finding *out)
{
	char dir[DIR_QUOTED_MAX];

	if (f->read_only == LOOK_UNKNOWN) {
		finding_set(out, GRADE_UNKNOWN, "whether it is read-only shows only where it is mounted");
	} else if (f->read_only == LOOK_NO) {
		finding_set(out, GRADE_PASS, "the mount is not read-only");
	} else if (f->scope == BINFMT_UNKNOWN) {
		finding_set(out, GRADE_WARN, "binfmt_misc is mounted read-only: handlers cannot be changed");
	} else if (binfmt_is_private(f->scope) || on_the_host(f)) {
		finding_set(out, GRADE_WARN, "binfmt_misc is mounted read-only: handlers run, but cannot be changed");
		if (quote_dir(f, dir))
			finding_fix(out, "mount -o remount,rw %s", dir);
	} else {
		finding_set(out, GRADE_WARN,
			    "binfmt_misc is mounted read-only: handlers run, but cannot be changed "
			    "from here; register on the host");
	}
}

/* Of a parent's handlers, which an instance of this user namespace's own may hide. */
static void
judge_inherited(const struct facts *f, struct finding *out)
{
	static const char whose[] = "these are the handlers of a parent user namespace";

	if (f->in_force == LOOK_NO) {
		finding_set(out, GRADE_FAIL,
			    "%s, and they are not in force here: an instance of this user namespace's own is, which is "
			    "not mounted there",
			    whose);
		if (f->emulator == LOOK_YES)
			fix_by_tool(f, out, "register --mount all");
		return;
	}
	finding_set(out, GRADE_WARN,
		    "%s: they apply unless this user namespace has an instance of its own, which cannot be seen, %s; "
		    "register on the host",
		    whose,
		    f->writable ? "and what is changed here is changed for all that inherit them"
				: "but only its root can change them");
}

static void
judge_scope(const struct facts *f, struct finding *out)
{
	if (f->scope == BINFMT_INHERITED)
		judge_inherited(f, out);
	else if (f->scope == BINFMT_HOST && f->container == LOOK_YES)
		finding_set(out, GRADE_WARN,
			    "this is a container: handlers registered here apply to the whole machine, "
			    "so register on the host");
	else if (binfmt_is_private(f->scope))
		finding_set(out, GRADE_PASS, "a private instance of this user namespace%s: its handlers end with it",
			    f->scope == BINFMT_PRIVATE ? " or of one above it" : "");
	else if (f->scope == BINFMT_HOST && f->container == LOOK_UNKNOWN)
		finding_set(out, GRADE_UNKNOWN,
			    "the host's own instance; whether this is a container could not be looked at");
	else if (f->scope == BINFMT_HOST)
		finding_set(out, GRADE_PASS, "the host's own instance");
	else
		finding_set(out, GRADE_UNKNOWN, "whose instance it is cannot be told%s",
			    f->mount.code ? " where it is not mounted" : "");
}

static void
judge_switch(const struct facts *f, struct finding *out)
{
	if (f->switched_on == LOOK_UNKNOWN) {
		finding_set(out, GRADE_UNKNOWN, "the switch cannot be read here");
	} else if (f->switched_on == LOOK_YES) {
		finding_set(out, GRADE_PASS, "binfmt_misc is switched on");
	} else {
		finding_set(out, GRADE_FAIL, "binfmt_misc is switched off: no handler runs");
		if (changeable(f) && f->harmless)
			fix_by_tool(f, out, "enable --global");
	}
}

static void
judge_handlers(const struct facts *f, struct finding *out)
{
	if (f->entries < 0) {
		finding_set(out, GRADE_UNKNOWN, "the handlers cannot be listed here");
	} else if (f->entries >= MANY) {
		finding_set(
		    out, GRADE_WARN,
		    "%ld entries, disabled ones too, are looked at each time a program starts, which costs some "
		    "%ld to %ld microseconds more: remove those that nobody needs",
		    f->entries, f->entries * COST_WARM_NS / 1000, f->entries * COST_COLD_NS / 1000);
	} else if (f->entries) {
		finding_set(out, GRADE_PASS, "%ld %s", f->entries, f->entries == 1 ? "entry" : "entries");
	} else if (f->emulator == LOOK_NO) {
		finding_set(out, GRADE_WARN,
			    "no handler is registered, and no QEMU that would do for one is installed: install %s",
			    interp_package());
	} else {
		finding_set(out, GRADE_WARN, "no handler is registered: only this machine's own programs run");
		if (f->emulator == LOOK_YES && changeable(f))
			fix_by_tool(f, out, "register all");
	}
}

/* A replacement holds one interpreter more for a moment. */
static void
judge_interpreters(const struct facts *f, struct finding *out)
{
	if (f->max_held < 0 && (!f->kernel.major || host_kernel_since(f->kernel, 7, 3))) {
		finding_set(out, GRADE_UNKNOWN, "user.max_binfmt_misc_interpreters cannot be read");
	} else if (f->max_held < 0) {
		finding_set(out, GRADE_PASS, "this kernel has no limit on interpreters that are held open");
	} else if (f->held < 0) {
		finding_set(out, GRADE_UNKNOWN, "how many interpreters are held open cannot be told here");
	} else if (f->held + 1 < f->max_held - f->max_held / 10) {
		finding_set(out, GRADE_PASS, "%ld of %ld interpreters are held open", f->held, f->max_held);
	} else {
		finding_set(out, GRADE_WARN,
			    "%ld of %ld interpreters are held open (user.max_binfmt_misc_interpreters): beyond that "
			    "flag F is refused (ENOSPC), and one more is needed to replace an entry",
			    f->held, f->max_held);
		if (on_the_host(f))
			finding_fix(out, "echo %ld >/proc/sys/user/max_binfmt_misc_interpreters",
				    2 * (f->held > f->max_held ? f->held : f->max_held) + 2);
	}
}

static void
judge_flags(const struct facts *f, struct finding *out)
{
	if (!f->kernel.major)
		finding_set(out, GRADE_UNKNOWN, "the kernel's version cannot be told");
	else if (!host_kernel_since(f->kernel, 4, 8))
		finding_set(out, GRADE_WARN,
			    "Linux %u.%u has no flag F (4.8): handlers do not work in chroots and containers",
			    f->kernel.major, f->kernel.minor);
	else if (!host_kernel_since(f->kernel, 5, 12))
		finding_set(out, GRADE_WARN,
			    "not every Linux %u.%u tells interpreters of flag P (5.12 does): without it argv[0] is not "
			    "preserved",
			    f->kernel.major, f->kernel.minor);
	else
		finding_set(out, GRADE_PASS, "Linux %u.%u knows flags F and P%s", f->kernel.major, f->kernel.minor,
			    host_kernel_since(f->kernel, 6, 7) ? ", and private instances" : "");
}

static void
judge_user_namespaces(const struct facts *f, struct finding *out)
{
	const char *fix = NULL;

	if (f->max_user_namespaces == 0) {
		finding_set(out, GRADE_WARN,
			    "user namespaces are forbidden (user.max_user_namespaces is 0): no private instances");
		finding_fix(out, "echo 10000 >/proc/sys/user/max_user_namespaces");
	} else if (f->userns_clone == 0) {
		finding_set(out, GRADE_WARN, "user namespaces need root here (kernel.unprivileged_userns_clone is 0)");
		fix = "echo 1 >/proc/sys/kernel/unprivileged_userns_clone";
	} else if (f->apparmor_restrict == 1) {
		finding_set(
		    out, GRADE_WARN,
		    "AppArmor restricts user namespaces of users (kernel.apparmor_restrict_unprivileged_userns is 1)");
		fix = "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns";
	} else if (!f->kernel.major) {
		finding_set(out, GRADE_UNKNOWN, "the kernel's version cannot be told");
	} else if (!host_kernel_since(f->kernel, 6, 7)) {
		finding_set(out, GRADE_WARN, "before Linux 6.7 a user namespace has no binfmt_misc of its own");
	} else if (f->max_user_namespaces < 0) {
		finding_set(out, GRADE_UNKNOWN, "user.max_user_namespaces cannot be read");
	} else if (f->userns_clone == FACTS_UNREAD || f->apparmor_restrict == FACTS_UNREAD) {
		finding_set(out, GRADE_UNKNOWN, "kernel.%s cannot be read by this user",
			    f->userns_clone == FACTS_UNREAD ? "unprivileged_userns_clone"
							    : "apparmor_restrict_unprivileged_userns");
	} else if (f->user_namespaces < 0) {
		finding_set(out, GRADE_UNKNOWN, "whether user namespaces are permitted could not be tried");
	} else if (f->user_namespaces > 0) {
		finding_set(out, GRADE_WARN,
			    "user namespaces are refused here (%s): `binfmtctl exec true` tells the cause",
			    strerror(f->user_namespaces));
	} else {
		finding_set(out, GRADE_PASS, "user namespaces are permitted");
	}
	if (fix && on_the_host(f))
		finding_fix(out, "%s", fix);
}

/* What is private is nobody else's; of handlers that come from outside, what is installed in here tells nothing. */
static void
judge_managers(const struct facts *f, struct finding *out)
{
	if (f->initial_user_namespace == LOOK_UNKNOWN)
		finding_set(out, GRADE_UNKNOWN,
			    "whether another program manages the handlers here cannot be told: /proc, which says whose "
			    "they are, cannot be looked at");
	else if (binfmt_is_private(f->scope))
		finding_set(out, GRADE_PASS, "no other program manages the handlers here");
	else if (f->scope == BINFMT_UNKNOWN && !f->mount.code)
		finding_set(out, GRADE_UNKNOWN,
			    "whose handlers these are cannot be told, and so not which program manages them");
	else if (!on_the_host(f))
		finding_set(out, GRADE_UNKNOWN,
			    "which program manages the handlers that come from outside cannot be seen from in here");
	else if (f->systemd_binfmt == LOOK_YES && f->flushed > 0)
		finding_set(out, GRADE_WARN,
			    "systemd-binfmt is installed: when it is restarted it removes all handlers and loads only "
			    "binfmt.d, where %ld of them %s missing (status -v shows which)",
			    f->flushed, f->flushed == 1 ? "is" : "are");
	else if (f->binfmt_support > 0)
		finding_set(out, GRADE_WARN,
			    "binfmt-support has %ld formats on record and registers them again at boot (update-binfmts "
			    "--display shows them)",
			    f->binfmt_support);
	else if (f->binfmt_support == FACTS_UNREAD)
		finding_set(out, GRADE_UNKNOWN, "what update-binfmts has on record cannot be read");
	else if (f->systemd_binfmt == LOOK_UNKNOWN)
		finding_set(out, GRADE_UNKNOWN,
			    "whether systemd-binfmt is there to be restarted, and what it would do, is not known");
	else if (f->flushed < 0)
		finding_set(out, GRADE_UNKNOWN,
			    "which handlers systemd-binfmt loads when it is restarted is not known");
	else
		finding_set(out, GRADE_PASS, "no other program manages the handlers here");
}

const struct doctor_check doctor_checks[] = {
    {"kernel", judge_kernel},
    {"mount", judge_mount},
    {"read-only", judge_read_only},
    {"scope", judge_scope},
    {"switch", judge_switch},
    {"handlers", judge_handlers},
    {"interpreters", judge_interpreters},
    {"flags", judge_flags},
    {"user-namespaces", judge_user_namespaces},
    {"managers", judge_managers},
    {NULL, NULL},
};
