/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "http_peer.h"

static void
clear_environment(void)
{
	static const char *const names[] = {"http_proxy", "https_proxy",
	    "HTTPS_PROXY", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy",
	    "SSL_CERT_DIR", "SSL_CERT_FILE", "CURL_CA_BUNDLE", NULL};

	for (const char *const *name = names; *name != NULL; name++)
		unsetenv(*name);
}

/* From the top of the tree, of the build tree, or from here. */
static const char *
script(void)
{
	static char path[4096];
	const char *top = getenv("srcdir");

	snprintf(path, sizeof(path), "%s/tests/unit/http_server.py",
	    top == NULL ? "." : top);
	return access(path, R_OK) == 0 ? path : "http_server.py";
}

static _Noreturn void
become_server(int input, int output, const char *directory)
{
	dup2(input, 0);
	dup2(output, 1);
	execl("/usr/bin/python3", "python3", script(), directory, NULL);
	_exit(127);
}

static bool
read_ports(struct http_peer *peer, int fd)
{
	FILE *file = fdopen(fd, "r");
	bool all = file != NULL &&
		   fscanf(file, "%d %d %d %d", &peer->plain, &peer->tls,
		       &peer->self_signed, &peer->other) == 4;

	if (file != NULL)
		fclose(file);
	return all;
}

bool
http_peer_start(struct http_peer *peer)
{
	int input[2], output[2];

	clear_environment();
	memset(peer, 0, sizeof(*peer));
	strcpy(peer->directory, "/tmp/test-http-XXXXXX");
	if (mkdtemp(peer->directory) == NULL || pipe2(input, O_CLOEXEC) == -1 ||
	    pipe2(output, O_CLOEXEC) == -1)
		return false;
	if ((peer->pid = fork()) == 0)
		become_server(input[0], output[1], peer->directory);
	close(input[0]);
	close(output[1]);
	peer->input = input[1];
	snprintf(peer->ca, sizeof(peer->ca), "%s/ca.pem", peer->directory);
	snprintf(
	    peer->socket, sizeof(peer->socket), "%s/socket", peer->directory);
	if (read_ports(peer, output[0]))
		return true;
	http_peer_stop(peer);
	return false;
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void
http_peer_stop(struct http_peer *peer)
{
	close(peer->input);
	waitpid(peer->pid, NULL, 0);
	nftw(peer->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void
call_prepare(struct call *call, const char *scheme, int port, const char *path)
{
	memset(call, 0, sizeof(*call));
	snprintf(call->url, sizeof(call->url), "%s://127.0.0.1:%d%s", scheme,
	    port, path);
	call->http.deadline = clock_ms() + 10000;
	call->request.method = "GET";
	call->request.url = call->url;
}

int
call_send(struct call *call)
{
	return http_send(&call->http, &call->request, &call->reply, &call->err);
}

const char *
call_body(const struct call *call)
{
	return call->reply.body == NULL ? "" : secret_bytes(call->reply.body);
}

void
call_finish(struct call *call)
{
	http_reply_clear(&call->reply);
}

int
http_peer_count(const struct http_peer *peer, const char *path)
{
	char query[128];
	struct call call;
	int count;

	snprintf(query, sizeof(query), "/count?of=%s", path);
	call_prepare(&call, "http", peer->plain, query);
	count = call_send(&call) == 0 ? atoi(call_body(&call)) : -1;
	call_finish(&call);
	return count;
}
