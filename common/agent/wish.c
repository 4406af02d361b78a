/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/wish.h"
#include "base/clock.h"

#define TIMEOUT_SECONDS 10
#define TIMEOUT_MAX 100
#define MIN_TTL_MAX (12 * 3600)

int64_t
wish_timeout(const struct config *config)
{
	const struct settings *settings = NULL;
	const char *timeout;
	int64_t seconds;

	if (config_section(config, "http", NULL, &settings, NULL) == -1)
		return TIMEOUT_SECONDS;
	timeout = settings_get(settings, "timeout");
	seconds = timeout == NULL ? -1 : clock_parse_duration(timeout);
	return seconds < 1 || seconds > TIMEOUT_MAX ? TIMEOUT_SECONDS : seconds;
}

struct wish
wish_of(const struct message *request, const struct config *config)
{
	int64_t min_ttl = message_number(request, "min-ttl", 0);

	return (struct wish){
	    .min_ttl = min_ttl > MIN_TTL_MAX ? MIN_TTL_MAX : min_ttl,
	    .force = message_get(request, "force") != NULL,
	    .deadline = clock_ms() + wish_timeout(config) * 1000,
	};
}
