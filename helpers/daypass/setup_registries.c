/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirs.h"
#include "base/program.h"
#include "base/text.h"
#include "config/match.h"
#include "helpers/daypass/setup_registries.h"
#include "helpers/daypass/setup_tools.h"
#include "helpers/daypass/setup_wanted.h"
#include "helpers/daypass/setup_whole.h"

#define OWN                                                               \
	"zz-daypass.conf" /* the last of the files is the one that counts \
			   */

static const char what[] = "credential-helpers";
static const char text[] =
    "# Written by daypass setup docker, taken back by --undo.\n"
    "credential-helpers = [\"containers-auth.json\", \"daypass\"]\n";

static bool
is_on_path(const char *program)
{
	const char *path = setup_variable("PATH");
	char found[DIRS_PATH_MAX];

	return path != NULL &&
	       program_find(program, path, found, sizeof(found)) == 0;
}

/* For one user, what is bound by name goes by credHelpers. */
static bool
is_wanted(const struct setup_plan *plan, const struct config *config)
{
	const struct section *binding;
	bool bound = false;
	size_t i = 0;

	while ((binding = setup_wanted_next(config, "docker", &i)) != NULL)
		bound |= (plan->system || match_has_glob(binding->match)) &&
			 !match_has_path(binding->match);
	return bound && (is_on_path("podman") || is_on_path("skopeo") ||
			    is_on_path("buildah"));
}

enum helpers { HELPERS_NONE, HELPERS_OURS, HELPERS_OTHERS };

/* TOML, as far as one line of it goes: an array that is not closed on it holds
 * we know not what. */
static enum helpers
judge_line(const char *line)
{
	enum helpers found =
	    strchr(line, ']') != NULL ? HELPERS_NONE : HELPERS_OTHERS;
	size_t length;

	line += strspn(line, " \t\"'");
	if (!text_starts(line, what))
		return HELPERS_NONE;
	line += strlen(what);
	line += strspn(line, " \t\"'");
	if (*line != '=')
		return HELPERS_NONE;
	for (line += strcspn(line, "\"'#"); *line == '"' || *line == '\'';
	     line += strcspn(line, "\"'#")) {
		length = strcspn(++line, "\"'");
		if (length == 7 && strncmp(line, "daypass", 7) == 0)
			return HELPERS_OURS;
		if (length != 20 ||
		    strncmp(line, "containers-auth.json", 20) != 0)
			found = HELPERS_OTHERS;
		line += length + (line[length] != '\0');
	}
	return found;
}

/* What a file says; one that is not there, or cannot be read, says nothing. */
static enum helpers
judge_file(const char *path)
{
	enum helpers found = HELPERS_NONE, each;
	scoped(string) char *line = NULL;
	struct stat st;
	size_t size = 0;
	FILE *in;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd == -1)
		return HELPERS_NONE;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    (in = fdopen(fd, "re")) == NULL) {
		close(fd);
		return HELPERS_NONE;
	}
	while (getline(&line, &size, in) != -1)
		if ((each = judge_line(line)) != HELPERS_NONE)
			found = each;
	fclose(in);
	return found;
}

static int
is_others(const struct dirent *entry)
{
	return text_ends(entry->d_name, ".conf") &&
	       strcmp(entry->d_name, OWN) != 0;
}

/* Where something is set; "" where nothing is. */
static enum helpers
look(enum helpers before, const char *path, char *where, size_t size)
{
	enum helpers found = judge_file(path);

	if (found == HELPERS_NONE)
		return before;
	text_copy(where, size, path);
	return found;
}

/* `folder`/registries.conf and what is in registries.conf.d beside it; later
 * ones count. */
static enum helpers
look_in(enum helpers before, const char *folder, char *where, size_t size)
{
	char path[DIRS_PATH_MAX + 256];
	struct dirent **names;
	int count;

	snprintf(path, sizeof(path), "%s/registries.conf", folder);
	before = look(before, path, where, size);
	snprintf(path, sizeof(path), "%s/registries.conf.d", folder);
	count = scandir(path, &names, is_others, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/registries.conf.d/%s", folder,
		    names[i]->d_name);
		before = look(before, path, where, size);
		free(names[i]);
	}
	if (count != -1)
		free(names);
	return before;
}

/* What counts but for ours. Where the user has a registries.conf, the system's
 * files are not read. */
static enum helpers
find_setting(const char *folder, bool system, char *where, size_t size)
{
	enum helpers found = HELPERS_NONE;
	char path[DIRS_PATH_MAX + 32];

	where[0] = '\0';
	snprintf(path, sizeof(path), "%s/registries.conf", folder);
	if (!system && access(path, F_OK) == -1)
		found = look_in(found, "/etc/containers", where, size);
	return look_in(found, folder, where, size);
}

static int
put(struct setup_plan *plan, const char *path, struct error *err)
{
	bool written;

	if (setup_whole_settle(plan, path, what, text, &written, err) == -1)
		return -1;
	if (written &&
	    setup_plan_note(plan, NOTE_CHANGE, path, err,
		"put in credential-helpers, for podman, skopeo and buildah") ==
		-1)
		return -1;
	return written && plan->system
		   ? setup_plan_note(plan, NOTE_HINT, "", err,
			 "a user's own ~/.config/containers/registries.conf "
			 "takes the place of the system's files")
		   : 0;
}

/* Without the helper podman and its kin would not pull anything any more. */
static int
refuse(struct setup_plan *plan, const char *where, struct error *err)
{
	if (where[0] == '\0')
		return setup_plan_note(plan, NOTE_SKIPPED, "", err,
		    "credential-helpers for podman: "
		    "docker-credential-daypass is not on PATH");
	plan->conflict = true;
	return setup_plan_note(plan, NOTE_SKIPPED, where, err,
	    "it sets credential-helpers, and ours would take their place: put "
	    "\"daypass\" behind them there");
}

int
setup_registries_settle(
    struct setup_plan *plan, const struct config *config, struct error *err)
{
	char folder[DIRS_PATH_MAX], path[DIRS_PATH_MAX + 64];
	char where[DIRS_PATH_MAX + 256];
	enum helpers found;

	if (plan->system)
		text_copy(folder, sizeof(folder), "/etc/containers");
	else if (setup_home(
		     folder, sizeof(folder), ".config/containers", err) == -1)
		return -1;
	snprintf(path, sizeof(path), "%s/registries.conf.d/" OWN, folder);
	if (!is_wanted(plan, config))
		return setup_whole_retract(plan, path, err);
	found = find_setting(folder, plan->system, where, sizeof(where));
	if (found == HELPERS_NONE && is_on_path("docker-credential-daypass"))
		return put(plan, path, err);
	if (setup_whole_retract(plan, path, err) == -1)
		return -1;
	if (found == HELPERS_OTHERS)
		return refuse(plan, where, err);
	return found == HELPERS_OURS ? 0 : refuse(plan, "", err);
}
