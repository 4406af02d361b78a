/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/http_transfer.h"
#include "base/text.h"

bool
transfer_is_direct(const struct transfer *transfer)
{
	return transfer->request->socket != NULL ||
	       transfer->request->link_local || transfer->url.loopback;
}

static long
ask_curl(const struct transfer *transfer, CURLINFO what)
{
	long result = 0;

	transfer->curl->easy_getinfo(transfer->handle, what, &result);
	return result;
}

static int
bad_certificate(const struct transfer *transfer, struct error *err)
{
	return http_roots_refused(
	    transfer->host, ask_curl(transfer, CURLINFO_SSL_VERIFYRESULT), err);
}

/* What a proxy answered to CONNECT, if that was no yes. */
static long
refused_by_proxy(const struct transfer *transfer)
{
	long status = ask_curl(transfer, CURLINFO_HTTP_CONNECTCODE);

	return status >= 300 ? status : 0;
}

static int
no_tunnel(const struct transfer *transfer, long status, struct error *err)
{
	return error_set(err, FAULT_NETWORK,
	    "the proxy for %s refused the connection: HTTP %ld%s",
	    transfer->host, status,
	    status == 407 ? " (it wants a user and a password)" : "");
}

/* libcurl names whom it could not reach: if that is not the host, it is the
 * proxy. */
static bool
is_the_proxy(const struct transfer *transfer)
{
	return !transfer_is_direct(transfer) &&
	       strstr(transfer->said, transfer->url.host) == NULL;
}

static int
no_connection(const struct transfer *transfer, struct error *err)
{
	long number = ask_curl(transfer, CURLINFO_OS_ERRNO);

	return error_set(err, FAULT_NETWORK, "could not connect to %s%s: %s",
	    is_the_proxy(transfer) ? "the proxy for " : "", transfer->host,
	    number == 0 ? "no answer" : strerror((int)number));
}

static int
broken(const struct transfer *transfer, CURLcode code, struct error *err)
{
	char said[CURL_ERROR_SIZE];
	const char *text = transfer->said[0] != '\0'
			       ? transfer->said
			       : transfer->curl->easy_strerror(code);

	text_printable(said, sizeof(said), text, strlen(text));
	return error_set(err, FAULT_NETWORK, "%s %s failed: %s",
	    code == CURLE_SSL_CONNECT_ERROR ? "TLS with" : "the exchange with",
	    transfer->host, said);
}

/* Of a name that nobody answers for, libcurl only says that time is up. */
static bool
is_unresolved(const struct transfer *transfer)
{
	return text_starts(transfer->said, "Resolving timed out");
}

static enum http_trouble
trouble_of(const struct transfer *transfer, CURLcode code)
{
	long status = refused_by_proxy(transfer);

	if (status != 0)
		return status == 407 ? HTTP_TROUBLE_PROXY_LOGIN
				     : HTTP_TROUBLE_PROXY_REFUSED;
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return http_roots_trouble(
		    ask_curl(transfer, CURLINFO_SSL_VERIFYRESULT));
	case CURLE_COULDNT_CONNECT:
		return is_the_proxy(transfer) ? HTTP_TROUBLE_PROXY_CONNECT
					      : HTTP_TROUBLE_CONNECT;
	case CURLE_COULDNT_RESOLVE_HOST:
		return HTTP_TROUBLE_NAME;
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_TROUBLE_PROXY_NAME;
	case CURLE_OPERATION_TIMEDOUT:
		return is_unresolved(transfer) ? HTTP_TROUBLE_NAME
					       : HTTP_TROUBLE_TIME;
	default:
		return HTTP_TROUBLE_TLS;
	}
}

static const char *
late_with(const struct transfer *transfer)
{
	if (transfer->connected)
		return "waiting for";
	return is_unresolved(transfer) ? "resolving" : "connecting to";
}

int
transfer_explain(
    const struct transfer *transfer, CURLcode code, struct error *err)
{
	const char *host = transfer->host;

	if (transfer->http->way != NULL)
		transfer->http->way->trouble = trouble_of(transfer, code);
	if (refused_by_proxy(transfer) != 0)
		return no_tunnel(transfer, refused_by_proxy(transfer), err);
	if (transfer->head.length > TRANSFER_HEAD_MAX)
		return error_set(
		    err, FAULT_REFUSED, "%s sends headers without end", host);
	if (transfer->too_big || code == CURLE_FILESIZE_EXCEEDED)
		return error_set(err, FAULT_REFUSED, "%s sent more than %d KiB",
		    host, HTTP_REPLY_MAX / 1024);
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
		return bad_certificate(transfer, err);
	case CURLE_COULDNT_CONNECT:
		return no_connection(transfer, err);
	case CURLE_COULDNT_RESOLVE_HOST:
		return error_set(
		    err, FAULT_NETWORK, "could not resolve %s", host);
	case CURLE_COULDNT_RESOLVE_PROXY:
		return error_set(err, FAULT_NETWORK,
		    "could not resolve the proxy for %s", host);
	case CURLE_OPERATION_TIMEDOUT:
		return error_set(err, FAULT_NETWORK, "timed out %s %s",
		    late_with(transfer), host);
	case CURLE_GOT_NOTHING:
	case CURLE_PARTIAL_FILE:
		return error_set(err, FAULT_NETWORK,
		    "%s closed the connection before its answer was whole",
		    host);
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		return error_set(
		    err, FAULT_NETWORK, "%s does not answer in HTTP", host);
	case CURLE_WRITE_ERROR:
	case CURLE_OUT_OF_MEMORY:
		return error_set(err, FAULT_SYSTEM, "no memory");
	default:
		return broken(transfer, code, err);
	}
}
