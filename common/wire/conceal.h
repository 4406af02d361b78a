/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_CONCEAL_H
#define DAYPASS_WIRE_CONCEAL_H

/* Keeps this process out of core dumps and out of the sight of others of our
 * uid: a helper's static memory is where secrets pass through, and no arena is
 * worth its cost there. */
void conceal(void);

#endif
