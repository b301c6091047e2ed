/* SPDX-License-Identifier: MIT */
#include "at_boot.h"
#include "drift.h"
#include "json.h"

void
at_boot_json(const struct boot *boot, const struct handler *handler)
{
	struct drift drift = {.end = DRIFT_UNKNOWN, .flushed = LOOK_UNKNOWN};

	if (boot)
		drift_examine(boot, handler, NULL, &drift);
	if (drift.end == DRIFT_UNKNOWN || drift.flushed == LOOK_UNKNOWN) {
		json_null("at_boot");
		return;
	}
	json_object("at_boot");
	json_string("source", *drift.source ? drift.source : NULL);
	json_string("program", drift.program);
	json_string("removed_by", drift.flushed == LOOK_YES ? "systemd-binfmt" : NULL);
	json_end();
}
