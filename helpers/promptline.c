/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/time.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/clock.h"
#include "base/text.h"
#include "helpers/promptline.h"
#include "wire/client.h"
#include "wire/document.h"

#define PATIENCE 250000 /* microseconds */
#define WORD 64

static struct client client;

static void
give_up(int signal)
{
	(void)signal;
	_exit(0);
}

/* The string that begins behind `mark`, up to its quote. The document is the
 * agent's own and escapes all quotes within strings, so that a mark with bare
 * quotes cannot be part of one. */
static const char *
word_behind(const char *document, const char *mark, char word[WORD])
{
	const char *at = strstr(document, mark);
	size_t length;

	if (at == NULL)
		return NULL;
	at += strlen(mark);
	length = strcspn(at, "\"\\");
	if (length == 0 || length >= WORD)
		return NULL;
	return text_printable(word, WORD, at, length);
}

/* Seconds until the first of them expires; -1: nothing is held. */
static int64_t
least_left(const char *document)
{
	static const char mark[] = "\"expires_at\":\"";
	int64_t now = clock_unix(), least = -1;
	char word[WORD];

	for (const char *at = document; (at = strstr(at, mark)) != NULL; at++) {
		int64_t left;

		if (word_behind(at, mark, word) == NULL)
			continue;
		left = clock_parse_rfc3339(word) - now;
		if (left > 0 && (least == -1 || left < least))
			least = left;
	}
	return least;
}

static void
print(const char *who, int64_t left)
{
	if (left == -1)
		printf("%s\n", who);
	else if (left < 60)
		printf("%s %ds\n", who, (int)left);
	else if (left < 7200)
		printf("%s %dm\n", who, (int)(left / 60));
	else
		printf("%s %dh\n", who, (int)(left / 3600));
}

static void
show(const char *document)
{
	const char *session = secure_getenv("DAYPASS_SESSION");
	const char *who;
	char word[WORD];

	if (session != NULL && session[0] != '\0')
		who = text_printable(word, WORD, session, strlen(session));
	else
		who =
		    word_behind(document, "\"identity\":{\"source\":\"", word);
	print(who == NULL ? "daypass" : who, least_left(document));
}

int
promptline_print(void)
{
	struct buffer document = BUFFER(MESSAGE_MAX);
	struct itimerval patience = {.it_value = {.tv_usec = PATIENCE}};
	struct error err;

	signal(SIGALRM, give_up);
	setitimer(ITIMER_REAL, &patience, NULL);
	client_start(&client, "status");
	client.no_start = true;
	client.quiet = true;
	if (client_answer(&client, &err) != 0)
		return 0;
	document_join(&client.message, &document);
	show(buffer_text(&document));
	buffer_free(&document);
	return 0;
}
