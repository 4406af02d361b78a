/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_CALLOUT_NETWORK_H
#define DAYPASS_HELPERS_CALLOUT_NETWORK_H

#include <stdbool.h>

/* Networks as RFC 4632 and RFC 4291 2.3 write them: "10.0.0.0/8", "fd00::/8",
 * or one address. */

/* Is it one, with no bit set behind the prefix? */
bool network_is(const char *network);

/* Does the address lie in it? An IPv4 address in IPv6's clothes is one. */
bool network_has(const char *network, const char *address);

#endif
