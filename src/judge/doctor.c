/* SPDX-License-Identifier: MIT */
#include "doctor.h"
#include "arch.h"
#include "archtest.h"
#include "facts.h"
#include "health.h"
#include "host.h"
#include "interp.h"
#include "resolve.h"
#include "snapshot.h"
#include "trust.h"
#include <stdbool.h>

static void
judge_kernel(const struct facts *f, struct finding *out)
{
	if (f->mount.code == ERR_NO_KERNEL_SUPPORT) {
		finding_set(out, GRADE_FAIL, "this kernel has no binfmt_misc loaded");
		finding_fix(out, "modprobe binfmt_misc (or a kernel with CONFIG_BINFMT_MISC)");
	} else {
		finding_set(out, GRADE_PASS, "the kernel has binfmt_misc");
	}
}

static void
judge_mount(const struct facts *f, struct finding *out)
{
	if (!f->mount.code) {
		finding_set(out, GRADE_PASS, "binfmt_misc is mounted");
		return;
	}
	finding_set(out, GRADE_FAIL, "%s", f->mount.text);
	if (f->mount.code == ERR_AUTOFS)
		finding_fix(out, "on the host: ls %s", f->dir);
	else if (f->mount.code == ERR_NOT_BINFMT)
		finding_fix(out, "name the mount with --binfmt-dir, or unmount what covers it");
	else if (!f->initial_user_namespace)
		out->grade = GRADE_WARN; /* the host's handlers may still apply */
	if (f->mount.code == ERR_NOT_MOUNTED || f->mount.code == ERR_NO_KERNEL_SUPPORT)
		finding_fix(out, "mount -t binfmt_misc binfmt_misc %s", f->dir);
}

static void
judge_read_only(const struct facts *f, struct finding *out)
{
	if (f->read_only) {
		finding_set(out, GRADE_WARN,
			    "binfmt_misc is mounted read-only: handlers run, but cannot be changed from here");
		finding_fix(out, "mount -o remount,rw %s (in a container: register on the host)", f->dir);
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
	if (!f->mount.code && !f->switched_on) {
		finding_set(out, GRADE_FAIL, "binfmt_misc is switched off: no handler runs");
		finding_fix(out, "binfmtctl enable --global");
	} else {
		finding_set(out, GRADE_PASS, "%s",
			    f->mount.code ? "the switch cannot be read here" : "binfmt_misc is switched on");
	}
}

static void
judge_flags(const struct facts *f, struct finding *out)
{
	if (!f->kernel.major)
		finding_set(out, GRADE_WARN, "the kernel's version cannot be told");
	else if (!host_kernel_since(f->kernel, 4, 8))
		finding_set(out, GRADE_WARN,
			    "Linux %u.%u has no flag F (4.8): handlers do not work in chroots and containers",
			    f->kernel.major, f->kernel.minor);
	else if (!host_kernel_since(f->kernel, 5, 12))
		finding_set(out, GRADE_WARN,
			    "Linux %u.%u does not tell interpreters of flag P (5.12): argv[0] is not preserved",
			    f->kernel.major, f->kernel.minor);
	else
		finding_set(out, GRADE_PASS, "Linux %u.%u knows flags F and P%s", f->kernel.major, f->kernel.minor,
			    host_kernel_since(f->kernel, 6, 7) ? ", and private instances" : "");
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
	} else if (f->kernel.major && !host_kernel_since(f->kernel, 6, 7)) {
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

/* Who is told, and whether anything was amiss. */
struct visit {
	const struct handler *handler;
	doctor_tell *tell;
	void *arg;
	bool amiss;
};

static void
tell_problem(void *arg, const struct err *problem)
{
	struct visit *visit = arg;
	bool mild = health_is_warning(problem->code) || problem->code == ERR_DISABLED;
	struct finding f = {mild ? GRADE_WARN : GRADE_FAIL, *problem};

	err_wrap(&f.why, "%s", visit->handler->name);
	visit->tell(visit->arg, err_word(problem->code), &f);
	visit->amiss = true;
}

/* Who can become root by flag C: to be known even where all is well. */
static void
judge_credentials(const struct handler *handler, doctor_tell *tell, void *arg)
{
	const struct rule *rule = &handler->entry->rule;
	struct finding f;

	if (!(rule->flags & RULE_C) || trust_check(rule->interpreter, &f.why) < 0)
		return; /* insecure: that was told already */
	finding_set(&f, GRADE_PASS, "%s (%s) gives set-user-id programs their rights, and only root can write %s",
		    handler->name, handler->arch ? handler->arch->name : "other files", rule->interpreter);
	tell(arg, "credentials", &f);
}

void
doctor_entries(const struct snapshot *s, doctor_tell *tell, void *arg)
{
	struct handler handler;
	struct visit visit = {&handler, tell, arg, false};
	struct finding f;

	for (size_t i = 0; i < s->list.count; i++) {
		if (!snapshot_shown(s, i, &handler))
			continue;
		health_examine(s, &handler, tell_problem, &visit);
		judge_credentials(&handler, tell, arg);
	}
	if (visit.amiss)
		return;
	finding_set(&f, GRADE_PASS, "%zu entries, all healthy", s->list.count);
	tell(arg, "entries", &f);
}

/* Runs the architecture's probe: what the file needs, without running the file. */
static void
judge_arch(const struct resolved *resolved, doctor_tell *tell, void *arg)
{
	struct archtest trial;
	struct finding f;

	archtest_run(resolved->arch, resolved, PROBE_TIMEOUT_MS, &trial);
	finding_set(&f,
		    !trial.ok     ? GRADE_FAIL
		    : trial.stale ? GRADE_WARN
				  : GRADE_PASS,
		    "%s programs %s%s%s%s%s", resolved->arch->name, trial.ok ? "run" : "do not run",
		    *trial.runner ? " by " : "", trial.runner, *trial.why.text ? ": " : "", trial.why.text);
	finding_fix(&f, "%s", trial.why.fix);
	tell(arg, "test", &f);
}

/* The interpreter of the handler or script that the file goes to. */
static void
judge_interpreter(const struct resolved *resolved, doctor_tell *tell, void *arg)
{
	bool handler = resolved->result == RESOLVED_HANDLER;
	char named[PATTERN_WINDOW] = "";
	const char *path = named, *reason;
	struct interp interp;
	struct finding f;

	if (handler)
		path = resolved->handler.entry->rule.interpreter;
	else if (resolved->result != RESOLVED_SCRIPT || !interp_of_script(resolved->subject.head, named))
		return;
	reason = interp_look(path, &interp);
	if (!reason)
		finding_set(&f, GRADE_PASS, "%s is there and executable", path);
	else if (handler && resolved->handler.entry->rule.flags & RULE_F)
		finding_set(&f, GRADE_WARN, "%s: %s; the kernel still holds the file that was opened at registration",
			    path, reason);
	else
		finding_set(&f, GRADE_FAIL, "%s: %s", path, reason);
	if (reason)
		finding_fix(&f, "install what brings %s", path);
	tell(arg, "interpreter", &f);
}

void
doctor_file(const struct snapshot *s, const char *file, doctor_tell *tell, void *arg)
{
	struct resolved resolved;
	struct finding f;
	bool handler;

	resolve_file(s, file, &resolved);
	handler = resolved.result == RESOLVED_HANDLER || resolved.result == RESOLVED_UNKNOWN;
	finding_set(&f, resolved.runs ? GRADE_PASS : GRADE_FAIL, "%s: %s%s%s%s%s", file, resolve_word(resolved.result),
		    handler ? " " : "", handler ? resolved.handler.name : "", *resolved.why.text ? ": " : "",
		    resolved.why.text);
	finding_fix(&f, "%s", resolved.why.fix);
	tell(arg, "match", &f);
	judge_interpreter(&resolved, tell, arg);
	if (resolved.arch && (resolved.result == RESOLVED_HANDLER || resolved.result == RESOLVED_NATIVE))
		judge_arch(&resolved, tell, arg);
}
