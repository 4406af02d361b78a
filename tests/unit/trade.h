/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_TRADE_H
#define DAYPASS_TESTS_TRADE_H

#include "base/settings.h"
#include "exchange/exchange.h"

/* What an exchange makes of settings and of where somebody wants to go, as
 * TAP. All that is handed over is freed. */

/* Resolved for this host (may be NULL), with AZURE_TENANT_ID and its like as
 * the asker's environment has them, the setting `key` has this value; or the
 * error's text begins with it. */
void trade_resolves(const char *name, struct settings *settings,
    const char *host, const char *key, const char *expected);

/* Resolved for this host, these settings give this endpoint. */
void trade_endpoint(const char *name, struct settings *settings,
    const char *host, const char *expected);

/* They are refused as a mistake of the configuration, with this in the
 * text. */
void trade_refuses(const char *name, struct settings *settings,
    const char *host, const char *words);

/* The audience of the id token that is wanted; NULL: there is none. */
void trade_audience(
    const char *name, struct settings *settings, const char *expected);

/* Whom the asker's id token is for, from here on. */
void trade_asks_for(const char *audience);

#endif
