/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_TESTS_ROWS_H
#define DAYPASS_TESTS_ROWS_H

#include <stddef.h>

struct config;

/* The rows that daypass-config prints for two files, "/etc/daypass/config"
 * and "/home/x/config", of these texts (NULL: there is no such file); from
 * malloc(). */
char *rows_of(const char *system, const char *user);

/* The same, read; NULL when that failed. */
struct config *rows_config(const char *system, const char *user);

#endif
