/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_H

/* What `daypass setup all` does and shows, with its exit code. */
int setup_all(void);

#endif
