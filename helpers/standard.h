/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_STANDARD_H
#define DAYPASS_HELPERS_STANDARD_H

#include "base/error.h"

/* Standard input, output and error as every program of ours finds them. */

/* Opens those of the three that are closed, on /dev/null: otherwise the next
 * file that is opened would take its number, and be written to. */
void standard_keep(void);

/* "daypass: " and the error's sentence, on standard error. */
void standard_report(const struct error *err);

#endif
