/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "cmd.h"
#include "elf.h"
#include "host.h"
#include "mount.h"
#include "operand.h"
#include "persist.h"
#include "plan.h"
#include "probe.h"
#include "rule.h"
#include "stale.h"
#include "suggest.h"
#include "tempname.h"

const struct opt register_opts[] = {
    OPT_TEXT("flags", 'f', "FLAGS", flags, "P O C F, and T L D where the kernel has them"),
    OPT_TEXT("interpreter", 'i', "PATH", interpreter, "run by this file"),
    {"interpreter-dir", 0, OPT_DIR, "DIR", 0, "look for interpreters here first (repeatable)"},
    OPT_TEXT("name", 0, "NAME", name, "name of the entry (qemu-ARCH)"),
    OPT_TEXT("magic", 0, "HEX", magic, "match these bytes: 7f454c46 or \\x7fELF"),
    OPT_TEXT("mask", 0, "HEX", mask, "bits of the magic that count"),
    OPT_COUNT("offset", 0, "N", offset, "where the magic starts in the file (0)"),
    OPT_TEXT("extension", 0, "EXT", extension, "match files named *.EXT"),
    OPT_TEXT("like", 0, "FILE", like, "match programs like this ELF file"),
    OPT_TEXT("bpf", 0, "HANDLER", bpf, "let a BPF handler decide (type B)"),
    OPT_BOOL("keep", 0, keep, "an existing different entry is an error"),
    OPT_BOOL("mount", 0, mount, "mount binfmt_misc if it is not"),
    OPT_BOOL("persist", 0, persist, "also write /etc/binfmt.d/NAME.conf"),
    OPT_TEXT("conf-dir", 0, "DIR", conf_dir, "write it here instead"),
    OPT_FORCE("register in spite of the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

/* With --persist, what would keep its file from being written is found out before the entry is changed. */
static enum outcome
put_persistent(struct session *c, struct rule *rule)
{
	enum outcome outcome = OUT_FAILED;
	struct persist conf;

	if (persist_open(&conf, c->args->conf_dir, rule->name, c->args->force, &c->err) < 0)
		return OUT_FAILED;
	if (persist_prepare(&conf, rule, &c->err) == 0)
		outcome = put_rule(c, rule);
	if (outcome != OUT_FAILED && persist_write(&conf, &c->b, &c->err) < 0) {
		warn_add(&c->notes, "it is registered, but will not be after the next boot");
		outcome = OUT_FAILED;
	}
	if (outcome != OUT_FAILED && !rule->enabled)
		warn_add(&c->notes,
			 "it is disabled, but its file of binfmt.d makes it an enabled one at the next boot");
	persist_close(&conf);
	return outcome;
}

static void
put(struct session *c, struct rule *rule)
{
	char detail[RULE_LINE_MAX + 128], flags[RULE_FLAGS_MAX * 2];
	enum outcome outcome;

	/* An unsound rule is refused by put_rule, with its own reason. */
	outcome = c->args->persist && !rule_check(rule) ? put_persistent(c, rule) : put_rule(c, rule);
	rule_format_flags(rule_implied(rule->flags), rule->more_flags, flags);
	snprintf(detail, sizeof(detail), "%s, flags %s", rule->interpreter, *flags ? flags : "none");
	session_result(c, rule->name, outcome, detail);
}

static void
put_arch(struct session *c, const struct arch *arch)
{
	char name[RULE_NAME_MAX + 1];
	struct rule rule;

	arch_entry_name(arch, name);
	if (plan_arch(c, arch, &rule) < 0)
		session_result(c, c->args->name ? c->args->name : name, OUT_FAILED, NULL);
	else
		put(c, &rule);
}

/* The enabled entry of another name that programs of this architecture go to already, or NULL. */
static const char *
handled_by(const struct session *c, const struct arch *arch, const char *name)
{
	struct subject subject = {.path = ""};
	const struct binfmt_entry *taker;

	probe_build(arch, 1, subject.head);
	taker = match_taker(&c->list, &subject);
	return taker && !tempname_matches(taker->name, name) ? taker->name : NULL;
}

/* Of `all`: why an architecture is left out; false if it is not. */
static bool
left_out(struct session *c, const struct arch *arch, const char *name)
{
	char path[INTERP_PATH_MAX];
	const char *other = handled_by(c, arch, name);

	if (!interp_find(arch, c->args->interpreter_dirs, c->args->interpreter_dir_count, false, path)) {
		err_set(&c->err, "no-interpreter", "no %s is installed", arch->interpreter);
		return true;
	}
	if (host_runs(arch)) {
		err_set(&c->err, "native", "this machine runs %s programs itself", arch->name);
		return true;
	}
	if (other)
		err_set(&c->err, "handled", "entry %s handles %s already", other, arch->name);
	return other != NULL;
}

static void
put_all(struct session *c)
{
	char name[RULE_NAME_MAX + 1];
	unsigned tried = c->done + c->failed;

	for (size_t i = 0; i < arch_count; i++) {
		arch_entry_name(&arch_table[i], name);
		if (!left_out(c, &arch_table[i], name))
			put_arch(c, &arch_table[i]);
		else if (c->args->json || c->args->verbose || strcmp(c->err.code, "no-interpreter") != 0)
			session_result(c, name, OUT_SKIPPED, NULL);
	}
	if (c->done + c->failed > tried)
		return;
	err_set(&c->err, "no-interpreter",
		"there is no architecture to register: none that this machine does not run itself or another entry "
		"handles has an "
		"interpreter; install %s",
		interp_package());
	session_result(c, "all", OUT_FAILED, NULL);
}

static void
put_operand(struct session *c, const char *word)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	char text[SUGGEST_TEXT_MAX];
	struct suggest suggest;
	size_t count;

	if (strcmp(word, "all") == 0) {
		put_all(c);
		return;
	}
	count = arch_select(word, rows);
	for (size_t i = 0; i < count; i++)
		put_arch(c, rows[i]);
	if (count)
		return;
	suggest_start(&suggest, word);
	arch_suggest(&suggest);
	err_set(&c->err, "unknown", "unknown architecture%s (binfmtctl list --supported shows all)",
		suggest_text(&suggest, text));
	session_result(c, word, OUT_FAILED, NULL);
}

static int
like_file(const char *path, struct rule *rule, struct err *err)
{
	unsigned char head[RULE_WINDOW];
	const char *reason;
	struct stat st;
	ssize_t len;
	int fd;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(err, "like", "%s: not a regular file", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	len = fd < 0 ? -1 : read(fd, head, sizeof(head));
	reason = len < 0 ? strerror(errno) : elf_like(head, (size_t)len, rule);
	if (fd >= 0)
		close(fd);
	return reason ? err_set(err, "like", "%s: %s", path, reason) : 0;
}

static int
custom_rule(struct session *c, struct rule *rule)
{
	const struct args *a = c->args;
	const char *reason = rule_set_name(rule, a->name);

	if (!reason)
		reason = rule_set_interpreter(rule, a->bpf ? a->bpf : a->interpreter);
	if (!reason && a->extension)
		reason = rule_set_extension(rule, a->extension);
	if (!reason && a->magic)
		reason = rule_set_magic(rule, a->magic, a->mask);
	if (reason)
		return err_set(&c->err, "field", "%s", reason);
	if (a->bpf)
		rule->type = RULE_BPF;
	if (a->offset > 0)
		rule->offset = (size_t)a->offset;
	if (a->like && like_file(a->like, rule, &c->err) < 0)
		return -1;
	return plan_flags(c, rule);
}

static void
put_custom(struct session *c)
{
	struct rule rule = {0};

	if (custom_rule(c, &rule) < 0)
		session_result(c, c->args->name, OUT_FAILED, NULL);
	else
		put(c, &rule);
}

/* What is wrong with the command line itself, or NULL. */
static const char *
misuse(const struct args *a)
{
	int kinds = !!a->magic + !!a->extension + !!a->like + !!a->bpf;

	if (kinds > 1)
		return "--magic, --extension, --like and --bpf exclude each other";
	if (kinds && a->operand_count)
		return "an architecture and a rule of one's own exclude each other";
	if (!kinds && !a->operand_count)
		return "which architecture? (or all, or --magic, --extension, --like, --bpf)";
	if (kinds && !a->name)
		return "a rule of one's own needs --name";
	if (kinds && !a->bpf && !a->interpreter)
		return "a rule of one's own needs --interpreter";
	if (a->bpf && a->interpreter)
		return "--bpf names the handler, it takes no --interpreter";
	if ((a->mask || a->offset >= 0) && !a->magic)
		return "--mask and --offset go with --magic";
	if (kinds && a->interpreter_dir_count)
		return "--interpreter-dir goes with an architecture";
	if (!kinds && (a->name || a->interpreter) && (a->operand_count != 1 || strcmp(a->operands[0].word, "all") == 0))
		return "--name and --interpreter go with one architecture";
	return a->conf_dir && !a->persist ? "--conf-dir goes with --persist" : NULL;
}

int
cmd_register(const struct cmd *cmd, struct args *args)
{
	const char *wrong = misuse(args);
	bool mounted = false;
	struct session c;
	int status;

	if (wrong)
		return report_usage(cmd, args, "%s", wrong);
	if (args->mount && !args->dry_run && mount_if_absent(args->binfmt_dir, args->force, &mounted, &c.err) < 0)
		return report_fail(cmd, args, NULL, &c.err);
	status = session_begin(&c, cmd, args);
	if (status != EXIT_DONE)
		return status;
	for (size_t i = 0; i < args->operand_count; i++)
		put_operand(&c, args->operands[i].word);
	if (args->operand_count == 0)
		put_custom(&c);
	session_warn_if_off(&c);
	if (mounted && c.done && mount_may_vanish() && mount_keep(&c.b, &c.err) < 0)
		session_result(&c, args->binfmt_dir, OUT_FAILED, NULL);
	return session_end(&c);
}
