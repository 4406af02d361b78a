/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "config/binding.h"
#include "config/check.h"
#include "config/config.h"
#include "config/reading.h"
#include "config/schema.h"

#define WORDS_MAX 32

struct config {
	struct reading reading;
	const char **names[WORDS_MAX]; /* by schema_words() */
	const char **docker_hosts;
};

static const char *const nothing[] = {NULL};

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	for (size_t i = 0; i < WORDS_MAX; i++)
		free(config->names[i]);
	free(config->docker_hosts);
	reading_free(&config->reading);
	free(config);
}

/* Lists that are asked for in messages and answers. */
static int
make_lists(struct config *config)
{
	const char *const *words = schema_words();
	const struct sections *sections = &config->reading.sections;

	for (size_t i = 0; words[i] != NULL && i < WORDS_MAX; i++)
		if ((config->names[i] =
			    sections_names(sections, words[i], NULL)) == NULL)
			return -1;
	config->docker_hosts = binding_docker_hosts(sections);
	return config->docker_hosts != NULL ? 0 : -1;
}

int
config_read(
    const char *rows, size_t length, struct config **config, struct error *err)
{
	scoped(config) struct config *read = calloc(1, sizeof(*read));

	if (read == NULL)
		return error_set(err, FAULT_SYSTEM, "no memory");
	if (reading_read(&read->reading, rows, length, err) == -1)
		return error_at(err, STAGE_CONFIG);
	if (check_sections(&read->reading.sections) == -1 ||
	    make_lists(read) == -1)
		return error_set(err, FAULT_SYSTEM, "no memory");
	*config = take(&read);
	return 0;
}

bool
config_changed(const struct config *config)
{
	return reading_is_stale(&config->reading);
}

const char *
config_file(const struct config *config, size_t i)
{
	const struct reading *reading = &config->reading;

	return i < reading->file_count ? reading->files[i].path : NULL;
}

int
config_usable(const struct config *config, struct error *err)
{
	if (config->reading.bad.fault == FAULT_NONE)
		return 0;
	if (err != NULL)
		*err = config->reading.bad;
	return -1;
}

int
config_section(const struct config *config, const char *section,
    const char *name, const struct settings **settings, struct error *err)
{
	const struct section *found =
	    sections_find(&config->reading.sections, section, name);

	*settings = NULL;
	if (found == NULL)
		return 0;
	if (found->mistake != NULL) {
		error_set(err, FAULT_CONFIG, "%s", found->mistake);
		return error_at(err, STAGE_CONFIG);
	}
	*settings = found->settings;
	return 0;
}

const char *const *
config_names(const struct config *config, const char *section)
{
	const char *const *words = schema_words();

	for (size_t i = 0; words[i] != NULL && i < WORDS_MAX; i++)
		if (strcmp(words[i], section) == 0)
			return config->names[i];
	return nothing;
}

int
config_binding(const struct config *config, const char *tool,
    const struct target *target, struct binding *binding, struct error *err)
{
	return binding_find(
	    &config->reading.sections, tool, target, binding, err);
}

const char *
config_wants_path(const struct config *config, const struct target *target)
{
	return binding_wants_path(&config->reading.sections, target);
}

const char *const *
config_docker_hosts(const struct config *config)
{
	return config->docker_hosts;
}

const struct sections *
config_sections(const struct config *config)
{
	return &config->reading.sections;
}

const char *
config_mistake(const struct config *config, size_t i)
{
	const struct sections *sections = &config->reading.sections;

	return i < sections->mistake_count ? sections->mistakes[i] : NULL;
}
