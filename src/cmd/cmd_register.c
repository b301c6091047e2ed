/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "binfmt_list.h"
#include "boot.h"
#include "cmd.h"
#include "describe.h"
#include "elf.h"
#include "hex.h"
#include "opened.h"
#include "own_unit.h"
#include "persist.h"
#include "put.h"
#include "register.h"
#include "register_all.h"
#include "session.h"
#include "text.h"

const struct opt register_opts[] = {
    OPT_RULE_FLAGS,
    OPT_TEXT("interpreter", 'i', "PATH", interpreter, "interpreter to use"),
    OPT_INTERPRETER_DIR,
    OPT_TEXT("name", 0, "NAME", name, "name of the entry (qemu-ARCH)"),
    OPT_TEXT("magic", 0, "HEX", magic, "match these bytes: 7f454c46 or \\x7fELF"),
    OPT_TEXT("mask", 0, "HEX", mask, "bits of the magic that count"),
    OPT_COUNT("offset", 0, "N", offset, "where the magic starts in the file (0)"),
    OPT_TEXT("extension", 0, "EXT", extension, "match files named *.EXT"),
    OPT_TEXT("like", 0, "FILE", like, "match programs like this ELF file"),
    OPT_TEXT("bpf", 0, "HANDLER", bpf, "let a BPF handler decide (type B)"),
    OPT_BOOL("keep", 0, keep, "fail if a different entry of that name exists"),
    OPT_BOOL("mount", 0, mount, "mount binfmt_misc if it is not"),
    OPT_BOOL("persist", 0, persist, "also write /etc/binfmt.d/NAME.conf"),
    OPT_TEXT("conf-dir", 0, "DIR", conf_dir, "write it here instead"),
    OPT_FORCE("register in spite of the safety checks"),
    OPT_TIMEOUT,
    OPT_END,
};

static int
like_file(const char *path, struct elf_like *like, struct err *err)
{
	unsigned char head[PATTERN_WINDOW];
	struct opened file;
	const char *reason = NULL;

	if (opened_open(-1, path, true, &file) != 0)
		reason = file.reason;
	else if (!opened_readable(&file) || !opened_head(&file, head))
		reason = "cannot be read";
	else
		reason =
		    elf_like(head, file.st.st_size < PATTERN_WINDOW ? (size_t)file.st.st_size : PATTERN_WINDOW, like);
	opened_close(&file);
	return reason ? err_set(err, ERR_LIKE, "%s: %s", path, reason) : 0;
}

/* The bytes of a custom rule, as typed. */
struct bytes {
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];
	struct elf_like like;
};

/* Adds to *err what was meant, if the word of an option is no hex and looks like something. */
static void
say_meant(const char *option, const char *word, struct err *err)
{
	char meant[HEX_MEANT_MAX], quoted[2 * HEX_MEANT_MAX];
	bool letters;

	if (word && *hex_meant(word, meant, &letters))
		err_add(err, "; %s: %s %s", letters ? "these letters are" : "write", option,
			text_quote(meant, quoted, sizeof(quoted)));
}

/* Two letters that are a byte in hex. */
static void
warn_letters(const char *word, struct warnings *warnings)
{
	if (strlen(word) == 2 && isalpha((unsigned char)word[0]) && isalpha((unsigned char)word[1]))
		warn_add(warnings, "--magic %s means the byte 0x%s; the letters are '\\x%02x%c'", word, word,
			 (unsigned char)word[0], word[1]);
}

static const char *
typed_magic(const struct args *a, struct pattern *pattern, struct bytes *bytes)
{
	size_t size = 0, mask_size = 0;
	const char *reason = hex_parse(a->magic, bytes->magic, PATTERN_WINDOW, &size);

	if (!reason && a->mask)
		reason = hex_parse(a->mask, bytes->mask, PATTERN_WINDOW, &mask_size);
	*pattern = (struct pattern){
	    .type = PATTERN_MAGIC,
	    .offset = (uint16_t)(a->offset < 0                ? 0
				 : a->offset > PATTERN_WINDOW ? PATTERN_WINDOW + 1
							      : a->offset),
	    .size = (uint16_t)size,
	    .magic = bytes->magic,
	    .mask = a->mask ? bytes->mask : NULL,
	};
	return !reason && a->mask && mask_size != size ? "magic and mask differ in length" : reason;
}

static int
custom_rule(const struct args *a, struct plan *plan, struct bytes *bytes, struct err *err)
{
	struct pattern *pattern = &plan->rule.pattern;
	const char *reason;

	plan->rule = (struct rule){.name = a->name, .interpreter = a->bpf ? a->bpf : a->interpreter};
	plan->enabled = true;
	plan->file.fd = -1;
	reason = a->magic ? typed_magic(a, pattern, bytes) : NULL;
	if (reason) {
		err_set(err, ERR_FIELD, "%s", reason);
		say_meant("--magic", a->magic, err);
		say_meant("--mask", a->mask, err);
		return -1;
	}
	if (a->extension)
		*pattern = (struct pattern){.type = PATTERN_EXTENSION, .extension = a->extension};
	if (a->bpf)
		*pattern = (struct pattern){.type = PATTERN_BPF};
	if (a->like && like_file(a->like, &bytes->like, err) < 0)
		return -1;
	if (a->like)
		*pattern = bytes->like.pattern;
	return 0;
}

/* The rule of an architecture, or the custom one of the options (arch NULL), beside what is live. -1 and c->err. */
static int
make_plan(struct session *c, const struct arch *arch, bool keeps_magic, struct plan *plan, struct bytes *bytes,
	  struct live *live)
{
	const struct args *a = c->args;
	const struct wish wish = {a->name,
				  a->flags,
				  a->interpreter,
				  a->interpreter_dirs,
				  a->interpreter_dir_count,
				  a->force,
				  session_advice(c->cmd)};

	if (arch)
		plan_start(plan, &wish, arch);
	else if (custom_rule(a, plan, bytes, &c->err) < 0)
		return -1;
	if (replace_read(&c->b, plan->rule.name, live, &c->err) < 0)
		return c->err.code == ERR_NOT_UNDERSTOOD
			   ? err_add(&c->err, "; binfmtctl remove takes it out of the way")
			   : -1;
	if (!arch && a->magic)
		warn_letters(a->magic, &c->warnings);
	if (keeps_magic && live->entry)
		return plan_kept(plan, &wish, live->entry, &c->err, &c->warnings);
	return arch ? plan_arch(plan, &wish, arch, live->entry, &c->err, &c->warnings)
		    : plan_flags(plan, &wish, live->entry, &c->err);
}

/* Registers the handler of an architecture, or the custom rule (arch NULL). */
static bool
register_one(struct session *c, const struct arch *arch, bool keeps_magic)
{
	const struct args *a = c->args;
	struct persist file = {.dir = -1};
	struct check check = session_check(c, "registers", NULL);
	const struct put how = {
	    .b = &c->b,
	    .check = &check,
	    .keep = a->keep,
	    .file = a->persist ? &file : NULL,
	    .conf_dir = a->conf_dir,
	    .boot = c->boot,
	};
	enum outcome outcome;
	struct err detail;
	struct bytes bytes;
	struct plan plan;
	struct live live;

	if (make_plan(c, arch, keeps_magic, &plan, &bytes, &live) < 0) {
		opened_close(&plan.file);
		session_result(c, plan.rule.name, OUT_FAILED, NULL);
		return false;
	}
	check.interpreter = &plan.file;
	check.opens = !a->dry_run;
	outcome = put_rule(&how, &plan, &live, &c->err, &c->warnings);
	opened_close(&plan.file);
	c->rule = &plan.rule;
	c->file = how.file;
	describe_rule(&detail, &plan, a->magic || a->like);
	if (outcome == OUT_REPLACED)
		describe_was(&detail, &plan, live.entry);
	if (outcome != OUT_FAILED && how.file)
		describe_file(&detail, how.file);
	session_result(c, plan.rule.name, outcome, detail.text);
	return outcome != OUT_FAILED;
}

/* An architecture that needs no handler gets none, unless what is asked for can be for nothing else. */
static bool
skip_native(struct session *c, const struct arch *arch)
{
	const struct args *a = c->args;
	const struct wish wish = {.name = a->name};
	struct plan plan;

	if (a->interpreter || a->force || !plan_is_needless(arch, &c->err))
		return false;
	plan_start(&plan, &wish, arch);
	session_result(c, plan.rule.name, OUT_SKIPPED, NULL);
	return true;
}

void
register_operand(struct session *c, const struct operand *operand)
{
	const struct arch *rows[ARCH_GROUP_MAX];
	size_t count;

	if (operand_is_all(operand)) {
		register_all(c, register_one);
		return;
	}
	count = operand_archs(operand->word, rows, &c->err);
	/* The last first: Debian's entry of the first row's name takes its programs until it is replaced. */
	for (size_t i = count; i-- > 0;)
		if (!skip_native(c, rows[i]))
			register_one(c, rows[i], false);
	if (count)
		return;
	err_add(&c->err, " (binfmtctl list --supported shows all)");
	session_result(c, operand->word, OUT_FAILED, NULL);
}

static void
register_all_operands(struct session *c)
{
	const struct args *args = c->args;

	if (args->operand_count > 1) /* `all` moves entries in its mind */
		binfmt_list_sort(&c->list);
	for (size_t i = 0; i < args->operand_count; i++)
		register_operand(c, &args->operands[i]);
	if (args->operand_count == 0)
		register_one(c, NULL, false);
}

int
cmd_register(const struct cmd *cmd, struct args *args)
{
	const char *wrong = register_misuse(args);
	bool places = args->persist && !args->conf_dir; /* a file among those that are read at boot */
	static struct boot boot;
	struct session c;
	int status;

	if (wrong)
		return report_usage(cmd, args, "%s", wrong);
	if (register_check_dirs(args, &c.err) < 0)
		return report_fail(cmd, args, &c.err);
	if (places && boot_read(&boot, &c.err) < 0)
		return report_fail(cmd, args, &c.err);
	if (places)
		own_unit_read(&boot, args->commands);
	status = session_begin(&c, cmd, args);
	c.boot = places ? &boot : NULL;
	if (status == EXIT_DONE)
		register_all_operands(&c);
	if (places)
		boot_free(&boot);
	if (status != EXIT_DONE)
		return status;
	session_warn_if_off(&c);
	session_prove_kept(&c);
	return session_end(&c);
}
