/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_MEMBER_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_MEMBER_H

#include "helpers/daypass/setup_edit.h"

/*
 * How a member is put into a JSON file: at the end of its object, written as
 * the member before it is (indented so, with the same blanks around its `:`).
 */

/* Fills `at`, `old` and `new` (both from malloc()) of an edit that puts `name`
 * with `value`, which is JSON, into the object at `inside` ("" for the whole
 * document, else its member of that name, which is there). A member of that
 * name has its value replaced. */
int setup_member_plan(const struct setup_text *text, const char *inside,
    const char *name, const char *value, struct setup_edit *edit,
    struct error *err);

/* Finds a member of `inside`. 1: found; 0: there is none, or no `inside`. */
struct setup_json_member;
int setup_member_find(const struct setup_text *text, const char *inside,
    const char *name, struct setup_json_member *member, struct error *err);

#endif
