/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/dirs.h"
#include "base/text.h"
#include "wire/environment.h"
#include "wire/origin.h"

#define VARIABLES_MAX 256
#define RUNTIME "DAYPASS_RUNTIME_DIR="
#define CONFIG "DAYPASS_CONFIG="

/* A name ends in `=`; one that does not is the beginning of names. */
static const char *const allowed[] = {"HOME=", "USER=", "LOGNAME=", "PATH=",
    "LANG=", "LC_ALL=", "LC_CTYPE=", "TZ=", "TMPDIR=", "XDG_",
    /* how it reaches the network, as curl understands it */
    "http_proxy=", "https_proxy=", "HTTPS_PROXY=", "all_proxy=", "ALL_PROXY=",
    "no_proxy=", "NO_PROXY=", "SSL_CERT_FILE=", "SSL_CERT_DIR=",
    "CURL_CA_BUNDLE=",
    NULL};

static bool
is_among(const char *variable, const char *const *names)
{
	for (; *names != NULL; names++)
		if (text_starts(variable, *names))
			return true;
	return false;
}

static bool
is_allowed(const char *variable)
{
	return is_among(variable, allowed) ||
	       is_among(variable, compat_sanitizer_variables);
}

/* The two that are ours, absolute: the agent's working directory is /. */
static unsigned
add_own(char **list)
{
	static char runtime[sizeof(RUNTIME) + DIRS_PATH_MAX] = RUNTIME;
	static char config[sizeof(CONFIG) + DIRS_PATH_MAX] = CONFIG;
	unsigned count = 0;
	bool named;

	if (dirs_runtime(runtime + strlen(RUNTIME), DIRS_PATH_MAX, NULL) == 0)
		list[count++] = runtime;
	if (origin_config(config + strlen(CONFIG), DIRS_PATH_MAX, &named) ==
		0 &&
	    named)
		list[count++] = config;
	return count;
}

char **
environment_for_agent(void)
{
	static char *list[2 + VARIABLES_MAX + 1];
	unsigned count = add_own(list);

	for (char **variable = environ; variable != NULL && *variable != NULL;
	     variable++)
		if (is_allowed(*variable) && count < 2 + VARIABLES_MAX)
			list[count++] = *variable;
	list[count] = NULL;
	return list;
}
