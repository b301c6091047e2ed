/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "entry.h"
#include "pathtime.h"
#include "walker.h"

static struct walk_hop *
last_hop(const struct walker *w)
{
	return &w->walk->hops[w->walk->count - 1];
}

struct walk_hop *
walker_add(struct walker *w, enum walk_by by, const char *path, const struct entry *entry)
{
	struct walk_hop *hop = &w->walk->hops[w->walk->count++];

	hop->by = by;
	hop->entry = entry;
	hop->held = hop->seen = hop->firm = false;
	hop->dev = 0;
	hop->ino = 0;
	hop->mode = 0;
	hop->times.of = NULL;
	hop->path = path;
	return hop;
}

static void
set_verdict(struct walk *walk, enum walk_verdict verdict, int error)
{
	walk->otherwise = verdict;
	walk->otherwise_error = error;
	if (walk->doubt)
		return;
	walk->verdict = verdict;
	walk->error = error;
}

static enum err_code
code_of(enum walk_verdict verdict, int error)
{
	if (verdict == WALK_UNKNOWN)
		return ERR_UNKNOWN;
	if (error == ENOENT || error == ENOTDIR)
		return ERR_MISSING;
	if (error == ELOOP)
		return ERR_LOOP;
	return error == EACCES ? ERR_NOT_EXECUTABLE : ERR_INTERPRETER;
}

void
walker_end(struct walker *w, int hop, enum walk_verdict verdict, int error, const char *reason)
{
	static const char *const words[] = {[WALK_FILE] = "",
					    [WALK_HANDLER] = "interpreter ",
					    [WALK_SCRIPT] = "#! program ",
					    [WALK_LOADER] = "loader "};
	const struct walk_hop *at = &w->walk->hops[hop];
	bool named = at->by != WALK_FILE;

	set_verdict(w->walk, verdict, error);
	w->walk->problem = hop;
	err_set(&w->walk->why, code_of(verdict, error), "%s%s%s%s", words[at->by], named ? at->path : "",
		named ? ": " : "", reason);
}

void
walker_end_running(struct walker *w, int runner)
{
	set_verdict(w->walk, WALK_RUNS, 0);
	w->walk->runner = runner;
}

void
walker_doubt(struct walker *w, enum walk_doubt doubt, const struct entry *entry)
{
	if (w->walk->doubt)
		return;
	w->walk->doubt = doubt;
	w->walk->verdict = WALK_UNKNOWN;
	w->walk->doubt_hop = (int)w->walk->count - 1;
	w->walk->doubtful = entry;
}

void
walker_lost(struct walker *w, enum walk_doubt doubt, const char *reason)
{
	walker_doubt(w, doubt, last_hop(w)->held ? last_hop(w)->entry : NULL);
	walker_end(w, (int)w->walk->count - 1, WALK_UNKNOWN, 0, reason);
}

/* The file takes the last one's place. */
static void
take(struct walker *w, const struct opened *file)
{
	struct walk_hop *hop = last_hop(w);

	opened_close(&w->at);
	w->at = *file;
	hop->seen = true;
	hop->dev = file->st.st_dev;
	hop->ino = file->st.st_ino;
	hop->mode = file->st.st_mode;
}

/* Takes the file that was opened by name already. As opened_open. */
static int
take_opened(struct walker *w, struct opened *file)
{
	int error;

	*file = *w->interpreter;
	w->interpreter->fd = -1;
	w->interpreter = NULL;
	error = opened_check(file, last_hop(w)->path, !w->where->opens);
	if (error)
		opened_close(file);
	return error;
}

bool
walker_open(struct walker *w)
{
	bool any_mode = w->where->any_mode && w->walk->count == 1;
	struct opened file;
	int error =
	    w->interpreter ? take_opened(w, &file) : opened_open(w->where->root, last_hop(w)->path, any_mode, &file);

	if (w->walk->count == 1)
		w->walk->st = file.st;
	if (error > 0)
		walker_end(w, (int)w->walk->count - 1, WALK_FAILS, error, file.reason);
	else if (error < 0)
		walker_lost(w, file.no_openat2 ? WALK_ROOT : WALK_TROUBLE, file.reason);
	else
		take(w, &file);
	return error == 0;
}

static const struct walk_held *
find_held(const struct walk_where *where, const struct entry *entry)
{
	for (size_t i = 0; i < where->held_count; i++)
		if (strcmp(where->held[i].entry, entry->rule.name) == 0)
			return &where->held[i];
	return NULL;
}

static bool
is_of(const struct walk_held *held, const struct opened *file)
{
	return held->dev == file->st.st_dev && held->ino == file->st.st_ino;
}

/* NULL: by time the path names the file that was opened when the entry was registered; or why that is not so. */
static const char *
why_not_by_time(const struct entry *entry, struct walk_hop *hop, const struct stat *file)
{
	pathtime_look(hop->path, file, &hop->times);
	hop->firm = pathtime_is_firm(&hop->times, &entry->registered);
	return pathtime_doubt(&hop->times, &entry->registered);
}

/*
 * The kernel holds the file since the entry was registered, in whatever root that was, and asks for
 * no permission any more. Its path names that file where somebody knows so, or where neither the file nor the way to it
 * was touched since, as far as times show.
 */
bool
walker_open_held(struct walker *w)
{
	struct walk_hop *hop = last_hop(w);
	const struct walk_held *held = find_held(w->where, hop->entry);
	struct opened file;
	int error = opened_open(-1, hop->path, true, &file);
	char text[160];
	const char *why;

	hop->held = true;
	if (error) {
		walker_lost(w, error > 0 ? WALK_HELD : WALK_TROUBLE,
			    "the kernel holds it (flag F), and its path does not lead to it now");
		return false;
	}
	take(w, &file);
	hop->firm = held && is_of(held, &file);
	if (hop->firm)
		return true;
	why = held ? NULL : why_not_by_time(hop->entry, hop, &file.st);
	if (!held && !why)
		return true;
	hop->seen = false;
	snprintf(text, sizeof(text), "the kernel holds it (flag F), and its path may name another file now: %s", why);
	walker_lost(w, WALK_HELD, held ? "the kernel holds another file (flag F) than its path names now" : text);
	return false;
}
