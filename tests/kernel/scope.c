/* SPDX-License-Identifier: MIT */
/* Whose instance a mount shows, where the owner of its files tells nothing: root is mapped to root. */
#include "harness.h"

static const struct row {
	const char *enter, *json, *text; /* json NULL: the files' owner tells, where he is not the machine's root */
} rows[] = {
    {"", "namespace", "private instance"},
    {"unshare -Ur ", "unknown", "instance of a parent user namespace"},
    {"unshare -Urm ", "unknown", "instance of a parent user namespace"},
    {"unshare -Ur unshare -Urm ", "unknown", "instance of a parent user namespace"},
    {"unshare -U --map-user=1000 ", NULL, "instance unknown"},
    {"unshare -U ", "unknown", "instance of a parent user namespace"},
    {"unshare -Urm sh -c 'mount -t binfmt_misc none " MOUNT "; exec \"$@\"' sh ", "namespace", "private instance"},
    {"unshare -Urm sh -c 'mount -t binfmt_misc none " MOUNT "; exec unshare -Ur \"$@\"' sh ", "unknown",
     "instance of a parent user namespace"},
};

static void
scope__root_mapped_to_root__own_or_not(void **state)
{
	bool of_another_root = strcmp(shell("stat -c %%u /proc/sys/kernel")->out, "0\n") != 0;
	char json[64];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct row *row = &rows[!rows[i].json && of_another_root ? 0 : i];

		snprintf(json, sizeof(json), "\"scope\":\"%s\"", row->json ? row->json : "unknown");
		expect(shell("%s./binfmtctl -j status", rows[i].enter), 0, json, "");
		expect(shell("%s./binfmtctl status", rows[i].enter), 0, row->text, "");
	}
}

/* The question itself changes nothing. */
static void
scope__asked__instance_as_it_was(void **state)
{
	char *before;

	(void)state;
	two_entries();
	before = instance();
	expect(tool("status", NULL), 0, "private instance", "");
	expect(shell("unshare -Urm ./binfmtctl status"), 0, "parent", "");
	expect_instance(before);
	free(before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(scope__root_mapped_to_root__own_or_not),
	    cmocka_unit_test(scope__asked__instance_as_it_was),
	};

	return ns_run(tests);
}
