/* SPDX-License-Identifier: MIT */
#ifndef WALK_H
#define WALK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "err.h"
#include "pathtime.h"
#include "pattern.h"

struct binfmt_list;
struct entry;
struct opened;
struct rule;

/* A file that the kernel is known to hold for an entry with flag F: a probe has shown it. */
struct walk_held {
	const char *entry;
	dev_t dev;
	ino_t ino;
};

/* Where, and with what, a walk is made. The user is this process. */
struct walk_where {
	int root;                       /* a directory: all paths are looked up as after chroot; -1: our own root */
	const struct binfmt_list *list; /* NULL: the table is not visible here */
	bool switched_on;               /* the global switch */
	const struct entry *first;      /* tried before all others, as a probe has shown (first.h); may be NULL */
	const char *but;                /* entries of this name, and its temporary, are passed over; may be NULL */
	bool any_mode;                  /* the file itself counts as executable, whatever its mode and mount */
	bool opens; /* the kernel opens the rule's file next, as its flag F wants: a writer of it is seen then */
	const struct walk_held *held; /* may be NULL */
	size_t held_count;
};

/* What the kernel opened a file as. */
enum walk_by {
	WALK_FILE,    /* the file that was asked for */
	WALK_HANDLER, /* the interpreter of an entry */
	WALK_SCRIPT,  /* what a #! line names */
	WALK_LOADER,  /* what PT_INTERP names, or an entry with flag L in its place */
};

struct walk_hop {
	enum walk_by by;
	const struct entry *entry; /* whose interpreter it is; NULL: of no live entry */
	bool held;                 /* the kernel holds the file (F); what the path names is looked at in our own root */
	bool firm; /* of one that is held: its path names it, not by a guess from times that may mislead */
	bool seen; /* it was opened: what is below counts */
	dev_t dev;
	ino_t ino;
	mode_t mode;
	struct pathtime times; /* of one that is held */
	const char *path;      /* as it was asked for; "" for a program in memory */
};

enum walk_verdict {
	WALK_RUNS,
	WALK_FAILS,   /* exec fails with walk.error */
	WALK_KILLED,  /* exec passes its point of no return, and the process dies before it does anything */
	WALK_UNKNOWN, /* see walk.doubt */
};

/* Why a verdict is unknown. */
enum walk_doubt {
	WALK_SURE,
	WALK_NO_TABLE,   /* the table is not visible, and may take it */
	WALK_BPF,        /* the program of a type B entry decides */
	WALK_ENTRY,      /* an entry whose text is not understood may take it */
	WALK_ORDER,      /* several entries take it, and which is tried first is hidden */
	WALK_FLAG,       /* the entry that takes it has a flag that is not known */
	WALK_UNREADABLE, /* this user may execute the file but not read it, so its first bytes are not known */
	WALK_HELD, /* the kernel holds a file (F), and the path no longer names it, or may not: by times (pathtime.h) */
	WALK_DAMAGED, /* exec works, but it depends on chance whether the damaged program starts */
	WALK_ROOT,    /* no openat2, so no path below another root can be looked up */
	WALK_TROUBLE, /* too few descriptors, no memory, a file that keeps changing, or no process for host_runs */
};

/* The file, five rewrites, and one more that is too much (depth of exec_binprm in fs/exec.c), or a loader. */
enum { WALK_HOPS = 8 };

/* About 12 KB. Paths point into it, to the rules and to the path that was asked for: not to be copied. */
struct walk {
	enum walk_verdict verdict;
	int error; /* errno of exec where it fails */
	enum walk_doubt doubt;
	/*
	 * Of an unknown verdict: what it is if what could not be seen takes nothing. Unknown too where
	 * the walk could not go on.
	 */
	enum walk_verdict otherwise;
	int otherwise_error;
	int doubt_hop;                /* where it came up, -1: nowhere */
	const struct entry *doubtful; /* the entry that it is about, or NULL */

	int runner;     /* the hop that becomes /proc/PID/exe, also where it is killed; -1: none, or not known */
	int problem;    /* the hop that makes it fail, be killed or unknown, -1: none */
	bool cut_off;   /* it runs, but the file ends before a segment does: it may die later */
	struct err why; /* the problem, or if there is none the doubt; names the file unless that is hop 0 */

	struct stat st; /* of the file that was asked for; zero where it could not be looked at */
	bool read;      /* its first bytes, else zero */
	unsigned char head[PATTERN_WINDOW];

	size_t count;
	struct walk_hop hops[WALK_HOPS];
	char scripts[WALK_HOPS][PATTERN_WINDOW]; /* what #! lines name */
	char loader[PATH_MAX];
};

/*
 * What execve(path) would do here, for this user, hop by hop as the kernel goes (fs/exec.c,
 * binfmt_misc.c, binfmt_script.c, binfmt_elf.c): it agrees with execve in errno, and in the file
 * that runs. Nothing is run but host_runs's probe. Not seen before Linux 6.14: a file that is open for
 * writing (ETXTBSY), a security module's refusal; never: limits of this process (E2BIG, EAGAIN, ENOMEM).
 */
void walk_file(const struct walk_where *where, const char *path, struct walk *walk);

/* The same for a program in memory, executed by this path (its extension counts). */
void walk_bytes(const struct walk_where *where, const char *path, const unsigned char *bytes, size_t size,
		struct walk *walk);

/*
 * What becomes of a file that is handed to this rule's interpreter. The rule is tried before all
 * entries, as it is when it has just been registered: so a rule that takes its own interpreter ends in ELOOP. hops[0]
 * is the interpreter. `live` (may be NULL) is the entry that it is already, whose F file was opened then. `interpreter`
 * (may be NULL) is the file of a new one, where it was opened already: the walk closes it. Not for BPF.
 */
void walk_rule(const struct walk_where *where, const struct rule *rule, const struct entry *live,
	       struct opened *interpreter, struct walk *walk);

/* A doubt in words. */
const char *walk_doubt_text(enum walk_doubt doubt);

/* Adds to what is wrong with a file how its exec ends: it fails, or it is killed. */
void walk_add_end(enum walk_verdict verdict, int error, struct err *why);

/* The name of an errno that exec gives: "ENOEXEC"; NULL: another. */
const char *walk_errno(int error);

#endif
