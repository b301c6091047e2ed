/* SPDX-License-Identifier: MIT */
#include "release.h"

#include "harness.h"

enum { FIELD = 65, RELEASE = 2 }; /* of struct utsname */

static const struct run *
run_on(const char *release, const char *program, const char *words)
{
	char uname[(RELEASE + 1) * FIELD] = "Linux", hex[2 * sizeof(uname) + 1];

	snprintf(uname + RELEASE * FIELD, FIELD, "%s", release);
	for (size_t i = 0; i < sizeof(uname); i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)uname[i]);
	return shell("ASAN_OPTIONS=detect_leaks=0 strace -o /dev/null -e inject=uname:poke_exit=@arg1=%s %s %s", hex,
		     program, words);
}

void
release_need(void)
{
	const struct run *r;

	need_strace();
	r = run_on("1.2.3", "uname", "-r");
	if (r->status != 0 || strcmp(r->out, "1.2.3\n") != 0)
		skip_because("this machine has no strace that changes answers");
}

const struct run *
release_tool(const char *release, const char *words)
{
	return run_on(release, "./binfmtctl", words);
}
