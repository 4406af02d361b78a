/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>

#include "agent/around.h"
#include "agent/audit.h"
#include "agent/confine.h"
#include "agent/extras.h"
#include "agent/keeper.h"
#include "agent/road_identity.h"
#include "agent/road_judge.h"
#include "agent/survey_verdict.h"
#include "agent/verbs.h"
#include "base/buffer.h"
#include "base/shortfall.h"

/* More than fit on a screen help nobody. */
#define MISTAKES_MAX 50
#define BINDINGS_MAX 40

/* The road that a request would take, for doctor: every probe, every step,
 * what would be asked. Nothing is minted. */
struct survey {
	struct writing *writing;
	const struct road *road;
};

static void
tell_identity(
    void *arg, const struct identity *identity, bool here, const char *reason)
{
	struct survey *survey = arg;
	bool chosen =
	    survey->road != NULL && survey->road->steps[0].identity == identity;

	writing_add(survey->writing, "identity", identity->name);
	writing_add(survey->writing, "here", here ? "yes" : "no");
	writing_add(survey->writing, "chosen", chosen ? "yes" : "no");
	writing_add(survey->writing, "reason", reason);
}

/* Those that nobody finds by looking: they are taken where they are named. */
static void
tell_named(struct survey *survey)
{
	char reason[IDENTITY_REASON_MAX];

	for (size_t i = 0; identities[i] != NULL; i++) {
		const struct identity *identity = identities[i];
		bool named = survey->road != NULL &&
			     survey->road->steps[0].identity == identity;

		if (identity->here != NULL)
			continue;
		snprintf(reason, sizeof(reason),
		    named ? "[identity] names it"
			  : "[identity] has no `%s`, nor source = %s",
		    identity->keys != NULL ? identity->keys[0] : "source",
		    identity->name);
		tell_identity(survey, identity, named, reason);
	}
}

static void
write_identity(struct writing *writing, const struct step *step)
{
	writing_add(writing, "step", "0");
	writing_add(writing, "exchange", "id-token");
	writing_add(writing, "takes", "identity");
	writing_add(writing, "yields", "id-token");
	writing_add(writing, "endpoint",
	    step->identity == NULL ? "" : step->identity->name);
	writing_add(
	    writing, "audience", step->audience == NULL ? "" : step->audience);
}

static const char *
kinds_of(unsigned kinds, char text[64])
{
	static const unsigned all[] = {
	    KIND_ID_TOKEN, KIND_BEARER, KIND_BASIC, KIND_AWS};
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if ((kinds & all[i]) != 0)
			used += (size_t)snprintf(text + used, 64 - used, "%s%s",
			    used == 0 ? "" : ",", kind_name(all[i]));
	return text;
}

static void
write_settings(struct writing *writing, const struct settings *settings)
{
	struct buffer line = BUFFER(4096);

	for (size_t i = 0; i < settings_count(settings); i++) {
		buffer_free(&line);
		buffer_printf(&line, "%s=%s", settings_at(settings, i)->key,
		    settings_at(settings, i)->value);
		if (!buffer_failed(&line))
			writing_add(writing, "setting", buffer_text(&line));
	}
	buffer_free(&line);
}

static void
write_exchange(struct writing *writing, size_t i, const struct step *step)
{
	struct buffer url = BUFFER(2048);
	char kinds[64];

	if (step->exchange->endpoint != NULL)
		step->exchange->endpoint(step->settings, &url, NULL);
	writing_number(writing, "step", (int64_t)i);
	writing_add(writing, "exchange", step->exchange->name);
	writing_add(writing, "takes", kinds_of(step->exchange->takes, kinds));
	writing_add(writing, "yields", kinds_of(step->yields, kinds));
	writing_add(writing, "endpoint", buffer_text(&url));
	writing_add(writing, "name", step->credential);
	write_settings(writing, step->settings);
	buffer_free(&url);
}

static void
write_road(struct writing *writing, const struct road *road)
{
	/* what was not found is no road of one step */
	if (road == NULL ||
	    (road->count == 1 && road->steps[0].audience == NULL))
		return;
	if (road->source != NULL)
		writing_add(writing, "source", road->source);
	if (road->binding != NULL)
		writing_add(writing, "binding", road->binding);
	if (road->count > 1)
		writing_add(writing, "credential", road_last(road)->credential);
	else
		writing_add(writing, "credential", "id-token");
	write_identity(writing, &road->steps[0]);
	for (size_t i = 1; i < road->count; i++)
		write_exchange(writing, i, &road->steps[i]);
}

/* A token that lies in a file is everybody's who may read that. */
static void
write_file(struct writing *writing, const struct road *road)
{
	const struct step *first = road == NULL ? NULL : &road->steps[0];
	const char *file = first == NULL || first->identity == NULL
			       ? NULL
			       : settings_get(first->settings, "file");
	char path[PATH_MAX];

	if (file != NULL && road->around != NULL &&
	    identity_path(file, road->around, path, sizeof(path), NULL) == 0)
		writing_add(writing, "identity-file", path);
}

/* Where the login of a person rests, or would. */
static void
write_login(
    struct writing *writing, const struct agent *agent, const struct road *road)
{
	const struct step *first = road == NULL ? NULL : &road->steps[0];
	unsigned char key[DIGEST_SIZE];
	const char *why;

	if (first == NULL || first->identity == NULL ||
	    first->identity->login == NULL || road->around == NULL)
		return;
	keeper_key(first->identity, first->settings, key);
	if (keeper_holds(agent->keeper, key)) {
		writing_add(writing, "login", "session");
	} else if (keeper_has_keyring(agent->keeper, road->around, &why)) {
		writing_add(writing, "login", "keyring");
	} else {
		writing_add(writing, "login", "nowhere");
		writing_add(writing, "login-lacks", why);
	}
}

static void
write_state(struct writing *writing, const struct agent *agent,
    const struct config *config)
{
	const char *mistake;

	for (size_t i = 0;
	     i < MISTAKES_MAX && (mistake = config_mistake(config, i)) != NULL;
	     i++)
		writing_add(writing, "mistake", mistake);
	if (config_mistake(config, MISTAKES_MAX) != NULL)
		writing_add(writing, "mistake", "and there are more");
	if (agent->tally.mints > 0)
		writing_add(writing, "compared", "1");
	writing_add(writing, "version", PROGRAM_VERSION);
	if (agent->once)
		writing_add(writing, "once", "1");
	if (agent->skew > 0)
		writing_number(writing, "ahead", agent->skew);
	if (agent->skew < 0)
		writing_number(writing, "behind", -agent->skew);
}

/* What is bound, for who asks about no target of its own. */
static void
write_bindings(struct writing *writing, const struct config *config)
{
	static const char *const tools[] = {
	    "git", "docker", "aws", "gcloud", "nats", "function", NULL};
	const struct settings *any = NULL;
	size_t count = 0;

	for (size_t i = 0; tools[i] != NULL; i++) {
		const char *const *name = config_names(config, tools[i]);

		for (; name != NULL && *name != NULL; name++) {
			if (count++ >= BINDINGS_MAX)
				continue;
			writing_add(writing, "bound", tools[i]);
			writing_add(writing, "bound-target", *name);
		}
	}
	if (config_section(config, "gcloud", NULL, &any, NULL) == 0 &&
	    settings_get(any, "credential") != NULL) {
		writing_add(writing, "bound", "gcloud");
		writing_add(writing, "bound-target", "");
	}
	if (count > BINDINGS_MAX)
		writing_number(
		    writing, "bound-omitted", (int64_t)count - BINDINGS_MAX);
}

/* What this machine refuses of what protects the session. */
static void
write_shortfalls(struct writing *writing)
{
	struct secret_report arena;
	const char *lack;
	unsigned at = 0;

	secret_arena_report(&arena);
	if (arena.refused != NULL)
		writing_add(writing, "arena", arena.refused);
	while ((lack = confine_lacks(&at)) != NULL)
		writing_add(writing, "confine", lack);
	for (int what = 0; what < SHORTFALL_COUNT; what++)
		if (shortfall_noted(what)) {
			writing_add(writing, "lack", shortfall_name(what));
			writing_add(writing, "lacks", shortfall_text(what));
		}
}

static void
write_error(struct writing *writing, const struct error *err)
{
	writing_add(writing, "fault", fault_name(err->fault));
	writing_add(writing, "stage", stage_name(err->stage));
	writing_add(writing, "text", err->text);
}

static void
begin(struct asker *asker, const struct config *config)
{
	const struct message *request = asker_request(asker);
	scoped(road) struct road *road = NULL;
	char variable[AROUND_WANT];
	struct error err = {.fault = FAULT_NONE};
	enum road_result result = ROAD_NONE;
	struct survey survey;
	struct actor actor;

	if (survey_actor(asker, &actor, &err) == -1) {
		asker_error(asker, &err);
		return;
	}
	if (message_get(request, "tool") != NULL)
		result = road_find(config, request, &road, variable, &err);
	else if (config_usable(config, &err) == -1)
		result = ROAD_WRONG;
	if (result == ROAD_FOUND &&
	    road_judge(config, road, &actor, NULL, &err) == -1)
		result = ROAD_WRONG;
	survey.writing =
	    asker_writing(asker, result == ROAD_WANT ? "want" : "ok");
	survey.road = road;
	if (result == ROAD_WANT) {
		around_want(survey.writing, variable);
		asker_answer(asker);
		return;
	}
	road_probe(request, tell_identity, &survey);
	tell_named(&survey);
	write_road(survey.writing, road);
	if (road != NULL)
		survey_verdict(survey.writing, road);
	writing_add(survey.writing, "actor", asker_actor(asker)->names[0]);
	write_state(survey.writing, asker_agent(asker), config);
	if (message_get(request, "bindings") != NULL)
		write_bindings(survey.writing, config);
	write_file(survey.writing, road);
	write_login(survey.writing, asker_agent(asker), road);
	write_shortfalls(survey.writing);
	if (actor_is_self(asker_actor(asker)))
		audit_tell(asker_agent(asker)->audit, survey.writing);
	if (extras_write(config, message_get(request, "tool"), survey.writing,
		&err) == -1)
		result = ROAD_WRONG;
	if (result == ROAD_WRONG)
		write_error(survey.writing, &err);
	asker_answer(asker);
}

const struct verb verb_road = {.name = "road", .begin = begin};
