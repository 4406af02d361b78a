/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/carrier.h"

/* In a build without libnats. The configuration says so as well. */
static void *
start(const struct order *order, struct error *err)
{
	error_set(err, FAULT_CONFIG,
	    "this daypass-audit was built without libnats: '%.200s' cannot be "
	    "a sink",
	    order->sink);
	return NULL;
}

const struct carrier carrier_nats = {.prefix = "nats://", .start = start};
