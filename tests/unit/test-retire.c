/* SPDX-License-Identifier: Apache-2.0 */
#include "agent/retire.h"
#include "tap.h"

int
main(void)
{
	static const struct {
		const char *a, *b;
		bool newer;
	} rows[] = {
	    {"0.1.1", "0.1.0", true},
	    {"0.1.0", "0.1.0", false},
	    {"0.1.0", "0.1.1", false},
	    {"0.10.0", "0.9.9", true},
	    {"1", "0.9.9", true},
	    {"0.1.0.1", "0.1.0", true},
	    {"0.1", "0.1.0", false},
	    {"", "0.1.0", false},
	    {"x", "0.1.0", false},
	    {"99999999999", "0.1.0", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_ok(retire_is_newer(rows[i].a, rows[i].b) == rows[i].newer,
		    "'%s' is %snewer than '%s'", rows[i].a,
		    rows[i].newer ? "" : "not ", rows[i].b);
	return tap_done();
}
