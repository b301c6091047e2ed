/* SPDX-License-Identifier: MIT */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stddef.h>

enum { UNIT_COMMANDS_MAX = 16, UNIT_WORDS_MAX = 256 };

/* What systemd runs for a service, and when, as far as its text is plain. */
struct unit {
	char *words[UNIT_WORDS_MAX]; /* of all commands, a NULL behind each */
	char **commands[UNIT_COMMANDS_MAX];
	bool forgiven[UNIT_COMMANDS_MAX]; /* the command may fail, and those behind it are run */
	size_t command_count, word_count;
	bool after, part, remains; /* After= and PartOf= systemd-binfmt.service; RemainAfterExit= */
	bool oneshot;              /* Type=oneshot: the only one that may have more than one command */
	const char *riddle;        /* the first line that is not understood, or what systemd refuses; NULL: none */
};

/* Reads a unit's text, which is cut into the words. */
void unit_parse(char *text, struct unit *unit);

/* Whether a text (a drop-in, which is cut up) changes neither what is run nor whether or when. */
bool unit_is_harmless(char *text);

/* Whether a text (of a unit, which is cut up) is that of a mount of binfmt_misc that stands in fstab. */
bool unit_is_of_fstab(char *text);

/* What a text of another unit, or of its drop-in, says of a unit. */
enum unit_says {
	UNIT_STARTS = 1,    /* it may make systemd start it */
	UNIT_HINDERS = 2,   /* it may keep systemd from that */
	UNIT_IS_AFTER = 4,  /* the other is started after it */
	UNIT_IS_BEFORE = 8, /* or before */
	/* of the other alone */
	UNIT_IS_EARLY = 16, /* it may be started before basic.target */
	UNIT_IS_LATE = 32,  /* after units of which it is not known that they are early */
};

/* All that it says of the unit of this name, in an "or"; the text is cut up. */
unsigned unit_says(char *text, const char *name);

#endif
