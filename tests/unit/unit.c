/* SPDX-License-Identifier: MIT */
/* What systemd runs for a unit, by its text. */
#include "harness.h"

#include "unit.h"

/* What was read of a text: "a b | c", then the marks. */
static const char *
read_unit(const char *text)
{
	static char copy[8192], out[8192];
	struct unit unit;
	size_t len = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	unit_parse(copy, &unit);
	if (unit.riddle) {
		snprintf(out, sizeof(out), "? %s", unit.riddle);
		return out;
	}
	out[0] = '\0';
	for (size_t i = 0; i < unit.command_count; i++) {
		len += (size_t)sprintf(out + len, "%s", i ? " |" : "");
		for (char **word = unit.commands[i]; *word; word++)
			len += (size_t)sprintf(out + len, "%s%s%s", len ? " " : "",
					       unit.forgiven[i] && word == unit.commands[i] ? "-" : "", *word);
	}
	sprintf(out + len, "%s%s%s", unit.after ? " after" : "", unit.part ? " part" : "",
		unit.remains ? " remains" : "");
	return out;
}

static void
unit__each_text__commands_and_order(void **state)
{
	static const struct {
		const char *text, *read;
	} rows[] = {
	    {"", ""},
	    {"[Unit]\n[Service]\nExecStart=/b register all\n[Install]\nWantedBy=x\n", "/b register all"},
	    {"[Service]\r\n\tExecStart \t=\t/b  register\tall \r\nType = oneshot\r\n", "/b register all"},
	    {"[Service]\nExecStart=/b a\nExecStart=-/b b\nExecStart=+!/b c\nType=oneshot", "/b a | -/b b | /b c"},
	    {"[Service]\nExecStart=/b a\nExecStart=\nExecStart=/b b", "/b b"},
	    {"[Service]\nExecStart=/b a\nExecStart =\n", ""},
	    {"[Service]\nExecStart=/b \\\n  a \\\n# comment\n ; and \\\nb\nType=exec", "/b a b"},
	    {"[Service]\nExecStart=/b a\\\n\nType=exec", "/b a"},
	    {"[Service]\nExecStart=/b a\\", "/b a"},
	    {"[Service]\n# ExecStart=/b a\n ; ExecStart=/b b\n#\\\nExecStart=/b c", "/b c"},
	    {"[Service]\nexecstart=/b a", "? execstart=/b a"},
	    {"[Service]\nExecStarts=/b a", "? ExecStarts=/b a"},
	    {"[Service]\nExecStart", "? ExecStart"},
	    {"[Service]\nExecStart x=/b", "? ExecStart x=/b"},
	    {"[Service]\nExecStartPre=/b", "? ExecStartPre=/b"},
	    {"[Service]\nExecStart=/b 'a b'", "? ExecStart=/b 'a b'"},
	    {"[Service]\nExecStart=/b $A", "? ExecStart=/b $A"},
	    {"[Service]\nExecStart=/b %i", "? ExecStart=/b %i"},
	    {"[Service]\nExecStart=/b a ; /b b", "? ExecStart=/b a ; /b b"},
	    {"[Service]\nExecStart=@/b b", "? ExecStart=@/b b"},
	    {"[Unit]\nConditionPathExists=/x\n", "? ConditionPathExists=/x"},
	    {"[Service]\nUser=x\n", "? User=x"},
	    {"[Other]\n", "? [Other]"},
	    {"[Unit]\nAfter=a.mount systemd-binfmt.service "
	     "b\nPartOf=systemd-binfmt.service\n[Service]\nRemainAfterExit=yes\n",
	     " after part remains"},
	    {"[Unit]\nAfter=systemd-binfmt.service.d xsystemd-binfmt.service\n[Service]\nRemainAfterExit=no", ""},
	    {"[Unit]\nAfter=systemd-binfmt.service\nAfter=x\nPartOf=systemd-binfmt.service\nPartOf=\n", " after"},
	    {"[Install]\nExecStart=/b a", "? ExecStart=/b a"},
	    {"[Unit]\nExecStart=/b a", "? ExecStart=/b a"},
	    {"ExecStart=/b a\n[Service]\n", "? ExecStart=/b a"},
	    {"[Service]\nAfter=x\n", "? After=x"},
	    {"[Service]\nExecStart=/b a\nExecStart=/b b", "? more than one ExecStart= without Type=oneshot"},
	    {"[Service]\nType=exec\nExecStart=/b a\nExecStart=/b b", "? more than one ExecStart= without Type=oneshot"},
	    {"[Service]\nExecStart=/b a\nExecStart=/b b\nType=oneshot", "/b a | /b b"},
	    {"[Service]\nType=notify\nExecStart=/b a", "? Type=notify"},
	    {"[Unit]\nRequires=x.service\n", "? Requires=x.service"},
	    {"[Unit]\nConflicts=shutdown.target\n", ""},
	    {"[Service]\nSuccessExitStatus=3\n", ""},
	    {"[Service]\nSuccessExitStatus=1\n", "? SuccessExitStatus=1"},
	    {"[Unit]\nConflicts=x.target\n", "? Conflicts=x.target"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect_text(rows[i].text, read_unit(rows[i].text), rows[i].read);
}

static void
unit__more_than_there_is_room_for__riddle(void **state)
{
	char text[8192];
	size_t len = (size_t)sprintf(text, "[Service]\nType=oneshot\n");

	(void)state;
	for (int i = 0; i < UNIT_COMMANDS_MAX + 1; i++)
		len += (size_t)sprintf(text + len, "ExecStart=/b\n");
	assert_string_equal(read_unit(text), "? ExecStart=/b");
	for (int words = UNIT_WORDS_MAX - 3; words < UNIT_WORDS_MAX + 3; words++) {
		len = (size_t)sprintf(text, "[Service]\nType=oneshot\nExecStart=");
		for (int i = 0; i < words; i++)
			len += (size_t)sprintf(text + len, "b ");
		sprintf(text + len, "\nExecStart=-\n");
		assert_true((read_unit(text)[0] == '?') == (words > UNIT_WORDS_MAX - 3));
	}
}

static void
drop_in__each_text__harmless_or_not(void **state)
{
	static const struct {
		const char *text;
		bool harmless;
	} rows[] = {
	    {"", true},
	    {"# c\n[Service]\nTimeoutStopFailureMode=abort\n", true},
	    {"[Unit]\nDescription=x\n", true},
	    {"[Service]\nExecStart=\n", false},
	    {"[Service]\nPrivateMounts=yes\n", false},
	    {"[Unit]\nConditionPathExists=/x\n", false},
	    {"[Unit]\nAfter=x\n", false},
	    {"[Other]\n", false},
	    {"junk", false},
	};
	char copy[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(copy, sizeof(copy), "%s", rows[i].text);
		if (unit_is_harmless(copy) != rows[i].harmless)
			fail_msg("%s", rows[i].text);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unit__each_text__commands_and_order),
	    cmocka_unit_test(unit__more_than_there_is_room_for__riddle),
	    cmocka_unit_test(drop_in__each_text__harmless_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
