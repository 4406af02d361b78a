/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_HTTP_LIBRARY_H
#define DAYPASS_BASE_HTTP_LIBRARY_H

#include <curl/curl.h>

#include "base/error.h"

/*
 * What http.c uses of libcurl. It is loaded when the network is first thought
 * of and not when the program starts: with its thirty libraries that takes
 * 2 ms, in which an agent can have begun to listen and somebody's program can
 * have been started.
 */
struct http_library {
	__typeof__(curl_global_init) *global_init;
	__typeof__(curl_version_info) *version_info;
	__typeof__(curl_easy_init) *easy_init;
	__typeof__(curl_easy_setopt) *easy_setopt;
	__typeof__(curl_easy_perform) *easy_perform;
	__typeof__(curl_easy_getinfo) *easy_getinfo;
	__typeof__(curl_easy_strerror) *easy_strerror;
	__typeof__(curl_easy_cleanup) *easy_cleanup;
	__typeof__(curl_slist_append) *slist_append;
	__typeof__(curl_slist_free_all) *slist_free_all;
};

/* The same at each call. NULL: it cannot be loaded (FAULT_SYSTEM). */
const struct http_library *http_library(struct error *err);

#endif
