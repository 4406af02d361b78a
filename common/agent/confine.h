/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_CONFINE_H
#define DAYPASS_AGENT_CONFINE_H

/*
 * What a child that speaks HTTP gives up before it hears a stranger: new
 * privileges, and with Landlock (landlock(7)) every file but the roots of
 * trust (also those that SSL_CERT_FILE, SSL_CERT_DIR and CURL_CA_BUNDLE name)
 * and what names are resolved with, binding of ports, and signals to processes
 * outside.
 */
void confine(void);

/* In the agent, before children are forked: looks where the links of the
 * certificate directories lead to. */
void confine_learn(void);

/* What this kernel, or a filter on its calls, refuses of it, and of what else
 * a child does first: static sentences, one after the other from *at (which
 * begins as 0) on, then NULL. The first time it costs a fork. */
const char *confine_lacks(unsigned *at);

#endif
