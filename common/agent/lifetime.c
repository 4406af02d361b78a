/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/lifetime.h"
#include "base/clock.h"

/* Nothing that is kept in memory outlives this, whatever it says. */
#define LONGEST (10 * 366 * 86400LL)

struct lifetime
lifetime_of(const struct credential *credential)
{
	int64_t now = clock_unix(), born = credential->issued;
	struct lifetime lifetime;

	if (born <= 0 || born > now)
		born = now;
	lifetime.expires = credential->expires > 0 ? credential->expires
						   : now + LIFETIME_UNSAID;
	if (lifetime.expires > now + LONGEST)
		lifetime.expires = now + LONGEST;
	lifetime.length = lifetime.expires - born;
	lifetime.ends_ms = clock_ms() + (lifetime.expires - now) * 1000;
	return lifetime;
}

int64_t
lifetime_left(const struct lifetime *lifetime)
{
	int64_t by_wall = lifetime->expires - clock_unix();
	int64_t by_boot = (lifetime->ends_ms - clock_ms()) / 1000;

	return by_wall < by_boot ? by_wall : by_boot;
}

bool
lifetime_enough(const struct lifetime *lifetime, unsigned kind, int64_t min_ttl)
{
	int64_t wanted = lifetime->length / 4;

	if (wanted < 60)
		wanted = 60;
	if (kind == KIND_AWS && lifetime->length > 30 * 60 && wanted < 15 * 60)
		wanted = 15 * 60;
	if (wanted < min_ttl)
		wanted = min_ttl;
	return lifetime_left(lifetime) > wanted;
}

bool
lifetime_ripe(const struct lifetime *lifetime)
{
	return lifetime_left(lifetime) < lifetime->length * 2 / 5;
}
