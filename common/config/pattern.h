/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_CONFIG_PATTERN_H
#define DAYPASS_CONFIG_PATTERN_H

#include "config/section.h"

/*
 * Takes a binding's subsection apart, and notes what is wrong with it. Where
 * it can be guessed what was meant, the section still binds that: a pattern
 * that bound nothing would go unnoticed, but so whoever asks for it gets to
 * hear of the mistake. -1: no memory.
 */
int pattern_check(struct sections *sections, struct section *section);

#endif
