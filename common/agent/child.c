/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "agent/child.h"
#include "agent/confine.h"
#include "agent/keeper.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/compat.h"
#include "base/jwt.h"
#include "base/text.h"
#include "wire/message.h"

/* A pair of sockets takes this much without a reader. */
#define BRIEF_MAX (60 * 1024)

/* The child gives up a little before the agent would kill it, so that its own
 * error, which knows more, is the one that is heard. */
#define HEADSTART_MS 200

/* For a secret that an identity keeps, after all that the network does. */
#define KEEPING_MS 1500

/* Less than this between two clocks is nobody's fault. */
#define SKEW_MIN 30

/* Of all claims of an id token together. */
#define CLAIMS_MAX (16 * 1024)

/* Of what a look at the network leads to. */
#define REACH_MAX 4096

#define INPUT 3
#define OUTPUT 4
#define KEEP 5 /* and what follows it: a loan's ends */

static void
send_all(const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = write(OUTPUT, bytes, length);

		if (sent == -1 && errno == EINTR)
			continue;
		if (sent <= 0)
			_exit(1);
		bytes += sent;
		length -= (size_t)sent;
	}
}

static void
progress(const char *at)
{
	char bytes[1024], text[512];
	struct writing writing;

	text_printable(text, sizeof(text), at, strnlen(at, 4096));
	writing_start(&writing, bytes, sizeof(bytes), "at");
	writing_add(&writing, "text", text);
	if (writing_end(&writing) == 0)
		send_all(bytes, writing.length);
}

static void
report_error(const struct error *err, bool stale)
{
	char bytes[4096], text[ERROR_TEXT_MAX];
	struct writing writing;

	text_printable(
	    text, sizeof(text), err->text, strnlen(err->text, ERROR_TEXT_MAX));
	writing_start(&writing, bytes, sizeof(bytes), "error");
	writing_add(&writing, "fault", fault_name(err->fault));
	writing_add(&writing, "text", text);
	if (stale)
		writing_add(&writing, "stale", "1");
	if (writing_end(&writing) == 0)
		send_all(bytes, writing.length);
}

static void
report_ok(const struct credential *credential, int64_t skew)
{
	scoped(secret) struct secret *block = NULL;
	char bytes[256];
	struct writing writing;

	writing_start(&writing, bytes, sizeof(bytes), "ok");
	writing_number(&writing, "skew-ahead", skew > 0 ? skew : 0);
	writing_number(&writing, "skew-behind", skew < 0 ? -skew : 0);
	if (writing_end(&writing) == -1)
		_exit(1);
	send_all(bytes, writing.length);
	if (credential == NULL)
		return;
	if ((block = secret_new(CREDENTIAL_MAX)) == NULL ||
	    credential_write(credential, block) == -1)
		_exit(1);
	send_all(secret_bytes(block), secret_length(block));
}

/* The ends of a loan, in order, behind the others; the first descriptor that
 * is free. They are lifted first, lest one be written over. */
static int
take_along(const int *ends)
{
	int lifted[LOAN_ENDS], next = KEEP;

	for (int end = 0; ends != NULL && end < LOAN_ENDS; end++)
		lifted[end] = ends[end] == -1
				  ? -1
				  : fcntl(ends[end], F_DUPFD, KEEP + LOAN_ENDS);
	for (int end = 0; ends != NULL && end < LOAN_ENDS; end++)
		if (lifted[end] != -1 &&
		    dup3(lifted[end], next++, O_CLOEXEC) == -1)
			_exit(1);
	return next;
}

/* First things: die with the parent, hold nothing of it. Otherwise, were the
 * agent killed, its listener, askers and lock would live on in here. */
static void
become(const struct mint_order *order, pid_t parent, int input, int output)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	loop_child_signals();
	output = fcntl(output, F_DUPFD, KEEP + LOAN_ENDS);
	input = fcntl(input, F_DUPFD, KEEP + LOAN_ENDS);
	if (dup2(input, INPUT) == -1 || dup2(output, OUTPUT) == -1)
		_exit(1);
	compat_close_from(take_along(order->keep));
	fcntl(INPUT, F_SETFD, FD_CLOEXEC);
	fcntl(OUTPUT, F_SETFD, FD_CLOEXEC);
	secret_after_fork();
	if (order->step == NULL || order->step->exchange != NULL ||
	    order->step->identity->speaks_http)
		confine();
}

static struct secret *
read_brief(void)
{
	struct secret *brief = secret_new(BRIEF_MAX);

	while (brief != NULL && secret_room(brief) > 0) {
		ssize_t got =
		    read(INPUT, secret_tail(brief), secret_room(brief));

		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		secret_wrote(brief, (size_t)got);
	}
	close(INPUT);
	return brief;
}

int
child_brief(const struct mint_order *order, int input, struct error *err)
{
	scoped(secret) struct secret *block = NULL;
	const struct secret *brief;
	ssize_t sent;

	if (order->reach != NULL)
		return 0;
	if (order->talk != NULL) {
		brief = order->talk;
	} else if (order->input == NULL) {
		brief = surroundings_block(order->around);
	} else {
		block = secret_new(CREDENTIAL_MAX);
		if (block == NULL ||
		    credential_write(order->input, block) == -1 ||
		    (order->actor != NULL &&
			credential_write(order->actor, block) == -1))
			return error_set(err, FAULT_SYSTEM,
			    "the credential to start from is too large");
		brief = block;
	}
	if (secret_length(brief) > BRIEF_MAX)
		return error_set(err, FAULT_SYSTEM,
		    "what the mint starts from is too large");
	sent = send(input, secret_bytes(brief), secret_length(brief),
	    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent != (ssize_t)secret_length(brief))
		return error_errno(err, "cannot brief a mint");
	return 0;
}

/* How far the issuer's clock is ahead of ours, as far as a new token tells:
 * none is issued in the future. One that seems to have expired is believed to
 * be alive if it is by what others' clocks have told lately. */
static int64_t
token_skew(const struct jwt *jwt, int64_t measured, int64_t lately)
{
	int64_t now = clock_unix();

	if (measured != 0)
		return measured;
	if (jwt->issued > now + SKEW_MIN)
		return jwt->issued - now;
	if (jwt->expires > 0 && jwt->expires <= now &&
	    jwt->expires - lately > now)
		return lately;
	return 0;
}

/* A time of the other side's, by our clock; 0 stays "not said", and what is
 * long over does not become it. */
static int64_t
by_ours(int64_t time, int64_t skew)
{
	if (time == 0)
		return 0;
	return time - skew < 1 ? 1 : time - skew;
}

/* The claims of an id token, so that whoever is handed it, and the errors
 * about it, can name them; its times by our clock. What is no JWT stays
 * without. */
static void
describe(struct credential *credential, int64_t measured, int64_t lately)
{
	scoped(buffer) struct buffer claims = BUFFER(CLAIMS_MAX);
	struct jwt jwt;
	int64_t skew;

	if (jwt_read(credential->secret, &jwt, NULL) == -1)
		return;
	skew = token_skew(&jwt, measured, lately);
	credential->issuer = strdup(jwt.issuer);
	credential->subject = strdup(jwt.subject);
	credential->audience = strdup(jwt.audience);
	jwt_claims(credential->secret, &claims);
	if (!buffer_failed(&claims))
		credential->claims = strdup(buffer_text(&claims));
	credential->expires = by_ours(jwt.expires, skew);
	credential->issued = by_ours(jwt.issued, skew);
}

/* A token that has expired by our clock goes to no tool. An exchange may
 * still try it: if it is our clock that is wrong, its answer says so. */
static int
check_alive(const struct mint_order *order, const struct credential *credential,
    struct error *err)
{
	char text[CLOCK_TEXT];

	if (!order->last || credential->expires == 0 ||
	    credential->expires > clock_unix())
		return 0;
	return error_set(err, FAULT_IDENTITY,
	    "the token that it gave expired at %s (is this machine's clock "
	    "right?)",
	    clock_rfc3339(credential->expires, text));
}

/* The loan that came along; `keep` is left as it is where there is none. What
 * came over the network last must still find its place: time is kept back. */
static struct keep *
open_keep(
    const struct mint_order *order, struct http *http, struct keep *keep)
{
	bool shared = order->keep != NULL && order->keep[LOAN_KEYRING] != -1;

	if (order->keep == NULL)
		return NULL;
	*keep = (struct keep){.session = KEEP,
	    .keyring = shared ? KEEP + 1 : -1,
	    .deadline = http->deadline,
	    .names = order->step->identity->login->names,
	    .settings = order->step->settings,
	    .may_ask = order->talk != NULL};
	if (http->deadline - clock_ms() > 2 * KEEPING_MS)
		http->deadline -= KEEPING_MS;
	text_copy(keep->trouble, sizeof(keep->trouble),
	    order->keep_lacks == NULL ? "" : order->keep_lacks);
	return keep;
}

static int
run_identity(const struct mint_order *order, struct secret *brief,
    struct http *http, struct credential **output, struct error *err)
{
	scoped(surroundings) struct surroundings *around =
	    surroundings_read(secret_bytes(brief), secret_length(brief));
	scoped(credential) struct credential *credential =
	    credential_new(KIND_ID_TOKEN);
	struct keep keep;
	struct identity_mint mint = {.audience = order->step->audience,
	    .settings = order->step->settings,
	    .around = around,
	    .http = http,
	    .keep = open_keep(order, http, &keep)};

	if (around == NULL || credential == NULL)
		return error_errno(err, "no memory for an id token");
	if (order->step->identity->run(&mint, &credential->secret, err) == -1)
		return -1;
	describe(credential, http->skew, order->skew);
	if (check_alive(order, credential, err) == -1)
		return -1;
	*output = take(&credential);
	return 0;
}

/* One word of a login's talk. What it leads to may be secret. The network has
 * this long; a keyring may take longer. */
#define TALK_MS (20 * 1000)

static int
run_talk(const struct mint_order *order, struct secret *brief,
    struct http *http, struct secret **told, struct error *err)
{
	scoped(secret) struct secret *made = secret_new(MESSAGE_MAX - 1);
	struct keep keep;
	struct identity_mint mint = {.settings = order->step->settings,
	    .http = http,
	    .keep = open_keep(order, http, &keep)};
	struct message asked;
	struct writing writing;

	if (http->deadline > clock_ms() + TALK_MS)
		http->deadline = clock_ms() + TALK_MS;
	if (made == NULL)
		return error_errno(err, "no memory for a login");
	if (message_parse(&asked, secret_tail(brief) - secret_length(brief),
		secret_length(brief), err) == -1)
		return -1;
	writing_start(
	    &writing, secret_tail(made), secret_room(made), "told");
	if (order->step->identity->login->talk(
		&mint, &asked, &writing, err) == -1)
		return -1;
	if (writing_end(&writing) == -1)
		return error_set(err, FAULT_SYSTEM, "a login is too long");
	secret_wrote(made, writing.length);
	*told = take(&made);
	return 0;
}

/* doctor's look at the network: whatever comes of it is worth telling. */
static struct secret *
run_reach(const struct mint_order *order, struct http *http)
{
	const struct http_request request = {.url = order->reach->url,
	    .socket = order->reach->socket,
	    .link_local = order->reach->link_local};
	scoped(secret) struct secret *made = secret_new(REACH_MAX);
	struct error err = {.fault = FAULT_NONE};
	char text[ERROR_TEXT_MAX];
	struct writing writing;
	struct http_way way;

	if (made == NULL)
		_exit(1);
	http_reach(http, &request, &way, &err);
	writing_start(&writing, secret_tail(made), secret_room(made), "way");
	writing_add(&writing, "trouble", http_trouble_word(way.trouble));
	writing_add(&writing, "fault", fault_name(err.fault));
	writing_add(&writing, "text",
	    text_printable(text, sizeof(text), err.text, strlen(err.text)));
	writing_add(&writing, "proxy", way.proxy);
	if (writing_end(&writing) == -1)
		_exit(1);
	secret_wrote(made, writing.length);
	return take(&made);
}

/* What came from whom goes on with what was made from it. */
static void
inherit(struct credential *to, struct credential *from)
{
	if (to->issuer == NULL)
		to->issuer = take(&from->issuer);
	if (to->subject == NULL)
		to->subject = take(&from->subject);
	if (to->audience == NULL)
		to->audience = take(&from->audience);
}

/* `ttl` holds also where the other side cannot be asked for it; and what is
 * over on arrival would only be a riddle to the tool that gets it. */
static int
limit_life(const struct mint_order *order, struct credential *credential,
    struct error *err)
{
	long ttl = exchange_ttl(order->step->settings, 0);
	int64_t now = clock_unix();
	char text[CLOCK_TEXT];

	if (ttl > 0 &&
	    (credential->expires == 0 || credential->expires > now + ttl))
		credential->expires = now + ttl;
	if (credential->expires == 0 || credential->expires > now)
		return 0;
	return error_set(err, FAULT_REFUSED,
	    "was given a credential that expired at %s already (is this "
	    "machine's clock right?)",
	    clock_rfc3339(credential->expires, text));
}

/* The first of the blocks, which is dropped from the brief. */
static struct credential *
next_block(struct secret *brief)
{
	size_t length =
	    credential_block(secret_bytes(brief), secret_length(brief));
	struct credential *credential =
	    credential_read(secret_bytes(brief), length);

	secret_consume(brief, length);
	return credential;
}

static int
run_exchange(const struct mint_order *order, struct secret *brief,
    struct http *http, struct credential **output, struct error *err)
{
	scoped(credential) struct credential *input = next_block(brief);
	scoped(credential) struct credential *actor =
	    order->actor == NULL ? NULL : next_block(brief);
	struct exchange_mint mint = {.settings = order->step->settings,
	    .input = input,
	    .actor = actor,
	    .http = http};

	if (input == NULL || (order->actor != NULL && actor == NULL))
		return error_errno(err, "no memory for a credential");
	if (order->revoke)
		return order->step->exchange->revoke(&mint, err);
	http->input_expires = input->expires;
	if (actor != NULL && actor->expires > 0 &&
	    (input->expires == 0 || actor->expires < input->expires))
		http->input_expires = actor->expires;
	if (exchange_run(order->step->exchange, &mint, output, err) == -1)
		return -1;
	(*output)->expires = by_ours((*output)->expires, http->skew);
	inherit(*output, input);
	return limit_life(order, *output, err);
}

void
child_main(const struct mint_order *order, pid_t parent, int input, int output)
{
	struct http http = {.deadline = order->deadline - HEADSTART_MS,
	    .lately = order->skew,
	    .progress = progress};
	struct credential *credential = NULL;
	struct error err = {.fault = FAULT_NONE};
	struct secret *brief, *told = NULL;
	int result;

	become(order, parent, input, output);
	if ((brief = read_brief()) == NULL)
		_exit(1);
	if (order->reach != NULL)
		result = (told = run_reach(order, &http)) == NULL ? -1 : 0;
	else if (order->talk != NULL)
		result = run_talk(order, brief, &http, &told, &err);
	else if (order->step->exchange == NULL)
		result = run_identity(order, brief, &http, &credential, &err);
	else
		result = run_exchange(order, brief, &http, &credential, &err);
	if (result == -1)
		report_error(&err, http.stale);
	else
		report_ok(credential, http.skew);
	if (told != NULL)
		send_all(secret_bytes(told), secret_length(told));
	close(OUTPUT); /* the agent goes on while we end */
	credential_free(credential);
	secret_free(brief);
	_exit(0);
}
