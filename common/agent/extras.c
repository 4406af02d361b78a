/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/extras.h"
#include "base/text.h"

static void
write_docker(const struct settings *settings, struct writing *writing)
{
	const char *fallback = settings_get(settings, "fallback");

	if (fallback != NULL)
		writing_add(writing, "fallback", fallback);
}

static void
write_gcloud(const struct settings *settings, struct writing *writing)
{
	const char *file = settings_get(settings, "output-file");

	if (file != NULL && text_boolean(file) == 1)
		writing_add(writing, "output-file", "1");
}

int
extras_write(const struct config *config, const char *tool,
    struct writing *writing, struct error *err)
{
	const struct settings *settings = NULL;
	bool docker = tool != NULL && strcmp(tool, "docker") == 0;
	bool gcloud = tool != NULL && strcmp(tool, "gcloud") == 0;

	if (config == NULL || (!docker && !gcloud))
		return 0;
	if (config_section(config, tool, NULL, &settings, err) == -1)
		return error_at(err, STAGE_CONFIG);
	if (docker)
		write_docker(settings, writing);
	else
		write_gcloud(settings, writing);
	return 0;
}
