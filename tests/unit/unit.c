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
			len += (size_t)sprintf(out + len, "%s%s", len ? " " : "", *word);
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
	    {"ExecStart=/b a\nExecStart=-/b b\nExecStart=+!/b c", "/b a | /b b | /b c"},
	    {"ExecStart=/b a\nExecStart=\nExecStart=/b b", "/b b"},
	    {"ExecStart=/b a\nExecStart =\n", ""},
	    {"ExecStart=/b \\\n  a \\\n# comment\n ; and \\\nb\nType=x", "/b a b"},
	    {"ExecStart=/b a\\\n\nType=x", "/b a"},
	    {"ExecStart=/b a\\", "/b a"},
	    {"# ExecStart=/b a\n ; ExecStart=/b b\n#\\\nExecStart=/b c", "/b c"},
	    {"execstart=/b a", "? execstart=/b a"},
	    {"ExecStarts=/b a", "? ExecStarts=/b a"},
	    {"ExecStart", "? ExecStart"},
	    {"ExecStart x=/b", "? ExecStart x=/b"},
	    {"ExecStartPre=/b", "? ExecStartPre=/b"},
	    {"ExecStart=/b 'a b'", "? ExecStart=/b 'a b'"},
	    {"ExecStart=/b $A", "? ExecStart=/b $A"},
	    {"ExecStart=/b %i", "? ExecStart=/b %i"},
	    {"ExecStart=/b a ; /b b", "? ExecStart=/b a ; /b b"},
	    {"ExecStart=@/b b", "? ExecStart=@/b b"},
	    {"ConditionPathExists=/x\n", "? ConditionPathExists=/x"},
	    {"User=x\n", "? User=x"},
	    {"[Other]\n", "? [Other]"},
	    {"After=a.mount systemd-binfmt.service b\nPartOf=systemd-binfmt.service\nRemainAfterExit=yes\n",
	     " after part remains"},
	    {"After=systemd-binfmt.service.d xsystemd-binfmt.service\nRemainAfterExit=no", ""},
	    {"After=systemd-binfmt.service\nAfter=x\nPartOf=systemd-binfmt.service\nPartOf=\n", " after"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect_text(rows[i].text, read_unit(rows[i].text), rows[i].read);
}

static void
unit__more_than_there_is_room_for__riddle(void **state)
{
	char text[8192];
	size_t len = 0;

	(void)state;
	for (int i = 0; i < UNIT_COMMANDS_MAX + 1; i++)
		len += (size_t)sprintf(text + len, "ExecStart=/b\n");
	assert_string_equal(read_unit(text), "? ExecStart=/b");
	for (int words = UNIT_WORDS_MAX - 3; words < UNIT_WORDS_MAX + 3; words++) {
		len = (size_t)sprintf(text, "ExecStart=");
		for (int i = 0; i < words; i++)
			len += (size_t)sprintf(text + len, "b ");
		sprintf(text + len, "\nExecStart=-\n");
		assert_true((read_unit(text)[0] == '?') == (words > UNIT_WORDS_MAX - 3));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unit__each_text__commands_and_order),
	    cmocka_unit_test(unit__more_than_there_is_room_for__riddle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
