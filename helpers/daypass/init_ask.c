/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/init.h"

#define ANSWER_MAX 512
#define PROVIDER_START "//iam.googleapis.com/projects/"

/* One answer into `answer`; what is empty is not wanted. */
static int
ask(const char *question, char answer[ANSWER_MAX], const char **wish,
    struct error *err)
{
	printf("%s: ", question);
	fflush(stdout);
	if (fgets(answer, ANSWER_MAX, stdin) == NULL)
		return error_set(err, FAULT_USAGE, "no answer");
	answer[strcspn(answer, "\r\n")] = '\0';
	*wish = answer;
	return 0;
}

int
init_ask(struct wishes *wishes, struct error *err)
{
	static char answers[5][ANSWER_MAX];

	puts("What may this workspace reach? Leave empty what it may not.");
	if (ask("AWS role (its ARN)", answers[0], &wishes->role, err) == -1 ||
	    ask("Google workload identity provider (" PROVIDER_START "...)",
		answers[1], &wishes->provider, err) == -1)
		return -1;
	if (wishes->provider[0] != '\0' &&
	    ask("Google service account to act as", answers[2],
		&wishes->service_account, err) == -1)
		return -1;
	if (ask("GitHub owner", answers[3], &wishes->owner, err) == -1)
		return -1;
	return ask("container registry (its host)", answers[4],
	    &wishes->registry, err);
}

static bool
is_set(const char *wish)
{
	return wish != NULL && wish[0] != '\0';
}

bool
init_is_plain(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-._:/@+=,") == strlen(text);
}

static int
check(const char *option, const char *wish, bool good, const char *form,
    struct error *err)
{
	if (!is_set(wish) || (good && init_is_plain(wish)))
		return 0;
	return error_set(err, FAULT_USAGE, "%s: '%.200s' does not look like %s",
	    option, wish, form);
}

int
init_check(const struct wishes *wishes, struct error *err)
{
	const char *role = wishes->role == NULL ? "" : wishes->role;
	const char *provider =
	    wishes->provider == NULL ? "" : wishes->provider;
	const char *account =
	    wishes->service_account == NULL ? "" : wishes->service_account;
	const char *owner = wishes->owner == NULL ? "" : wishes->owner;
	const char *registry =
	    wishes->registry == NULL ? "" : wishes->registry;

	if (is_set(account) && !is_set(provider))
		return error_set(
		    err, FAULT_USAGE, "--service-account goes with --gcp");
	if (check("--aws", role,
		text_starts(role, "arn:") && strstr(role, ":role/") != NULL,
		"arn:aws:iam::123456789012:role/NAME", err) == -1 ||
	    check("--gcp", provider, text_starts(provider, PROVIDER_START),
		PROVIDER_START "NUMBER/locations/global/"
			       "workloadIdentityPools/POOL/providers/NAME",
		err) == -1 ||
	    check("--service-account", account, strchr(account, '@') != NULL,
		"NAME@PROJECT.iam.gserviceaccount.com", err) == -1 ||
	    check("--github", owner, strchr(owner, '/') == NULL,
		"an owner's name", err) == -1)
		return -1;
	return check("--registry", registry,
	    strchr(registry, '.') != NULL && strchr(registry, '/') == NULL,
	    "a host", err);
}
