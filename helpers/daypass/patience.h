/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_PATIENCE_H
#define DAYPASS_HELPERS_DAYPASS_PATIENCE_H

#include <poll.h>
#include <stdint.h>

/* poll(2) for a verb that waits for a person: -1 when SIGINT, SIGTERM or
 * SIGHUP said that nobody waits any more. Outside of it these end us. */
int patience_poll(struct pollfd *fds, nfds_t count, int64_t ms);

/* The signal that it was; then end by it. */
_Noreturn void patience_end(void);

#endif
