/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_GCP_H
#define DAYPASS_EXCHANGE_GCP_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/json.h"
#include "base/settings.h"
#include "exchange/exchange.h"

/* What the Google Cloud exchanges share. */
#define GCP_SCOPE "https://www.googleapis.com/auth/cloud-platform"

/* Keys that none of them takes but gcp-downscope. */
extern const struct exchange_absent gcp_absent[];

/* The base of a service's URL: https://SERVICE.UNIVERSE, where the setting
 * universe (the domain of a cloud that is run by somebody else) is
 * googleapis.com if it is not set. */
int gcp_base(const struct settings *settings, const char *service,
    struct buffer *url, struct error *err);

/* The URL of the token endpoint of Google's Security Token Service. */
int gcp_sts_url(
    const struct settings *settings, struct buffer *url, struct error *err);

/* Checks universe. */
int gcp_check_universe(const struct settings *settings, struct error *err);

/* Checks universe, quota-project, and scope. */
int gcp_check(const struct settings *settings, struct error *err);

/* Checks that `boundary` is a Credential Access Boundary that narrows: 1 to
 * 10 rules about buckets, with nothing in them that nobody would look at.
 * https://cloud.google.com/iam/docs/downscoping-short-lived-credentials */
int gcp_check_boundary(const struct settings *settings, struct error *err);

/* gcp-iam.c: the IAM Service Account Credentials API, whose methods act for
 * the setting service-account, through those of `delegate` if there are any.
 */

/* Checks service-account and delegate, and what gcp_check checks. */
int gcp_iam_check(const struct settings *settings, struct error *err);

/* The URL of a method. */
int gcp_iam_url(const struct settings *settings, const char *method,
    struct buffer *url, struct error *err);

/* Appends "delegates":[...], if there are any. */
void gcp_iam_delegates(struct buffer *body, const struct settings *settings);

/* Posts a JSON object to a method, whose URL it leaves in `url`, and reads the
 * answer. NULL: the error is set. */
struct json *gcp_iam_ask(const struct exchange_mint *mint, const char *method,
    struct buffer *url, const struct buffer *body, struct error *err);

#endif
