/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/http_library.h"

/* As the linker would have noted it, and looked for in the same places. */
#define NAME "libcurl.so.4"

#define SYMBOL(name)                                               \
	{                                                          \
		"curl_" #name, offsetof(struct http_library, name) \
	}

static const struct symbol {
	const char *name;
	size_t place;
} symbols[] = {
    SYMBOL(global_init),
    SYMBOL(version_info),
    SYMBOL(easy_init),
    SYMBOL(easy_setopt),
    SYMBOL(easy_perform),
    SYMBOL(easy_getinfo),
    SYMBOL(easy_strerror),
    SYMBOL(easy_cleanup),
    SYMBOL(slist_append),
    SYMBOL(slist_free_all),
};

static int
fail(struct error *err)
{
	const char *why = dlerror();

	return error_set(err, FAULT_SYSTEM, "libcurl cannot be loaded: %s",
	    why == NULL ? "no reason given" : why);
}

/* A function's address comes as that of an object (POSIX, dlsym). */
static int
find(void *handle, struct http_library *library, struct error *err)
{
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		void *found = dlsym(handle, symbols[i].name);

		if (found == NULL)
			return fail(err);
		memcpy(
		    (char *)library + symbols[i].place, &found, sizeof(found));
	}
	return 0;
}

const struct http_library *
http_library(struct error *err)
{
	static struct http_library library;
	static bool loaded;
	void *handle;

	if (loaded)
		return &library;
	if ((handle = dlopen(NAME, RTLD_LAZY)) == NULL) {
		fail(err);
		return NULL;
	}
	if (find(handle, &library, err) == -1)
		return NULL;
	loaded = true;
	return &library;
}
