/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/xml.h"
#include "tap.h"

static int
read_two(const char *text, struct secret **one, struct secret **two,
    struct error *err)
{
	scoped(secret) struct secret *document =
	    secret_copy(text, strlen(text));
	struct xml_pick picks[] = {
	    {"Credentials/AccessKeyId", one}, {"Error/Code", two}};

	return xml_read(document, picks, 2, err);
}

static void
gives(const char *text, const char *expected, const char *name)
{
	scoped(secret) struct secret *key = NULL, *code = NULL;
	struct error err = {0};

	tap_number(read_two(text, &key, &code, &err), 0, "%s", name);
	tap_is(key == NULL ? NULL : secret_bytes(key), expected, "%s", name);
	tap_ok(code == NULL, "what is not there is not set");
}

static void
picks(void)
{
	gives("<?xml version=\"1.0\"?><R xmlns=\"https://sts\"><Result>"
	      "<Credentials><AccessKeyId>AKID</AccessKeyId></Credentials>"
	      "</Result></R>",
	    "AKID", "deep down");
	gives("<s:R xmlns:s=\"u\"><s:Credentials><s:AccessKeyId>A"
	      "</s:AccessKeyId></s:Credentials></s:R>",
	    "A", "prefixes are ignored");
	gives("<R><Credentials><AccessKeyId>a&amp;b&#x21;<![CDATA[<c>]]>"
	      "</AccessKeyId></Credentials></R>",
	    "a&b!<c>", "entities and CDATA");
	gives("<R><Credentials><AccessKeyId>1</AccessKeyId></Credentials>"
	      "<Credentials><AccessKeyId>2</AccessKeyId></Credentials></R>",
	    "1", "the first one counts");
	gives("<R><Credentials><AccessKeyId>x<b>no</b>y</AccessKeyId>"
	      "</Credentials></R>",
	    "xy", "its own text alone");
	gives("<R><Credentials><AccessKeyId/></Credentials></R>", "",
	    "an empty one");
	gives("<R><XCredentials><AccessKeyId>no</AccessKeyId>"
	      "</XCredentials></R>",
	    NULL, "names match as a whole");
	gives("<AccessKeyId>no</AccessKeyId>", NULL, "the path matters");
}

static void
refused(const char *text, const char *name)
{
	scoped(secret) struct secret *key = NULL, *code = NULL;
	struct error err = {0};

	tap_number(read_two(text, &key, &code, &err), -1, "refused: %s", name);
	tap_ok(key == NULL && code == NULL, "nothing is set");
	tap_ok(err.text[0] != '\0', "says why: %s", err.text);
}

static void
refuses_shapes(void)
{
	refused("", "nothing");
	refused("{}", "JSON");
	refused("<R><Credentials><AccessKeyId>AKID</AccessKeyId>", "cut off");
	refused("<R></S>", "a wrong end");
	refused("<R/><R/>", "a second root");
	refused("<R>\xff</R>", "no UTF-8");
	refused("<!DOCTYPE R><R/>", "a document type");
	refused("<!DOCTYPE R [<!ENTITY a \"aa\"><!ENTITY b \"&a;&a;\">]>"
		"<R><Credentials><AccessKeyId>&b;</AccessKeyId>"
		"</Credentials></R>",
	    "entities of its own");
	refused("<!DOCTYPE R [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
		"<R>&e;</R>",
	    "a file");
}

static void
refuses_sizes(void)
{
	scoped(buffer) struct buffer deep = BUFFER(4096);
	scoped(buffer) struct buffer longer = BUFFER(1 << 20);

	for (int i = 0; i < 33; i++)
		buffer_add_string(&deep, "<a>");
	for (int i = 0; i < 33; i++)
		buffer_add_string(&deep, "</a>");
	refused(buffer_text(&deep), "33 deep");
	buffer_add_string(&longer, "<R><Credentials><AccessKeyId>");
	for (int i = 0; i < 64 * 1024 + 1; i++)
		buffer_add(&longer, "x", 1);
	buffer_add_string(&longer, "</AccessKeyId></Credentials></R>");
	refused(buffer_text(&longer), "a text of more than 64 KiB");
}

int
main(void)
{
	picks();
	refuses_shapes();
	refuses_sizes();
	return tap_done();
}
