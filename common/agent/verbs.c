/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/verbs.h"

const struct verb *
verb_named(const char *name)
{
	static const struct verb *const verbs[] = {&verb_get, &verb_erase,
	    &verb_list, &verb_road, &verb_reach, &verb_login, &verb_logout,
	    &verb_status, &verb_end, &verb_session, &verb_attend,
	    &verb_isolation, &verb_audit, &verb_approvals, &verb_approve,
	    &verb_deny};

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i]->name, name) == 0)
			return verbs[i];
	return NULL;
}
