/* SPDX-License-Identifier: MIT */
#include "printed.h"

#include "json.h"

static void
json_empty(void)
{
	json_object(NULL);
	json_array("entries");
	json_end();
	json_object("o");
	json_end();
	json_end();
}

static void
json_nested(void)
{
	static const unsigned char bytes[] = {0x00, 0x7f, 0xff};

	json_object(NULL);
	json_string("a", "x");
	json_string("none", NULL);
	json_null("null");
	json_bool("yes", true);
	json_bool("no", false);
	json_number("n", -12);
	json_hex("hex", bytes, sizeof(bytes));
	json_hex("nothing", bytes, 0);
	json_array("list");
	json_string(NULL, "1");
	json_string(NULL, NULL);
	json_number(NULL, 2);
	json_object(NULL);
	json_bool("in", true);
	json_end();
	json_array(NULL);
	json_end();
	json_end();
	json_bool("after", false);
	json_end();
}

static void
json_twice(void)
{
	json_array(NULL);
	json_end();
	json_object(NULL);
	json_end();
}

static void
json_strings(void)
{
	json_array(NULL);
	json_string(NULL, "");
	json_string(NULL, "\"\\/");
	json_string(NULL, "\b\f\n\r\t\x01\x1f\x7f ~");
	json_string(NULL, "\xc3\xa9\xe2\x80\xae\xf0\x9f\x98\x80");
	json_string(NULL, "\xc2\x9b\xf3\xa0\x81\x81\xf3\xa0\xbf\xbf"); /* CSI, tags */
	json_string(NULL, "a\xff"
			  "b");
	json_end();
}

static void
json_broken(void)
{
	json_object(NULL);
	json_string("path", "/\xff\xc3(");
	json_string("sound", "\xc3\xa9");
	json_string("cut", "\xe2\x82");
	json_string("a\"b\n", "k");
	json_end();
}

static void
json_deep(void)
{
	for (int i = 0; i < 16; i++)
		json_array(NULL);
	for (int i = 0; i < 16; i++)
		json_end();
}

static void
json__documents__as_rfc_8259_wants(void **state)
{
	static const struct {
		void (*print)(void);
		const char *text;
	} t[] = {
	    {json_empty, "{\"entries\":[],\"o\":{}}\n"},
	    {json_nested, "{\"a\":\"x\",\"none\":null,\"null\":null,\"yes\":true,\"no\":false,\"n\":-12,"
			  "\"hex\":\"007fff\",\"nothing\":\"\",\"list\":[\"1\",null,2,{\"in\":true},[]],"
			  "\"after\":false}\n"},
	    {json_twice, "[]\n{}\n"},
	    {json_strings, "[\"\",\"\\\"\\\\/\",\"\\u0008\\u000c\\u000a\\u000d\\u0009\\u0001\\u001f\\u007f ~\","
			   "\"\xc3\xa9\\u202e\xf0\x9f\x98\x80\",\"\\u009b\\udb40\\udc41\\udb43\\udfff\",\"a\xef\xbf\xbd"
			   "b\"]\n"},
	    {json_broken, "{\"path\":\"/\xef\xbf\xbd\xef\xbf\xbd(\",\"path_hex\":\"2fffc328\","
			  "\"sound\":\"\xc3\xa9\",\"cut\":\"\xef\xbf\xbd\xef\xbf\xbd\",\"cut_hex\":\"e282\","
			  "\"a\\\"b\\u000a\":\"k\"}\n"},
	    {json_deep, "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]\n"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(t); i++)
		expect_text("json", printed(t[i].print), t[i].text);
}

/* A path as long as a rule can hold, of bytes that are all no UTF-8: its twin is whole. */
static char long_path[1920];

static void
json_long(void)
{
	json_object(NULL);
	json_string("interpreter", long_path);
	json_end();
}

static void
json__longest_path__twin_is_whole(void **state)
{
	const char *text, *twin;

	(void)state;
	memset(long_path, 0xff, sizeof(long_path) - 1);
	text = printed(json_long);
	twin = strstr(text, "\"interpreter_hex\":\"");
	assert_non_null(twin);
	assert_int_equal(strspn(twin + 19, "f"), 2 * 1919);
	assert_string_equal(twin + 19 + 2 * 1919, "\"}\n");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json__documents__as_rfc_8259_wants),
	    cmocka_unit_test(json__longest_path__twin_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
