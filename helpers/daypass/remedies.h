/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_REMEDIES_H
#define DAYPASS_HELPERS_DAYPASS_REMEDIES_H

#include "base/error.h"

/* What to do about a cause, out of its own words: the command that it ends
 * with, the line of the file that it names, or what is known of such
 * sentences; of what a stranger wrote nothing is taken over. NULL: nothing. It
 * lives as long as the process. */
const char *remedy_of_cause(const char *cause);

/* What to do about a fault of which nothing more is known. */
const char *remedy_of_fault(enum fault fault);

#endif
