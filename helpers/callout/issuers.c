/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "helpers/callout/fetch.h"
#include "helpers/callout/issuers.h"

#define RETRY_FIRST_MS 1000
#define RETRY_MOST_MS 60000

struct issuer {
	struct issuers *all;
	const struct issuer_rule *rule;
	struct jwks *jwks; /* or NULL */
	int64_t fetched;   /* clock_ms() when they came */
	int64_t earliest;  /* before this nobody makes us fetch */
	int64_t retry;	   /* how long to wait after a failure */
	struct fetch *fetch;
	struct timer *timer;
	uint64_t good, bad;
	char reason[ERROR_TEXT_MAX]; /* of the last failure */
};

struct issuers {
	struct loop *loop;
	struct log *log;
	void (*changed)(void *arg);
	void *arg;
	size_t count;
	struct issuer list[];
};

struct issuers *
issuers_new(struct loop *loop, const struct rules *rules, struct log *log,
    void (*changed)(void *arg), void *arg)
{
	struct issuers *issuers = calloc(1,
	    sizeof(*issuers) + rules->issuer_count * sizeof(issuers->list[0]));

	if (issuers == NULL)
		return NULL;
	issuers->loop = loop;
	issuers->log = log;
	issuers->changed = changed;
	issuers->arg = arg;
	issuers->count = rules->issuer_count;
	for (size_t i = 0; i < issuers->count; i++)
		issuers->list[i] = (struct issuer){.all = issuers,
		    .rule = &rules->issuers[i],
		    .retry = RETRY_FIRST_MS};
	return issuers;
}

void
issuers_free(struct issuers *issuers)
{
	if (issuers == NULL)
		return;
	for (size_t i = 0; i < issuers->count; i++) {
		fetch_free(issuers->list[i].fetch);
		timer_free(issuers->list[i].timer);
		jwks_free(issuers->list[i].jwks);
	}
	free(issuers);
}

static void fetch(struct issuer *issuer);

static void
due(void *arg)
{
	struct issuer *issuer = arg;

	issuer->timer = NULL;
	fetch(issuer);
}

/* Without memory for a timer the next unknown key makes up for it. */
static void
fetch_after(struct issuer *issuer, int64_t ms)
{
	timer_free(issuer->timer);
	issuer->timer =
	    loop_timer(issuer->all->loop, clock_ms() + ms, due, issuer);
}

static void
failed(struct issuer *issuer, const struct error *err)
{
	issuer->bad++;
	text_copy(issuer->reason, sizeof(issuer->reason), err->text);
	log_event(issuer->all->log, LOG_LEVEL_ERROR,
	    "no keys from %.300s: %s (next try in %lld s)", issuer->rule->url,
	    err->text, (long long)issuer->retry / 1000);
	issuer->earliest = clock_ms() + issuer->retry;
	fetch_after(issuer, issuer->retry);
	issuer->retry *= 2;
	if (issuer->retry > RETRY_MOST_MS)
		issuer->retry = RETRY_MOST_MS;
}

static void
fetched(void *arg, struct jwks *jwks, const struct error *err)
{
	struct issuer *issuer = arg;
	struct issuers *all = issuer->all;

	issuer->fetch = NULL;
	if (jwks == NULL) {
		failed(issuer, err);
	} else {
		if (issuer->jwks == NULL || issuer->reason[0] != '\0')
			log_event(all->log, LOG_LEVEL_NOTICE,
			    "%zu keys from %.300s", jwks_count(jwks),
			    issuer->rule->url);
		jwks_free(issuer->jwks);
		issuer->jwks = jwks;
		issuer->good++;
		issuer->reason[0] = '\0';
		issuer->fetched = clock_ms();
		issuer->retry = RETRY_FIRST_MS;
		issuer->earliest = issuer->fetched + ISSUERS_REFETCH_MS;
		fetch_after(issuer, issuer->rule->refresh * 1000);
	}
	all->changed(all->arg);
}

static void
fetch(struct issuer *issuer)
{
	struct error err = {.fault = FAULT_NONE};

	if (issuer->fetch != NULL)
		return;
	issuer->fetch =
	    fetch_start(issuer->all->loop, issuer->rule, fetched, issuer, &err);
	if (issuer->fetch == NULL)
		failed(issuer, &err);
}

void
issuers_start(struct issuers *issuers)
{
	for (size_t i = 0; i < issuers->count; i++)
		fetch(&issuers->list[i]);
}

bool
issuers_ready(const struct issuers *issuers)
{
	for (size_t i = 0; i < issuers->count; i++)
		if (issuers->list[i].jwks == NULL)
			return false;
	return true;
}

/* Keys that could not be confirmed for so long prove nothing any more. */
static bool
is_too_old(const struct issuer *issuer)
{
	const struct issuer_rule *rule = issuer->rule;

	return clock_ms() - issuer->fetched >
	       (rule->refresh + rule->keep) * 1000;
}

static struct issuer *
issuer_named(struct issuers *issuers, const char *url)
{
	for (size_t i = 0; i < issuers->count; i++)
		if (strcmp(issuers->list[i].rule->url, url) == 0)
			return &issuers->list[i];
	return NULL;
}

static enum issuers_answer
not_known(struct issuer *issuer, const char *kid, struct refusal *why)
{
	if (issuer->fetch == NULL && clock_ms() >= issuer->earliest)
		fetch(issuer);
	if (issuer->fetch != NULL)
		return ISSUERS_WAIT;
	if (issuer->jwks == NULL || is_too_old(issuer))
		refuse(why, REASON_KEYS, "no keys of its issuer: %.240s",
		    issuer->reason);
	else
		refuse(why, REASON_UNKNOWN_KEY,
		    "its issuer has no such key: kid '%.100s'",
		    kid == NULL ? "" : kid);
	return ISSUERS_NONE;
}

enum issuers_answer
issuers_find(struct issuers *issuers, const char *url, const char *kid,
    enum algorithm algorithm, const struct verifier **verifier,
    struct refusal *why)
{
	struct issuer *issuer = issuer_named(issuers, url);

	if (issuer == NULL) {
		refuse(why, REASON_ISSUER, "its issuer is not trusted");
		return ISSUERS_NONE;
	}
	*verifier = issuer->jwks == NULL || is_too_old(issuer)
			? NULL
			: jwks_find(issuer->jwks, kid, algorithm);
	return *verifier != NULL ? ISSUERS_KEY : not_known(issuer, kid, why);
}

static void
add(struct buffer *out, const char *name, const struct issuer *issuer,
    const char *more, int64_t value)
{
	buffer_printf(out, "daypass_nats_%s{issuer=", name);
	json_quote(out, issuer->rule->url);
	buffer_printf(out, "%s} %lld\n", more, (long long)value);
}

void
issuers_metrics(const struct issuers *issuers, struct buffer *out)
{
	buffer_add_string(out,
	    "# HELP daypass_nats_key_fetches_total Fetches of issuers' keys.\n"
	    "# TYPE daypass_nats_key_fetches_total counter\n");
	for (size_t i = 0; i < issuers->count; i++) {
		add(out, "key_fetches_total", &issuers->list[i],
		    ",result=\"good\"", (int64_t)issuers->list[i].good);
		add(out, "key_fetches_total", &issuers->list[i],
		    ",result=\"failed\"", (int64_t)issuers->list[i].bad);
	}
	buffer_add_string(out,
	    "# HELP daypass_nats_keys Keys of an issuer that are in use.\n"
	    "# TYPE daypass_nats_keys gauge\n");
	for (size_t i = 0; i < issuers->count; i++) {
		const struct issuer *issuer = &issuers->list[i];

		add(out, "keys", issuer, "",
		    issuer->jwks == NULL || is_too_old(issuer)
			? 0
			: (int64_t)jwks_count(issuer->jwks));
	}
}
