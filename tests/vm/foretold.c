/* SPDX-License-Identifier: MIT */
#include "foretold.h"
#include "guest.h"

#include <limits.h>

#define FOLDER "/var/lib/foretold/"
#define ORDER "/var/lib/foretold.order"

enum { NAME_LEN = 63, ENTRIES_MAX = 64 };

/* A line for each entry that was live: what brings it back at boot and who removes it ("-": nobody), and whether it is
 * another one then. */
#define LIVE_FILTER                                                                                                    \
	".entries[] | [.name, .at_boot.program // \"-\", .at_boot.removed_by // \"-\", "                               \
	"any(.problems[]; .code == \"drift\")] | join(\" \")"

struct foretold {
	char name[NAME_LEN + 1], program[NAME_LEN + 1], remover[NAME_LEN + 1], drifts[NAME_LEN + 1];
};

void
foretell(void)
{
	expect(shell("rm -rf " FOLDER " && mkdir -p " FOLDER "texts"), 0, "", "");
	shell("./binfmtctl -j status >" FOLDER "status; ./binfmtctl -j doctor >" FOLDER "doctor");
	expect_json(slurp(FOLDER "status"), "all(.entries[]; .at_boot != null)");
	expect(shell("jq -r '" LIVE_FILTER "' " FOLDER "status >" FOLDER "live"), 0, "", "");
	/* "not there now, but back at the next boot: NAME (FILE:LINE), ..." */
	expect(shell("jq -r '.checks[] | select(.check == \"drift\") | .detail | select(startswith(\"not there "
		     "now\"))' " FOLDER "doctor | grep -o '[^ ]* (/[^)]*)' | cut -d' ' -f1 >" FOLDER
		     "comes || [ ! -s " FOLDER "comes ]"),
	       0, "", "");
	expect(shell("cd " MOUNT " && for name in *; do case $name in register | status) ;; *) cat \"$name\" >" FOLDER
		     "texts/\"$name\" || exit ;; esac; done"),
	       0, "", "");
}

static char *
saved_text(const char *name)
{
	char path[PATH_MAX];
	const char *text;

	snprintf(path, sizeof(path), FOLDER "texts/%s", name);
	text = slurp(path);
	assert_non_null(text);
	return strdup(text);
}

static void
show_entry(const struct foretold *entry, const char *before)
{
	print_error("%s: by %s, removed by %s, drifts %s\nbefore:\n%snow:\n%s", entry->name, entry->program,
		    entry->remover, entry->drifts, before, entry_text(entry->name));
}

/* `there`: it was foretold to be there; `same`: as it was, NULL: that was not said. */
static size_t
judge_entry(const struct foretold *entry, bool there, const bool *same)
{
	char *before = saved_text(entry->name);
	bool wrong = is_entry(entry->name) != there;

	if (there && same)
		wrong |= (strcmp(entry_text(entry->name), before) == 0) != *same;
	if (wrong)
		show_entry(entry, before);
	free(before);
	return wrong;
}

/* By a reboot: gone, the same, or another. */
static size_t
judge_rebooted(const struct foretold *entry)
{
	bool same = strcmp(entry->drifts, "false") == 0;

	return judge_entry(entry, strcmp(entry->program, "-") != 0, &same);
}

/* By a restart of systemd-binfmt: gone, or there; what is in binfmt.d is registered again, so it may be another. */
static size_t
judge_restarted(const struct foretold *entry)
{
	bool same = strcmp(entry->drifts, "false") == 0;

	return judge_entry(entry, strcmp(entry->remover, "-") == 0, same ? &same : NULL);
}

static bool
is_word_of(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = text; (at = strstr(at, name)); at += len)
		if ((at == text || at[-1] == '\n') && at[len] == '\n')
			return true;
	return false;
}

/* Those that are there now but were not live, against those that were to come; lines of names, all of them. */
static size_t
judge_others(const char *known)
{
	char *comes = strdup(slurp(FOLDER "comes")), *names = strdup(entry_names());
	size_t wrong = 0;

	for (char *rest = names, *name; (name = strsep(&rest, " "));)
		if (*name && !is_word_of(known, name) && !is_word_of(comes, name)) {
			print_error("%s came, and nothing had said so\n", name);
			wrong++;
		}
	for (char *rest = comes, *name; (name = strsep(&rest, "\n"));)
		if (*name && !is_entry(name)) {
			print_error("%s was to come and did not\n", name);
			wrong++;
		}
	free(comes);
	free(names);
	return wrong;
}

static void
expect_all(size_t (*judge)(const struct foretold *))
{
	char known[ENTRIES_MAX * (NAME_LEN + 1)] = "";
	struct foretold entry;
	FILE *f = fopen(FOLDER "live", "r");
	size_t wrong = 0;

	assert_non_null(f);
	while (fscanf(f, "%63s %63s %63s %63s", entry.name, entry.program, entry.remover, entry.drifts) == 4) {
		assert_true(strlen(known) + strlen(entry.name) + 2 < sizeof(known));
		strcat(strcat(known, entry.name), "\n");
		wrong += judge(&entry);
	}
	fclose(f);
	wrong += judge_others(known);
	assert_int_equal(wrong, 0);
}

void
expect_rebooted(void)
{
	expect_all(judge_rebooted);
}

void
expect_restarted(void)
{
	expect_all(judge_restarted);
}

void
restart_systemd_binfmt(int status)
{
	expect(shell("systemctl restart systemd-binfmt"), status, "", NULL);
	expect(shell("for i in $(seq 300); do systemctl list-jobs --no-legend | grep -q binfmtctl || exit 0; sleep "
		     "0.1; done; "
		     "exit 1"),
	       0, "", "");
}

void
expect_settled(void)
{
	static const char *const checks[] = {"unconfigured", "drift", "boot-order"};

	for (size_t i = 0; i < LENGTH(checks); i++)
		expect_doctor(checks[i], "pass", NULL, "");
}

void
expect_doctor(const char *check, const char *result, const char *entry, const char *text)
{
	char filter[1024], name[NAME_LEN + 16] = "";

	if (entry)
		snprintf(name, sizeof(name), " and .entry == \"%s\"", entry);
	snprintf(filter, sizeof(filter),
		 "any(.checks[]; .check == \"%s\" and .result == \"%s\"%s and (.detail | contains(\"%s\")))", check,
		 result, name, text);
	expect_json(tool("-j", "doctor", NULL)->out, filter);
}

const char *
kernel_order(void)
{
	return shell("ls -U " MOUNT " | grep -vx -e register -e status")->out;
}

void
keep_order(void)
{
	const char *order = kernel_order();

	spill(ORDER, order, strlen(order), 0644);
}

void
expect_order(void)
{
	char *before = strdup(slurp(ORDER));

	assert_string_equal(shell("ls -U " MOUNT " | grep -xf " ORDER)->out, before);
	free(before);
}
