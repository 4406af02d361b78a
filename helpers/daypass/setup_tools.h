/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_TOOLS_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_TOOLS_H

#include "config/config.h"
#include "helpers/daypass/setup_plan.h"

/* One tool each: works out what its files should say, by daypass's
 * configuration. What cannot be done is a note; -1: nothing is to be done at
 * all. */
struct setup_tool {
	const char *word;
	const char *program; /* on PATH, where the tool is installed */
	bool ini;	     /* its files are configparser's */
	int (*plan)(struct setup_plan *plan, const struct config *config,
	    struct error *err);
};

extern const struct setup_tool setup_tool_git;
extern const struct setup_tool setup_tool_docker;
extern const struct setup_tool setup_tool_aws;
extern const struct setup_tool setup_tool_gcloud;

/* A path below HOME, or another. -1: there is no HOME, or it is too long. */
int setup_home(char *path, size_t size, const char *below, struct error *err);
int setup_path(char *path, size_t size, const char *from, struct error *err);
const char *setup_variable(const char *name); /* NULL: not set, or empty */

#endif
