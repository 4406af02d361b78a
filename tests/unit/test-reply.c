/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helpers/outputfile.h"
#include "helpers/process.h"
#include "helpers/reply.h"
#include "tap.h"

static struct reply reply;

/* What a descriptor is sent. */
static const char *
sent(void)
{
	static char text[4096];
	ssize_t length;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) == -1)
		abort();
	text[0] = '\0';
	if (reply_send(&reply, ends[1]) == -1)
		strcpy(text, "(failed)");
	close(ends[1]);
	length = read(ends[0], text, sizeof(text) - 1);
	if (length > 0)
		text[length] = '\0';
	close(ends[0]);
	return text;
}

static void
test_reply(void)
{
	reply_start(&reply);
	reply_line(&reply, "a", "b=c");
	reply_add(&reply, "{");
	reply_member(&reply, "s", "\"\\\n\x1f\xc3\xa9/");
	reply_member(&reply, "n", NULL);
	reply_name(&reply, "i");
	reply_number(&reply, -7);
	reply_add(&reply, "}");
	tap_is(sent(),
	    "a=b=c\n{\"s\":\"\\\"\\\\\\u000a\\u001f\xc3\xa9/\",\"n\":null,"
	    "\"i\":-7}",
	    "lines and JSON");
	tap_ok(memchr(reply.bytes, '=', 100) == NULL, "it is wiped");
	reply_start(&reply);
	tap_is(sent(), "", "nothing");
	reply_start(&reply);
	reply.length = REPLY_MAX - 2;
	reply_add(&reply, "abc");
	tap_is(sent(), "(failed)", "too long: nothing is written");
	reply_start(&reply);
	reply_add(&reply, "a");
	tap_ok(reply_send(&reply, -1) == -1, "it cannot be written");
}

/* What JSON wants of one byte, said once more and slowly. */
static int
escaped(char *to, size_t size, unsigned char c)
{
	if (c == '"' || c == '\\')
		return snprintf(to, size, "\\%c", c);
	if (c < 0x20)
		return snprintf(to, size, "\\u%04x", c);
	return snprintf(to, size, "%c", c);
}

/* Every byte, wherever eight of them are looked at together. */
static void
test_escapes(void)
{
	unsigned wrong = 0;

	for (unsigned c = 1; c < 256; c++) {
		for (size_t at = 0; at < 19; at++) {
			char string[] = "abcdefghijklmnopqrs", expected[64];
			int used = snprintf(
			    expected, sizeof(expected), "\"%.*s", (int)at,
			    string);

			used += escaped(expected + used,
			    sizeof(expected) - (size_t)used, (unsigned char)c);
			snprintf(expected + used,
			    sizeof(expected) - (size_t)used, "%s\"",
			    string + at + 1);
			string[at] = (char)c;
			reply_start(&reply);
			reply_string(&reply, string);
			wrong += strcmp(sent(), expected) != 0;
		}
	}
	tap_number(wrong, 0, "every byte at every place");
}

static void
test_process(void)
{
	static struct message message;
	char whole[] = "daypass=1 ok\nkind=aws\naccess-key-id=AKIA\n"
		       "secret=s\"x\nsession-token=t\nexpires=1767323045\n\n";
	char least[] = "daypass=1 ok\naccess-key-id=A\nsecret=s\n\n";
	char none[] = "daypass=1 ok\nsecret=s\n\n";

	message_parse(&message, whole, sizeof(whole) - 1, NULL);
	tap_ok(process_render(&reply, &message) == 0, "AWS credentials");
	tap_is(sent(),
	    "{\"Version\":1,\"AccessKeyId\":\"AKIA\","
	    "\"SecretAccessKey\":\"s\\\"x\",\"SessionToken\":\"t\","
	    "\"Expiration\":\"2026-01-02T03:04:05Z\"}\n",
	    "as a credential_process prints them");
	message_parse(&message, least, sizeof(least) - 1, NULL);
	process_render(&reply, &message);
	tap_is(sent(),
	    "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\"}\n",
	    "those that do not expire");
	message_parse(&message, none, sizeof(none) - 1, NULL);
	tap_ok(process_render(&reply, &message) == -1, "others");
}

static void
test_outputfile(void)
{
	char directory[] = "/tmp/test-reply.XXXXXX", path[64], other[64];
	struct stat st;

	if (mkdtemp(directory) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/file", directory);
	snprintf(other, sizeof(other), "%s/other", directory);
	tap_ok(outputfile_write(path, "one", 3) == 0, "a file is written");
	tap_ok(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600 &&
		   st.st_size == 3,
	    "for us alone");
	tap_ok(outputfile_write(path, "three", 5) == 0 &&
		   stat(path, &st) == 0 && st.st_size == 5,
	    "it is replaced");
	if (rename(path, other) == -1 || symlink(other, path) == -1)
		abort();
	tap_ok(outputfile_write(path, "", 0) == 0 && stat(other, &st) == 0 &&
		   st.st_size == 5,
	    "a link is not followed");
	tap_ok(lstat(path, &st) == 0 && S_ISREG(st.st_mode), "but replaced");
	tap_ok(outputfile_write("/nonexistent/file", "x", 1) == -1,
	    "no such directory");
	tap_ok(outputfile_write(directory, "x", 1) == -1, "a directory");
	tap_ok(outputfile_write("", "x", 1) == -1, "no name");
	unlink(path);
	unlink(other);
	tap_ok(rmdir(directory) == 0, "nothing is left behind");
}

int
main(void)
{
	test_reply();
	test_escapes();
	test_process();
	test_outputfile();
	return tap_done();
}
