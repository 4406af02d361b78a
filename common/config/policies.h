/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_POLICIES_H
#define DAYPASS_CONFIG_POLICIES_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

/*
 * The policies as the files have them. Each file's stand alone: the user's
 * file adds policies of its own, also of a name that the system's has, and
 * takes nothing from the system's. A section that may have been meant to be a
 * policy, or [audit], but is none, counts as one that holds a mistake and is
 * for everybody.
 */
struct policy_section {
	const char *name; /* a glob of actors; NULL: it lacks one */
	bool is_system;	  /* of the system's file */
	const struct settings *settings;
	const char *mistake; /* what makes it unusable, or NULL */
};

/* The next one from index *at on, which is moved behind it; false at the end.
 * What it points to is the config's. */
bool config_policy(
    const struct config *config, size_t *at, struct policy_section *policy);

/* A rule that a policy names: of the same file, or for the user's policies
 * also of the system's, which wins. -1 (FAULT_CONFIG): there is none, or it
 * holds a mistake. *rule is the config's. */
int config_rule(const struct config *config,
    const struct policy_section *policy, const char *name,
    const struct settings **rule, struct error *err);

/* Does the system's file define this credential? */
bool config_is_systems(const struct config *config, const char *credential);

#endif
