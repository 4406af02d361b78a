/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tap.h"

static int count, failures;

static void
result(bool passed, const char *name, va_list arguments)
{
	printf("%sok %d - ", passed ? "" : "not ", ++count);
	vprintf(name, arguments);
	putchar('\n');
	if (!passed)
		failures++;
	fflush(stdout);
}

bool
tap_ok(bool passed, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	result(passed, name, arguments);
	va_end(arguments);
	return passed;
}

bool
tap_is(const char *got, const char *expected, const char *name, ...)
{
	va_list arguments;
	bool passed = got == expected ||
	    (got != NULL && expected != NULL && strcmp(got, expected) == 0);

	va_start(arguments, name);
	result(passed, name, arguments);
	va_end(arguments);
	if (!passed)
		printf("#      got: %s\n# expected: %s\n",
		    got == NULL ? "(null)" : got,
		    expected == NULL ? "(null)" : expected);
	return passed;
}

bool
tap_number(int64_t got, int64_t expected, const char *name, ...)
{
	va_list arguments;

	va_start(arguments, name);
	result(got == expected, name, arguments);
	va_end(arguments);
	if (got != expected)
		printf("#      got: %lld\n# expected: %lld\n", (long long)got,
		    (long long)expected);
	return got == expected;
}

void
tap_skip(const char *why, const char *name)
{
	printf("ok %d - %s # SKIP %s\n", ++count, name, why);
}

int
tap_done(void)
{
	printf("1..%d\n", count);
	return failures == 0 ? 0 : 1;
}
