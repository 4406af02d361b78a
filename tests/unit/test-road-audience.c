/* SPDX-License-Identifier: Apache-2.0 */
#include "roads.h"
#include "tap.h"

#define INVOKER                                   \
	GCP CREDENTIAL("invoker", "gcp-id-token", \
	    "from = gcp\nservice-account = run@acme.iam.gserviceaccount.com")

/* Whom the id token at the end of a road is for; the one at its beginning is
 * for the exchange, whatever the binding says. */
static void
made_for(const char *config, const char *request, const char *expected)
{
	struct road *road;

	roads_find(NULL, config, request, &road);
	tap_is(settings_get(road_last(road)->settings, "audience"), expected,
	    "%s: is for", request);
	tap_is(road->steps[0].audience, "https:" POOL, "the first is not");
	road_release(road);
}

int
main(void)
{
	roads_begin();
	made_for(INVOKER BINDING("function", "https://h.a.run.app", "invoker"),
	    JOB "tool=function target=https://h.a.run.app/x",
	    "https://h.a.run.app");
	made_for(INVOKER BINDING(
		     "function", "https://e.cloudfunctions.net", "invoker"),
	    JOB "tool=function target=https://e.cloudfunctions.net/hello",
	    "https://e.cloudfunctions.net/hello");
	made_for(INVOKER BINDING("function", "https://h.a.run.app",
		     "invoker\naudience = other"),
	    JOB "tool=function target=https://h.a.run.app/x", "other");
	made_for(INVOKER, JOB "tool=token credential=invoker audience=asked",
	    "asked");
	made_for(GCP CREDENTIAL("invoker", "gcp-id-token",
		     "from = gcp\naudience = own\n"
		     "service-account = run@acme.iam.gserviceaccount.com")
		     BINDING("function", "https://h.a.run.app", "invoker"),
	    JOB "tool=function target=https://h.a.run.app/x", "own");
	return tap_done();
}
