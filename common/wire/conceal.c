/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/prctl.h>

#include "wire/conceal.h"

void
conceal(void)
{
	prctl(PR_SET_DUMPABLE, 0);
}
