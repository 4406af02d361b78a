/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/flight.h"
#include "agent/login.h"
#include "agent/log.h"
#include "agent/rest.h"
#include "agent/road_login.h"
#include "agent/vault.h"
#include "agent/verbs.h"
#include "base/clock.h"
#include "base/text.h"

#define ID_BYTES 16
#define ID_TEXT (2 * ID_BYTES + 1)
#define EXPIRES_SECONDS 600
#define EXPIRES_MAX 3600

/* A login that a person has begun: at most one at a time. */
struct login {
	struct agent *agent;
	char id[ID_TEXT];
	struct road *road;
	struct secret *told;	/* where `message` points into */
	struct message message; /* what the issuer's last word was */
	struct timer *expiry;
	bool talking;
};

/* An asker that waits for a word of it. */
struct hearing {
	struct asker *asker;
	struct agent *agent;
	struct road *road;
	struct talk *talk;
	char flow[ID_TEXT]; /* whose word it is; "" for a first one */
	bool leaves;	    /* it is a logout */
};

void
login_forget(struct agent *agent)
{
	struct login *login = agent->login;

	if (login == NULL)
		return;
	agent->login = NULL;
	timer_free(login->expiry);
	road_release(login->road);
	secret_free(login->told);
	free(login);
}

static void
too_late(void *arg)
{
	struct login *login = arg;

	login->expiry = NULL;
	login_forget(login->agent);
}

/* Another one may have been begun meanwhile: that is not to have this one's
 * words put in its place, nor to go with it. */
static struct login *
login_of(const struct hearing *hearing)
{
	struct login *login = hearing->agent->login;

	return login != NULL && strcmp(login->id, hearing->flow) == 0 ? login
								      : NULL;
}

static void
forget_own(const struct hearing *hearing)
{
	if (login_of(hearing) != NULL)
		login_forget(hearing->agent);
}

static void
hearing_free(struct hearing *hearing)
{
	road_release(hearing->road);
	free(hearing);
}

/* Whoever has hung up has given the login up. */
static void
cancel(struct asker *asker, void *state)
{
	struct hearing *hearing = state;

	(void)asker;
	talk_cancel(hearing->talk);
	forget_own(hearing);
	hearing_free(hearing);
}

/* What was minted for whoever was logged in is nobody's any more. */
static void
change_of_person(struct agent *agent, const struct identity *identity)
{
	struct error err;
	struct entry *entry;

	error_set(
	    &err, FAULT_IDENTITY, "the login has changed meanwhile; try again");
	error_at(&err, STAGE_IDENTITY);
	flights_crash(agent->flights, identity, &err);
	list_each (entry, vault_entries(agent->vault), link)
		if (strcmp(entry->source, identity->name) == 0)
			vault_drop(agent->vault, entry);
	rests_wake(agent->rests);
}

static int
name_it(struct login *login, struct error *err)
{
	unsigned char random[ID_BYTES];

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return error_errno(err, "no random bytes");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(login->id + 2 * i, 3, "%02x", random[i]);
	return 0;
}

/* The first word has been said: what it led to is to be remembered. */
static struct login *
remember(struct agent *agent, struct road *road, struct error *err)
{
	struct login *login = calloc(1, sizeof(*login));

	login_forget(agent);
	if (login == NULL || name_it(login, err) == -1) {
		free(login);
		error_errno(err, "no memory for a login");
		return NULL;
	}
	login->agent = agent;
	login->road = road_keep(road);
	agent->login = login;
	return login;
}

static bool
is_private(const struct attribute *attribute)
{
	return text_starts(attribute->key, "flow.");
}

static bool
has_private(const struct message *message)
{
	for (unsigned i = 0; i < message->count; i++)
		if (is_private(&message->attributes[i]))
			return true;
	return false;
}

static void
answer(struct asker *asker, const struct message *told, const char *id)
{
	struct writing *writing = asker_writing(asker, "ok");

	for (unsigned i = 0; i < told->count; i++)
		if (!is_private(&told->attributes[i]))
			writing_add(writing, told->attributes[i].key,
			    told->attributes[i].value);
	if (id != NULL)
		writing_add(writing, "flow", id);
	asker_answer(asker);
}

static void
wait_on(struct login *login)
{
	int64_t seconds =
	    message_number(&login->message, "expires", EXPIRES_SECONDS);

	if (login->expiry != NULL)
		return;
	if (seconds < 1 || seconds > EXPIRES_MAX)
		seconds = EXPIRES_MAX;
	login->expiry = loop_timer(login->agent->loop,
	    clock_ms() + (seconds + 60) * 1000, too_late, login);
}

static void
log_person(const struct agent *agent, const struct message *told)
{
	const char *subject = message_get(told, "subject");
	const char *issuer = message_get(told, "issuer");

	log_event(agent->log, LOG_LEVEL_NOTICE, "the login at %s is %s now",
	    issuer == NULL ? "" : issuer, subject == NULL ? "" : subject);
}

/* Over, for good: takes the private part of what was told with it. */
static void
conclude(struct hearing *hearing, const struct message *told)
{
	struct agent *agent = hearing->agent;

	log_person(agent, told);
	change_of_person(agent, hearing->road->steps[0].identity);
	answer(hearing->asker, told, NULL);
	if (hearing->leaves)
		login_forget(agent);
	else
		forget_own(hearing);
}

/* What is private replaces what was, if there is any. */
static void
go_on(struct hearing *hearing, struct secret **told,
    const struct message *message)
{
	struct agent *agent = hearing->agent;
	struct login *login = login_of(hearing);
	struct error err = {.fault = FAULT_NONE};

	if (message_get(message, "state") == NULL)
		login = remember(agent, hearing->road, &err);
	if (login == NULL) {
		error_set(&err, FAULT_USAGE, "that login is over");
		error_at(&err, STAGE_AGENT);
		asker_error(hearing->asker, &err);
		return;
	}
	login->talking = false;
	if (has_private(message)) {
		secret_free(login->told);
		login->told = take(told);
		login->message = *message;
	}
	wait_on(login);
	answer(hearing->asker, message, login->id);
}

static void
heard(void *arg, struct secret *bytes, const struct error *err)
{
	struct hearing *hearing = arg;
	scoped(secret) struct secret *told = bytes;
	struct error local = {.fault = FAULT_NONE};
	struct message message;
	const char *state;

	asker_waits_no_more(hearing->asker);
	if (told != NULL &&
	    message_parse(&message, secret_tail(told) - secret_length(told),
		secret_length(told), &local) == -1)
		err = &local;
	if (err != NULL) {
		forget_own(hearing);
		asker_error(hearing->asker, err);
		hearing_free(hearing);
		return;
	}
	state = message_get(&message, "state");
	if (hearing->leaves || (state != NULL && strcmp(state, "done") == 0))
		conclude(hearing, &message);
	else
		go_on(hearing, &told, &message);
	hearing_free(hearing);
}

/* A word, with what was said before and what the asker adds. */
static struct secret *
brief_of(const char *word, const struct message *before,
    const struct message *request)
{
	static const char *const keys[] = {
	    "redirect-port", "device", "reply", NULL};
	struct secret *brief = secret_new(MESSAGE_MAX - 1);
	struct writing writing;
	const char *value;

	if (brief == NULL)
		return NULL;
	writing_start(&writing, secret_tail(brief), secret_room(brief), word);
	for (unsigned i = 0; before != NULL && i < before->count; i++)
		if (is_private(&before->attributes[i]))
			writing_add(&writing, before->attributes[i].key,
			    before->attributes[i].value);
	for (size_t i = 0; keys[i] != NULL; i++)
		if ((value = message_get(request, keys[i])) != NULL)
			writing_add(&writing, keys[i], value);
	if (writing_end(&writing) == -1) {
		secret_free(brief);
		return NULL;
	}
	secret_wrote(brief, writing.length);
	return brief;
}

static void
fail(struct asker *asker, const struct error *err)
{
	struct error told = *err;

	error_at(&told, STAGE_AGENT);
	asker_error(asker, &told);
}

static void
hear(struct asker *asker, struct road *road, const char *word,
    const struct login *login)
{
	const struct message *before = login == NULL ? NULL : &login->message;
	struct agent *agent = asker_agent(asker);
	struct hearing *hearing = calloc(1, sizeof(*hearing));
	struct secret *brief = brief_of(word, before, asker_request(asker));
	struct error err = {.fault = FAULT_NONE};

	if (hearing == NULL || brief == NULL) {
		secret_free(brief);
		free(hearing);
		error_set(&err, FAULT_SYSTEM, "no memory for a login");
		fail(asker, &err);
		return;
	}
	hearing->asker = asker;
	hearing->agent = agent;
	hearing->road = road_keep(road);
	hearing->leaves = strcmp(word, "leave") == 0;
	if (login != NULL)
		memcpy(hearing->flow, login->id, sizeof(hearing->flow));
	hearing->talk = talk_start(agent, road, brief, heard, hearing, &err);
	if (hearing->talk == NULL) {
		hearing_free(hearing);
		fail(asker, &err);
		return;
	}
	asker_waits(asker, hearing, cancel);
}

static void
say_next(struct asker *asker, const char *id)
{
	struct login *login = asker_agent(asker)->login;
	struct error err;

	if (login == NULL || strcmp(login->id, id) != 0) {
		error_set(&err, FAULT_IDENTITY,
		    "that login is over, or took too long: daypass login");
		fail(asker, &err);
	} else if (message_get(asker_request(asker), "cancel") != NULL) {
		login_forget(asker_agent(asker));
		asker_writing(asker, "ok");
		asker_answer(asker);
	} else if (login->talking) {
		error_set(&err, FAULT_USAGE, "one word at a time");
		fail(asker, &err);
	} else {
		login->talking = true;
		hear(asker, login->road, "go-on", login);
	}
}

static void
say_first(struct asker *asker, const struct config *config, const char *word)
{
	scoped(road) struct road *road = NULL;
	struct error err = {.fault = FAULT_NONE};

	if (asker_agent(asker)->once && strcmp(word, "begin") == 0) {
		error_set(&err, FAULT_SYSTEM,
		    "a login takes a session, and none can stay here: let "
		    "DAYPASS_RUNTIME_DIR name a directory of yours");
		fail(asker, &err);
		return;
	}
	road = road_login(config, asker_request(asker), &err);
	if (road == NULL)
		fail(asker, &err);
	else
		hear(asker, road, word, NULL);
}

static void
begin_login(struct asker *asker, const struct config *config)
{
	const char *id = message_get(asker_request(asker), "flow");

	if (id != NULL)
		say_next(asker, id);
	else
		say_first(asker, config, "begin");
}

static void
begin_logout(struct asker *asker, const struct config *config)
{
	say_first(asker, config, "leave");
}

const struct verb verb_login = {
    .name = "login", .begin = begin_login, .self_only = true};
const struct verb verb_logout = {
    .name = "logout", .begin = begin_logout, .self_only = true};
