/* SPDX-License-Identifier: MIT */
/*
 * The kernel as the oracle for rules: build/tests/kernel/oracle [COUNT [SEED]]. What we accept the kernel
 * must accept and show as we say; what we refuse it must refuse too, or the refusal is one of our
 * policies. Seed and count reproduce a failure. No exec is tried while a rule is live, so a rule that
 * takes native programs does no harm: each is removed at once.
 */
#include "draft.h"

#include <errno.h>
#include <time.h>

#include "arch.h"
#include "binfmt.h"
#include "binfmt_open.h"
#include "check.h"
#include "err.h"
#include "hex.h"
#include "line.h"
#include "random.h"

enum { COUNT = 20000, HITS = 50, REACH_PERCENT = 40, PAIRS = 20000, BRUTE_PAIRS = 400 };

static size_t count = COUNT;
static uint64_t seed;

static void
long_name(struct draft *d)
{
	draft_text(d->name, 256 + below(40), '\0');
}

static void
empty_name(struct draft *d)
{
	d->name[0] = '\0';
}

static void
dot_name(struct draft *d)
{
	strcpy(d->name, chance(50) ? "." : "..");
}

static void
own_name(struct draft *d)
{
	strcpy(d->name, chance(50) ? "register" : "status");
}

/* One byte of a text, anywhere, becomes this one. */
static void
put_byte(char *text, char c)
{
	if (!*text)
		strcpy(text, "ab");
	text[below(strlen(text))] = c;
}

static char
control_byte(void)
{
	return (char)(chance(15) ? 0x7f : chance(30) ? '\n' : 1 + below(31));
}

static void
slash_name(struct draft *d)
{
	put_byte(d->name, '/');
}

static void
control_name(struct draft *d)
{
	put_byte(d->name, control_byte());
}

static void
empty_magic(struct draft *d)
{
	draft_magic(d);
	d->magic_len = 0;
	d->has_mask = false;
}

static void
long_magic(struct draft *d)
{
	draft_magic(d);
	d->offset = 0;
	d->magic_len = d->mask_len = 257 + below(DRAFT_BYTES_MAX - 257);
}

static void
uneven_mask(struct draft *d)
{
	draft_magic(d);
	d->has_mask = true;
	do
		d->mask_len = 1 + below(256);
	while (d->mask_len == d->magic_len);
}

static void
far_magic(struct draft *d)
{
	draft_magic(d);
	d->offset = (unsigned)(chance(50) ? 257 - d->magic_len + below(3) : 256 + below(99999));
}

static void
empty_extension(struct draft *d)
{
	draft_extension(d);
	d->extension[0] = '\0';
}

static void
dotted_extension(struct draft *d)
{
	draft_extension(d);
	d->extension[0] = '.';
}

static void
inner_dot(struct draft *d)
{
	draft_extension(d);
	strcpy(d->extension, chance(50) ? "tar.gz" : "a.");
}

static void
slash_extension(struct draft *d)
{
	draft_extension(d);
	put_byte(d->extension, '/');
}

static void
control_extension(struct draft *d)
{
	draft_extension(d);
	put_byte(d->extension, control_byte());
}

static void
long_extension(struct draft *d)
{
	draft_extension(d);
	draft_text(d->extension, 255 + below(100), '.');
}

static void
no_interpreter(struct draft *d)
{
	d->type = 'E';
	draft_extension(d);
	d->interpreter[0] = '\0';
}

static void
control_interpreter(struct draft *d)
{
	put_byte(d->interpreter, control_byte());
}

static void
endless_interpreter(struct draft *d)
{
	draft_pad(d, 1920 + below(200));
}

static void
long_line(struct draft *d)
{
	draft_pad(d, 1919 - below(10));
}

static void
unknown_flag(struct draft *d)
{
	strcat(d->flags, chance(50) ? "K" : chance(50) ? "p" : " ");
}

static void
excluded_t(struct draft *d)
{
	strcpy(d->flags, chance(50) ? "PT" : "TFP");
}

static void
excluded_l(struct draft *d)
{
	strcpy(d->flags, chance(30) ? "LT" : chance(50) ? "OL" : "LFC");
}

static void
bpf(struct draft *d, const char *handler, const char *flags)
{
	d->type = 'B';
	strcpy(d->interpreter, handler);
	strcpy(d->flags, flags);
}

static void
bpf_empty(struct draft *d)
{
	bpf(d, "", "");
}

static void
bpf_control(struct draft *d)
{
	bpf(d, "ha\nndler", "D");
}

static void
bpf_flag(struct draft *d)
{
	bpf(d, "handler", chance(50) ? "P" : "DF");
}

/* No other type has a line of less than eleven bytes. */
static void
short_line(struct draft *d)
{
	bpf(d, "h", "");
	strcpy(d->name, "n");
}

static void
relative(struct draft *d)
{
	draft_interpreter(d, chance(50) ? "interpreter" : "./build/tests/kernel/oracle");
}

static void
missing(struct draft *d)
{
	draft_interpreter(d, "/nowhere/interpreter");
	d->interpreter[1 + below(7)] = draft_byte();
}

static void
directory(struct draft *d)
{
	draft_interpreter(d, draft_files.directory);
}

static void
device(struct draft *d)
{
	draft_interpreter(d, "/dev/null");
}

static void
closed(struct draft *d)
{
	draft_interpreter(d, draft_files.closed);
}

static void
through_file(struct draft *d)
{
	draft_interpreter(d, draft_files.through);
}

static void
noexec(struct draft *d)
{
	draft_interpreter(d, draft_files.noexec);
}

static void
script_with_o(struct draft *d)
{
	draft_interpreter(d, draft_files.script);
	strcpy(d->flags, chance(50) ? "O" : chance(50) ? "FC" : "POF");
}

static void
foreign_with_o(struct draft *d)
{
	draft_interpreter(d, draft_files.foreign);
	strcpy(d->flags, chance(50) ? "O" : "POCF");
}

static void
plain_flags(struct draft *d)
{
	strcpy(d->flags, chance(30) ? "" : chance(50) ? "F" : "PF");
}

static void
loop(struct draft *d)
{
	plain_flags(d);
	if (chance(50)) {
		d->type = 'E';
		strcpy(d->extension, "loop");
		draft_interpreter(d, draft_files.loop);
		return;
	}
	d->type = 'M';
	d->offset = 0;
	d->has_mask = false;
	d->magic_len = draft_files.foreign_arch->size;
	read_head(draft_files.foreign, d->magic);
	draft_interpreter(d, draft_files.foreign);
}

static void
loop_of_script(struct draft *d)
{
	plain_flags(d);
	d->type = 'E';
	strcpy(d->extension, "loop");
	draft_interpreter(d, draft_files.script_of_loop);
}

static void
header(struct draft *d, const unsigned char *head, size_t from, size_t len)
{
	draft_interpreter(d, draft_files.script);
	plain_flags(d);
	d->type = 'M';
	d->has_mask = false;
	d->offset = (unsigned)from;
	d->magic_len = len;
	memcpy(d->magic, head + from, len);
}

/* A script as interpreter, so that the rule does not match that too; it runs /bin/sh, hence no loop check by ELF. */
static void
own_header(struct draft *d)
{
	header(d, draft_files.own, 24, 8 + below(24));
	if (!chance(50))
		return;
	d->has_mask = true;
	d->mask_len = d->magic_len;
	memset(d->mask, 0, d->mask_len);
	memset(d->magic, (int)below(256), d->magic_len);
	d->offset = (unsigned)below(256 - d->magic_len);
	draft_interpreter(d, "/bin/sh");
}

static void
ordinary_header(struct draft *d)
{
	unsigned char head[256];

	memcpy(head, draft_files.own, sizeof(head));
	head[head[5] == 2 ? 17 : 16] = 2; /* ET_EXEC, while this program is position-independent */
	header(d, head, 0, 18 + below(3));
}

static void
shell_header(struct draft *d)
{
	header(d, draft_files.sh, 40, 4 + below(8));
	draft_interpreter(d, draft_files.elf);
}

static void
script_header(struct draft *d)
{
	header(d, (const unsigned char *)"#!/bin/sh\n", 0, chance(50) ? 2 : 9);
	draft_interpreter(d, draft_files.elf);
}

static void
other_loader(struct draft *d)
{
	header(d, draft_files.own, 0, 4 + below(16));
	draft_interpreter(d, draft_files.elf);
	strcpy(d->flags, chance(50) ? "L" : "LF");
}

static void
no_loader(struct draft *d)
{
	other_loader(d);
	draft_interpreter(d, draft_files.script);
}

static void
foreign_loader(struct draft *d)
{
	const struct pattern pattern = arch_pattern(draft_files.foreign_arch);

	other_loader(d);
	d->offset = pattern.offset;
	d->magic_len = d->mask_len = pattern.size;
	d->has_mask = true;
	memcpy(d->magic, pattern.magic, pattern.size);
	memcpy(d->mask, pattern.mask, pattern.size);
}

static void
open_to_others(struct draft *d)
{
	draft_interpreter(d, draft_files.open);
	strcpy(d->flags, chance(50) ? "C" : "POCF");
}

/* Every refusal: a piece of its text, what brings it about, and whether it is a policy of ours. */
static struct refusal {
	const char *text;
	void (*bring)(struct draft *d);
	bool policy;
	size_t hits, kernel_accepts;
} refusals[] = {
    {"name is longer than 255", long_name, .policy = false},
    {"entry's name is empty", empty_name, .policy = false},
    {"cannot be named . or ..", dot_name, .policy = false},
    {"files of binfmt_misc itself", own_name, .policy = false},
    {"name has a slash", slash_name, .policy = false},
    {"entry's name has a control byte", control_name, .policy = true},
    {"magic is empty", empty_magic, .policy = false},
    {"longer than 256 bytes", long_magic, .policy = false},
    {"differ in length", uneven_mask, .policy = false},
    {"reach past byte 256", far_magic, .policy = false},
    {"extension is empty", empty_extension, .policy = false},
    {"without its dot", dotted_extension, .policy = true},
    {"extension has a dot", inner_dot, .policy = true},
    {"extension has a slash", slash_extension, .policy = false},
    {"extension has a control byte", control_extension, .policy = true},
    {"longer than 254 bytes", long_extension, .policy = true},
    {"interpreter is empty", no_interpreter, .policy = false},
    {"path has a control byte", control_interpreter, .policy = true},
    {"path does not fit in a register line", endless_interpreter, .policy = false},
    {"line does not fit in 1920 bytes", long_line, .policy = false},
    {"unknown flag", unknown_flag, .policy = false},
    {"T and P exclude", excluded_t, .policy = false},
    {"L excludes", excluded_l, .policy = false},
    {"BPF handler's name is empty", bpf_empty, .policy = false},
    {"BPF handler's name has a control byte", bpf_control, .policy = false},
    {"takes no flag but D", bpf_flag, .policy = false},
    {"line is shorter than 11 bytes", short_line, .policy = false},
    {"not absolute", relative, .policy = true},
    {"does not exist", missing, .policy = true},
    {": a directory", directory, .policy = true},
    {"not a regular file", device, .policy = true},
    {"not executable", closed, .policy = true},
    {"cannot be reached", through_file, .policy = true},
    {"noexec mount", noexec, .policy = true},
    {"which flags O and C", script_with_o, .policy = true},
    {"and no handler takes it", foreign_with_o, .policy = true},
    {"matches its own interpreter", loop, .policy = true},
    {"matches what runs its interpreter", loop_of_script, .policy = true},
    {"matches this very program", own_header, .policy = true},
    {"matches this machine's own programs", ordinary_header, .policy = true},
    {"matches /bin/sh", shell_header, .policy = true},
    {"matches scripts", script_header, .policy = true},
    {"another loader than theirs", other_loader, .policy = true},
    {"too short for a loader", no_loader, .policy = true},
    {"the kernel still has to run the program itself", foreign_loader, .policy = true},
    {"with flag C whoever", open_to_others, .policy = true},
};

/* What became of the rules. */
static struct {
	size_t sound, live, too_new, refused_by_both, policy;
} result;

static char letters_too_new[8]; /* flags that this kernel does not know, and B */

static struct refusal *
refusal_of(const char *text)
{
	for (size_t i = 0; i < LENGTH(refusals); i++)
		if (strstr(text, refusals[i].text))
			return &refusals[i];
	return NULL;
}

/* The magic or mask as a user types it, in either form. */
static char *
typed(const unsigned char *bytes, size_t len, bool escaped)
{
	static char text[2][DRAFT_BYTES_MAX * 4 + 1];
	static unsigned turn;
	char *to = text[turn++ & 1], *at = to;

	*at = '\0';
	for (size_t i = 0; i < len; i++)
		at += sprintf(at, escaped ? "\\x%02X" : "%02x", bytes[i]);
	return to;
}

/* The rule that binfmtctl makes of a draft, as the entry that it will be; the bytes of its magic. */
struct made {
	struct entry entry;
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];
};

static const char *
make_magic(const struct draft *d, struct made *made)
{
	bool escaped = chance(50);
	size_t size = 0, mask_size = 0;
	const char *reason = hex_parse(typed(d->magic, d->magic_len, escaped), made->magic, PATTERN_WINDOW, &size);

	if (!reason && d->has_mask)
		reason = hex_parse(typed(d->mask, d->mask_len, escaped), made->mask, PATTERN_WINDOW, &mask_size);
	made->entry.rule.pattern = (struct pattern){
	    .type = PATTERN_MAGIC,
	    .offset = (uint16_t)(d->offset > PATTERN_WINDOW ? PATTERN_WINDOW + 1 : d->offset),
	    .size = (uint16_t)size,
	    .magic = made->magic,
	    .mask = d->has_mask ? made->mask : NULL,
	};
	return !reason && d->has_mask && mask_size != size ? "magic and mask differ in length" : reason;
}

/* What binfmtctl says to it, as `register` asks: NULL or the reason. */
static const char *
verdict(const struct draft *d, struct made *made, struct err *err)
{
	static const struct check check = {.dir = MOUNT, .verb = "registers"};
	struct rule *rule = &made->entry.rule;
	struct warnings warnings = {0};
	const char *reason = NULL;

	made->entry = (struct entry){.rule = {.name = d->name, .interpreter = d->interpreter}};
	if (d->type == 'E')
		rule->pattern = (struct pattern){.type = PATTERN_EXTENSION, .extension = d->extension};
	else if (d->type == 'B')
		rule->pattern = (struct pattern){.type = PATTERN_BPF};
	else
		reason = make_magic(d, made);
	if (!reason)
		reason = rule_parse_flags(d->flags, &rule->flags);
	made->entry.enabled = !(rule->flags & RULE_D);
	if (!reason && check_rule(rule, &check, err, &warnings) < 0)
		reason = err->text;
	return reason;
}

static void
show(const struct draft *d, size_t i)
{
	char line[DRAFT_LINE_MAX];
	size_t len = draft_line(d, line), path = strlen(d->interpreter);

	print_error(
	    "seed %llu, rule %zu of %zu: type %c, flags %s, offset %u, %zu + %zu bytes, name %zu, path %zu ...%s\n",
	    (unsigned long long)seed, i, count, d->type, d->flags, d->offset, d->magic_len,
	    d->has_mask ? d->mask_len : 0, strlen(d->name), path, d->interpreter + (path > 60 ? path - 60 : 0));
	for (size_t k = 0; k < len; k++)
		print_error("%02x", (unsigned char)line[k]);
	print_error("\n");
}

#define must(condition, ...)                                                                                           \
	do {                                                                                                           \
		if (!(condition)) {                                                                                    \
			show(d, i);                                                                                    \
			fail_msg(__VA_ARGS__);                                                                         \
		}                                                                                                      \
	} while (0)

static bool
is_too_new(const struct draft *d)
{
	return strpbrk(d->flags, letters_too_new) || (d->type == 'B' && strchr(letters_too_new, 'B'));
}

static void
must_show(const struct draft *d, size_t i, const struct entry *entry)
{
	char text[ENTRY_TEXT_MAX];
	size_t len = entry_format(entry, text);
	const char *shown = entry_text(d->name);

	must(strlen(shown) == len && memcmp(shown, text, len) == 0, "the kernel shows\n%s\nand we\n%.*s", shown,
	     (int)len, text);
}

static void
must_remove(struct binfmt *b, const struct draft *d, size_t i)
{
	static struct binfmt_text back;
	struct err err;

	must(binfmt_command(b, d->name, "-1", &err) == 0, "not removed: %s", err.text);
	must(binfmt_read(b, d->name, &back, &err) == 0, "still there after it was removed");
}

/* The line of the other formatter means the same to the kernel and to our reader of lines. */
static void
must_agree_on_line(struct binfmt *b, const struct draft *d, size_t i, const struct entry *entry)
{
	char line[DRAFT_LINE_MAX], copy[RULE_LINE_MAX + 1];
	size_t len = draft_line(d, line);
	struct rule read;
	const char *reason;

	if (!len || len > RULE_LINE_MAX)
		return;
	memcpy(copy, line, len);
	reason = line_parse(copy, len, &read);
	must(!reason, "our reader of lines refuses it: %s", reason);
	must(rule_same(&read, &entry->rule), "our reader of lines makes another rule of it");
	must(mount_write("register", line, len) == 0, "the kernel refuses the shortest line");
	must_show(d, i, entry);
	must_remove(b, d, i);
}

static void
accepted(struct binfmt *b, const struct draft *d, size_t i, const struct entry *entry)
{
	static struct binfmt_text back;
	const struct rule *rule = &entry->rule;
	struct err err;
	int done = binfmt_register(b, rule, rule->name, &err);

	if (done < 0 && is_too_new(d)) {
		must(err.code == ERR_KERNEL && strstr(err.text, "does not know"), "said only: %s", err.text);
		result.too_new++;
		return;
	}
	must(done == 0, "we accept it, the kernel does not: %s", err.text);
	must_show(d, i, entry);
	must(binfmt_read(b, d->name, &back, &err) == 1, "not read back: %s", err.text);
	must(!back.entry.reason, "read back as one that is not understood: %s", back.entry.reason);
	must(rule_same(rule, &back.entry.rule) && strcmp(rule->name, back.entry.rule.name) == 0 &&
		 entry->enabled == back.entry.enabled,
	     "read back as another rule");
	must_show(d, i, &back.entry);
	must_remove(b, d, i);
	must_agree_on_line(b, d, i, entry);
	result.live++;
}

static void
refused(struct binfmt *b, const struct draft *d, size_t i, const char *reason)
{
	struct refusal *refusal = refusal_of(reason);
	char line[DRAFT_LINE_MAX];
	size_t len = draft_line(d, line);

	must(refusal, "refused for a reason that no class documents: %s", reason);
	refusal->hits++;
	if (!len || mount_write("register", line, len) != 0) {
		result.refused_by_both++;
		return;
	}
	must_remove(b, d, i);
	must(refusal->policy, "the kernel accepts it, and no policy of ours forbids it: %s", reason);
	refusal->kernel_accepts++;
	result.policy++;
}

static void
try_one(struct binfmt *b, size_t i)
{
	const char *reason;
	struct made made;
	struct draft d;
	struct err err;

	random_seed(seed + i * 0x2545f4914f6cdd1dU);
	draft_sound(&d);
	if (chance(40))
		refusals[below(LENGTH(refusals))].bring(&d);
	else
		result.sound++;
	reason = verdict(&d, &made, &err);
	if (reason)
		refused(b, &d, i, reason);
	else
		accepted(b, &d, i, &made.entry);
}

/* Which of the letters that only later kernels know this one refuses. */
static void
ask_kernel(void)
{
	char line[64], *at = letters_too_new;

	for (const char *letter = "TLD"; *letter; letter++) {
		snprintf(line, sizeof(line), ":asked:E::asked::/bin/true:%c", *letter);
		if (mount_write("register", line, strlen(line)) != 0)
			*at++ = *letter;
		else
			assert_int_equal(mount_write("asked", "-1", 2), 0);
	}
	if (mount_write("register", ":asked:B::::nobody:", 19) == EINVAL)
		*at++ = 'B';
	*at = '\0';
}

static void
print_statistics(void)
{
	printf(
	    "seed %llu: %zu rules, %zu meant to be sound; %zu live in the kernel, %zu too new for it, %zu refused by "
	    "both, %zu by policy alone\n",
	    (unsigned long long)seed, count, result.sound, result.live, result.too_new, result.refused_by_both,
	    result.policy);
	for (size_t i = 0; i < LENGTH(refusals); i++)
		printf("%7zu refused, %6zu of them accepted by the kernel: %s\n", refusals[i].hits,
		       refusals[i].kernel_accepts, refusals[i].text);
}

static void
rules__random__kernel_and_we_agree(void **state)
{
	size_t least = count >= COUNT ? HITS : count * HITS / COUNT;
	struct binfmt b = {0};
	struct err err;

	(void)state;
	draft_files_begin();
	ask_kernel();
	assert_int_equal(binfmt_open(&b, MOUNT, NULL, &err), 0);
	assert_int_equal(binfmt_lock(&b, 0, NULL, &err), 0);
	for (size_t i = 0; i < count; i++)
		try_one(&b, i);
	binfmt_close(&b);
	print_statistics();
	assert_true(result.live * 100 >= count * REACH_PERCENT);
	for (size_t i = 0; i < LENGTH(refusals); i++)
		if (refusals[i].hits < least)
			fail_msg("only %zu rules were refused because: %s", refusals[i].hits, refusals[i].text);
}

/* A pattern and its bytes. */
struct drawn {
	struct pattern pattern;
	unsigned char magic[PATTERN_WINDOW], mask[PATTERN_WINDOW];
};

/* Two magics cut from the same bytes, with a few bits changed: some overlap, some do not. */
static void
draw_pair(struct drawn pair[static 2], size_t window, unsigned flip)
{
	unsigned char base[PATTERN_WINDOW];

	for (size_t i = 0; i < window; i++)
		base[i] = (unsigned char)below(256);
	for (struct drawn *d = pair; d < pair + 2; d++) {
		size_t size = 1 + below(window), offset = below(window - size + 1);

		memcpy(d->magic, base + offset, size);
		d->pattern = (struct pattern){
		    .offset = (uint16_t)offset,
		    .size = (uint16_t)size,
		    .magic = d->magic,
		    .mask = chance(70) ? d->mask : NULL,
		};
		for (size_t i = 0; i < size; i++)
			d->mask[i] = (unsigned char)(chance(40) ? 0xff : below(256));
		if (chance(flip))
			d->magic[below(size)] ^= (unsigned char)(1U << below(8));
	}
}

/* A file that does what both ask for, where that can be: bits that nobody asks for are noise. */
static void
draw_witness(const struct drawn pair[static 2], struct subject *witness)
{
	for (size_t i = 0; i < sizeof(witness->head); i++)
		witness->head[i] = (unsigned char)below(256);
	for (const struct drawn *d = pair; d < pair + 2; d++)
		for (size_t i = 0; i < d->pattern.size; i++) {
			unsigned char mask = pattern_mask(&d->pattern, i);
			unsigned char *byte = &witness->head[d->pattern.offset + i];

			*byte = (unsigned char)((*byte & ~mask) | (d->magic[i] & mask));
		}
	witness->path = "";
}

static void
overlap__witness_file__matches_both(void **state)
{
	size_t overlapping = 0;

	(void)state;
	for (size_t i = 0; i < PAIRS; i++) {
		struct subject witness;
		struct drawn pair[2];
		bool both, overlap;

		random_seed(seed + i);
		draw_pair(pair, 1 + below(PATTERN_WINDOW), 50);
		draw_witness(pair, &witness);
		both = pattern_takes(&pair[0].pattern, &witness) && pattern_takes(&pair[1].pattern, &witness);
		overlap = pattern_overlap(&pair[0].pattern, &pair[1].pattern);
		if (overlap != both || pattern_overlap(&pair[1].pattern, &pair[0].pattern) != both)
			fail_msg("seed %llu, pair %zu: overlap is %d, a file for both is %d", (unsigned long long)seed,
				 i, overlap, both);
		overlapping += both;
	}
	printf("%d pairs, %zu overlap\n", PAIRS, overlapping);
	assert_in_range(overlapping, PAIRS / 5, PAIRS - PAIRS / 5);
}

/* All files of two bytes: does any match both? */
static bool
some_file_matches(const struct drawn pair[static 2])
{
	struct subject file = {.path = ""};

	for (unsigned bytes = 0; bytes < 1U << 16; bytes++) {
		file.head[0] = (unsigned char)bytes;
		file.head[1] = (unsigned char)(bytes >> 8);
		if (pattern_takes(&pair[0].pattern, &file) && pattern_takes(&pair[1].pattern, &file))
			return true;
	}
	return false;
}

static void
overlap__brute_force__agrees(void **state)
{
	size_t overlapping = 0;

	(void)state;
	for (size_t i = 0; i < BRUTE_PAIRS; i++) {
		struct drawn pair[2];
		bool both;

		random_seed(seed + i);
		draw_pair(pair, 2, 70);
		both = some_file_matches(pair);
		assert_int_equal(pattern_overlap(&pair[0].pattern, &pair[1].pattern), both);
		overlapping += both;
	}
	printf("%d pairs, %zu overlap\n", BRUTE_PAIRS, overlapping);
	assert_in_range(overlapping, BRUTE_PAIRS / 10, BRUTE_PAIRS - BRUTE_PAIRS / 10);
}

static void
overlap__extensions__only_the_same(void **state)
{
	static const char *const words[] = {"a", "A", "ab", "b", "jar", "JAR", "ja", "\xc3\xa4"};
	struct subject file = {.path = ""};
	const struct pattern magic = {.type = PATTERN_MAGIC, .size = 1, .magic = (const unsigned char *)""};
	char path[32];

	(void)state;
	for (size_t i = 0; i < LENGTH(words); i++)
		for (size_t k = 0; k < LENGTH(words); k++) {
			const struct pattern a = {.type = PATTERN_EXTENSION, .extension = words[i]};
			const struct pattern b = {.type = PATTERN_EXTENSION, .extension = words[k]};

			snprintf(path, sizeof(path), "/some.where/file.%s", words[i]);
			file.path = path;
			assert_true(pattern_takes(&a, &file));
			assert_int_equal(pattern_overlap(&a, &b), pattern_takes(&b, &file));
			assert_false(pattern_overlap(&a, &magic));
		}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules__random__kernel_and_we_agree),
	    cmocka_unit_test(overlap__witness_file__matches_both),
	    cmocka_unit_test(overlap__brute_force__agrees),
	    cmocka_unit_test(overlap__extensions__only_the_same),
	};

	seed = (uint64_t)time(NULL);
	if (argc > 1)
		count = strtoul(argv[1], NULL, 0);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 0);
	printf("seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	return ns_run(tests);
}
