/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/http.h"
#include "helpers/callout/rulebook.h"
#include "helpers/callout/rules.h"
#include "helpers/callout/signature.h"

#define LEEWAY 30
#define REFRESH 600
#define KEEP 3600

void
rules_free(struct rules *rules)
{
	if (rules == NULL)
		return;
	for (size_t i = 0; i < rules->map_count; i++)
		map_clear(&rules->maps[i]);
	free(rules->maps);
	free(rules->issuers);
	reading_free(&rules->reading);
	free(rules);
}

const struct issuer_rule *
rules_issuer(const struct rules *rules, const char *url)
{
	for (size_t i = 0; i < rules->issuer_count; i++)
		if (strcmp(rules->issuers[i].url, url) == 0)
			return &rules->issuers[i];
	return NULL;
}

static int64_t
duration(const struct settings *settings, const char *key, int64_t otherwise)
{
	const char *value = settings_get(settings, key);

	return value == NULL ? otherwise : clock_parse_duration(value);
}

static unsigned
algorithms(const struct settings *settings)
{
	unsigned bits = 0;

	settings_each (each, settings, "algorithm")
		bits |= 1U << algorithm_named(each->value);
	return bits != 0 ? bits : (1U << ALGORITHMS) - 1;
}

static int
read_issuer(
    struct rules *rules, const struct section *section, struct error *err)
{
	const struct settings *settings = section->settings;

	if (http_allowed(section->name, err) == -1)
		return -1;
	rules->issuers[rules->issuer_count++] = (struct issuer_rule){
	    .url = section->name,
	    .settings = settings,
	    .ca_file = settings_get(settings, "ca-file"),
	    .algorithms = algorithms(settings),
	    .leeway = duration(settings, "leeway", LEEWAY),
	    .refresh = duration(settings, "refresh", REFRESH),
	    .keep = duration(settings, "keep", KEEP),
	};
	return 0;
}

static const struct account_rule *
find_account(const struct rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->account_count; i++)
		if (strcmp(rules->accounts[i].name, name) == 0)
			return &rules->accounts[i];
	return NULL;
}

static int
read_account(
    struct rules *rules, const struct section *section, struct error *err)
{
	if (rules->operator_account == NULL)
		return error_set(err, FAULT_CONFIG,
		    "is for operator mode: [nats] account must name the "
		    "account that this service is in");
	if (rules->account_count == RULES_ACCOUNTS)
		return error_set(err, FAULT_CONFIG,
		    "there are more than %d accounts", RULES_ACCOUNTS);
	rules->accounts[rules->account_count++] = (struct account_rule){
	    .name = section->name,
	    .id = settings_get(section->settings, "id"),
	    .signing_key = settings_get(section->settings, "signing-key")};
	return 0;
}

/* In operator mode an account is no name in the server's file. */
static int
check_account(
    const struct rules *rules, const struct map *map, struct error *err)
{
	const char *name = settings_get(map->settings, "account");

	if (rules->operator_account == NULL ||
	    find_account(rules, name) != NULL)
		return 0;
	return error_set(err, FAULT_CONFIG,
	    "`account`: there is no [account \"%.100s\"], and in operator "
	    "mode ([nats] account) there must be",
	    name);
}

/* A subject means something only together with who says it. */
static int
check_issuers(
    const struct rules *rules, const struct map *map, struct error *err)
{
	bool any = false;

	settings_each (each, map->settings, "issuer") {
		any = true;
		if (rules_issuer(rules, each->value) == NULL)
			return error_set(err, FAULT_CONFIG,
			    "`issuer`: there is no [issuer \"%.200s\"]",
			    each->value);
	}
	if (!any && rules->issuer_count > 1)
		return error_set(err, FAULT_CONFIG,
		    "needs `issuer`: there are several, and what one says of "
		    "its own must not count for another's");
	return 0;
}

static int
read_map(struct rules *rules, const struct section *section, struct error *err)
{
	struct map *map = &rules->maps[rules->map_count++];

	if (map_read(map, section->name, section->settings, err) == -1)
		return -1;
	if (check_account(rules, map, err) == -1)
		return -1;
	return check_issuers(rules, map, err);
}

/* What no single key shows. */
static int
read_nats(struct rules *rules, const struct section *section, struct error *err)
{
	const struct settings *settings = section->settings;
	bool user = settings_get(settings, "user") != NULL;

	rules->nats = settings;
	rules->operator_account = settings_get(settings, "account");
	if (user != (settings_get(settings, "password-file") != NULL))
		return error_set(err, FAULT_CONFIG,
		    "`user` and `password-file` go together");
	if (user == (settings_get(settings, "creds") != NULL))
		return error_set(err, FAULT_CONFIG,
		    "needs either `user` and `password-file`, or `creds`");
	return 0;
}

static int
read_audit(
    struct rules *rules, const struct section *section, struct error *err)
{
	(void)err;
	rules->audit = section->settings;
	return 0;
}

static int
read_metrics(
    struct rules *rules, const struct section *section, struct error *err)
{
	(void)err;
	rules->metrics = section->settings;
	return 0;
}

/* In this order: maps look for issuers and accounts. */
static const struct {
	const char *word;
	int (*read)(struct rules *rules, const struct section *section,
	    struct error *err);
} readers[] = {
    {"nats", read_nats},
    {"audit", read_audit},
    {"metrics", read_metrics},
    {"issuer", read_issuer},
    {"account", read_account},
    {"map", read_map},
};

/* -1: no memory. A mistake is the section's. */
static int
read_word(struct rules *rules, size_t reader)
{
	struct sections *sections = &rules->reading.sections;
	struct error err = {.fault = FAULT_NONE};

	for (size_t i = 0; i < sections->count; i++) {
		struct section *section = sections->list[i];

		if (strcmp(section->word, readers[reader].word) != 0 ||
		    section->mistake != NULL ||
		    readers[reader].read(rules, section, &err) == 0)
			continue;
		if (err.fault == FAULT_SYSTEM ||
		    section_mistake(sections, section, NULL, err.text) == -1)
			return -1;
	}
	return 0;
}

/* A service without these would let nobody in. */
static int
check_whole(struct rules *rules)
{
	static const char *const needed[] = {"nats", "issuer", "map", NULL};
	struct sections *sections = &rules->reading.sections;
	char text[64];

	for (int i = 0; needed[i] != NULL; i++) {
		size_t j = 0;

		while (j < sections->count &&
		       strcmp(sections->list[j]->word, needed[i]) != 0)
			j++;
		if (j < sections->count)
			continue;
		snprintf(text, sizeof(text), "there is no [%s]", needed[i]);
		if (sections_mistake(sections, text) == -1)
			return -1;
	}
	return 0;
}

static int
read_sections(struct rules *rules)
{
	size_t count = rules->reading.sections.count;

	rules->issuers = calloc(count + 1, sizeof(*rules->issuers));
	rules->maps = calloc(count + 1, sizeof(*rules->maps));
	if (rules->issuers == NULL || rules->maps == NULL ||
	    rulebook_check(&rules->reading.sections) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (read_word(rules, i) == -1)
			return -1;
	return check_whole(rules);
}

static int
judge(const struct rules *rules, void (*mistake)(const char *text),
    struct error *err)
{
	const struct sections *sections = &rules->reading.sections;

	for (size_t i = 0; i < sections->mistake_count; i++)
		if (mistake != NULL)
			mistake(sections->mistakes[i]);
	if (sections->mistake_count == 0)
		return 0;
	return error_set(err, FAULT_CONFIG, "%s", sections->mistakes[0]);
}

struct rules *
rules_read(const char *rows, size_t length, void (*mistake)(const char *text),
    struct error *err)
{
	scoped(rules) struct rules *rules = calloc(1, sizeof(*rules));

	if (rules == NULL) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	if (reading_read(&rules->reading, rows, length, err) == -1)
		return NULL;
	/* Of a file that cannot be used, nothing else is worth saying. */
	if (rules->reading.bad.fault == FAULT_NONE &&
	    read_sections(rules) == -1) {
		error_set(err, FAULT_SYSTEM, "no memory");
		return NULL;
	}
	if (judge(rules, mistake, err) == -1)
		return NULL;
	return take(&rules);
}
