/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_ATTRIBUTES_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_ATTRIBUTES_H

/*
 * Extended attributes (xattr(7)) of a file, its access control list (acl(5))
 * among them: without that, the mode's bits for the group would be those of
 * the list's mask, and let in whom the list keeps out.
 */

/* Copies them. -1 with errno: the list, or one of the user's, cannot be
 * copied. What the kernel keeps to itself (security.*, trusted.*) is left
 * where it may not be. */
int setup_attributes_copy(int from, int to);

#endif
