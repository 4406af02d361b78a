/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_BROWSER_H
#define DAYPASS_HELPERS_DAYPASS_BROWSER_H

#include <stdbool.h>

/* The person's browser: a program of $BROWSER, a list with ':' between them,
 * in each of which %s is the URL; else xdg-open, where there is a display and
 * it is not that of a machine somewhere else. */
bool browser_is_there(void);

/* Starts it, and does not wait. False: there is none that can be started. */
bool browser_open(const char *url);

#endif
