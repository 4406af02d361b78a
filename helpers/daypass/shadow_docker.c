/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/program.h"
#include "base/text.h"
#include "config/target.h"
#include "helpers/daypass/shadow.h"

/*
 * As docker finds whom to ask: cli/config/configfile. DOCKER_AUTH_CONFIG is
 * looked at first, then credHelpers of that very registry, then credsStore,
 * then the passwords in `auths`.
 */
static const char ours[] = "docker-credential-daypass";
static const char setup[] = "daypass setup docker";

/* The member of `object` that is for the host, as docker, podman and crane may
 * write it, as a path in the document. */
static bool
find_as(const struct json *json, const char *object, const char *host,
    char path[1024])
{
	static const char *const begins[] = {"", "https://", "http://"};
	static const char *const ends[] = {"", "/", "/v1/", "/v2/"};

	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 4; j++)
			if (snprintf(path, 1024, "%s/%s%s%s", object, begins[i],
				host, ends[j]) < 1024 &&
			    json_present(json, path))
				return true;
	return false;
}

static bool
find(const struct json *json, const char *object, const char *host,
    char path[1024])
{
	if (!json_is_object(json, object))
		return false;
	if (strcmp(host, "docker.io") == 0 &&
	    find_as(json, object, "index.docker.io", path))
		return true;
	return find_as(json, object, host, path);
}

/* Is there a password, or a token for another? docker leaves an empty object
 * behind where a helper has it. */
static bool
has_password(const struct json *json, const char *host)
{
	static const char *const harmless[] = {"email", NULL};
	char path[1024];

	return json != NULL && find(json, "auths", host, path) &&
	       !json_only(json, path, harmless);
}

static void
look_at_variable(struct shadows *shadows, const char *host)
{
	const char *text = shadow_variable("DOCKER_AUTH_CONFIG");
	scoped(json) struct json *json = NULL;

	if (text != NULL)
		json = json_parse(text, strlen(text), NULL);
	if (has_password(json, host))
		shadow_add(shadows, "docker-auth-config",
		    "unset DOCKER_AUTH_CONFIG",
		    "DOCKER_AUTH_CONFIG has a password for %s, which docker "
		    "takes before it asks anybody",
		    host);
}

static void
look_at_helper(struct shadows *shadows)
{
	char found[PATH_MAX];

	if (program_find(ours, shadow_variable("PATH"), found, sizeof(found)) ==
	    0)
		shadow_good(shadows, "docker-setup", "%s asks %s",
		    shadows->shown, found);
	else
		shadow_add(shadows, "docker-setup",
		    "put its directory into PATH",
		    "docker is told to ask %s, which is not on PATH", ours);
}

static void
look_at_password(
    struct shadows *shadows, const char *path, bool asks, const char *host)
{
	char remedy[CHECKS_TEXT];

	snprintf(remedy, sizeof(remedy),
	    "docker logout %.300s, then \"credHelpers\": "
	    "{\"%.300s\": \"daypass\"} in %.500s",
	    host, host, path);
	if (asks)
		shadow_note(shadows, "docker-password", remedy,
		    "%s still holds a password for %s; docker does not use it",
		    path, host);
	else
		shadow_add(shadows, "docker-auths", remedy,
		    "%s holds a password for %s, and docker uses that", path,
		    host);
}

/* The word that names whom docker asks; "" for nobody. */
static const char *
asked(const struct json *json, const char *host, const char **where)
{
	char path[1024];
	const char *word;

	*where = "credHelpers";
	if (find(json, "credHelpers", host, path) &&
	    json_string(json, path, &word))
		return word;
	*where = "credsStore";
	return json_string(json, "credsStore", &word) ? word : "";
}

static void
look_at_file(struct shadows *shadows, const char *path, const char *text,
    const char *host)
{
	scoped(json) struct json *json = json_parse(text, strlen(text), NULL);
	const char *where, *word;
	bool asks, password;
	char remedy[CHECKS_TEXT];

	if (json == NULL) {
		snprintf(remedy, sizeof(remedy),
		    "python3 -m json.tool '%.800s' shows where", path);
		shadow_add(shadows, "docker-setup", remedy,
		    "%s is no JSON, so docker uses nothing of it", path);
		return;
	}
	word = asked(json, host, &where);
	asks = strcmp(word, "daypass") == 0;
	password = has_password(json, host);
	snprintf(remedy, sizeof(remedy),
	    "\"credHelpers\": {\"%.300s\": \"daypass\"} in %.800s", host, path);
	if (asks)
		look_at_helper(shadows);
	else if (word[0] != '\0')
		shadow_add(shadows, "docker-helper", remedy,
		    "docker asks docker-credential-%s for %s: %s in %s says so",
		    word, host, where, path);
	else if (!password)
		shadow_note(shadows, "docker-setup", setup,
		    "docker asks nobody for %s: neither credHelpers nor "
		    "credsStore in %s",
		    host, path);
	if (password)
		look_at_password(shadows, path, asks || word[0] != '\0', host);
}

/* The host of what docker, podman or crane write: "https://HOST/v1/". */
static void
host_of(const char *key, char *host, size_t size)
{
	const char *scheme = strstr(key, "://");
	const char *from = scheme == NULL ? key : scheme + 3;

	snprintf(host, size, "%.*s", (int)strcspn(from, "/"), from);
}

/* docker's own table of helpers knows no globs: each host of the pattern that
 * it names is looked at, and then what is asked for all others. */
static bool
look_at_named(struct shadows *shadows, const char *path, const char *text,
    const struct json *json)
{
	static const char *const objects[] = {"credHelpers", "auths"};
	char pattern[300], host[300];
	const char *key;
	bool any = false;

	host_of(shadows->shown, pattern, sizeof(pattern));
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0;
		     (key = json_member(json, objects[i], j)) != NULL; j++) {
			struct shadows one = *shadows;

			host_of(key, host, sizeof(host));
			if (!text_glob_host(pattern, host))
				continue;
			one.shown = one.target = host;
			look_at_file(&one, path, text, host);
			any = true;
		}
	return any;
}

static void
look_at_all(struct shadows *shadows, const char *path, const char *text)
{
	scoped(json) struct json *json = json_parse(text, strlen(text), NULL);
	const char *word = "";
	char remedy[CHECKS_TEXT];
	bool named;

	if (json == NULL) {
		look_at_file(shadows, path, text, shadows->target);
		return;
	}
	named = look_at_named(shadows, path, text, json);
	json_string(json, "credsStore", &word);
	snprintf(remedy, sizeof(remedy),
	    "\"credsStore\": \"daypass\" in %.800s, for credHelpers knows no "
	    "globs%s%.100s%s",
	    path, word[0] == '\0' ? "" : "; and [docker] fallback = ", word,
	    word[0] == '\0' ? "" : " for the others");
	if (strcmp(word, "daypass") == 0)
		look_at_helper(shadows);
	else if (word[0] != '\0')
		shadow_add(shadows, "docker-helper", remedy,
		    "docker asks docker-credential-%s for %s: credsStore in %s "
		    "says so",
		    word, shadows->shown, path);
	else if (!named)
		shadow_note(shadows, "docker-setup", setup,
		    "docker asks nobody for %s: no credsStore in %s",
		    shadows->shown, path);
}

/* As look_at_variable, for each host that the variable names. */
static void
look_at_variable_of_all(struct shadows *shadows)
{
	const char *text = shadow_variable("DOCKER_AUTH_CONFIG"), *key;
	scoped(json) struct json *json = NULL;
	char pattern[300], host[300];

	if (text != NULL)
		json = json_parse(text, strlen(text), NULL);
	host_of(shadows->shown, pattern, sizeof(pattern));
	for (size_t i = 0;
	     json != NULL && (key = json_member(json, "auths", i)) != NULL;
	     i++) {
		host_of(key, host, sizeof(host));
		if (text_glob_host(pattern, host))
			look_at_variable(shadows, host);
	}
}

static void
look(struct shadows *shadows)
{
	const char *directory = shadow_variable("DOCKER_CONFIG");
	char path[PATH_MAX], host[300], *text = NULL;
	struct target target;

	if (target_docker(shadows->target, &target, NULL) == -1)
		return;
	target_authority(&target, host, sizeof(host));
	if (shadows->globs)
		look_at_variable_of_all(shadows);
	else
		look_at_variable(shadows, host);
	if (shadow_path(NULL, ".docker/config.json", path, sizeof(path)) == -1)
		path[0] = '\0';
	if (directory != NULL)
		snprintf(path, sizeof(path), "%s/config.json", directory);
	switch (shadow_read(shadows, "docker-setup", path, &text)) {
	case 0:
		if (shadows->globs)
			look_at_all(shadows, path, text);
		else
			look_at_file(shadows, path, text, host);
		break;
	case 1:
		shadow_note(shadows, "docker-setup", setup,
		    "docker asks nobody for %s: there is no %s",
		    shadows->globs ? shadows->shown : host, path);
		break;
	default:
		break;
	}
	shadow_forget(&text);
}

const struct shadow shadow_docker = {.tool = "docker", .look = look};
