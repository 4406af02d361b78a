/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_CLAIMS_KNOWN_H
#define DAYPASS_AGENT_CLAIMS_KNOWN_H

#include "base/settings.h"
#include "exchange/credential.h"

/* The claims that came with an id token, by name; a name may repeat. What
 * brought none has none. NULL: no memory. */
struct settings *claims_known(const struct credential *credential);

#endif
