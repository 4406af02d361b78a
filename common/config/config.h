/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_CONFIG_H
#define DAYPASS_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/settings.h"
#include "config/target.h"

/* The configuration as it stands in the agent: sections in the order they
 * were read, each with the mistakes found in it. */
struct config;

/* Takes the output of daypass-config apart (config/rows.h) and checks every
 * section against the schema. -1 only when the rows themselves are broken
 * (FAULT_SYSTEM): mistakes of the person stay in their sections. */
int config_read(
    const char *rows, size_t length, struct config **config, struct error *err);
void config_free(struct config *config);
SCOPED(config, struct config *, config_free);

/* Has any file changed, appeared or gone since it was read? One stat each. */
bool config_changed(const struct config *config);

/* The files that were read, or looked for; NULL behind the last. */
const char *config_file(const struct config *config, size_t i);

/* A file that cannot be used at all makes everything unsure: -1 with its
 * error (FAULT_CONFIG, stage config), else 0. */
int config_usable(const struct config *config, struct error *err);

/* One section of a kind, by its subsection's name (NULL: without one). The
 * system's file wins over the user's. 0: found, or *settings is NULL when
 * there is none. -1: the section holds a mistake; the error names section,
 * key, file, line and the nearest known word. *settings is the config's. */
int config_section(const struct config *config, const char *section,
    const char *name, const struct settings **settings, struct error *err);

/* The names of all sections of a kind, for messages: a NULL-terminated list
 * in the config's memory. */
const char *const *config_names(
    const struct config *config, const char *section);

/*
 * The binding of a tool's target: longest match wins. 1: found; 0: nothing
 * binds it; -1: the binding is unusable, or two match equally well. What it
 * points to is the config's.
 */
struct binding {
	const char *tool;
	const char *pattern; /* the subsection; "" where there is none */
	const char *credential;
	const char *audience; /* or NULL */
	const char *username; /* or NULL */
	const char *user;     /* in the URL of the pattern, or NULL */
	bool has_path;	      /* a git or function pattern with a path */
};
int config_binding(const struct config *config, const char *tool,
    const struct target *target, struct binding *binding, struct error *err);

/* Is there a git binding for this host whose pattern has a path, so that the
 * request should have come with one? Its pattern, or NULL. */
const char *config_wants_path(
    const struct config *config, const struct target *target);

/* The docker hosts that are bound exactly (no glob) and without a mistake:
 * NULL-terminated, in the config's memory. */
const char *const *config_docker_hosts(const struct config *config);

/* The sections as they were read, for what else this room has. */
struct sections;
const struct sections *config_sections(const struct config *config);

/* Every mistake, for doctor: the i-th text, or NULL behind the last. */
const char *config_mistake(const struct config *config, size_t i);

#endif
