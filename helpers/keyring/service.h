/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_KEYRING_SERVICE_H
#define DAYPASS_HELPERS_KEYRING_SERVICE_H

#include <stdbool.h>

#include "base/error.h"

/*
 * The desktop's Secret Service (org.freedesktop.secrets) by libsecret, and
 * the session bus on which it is. One secret for each issuer and client; the
 * attributes, which the service does not encrypt, hold these two and no more.
 */
struct service {
	const char *issuer;
	const char *client;
	bool absent; /* out: there is no bus, or no such service */
	bool open;   /* out: the secret is ours alone */
};

/* Connects, and takes the name on the bus that stands for this secret: until
 * our end nobody else gets it, and the bus frees it however we end. Waits for
 * `seconds`. -1: absent, or (FAULT_NETWORK) somebody has it for too long. */
int service_open(struct service *service, unsigned seconds, struct error *err);

/* Calls got(arg, secret), if there is one; the bytes are wiped behind it. 1;
 * 0: there is none; -1: it is locked. Never asks the person anything. */
int service_get(const struct service *service,
    void (*got)(void *arg, const char *secret), void *arg, struct error *err);

/* `prompt`: a person waits, and may be asked to unlock the keyring. */
int service_set(const struct service *service, const char *secret, bool prompt,
    struct error *err);

int service_clear(const struct service *service, struct error *err);

#endif
