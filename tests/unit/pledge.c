/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "pledge.h"

/* Packets: each is read by itself. */
static void
pair(int *ours, int *theirs)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == -1) {
		printf("Bail out! no sockets\n");
		exit(1);
	}
	*ours = ends[0];
	*theirs = ends[1];
}

void
pledge_open(struct pledge *pledge, const struct settings *settings,
    const char *const *names, bool keyring)
{
	memset(pledge, 0, sizeof(*pledge));
	pledge->keep.deadline = clock_ms() + 300;
	pledge->keep.names = names;
	pledge->keep.settings = settings;
	pledge->keyring = pledge->keep.keyring = -1;
	pair(&pledge->session, &pledge->keep.session);
	if (keyring)
		pair(&pledge->keyring, &pledge->keep.keyring);
}

void
pledge_close(struct pledge *pledge)
{
	close(pledge->session);
	close(pledge->keep.session);
	if (pledge->keyring != -1)
		close(pledge->keyring);
	if (pledge->keep.keyring != -1)
		close(pledge->keep.keyring);
}

void
pledge_answer(int end, const char *words)
{
	char message[8192];
	int length =
	    snprintf(message, sizeof(message), "daypass=1 %s\n\n", words);

	for (char *at = message + strlen("daypass=1 "); *at != '\0'; at++)
		if (*at == ' ' || *at == '_')
			*at = *at == ' ' ? '\n' : ' ';
	if (send(end, message, (size_t)length, 0) != length) {
		printf("Bail out! no answer\n");
		exit(1);
	}
}

const char *
pledge_told(int end)
{
	static char text[32 * 1024];
	ssize_t got = recv(end, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[got < 2 ? 0 : got - 2] = '\0';
	for (char *at = text; *at != '\0'; at++)
		if (*at == '\n')
			*at = ' ';
	return text;
}
