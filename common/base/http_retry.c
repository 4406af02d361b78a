/* SPDX-License-Identifier: Apache-2.0 */
#include <poll.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/http_inner.h"

#define TRIES 4
#define FIRST_PAUSE_MS 200
/* A token must live this much longer than the moment it is sent at. */
#define MARGIN 5

void
http_reply_clear(struct http_reply *reply)
{
	secret_free(reply->body);
	*reply = (struct http_reply){.retry_after = -1};
}

static int
no_stale_token(
    struct http *http, const struct http_request *request, struct error *err)
{
	char host[300];

	if (http->input_expires == 0 ||
	    clock_unix() + http->skew + MARGIN <= http->input_expires)
		return 0;
	http->stale = true;
	return error_set(err, FAULT_NETWORK,
	    "the token for %s expires before it could be used",
	    http_host(request->url, host, sizeof(host)));
}

static bool
is_worth_another(
    const struct http_request *request, const struct http_reply *reply)
{
	if (reply->status == 429 || reply->status >= 500)
		return true;
	return reply->status >= 300 && request->again != NULL &&
	       request->again(reply);
}

/* Full jitter: many that failed together do not come back together. */
static int64_t
jitter(unsigned tries)
{
	uint32_t most = (uint32_t)FIRST_PAUSE_MS << (tries - 1), random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == -1)
		return most;
	return random % (most + 1);
}

/* False: the deadline would pass meanwhile. */
static bool
pause_before(
    const struct http *http, const struct http_reply *reply, unsigned tries)
{
	int64_t wait = jitter(tries);

	if (reply->retry_after * 1000 > wait)
		wait = reply->retry_after * 1000;
	if (clock_ms() + wait >= http->deadline)
		return false;
	poll(NULL, 0, (int)wait);
	return true;
}

/* A reply that we would have liked to be better is a reply all the same: its
 * reason tells more than our impatience. */
int
http_send(struct http *http, const struct http_request *request,
    struct http_reply *reply, struct error *err)
{
	struct error unwanted;

	if (err == NULL)
		err = &unwanted;
	for (unsigned tries = 1;; tries++) {
		bool again = false;
		int result;

		*reply = (struct http_reply){.retry_after = -1};
		if (tries > 1 && no_stale_token(http, request, err) == -1)
			return -1;
		result = http_try(http, request, reply, &again, err);
		if (result == 0)
			again = is_worth_another(request, reply);
		if (!again || request->no_retry || tries == TRIES ||
		    !pause_before(http, reply, tries))
			return result;
		http_reply_clear(reply);
	}
}
