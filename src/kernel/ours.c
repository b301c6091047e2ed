/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <sys/stat.h>

#include "binfmt_open.h"
#include "err.h"
#include "ours.h"
#include "userns.h"

/* The machine's, or this user namespace's, in a mount of our own mount namespace. */
static bool
is_own(const struct binfmt *b)
{
	enum binfmt_scope scope = binfmt_scope(b);

	return scope == BINFMT_HOST || scope == BINFMT_NAMESPACE;
}

struct look
ours_is(const struct binfmt *b)
{
	struct look is = {LOOK_UNKNOWN};
	struct stat st, usual_st;
	struct binfmt usual;
	struct err ignored;
	bool shown;

	if (!b->dir || strcmp(b->dir, BINFMT_DIR) == 0)
		return userns_mounts() == USERNS_BELOW ? is : look_seen(true);
	if (fstat(b->dir_fd, &st) < 0)
		return is;
	shown = binfmt_open(&usual, BINFMT_DIR, NULL, &ignored) == 0;
	if (shown && fstat(usual.dir_fd, &usual_st) == 0 && usual_st.st_dev == st.st_dev)
		is = look_seen(true);
	else if (is_own(b) && !(shown && is_own(&usual)))
		is = look_seen(true);
	if (shown)
		binfmt_close(&usual);
	return is;
}

bool
ours_surely(const struct binfmt *b)
{
	return ours_is(b).is == LOOK_YES && is_own(b);
}
