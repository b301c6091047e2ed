/* SPDX-License-Identifier: MIT */
/* exec --root: a root folder with nothing of its own but what is bound into it from this machine. */
#include "range.h"

#include <dirent.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine.h"
#include "typist.h"

enum { KILLS = 100, ROUNDS = 24 };

static char *place, *root;
static bool (*as)(void);

/* What makes an empty folder a root of this machine's programs. */
#define BINDS "--bind /usr $(for d in /bin /lib /lib64; do [ -L $d ] || [ ! -e $d ] || echo --bind $d; done) "

static void
make_root(void)
{
	expect(shell("mkdir -p %s/usr %s/etc %s/tmp && mkdir %s/proc %s/dev %s/sys && touch %s/etc/hosts "
		     "%s/etc/resolv.conf && for d in bin sbin lib lib64; do "
		     "if [ -L /$d ]; then ln -sfn "
		     "$(readlink /$d) %s/$d; fi; done; cp binfmtctl %s/; chmod -R a+rX %s; chmod 1777 %s/tmp",
		     root, root, root, root, root, root, root, root, root, place, place, root),
	       0, "", "");
}

static void
begin(void)
{
	range_need();
	if (!place)
		place = strdup(scratch());
	if (!root) {
		assert_true(asprintf(&root, "%s/a root", place) > 0);
		mkdir(place, 0755);
		mkdir(root, 0755);
		chmod(place, 0755);
		free(root);
		assert_true(asprintf(&root, "'%s/a root'", place) > 0);
		make_root();
	}
	need_private(place, as);
}

/* A line of the new root's shell, as the group's user. */
__attribute__((format(printf, 2, 3))) static const struct run *
in_root(const char *options, const char *format, ...)
{
	char line[2048];
	const struct run *r;
	va_list ap;

	va_start(ap, format);
	vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	run_prepare = as;
	r = shell("cd %s && ./binfmtctl exec --root %s " BINDS "%s sh -c '%s'", place, root, options, line);
	run_prepare = NULL;
	return r;
}

static void
root__what_programs_expect__is_there(void **state)
{
	static const struct {
		const char *line, *out;
	} rows[] = {
	    {"ls /", "usr\n"},
	    {"cat /proc/self/mountinfo | cut -d \" \" -f 5 | grep -cx /", "1\n"},
	    {"cat /proc/1/comm", "binfmtctl\n"},
	    {"echo $$", "2\n"},
	    {"ls /proc/sys/fs/binfmt_misc", "register\nstatus\n"},
	    {"cat /proc/sys/fs/binfmt_misc/status", "enabled\n"},
	    {"ls /sys | grep -x kernel", "kernel\n"},
	    {"ls /dev | tr \"\\n\" \" \"", "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero "},
	    {"echo x >/dev/null; head -c 2 /dev/zero | wc -c; echo y 2>/dev/full >/dev/full || echo full", "2\nfull\n"},
	    {"head -c 5 /dev/urandom | wc -c", "5\n"},
	    {"echo 1 | cat /dev/stdin; ls -L /dev/stdout /dev/fd/2 | wc -l", "1\n2\n"},
	    {"echo z >/dev/shm/file && cat /dev/shm/file", "z\n"},
	    {"pwd", "/\n"},
	    {"[ -e /home ] || echo none", "none\n"},
	    {"echo $PATH | tr : \"\\n\" | grep -cx -e /usr/sbin -e /sbin", "2\n"},
	    {"echo ${TMPDIR-none}", "none\n"},
	};
	static const char *const files[] = {"/etc/hosts", "/etc/resolv.conf"};

	(void)state;
	begin();
	setenv("TMPDIR", "/no/such/folder", 1);
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(in_root("", "%s", rows[i].line), 0, rows[i].out, NULL);
	unsetenv("TMPDIR");
	for (size_t i = 0; i < LENGTH(files); i++) {
		char *inside = strdup(in_root("", "cat %s", files[i])->out);

		expect_text(files[i], inside, shell("cat %s", files[i])->out);
		free(inside);
	}
}

static void
root__ids__own_or_root(void **state)
{
	char own[32];

	(void)state;
	begin();
	snprintf(own, sizeof(own), "%u\n", as ? RANGE_USER : geteuid());
	expect(in_root("", "id -u"), 0, own, "");
	expect(in_root("--map-root", "id -u"), 0, "0\n", "");
	expect(in_root("--map-root", "hostname other 2>/dev/null; uname -n"), 0, NULL, "");
}

static void
root__foreign_programs__run_without_their_interpreter_in_it(void **state)
{
	char *made = probe_program("aarch64", "aarch64"), *to;

	(void)state;
	begin();
	assert_true(asprintf(&to, "%s/a root/aarch64", place) > 0);
	copy_file(made, to, 0755);
	run_prepare = as;
	expect(shell("cd %s && ./binfmtctl exec --root %s /aarch64", place, root), 42, "", "");
	expect(shell("cd %s && ./binfmtctl exec --root %s ./aarch64", place, root), 42, "", "");
	expect(shell("cd %s && ./binfmtctl exec --chdir /tmp --root %s ../aarch64", place, root), 42, "", "");
	run_prepare = NULL;
	free(made);
	free(to);
}

/* What has the command's name before --chdir and --bind is for another machine. */
static void
root__what_is_needed__by_the_folder_and_the_binds(void **state)
{
	static const struct {
		const char *options, *command;
	} rows[] = {
	    {"--chdir /tmp/p", "./prog"},
	    {"--chdir tmp/p", "./prog"},
	    {"--chdir /tmp", "p/prog"},
	    {"--bind $PWD/work:/tmp/w", "/tmp/w/prog"},
	    {"--bind $PWD/work:/tmp/w", "/tmp/w/../w/./prog"},
	    {"--bind $PWD/work:/tmp/w", "/tmp/link"},
	    {"--bind $PWD/work/prog:/prog", "prog"},
	    {"--bind $PWD/work:/tmp/made --chdir /tmp/made", "./prog"},
	    {"--bind $PWD/work:/tmp/w", "/tmp/w/script"},
	    {"--bind $PWD/work:/tmp/far/off", "/tmp/far/off/prog"},
	    {"--bind $PWD/work:/tmp/far/on --chdir /tmp/far", "on/../on/prog"},
	    {"--bind $PWD/work:/dev/w", "/dev/w/prog"},
	    {"--bind $PWD/work:/dev/w --chdir /dev/shm", "../w/prog"},
	    {"--bind $PWD/work:/tmp/p --bind $PWD/work/prog:/tmp/p/it", "/tmp/p/it"},
	    {"--bind $PWD/work:/tmp/new", "/tmp/leads"},
	};
	char *made = probe_program("riscv64", "riscv64"), *other = probe_program("s390x", "s390x");

	(void)state;
	begin();
	installed_qemu("riscv64");
	expect(
	    shell(
		"cd %s && umask 022 && mkdir -p work 'a root'/tmp/p 'a root'/tmp/w && cp %s work/prog && cp work/prog "
		"'a root'/tmp/p/prog && cp %s 'a root'/prog && cp %s 'a root'/tmp/prog && cp %s 'a root'/tmp/w/prog "
		"&& ln -sf w/prog 'a root'/tmp/link && printf '#!/tmp/w/prog\\n' >work/script && chmod 755 "
		"work/script && ln -sf new/prog 'a root'/tmp/leads && >work/it",
		place, made, other, other, other),
	    0, "", "");
	for (size_t i = 0; i < LENGTH(rows); i++) {
		run_prepare = as;
		expect(shell("cd %s && PATH=/:$PATH ./binfmtctl exec --root %s " BINDS "%s %s", place, root,
			     rows[i].options, rows[i].command),
		       42, "", "");
		run_prepare = NULL;
	}
	expect(shell("cd %s && rm -rf 'a root'/prog 'a root'/tmp/* work", place), 0, "", "");
	free(made);
	free(other);
}

static void
root__chdir__within_the_new_root(void **state)
{
	static const struct {
		const char *options, *line;
	} rows[] = {
	    {"--chdir ../../../../..", "[ . -ef / ] && [ $PWD = / ]"},
	    {"--chdir /../..", "[ . -ef / ]"},
	    {"--chdir .", "[ . -ef / ] && [ .. -ef / ]"},
	    {"--chdir tmp/..", "[ .. -ef / ]"},
	    {"--chdir tmp", "[ . -ef /tmp ] && [ .. -ef / ]"},
	    {"--bind /usr/bin:/tmp/bound --chdir tmp/bound", "[ . -ef /tmp/bound ] && [ -e env ] && [ ../.. -ef / ]"},
	    {"--chdir dev", "[ . -ef /dev ] && [ -c null ]"},
	};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(in_root(rows[i].options, "%s && echo within", rows[i].line), 0, "within\n", "");
}

/* Of all our processes in the new root's mount namespace, where the command sees them: what leads to the old tree. */
static void
root__our_processes__hold_nothing_of_outside(void **state)
{
	static const char look[] =
	    "echo in:; n=0; for p in /proc/[0-9]*; do [ \"$(cat $p/comm 2>/dev/null)\" = binfmtctl ] && [ \"$(readlink "
	    "$p/ns/mnt)\" = \"$(readlink /proc/self/ns/mnt)\" ] || continue; n=$((n + 1)); [ $p/cwd -ef / ] && [ "
	    "$p/root -ef / ] || ls -ld $p/cwd; ls $p/fd | grep -v -x [012]; done; echo $n";

	(void)state;
	begin();
	expect(shell("cd %s && exec 7</ && look='%s' && export look && unshare -Urm sh -c 'mount --bind /dev/null "
		     "/proc/version && exec ./binfmtctl exec --arch aarch64 --map-root --root \"a root\" " BINDS
		     "sh -c \"$look\"'",
		     place, look),
	       0, "in:\n3\n", "");
	run_prepare = NULL;
}

/* Whoever reads what it wrote need not wait for its end. */
static void
root__what_the_command_closes__is_closed(void **state)
{
	static const char line[] = "exec <&- >&- 2>&-; i=0; until [ -e /tmp/seen ] || [ $((i += 1)) -gt 100 ]; do "
				   "sleep 0.05; done; [ $i -gt 100 ] || >/tmp/early; >/tmp/over";

	(void)state;
	begin();
	run_prepare = as;
	expect(shell("cd %s && rm -f 'a root'/tmp/*; ./binfmtctl exec --arch aarch64 --root %s " BINDS
		     "sh -c '%s' 2>&1 | (cat; >'a root'/tmp/seen); rm 'a root'/tmp/early",
		     place, root, line),
	       0, "", "");
	run_prepare = NULL;
}

/* Stopped and continued by whomever, inside and outside. */
static void
root__stops__the_command_and_all_that_is_seen_of_it_together(void **state)
{
	static const struct {
		const char *line, *outside, *out;
		int status;
	} rows[] = {
	    {"(sleep 0.3; kill -CONT $$) & kill -STOP $$; echo resumed", ":", "resumed\n", 0},
	    {"(sleep 0.3; kill -CONT $$; sleep 0.3; kill -CONT $$) & kill -STOP $$; kill -TSTP $$; echo resumed", ":",
	     "resumed\n", 0},
	    {"(sleep 0.3; kill -KILL $$) & kill -STOP $$; echo resumed", ":", "", 128 + SIGKILL},
	    {"kill -STOP $$; echo resumed",
	     "until grep -q ^State:.T /proc/$p/status; do sleep 0.05; done; kill -CONT $p", "resumed\n", 0},
	    {"kill -STOP $$; echo resumed",
	     "until grep -q ^State:.T /proc/$p/status; do sleep 0.05; done; kill -TERM $p; "
	     "kill -CONT $p",
	     "", 128 + SIGTERM},
	    /* no more than what is sent */
	    {"trap \"n=x\\$n\" CONT; (sleep 0.3; kill -CONT $$) & kill -STOP $$; >/tmp/resumed; i=0; until [ \"$n\" = "
	     "xx "
	     "] || [ $((i += 1)) -gt 100 ]; do sleep 0.05; done; sleep 0.2; echo $n.",
	     "until [ -e tmp/resumed ] && grep -q ^State:.S /proc/$p/status; do sleep 0.05; done; kill -CONT $p",
	     "xx.\n", 0},
	};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		run_prepare = as;
		expect(shell("cd %s && rm -f 'a root'/tmp/resumed; ./binfmtctl exec --arch aarch64 "
			     "--root %s " BINDS
			     "sh -c '%s' & p=$!; (sleep 20; kill -KILL $p) >/dev/null 2>&1 & k=$!; cd "
			     "'a root'; %s; wait $p 2>/dev/null; s=$?; kill $k; exit $s",
			     place, root, rows[i].line, rows[i].outside),
		       rows[i].status, rows[i].out, "");
		run_prepare = NULL;
	}
}

static void
root__exit_status__as_env(void **state)
{
	(void)state;
	begin();
	expect(in_root("", "exit 7"), 7, "", "");
	expect(in_root("", "kill -KILL $$"), 128 + SIGKILL, "", NULL);
	expect(in_root("", "kill -TERM $$"), 128 + SIGTERM, "", NULL);
	expect(in_root("--chdir /no-such", ":"), 125, "", "--chdir /no-such: No such file or directory");
	expect(in_root("--bind /no-such:/x", ":"), 125, "", "--bind /no-such: No such file or directory");
	expect(in_root("--bind /usr/bin:/tmp/x", "ls /tmp/x | grep -x env"), 0, "env\n", "");
	expect(in_root("--bind /usr/bin:/tmp/far/away/", "ls /tmp/far/away | grep -x env"), 0, "env\n", "");
	expect(in_root("--bind /usr/bin/env:/tmp/more/file", "cmp /usr/bin/env /tmp/more/file"), 0, "", "");
	expect(in_root("--bind /etc/passwd:/tmp/f --bind /usr/bin:/tmp/f/x", ":"), 125, "",
	       "--bind /usr/bin:/tmp/f/x: what is shown there of outside has no such place");
	expect(in_root("--bind /usr/bin:/etc/hosts/x", ":"), 125, "", ": what is shown there of outside has no such");
	expect(in_root("--bind /usr/bin:/etc/hosts", ":"), 125, "", "only one of them is a folder");
	run_prepare = as;
	expect(shell("cd %s && ./binfmtctl exec --root %s no-such", place, root), 127, "", "no-such: No such file");
	expect(shell("cd %s && ./binfmtctl exec --root %s /tmp", place, root), 126, "", "/tmp: ");
	run_prepare = NULL;
}

/* What is bound belongs to the outside. */
static void
root__a_bind_within_a_bind__makes_nothing_there(void **state)
{
	(void)state;
	begin();
	run_prepare = as;
	expect(
	    shell(
		"d=$(mktemp -d) && cd %s && ./binfmtctl exec --arch aarch64 --root %s " BINDS
		"--bind $d:/tmp/bound --bind /etc/passwd:/tmp/bound/a/b true; s=$?; ls $d; mkdir $d/a && >$d/a/b && "
		"./binfmtctl exec --arch aarch64 --root %s " BINDS
		"--bind $d:/tmp/bound --bind /etc/passwd:/tmp/bound/a/b cmp /tmp/bound/a/b /etc/passwd 2>&1 | grep -v "
		"/etc/passwd; rm -r $d; exit $s",
		place, root, root),
	    125, "", "a/b: what is shown there of outside has no such place");
	run_prepare = NULL;
	for (const char *const *to = (const char *const[]){"/", "/.", "/tmp/..", NULL}; *to; to++) {
		char options[64];

		snprintf(options, sizeof(options), "--bind /etc:%s", *to);
		expect(in_root(options, ":"), 125, "", "what is to be all of the root is for --root");
	}
}

/* In a root that is another's the same: what lacks is made in the new root's own /dev, or is there in what is bound. */
static void
root__a_bind_where_the_root_has_no_place__makes_nothing_in_it(void **state)
{
	static const struct {
		const char *options, *line;
	} rows[] = {
	    {"--bind /dev/zero:/dev/kvm", "[ -c /dev/kvm ]"},
	    {"--bind /etc/passwd:/dev/shm/a/b", "[ -s /dev/shm/a/b ]"},
	    {"--bind /etc:/dev/etc --bind /etc/passwd:/dev/etc/passwd", "[ -s /dev/etc/passwd ]"},
	    {"--bind $PWD/of:/etc --bind /etc/passwd:/etc/me/file", "[ -s /etc/me/file ]"},
	    {"--bind $PWD/of:/etc --bind /usr/bin:/etc/me/folder", "[ -x /etc/me/folder/env ]"},
	};
	static const char find[] = "cd %s && find 'a root' of | sort";
	char options[256], *before;

	(void)state;
	begin();
	expect(shell("cd %s && mkdir -p of/me/folder && >of/me/file && chmod -R a+rX of", place), 0, "", "");
	expect(in_root("", ":"), 0, "", NULL); /* makes what it needs itself */
	before = strdup(shell(find, place)->out);
	for (int arch = 0; arch < 2; arch++)
		for (size_t i = 0; i < LENGTH(rows); i++) {
			snprintf(options, sizeof(options), "%s %s", arch ? "--arch aarch64" : "", rows[i].options);
			expect(in_root(options, "%s && echo there", rows[i].line), 0, "there\n", NULL);
		}
	expect_text("after", shell(find, place)->out, before);
	expect(shell("cd %s && rm -r of", place), 0, "", "");
	free(before);
}

/* As in a chroot of the classic kind: what is there is the machine's own /dev. */
static void
root__its_dev_is_bound__nothing_is_made_there(void **state)
{
	(void)state;
	begin();
	expect(shell("cd %s && mkdir -p dev && unshare -Urm sh -c 'mount --bind dev \"a root/dev\" && ./binfmtctl exec "
		     "--root \"a root\" " BINDS
		     "--bind /etc/passwd:/dev/mine/file sh -c \"cat /dev/mine/file\"' | cmp - "
		     "/etc/passwd; ls dev",
		     place),
	       0, "", NULL);
}

/* A link of the root's that leads to where a bind is, and to nothing there. */
static void
root__a_link_into_a_bind__makes_nothing_there(void **state)
{
	(void)state;
	begin();
	expect(shell("cd %s && mkdir -p -m 777 of && ln -s /tmp/bound/new 'a root'/tmp/leads", place), 0, "", "");
	expect(in_root("--bind $PWD/of:/tmp/bound --bind /etc/passwd:/tmp/leads", ":"), 125, "",
	       "/tmp/leads: what is shown there of outside has no such place");
	expect(shell("cd %s && ls of && rm 'a root'/tmp/leads && rmdir of", place), 0, "", "");
}

/* Each mount of the new root fails once: the handlers are there or nothing runs, and what lacks is said. */
static void
root__a_mount_that_cannot_be_had__said(void **state)
{
	static const char *const calls[] = {"fsopen:error=EMFILE", "fsmount:error=ENOMEM", "open_tree:error=EMFILE",
					    "move_mount:error=ENOMEM"};
	char *made = probe_program("aarch64", "aarch64"), *to, *whole = NULL;
	unsigned done = 0;

	(void)state;
	begin();
	need_strace();
	installed_qemu("aarch64");
	assert_true(asprintf(&to, "%s/a root/aarch64", place) > 0);
	copy_file(made, to, 0755);
	for (size_t i = 0; i <= LENGTH(calls) * 16; i++) {
		char inject[64] = "-e trace=unshare";
		const struct run *r;

		if (i)
			snprintf(inject, sizeof(inject), "-e inject=%s:when=%zu", calls[(i - 1) / 16],
				 (i - 1) % 16 + 1);
		run_prepare = as;
		r = shell("cd %s && ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null %s ./binfmtctl exec "
			  "--arch aarch64 --root %s " BINDS "sh -c '/aarch64; echo $?; ls /dev /dev/pts /etc /sys'",
			  as ? "/mnt/open" : place, inject, root);
		run_prepare = NULL;
		if (i == 0)
			whole = strdup(expect(r, 0, "42\n", "")->out);
		else if (r->status == 125 ? !*r->err
					  : strncmp(r->out, "42\n", 3) != 0 || (strcmp(r->out, whole) != 0 && !*r->err))
			fail_msg("%s: status %d\n%s%s", inject, r->status, r->out, r->err);
		done += i && *r->err;
	}
	assert_in_range(done, 20, LENGTH(calls) * 16);
	free(whole);
	free(made);
	free(to);
}

/* Whichever process finds out. */
static void
root__failures__one_document(void **state)
{
	static const struct {
		const char *words;
		int status;
	} rows[] = {
	    {"--bind /no-such:/x -- sh", 125},
	    {"--chdir /no-such -- sh", 125},
	    {"-- no-such", 127},
	    {"-- /usr", 126},
	    {"--arch no-such-arch -- sh", 125},
	    {"--map-auto --map-root sh", 125},
	};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct run *r;

		run_prepare = as;
		r = shell("cd %s && ./binfmtctl -j exec --root %s " BINDS "%s", place, root, rows[i].words);
		run_prepare = NULL;
		expect_json(expect(r, rows[i].status, NULL, NULL)->out, ".error.detail | length > 0");
	}
	expect(in_root("-j", "echo {}"), 0, "{}\n", "");
}

/* Whatever they are in the root: this machine's are seen, and what a link leads to is neither covered nor made. */
static void
root__hosts_and_resolv_conf__of_outside(void **state)
{
	static const char *const made[] = {
	    ":",
	    ">hosts; >resolv.conf",
	    ">hosts; ln -s ../run/systemd/resolve/stub-resolv.conf resolv.conf",
	    "ln -s /etc/hosts resolv.conf",
	    "ln -s /dev/null resolv.conf; ln -s /dev/null hosts",
	    "ln -s resolv.conf resolv.conf; ln -s /tmp hosts",
	};
	static const char look[] = "for f in hosts resolv.conf; do [ ! -e /tmp/outside/$f ] || cmp /etc/$f "
				   "/tmp/outside/$f || exit 1; done; [ -c /dev/null ] && [ ! -e /run ] && echo same";

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(made); i++) {
		expect(
		    shell("cd %s/'a root/etc' && rm -rf * && { %s; } && chmod a+rwX . && { ls -l | grep -o '[^ ]* -> "
			  ".*' >../tmp/links; true; }",
			  place, made[i]),
		    0, "", "");
		expect(in_root("--bind /etc:/tmp/outside", "%s", look), 0, "same\n", "");
		expect(shell("cd %s/'a root/etc' && ls -l | grep -o '[^ ]* -> .*' | cmp - ../tmp/links", place), 0, "",
		       "");
	}
	expect(shell("cd %s/'a root' && rm -rf etc/* tmp/*", place), 0, "", "");
}

/* Empty ones, which the next run finds. */
static void
root__places_that_lacked__stay_and_nothing_else(void **state)
{
	static const char find[] = "find . -mindepth 1 ! -name usr ! -type l ! -path './b*' | sort | tr '\\n' ' '";
	char stays[128];

	(void)state;
	begin();
	/* What is not there outside is not shown inside. */
	snprintf(stays, sizeof(stays), "./dev ./etc %s%s./here ./here/file ./proc ./sys ",
		 access("/etc/hosts", F_OK) == 0 ? "./etc/hosts " : "",
		 access("/etc/resolv.conf", F_OK) == 0 ? "./etc/resolv.conf " : "");
	run_prepare = as;
	for (int i = 0; i < 2; i++) {
		expect(
		    shell("cd %s && mkdir -p lacks/usr && cd lacks && { for d in bin lib lib64; do [ ! -L /$d ] || cp "
			  "-P /$d "
			  ".; done; } && ../binfmtctl exec --arch aarch64 --root . --bind /etc/passwd:/here/file " BINDS
			  "sh -c 'echo >/dev/shm/x'",
			  as ? "/mnt/open" : place),
		    0, "", "");
		expect(shell("cd %s/lacks && %s && find . -type f -size +0", as ? "/mnt/open" : place, find), 0, stays,
		       "");
	}
	run_prepare = NULL;
}

static void
root__resolv_conf_that_cannot_be_had__said(void **state)
{
	(void)state;
	begin();
	expect(shell("cd %s/'a root/etc' && rm -rf resolv.conf hosts && mkdir resolv.conf && >hosts", place), 0, "",
	       "");
	expect(in_root("", "echo runs"), 0, "runs\n", "warning: --root: cannot mount /etc/resolv.conf: ");
	expect(shell("cd %s/'a root' && rm -rf etc/*", place), 0, "", "");
}

/* What was judged is what is entered, whatever has its name meanwhile. */
static void
root__another_folder_of_its_name__not_entered(void **state)
{
	(void)state;
	begin();
	need_strace();
	expect(
	    shell("cd %s && for d in 1 2; do mkdir -p swap$d/usr && cp -P 'a root'/* swap$d/ 2>/dev/null; echo $d "
		  ">swap$d/name; done; ln -sfn swap1 swap; (i=0; until ls -l /proc/[0-9]*/cwd 2>&1 | grep -q swap1$ || "
		  "[ $((i += 1)) -gt 100 ]; do sleep 0.02; done; ln -sfn swap2 swap) & ASAN_OPTIONS=detect_leaks=0 "
		  "strace -f -qq -o log -e "
		  "trace=unshare -e inject=unshare:delay_enter=2000000:when=1 ./binfmtctl exec --arch aarch64 --root "
		  "swap " BINDS "cat /name; readlink swap",
		  place),
	    0, "1\nswap2\n", "");
}

/* As in containers: there the new root has a copy of /proc, of the outer PID namespace. */
static void
root__a_part_of_proc_is_covered__runs(void **state)
{
	static const char *const ways[] = {"", "unshare -U --map-user=1000 --map-group=1000"};

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(ways); i++)
		expect(shell("cd %s && unshare -Urm sh -c 'mount --bind /dev/null /proc/version && exec %s ./binfmtctl "
			     "exec --arch aarch64 --root \"a root\" " BINDS
			     "sh -c \"id -u; ls /proc/sys/fs/binfmt_misc | "
			     "wc -l\"'",
			     place, ways[i]),
		       0, i ? "1000\n3\n" : "0\n3\n", NULL);
}

static void
root__read_only__enough(void **state)
{
	(void)state;
	begin();
	expect(shell("cd %s && unshare -Urm sh -c 'mount --bind \"a root\" \"a root\" && mount -o remount,bind,ro \"a "
		     "root\" && "
		     "./binfmtctl exec --root \"a root\" " BINDS " sh -c \"touch /x || echo read-only\"'",
		     place),
	       0, "read-only\n", NULL);
}

/* A root of the group's user, with files and folders that are closed to it by their modes. */
static void
make_closed_root(void)
{
	char *made = probe_program("aarch64", "aarch64");

	expect(
	    shell(
		"mkdir -p %s/closed/d && cd %s/closed && cp %s tiny && cp tiny d/ && cp tiny none && cp tiny group && "
		"cp %s d/aarch64 && cp %s aarch64 && printf '#!/d/tiny\\n' >of && printf '#!/tiny\\n' >script && "
		"chmod 755 of script && chmod 0 none && chmod 010 group && { [ %u = 0 ] || chown -R %u:%u .; } && "
		"chmod 0 d",
		place, place, tiny_interpreter(), made, made, as ? RANGE_USER : 0, RANGE_USER, RANGE_USER),
	    0, "", "");
	free(made);
}

/* The root of the namespace that is made on the way has more rights than the user who wants none. */
static void
root__what_is_closed_to_the_user__not_run(void **state)
{
	static const struct {
		const char *words;
		int status, as_root;
	} rows[] = {
	    {"/tiny", 42, 42},    {"/aarch64", 42, 42},           {"/script", 42, 42},
	    {"/d/tiny", 126, 42}, {"/d/aarch64", 126, 42},        {"/of", 126, 42},
	    {"/group", 126, 42},  {"--chdir /d ./tiny", 125, 42}, {"/none", 126, 126},
	};
	static const char *const ways[] = {"", "--arch aarch64", "--map-root"};

	(void)state;
	begin();
	installed_qemu("aarch64");
	make_closed_root();
	for (size_t i = 0; i < LENGTH(rows) * LENGTH(ways); i++) {
		const char *way = ways[i % LENGTH(ways)], *words = rows[i / LENGTH(ways)].words;
		bool is_root = !as || strcmp(way, "--map-root") == 0;
		int status = is_root ? rows[i / LENGTH(ways)].as_root : rows[i / LENGTH(ways)].status;

		run_prepare = as;
		expect(shell("cd %s && ./binfmtctl exec %s --root closed %s", place, way, words), status, "",
		       status == 42 ? "" : ": Permission denied\n");
		expect(shell("cd %s && ./binfmtctl -n exec %s --root closed %s", place, way, words),
		       status == 42 ? 0 : status, NULL, status == 42 ? "" : "binfmtctl: ");
		run_prepare = NULL;
	}
	expect(shell("rm -rf %s/closed", place), 0, "", "");
}

/* Without --root what comes after the program is looked up by exec alone. */
static void
root__none__not_run_either(void **state)
{
	(void)state;
	begin();
	make_closed_root();
	expect(shell("cd %s/closed && printf '#!%s/closed/d/tiny\\n' >of", place, place), 0, "", "");
	for (int dry = 0; dry < 2; dry++) {
		run_prepare = as;
		expect(shell("cd %s && ./binfmtctl %s exec --arch aarch64 closed/of", place, dry ? "-n" : ""),
		       as    ? 126
		       : dry ? 0
			     : 42,
		       NULL, as ? "binfmtctl: closed/of: " : "");
		run_prepare = NULL;
	}
	expect(shell("rm -rf %s/closed", place), 0, "", "");
}

/* A place that lacks is made in a folder that its owner may not write to. */
static void
root__a_folder_closed_to_its_owner__gets_its_places(void **state)
{
	(void)state;
	begin();
	make_closed_root();
	expect(shell("chmod 555 %s/closed", place), 0, "", "");
	run_prepare = as;
	expect(shell("cd %s && ./binfmtctl -n exec --root closed /tiny", place), 0, "/tiny: would be run\n", "");
	expect(shell("cd %s && ./binfmtctl exec --root closed /tiny", place), 42, "", "");
	run_prepare = NULL;
	expect(shell("rm -rf %s/closed", place), 0, "", "");
}

/* Live processes whose command line holds this word. */
static unsigned
alive(const char *word)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	unsigned n = 0;

	assert_non_null(d);
	while ((e = readdir(d))) {
		char path[300];
		const char *text;

		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
		text = slurp(path);
		if (text && *text && memmem(text, 256, word, strlen(word))) /* its words are apart by NULs */
			n++;
	}
	closedir(d);
	return n;
}

/* However it ends, nobody of its namespace is left and nothing is mounted outside. */
static void
root__killed_at_any_moment__nobody_is_left(void **state)
{
	char *mounts, mark[32];

	(void)state;
	begin();
	mounts = strdup(slurp("/proc/self/mountinfo"));
	snprintf(mark, sizeof(mark), "%d", 100000000 + (int)getpid());
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			if (as)
				as();
			execl("/bin/sh", "sh", "-c",
			      "cd \"$1\" && exec ./binfmtctl exec --root 'a root' " BINDS
			      "sh -c \"sleep $2 & sleep $2; :\"",
			      "sh", place, mark, NULL);
			_exit(1);
		}
		usleep((useconds_t)(random() % 120000));
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, NULL, 0), pid);
	}
	for (int i = 0; i < 100 && alive(mark); i++)
		usleep(50000);
	assert_int_equal(alive(mark), 0);
	assert_string_equal(slurp("/proc/self/mountinfo"), mounts);
	free(mounts);
}

/* Starts a line of the new root's shell with its standard output in *log, and waits until it has said that it is
 * ready. */
static pid_t
start(const char *line, char **log)
{
	const char *folder = as ? "/mnt/open" : place;
	pid_t pid;

	assert_true(asprintf(log, "%s/log", folder) > 0);
	unlink(*log);
	pid = fork();
	if (pid == 0) {
		if (as && !as())
			_exit(1);
		execl("/bin/sh", "sh", "-c",
		      "cd \"$1\" && exec ./binfmtctl exec --arch aarch64 --root \"$2\" " BINDS
		      "sh -c \"echo ready; $3\" >log",
		      "sh", folder, as ? "/mnt/exec/a root" : "a root", line, NULL);
		_exit(1);
	}
	assert_true(pid > 0);
	return pid;
}

/* Waits until the log is this. */
static void
wait_for_log(const char *log, const char *wanted)
{
	const char *text = NULL;

	for (int i = 0; i < 1000 && (!text || strcmp(text, wanted) != 0); i++) {
		usleep(10000);
		text = slurp(log);
	}
	expect_text("log", text, wanted);
}

/* All but those that nobody can have, that libc takes for itself, and that each end of a child sends. */
static bool
can_be_sent(int number)
{
	return number != SIGKILL && number != SIGSTOP && number != SIGCHLD && (number < 32 || number >= SIGRTMIN);
}

static void
root__signals__each_reaches_the_command_once(void **state)
{
	char *log, wanted[1024] = "ready\n", line[256];
	size_t len = strlen(wanted);
	int status;
	pid_t pid;

	(void)state;
	begin();
	snprintf(line, sizeof(line),
		 "n=0; while [ $((n += 1)) -le 64 ]; do [ $n = %d ] || trap \"echo $n\" $n 2>/dev/null; done; trap "
		 "\"exit 9\" TERM; echo set; while :; do sleep 0.02; done",
		 SIGCHLD);
	pid = start(line, &log);
	len += (size_t)snprintf(wanted + len, sizeof(wanted) - len, "set\n");
	wait_for_log(log, wanted);
	for (int number = 1; number <= SIGRTMAX; number++) {
		if (!can_be_sent(number) || number == SIGTERM)
			continue;
		len += (size_t)snprintf(wanted + len, sizeof(wanted) - len, "%d\n", number);
		assert_int_equal(kill(pid, number), 0);
		wait_for_log(log, wanted);
	}
	assert_int_equal(kill(pid, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 9);
	free(log);
}

static void
root__signals__kill_it_as_any_other(void **state)
{
	const int numbers[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGPWR, SIGIO, SIGSEGV, SIGVTALRM, SIGRTMIN, SIGRTMAX};
	int status;
	char *log;

	(void)state;
	begin();
	for (size_t i = 0; i < LENGTH(numbers); i++) {
		pid_t pid = start("exec sleep 60", &log);

		wait_for_log(log, "ready\n");
		assert_int_equal(kill(pid, numbers[i]), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFSIGNALED(status) || WTERMSIG(status) != numbers[i])
			fail_msg("signal %d: status %d", numbers[i], status);
		free(log);
	}
}

/* Ctrl-Z and fg again and again, then Ctrl-C to the command alone, and Ctrl-\. */
static void
jobs__stopped_and_continued__as_any_other(void **state)
{
	static const char *const ways[] = {"", "--root 'a root' "};
	char *argv[] = {(char *)"/bin/bash", (char *)"--norc", (char *)"-i", NULL}, *line;
	struct typist typist;

	(void)state;
	begin();
	if (access(argv[0], X_OK) < 0)
		skip_because("this machine has no bash");
	for (size_t w = 0; w < LENGTH(ways); w++) {
		typist_start(&typist, argv, place);
		assert_non_null(typist_type(&typist, "PS1='P'\"> \"\n", "P> "));
		assert_true(
		    asprintf(&line,
			     "./binfmtctl exec %s%s sh -c 'trap \"echo got-\"int INT; echo sta\"\"rted; while :; do :; "
			     "done'\n", /* it starts nothing: a shell that is stopped between fork and exec is no matter
					   of ours */
			     ways[w], *ways[w] ? BINDS : "") > 0);
		assert_non_null(typist_type(&typist, line, "started"));
		for (int i = 0; i < ROUNDS; i++) {
			typist_wait_for_job(&typist);
			usleep(1000); /* the group's others go on with it */
			assert_non_null(typist_type(&typist, "\x1a", "P> "));
			assert_non_null(typist_type(&typist, "fg\n", "\n"));
		}
		typist_wait_for_job(&typist);
		assert_non_null(typist_type(&typist, "\x03", "got-int"));
		assert_non_null(typist_type(&typist, "\x1c", "P> "));
		assert_non_null(typist_type(&typist, "echo rc=$?\n", "rc=131"));
		typist_end(&typist);
		free(line);
	}
}

static void
jobs__a_terminal__is_known_inside(void **state)
{
	char *argv[] = {(char *)"/bin/bash", (char *)"--norc", (char *)"-i", NULL}, *line;
	struct typist typist;

	(void)state;
	begin();
	if (access(argv[0], X_OK) < 0)
		skip_because("this machine has no bash");
	typist_start(&typist, argv, place);
	assert_true(asprintf(&line, "stty rows 33 cols 77; ./binfmtctl exec --root 'a root' " BINDS
				    "sh -c 'tty; stty size; echo e\"\"nd'\n") > 0);
	assert_non_null(strstr(typist_type(&typist, line, "\nend"), "/dev/console\r\n33 77"));
	typist_end(&typist);
	free(line);
}

static void
range__ordinary_user__the_same(void **state)
{
	(void)state;
	range_setup();
	place = strdup("/mnt/exec");
	root = NULL;
	as = range_drop;
	expect(shell("mkdir -p -m 1777 /mnt/open && cp binfmtctl /mnt/open/"), 0, "", "");
}

#define ANYWHERE                                                                                                       \
	cmocka_unit_test(root__what_programs_expect__is_there), cmocka_unit_test(root__ids__own_or_root),              \
	    cmocka_unit_test(root__foreign_programs__run_without_their_interpreter_in_it),                             \
	    cmocka_unit_test(root__exit_status__as_env), cmocka_unit_test(root__failures__one_document),               \
	    cmocka_unit_test(root__hosts_and_resolv_conf__of_outside),                                                 \
	    cmocka_unit_test(root__resolv_conf_that_cannot_be_had__said),                                              \
	    cmocka_unit_test(root__places_that_lacked__stay_and_nothing_else),                                         \
	    cmocka_unit_test(root__signals__each_reaches_the_command_once),                                            \
	    cmocka_unit_test(root__signals__kill_it_as_any_other),                                                     \
	    cmocka_unit_test(root__killed_at_any_moment__nobody_is_left),                                              \
	    cmocka_unit_test(root__chdir__within_the_new_root),                                                        \
	    cmocka_unit_test(root__a_bind_within_a_bind__makes_nothing_there),                                         \
	    cmocka_unit_test(root__a_bind_where_the_root_has_no_place__makes_nothing_in_it),                           \
	    cmocka_unit_test(root__a_link_into_a_bind__makes_nothing_there),                                           \
	    cmocka_unit_test(root__a_mount_that_cannot_be_had__said),                                                  \
	    cmocka_unit_test(root__what_is_needed__by_the_folder_and_the_binds),                                       \
	    cmocka_unit_test(root__what_is_closed_to_the_user__not_run), cmocka_unit_test(root__none__not_run_either), \
	    cmocka_unit_test(root__a_folder_closed_to_its_owner__gets_its_places),                                     \
	    cmocka_unit_test(root__our_processes__hold_nothing_of_outside),                                            \
	    cmocka_unit_test(root__what_the_command_closes__is_closed),                                                \
	    cmocka_unit_test(root__stops__the_command_and_all_that_is_seen_of_it_together)

int
main(void)
{
	const struct CMUnitTest as_we_are[] = {ANYWHERE,
					       cmocka_unit_test(root__read_only__enough),
					       cmocka_unit_test(root__a_part_of_proc_is_covered__runs),
					       cmocka_unit_test(root__its_dev_is_bound__nothing_is_made_there),
					       cmocka_unit_test(root__another_folder_of_its_name__not_entered),
					       cmocka_unit_test(jobs__stopped_and_continued__as_any_other),
					       cmocka_unit_test(jobs__a_terminal__is_known_inside)};
	const struct CMUnitTest as_a_user[] = {cmocka_unit_test(range__ordinary_user__the_same), ANYWHERE};
	int failed = range_run(as_a_user);

	return cmocka_run_group_tests(as_we_are, NULL, NULL) + failed;
}
