/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_REDIRECT_H
#define DAYPASS_HELPERS_DAYPASS_REDIRECT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Where the browser comes back to after a login: a listener on 127.0.0.1 (RFC
 * 8252 7.3). It knows one path, hands the query on unread, and shows a page of
 * plain text. What it is handed is of use to nobody who has not the verifier
 * (RFC 7636), and that is with the agent.
 */
#define REDIRECT_VISITORS 8
#define REDIRECT_HEAD_MAX (20 * 1024)

struct redirect {
	int listener;
	int port;
	char path[1024];
	struct visitor {
		int fd; /* -1: a free place */
		int64_t since;
		size_t length;
		char head[REDIRECT_HEAD_MAX];
	} visitors[REDIRECT_VISITORS];
	struct visitor *guest; /* who brought the query */
};

/* Listens; port 0: any that is free. */
int redirect_open(struct redirect *redirect, int port, struct error *err);

/* Waits for a browser with a query: 1, and *query points into the redirect
 * until redirect_answer; 0: the deadline (clock_ms) has passed; -1: a signal
 * (patience.h). */
int redirect_wait(
    struct redirect *redirect, int64_t deadline, const char **query);

/* The query of the head "GET PATH?QUERY HTTP/1.1" for this path and port, which
 * is cut out of it in place. NULL: that is something else. */
const char *redirect_query(char *head, const char *path, int port);

/* What that browser shows. */
void redirect_answer(struct redirect *redirect, int status, const char *text);

void redirect_close(struct redirect *redirect);

#endif
