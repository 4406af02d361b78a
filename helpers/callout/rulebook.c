/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/http.h"
#include "base/text.h"
#include "config/value.h"
#include "helpers/callout/network.h"
#include "helpers/callout/nkey.h"
#include "helpers/callout/rulebook.h"
#include "helpers/callout/signature.h"

#define KEYS_MAX 24
#define ONCE 0
#define REQUIRED 1
#define REPEATS 2

/* Which sections there are, which keys they take, what may stand behind. */
struct book_key {
	const char *name; /* NULL ends the table */
	value_check *check;
	unsigned how;
};

struct book {
	const char *word;
	bool named;
	const struct book_key *keys;
};

static int
no(struct error *err, const char *value, const char *why)
{
	return error_set(err, FAULT_CONFIG, "`%.200s` %s", value, why);
}

/* Our own password travels there, and everybody's tokens come from there. */
static int
value_server(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (strchr(value, '@') != NULL || strchr(value, ',') != NULL ||
	    strchr(value, ' ') != NULL)
		return no(err, value,
		    "is not one server without a user: use `user`, and `url` "
		    "once for each server");
	if (text_starts(value, "tls://") && value[6] != '\0')
		return 0;
	if (!text_starts(value, "nats://") || value[7] == '\0')
		return no(err, value, "is no URL of NATS: tls://HOST[:PORT]");
	if (http_loopback(value + 7))
		return 0;
	return no(err, value, "would send tokens in clear: use tls://");
}

/* A service has no home of its own. */
static int
value_file(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	return value[0] == '/' ? 0 : no(err, value, "is no absolute path");
}

/* A file, or a variable of the service's own environment. */
static int
value_source_of_key(
    const struct sections *sections, const char *value, struct error *err)
{
	if (!text_starts(value, "env:"))
		return value_file(sections, value, err);
	return value[4] != '\0' && strchr(value, '=') == NULL
		   ? 0
		   : no(err, value, "names no variable: env:NAME");
}

static int
value_word(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	for (const char *c = value; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~' || strchr("{}*>", *c) != NULL)
			return no(err, value, "is no name");
	return 0;
}

static int
value_account(
    const struct sections *sections, const char *value, struct error *err)
{
	unsigned char raw[NKEY_RAW];

	(void)sections;
	if (nkey_public_read(value, NKEY_ACCOUNT, raw) == 0)
		return 0;
	return no(err, value, "is no public key of an account (A...)");
}

static int
value_algorithm(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (algorithm_named(value) != ALGORITHMS)
		return 0;
	return no(err, value, "is none of RS256, ES256, EdDSA");
}

static int
value_leeway(
    const struct sections *sections, const char *value, struct error *err)
{
	int64_t seconds = clock_parse_duration(value);

	(void)sections;
	if (seconds >= 0 && seconds <= 300)
		return 0;
	return no(err, value, "is no duration from 0s to 5m");
}

static int
value_count(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (text_number(value, 1000000) > 0)
		return 0;
	return no(err, value, "is no number from 1 to 1000000");
}

static int
value_connection(
    const struct sections *sections, const char *value, struct error *err)
{
	static const char *const kinds[] = {
	    "nats", "websocket", "mqtt", "leafnode", NULL};

	(void)sections;
	for (int i = 0; kinds[i] != NULL; i++)
		if (strcmp(value, kinds[i]) == 0)
			return 0;
	return no(err, value, "is none of nats, websocket, mqtt, leafnode");
}

static int
value_network(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (network_is(value))
		return 0;
	return no(err, value, "is no network: 10.1.0.0/16, fd00::/8, 10.1.2.3");
}

static int
value_record_sink(
    const struct sections *sections, const char *value, struct error *err)
{
	(void)sections;
	if (text_starts(value, "file:/") || strcmp(value, "stderr:") == 0 ||
	    strcmp(value, "syslog:") == 0)
		return 0;
	return no(err, value, "is no sink: file:/PATH, syslog:, stderr:");
}

/* Nobody but this machine needs to see how many come. */
static int
value_listen(
    const struct sections *sections, const char *value, struct error *err)
{
	const char *port = strrchr(value, ':');

	(void)sections;
	if ((text_starts(value, "127.0.0.1:") ||
		text_starts(value, "[::1]:")) &&
	    text_number(port + 1, 65535) >= 0)
		return 0;
	return no(err, value, "is not 127.0.0.1:PORT or [::1]:PORT");
}

static const struct book_key nats_keys[] = {
    {"url", value_server, REQUIRED | REPEATS},
    {"user", value_word, ONCE},
    {"password-file", value_source_of_key, ONCE},
    {"creds", value_file, ONCE},
    {"signing-key", value_source_of_key, REQUIRED},
    {"xkey", value_source_of_key, ONCE},
    {"account", value_account, ONCE},
    {"ca-file", value_file, ONCE},
    {"queue", value_word, ONCE},
    {NULL, NULL, ONCE},
};

static const struct book_key issuer_keys[] = {
    {"audience", value_text, REQUIRED | REPEATS},
    {"ca-file", value_file, ONCE},
    {"algorithm", value_algorithm, REPEATS},
    {"leeway", value_leeway, ONCE},
    {"refresh", value_duration, ONCE},
    {"keep", value_duration, ONCE},
    {NULL, NULL, ONCE},
};

static const struct book_key account_keys[] = {
    {"id", value_account, REQUIRED},
    {"signing-key", value_source_of_key, REQUIRED},
    {NULL, NULL, ONCE},
};

/* Claims and subjects are looked at where they are taken apart: map.c. */
static const struct book_key map_keys[] = {
    {"issuer", value_text, REPEATS},
    {"claim", value_text, REQUIRED | REPEATS},
    {"account", value_word, REQUIRED},
    {"publish", value_text, REPEATS},
    {"subscribe", value_text, REPEATS},
    {"deny-publish", value_text, REPEATS},
    {"deny-subscribe", value_text, REPEATS},
    {"respond", value_count, ONCE},
    {"respond-within", value_duration, ONCE},
    {"connection", value_connection, REPEATS},
    {"source", value_network, REPEATS},
    {"max-life", value_duration, ONCE},
    {NULL, NULL, ONCE},
};

static const struct book_key audit_keys[] = {
    {"sink", value_record_sink, REQUIRED | REPEATS},
    {"required", value_boolean, ONCE},
    {"rotate", value_size, ONCE},
    {"keep", value_keep, ONCE},
    {NULL, NULL, ONCE},
};

static const struct book_key metrics_keys[] = {
    {"listen", value_listen, REQUIRED},
    {NULL, NULL, ONCE},
};

static const struct book books[] = {
    {"nats", false, nats_keys},
    {"issuer", true, issuer_keys},
    {"account", true, account_keys},
    {"map", true, map_keys},
    {"audit", false, audit_keys},
    {"metrics", false, metrics_keys},
    {NULL, false, NULL},
};

static const char *const words[] = {
    "nats", "issuer", "account", "map", "audit", "metrics", NULL};

/* One section under the glass. */
struct look {
	struct sections *sections;
	struct section *section;
};

static int mistake(struct look *look, const struct place *place,
    const char *fmt, ...) __attribute__((format(printf, 3, 4)));

static int
mistake(struct look *look, const struct place *place, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;

	va_start(arguments, fmt);
	vsnprintf(text, sizeof(text), fmt, arguments);
	va_end(arguments);
	return section_mistake(look->sections, look->section, place, text);
}

static const struct book *
find_book(const char *word)
{
	const struct book *book = books;

	while (book->word != NULL && strcmp(book->word, word) != 0)
		book++;
	return book->word == NULL ? NULL : book;
}

static const struct book_key *
find_key(const struct book *book, const char *name)
{
	const struct book_key *key = book->keys;

	while (key->name != NULL && strcmp(key->name, name) != 0)
		key++;
	return key->name == NULL ? NULL : key;
}

static int
unknown_key(struct look *look, const struct book *book,
    const struct place *place, const char *name)
{
	const char *names[KEYS_MAX + 1] = {NULL};
	const char *nearest;

	for (int i = 0; book->keys[i].name != NULL && i < KEYS_MAX; i++)
		names[i] = book->keys[i].name;
	nearest = text_nearest(name, names);
	if (nearest == NULL)
		return mistake(look, place, "unknown key `%s`", name);
	return mistake(
	    look, place, "unknown key `%s`; did you mean `%s`?", name, nearest);
}

static bool
is_repeated(const struct settings *settings, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(settings_at(settings, j)->key,
			settings_at(settings, i)->key) == 0)
			return true;
	return false;
}

static int
check_setting(struct look *look, const struct book *book, size_t i)
{
	const struct section *section = look->section;
	const struct setting *setting = settings_at(section->settings, i);
	const struct place *place = &section->places[i];
	const struct book_key *key = find_key(book, setting->key);
	struct error err = {.fault = FAULT_NONE};

	if (key == NULL)
		return unknown_key(look, book, place, setting->key);
	if ((key->how & REPEATS) == 0 && is_repeated(section->settings, i))
		return mistake(
		    look, place, "`%s` may stand here once only", key->name);
	if ((key->check != value_boolean &&
		value_text(NULL, setting->value, &err) == -1) ||
	    key->check(NULL, setting->value, &err) == -1)
		return mistake(look, place, "`%s`: %s", key->name, err.text);
	return 0;
}

static int
check_keys(struct look *look, const struct book *book)
{
	const struct settings *settings = look->section->settings;

	for (size_t i = 0; i < settings_count(settings); i++)
		if (check_setting(look, book, i) == -1)
			return -1;
	for (const struct book_key *key = book->keys; key->name != NULL; key++)
		if ((key->how & REQUIRED) != 0 &&
		    settings_get(settings, key->name) == NULL &&
		    mistake(look, NULL, "needs `%s`", key->name) == -1)
			return -1;
	return 0;
}

static int
check_section(struct look *look)
{
	const struct section *section = look->section;
	const struct book *book = find_book(section->word);
	const char *nearest;

	if (book == NULL) {
		nearest = text_nearest(section->word, words);
		return nearest == NULL
			   ? mistake(look, NULL, "unknown section")
			   : mistake(look, NULL,
				 "unknown section; did you mean [%s]?",
				 nearest);
	}
	if (book->named && section->name == NULL)
		return mistake(
		    look, NULL, "needs a name: [%s \"NAME\"]", book->word);
	if (!book->named && section->name != NULL)
		return mistake(look, NULL, "takes no name");
	return check_keys(look, book);
}

int
rulebook_check(struct sections *sections)
{
	for (size_t i = 0; i < sections->count; i++) {
		struct look look = {sections, sections->list[i]};

		if (check_section(&look) == -1)
			return -1;
	}
	return 0;
}
