/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "binfmt.h"
#include "err.h"
#include "inforce.h"
#include "snapshot.h"
#include "whose.h"

static const char other_in_force[] =
    "which is not in force here: an instance of this user namespace's own is, which is not mounted there";

/* Whether the entries that are there now decide here. */
static struct look
in_force(const struct binfmt *b)
{
	struct snapshot s = {.b = *b};
	struct look is = look_unknown();
	struct err ignored;
	int on = binfmt_enabled(b, &ignored);

	if (on < 0 || binfmt_list(b, &s.list, &ignored) < 0)
		return is;
	s.switched_on = on > 0;
	binfmt_list_sort(&s.list);
	is = inforce_is(&s);
	binfmt_list_free(&s.list);
	return is;
}

int
whose_check(const struct binfmt *b, struct look inherited, struct err *err)
{
	if (inherited.is != LOOK_YES || in_force(b).is != LOOK_NO)
		return 0;
	return err_unavailable(err, ERR_NAMESPACE, "%s shows the table of a parent user namespace, %s", b->dir,
			       other_in_force);
}

static int
parents_changed(const struct binfmt *b, struct err *err)
{
	static const char table[] = "this was changed in the table of a parent user namespace";

	if (in_force(b).is == LOOK_NO)
		return err_set(err, ERR_NAMESPACE, "%s, %s", table, other_in_force);
	err_note(err,
		 "%s, and so for all that inherit it: for this user namespace too, unless it has an instance of its "
		 "own, which cannot be seen",
		 table);
	return 1;
}

int
whose_changed(const struct binfmt *b, struct look inherited, struct err *err)
{
	if (inherited.is == LOOK_YES)
		return parents_changed(b, err);
	if (inherited.is == LOOK_NO || strcmp(b->dir, BINFMT_DIR) != 0)
		return 0;
	err_note(err, "whose table %s shows cannot be told: it may be another user namespace's, and not in force here",
		 b->dir);
	return 1;
}
