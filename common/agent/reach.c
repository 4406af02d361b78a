/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "agent/asker.h"
#include "agent/mint.h"
#include "agent/network.h"
#include "agent/places.h"
#include "agent/verbs.h"
#include "base/clock.h"
#include "base/text.h"

/*
 * doctor's look at the network: is there a way to each host that mints would
 * speak to? A child for each, all at once, confined as a mint is, by the
 * proxies and roots of this agent, for these are what counts. Nothing is sent.
 */
#define PATIENCE_MS 4000 /* for all of them */
#define AT_ONCE_MAX (2 * PLACES_MAX)

static unsigned at_once; /* children of all askers together */

struct look {
	struct reach *reach;
	struct mint *mint;
	enum fault fault;
	char trouble[16];
	char text[ERROR_TEXT_MAX];
	char proxy[HTTP_PROXY_TEXT];
};

struct reach {
	struct asker *asker;
	size_t left; /* looks that go on */
	struct places places;
	struct look looks[PLACES_MAX];
};

static void
stop(struct reach *reach)
{
	for (size_t i = 0; i < reach->places.count; i++)
		if (reach->looks[i].mint != NULL) {
			mint_kill(reach->looks[i].mint);
			at_once--;
		}
	free(reach);
}

static void
cancel(struct asker *asker, void *state)
{
	(void)asker;
	stop(state);
}

static void
write_look(
    struct writing *writing, const struct place *place, const struct look *look)
{
	char host[300];

	writing_add(writing, "host",
	    place->socket[0] != '\0'
		? place->socket
		: http_host(place->url, host, sizeof(host)));
	writing_add(writing, "for", place->whose);
	writing_add(
	    writing, "tls", text_starts(place->url, "https:") ? "yes" : "no");
	writing_add(writing, "trouble", look->trouble);
	writing_add(writing, "fault", fault_name(look->fault));
	writing_add(writing, "text", look->text);
	writing_add(writing, "proxy", look->proxy);
}

static void
answer(const struct reach *reach)
{
	struct writing *writing = asker_writing(reach->asker, "ok");

	writing_add(writing, "roots", http_roots_text());
	if (reach->places.omitted > 0)
		writing_number(writing, "omitted", reach->places.omitted);
	for (size_t i = 0; i < reach->places.count; i++)
		write_look(writing, &reach->places.place[i], &reach->looks[i]);
	asker_answer(reach->asker);
}

/* A child that was killed for its time has hung in the resolver, or waited for
 * an answer. */
static void
note_failure(struct look *look, const struct error *err)
{
	look->fault = err->fault;
	text_copy(look->trouble, sizeof(look->trouble),
	    http_trouble_word(HTTP_TROUBLE_TIME));
	text_copy(look->text, sizeof(look->text), err->text);
}

/* What a child says is the word of who may have taken it over. */
static void
note_result(struct look *look, struct secret *told)
{
	static struct message message; /* large */
	const char *trouble = NULL, *text = NULL, *proxy = NULL;
	struct error err = {.fault = FAULT_NONE};
	int result = message_parse(&message,
	    secret_tail(told) - secret_length(told), secret_length(told), &err);

	if (result == 0) {
		trouble = message_get(&message, "trouble");
		text = message_get(&message, "text");
		proxy = message_get(&message, "proxy");
	}
	if (result == 0 && (trouble == NULL || text == NULL || proxy == NULL))
		result = error_set(&err, FAULT_SYSTEM, "ended without a word");
	if (result == -1) {
		note_failure(look, &err);
		return;
	}
	look->fault = fault_named(message_get(&message, "fault"));
	text_copy(look->trouble, sizeof(look->trouble), trouble);
	text_copy(look->text, sizeof(look->text), text);
	text_copy(look->proxy, sizeof(look->proxy), proxy);
}

static void
settle(struct reach *reach)
{
	if (reach->left > 0)
		return;
	asker_waits_no_more(reach->asker);
	answer(reach);
	free(reach);
}

static void
done(void *arg, struct mint_result *result)
{
	struct look *look = arg;

	look->mint = NULL;
	at_once--;
	if (result->told != NULL)
		note_result(look, result->told);
	else
		note_failure(look, &result->err);
	secret_free(result->told);
	credential_free(result->credential);
	look->reach->left--;
	settle(look->reach);
}

static void
start(struct reach *reach, size_t i)
{
	const struct place *place = &reach->places.place[i];
	const struct mint_reach to = {.url = place->url,
	    .socket = place->socket[0] == '\0' ? NULL : place->socket,
	    .link_local = place->link_local};
	const struct mint_order order = {
	    .deadline = clock_ms() + PATIENCE_MS, .reach = &to};
	struct look *look = &reach->looks[i];
	struct error err = {.fault = FAULT_NONE};

	look->reach = reach;
	look->mint = mint_start(
	    asker_agent(reach->asker)->loop, &order, done, look, &err);
	if (look->mint == NULL) {
		note_failure(look, &err);
		return;
	}
	at_once++;
	reach->left++;
}

static void
fail(struct asker *asker, struct error *err)
{
	error_at(err, STAGE_AGENT);
	asker_error(asker, err);
}

static void
look_around(struct asker *asker, struct reach *reach)
{
	struct error err = {.fault = FAULT_NONE};

	reach->asker = asker;
	if (at_once + reach->places.count > AT_ONCE_MAX) {
		error_set(&err, FAULT_NETWORK,
		    "others look at the network right now; try again");
		fail(asker, &err);
		free(reach);
		return;
	}
	for (size_t i = 0; i < reach->places.count; i++)
		start(reach, i);
	asker_waits(asker, reach, cancel);
	settle(reach);
}

static void
begin(struct asker *asker, const struct config *config)
{
	struct reach *reach = calloc(1, sizeof(*reach));
	struct error err = {.fault = FAULT_NONE};
	char want[AROUND_WANT];

	if (reach == NULL ||
	    network_ready(asker_agent(asker)->network, &err) == -1) {
		if (reach == NULL)
			error_errno(&err, "no memory to look around");
		free(reach);
		fail(asker, &err);
		return;
	}
	if (places_find(config, asker_request(asker), &reach->places, want) ==
	    ROAD_WANT) {
		around_want(asker_writing(asker, "want"), want);
		asker_answer(asker);
		free(reach);
		return;
	}
	look_around(asker, reach);
}

const struct verb verb_reach = {.name = "reach", .begin = begin};
