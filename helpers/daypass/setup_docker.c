/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/program.h"
#include "base/text.h"
#include "config/match.h"
#include "helpers/daypass/setup_json.h"
#include "helpers/daypass/setup_member.h"
#include "helpers/daypass/setup_registries.h"
#include "helpers/daypass/setup_store.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"

/*
 * docker's config.json and containers' auth.json (containers-auth.json(5)):
 * `credHelpers` for each registry that is bound by its name. podman and skopeo
 * read docker's file as well, after their own. What globs bind goes through
 * `credsStore` (setup_store.c), for podman by setup_registries.c.
 */
static const char helper_name[] = "docker-credential-daypass";
static const char daypass_value[] = "\"daypass\"";

struct docker_file {
	struct setup_draft *draft;
	bool containers; /* podman's: it knows no credsStore */
};

/* Docker Hub goes by two names: docker's, and podman's. */
static const char *const hub[] = {
    "https://index.docker.io/v1/", "docker.io", NULL};

static int
settle_host(struct setup_plan *plan, struct setup_draft *draft,
    const char *host, bool write, struct error *err)
{
	struct setup_json_member member;
	int found = 0;
	const char *bytes = setup_text_bytes(&draft->now);

	if (bytes[strspn(bytes, " \t\r\n")] != '\0')
		found = setup_member_find(
		    &draft->now, "credHelpers", host, &member, err);
	if (found == -1)
		return error_in(err, "'%s'", draft->path);
	if (found == 1 && setup_json_is(&draft->now, &member, "daypass")) {
		setup_plan_keep(plan, draft, host);
		return 0;
	}
	if (!write)
		return 0;
	if (setup_plan_member(
		plan, draft, "credHelpers", host, daypass_value, err) == -1)
		return error_in(err, "'%s'", draft->path);
	return setup_plan_note(plan, NOTE_CHANGE, draft->path, err,
	    "put in credHelpers \"%s\"%s", host,
	    found == 1 ? ", in place of another helper" : "");
}

static int
skip_path(
    struct setup_plan *plan, const struct section *binding, struct error *err)
{
	return setup_plan_note(plan, NOTE_SKIPPED, "", err,
	    "[docker \"%s\"]: docker asks by the host alone, so a part of one "
	    "cannot be given to a helper: bind the host",
	    binding->name);
}

static int
settle_binding(struct setup_plan *plan, const struct docker_file *file,
    const struct section *binding, bool write, struct error *err)
{
	const char *host = match_text(binding->match);

	if (match_has_glob(binding->match))
		return 0;
	if (match_has_path(binding->match))
		return write && !file->containers
			   ? skip_path(plan, binding, err)
			   : 0;
	if (strcmp(host, "docker.io") != 0)
		return settle_host(plan, file->draft, host, write, err);
	for (size_t i = file->containers ? 1 : 0; hub[i] != NULL; i++)
		if (settle_host(plan, file->draft, hub[i], write, err) == -1)
			return -1;
	return 0;
}

static int
settle_bindings(struct setup_plan *plan, const struct config *config,
    const struct docker_file *file, bool write, struct error *err)
{
	const struct section *binding;
	size_t i = 0;

	while ((binding = setup_wanted_next(config, "docker", &i)) != NULL)
		if (settle_binding(plan, file, binding, write, err) == -1)
			return -1;
	return 0;
}

static int
open_json(struct setup_plan *plan, const char *path, struct docker_file *file,
    struct error *err)
{
	const char *bytes;

	if (setup_plan_draft(plan, path, true, &file->draft, err) == -1)
		return -1;
	bytes = setup_text_bytes(&file->draft->now);
	if (bytes[strspn(bytes, " \t\r\n")] != '\0' &&
	    setup_json_check(&file->draft->now, err) == -1)
		return error_in(err, "'%s'", path);
	return 0;
}

static int
settle_file(struct setup_plan *plan, const struct config *config,
    const char *path, bool containers, struct error *err)
{
	struct docker_file file = {.containers = containers};

	if (open_json(plan, path, &file, err) == -1 ||
	    settle_bindings(plan, config, &file, false, err) == -1)
		return -1;
	if (!containers &&
	    setup_store_settle(plan, config, file.draft, false, err) == -1)
		return -1;
	if (setup_plan_retract(plan, file.draft, err) == -1 ||
	    settle_bindings(plan, config, &file, true, err) == -1)
		return -1;
	return containers
		   ? 0
		   : setup_store_settle(plan, config, file.draft, true, err);
}

static int
find_docker(char *path, size_t size, struct error *err)
{
	const char *named = setup_variable("DOCKER_CONFIG");
	int length;

	if (named == NULL || named[0] != '/')
		return setup_home(path, size, ".docker/config.json", err);
	length = snprintf(path, size, "%s/config.json", named);
	return length > 0 && (size_t)length < size
		   ? 0
		   : error_set(err, FAULT_CONFIG, "DOCKER_CONFIG is too long");
}

/* podman's own file, if it is there or named: 1. The one in the runtime
 * directory does not outlive the login, so it is not ours to edit. */
static int
find_containers(char *path, size_t size, struct error *err)
{
	const char *named = setup_variable("REGISTRY_AUTH_FILE");
	const char *xdg = setup_variable("XDG_CONFIG_HOME");
	int length;

	if (named != NULL && named[0] == '/')
		return text_copy(path, size, named) == -1 ? 0 : 1;
	if (xdg != NULL && xdg[0] == '/') {
		length = snprintf(path, size, "%s/containers/auth.json", xdg);
		if (length < 0 || (size_t)length >= size)
			return 0;
	} else if (setup_home(
		       path, size, ".config/containers/auth.json", err) == -1) {
		return -1;
	}
	return access(path, F_OK) == 0;
}

/* podman's file of this login goes before all others. */
static int
warn_of_login(struct setup_plan *plan, const struct setup_text *text,
    const char *host, struct error *err)
{
	struct setup_json_member member;

	if (setup_member_find(text, "auths", host, &member, NULL) != 1)
		return 0;
	return setup_plan_note(plan, NOTE_HINT, "", err,
	    "podman and skopeo are logged in to %s, and use that before they "
	    "ask daypass: podman logout %s",
	    host, host);
}

static int
warn_of_logins(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	const char *const *hosts = config_docker_hosts(config);
	const char *runtime = setup_variable("XDG_RUNTIME_DIR");
	scoped(setup_draft) struct setup_draft *draft = NULL;
	char path[DIRS_PATH_MAX];
	int length;

	if (runtime == NULL)
		return 0;
	length =
	    snprintf(path, sizeof(path), "%s/containers/auth.json", runtime);
	if (length < 0 || (size_t)length >= sizeof(path) ||
	    setup_draft_open(path, &draft, NULL) == -1 || !draft->existed ||
	    setup_json_check(&draft->now, NULL) == -1)
		return 0;
	for (size_t i = 0; hosts[i] != NULL; i++)
		if (warn_of_login(plan, &draft->now, hosts[i], err) == -1)
			return -1;
	return 0;
}

static int
hint(struct setup_plan *plan, const struct config *config, struct error *err)
{
	const char *const *hosts = config_docker_hosts(config);
	const char *path = setup_variable("PATH");
	char found[DIRS_PATH_MAX];

	if ((path == NULL ||
		program_find(helper_name, path, found, sizeof(found)) == -1) &&
	    setup_plan_note(plan, NOTE_HINT, "", err,
		"%s is not on PATH, where docker and podman look for it",
		helper_name) == -1)
		return -1;
	if (setup_variable("DOCKER_AUTH_CONFIG") != NULL &&
	    setup_plan_note(plan, NOTE_HINT, "", err,
		"DOCKER_AUTH_CONFIG is set: docker takes what it holds before "
		"it asks a helper") == -1)
		return -1;
	if (warn_of_logins(plan, config, err) == -1)
		return -1;
	return hosts[0] == NULL ? 0
				: setup_plan_note(plan, NOTE_NEXT, "", err,
				      "daypass doctor docker %s", hosts[0]);
}

static int
plan_docker(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	char path[DIRS_PATH_MAX];
	char program[DIRS_PATH_MAX];
	int containers;

	if (plan->system) {
		if (setup_registries_settle(plan, config, err) == -1)
			return -1;
		return setup_plan_note(plan, NOTE_SKIPPED, "", err,
		    "docker reads no file of credentials for all users: run "
		    "daypass setup docker as each of them");
	}
	if (setup_wanted_program(helper_name, program, sizeof(program), err) ==
		-1 ||
	    find_docker(path, sizeof(path), err) == -1 ||
	    settle_file(plan, config, path, false, err) == -1 ||
	    (containers = find_containers(path, sizeof(path), err)) == -1)
		return -1;
	if (containers == 1 && settle_file(plan, config, path, true, err) == -1)
		return -1;
	if (setup_registries_settle(plan, config, err) == -1)
		return -1;
	return hint(plan, config, err);
}

const struct setup_tool setup_tool_docker = {
    .word = "docker", .program = "docker", .plan = plan_docker};
