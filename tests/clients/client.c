/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <limits.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "harness.h"
#include "room.h"
#include "tree.h"

enum { SECONDS = 3600 };

/* Where it is slow, it is slow. */
static bool
be_patient(void)
{
	alarm(SECONDS);
	return true;
}

const struct run *
client_shell(const char *line)
{
	static char sh[] = "/bin/sh", options[] = "-uc", path[] = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		    script[1 << 14];
	static const struct {
		const char *name, *below;
	} variables[] = {{"PLACE", ""},
			 {"ROOT", "/arm64"},
			 {"TMPDIR", "/tmp"},
			 {"HOME", "/root"},
			 {"CONTAINERS_CONF", "/root/containers.conf"},
			 {"CONTAINERS_STORAGE_CONF", "/root/storage.conf"}};
	static char values[LENGTH(variables)][PATH_MAX];
	char *env[LENGTH(variables) + 2] = {path};
	const struct run *r;

	snprintf(script, sizeof(script), "%s", line);
	for (size_t i = 0; i < LENGTH(variables); i++) {
		snprintf(values[i], sizeof(values[i]), "%s=%s%s", variables[i].name, room_place(), variables[i].below);
		env[i + 1] = values[i];
	}
	run_prepare = be_patient;
	r = program((char *[]){sh, options, script, NULL}, env);
	run_prepare = NULL;
	return r;
}

void
client_need(const char *programs)
{
	char line[512];
	const struct run *r;

	snprintf(line, sizeof(line), "for p in %s; do command -v $p >/dev/null || { echo $p; exit 1; }; done",
		 programs);
	r = client_shell(line);
	if (r->status != 0)
		skip_because("this machine has no %.*s (tests/setup --clients installs it)", (int)strcspn(r->out, "\n"),
			     r->out);
}

void
client_need_emulator(void)
{
	struct utsname name;

	if (uname(&name) == 0 && strcmp(name.machine, "aarch64") == 0)
		skip_because("this machine runs programs of arm64 itself");
	if (!has_static_qemu("aarch64"))
		skip_because("this machine has no QEMU of arm64 that runs in another root folder");
}

static void
client__row__runs(void **state)
{
	const struct client *row = *state;

	client_need_emulator();
	client_need(row->programs);
	if (row->needs)
		row->needs();
	if (row->flags)
		expect(tool("register", "aarch64", "--flags", row->flags, NULL), 0, "qemu-aarch64: registered", NULL);
	expect(client_shell(row->line), row->status, row->out, NULL);
}

int
clients_run_tests(const char *name, const struct client *rows, size_t count)
{
	struct CMUnitTest tests[64] = {0};

	for (size_t i = 0; i < count && i < LENGTH(tests); i++)
		tests[i] = (struct CMUnitTest){
		    .name = rows[i].name, .test_func = client__row__runs, .initial_state = (void *)(uintptr_t)&rows[i]};
	return ns_run_tests(name, room_become_root, tests, count);
}
