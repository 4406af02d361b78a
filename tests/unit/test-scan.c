/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "config/scan.h"
#include "tap.h"

/* All entries as "LINE section/subsection.key=value|", what has no key as
 * "LINE section/subsection|"; or the mistake. */
static void
scans(const char *text, const char *expected)
{
	scoped(scan) struct scan *scan = scan_new(text, strlen(text));
	scoped(buffer) struct buffer out = BUFFER(4096);
	struct scan_entry entry;
	struct error err = {.fault = FAULT_NONE};
	int more;

	while ((more = scan_next(scan, &entry, &err)) == 1)
		buffer_printf(&out, "%u %s%s%s%s%s%s%s|", entry.line,
		    entry.section, entry.subsection != NULL ? "/" : "",
		    entry.subsection != NULL ? entry.subsection : "",
		    entry.key != NULL ? "." : "",
		    entry.key != NULL ? entry.key : "",
		    entry.value != NULL ? "=" : "",
		    entry.value != NULL ? entry.value : "");
	if (more == -1)
		buffer_printf(&out, "%u: %s", scan_line(scan), err.text);
	tap_is(buffer_text(&out), expected, "scan %d bytes", (int)strlen(text));
}

static void
well_formed(void)
{
	scans("", "");
	scans("# a\n; b\n\n", "");
	scans("[a]\n", "1 a|");
	scans("\n[a \"b\"]\n # c = d\n\n[e]\nf=g\n[h]", "2 a/b|6 e.f=g|7 h|");
	scans("[a]\nb=c\n[a]\n\n[a]", "2 a.b=c|3 a|5 a|");
	scans("[a]\nb=c", "2 a.b=c|");
	scans("\xef\xbb\xbf[a]\nb=c", "2 a.b=c|");
	scans("[A-1] Key-2 = V w\n", "1 a-1.key-2=V w|");
	scans("[a]\r\n b = c\r\n d = e\r\n", "2 a.b=c|3 a.d=e|");
	scans("[a \"X y\"]b=c", "1 a/X y.b=c|");
	scans("[a \"\"]b=c", "1 a/.b=c|");
	scans("[a \"q\\\"b\\\\s]\"]b=c", "1 a/q\"b\\s].b=c|");
	scans("[a]b\nc \n d=\n", "1 a.b|2 a.c|3 a.d=|");
	scans("[a]b = c ; d\n", "1 a.b=c|");
	scans("[a]b = \"c ; d\" # e\n", "1 a.b=c ; d|");
	scans("[a]b = \" c \" d \n", "1 a.b= c  d|");
	scans("[a]b = c\\\n  d\n e=f", "1 a.b=c  d|3 a.e=f|");
	scans("[a]b = \\\"c\\\\\\t\\n\n", "1 a.b=\"c\\\t\n|");
	scans("[a]b = \"c\\\n d\"", "1 a.b=c d|");
	scans("[a]b = \"c\\\\\" ; d\n", "1 a.b=c\\|");
	scans("[a][b]c=d", "1 a|1 b.c=d|");
	scans("[a \"x\"]\nb=c\n[a]\nd=e", "2 a/x.b=c|4 a.d=e|");
}

static void
malformed(void)
{
	scans("a=b", "1: a key before any section");
	scans("[a]\n1b=c", "2: a key begins with a letter");
	scans("[a]\n=c", "2: a key begins with a letter");
	scans("[a]\nb=\"c\n", "2: a quote that is not closed");
	scans("[a]\nb=\"c\\\n d\ne=f\"", "2: a quote that is not closed");
	scans("[a]\nb c\n", "2: a key that is not followed by `=`");
	scans("[a]\nb ; c\n", "2: a key that is not followed by `=`");
	scans("[a]\nb=\\q\n", "2: a backslash before what needs none");
	scans("[a]\nb=\\", "2 a.b=|");
	scans("[]\n", "1: the section's header has no name");
	scans("[a", "1: the section's header has no `]`");
	scans("[a x]", "1: a subsection's name stands in quotes");
	scans("\n[a \"x\ny\"]",
	    "2: the quote of the section's name is not closed");
	scans("[a \"x\" ]", "1: the section's header has no `]`");
	scans("[a.b]\n",
	    "1: a section's name has no dot: write [name \"subsection\"]");
}

static void
limits(void)
{
	static char text[70 * 1024];
	struct scan_entry entry;
	struct error err;
	scoped(scan) struct scan *scan = NULL;

	snprintf(text, sizeof(text), "[a]b=%066000d\nc=d", 0);
	scan = scan_new(text, strlen(text));
	tap_number(scan_next(scan, &entry, &err), -1, "a value over the limit");
	tap_is(err.text, "a value of more than 64 KiB", "and what it is");
}

int
main(void)
{
	well_formed();
	malformed();
	limits();
	return tap_done();
}
