/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_AGENT_VERBS_H
#define DAYPASS_AGENT_VERBS_H

#include "agent/asker.h"

/* What an asker can ask; docs/wire.md. One file each. */
extern const struct verb verb_get;
extern const struct verb verb_erase;
extern const struct verb verb_list;
extern const struct verb verb_road;
extern const struct verb verb_reach;
extern const struct verb verb_login;
extern const struct verb verb_logout;
extern const struct verb verb_status;
extern const struct verb verb_end;
extern const struct verb verb_session;
extern const struct verb verb_attend;
extern const struct verb verb_audit;
extern const struct verb verb_isolation;
extern const struct verb verb_approvals;
extern const struct verb verb_approve;
extern const struct verb verb_deny;

#endif
