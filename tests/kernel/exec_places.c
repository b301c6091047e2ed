/* SPDX-License-Identifier: MIT */
/*
 * exec -n --root says what the run does, whatever is in the root where the new one has places of its own, and whatever
 * is bound there.
 */
#include "range.h"

#include <stdio.h>
#include <unistd.h>

#include "machine.h"
#include "random.h"

enum { ROUNDS = 160, RAN = 42, OWN = 125, SHARE = 10 };

static char *place;
static bool (*as)(void);

/* Places of the new root, in and below which something is planted or bound. */
static const char *const places[] = {
    "/proc",
    "/proc/self",
    "/proc/1/comm",
    "/proc/x",
    "/proc/sys/fs/binfmt_misc",
    "/sys",
    "/sys/x",
    "/dev",
    "/dev/null",
    "/dev/null/x",
    "/dev/pts",
    "/dev/pts/ptmx",
    "/dev/pts/x",
    "/dev/pts/x/y",
    "/dev/shm",
    "/dev/shm/x",
    "/dev/ptmx",
    "/dev/fd",
    "/dev/fd/0",
    "/dev/stdin",
    "/dev/stdin/x",
    "/dev/console",
    "/etc",
    "/etc/hosts",
    "/etc/hosts/x",
    "/etc/resolv.conf",
    "/tiny",
    "/x",
    "/x/y",
    "/nowhere",
    "/proc/sys/fs/binfmt_misc/status",
    "/proc/sys/fs/binfmt_misc/x",
    "/run",
};

/* What may be planted there, before the place below the root. */
static const char *const plants[] = {
    "ln -s nowhere", "ln -s /no/where", "ln -s /etc", "ln -s /dev", "ln -s /proc", "ln -s /",
    "ln -s /tiny",   "ln -s x",         ">",          "mkdir",      "mkdir -m 0",  "mkdir -m 555",
};

static void
begin(void)
{
	range_need();
	if (!place)
		assert_true(asprintf(&place, "%s/places", scratch()) > 0);
	expect(shell("mkdir -p %s && cp binfmtctl %s/ && cp %s %s/tiny && cd %s && chmod 755 . tiny && mkdir -p "
		     "folder/self && >folder/y && >file && chmod -R a+rX .",
		     place, place, tiny_interpreter(), place, place),
	       0, "", "");
	need_private(place, as);
}

/* A new tree of the group's user. */
static void
plant(void)
{
	char line[2048];
	size_t len;

	len = (size_t)snprintf(line, sizeof(line), "cd %s && rm -rf tree && mkdir tree && cd tree && cp ../tiny tiny",
			       place);
	for (size_t n = below(4); n > 0; n--) {
		const char *at = places[below(LENGTH(places))] + 1;

		len += (size_t)snprintf(line + len, sizeof(line) - len, "; mkdir -p $(dirname %s); rmdir %s; ", at, at);
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s %s", plants[below(LENGTH(plants))], at);
	}
	shell("(%s) >/dev/null 2>&1; cd %s; [ %u = 0 ] || chown -hR %u:%u tree", line, place, as ? RANGE_USER : 0,
	      RANGE_USER, RANGE_USER);
}

static void
choose_options(char options[static 256])
{
	static const char *const ways[] = {"--arch aarch64", "", "--arch aarch64 --map-root"};
	size_t len = (size_t)snprintf(options, 256, "%s", ways[below(LENGTH(ways))]);

	for (size_t n = below(3); n > 0; n--)
		len += (size_t)snprintf(options + len, 256 - len, " --bind $PWD/%s:%s", chance(50) ? "file" : "folder",
					places[below(LENGTH(places))]);
}

/* What is said of the failure; warnings are the run's own. */
static const char *
cause(const struct run *r)
{
	const char *at = r->status >= OWN ? r->err : NULL;

	while (at && strstr(at, "warning: ") && strchr(at, '\n') && strstr(at, "warning: ") < strchr(at, '\n'))
		at = strchr(at, '\n') + 1;
	return at ? at : "";
}

static const struct run *
run(const char *global, const char *options)
{
	const struct run *r;

	run_prepare = as;
	r = shell("cd %s && ./binfmtctl %s exec %s --root tree /tiny </dev/null", place, global, options);
	run_prepare = NULL;
	return r;
}

static void
places__planted_and_bound__told_before(void **state)
{
	unsigned ran = 0, refused = 0;
	char options[256], *said;
	const struct run *r;
	int told;

	(void)state;
	begin();
	random_seed(as ? 1 : 5);
	for (int i = 0; i < ROUNDS; i++) {
		plant();
		choose_options(options);
		r = run("-n", options);
		told = r->status;
		said = strdup(cause(r));
		r = run("", options);
		if ((r->status == RAN ? 0 : r->status) != told || strcmp(said, cause(r)) != 0)
			fail_msg("round %d: %s: told %d %s, is %d %s", i, options, told, said, r->status, r->err);
		ran += r->status == RAN;
		refused += r->status == OWN;
		free(said);
	}
	printf("%u ran, %u were refused\n", ran, refused);
	assert_in_range(ran, ROUNDS / SHARE, ROUNDS);
	assert_in_range(refused, ROUNDS / SHARE, ROUNDS);
	shell("chmod -R u+rwx %s/tree; rm -rf %s/tree", place, place);
}

static void
range__ordinary_user__the_same(void **state)
{
	(void)state;
	range_setup();
	place = strdup("/mnt/exec");
	as = range_drop;
}

int
main(void)
{
	const struct CMUnitTest as_we_are[] = {cmocka_unit_test(places__planted_and_bound__told_before)};
	const struct CMUnitTest as_a_user[] = {cmocka_unit_test(range__ordinary_user__the_same),
					       cmocka_unit_test(places__planted_and_bound__told_before)};
	int failed = range_run(as_a_user);

	return cmocka_run_group_tests(as_we_are, NULL, NULL) + failed;
}
