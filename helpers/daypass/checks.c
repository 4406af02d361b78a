/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "helpers/daypass/checks.h"

static const char *const remedies[FAULT_COUNT] = {
    [FAULT_USAGE] = "call it differently: daypass doctor --help",
    [FAULT_CONFIG] = "mend the configuration; it is read again by itself",
    [FAULT_IDENTITY] = "run this where the workspace has an identity, or name "
		       "its source: [identity] source = NAME",
    [FAULT_REFUSED] = "the rules of the other side, or ours, have to allow "
		      "this; asking again does not help",
    [FAULT_NETWORK] = "look at the network and the proxy variables, then try "
		      "again",
    [FAULT_SYSTEM] = "mend what this machine refused, then try again",
};

void
checks_note(struct checks *checks, const char *name, enum fault fault,
    const char *cause)
{
	if (checks->count == CHECKS_MAX)
		return;
	checks->check[checks->count++] = (struct check){
	    .name = name,
	    .ok = fault == FAULT_NONE,
	    .cause = cause,
	    .remedy = remedies[fault],
	};
}

void
checks_add(struct checks *checks, const char *name, enum fault fault,
    const char *cause)
{
	if (checks->fault == FAULT_NONE)
		checks->fault = fault;
	checks_note(checks, name, fault, cause);
}

static void
read_config(struct checks *checks, const struct message *road, bool whole)
{
	const char *mistake;
	unsigned at = 0, count = 0;

	while ((mistake = message_next(road, "mistake", &at)) != NULL) {
		(whole ? checks_add : checks_note)(
		    checks, "config", FAULT_CONFIG, mistake);
		count++;
	}
	if (count == 0)
		checks_add(checks, "config", FAULT_NONE, NULL);
}

static void
read_memory(struct checks *checks, const struct message *road)
{
	const char *refused = message_get(road, "arena");

	checks_note(checks, "memory",
	    refused == NULL ? FAULT_NONE : FAULT_SYSTEM, refused);
}

/* Whoever wants to know about a target that nothing binds gets no source, and
 * nobody has looked for one. */
static void
read_identity(struct checks *checks, const struct message *road)
{
	const char *source = message_get(road, "source");
	const char *stage = message_get(road, "stage");

	if (source != NULL)
		checks_add(checks, "identity", FAULT_NONE, source);
	else if (stage != NULL && stage_named(stage) == STAGE_IDENTITY)
		checks_add(checks, "identity", FAULT_IDENTITY,
		    message_get(road, "text"));
}

static void
read_road(struct checks *checks, const struct message *road)
{
	const char *fault = message_get(road, "fault");

	if (fault != NULL)
		checks_add(checks, "road", fault_named(fault),
		    message_get(road, "text"));
	else if (message_get(road, "step") == NULL)
		checks_add(checks, "road", FAULT_CONFIG,
		    "config: nothing binds this target");
	else
		checks_add(
		    checks, "road", FAULT_NONE, message_get(road, "binding"));
}

void
checks_read(struct checks *checks, const struct message *road, bool whole)
{
	read_config(checks, road, whole);
	read_memory(checks, road);
	read_identity(checks, road);
	if (!whole || message_get(road, "fault") != NULL)
		read_road(checks, road);
}
