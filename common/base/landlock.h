/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_LANDLOCK_H
#define DAYPASS_BASE_LANDLOCK_H

/*
 * What a process gives up for good, where the kernel has Landlock
 * (landlock(7)): all use of files but reading those that are allowed, being
 * reached over TCP, and, with a newer kernel, signals to those outside.
 */

/* The kernel's ABI; 0: it has none, or it is switched off. */
int landlock_version(void);

/* A descriptor of rules that allow nothing yet; -1: no Landlock. */
int landlock_new(void);

/* A file, or a directory with all beneath it, may be read; one that is not
 * there may not. */
void landlock_allow(int ruleset, const char *path);

/* From now on, for this process and what it starts. It can gain no
 * privileges either. -1: it is refused. */
int landlock_enforce(int ruleset);

#endif
