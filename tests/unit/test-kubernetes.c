/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "place.h"
#include "tap.h"

#define AWS "{\"aud\":[\"sts.amazonaws.com\"],\"iss\":\"https://k\"}"
#define AZURE "{\"aud\":\"api://AzureADTokenExchange\"}"
#define CLUSTER "{\"aud\":[\"https://kubernetes.default.svc\"]}"

static const struct identity *kubernetes;

static bool
says(struct place *place, const char *text)
{
	return tap_ok(strstr(place->err.text, text) != NULL, "'%s' says '%s'",
	    place->err.text, text);
}

static void
test_own(struct place *place)
{
	char jwt[1024];

	place_setting(place, "file", "~/own");
	strcpy(jwt, place_jwt(AWS));
	place_file(place, "own", jwt);
	tap_is(place_mint(place, kubernetes, "sts.amazonaws.com"), jwt,
	    "the file that is named");
	strcpy(jwt, place_jwt(CLUSTER));
	place_file(place, "own", jwt);
	tap_is(place_mint(place, kubernetes, "https://kubernetes.default.svc"),
	    jwt, "is read again");
	tap_is(place_mint(place, kubernetes, "sts.amazonaws.com"), NULL,
	    "no token goes to another audience");
	tap_number(place->err.fault, FAULT_IDENTITY, "fault");
	says(place, "for audience https://kubernetes.default.svc, not for "
		    "sts.amazonaws.com");
	says(place, "this one is for the API server and nobody else");
	strcpy(jwt, place_jwt(AZURE));
	place_file(place, "own", jwt);
	tap_is(place_mint(place, kubernetes, "sts.amazonaws.com"), NULL,
	    "nor that of another service");
	says(place, "or ask for the token's own audience (token-audience)");
	says(place, place->path);
	place_file(place, "own", "opaque");
	tap_is(place_mint(place, kubernetes, "a"), NULL, "nor an opaque one");
	says(place, "own");
}

static void
test_variables(struct place *place)
{
	char aws[1024], azure[1024];

	place_reset(place);
	strcpy(aws, place_jwt(AWS));
	strcpy(azure, place_jwt(AZURE));
	place_variable(place, "AZURE_FEDERATED_TOKEN_FILE",
	    place_file(place, "azure", azure));
	place_variable(place, "AWS_WEB_IDENTITY_TOKEN_FILE",
	    place_file(place, "aws", aws));
	tap_is(place_mint(place, kubernetes, "sts.amazonaws.com"), aws,
	    "the token for AWS");
	tap_is(place_mint(place, kubernetes, "api://AzureADTokenExchange"),
	    azure, "the token for Azure");
	tap_is(place_mint(place, kubernetes, "gcp"), NULL, "none for others");
	says(place, "/aws' is for audience sts.amazonaws.com, not for gcp");
	tap_ok(strstr(place_trace(place, kubernetes), "/azure\n") != NULL,
	    "both are traced");
}

static void
test_expired(struct place *place)
{
	place_reset(place);
	place_setting(place, "file",
	    place_file(
		place, "old", place_jwt("{\"aud\":\"a\",\"exp\":1700000000}")));
	tap_is(place_mint(place, kubernetes, "a"), NULL, "an expired token");
	says(place, "expired at 2023-11-14T22:13:20Z");
}

static void
test_here(struct place *place)
{
	char reason[IDENTITY_REASON_MAX] = "";

	place_reset(place);
	place_variable(place, "AWS_WEB_IDENTITY_TOKEN_FILE",
	    place_file(place, "aws", place_jwt(AWS)));
	tap_ok(kubernetes->here(place->around, reason, sizeof(reason)), "here");
	tap_ok(strstr(reason, "/aws") != NULL, "with its file: %s", reason);
	place_reset(place);
	if (access("/var/run/secrets/kubernetes.io", F_OK) == 0) {
		tap_skip("this is a pod", "not here");
		return;
	}
	tap_ok(!kubernetes->here(place->around, reason, sizeof(reason)), "no");
	tap_is(reason, "KUBERNETES_SERVICE_HOST is not set", "why");
	place_variable(place, "KUBERNETES_SERVICE_HOST", "10.0.0.1");
	place_variable(place, "AWS_WEB_IDENTITY_TOKEN_FILE", "relative");
	tap_ok(!kubernetes->here(place->around, reason, sizeof(reason)), "no");
	tap_ok(strstr(reason, "the pod has no token: /var/run") != NULL,
	    "why: %s", reason);
}

int
main(void)
{
	struct place place;

	kubernetes = identity_named("kubernetes");
	place_open(&place);
	test_own(&place);
	test_variables(&place);
	test_expired(&place);
	test_here(&place);
	place_close(&place);
	return tap_done();
}
