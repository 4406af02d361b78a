/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nats/nats.h>

/*
 * A client in C as a user would write one: its token handler asks
 * nats-credential-daypass whenever libnats connects. It subscribes once, says
 * what it hears and what becomes of its connection, and publishes what it
 * reads on standard input.
 *
 *	client HELPER URL SUBSCRIBE PUBLISH [CREDENTIALS]
 */
#define TOKEN_MAX (16 * 1024)

static char token[TOKEN_MAX];

/* Without a shell: popen() would need the URL quoted. */
static int
run_helper(const char *const *arguments)
{
	int pipes[2];
	ssize_t got;
	size_t length = 0;
	pid_t pid;

	if (pipe(pipes) == -1 || (pid = fork()) == -1)
		return -1;
	if (pid == 0) {
		dup2(pipes[1], STDOUT_FILENO);
		close(pipes[0]);
		close(pipes[1]);
		execl(arguments[0], arguments[0], arguments[1], (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	while ((got = read(
		    pipes[0], token + length, sizeof(token) - 1 - length)) > 0)
		length += (size_t)got;
	close(pipes[0]);
	token[length] = '\0';
	token[strcspn(token, "\n")] = '\0';
	return 0;
}

/* libnats reads it before it connects again. */
static const char *
on_token(void *arguments)
{
	run_helper(arguments);
	return token;
}

static void
say(const char *what, const char *more)
{
	printf("%s %s\n", what, more);
	fflush(stdout);
}

static void
on_message(natsConnection *connection, natsSubscription *subscription,
    natsMsg *message, void *arg)
{
	(void)connection, (void)subscription, (void)arg;
	say("heard", natsMsg_GetData(message));
	natsMsg_Destroy(message);
}

static void
on_change(natsConnection *connection, void *what)
{
	const char *last = "";

	natsConnection_GetLastError(connection, &last);
	say(what, last == NULL ? "" : last);
}

static void
must(natsStatus status, const char *what)
{
	if (status == NATS_OK)
		return;
	say(what, natsStatus_GetText(status));
	exit(1);
}

static natsOptions *
options(char **argv)
{
	natsOptions *made = NULL;

	must(natsOptions_Create(&made), "options");
	must(natsOptions_SetURL(made, argv[2]), "url");
	must(natsOptions_SetTokenHandler(made, on_token, argv + 1), "token");
	if (argv[5] != NULL)
		must(natsOptions_SetUserCredentialsFromFiles(
			 made, argv[5], NULL),
		    "credentials");
	must(natsOptions_SetMaxReconnect(made, -1), "reconnect");
	must(natsOptions_SetReconnectWait(made, 100), "wait");
	must(natsOptions_SetDisconnectedCB(
		 made, on_change, (void *)"disconnected"),
	    "disconnected");
	must(natsOptions_SetReconnectedCB(
		 made, on_change, (void *)"reconnected"),
	    "reconnected");
	must(natsOptions_SetClosedCB(made, on_change, (void *)"closed"),
	    "closed");
	return made;
}

int
main(int argc, char **argv)
{
	natsOptions *made;
	natsConnection *connection = NULL;
	natsSubscription *subscription = NULL;
	char line[256];

	if (argc != 5 && argc != 6)
		return 64;
	made = options(argv);
	must(natsConnection_Connect(&connection, made), "connect");
	must(natsConnection_Subscribe(
		 &subscription, connection, argv[3], on_message, NULL),
	    "subscribe");
	must(natsConnection_Flush(connection), "flush");
	say("connected", "");
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		must(natsConnection_PublishString(connection, argv[4], line),
		    "publish");
	}
	natsSubscription_Destroy(subscription);
	natsConnection_Destroy(connection);
	natsOptions_Destroy(made);
	nats_Close();
	return 0;
}
