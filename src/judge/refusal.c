/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "err.h"
#include "interp.h"
#include "paste.h"
#include "refusal.h"
#include "refused.h"

static const char *const steps[] = {
    [PRIVATE_HELPER] = "starting a process or waiting for it",
    [PRIVATE_UNSHARE] = "making namespaces",
    [PRIVATE_MAP] = "mapping ids",
    [PRIVATE_TOOL] = "mapping ids by newuidmap",
    [PRIVATE_IDS] = "becoming root of the namespace",
    [PRIVATE_MOUNTS] = "keeping mounts private",
    [PRIVATE_CAPS] = "giving up capabilities",
    [PRIVATE_BINFMT] = "mounting binfmt_misc",
};

/* ENOSPC: a limit of this user namespace or of one above it, or 32 of them within each other. */
static void
explain_limit(const struct refused *f, struct err *err)
{
	const struct {
		const char *name;
		long is;
	} limits[] = {{"user", f->max_user}, {"mnt", f->max_mnt}, {"uts", f->max_uts}, {"pid", f->max_pid}};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (limits[i].is == 0) {
			err_set(err, ERR_NAMESPACE, "namespaces are forbidden here (user.max_%s_namespaces is 0)",
				limits[i].name);
			err_fix(err, "echo 10000 >/proc/sys/user/max_%s_namespaces", limits[i].name);
			return;
		}
	err_set(
	    err, ERR_NAMESPACE,
	    "there are too many namespaces: as many as user.max_user_namespaces (or mnt, uts, pid), here or further "
	    "out, allows, or 32 within each other");
}

static void
say_seccomp(const char *what, struct err *err)
{
	err_set(err, ERR_NAMESPACE,
		"a seccomp filter forbids %s here: a container's (docker and podman take --security-opt "
		"seccomp=unconfined) or a service's (RestrictNamespaces= of systemd)",
		what);
}

static bool
is_restricted(const struct refused *f)
{
	return f->apparmor_restrict == 1 ||
	       strncmp(f->profile, "unprivileged_userns", strlen("unprivileged_userns")) == 0;
}

/* Ubuntu since 23.10: the namespace is made, and then nothing may be done in it. */
static void
say_apparmor(struct err *err)
{
	err_set(err, ERR_NAMESPACE,
		"AppArmor lets users do nothing in a user namespace (kernel.apparmor_restrict_unprivileged_userns); a "
		"profile permits it to this program: abi <abi/4.0>, profile binfmtctl /usr/bin/binfmtctl "
		"flags=(unconfined) { userns, } in /etc/apparmor.d/binfmtctl");
	err_fix(err, "echo 0 >/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
}

static void
explain_unshare(const struct refused *f, int error, struct err *err)
{
	if (error == ENOSPC || error == EUSERS) {
		explain_limit(f, err);
	} else if (error == EINVAL) {
		err_set(err, ERR_NAMESPACE, "this kernel has no user namespaces (CONFIG_USER_NS)");
	} else if (f->chrooted == LOOK_YES) {
		err_set(err, ERR_NAMESPACE,
			"user namespaces are not permitted here: this process is in a chroot (another root than its "
			"mount namespace's), from which the kernel permits none");
	} else if (f->unshare_filtered == LOOK_YES) {
		say_seccomp("user namespaces", err);
	} else if (error == EACCES) {
		err_set(err, ERR_NAMESPACE, "a security module (SELinux) forbids user namespaces to this program");
	} else if (f->switched_off) {
		err_set(err, ERR_NAMESPACE, "user namespaces need root here (kernel.unprivileged_userns_clone is 0)");
		err_fix(err, "echo 1 >/proc/sys/kernel/unprivileged_userns_clone");
	} else if (!f->mapped) {
		err_set(err, ERR_NAMESPACE, "this process has no id in its user namespace, so it may make none");
	} else if (is_restricted(f)) {
		say_apparmor(err);
	} else {
		err_set(err, ERR_NAMESPACE,
			"user namespaces are not permitted here, and why is not known: this process may be in a chroot "
			"to a mount, or a security module refuses");
	}
}

static void
explain_mount(const struct refused *f, int error, struct err *err)
{
	if (error == ENODEV)
		err_set(err, ERR_NO_KERNEL_SUPPORT,
			"this kernel has no binfmt_misc, and no module of it could be loaded (CONFIG_BINFMT_MISC)");
	else if (error == ENOENT)
		err_set(err, ERR_MOUNT, "there is no /proc/sys/fs/binfmt_misc to mount it at: is /proc mounted?");
	else if (is_restricted(f) && (error == EACCES || error == EPERM))
		say_apparmor(err);
	else if (f->kernel.major && !host_kernel_since(f->kernel, 6, 7))
		err_set(err, ERR_KERNEL,
			"Linux %u.%u has no binfmt_misc of its own for a user namespace: that needs Linux 6.7",
			f->kernel.major, f->kernel.minor);
	else if (f->mount_filtered == LOOK_YES)
		say_seccomp("mount(2)", err);
	else
		err_set(err, ERR_MOUNT, "cannot mount binfmt_misc in a user namespace: %s", strerror(error));
}

void
refusal_explain(const struct refused *facts, struct private_end end, struct err *err)
{
	const bool denied = end.error == EACCES || end.error == EPERM;

	if (end.step == PRIVATE_UNSHARE &&
	    (denied || end.error == ENOSPC || end.error == EUSERS || end.error == EINVAL))
		explain_unshare(facts, end.error, err);
	else if (end.step == PRIVATE_PROC)
		err_set(err, ERR_NAMESPACE,
			"ids are mapped by way of /proc/self, which is not to be had (%s): /proc is not mounted, or "
			"something is over it (below --root a --bind; --map-root does without it there)",
			strerror(end.error));
	else if (end.step == PRIVATE_BINFMT)
		explain_mount(facts, end.error, err);
	else if ((end.step == PRIVATE_MAP || end.step == PRIVATE_MOUNTS) && denied && is_restricted(facts))
		say_apparmor(err);
	else if (end.step == PRIVATE_MOUNTS && denied && facts->mount_filtered == LOOK_YES)
		say_seccomp("mount(2)", err);
	else if (end.step == PRIVATE_TOOL && end.error == ENOENT)
		err_set(err, ERR_NAMESPACE, "--map-auto needs newuidmap and newgidmap in /usr/bin: install %s",
			"uidmap");
	else if (end.step == PRIVATE_TOOL && end.error)
		err_set(err, ERR_NAMESPACE, "--map-auto: newuidmap or newgidmap in /usr/bin cannot be executed");
	else if (end.step == PRIVATE_TOOL)
		err_set(err, ERR_NAMESPACE,
			"newuidmap or newgidmap did not map the ids (above it says why: they need /etc/subuid and "
			"/etc/subgid, and ids that are there in this namespace, and must not run under no_new_privs)");
	else
		err_set(err, ERR_NAMESPACE, "%s failed: %s", steps[end.step], strerror(end.error));
}

/* Whether all of it can be shown as it is: half a line would be another. */
static bool
can_be_pasted(const struct without *without)
{
	char word[PASTE_MAX];
	bool can =
	    paste_file(without->path, false, word) && (!without->folder || paste_file(without->folder, true, word));

	for (char *const *rest = without->words; can && *rest; rest++)
		can = paste_word(*rest, word);
	return can;
}

void
refusal_without(const struct without *without, struct err *err)
{
	char interpreter[INTERP_PATH_MAX], word[PASTE_MAX];

	if (interp_find(without->arch, without->dirs, without->dir_count, false, interpreter).is != LOOK_YES ||
	    !paste_file(interpreter, true, word) || !can_be_pasted(without))
		return;
	err_add(err, "; without namespaces:");
	if (without->folder && paste_file(without->folder, true, word))
		err_add(err, " cd %s &&", word);
	paste_file(interpreter, true, word);
	err_add(err, " %s", word);
	paste_file(without->path, false, word);
	err_add(err, " %s", word);
	for (char *const *rest = without->words; *rest && paste_word(*rest, word); rest++)
		err_add(err, " %s", word);
}
