/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/list.h"
#include "base/clock.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/callout/scrape.h"

#define HEAD_MAX 8192
#define BODY_MAX (1024 * 1024)
#define GUESTS_MAX 16
#define PATIENCE_MS 3000

struct guest {
	struct link link;
	struct scrape *scrape;
	int fd;
	struct watch *watch;
	struct timer *timer;
	size_t length; /* of the head so far */
	char head[HEAD_MAX];
	struct buffer answer;
	size_t sent;
};

struct scrape {
	struct loop *loop;
	int fd;
	struct watch *watch;
	void (*print)(void *arg, struct buffer *out);
	void *arg;
	struct link guests;
	size_t count;
};

static void
guest_free(struct guest *guest)
{
	guest->scrape->count--;
	list_remove(&guest->link);
	watch_free(guest->watch);
	timer_free(guest->timer);
	close(guest->fd);
	buffer_free(&guest->answer);
	free(guest);
}

static void
too_slow(void *arg)
{
	struct guest *guest = arg;

	guest->timer = NULL;
	guest_free(guest);
}

static bool
is_whole(const char *head, size_t length)
{
	return memmem(head, length, "\r\n\r\n", 4) != NULL ||
	       memmem(head, length, "\n\n", 2) != NULL;
}

int
scrape_read(const char *head, size_t length, const char **status)
{
	static const char wanted[] = "GET /metrics";
	size_t size = sizeof(wanted) - 1;

	if (!is_whole(head, length))
		return 0;
	if (length > size && memcmp(head, wanted, size) == 0 &&
	    (head[size] == ' ' || head[size] == '?'))
		return 1;
	*status = length > 4 && memcmp(head, "GET ", 4) == 0
		      ? "404 Not Found"
		      : "405 Method Not Allowed";
	return -1;
}

static void
compose(struct guest *guest, const char *status)
{
	scoped(buffer) struct buffer body = BUFFER(BODY_MAX);

	if (status == NULL)
		guest->scrape->print(guest->scrape->arg, &body);
	else
		buffer_printf(&body, "%s\n", status);
	buffer_printf(&guest->answer,
	    "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; "
	    "charset=utf-8\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
	    status == NULL ? "200 OK" : status, body.length);
	buffer_add(&guest->answer, buffer_text(&body), body.length);
}

static void
send_more(struct guest *guest)
{
	const struct buffer *answer = &guest->answer;
	ssize_t sent = send(guest->fd, answer->bytes + guest->sent,
	    answer->length - guest->sent, MSG_NOSIGNAL);

	if (sent > 0)
		guest->sent += (size_t)sent;
	if (guest->sent == answer->length ||
	    (sent == -1 && errno != EAGAIN && errno != EINTR))
		guest_free(guest);
	else
		watch_events(guest->watch, EPOLLOUT);
}

static void
read_more(struct guest *guest)
{
	const char *status = NULL;
	ssize_t got = recv(guest->fd, guest->head + guest->length,
	    sizeof(guest->head) - guest->length, 0);

	if (got == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) {
		guest_free(guest);
		return;
	}
	guest->length += (size_t)got;
	if (scrape_read(guest->head, guest->length, &status) == 0) {
		if (guest->length < sizeof(guest->head))
			return;
		status = "431 Request Header Fields Too Large";
	}
	compose(guest, status);
	if (buffer_failed(&guest->answer))
		guest_free(guest);
	else
		send_more(guest);
}

static void
guest_ready(void *arg, uint32_t events)
{
	struct guest *guest = arg;

	(void)events;
	if (guest->answer.length > 0)
		send_more(guest);
	else
		read_more(guest);
}

static void
welcome(struct scrape *scrape, int fd)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (guest == NULL) {
		close(fd);
		return;
	}
	guest->scrape = scrape;
	guest->fd = fd;
	guest->answer = BUFFER(BODY_MAX + HEAD_MAX);
	scrape->count++;
	list_append(&scrape->guests, &guest->link);
	guest->watch =
	    loop_watch(scrape->loop, fd, EPOLLIN, guest_ready, guest, NULL);
	guest->timer =
	    loop_timer(scrape->loop, clock_ms() + PATIENCE_MS, too_slow, guest);
	if (guest->watch == NULL || guest->timer == NULL)
		guest_free(guest);
}

static void
knock(void *arg, uint32_t events)
{
	struct scrape *scrape = arg;
	int fd = accept4(scrape->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd == -1)
		return;
	if (scrape->count < GUESTS_MAX)
		welcome(scrape, fd);
	else
		close(fd);
}

static int
listen_at(const char *address, struct error *err)
{
	uint16_t port =
	    htons((uint16_t)text_number(strrchr(address, ':') + 1, 65535));
	struct sockaddr_in v4 = {.sin_family = AF_INET,
	    .sin_port = port,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
	    .sin6_port = port,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	bool six = address[0] == '[';
	int fd = socket(six ? AF_INET6 : AF_INET,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1;

	if (fd != -1)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd != -1 &&
	    bind(fd, six ? (void *)&v6 : (void *)&v4,
		six ? sizeof(v6) : sizeof(v4)) == 0 &&
	    listen(fd, GUESTS_MAX) == 0)
		return fd;
	error_errno(err, "[metrics] listen: %.64s", address);
	if (fd != -1)
		close(fd);
	return -1;
}

struct scrape *
scrape_new(struct loop *loop, const char *address,
    void (*print)(void *arg, struct buffer *out), void *arg, struct error *err)
{
	struct scrape *scrape = calloc(1, sizeof(*scrape));

	if (scrape == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	*scrape = (struct scrape){.loop = loop, .print = print, .arg = arg};
	list_init(&scrape->guests);
	scrape->fd = listen_at(address, err);
	if (scrape->fd != -1)
		scrape->watch =
		    loop_watch(loop, scrape->fd, EPOLLIN, knock, scrape, err);
	if (scrape->watch != NULL)
		return scrape;
	scrape_free(scrape);
	return NULL;
}

void
scrape_free(struct scrape *scrape)
{
	struct guest *guest;

	if (scrape == NULL)
		return;
	list_each (guest, &scrape->guests, link)
		guest_free(guest);
	watch_free(scrape->watch);
	if (scrape->fd != -1)
		close(scrape->fd);
	free(scrape);
}
