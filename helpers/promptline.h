/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_PROMPTLINE_H
#define DAYPASS_HELPERS_PROMPTLINE_H

/*
 * The session on one short line, for a shell's prompt: "ona 43m", the
 * identity's source and how long what expires first will live; inside of a
 * child session its name in place of the source. Nothing where no session is
 * running; none is started, and nobody is waited for longer than a quarter of
 * a second. Always 0: a prompt has no use for a failure.
 */
int promptline_print(void);

#endif
