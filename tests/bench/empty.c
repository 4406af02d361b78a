/* SPDX-License-Identifier: Apache-2.0 */

/* What no program can undercut: exec, and exit. */
int
main(void)
{
	return 0;
}
