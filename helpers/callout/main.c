/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <stdio.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/options.h"
#include "helpers/callout/seal.h"
#include "helpers/callout/service.h"
#include "helpers/standard.h"

static const char *config;
static const char *new_signing_key, *new_xkey;
static bool check;
static bool mistaken; /* and told so already */

static const struct option_row options[] = {
    {"config", "FILE", "the service's configuration", &config, NULL},
    {"check", NULL, "look at the configuration and its keys, and end", NULL,
	&check},
    {"new-signing-key", "FILE", "make the seed of an account", &new_signing_key,
	NULL},
    {"new-xkey", "FILE", "make the seed of an xkey", &new_xkey, NULL}, {0}};

static const struct command command = {
    .name = "daypass-nats-callout",
    .synopsis = "--config FILE [--check] | --new-signing-key FILE | "
		"--new-xkey FILE",
    .summary = "Lets clients into NATS by their id tokens: the service of the "
	       "server's auth_callout.",
    .options = options,
};

/* No core, no tracing, no program that gains rights: seeds are in here. */
static void
protect(void)
{
	struct rlimit none = {0, 0};

	setrlimit(RLIMIT_CORE, &none);
	compat_conceal();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	umask(077);
}

static int
fail(const struct error *err)
{
	fprintf(stderr, "%s: %s\n", command.name, err->text);
	return fault_exit(err->fault);
}

static void
print_mistake(const char *text)
{
	mistaken = true;
	fprintf(stderr, "%s: %s\n", command.name, text);
}

static int
make_key(enum nkey_type type, const char *path)
{
	struct error err = {.fault = FAULT_NONE};
	char public[NKEY_PUBLIC];

	if (keys_make(type, path, public, &err) == -1)
		return fail(&err);
	printf("%s\n", public);
	return 0;
}

/* What the server's configuration must say. */
static void
report(const struct rules *rules, const struct keys *keys)
{
	for (size_t i = 0; i < keys->signer_count; i++)
		printf("issuer: %s\n", keys->signers[i].public);
	for (size_t i = 0; i < keys->account_count; i++)
		printf("account %s: %s, signed by %s\n",
		    keys->accounts[i].rule->name, keys->accounts[i].rule->id,
		    keys->accounts[i].signer.public);
	for (size_t i = 0; i < keys->xkey_count; i++)
		printf("xkey: %s\n", keys->xkeys[i].public);
	printf("good: %zu issuers, %zu maps\n", rules->issuer_count,
	    rules->map_count);
}

static int
serve(void)
{
	struct error err = {.fault = FAULT_NONE};
	scoped(rules) struct rules *rules =
	    rules_load(config, print_mistake, &err);
	struct keys *keys;

	if (mistaken)
		return fault_exit(FAULT_CONFIG);
	if (rules == NULL || (keys = keys_load(rules, &err)) == NULL)
		return fail(&err);
	if (check) {
		report(rules, keys);
		keys_free(keys);
		return 0;
	}
	/* libnats's threads are there to the end, and what runs at exit would
	 * take OpenSSL away from under them. */
	_exit(service_run(rules, keys, &err) == -1 ? fail(&err) : 0);
}

static int
run(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};
	int ways =
	    (config != NULL) + (new_signing_key != NULL) + (new_xkey != NULL);

	if (argc > 1)
		error_set(
		    &err, FAULT_USAGE, "unknown argument '%.64s'", argv[1]);
	else if (ways != 1 || (check && config == NULL))
		error_set(&err, FAULT_USAGE, "usage: %s %s", command.name,
		    command.synopsis);
	if (err.fault != FAULT_NONE || seal_start(&err) == -1)
		return fail(&err);
	if (new_signing_key != NULL)
		return make_key(NKEY_ACCOUNT, new_signing_key);
	if (new_xkey != NULL)
		return make_key(NKEY_CURVE, new_xkey);
	return serve();
}

int
main(int argc, char **argv)
{
	struct error err = {.fault = FAULT_NONE};

	standard_keep();
	protect();
	switch (options_read(&command, &argc, argv, false, &err)) {
	case OPTIONS_DONE:
		return 0;
	case OPTIONS_WRONG:
		return fail(&err);
	case OPTIONS_RUN:
		break;
	}
	return run(argc, argv);
}
