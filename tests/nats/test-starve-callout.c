/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/mman.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helpers/callout/idtoken.h"
#include "helpers/callout/jwks.h"
#include "helpers/callout/natsjwt.h"
#include "helpers/callout/request.h"
#include "helpers/callout/rules.h"
#include "helpers/callout/seal.h"
#include "helpers/callout/subject.h"
#include "helpers/callout/trail.h"
#include "rows.h"
#include "starve.h"
#include "tap.h"

/* Memory that runs out must refuse somebody, and never let somebody else in. */
#define FILE_TEXT                                                           \
	"[nats]\nurl = tls://nats.acme.io\nuser = auth\n"                   \
	"password-file = /p\nsigning-key = /s\n"                            \
	"[issuer \"https://issuer.example\"]\naudience = a\naudience = b\n" \
	"[map \"one\"]\nclaim = sub=org:{org}/env:{env}\nclaim = x/y=**\n"  \
	"account = APP\npublish = a.{org}.{env}\nsubscribe = b.{env} q\n"   \
	"[map \"two\"]\nclaim = groups=team-{team}\naccount = OPS\n"        \
	"publish = team.{team}.>\n"

static const char claims[] =
    "{\"iss\":\"https://issuer.example\",\"sub\":\"org:acme/env:7f3\","
    "\"aud\":[\"x\",\"b\"],\"exp\":1700000600,\"groups\":[\"a\",\"team-red\"],"
    "\"x\":{\"y\":true}}";

static char *rows;
static struct secret *seed;

static void
prepare(void)
{
	rows = rows_of(FILE_TEXT, NULL);
	seed = secret_copy("daypass-test-daypass-test-daypas", SEAL_KEY);
}

static void
finish(void)
{
	free(rows);
	secret_free(seed);
}

static bool
tell_map(const struct rules *rules, char result[STARVE_RESULT])
{
	scoped(json) struct json *json =
	    json_parse(claims, strlen(claims), NULL);
	struct captures captures = {.count = 0};
	const struct map *map;
	struct refusal why;
	char filled[SUBJECT_MAX];

	if (json == NULL)
		return false;
	map = map_find(rules->maps, rules->map_count, rules->issuers[0].url,
	    json, &captures);
	if (map == NULL || subject_fill(settings_get(map->settings, "publish"),
			       &captures, filled, &why) == -1)
		return false;
	snprintf(result, STARVE_RESULT, "%zu %zu %s %s", rules->issuer_count,
	    rules->map_count, map->name, filled);
	return true;
}

static bool
read_rules(char result[STARVE_RESULT])
{
	struct error err = {.fault = FAULT_NONE};
	scoped(rules) struct rules *rules =
	    rules_read(rows, strlen(rows), NULL, &err);

	return rules != NULL && tell_map(rules, result);
}

static bool
sign_and_read(char result[STARVE_RESULT])
{
	scoped(buffer) struct buffer text = BUFFER(4096);
	scoped(buffer) struct buffer token = BUFFER(4096);
	struct compact compact __attribute__((cleanup(compact_scoped))) = {0};
	struct signer signer = {.key = NULL};
	unsigned char public[SEAL_KEY];
	char issuer[NKEY_PUBLIC] = "";
	const char *what = "";
	bool good;

	if (seal_sign_key(seed, &signer.key, public) == -1)
		return false;
	nkey_public_write(NKEY_SERVER, public, signer.public);
	buffer_printf(&text, "{\"iss\":\"%s\"}", signer.public);
	good = natsjwt_write(&signer, &text, &token) == 0 &&
	       natsjwt_read(token.bytes, token.length, NKEY_SERVER, &compact,
		   issuer, &what) == 0;
	secret_free(signer.key);
	snprintf(result, STARVE_RESULT, "%s %zu", issuer, token.length);
	return good;
}

static bool
read_token(char result[STARVE_RESULT])
{
	scoped(buffer) struct buffer text = BUFFER(4096);
	struct idtoken token __attribute__((cleanup(idtoken_scoped)));
	struct refusal why;
	bool good;

	compact_encode(&text, "{\"alg\":\"ES256\",\"kid\":\"k\"}", 25);
	buffer_add(&text, ".", 1);
	compact_encode(&text, claims, strlen(claims));
	buffer_add_string(&text, ".c2ln");
	good = idtoken_read(buffer_text(&text), &token, &why) == 0;
	if (good)
		snprintf(result, STARVE_RESULT, "%s %s %lld", token.kid,
		    token.subject, (long long)token.expires);
	return good;
}

static bool
open_box(char result[STARVE_RESULT])
{
	scoped(buffer) struct buffer sealed = BUFFER(4096);
	scoped(secret) struct secret *plain = NULL;
	unsigned char public[SEAL_KEY];

	seal_box_public(seed, public);
	if (seal_box(seed, public, "hello", 5, &sealed) == -1 ||
	    (plain = seal_open(seed, public, sealed.bytes, sealed.length)) ==
		NULL)
		return false;
	snprintf(result, STARVE_RESULT, "%zu %zu", sealed.length,
	    secret_length(plain));
	return true;
}

static struct settings *audit;
static int standard, memory;

/* What goes to stderr goes to a file of ours. */
static void
prepare_trail(void)
{
	audit = settings_new();
	settings_add(audit, "sink", "stderr:");
	settings_add(audit, "required", "yes");
	standard = dup(STDERR_FILENO);
	memory = memfd_create("records", MFD_CLOEXEC);
	dup2(memory, STDERR_FILENO);
}

static void
finish_trail(void)
{
	dup2(standard, STDERR_FILENO);
	close(standard);
	close(memory);
	settings_free(audit);
}

/* The service answers by what this says: the record is there, then. */
static bool
keep_record(char result[STARVE_RESULT])
{
	struct decision decision = {
	    .id = "0123456789abcdef0123456789abcdef",
	    .why = {.reason = REASON_MALFORMED, .text = "for a test"}};
	struct error err;
	struct trail *trail = trail_new(audit, NULL, &err);
	bool kept;

	if (trail == NULL || ftruncate(memory, 0) == -1 ||
	    lseek(memory, 0, SEEK_SET) == -1) {
		trail_free(trail);
		return false;
	}
	trail_add(trail, &decision, 1700000000);
	trail_add(trail, &decision, 1700000001);
	kept = trail_keep(trail) == 0;
	trail_free(trail);
	memset(result, 0, STARVE_RESULT);
	return kept && pread(memory, result, STARVE_RESULT - 1, 0) != -1;
}

static const struct scenario scenarios[] = {
    {"the callout's rules", prepare, read_rules, finish},
    {"a NATS JWT", prepare, sign_and_read, finish},
    {"an id token", NULL, read_token, NULL},
    {"a box", prepare, open_box, finish},
    {"records that are required", prepare_trail, keep_record, finish_trail},
};

int
main(void)
{
	struct error err;

	seal_start(&err);
	for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++)
		starve(&scenarios[i]);
	return tap_done();
}
