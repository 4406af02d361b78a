/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_PROFILE_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_PROFILE_H

#include "helpers/daypass/setup_ini.h"

/*
 * Which section of ~/.aws/config is a profile's. botocore (configloader.py)
 * splits the header's name as a shell would: [profile dev], [profile  dev] and
 * [profile "dev"] are the same to it, and the last of them counts alone.
 * [default] needs no `profile`; where [profile default] is there as well, that
 * counts.
 */

/* The name of the section that is there, as it is written, else of the one to
 * be made. -1 (FAULT_CONFIG): the file cannot be read, or two are one. */
int setup_profile_section(const struct setup_text *text, const char *profile,
    char name[SETUP_INI_MAX], struct error *err);

#endif
