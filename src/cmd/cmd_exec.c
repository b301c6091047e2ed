/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch.h"
#include "binfmt_open.h"
#include "cmd.h"
#include "err.h"
#include "foresee.h"
#include "front.h"
#include "given.h"
#include "handlers.h"
#include "ids.h"
#include "newroot.h"
#include "print.h"
#include "private.h"
#include "program.h"
#include "refusal.h"
#include "refused.h"
#include "register.h"
#include "rehearse.h"
#include "report.h"
#include "rootbinds.h"
#include "rootview.h"
#include "rule.h"
#include "sitter.h"

/* As env(1): nothing of ours went wrong if it is another number. */
enum { EXIT_OWN = 125, EXIT_NOT_EXECUTED = 126, EXIT_NOT_FOUND = 127 };

const struct opt exec_opts[] = {
    OPT_ARCHS("handle these, or all (that of CMD; repeatable)"),
    OPT_RULE_FLAGS,
    OPT_INTERPRETER_DIR,
    OPT_TEXT("root", 0, "DIR", root, "run CMD in this root, with /proc, /dev and /sys"),
    {"bind", 0, OPT_BIND, "SRC[:DST]", 0, "show a file or folder of outside in it (repeatable)"},
    OPT_TEXT("chdir", 'C', "DIR", chdir, "change to DIR first"),
    OPT_BOOL("map-root", 0, map_root, "be root inside, and nobody else"),
    OPT_BOOL("map-auto", 0, map_auto, "be root inside, with the ids of /etc/subuid"),
    OPT_BOOL("inherit", 0, inherit, "have the handlers that are visible here too"),
    OPT_END,
};

/* One run of it. */
struct run {
	const struct cmd *cmd;
	struct args *args;
	int root; /* the opened folder of --root, -1: none */
	struct stat tree;
	struct program program;
	struct rehearsal rehearsal; /* of it, in a dry run */
	struct rootbind binds[ROOTBINDS_MAX];
	struct ids ids;
	struct refused refused; /* its limits, from the start; the rest when something is refused */
	struct err err;
};

/* Whichever of our processes says it, its document is whole when it ends. */
static int
told(int status)
{
	fflush(stdout); /* main sees if that fails */
	return status;
}

/* Also what helps, if that is known. */
static int
fail(struct run *run)
{
	if (*run->err.fix)
		err_add(&run->err, "; try: %s", run->err.fix);
	return told(report_fail(run->cmd, run->args, &run->err));
}

/* "SRC" or "SRC:DST"; both with a slash in front, DST so that it means the new root. */
static const char *
split_binds(struct run *run)
{
	for (size_t i = 0; i < run->args->bind_count; i++) {
		char *from = run->args->binds[i], *colon = strchr(from, ':');

		if (colon)
			*colon = '\0';
		run->binds[i] = (struct rootbind){from, colon ? colon + 1 : from};
		if (*from != '/' || *run->binds[i].to != '/')
			return "--bind needs absolute paths: SRC or SRC:DST";
	}
	return NULL;
}

static const char *
misuse(struct run *run)
{
	const struct args *args = run->args;

	if (!*args->program)
		return "missing operand: a command";
	if (strcmp(args->binfmt_dir, BINFMT_DIR) != 0)
		return "--binfmt-dir has no use here: the handlers of CMD are in a binfmt_misc of its own";
	if (args->map_root && args->map_auto)
		return "--map-root and --map-auto exclude each other";
	if (args->bind_count && !args->root)
		return "--bind goes with --root";
	return split_binds(run);
}

/* Says why the command cannot be run: an errno, or -1 for what program_find says. Returns what env(1) would. */
static int
not_run(struct run *run, int error)
{
	const char *name = *run->args->program, *path = run->program.path;
	bool same = strcmp(name, path) == 0;

	if (error < 0)
		err_set(&run->err, ERR_UNKNOWN, "%s: %s%s%s", name, same ? "" : path, same ? "" : ": ",
			run->program.reason);
	else
		err_set(&run->err, ERR_OPEN, "%s: %s", name, strerror(error));
	if (error == ENOEXEC)
		err_add(&run->err, "; binfmtctl doctor finds the cause");
	fail(run);
	return error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED;
}

/* What a new root's programs expect in PATH: dpkg refuses to work without. 0, or -1: no memory. */
static int
add_to_path(void)
{
	const char *path = getenv("PATH");
	char *longer;
	int done;

	if (asprintf(&longer, "%s:/usr/local/sbin:/usr/sbin:/sbin",
		     path && *path ? path : "/usr/local/bin:/usr/bin:/bin") < 0)
		return -1;
	done = setenv("PATH", longer, 1);
	free(longer);
	return done;
}

static int
check_flags(struct run *run)
{
	const char *flags = run->args->flags;
	unsigned ignored;
	const char *wrong = flags ? rule_parse_flags(flags, &ignored) : NULL;

	return wrong ? err_set(&run->err, ERR_FLAGS, "--flags %s: %s", flags, wrong) : 0;
}

/* Opens --root and goes there, or changes to --chdir, as what a path of the command means from here on. */
static int
go_there(struct run *run)
{
	const struct args *args = run->args;

	if (!args->root && args->chdir && chdir(args->chdir) < 0)
		return err_set(&run->err, ERR_OPEN, "--chdir %s: %s", args->chdir, strerror(errno));
	if (opt_root(args, &run->root, &run->err) < 0)
		return -1;
	if (run->root >= 0 && (fstat(run->root, &run->tree) < 0 || fchdir(run->root) < 0))
		return err_set(&run->err, ERR_OPEN, "--root %s: %s", args->root, strerror(errno));
	return run->root < 0 || add_to_path() == 0 ? 0 : err_set(&run->err, ERR_MEMORY, "out of memory");
}

/* What the command is, below our own root (-1) or the one that is to be. */
static int
find_program(struct run *run, int root)
{
	int error = program_find(root, *run->args->program, &run->program);

	return error ? not_run(run, error) : EXIT_DONE;
}

/* A root folder of Debian's kind with one id: what will fail there is seen coming. */
static void
warn_of_one_id(const struct run *run)
{
	if (run->root >= 0 && run->ids.by == IDS_BY_ITSELF && faccessat(run->root, "usr/bin/apt-get", F_OK, 0) == 0)
		report_warning(NULL,
			       "there is one id inside: apt-get works with -o APT::Sandbox::User=root, su, sudo and "
			       "packages with users of their own need --map-auto");
}

/* What is made at once. */
static int
first_namespaces(const struct run *run)
{
	return CLONE_NEWUSER | CLONE_NEWNS | (run->args->root ? CLONE_NEWUTS : 0);
}

/* That and the one of pids, which comes later. */
static int
all_namespaces(const struct run *run)
{
	return first_namespaces(run) | (run->args->root ? CLONE_NEWPID : 0);
}

/* Says which of our own steps failed, and what helps. */
static int
refuse(struct run *run, struct private_end end)
{
	const struct args *args = run->args;

	refused_read(&run->refused, all_namespaces(run));
	refusal_explain(&run->refused, end, &run->err);
	if (!args->root && run->program.itself && run->program.needs)
		refusal_without(&(struct without){run->program.needs, args->interpreter_dirs,
						  args->interpreter_dir_count, args->chdir, run->program.path,
						  args->program + 1},
				&run->err);
	return fail(run);
}

/*
 * What the command needs, or else the shell of its root; *needs NULL: this machine runs both, or it is not known. What
 * --arch names is not asked for, but a dry run tells of the command. EXIT_DONE, or the exit status.
 */
static int
look_ahead(struct run *run, const struct arch **needs)
{
	const struct args *args = run->args;
	const struct foresight what = {run->binds, args->bind_count, args->chdir, *args->program, args->dry_run};
	static struct foreseen seen;
	struct private_end end;

	*needs = run->program.needs;
	if (!args->root || (args->operand_count && !args->dry_run))
		return EXIT_DONE;
	if (foresee(&what, &seen, &run->err) < 0)
		return fail(run);
	*needs = seen.needs;
	run->program = seen.program;
	end = private_look(&run->ids, ROOTVIEW);
	if (args->dry_run && end.step != PRIVATE_DONE)
		return refuse(run, end);
	return args->dry_run && seen.found ? not_run(run, seen.found) : EXIT_DONE;
}

/* Into namespaces with handlers of our own, as their root. */
static int
enter(struct run *run)
{
	struct private_end end = private_enter(&run->ids, first_namespaces(run));
	const struct arch *needs;
	int status;

	if (end.step != PRIVATE_DONE)
		return refuse(run, end);
	status = look_ahead(run, &needs);
	if (status != EXIT_DONE)
		return status;
	if (handlers_mount(run->args, &run->err) < 0)
		return refuse(run, (struct private_end){PRIVATE_BINFMT, errno});
	run->rehearsal.root = run->args->root ? ROOTVIEW : -1;
	run->rehearsal.name = *run->args->program;
	run->rehearsal.path = run->program.path;
	if (handlers_register(run->cmd, run->args, needs, &run->rehearsal, &run->err) == 0)
		return EXIT_DONE;
	return run->args->dry_run ? EXIT_OWN : told(report_told(run->cmd, run->args, &run->err));
}

/* The last step: this process becomes the command. Returns the exit status where it does not. */
static int
become(void *arg)
{
	struct run *run = arg;
	const struct args *args = run->args;
	struct private_end end;
	int status;

	end = private_leave(&run->ids); /* first: all that follows has the command's own rights */
	if (end.step != PRIVATE_DONE)
		return refuse(run, end);
	if (args->root && args->chdir && chdir(args->chdir) < 0) {
		err_set(&run->err, ERR_OPEN, "--chdir %s: %s", args->chdir, strerror(errno));
		return fail(run);
	}
	if (args->root && getenv("TMPDIR") && access(getenv("TMPDIR"), F_OK) < 0)
		unsetenv("TMPDIR");
	status = args->root ? find_program(run, -1) : EXIT_DONE; /* with what was bound into it */
	if (status != EXIT_DONE)
		return status;
	given_restore();
	execv(run->program.path, args->program);
	return not_run(run, errno);
}

static int
prepare_root(void *arg)
{
	struct run *run = arg;
	struct err note;

	if (newroot_enter(run->args->root, run->binds, run->args->bind_count, &note, &run->err) < 0) {
		fail(run);
		return -1;
	}
	if (*note.text)
		report_warning(NULL, "%s", note.text);
	return 0;
}

/*
 * Nothing of the old tree stays open, nor our folder there: what `..` leads to from it is outside of the new root, for
 * the command too. 0, or -1 and run->err.
 */
static int
leave_old_tree(struct run *run)
{
	close(run->root);
	run->root = -1;
	return chdir("/") == 0 ? 0 : err_set(&run->err, ERR_OPEN, "--root %s: %s", run->args->root, strerror(errno));
}

/*
 * In a root of its own the command has a process 1 beside it, and this one sits by. The PID namespace is made this late
 * as the first process that we start in it is its process 1.
 */
static int
run_in_root(void *arg)
{
	struct run *run = arg;
	pid_t init;
	int status;

	if (unshare(CLONE_NEWPID) < 0)
		return refuse(run, (struct private_end){PRIVATE_UNSHARE, errno});
	init = sitter_start(prepare_root, run);
	if (init == 0)
		return EXIT_OWN;
	if (init > 0 && leave_old_tree(run) < 0)
		return fail(run);
	status = init < 0 ? -1 : sitter_run(init, become, run);
	return status < 0 ? refuse(run, (struct private_end){PRIVATE_HELPER, errno}) : status;
}

/* The end of a dry run: the handlers are told of, and in the document also why it would fail. */
static int
would_run(const struct run *run)
{
	const struct rehearsal *r = &run->rehearsal;

	if (r->verdict != WALK_RUNS) {
		print_err(NULL, "%s", r->why.text);
		return r->error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTED;
	}
	if (!run->args->json && !run->args->quiet) {
		print_safe(stdout, run->program.path);
		puts(": would be run");
	}
	return EXIT_DONE;
}

int
cmd_exec(const struct cmd *cmd, struct args *args)
{
	static struct run run;
	enum ids_wish wish = args->map_auto ? IDS_AUTO : args->map_root ? IDS_ROOT : IDS_OWN;
	const char *wrong;
	struct err note;
	int status;

	run.cmd = cmd;
	run.args = args;
	wrong = misuse(&run);
	if (wrong)
		return report_usage(cmd, args, "%s", wrong);
	if (check_flags(&run) < 0 || register_check_dirs(args, &run.err) < 0 || go_there(&run) < 0)
		return fail(&run);
	status = run.root < 0 ? find_program(&run, -1) : EXIT_DONE;
	if (status != EXIT_DONE)
		return status;
	if (ids_plan(wish, run.root < 0 ? geteuid() : run.tree.st_uid, &run.ids, &note, &run.err) < 0)
		return fail(&run);
	if (*note.text)
		report_warning(NULL, "%s", note.text);
	warn_of_one_id(&run);
	refused_read_limits(&run.refused, all_namespaces(&run));
	status = enter(&run);
	if (status != EXIT_DONE)
		return status;
	if (args->dry_run)
		return would_run(&run);
	if (run.root < 0)
		return become(&run);
	status = front_run(run_in_root, &run);
	if (status < 0)
		status = refuse(&run, (struct private_end){PRIVATE_HELPER, errno});
	_exit(status); /* what was not written yet is the child's to write */
}
