/* SPDX-License-Identifier: MIT */
/*
 * The DaemonSet of man/examples: what it says is understood, and its commands do in containers what it promises. A
 * cluster is not needed: containers are roots with the image's programs, a /proc and processes of their own. A test is
 * itself in a user namespace, where --mount may not mount an empty instance: so a privileged one has it mounted here.
 */
#include "harness.h"

#include <sys/stat.h>
#include <unistd.h>

#define YAML "man/examples/daemonset.yaml"

enum { REGISTER, LIVE, READY }; /* its commands, in their order */

enum { OLD = 42, NEW = 43 }; /* how the QEMU of an image exits: 42 as a probe should */

/* A command as words for a shell: those of the list hold nothing that means something to it. */
static const char *
command(int number)
{
	static char text[1024];
	const char *all =
	    expect(shell("sed -n 's/^ *command: \\[\\(.*\\)\\]$/\\1/p' " YAML " | tr -d ',\"'"), 0, NULL, "")->out;

	for (; number > 0; number--)
		all = strchr(all, '\n') + 1;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(all, "\n"), all);
	return text;
}

/* An image's root; its path on the heap. */
static char *
make_image(const char *name, int status)
{
	char *root = scratch_folder(name), *qemu;

	expect(shell("cd '%s' && mkdir -p proc dev tmp usr/bin usr/lib && cp '%s/binfmtctl' usr/bin && cp "
		     "/usr/bin/setpriv . && "
		     "for f in /lib*; do if [ -L $f ]; then cp -P $f .; else mkdir .$f; fi; done; "
		     "for f in /usr/lib*; do mkdir -p .$f; done",
		     root, tool_folder()),
	       0, "", "");
	assert_true(asprintf(&qemu, "%s/usr/bin/qemu-aarch64-static", root) > 0);
	if (!exit_interpreter(qemu, status))
		skip_because("this machine has no compiler");
	free(qemu);
	return root;
}

static char *images[2];

static void
begin(void)
{
	need_ptrace();
	for (int i = 0; i < 2 && !images[i]; i++)
		images[i] = make_image(i ? "new" : "old", i ? NEW : OLD);
}

/* Runs a command in a container of the image; `with` is the namespaces that are its own, `first` runs in it before. */
static const struct run *
contain(const char *image, const char *with, const char *first, const char *wrap, const char *words)
{
	return shell("cd '%s' && exec unshare %s sh -ec 'mount -t proc proc proc && mount --rbind /dev dev && "
		     "for f in /lib* /usr/lib*; do [ -L $f ] || mount --rbind $f .$f; done; %s; "
		     "PATH=$PATH:/usr/sbin:/sbin exec chroot . %s %s'",
		     image, with, first, wrap, words);
}

/* The init container of a pod. */
static const struct run *
register_from(const char *image)
{
	return contain(image, "-mpf", "mount --rbind " MOUNT " ." MOUNT, "", command(REGISTER));
}

/* The exit status of the readiness probe, in the other container. */
static int
readiness(const char *image)
{
	return contain(image, "-mpf", ":", "/setpriv --no-new-privs --bounding-set -all --inh-caps -all",
		       command(READY))
	    ->status;
}

static void
daemonset__register__ready_and_new_image_in_place_of_the_old(void **state)
{
	(void)state;
	begin();
	expect(register_from(images[0]), 0, "qemu-aarch64: registered", "");
	assert_int_equal(probe_status("aarch64"), OLD);
	assert_int_equal(readiness(images[0]), 0);
	expect(register_from(images[1]), 0, "qemu-aarch64: replaced", "another root folder or container");
	assert_int_equal(probe_status("aarch64"), NEW);
	expect(register_from(images[1]), 0, "qemu-aarch64: unchanged", "");
}

static void
daemonset__handler_missing_broken_or_off__not_ready(void **state)
{
	(void)state;
	begin();
	assert_int_equal(readiness(images[0]), 1);
	register_from(images[1]);
	assert_int_equal(readiness(images[1]), 1); /* what it runs does not end as the probe should */
	register_from(images[0]);
	assert_int_equal(readiness(images[0]), 0);
	assert_int_equal(mount_write("qemu-aarch64", "0", 1), 0);
	assert_int_equal(readiness(images[0]), 1);
	assert_int_equal(mount_write("qemu-aarch64", "1", 1), 0);
	assert_int_equal(mount_write("status", "0", 1), 0);
	assert_int_equal(readiness(images[0]), 1);
}

/* hostUsers: false */
static void
daemonset__user_namespace__refused_and_nothing_registered(void **state)
{
	char *before;

	(void)state;
	begin();
	register_line(":other:E::x::/bin/true:");
	before = instance();
	expect(contain(images[0], "-Urmpf", ":", "", command(REGISTER)), 3, "",
	       "a mount would make a new empty instance for this user namespace");
	expect_instance(before);
	free(before);
}

/* What a cluster must find in it, for jq. */
static const char *const wanted[] = {
    ".apiVersion == \"apps/v1\" and .kind == \"DaemonSet\"",
    ".spec.selector.matchLabels == .spec.template.metadata.labels",
    ".spec.template.spec | .terminationGracePeriodSeconds <= 5 and .automountServiceAccountToken == false",
    ".spec.template.spec | (.hostPID or .hostNetwork or .volumes) | not",
    ".spec.template.spec.initContainers | length == 1 and .[0].securityContext.privileged == true",
    ".spec.template.spec.containers | length == 1 and .[0].readinessProbe.exec.command[1] == \"test\"",
    ".spec.template.spec.containers[0].securityContext | .privileged != true and .allowPrivilegeEscalation == false",
    ".spec.template.spec.containers[0].securityContext | .runAsUser > 0 and .runAsNonRoot and .readOnlyRootFilesystem",
    ".spec.template.spec.containers[0].securityContext.capabilities.drop == [\"ALL\"]",
    "[.spec.template.spec | .initContainers[], .containers[] | .image] | unique == [\"IMAGE\"]",
    "[.. | .command? | select(.)] | length == 3",
};

/* kubectl knows the type of each key, but prints only what it changes; else any reader of YAML. */
static const struct run *
as_json(void)
{
	const struct run *r = shell("sed 's/image: IMAGE/image: other/' " YAML
				    " | kubectl set image --local -f - '*=IMAGE' -o json 2>/dev/null");

	if (r->status != 0)
		r = shell(
		    "python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' <" YAML);
	if (r->status != 0)
		skip_because("this machine has neither kubectl nor a python3 that knows YAML");
	return r;
}

static void
daemonset__keys__as_a_cluster_wants_them(void **state)
{
	char *json = strdup(as_json()->out);

	(void)state;
	for (size_t i = 0; i < LENGTH(wanted); i++)
		expect_json(json, wanted[i]);
	free(json);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(daemonset__register__ready_and_new_image_in_place_of_the_old),
	    cmocka_unit_test(daemonset__handler_missing_broken_or_off__not_ready),
	    cmocka_unit_test(daemonset__user_namespace__refused_and_nothing_registered),
	    cmocka_unit_test(daemonset__keys__as_a_cluster_wants_them),
	};

	return ns_run(tests);
}
