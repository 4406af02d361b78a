/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_SCOPED_H
#define DAYPASS_BASE_SCOPED_H

#include <stdlib.h>
#include <unistd.h>

/*
 * Scoped release: `scoped(secret) struct secret *jwt = NULL;` is freed when
 * the scope is left, whichever way. take() hands a thing over to somebody
 * else and leaves NULL behind. A type takes part by SCOPED(name, type, free).
 */
#define scoped(name) __attribute__((cleanup(name##_scoped)))

#define take(pointer)                                       \
	({                                                  \
		__typeof__(*(pointer)) taken_ = *(pointer); \
		*(pointer) = NULL;                          \
		taken_;                                     \
	})

#define SCOPED(name, type, release)                   \
	static inline void name##_scoped(type *thing) \
	{                                             \
		release(*thing);                      \
	}                                             \
	struct error /* asks for a semicolon */

static inline void
fd_scoped(int *fd)
{
	if (*fd != -1)
		close(*fd);
}

/* A plain string from malloc(): `scoped(string) char *path = NULL;` */
static inline void
string_scoped(char **string)
{
	free(*string);
}

#endif
