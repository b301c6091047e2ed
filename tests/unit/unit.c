/* SPDX-License-Identifier: MIT */
/* What systemd runs for a unit, by its text. */
#include "harness.h"

#include "unit.h"

/* What was read of a text: "a b | c", then the marks. */
static const char *
read_unit(const char *text)
{
	static char copy[8192], out[8300];
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
	    {"[Service]\n\tExecStart \t=\t/b  register\tall \nType = oneshot\n", "/b register all"},
	    {"[Service]\nExecStart=/b a\nExecStart=-/b b\nType=oneshot", "/b a | -/b b"},
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
	    {"[Service]\nExecStart=- /b", "? ExecStart=- /b"},
	    {"[Service]\nExecStart=--/b", "? ExecStart=--/b"},
	    {"[Service]\nExecStart=+!/b", "? ExecStart=+!/b"},
	    {"[Service]\nExecStart=!!!/b", "? ExecStart=!!!/b"},
	    {"[Service]\nExecStart=:/b", "? ExecStart=:/b"},
	    {"[Service]\nExecStart=b", "? ExecStart=b"},
	    {"[Service]\nExecStart=/b/", "? ExecStart=/b/"},
	    {"[Service]\nExecStart=/a/../b", "? ExecStart=/a/../b"},
	    {"[Service]\nExecStart=/a//b", "? ExecStart=/a//b"},
	    {"[Service]\nExecStart=/b \xff", "? ExecStart=/b \xff"},
	    {"[Service]\nExecStart=/b a\nExecReload=-/b refresh\nExecReload=\n", "/b a"},
	    {"[Service]\nExecReload=--/b refresh", "? ExecReload=--/b refresh"},
	    /* what systemd may see as other lines */
	    {"[Unit]\nDescription=a \\\\\nCondition=x", "? [Unit]\nDescription=a \\\\\nCondition=x"},
	    {"[Unit]\nDescription=a\rCondition=x", "? [Unit]\nDescription=a\rCondition=x"},
	    {"[Service]\r\nExecStart=/b\r\n", "? [Service]\r\nExecStart=/b\r\n"},
	    {"[Unit]\nConditionPathExists=/x\n", "? ConditionPathExists=/x"},
	    {"[Service]\nUser=x\n", "? User=x"},
	    {"[Other]\n", "? [Other]"},
	    {"[Unit]\nAfter=local-fs.target systemd-binfmt.service "
	     "proc-sys-fs-binfmt_misc.mount\nPartOf=systemd-binfmt.service\n[Service]\nRemainAfterExit=yes\n",
	     " after part remains"},
	    {"[Unit]\nAfter=local-fs.target\n[Service]\nRemainAfterExit=no", ""},
	    {"[Service]\nRemainAfterExit=True", " remains"},
	    {"[Service]\nRemainAfterExit=ON\nRemainAfterExit=OFF", ""},
	    {"[Service]\nRemainAfterExit=maybe", "? RemainAfterExit=maybe"},
	    /* empty, they take nothing back */
	    {"[Unit]\nAfter=systemd-binfmt.service\nAfter=\nPartOf=systemd-binfmt.service\nPartOf=\n", " after part"},
	    /* the order of others */
	    {"[Unit]\nAfter=graphical.target", "? After=graphical.target"},
	    {"[Unit]\nAfter=default.target", "? After=default.target"},
	    {"[Unit]\nAfter=\"systemd-binfmt.service\"", "? After=\"systemd-binfmt.service\""},
	    {"[Unit]\nAfter=systemd-binfmt.service.d", "? After=systemd-binfmt.service.d"},
	    {"[Unit]\nPartOf=x.service", "? PartOf=x.service"},
	    {"[Unit]\nBefore=systemd-binfmt.service", "? Before=systemd-binfmt.service"},
	    {"[Unit]\nBefore=sysinit.target", "? Before=sysinit.target"},
	    {"[Unit]\nBefore=shutdown.target\nDefaultDependencies=yes", ""},
	    {"[Unit]\nDefaultDependencies=no", "? DefaultDependencies=no"},
	    {"[Unit]\nWants=systemd-binfmt.service", "? Wants=systemd-binfmt.service"},
	    /* values that are not known */
	    {"[Service]\nStandardOutput=journal\nStandardError=null", ""},
	    {"[Service]\nStandardOutput=file:/x", "? StandardOutput=file:/x"},
	    {"[Service]\nStandardError=journal null", "? StandardError=journal null"},
	    {"[Service]\nTimeoutStartSec=infinity", ""},
	    {"[Service]\nTimeoutStartSec=1us", "? TimeoutStartSec=1us"},
	    {"[Install]\nAlias=x.service", "? Alias=x.service"},
	    /* sections of other programs */
	    {"[X-Foo]\nBefore=a\n[Service]\nExecStart=/b\n", "/b"},
	    {"[X-Foo\nBefore=a\n", "? [X-Foo"},
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
	for (int words = UNIT_WORDS_MAX - 6; words < UNIT_WORDS_MAX + 3; words++) {
		len = (size_t)sprintf(text, "[Service]\nType=oneshot\nExecStart=/b ");
		for (int i = 1; i < words; i++)
			len += (size_t)sprintf(text + len, "b ");
		sprintf(text + len, "\nExecStart=-/b\n");
		assert_true((read_unit(text)[0] == '?') == (words > UNIT_WORDS_MAX - 4));
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
	    {"# c\n[Service]\nEnvironment=SYSTEMD_SLEEP_FREEZE_USER_SESSIONS=0\n", true}, /* of Fedora 41 */
	    {"[Service]\nEnvironment=SYSTEMD_SLEEP_X=0 LD_PRELOAD=x\n", false},
	    {"[Service]\nEnvironment=LD_PRELOAD=x\n", false},
	    {"[Service]\nExecStart=\n", false},
	    {"[Service]\nPrivateMounts=yes\n", false},
	    {"[Unit]\nConditionPathExists=/x\n", false},
	    {"[Unit]\nAfter=x\n", false},
	    {"[Unit]\nDefaultDependencies=yes\n", false},
	    {"[Unit]\nBefore=local-fs-pre.target\n", false},
	    {"[Unit]\nWants=shutdown.target\n", false},
	    {"[Service]\nStandardOutput=file:/x\n", false},
	    {"[Service]\nStandardOutput=journal\n", true},
	    {"[Service]\nTimeoutStopSec=1us\n", false},
	    {"[Unit]\nDescription=a\rCondition=x\n", false},
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

static void
mount__each_text__of_fstab_or_not(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} rows[] = {
	    {"# by systemd-fstab-generator\n\n[Unit]\nDocumentation=man:fstab(5)\nSourcePath=/etc/fstab\n"
	     "Before=local-fs.target\n\n[Mount]\nWhat=binfmt_misc\nWhere=/proc/sys/fs/binfmt_misc\nType=binfmt_misc\n",
	     true},
	    {"[Mount]\nWhat=x\nWhere=/proc/sys/fs/binfmt_misc\nType=binfmt_misc\nOptions=nofail\n", true},
	    {"[Mount]\nWhat=x\nWhere=/proc/sys/fs/binfmt_misc\nType=binfmt_misc\nOptions=ro\n", false},
	    {"[Mount]\nWhat=x\nWhere=/proc/sys/fs/binfmt_misc\nType=tmpfs\n", false},
	    {"[Mount]\nWhat=x\nWhere=/mnt\nType=binfmt_misc\n", false},
	    {"[Unit]\nRequires=x.device\n", false},
	    {"[Unit]\nSourcePath=/etc/other\n", false},
	};
	char copy[512];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(copy, sizeof(copy), "%s", rows[i].text);
		if (unit_is_of_fstab(copy) != rows[i].is)
			fail_msg("%s", rows[i].text);
	}
}

static void
other__each_text__what_it_says(void **state)
{
	static const struct {
		const char *text;
		unsigned says;
	} rows[] = {
	    {"[Unit]\nWants=a.service b.service\n", UNIT_STARTS},
	    {"[Unit]\nWants=a.service \\\n b.service\n", UNIT_STARTS},
	    {"[Unit]\nRequires = b.service\nBindsTo=b.service\n", UNIT_STARTS},
	    {"[Timer]\nUnit=b.service\n", UNIT_STARTS | UNIT_HINDERS},
	    {"[Service]\nExecStart=/bin/systemctl stop b.service\n", UNIT_STARTS | UNIT_HINDERS},
	    {"[Unit]\nConflicts=b.service\n", UNIT_STARTS | UNIT_HINDERS},
	    {"[Unit]\nConflicts=a.service \\\n# c\n b.service\n", UNIT_STARTS | UNIT_HINDERS},
	    {"[Unit]\nConflicts=\"b.service\"\n", UNIT_STARTS | UNIT_HINDERS},
	    {"[Unit]\nPropagatesStopTo=b.service\n", UNIT_STARTS | UNIT_HINDERS},
	    {"[Unit]\nDescription=x\rWants=b.service\n", UNIT_STARTS | UNIT_HINDERS | UNIT_IS_EARLY | UNIT_IS_LATE},
	    {"[Unit]\nDescription=x\rWants=a.service\n", UNIT_IS_EARLY | UNIT_IS_LATE},
	    {"[Unit]\nAfter=b.service\n", UNIT_IS_AFTER | UNIT_IS_LATE},
	    {"[Unit]\nBefore = b.service\nPartOf=b.service\n", UNIT_IS_BEFORE},
	    {"[Unit]\nBefore=b.service\nAfter=network.target basic.target\n", UNIT_IS_BEFORE},
	    {"[Unit]\nBefore=b.service\nAfter=network.target a.target\n", UNIT_IS_BEFORE | UNIT_IS_LATE},
	    {"[Unit]\nDefaultDependencies=no\n", UNIT_IS_EARLY},
	    {"# Wants=b.service\n[Unit]\nDescription=b.service\n[X-Y]\nWants=b.service\n", 0},
	    {"[Install]\nWantedBy=b.service\nAlso=b.service\n", 0},
	    {"[Unit]\nWants=a.service\n", 0},
	};
	char copy[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		snprintf(copy, sizeof(copy), "%s", rows[i].text);
		if (unit_says(copy, "b.service") != rows[i].says)
			fail_msg("%s", rows[i].text);
	}
}

/* The example says nothing that is not understood. */
static void
example__as_shipped__understood(void **state)
{
	(void)state;
	expect_text("binfmtctl.service", read_unit(slurp("man/examples/binfmtctl.service")),
		    "/usr/local/bin/binfmtctl register --mount all after part remains");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(unit__each_text__commands_and_order),
	    cmocka_unit_test(unit__more_than_there_is_room_for__riddle),
	    cmocka_unit_test(drop_in__each_text__harmless_or_not),
	    cmocka_unit_test(mount__each_text__of_fstab_or_not),
	    cmocka_unit_test(other__each_text__what_it_says),
	    cmocka_unit_test(example__as_shipped__understood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
