/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "config/config.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Asks everything that the agent asks. */
static void
use(const struct config *config)
{
	static const char *const tools[] = {
	    "git", "docker", "aws", "gcloud", "nats", "function", NULL};
	struct target target;
	struct binding binding;
	struct error err;
	const struct settings *settings;
	const char *const *names = config_names(config, "credential");

	target_url("https://github.com/acme/app", &target, &err);
	for (size_t i = 0; tools[i] != NULL; i++)
		config_binding(config, tools[i], &target, &binding, &err);
	config_wants_path(config, &target);
	config_docker_hosts(config);
	config_usable(config, &err);
	for (; *names != NULL; names++)
		config_section(config, "credential", *names, &settings, &err);
	for (size_t i = 0; config_mistake(config, i) != NULL; i++)
		;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	scoped(config) struct config *config = NULL;
	struct error err;

	if (config_read((const char *)data, size, &config, &err) == 0)
		use(config);
	return 0;
}
