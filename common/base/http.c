/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/http_inner.h"
#include "base/http_transfer.h"
#include "base/text.h"

#define BODY_FIRST 4096

static const struct http_library *curl; /* once it has started */

static int
check_version(const curl_version_info_data *version, struct error *err)
{
	const char *tls = version->ssl_version;

	if (tls != NULL && text_starts(tls, "OpenSSL"))
		return 0;
	return error_set(err, FAULT_SYSTEM,
	    "libcurl is built with %s: daypass needs OpenSSL",
	    tls == NULL ? "no TLS" : tls);
}

static int
start(struct error *err)
{
	const struct http_library *library = http_library(err);

	if (library == NULL || curl != NULL)
		return library == NULL ? -1 : 0;
	/* libcurl and OpenSSL would write the keys of TLS down. */
	unsetenv("SSLKEYLOGFILE");
	if (library->global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return error_set(err, FAULT_SYSTEM, "libcurl cannot start");
	if (check_version(library->version_info(CURLVERSION_NOW), err) == -1)
		return -1;
	curl = library;
	return 0;
}

bool
http_prepare(void)
{
	static int done;

	switch (done++) {
	case 0:
		return http_library(NULL) != NULL;
	case 1:
		return start(NULL) == 0;
	case 2:
		http_roots_warm();
		return false;
	default:
		return false;
	}
}

int
http_global(const char *ca_file, struct error *err)
{
	const curl_version_info_data *version;

	if (start(err) == -1)
		return -1;
	version = curl->version_info(CURLVERSION_NOW);
	return http_roots_load(version->capath, version->cainfo, ca_file, err);
}

#define set(transfer, option, value)                                           \
	((transfer)->failed |= curl->easy_setopt((transfer)->handle, (option), \
				   (value)) != CURLE_OK)

static size_t
on_body(char *bytes, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	size_t length = size * count;

	if (length > HTTP_REPLY_MAX - secret_length(transfer->body))
		transfer->too_big = true;
	else if (secret_grow(&transfer->body, bytes, length, HTTP_REPLY_MAX) ==
		 0)
		return length;
	return 0;
}

static size_t
on_head(char *line, size_t size, size_t count, void *data)
{
	struct transfer *transfer = data;
	const struct http_request *request = transfer->request;

	http_head_line(&transfer->head, line, size * count);
	if (request->mark != NULL && http_head_says(line, size * count,
					 request->mark_name, request->mark))
		transfer->head.marked = true;
	return transfer->head.length > TRANSFER_HEAD_MAX ? 0 : size * count;
}

static void
report(const struct transfer *transfer, const char *what)
{
	char text[sizeof(transfer->host) + 32];

	if (transfer->http->progress == NULL)
		return;
	snprintf(text, sizeof(text), "%s %s", what, transfer->host);
	transfer->http->progress(text);
}

static int
on_connected(void *data, char *to, char *from, int to_port, int from_port)
{
	struct transfer *transfer = data;

	(void)to, (void)from, (void)to_port, (void)from_port;
	transfer->connected = true;
	report(transfer, "waiting for");
	return CURL_PREREQFUNC_OK;
}

static CURLcode
on_ssl_context(CURL *handle, void *ssl_context, void *data)
{
	(void)handle, (void)data;
	http_roots_install(ssl_context);
	return CURLE_OK;
}

/* Our store is all that is trusted: libcurl must neither load its default
 * bundle beside it (it does unless told NULL) nor put a cached one in its
 * place. */
static void
set_security(struct transfer *transfer)
{
	set(transfer, CURLOPT_PROTOCOLS_STR, transfer->url.scheme);
	set(transfer, CURLOPT_FOLLOWLOCATION, 0L);
	set(transfer, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	set(transfer, CURLOPT_CAINFO, NULL);
	set(transfer, CURLOPT_CAPATH, NULL);
	set(transfer, CURLOPT_CA_CACHE_TIMEOUT, 0L);
	set(transfer, CURLOPT_SSL_CTX_FUNCTION, on_ssl_context);
}

/* It tells a little more than a person wants to know, and one thing that we
 * do. */
static int
on_said(CURL *handle, curl_infotype type, char *said, size_t length, void *data)
{
	struct transfer *transfer = data;

	(void)handle;
	if (type == CURLINFO_TEXT)
		http_way_hear(transfer->http->way, said, length);
	return 0;
}

/* No request follows: all of the time is for the connection. */
static void
set_connects(struct transfer *transfer, int64_t left)
{
	if (!transfer->request->connects)
		return;
	set(transfer, CURLOPT_CONNECT_ONLY, 1L);
	set(transfer, CURLOPT_CONNECTTIMEOUT_MS, (long)left);
	set(transfer, CURLOPT_DEBUGFUNCTION, on_said);
	set(transfer, CURLOPT_DEBUGDATA, transfer);
	set(transfer, CURLOPT_VERBOSE, 1L);
}

/* Quick exit: the resolver's thread may hang for long after the time is up,
 * and nobody is to wait for it. Half of the time for the connection leaves
 * another try to a packet that was lost. */
static void
set_limits(struct transfer *transfer, int64_t left)
{
	set(transfer, CURLOPT_NOSIGNAL, 1L);
	set(transfer, CURLOPT_QUICK_EXIT, 1L);
	set(transfer, CURLOPT_TIMEOUT_MS, (long)left);
	set(transfer, CURLOPT_CONNECTTIMEOUT_MS, (long)(left + 1) / 2);
	set(transfer, CURLOPT_MAXFILESIZE, (long)HTTP_REPLY_MAX);
}

static void
set_callbacks(struct transfer *transfer)
{
	set(transfer, CURLOPT_ERRORBUFFER, transfer->said);
	set(transfer, CURLOPT_WRITEFUNCTION, on_body);
	set(transfer, CURLOPT_WRITEDATA, transfer);
	set(transfer, CURLOPT_HEADERFUNCTION, on_head);
	set(transfer, CURLOPT_HEADERDATA, transfer);
	set(transfer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	set(transfer, CURLOPT_PREREQFUNCTION, on_connected);
	set(transfer, CURLOPT_PREREQDATA, transfer);
}

/* The body is not copied: it stays in its secret. */
static void
set_body(struct transfer *transfer, const struct secret *body)
{
	set(transfer, CURLOPT_POSTFIELDSIZE,
	    body == NULL ? 0L : (long)secret_length(body));
	set(transfer, CURLOPT_POSTFIELDS,
	    body == NULL ? "" : secret_bytes(body));
}

static void
set_request(struct transfer *transfer)
{
	const struct http_request *request = transfer->request;
	bool post = strcmp(request->method, "POST") == 0;
	bool body = post || request->body != NULL;

	set(transfer, CURLOPT_URL, request->url);
	set(transfer, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	set(transfer, CURLOPT_USERAGENT, "daypass/" PROGRAM_VERSION);
	if (request->socket != NULL)
		set(transfer, CURLOPT_UNIX_SOCKET_PATH, request->socket);
	if (transfer_is_direct(transfer))
		set(transfer, CURLOPT_PROXY, "");
	if (body)
		set_body(transfer, request->body);
	if (!post && (body || strcmp(request->method, "GET") != 0))
		set(transfer, CURLOPT_CUSTOMREQUEST, request->method);
}

static int
add_headers(struct transfer *transfer, struct error *err)
{
	scoped(secret) struct secret *lines =
	    http_lines(transfer->request, transfer->host, err);
	const char *line, *end;

	if (lines == NULL)
		return -1;
	line = secret_bytes(lines);
	end = line + secret_length(lines);
	for (; line < end; line += strlen(line) + 1) {
		struct curl_slist *longer =
		    curl->slist_append(transfer->headers, line);

		if (longer == NULL)
			return error_set(err, FAULT_SYSTEM, "no memory");
		transfer->headers = longer;
	}
	set(transfer, CURLOPT_HTTPHEADER, transfer->headers);
	return 0;
}

static bool
is_redirect(long status)
{
	return (status >= 301 && status <= 303) || status == 307 ||
	       status == 308;
}

static int
hand_over(
    struct transfer *transfer, struct http_reply *reply, struct error *err)
{
	const char *to = NULL;
	long status = 0;

	curl->easy_getinfo(transfer->handle, CURLINFO_RESPONSE_CODE, &status);
	curl->easy_getinfo(transfer->handle, CURLINFO_REDIRECT_URL, &to);
	if (is_redirect(status))
		return http_redirected(transfer->host, to, err);
	reply->status = (int)status;
	reply->retry_after = transfer->head.retry_after;
	strcpy(reply->type, transfer->head.type);
	reply->marked = transfer->head.marked;
	reply->body = take(&transfer->body);
	return 0;
}

static int
perform(struct transfer *transfer, int64_t left, struct http_reply *reply,
    struct error *err)
{
	CURLcode code;

	set_security(transfer);
	set_limits(transfer, left);
	set_callbacks(transfer);
	set_request(transfer);
	set_connects(transfer, left);
	if (add_headers(transfer, err) == -1)
		return -1;
	if (transfer->failed)
		return error_set(
		    err, FAULT_SYSTEM, "libcurl refuses an option");
	report(transfer, "connecting to");
	code = curl->easy_perform(transfer->handle);
	if (transfer->head.date != -1)
		transfer->http->skew = http_head_skew(&transfer->head);
	if (code != CURLE_OK)
		return transfer_explain(transfer, code, err);
	return transfer->request->connects ? 0
					   : hand_over(transfer, reply, err);
}

/* libcurl's copies of the headers are wiped as far as they can be reached. */
static void
finish(struct transfer *transfer)
{
	curl->easy_cleanup(transfer->handle);
	for (struct curl_slist *line = transfer->headers; line != NULL;
	     line = line->next)
		explicit_bzero(line->data, strlen(line->data));
	curl->slist_free_all(transfer->headers);
	secret_free(transfer->body);
}

int
http_try(struct http *http, const struct http_request *request,
    struct http_reply *reply, bool *again, struct error *err)
{
	struct transfer transfer = {
	    .http = http, .request = request, .curl = curl};
	int64_t left = http->deadline - clock_ms();
	int result;

	if (http_request_allowed(request, &transfer.url, err) == -1)
		return -1;
	http_host(request->url, transfer.host, sizeof(transfer.host));
	if (left <= 0)
		return error_set(err, FAULT_NETWORK,
		    "no time is left to ask %s", transfer.host);
	http_head_start(&transfer.head);
	transfer.handle = curl->easy_init();
	transfer.body = secret_new(BODY_FIRST);
	if (transfer.handle != NULL && transfer.body != NULL)
		result = perform(&transfer, left, reply, err);
	else
		result = error_set(err, FAULT_SYSTEM, "no memory");
	*again = result == -1 && err->fault == FAULT_NETWORK;
	finish(&transfer);
	return result;
}
