/* SPDX-License-Identifier: MIT */
/* Options of `register` that do not go together, or name nothing. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd.h"
#include "err.h"
#include "operand.h"
#include "register.h"

static bool
has_all(const struct args *a)
{
	for (size_t i = 0; i < a->operand_count; i++)
		if (operand_is_all(&a->operands[i]))
			return true;
	return false;
}

const char *
register_misuse(const struct args *a)
{
	int kinds = !!a->magic + !!a->extension + !!a->like + !!a->bpf;

	if (kinds > 1)
		return "--magic, --extension, --like and --bpf exclude each other";
	if (kinds && a->operand_count)
		return "ARCH cannot be combined with --magic, --extension, --like or --bpf";
	if (!kinds && !a->operand_count)
		return "missing operand: ARCH (or all, or --magic, --extension, --like, --bpf)";
	if (kinds && !a->name)
		return "a custom rule needs --name";
	if (kinds && !a->bpf && !a->interpreter)
		return "a custom rule needs --interpreter";
	if (a->bpf && a->interpreter)
		return "--bpf names the handler, it takes no --interpreter";
	if ((a->mask || a->offset >= 0) && !a->magic)
		return "--mask and --offset go with --magic";
	if (a->operand_count > 1 && has_all(a))
		return "all is every architecture: name no other beside it";
	if (kinds && a->interpreter_dir_count)
		return "--interpreter-dir goes with an architecture";
	if (!kinds && (a->name || a->interpreter) && (a->operand_count != 1 || operand_is_all(&a->operands[0])))
		return "--name and --interpreter go with one architecture";
	if (a->conf_dir && *a->conf_dir != '/')
		return "--conf-dir needs an absolute path";
	return a->conf_dir && !a->persist ? "--conf-dir goes with --persist" : NULL;
}

int
register_check_dirs(const struct args *a, struct err *err)
{
	for (size_t i = 0; i < a->interpreter_dir_count; i++) {
		const char *dir = a->interpreter_dirs[i];
		struct stat st;

		if (*dir != '/')
			return err_set(err, ERR_INTERPRETER, "--interpreter-dir %s: not absolute", *dir ? dir : "''");
		if (stat(dir, &st) < 0)
			return err_set(err, ERR_INTERPRETER, "--interpreter-dir %s: %s", dir, strerror(errno));
		if (!S_ISDIR(st.st_mode))
			return err_set(err, ERR_INTERPRETER, "--interpreter-dir %s: %s", dir, strerror(ENOTDIR));
	}
	return 0;
}
