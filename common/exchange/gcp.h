/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_EXCHANGE_GCP_H
#define DAYPASS_EXCHANGE_GCP_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/settings.h"

/* What the Google Cloud exchanges share. */
#define GCP_SCOPE "https://www.googleapis.com/auth/cloud-platform"

/* The base of a service's URL: https://SERVICE.UNIVERSE, where the setting
 * universe (the domain of a cloud that is run by somebody else) is
 * googleapis.com if it is not set. */
int gcp_base(const struct settings *settings, const char *service,
    struct buffer *url, struct error *err);

/* Checks universe, quota-project, and scope. */
int gcp_check(const struct settings *settings, struct error *err);

/* An e-mail address, as service accounts have them. */
int gcp_check_account(const char *key, const char *account, struct error *err);

#endif
