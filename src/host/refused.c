/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "facts.h"
#include "number.h"
#include "refused.h"
#include "smallfile.h"

enum { STATUS_MAX = 8192 };

/* The number behind a word of /proc/self/status. */
static long
status_number(const char *word)
{
	char text[STATUS_MAX];
	const char *at = smallfile_read("/proc/self/status", text, sizeof(text)) > 0 ? strstr(text, word) : NULL;
	uint64_t n;

	if (!at)
		return FACTS_UNREAD;
	at += strlen(word);
	at += *at == '\t';
	return number_read(&at, 10, &n) ? (long)n : FACTS_UNREAD;
}

void
refused_read(struct refused *facts)
{
	char map[256];

	facts->kernel = host_kernel();
	facts->max_user = facts_number("/proc/sys/user/max_user_namespaces");
	facts->max_mnt = facts_number("/proc/sys/user/max_mnt_namespaces");
	facts->max_pid = facts_number("/proc/sys/user/max_pid_namespaces");
	facts->userns_clone = facts_number("/proc/sys/kernel/unprivileged_userns_clone");
	facts->apparmor_restrict = facts_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns");
	facts->seccomp = status_number("\nSeccomp:");
	facts->mapped = smallfile_read("/proc/self/uid_map", map, sizeof(map)) != 0;
	if (smallfile_read("/proc/self/attr/current", facts->profile, sizeof(facts->profile)) < 0)
		*facts->profile = '\0';
	facts->profile[strcspn(facts->profile, "\n")] = '\0';
}
