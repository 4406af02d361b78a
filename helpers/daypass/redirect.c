/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/patience.h"
#include "helpers/daypass/redirect.h"

#define SILENCE_MS 10000 /* of a visitor, who then makes room */

static struct sockaddr_in
address_of(int port)
{
	return (struct sockaddr_in){.sin_family = AF_INET,
	    .sin_port = htons((uint16_t)port),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int
redirect_open(struct redirect *redirect, int port, struct error *err)
{
	scoped(fd) int fd =
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in address = address_of(port);
	socklen_t length = sizeof(address);
	int on = 1; /* what is left of the last login's connections */

	redirect->listener = -1;
	redirect->guest = NULL;
	for (size_t i = 0; i < REDIRECT_VISITORS; i++)
		redirect->visitors[i].fd = -1;
	if (fd == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    listen(fd, REDIRECT_VISITORS) == -1 ||
	    getsockname(fd, (struct sockaddr *)&address, &length) == -1)
		return error_errno(
		    err, "cannot listen on 127.0.0.1 port %d", port);
	redirect->port = ntohs(address.sin_port);
	redirect->listener = fd;
	fd = -1;
	return 0;
}

static void
leave(struct visitor *visitor)
{
	if (visitor->fd != -1)
		close(visitor->fd);
	visitor->fd = -1;
	explicit_bzero(visitor->head, visitor->length);
	visitor->length = 0;
}

void
redirect_close(struct redirect *redirect)
{
	for (size_t i = 0; i < REDIRECT_VISITORS; i++)
		leave(&redirect->visitors[i]);
	if (redirect->listener != -1)
		close(redirect->listener);
	redirect->listener = -1;
}

/* A page that nothing can be made of but text, and that is nowhere kept. */
static void
answer(struct visitor *visitor, int status, const char *text)
{
	char page[2048];
	int length = snprintf(page, sizeof(page),
	    "HTTP/1.1 %d %s\r\nContent-Type: text/plain; charset=utf-8\r\n"
	    "X-Content-Type-Options: nosniff\r\nCache-Control: no-store\r\n"
	    "Referrer-Policy: no-referrer\r\nConnection: close\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    status, status == 200 ? "OK" : "Error", strlen(text), text);

	if (length > 0 && (size_t)length < sizeof(page) &&
	    send(visitor->fd, page, (size_t)length,
		MSG_NOSIGNAL | MSG_DONTWAIT) == length)
		shutdown(visitor->fd, SHUT_WR);
	leave(visitor);
}

void
redirect_answer(struct redirect *redirect, int status, const char *text)
{
	if (redirect->guest != NULL)
		answer(redirect->guest, status, text);
	redirect->guest = NULL;
}

/* The one who has been there for longest goes when there is no room. */
static struct visitor *
place_for_one(struct redirect *redirect)
{
	struct visitor *oldest = &redirect->visitors[0];

	for (size_t i = 0; i < REDIRECT_VISITORS; i++) {
		struct visitor *visitor = &redirect->visitors[i];

		if (visitor->fd == -1)
			return visitor;
		if (visitor->since < oldest->since)
			oldest = visitor;
	}
	leave(oldest);
	return oldest;
}

static void
admit(struct redirect *redirect)
{
	int fd = accept4(
	    redirect->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct visitor *visitor;

	if (fd == -1)
		return;
	visitor = place_for_one(redirect);
	visitor->fd = fd;
	visitor->length = 0;
	visitor->since = clock_ms();
}

/* A page elsewhere could have its own name lead to 127.0.0.1. */
static bool
is_for_us(int port, const char *head)
{
	static const char *const names[] = {"127.0.0.1", "localhost", NULL};
	const char *line = head, *end;
	char wanted[64];

	for (; (end = strstr(line, "\r\n")) != NULL; line = end + 2) {
		if (strncasecmp(line, "Host:", 5) != 0)
			continue;
		line += 5 + strspn(line + 5, " \t");
		for (const char *const *name = names; *name != NULL; name++) {
			int length = snprintf(
			    wanted, sizeof(wanted), "%s:%d", *name, port);

			if (end - line == length &&
			    strncasecmp(line, wanted, (size_t)length) == 0)
				return true;
		}
		return false;
	}
	return false;
}

const char *
redirect_query(char *head, const char *path, int port)
{
	char *target = head + strlen("GET "), *end;
	size_t length = strlen(path);

	if (!text_starts(head, "GET ") || !is_for_us(port, head))
		return NULL;
	end = target + strcspn(target, " \r\n");
	if (*end != ' ' || strncmp(target, path, length) != 0 ||
	    target[length] != '?')
		return NULL;
	*end = '\0';
	return target + length + 1;
}

static const char *
receive(struct redirect *redirect, struct visitor *visitor)
{
	size_t room = sizeof(visitor->head) - 1 - visitor->length;
	ssize_t got =
	    recv(visitor->fd, visitor->head + visitor->length, room, 0);
	const char *query;

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return NULL;
	if (got <= 0) {
		leave(visitor);
		return NULL;
	}
	visitor->length += (size_t)got;
	visitor->head[visitor->length] = '\0';
	if (strstr(visitor->head, "\r\n\r\n") == NULL) {
		if ((size_t)got == room)
			answer(visitor, 431, "too long\n");
		return NULL;
	}
	query = redirect_query(
	    visitor->head, redirect->path, redirect->port);
	if (query == NULL)
		answer(visitor, 404, "there is nothing here\n");
	else
		redirect->guest = visitor;
	return query;
}

static void
dismiss(struct redirect *redirect)
{
	int64_t now = clock_ms();

	for (size_t i = 0; i < REDIRECT_VISITORS; i++)
		if (redirect->visitors[i].fd != -1 &&
		    now - redirect->visitors[i].since > SILENCE_MS)
			leave(&redirect->visitors[i]);
}

int
redirect_wait(struct redirect *redirect, int64_t deadline, const char **query)
{
	struct pollfd fds[1 + REDIRECT_VISITORS];
	int64_t left;

	while ((left = deadline - clock_ms()) > 0) {
		fds[0] = (struct pollfd){redirect->listener, POLLIN, 0};
		for (size_t i = 0; i < REDIRECT_VISITORS; i++)
			fds[1 + i] = (struct pollfd){
			    redirect->visitors[i].fd, POLLIN, 0};
		if (patience_poll(fds, 1 + REDIRECT_VISITORS,
			left > SILENCE_MS ? SILENCE_MS : left) == -1)
			return -1;
		for (size_t i = 0; i < REDIRECT_VISITORS; i++)
			if (fds[1 + i].revents != 0 &&
			    (*query = receive(
				 redirect, &redirect->visitors[i])) != NULL)
				return 1;
		if (fds[0].revents != 0)
			admit(redirect);
		dismiss(redirect);
	}
	return 0;
}
