/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

/* 9999-12-31T23:59:59Z: a later one could not be told again. */
#define LAST 253402300799
#define TEN_YEARS (10 * 366 * 86400LL)

int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_unix(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec;
}

/* Days since 1970-01-01 of a day in the proleptic Gregorian calendar, by
 * counting from the first of March, so that leap days come last. */
static int64_t
days_from_civil(int64_t year, int month, int day)
{
	int64_t era, of_era, of_year;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	of_era = year - era * 400;
	of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year - 719468;
}

/* Not gmtime: a static musl program should not pull in time zones. */
const char *
clock_rfc3339(int64_t unix_time, char *text)
{
	int64_t days = unix_time / 86400, rest = unix_time % 86400;
	int64_t era, of_era, year, of_year, month;

	if (rest < 0) {
		rest += 86400;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
	    365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	month = (5 * of_year + 2) / 153;
	snprintf(text, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02dZ",
	    (int)(year + era * 400 + (month >= 10)),
	    (int)(month < 10 ? month + 3 : month - 9),
	    (int)(of_year - (153 * month + 2) / 5 + 1), (int)(rest / 3600),
	    (int)(rest / 60 % 60), (int)(rest % 60));
	return text;
}

static int
month_length(int year, int month)
{
	return (int)(days_from_civil(year + month / 12, month % 12 + 1, 1) -
	    days_from_civil(year, month, 1));
}

/* year, month, day, hour, minute, second */
static int64_t
to_unix(const int part[6])
{
	int64_t time;

	if (part[0] < 1970 || part[0] > 9999 || part[1] < 1 || part[1] > 12 ||
	    part[2] < 1 || part[2] > month_length(part[0], part[1]) ||
	    part[3] > 23 || part[4] > 59 || part[5] > 60)
		return -1;
	time = days_from_civil(part[0], part[1], part[2]) * 86400 +
	    part[3] * 3600 + part[4] * 60 + part[5];
	return time > LAST ? -1 : time;
}

/* Does the text begin as the shape says? 'd' is a digit; numbers of adjacent
 * digits go to `parts`, in order; anything else stands for itself. */
static bool
take_shape(const char *text, const char *shape, int *parts)
{
	for (bool inside = false; *shape != '\0'; shape++, text++) {
		bool digit = *text >= '0' && *text <= '9';

		if (*shape != 'd') {
			if (*text != *shape)
				return false;
			parts += inside;
			inside = false;
			continue;
		}
		if (!digit)
			return false;
		*parts = (inside ? *parts * 10 : 0) + (*text - '0');
		inside = true;
	}
	return true;
}

/* "Z", "+01:00" or "-0730" to the end of the text. */
static bool
parse_offset(const char *text, int64_t *seconds)
{
	int parts[2];

	*seconds = 0;
	if ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0')
		return true;
	if (text[0] != '+' && text[0] != '-')
		return false;
	if (strlen(text) == 6 && take_shape(text + 1, "dd:dd", parts)) {
		*seconds = parts[0] * 60 + parts[1];
	} else if (strlen(text) == 5 && take_shape(text + 1, "dddd", parts)) {
		parts[1] = parts[0] % 100;
		parts[0] /= 100;
		*seconds = parts[0] * 60 + parts[1];
	} else {
		return false;
	}
	*seconds *= text[0] == '-' ? -60 : 60;
	return parts[0] <= 23 && parts[1] <= 59;
}

int64_t
clock_parse_rfc3339(const char *text)
{
	int part[6];
	int64_t offset, whole;

	if (!take_shape(text, "dddd-dd-dd", part) || text[10] == '\0' ||
	    strchr("Tt ", text[10]) == NULL ||
	    !take_shape(text + 11, "dd:dd:dd", part + 3))
		return -1;
	text += strlen("2026-01-02T03:04:05");
	if (*text == '.') {
		size_t decimals = strspn(text + 1, "0123456789");

		if (decimals == 0)
			return -1;
		text += 1 + decimals;
	}
	if (!parse_offset(text, &offset))
		return -1;
	whole = to_unix(part);
	if (whole == -1 || whole < offset || whole - offset > LAST)
		return -1;
	return whole - offset;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
int64_t
clock_parse_http(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	char month[4] = "";
	const char *at;
	int part[6];

	if (strlen(text) != strlen("Sun, 06 Nov 1994 08:49:37 GMT") ||
	    !take_shape(text + 3, ", dd ", &part[2]) ||
	    !take_shape(text + 11, " dddd ", &part[0]) ||
	    !take_shape(text + 17, "dd:dd:dd GMT", part + 3))
		return -1;
	memcpy(month, text + 8, 3);
	at = strstr(months, month);
	if (at == NULL || (at - months) % 3 != 0)
		return -1;
	part[1] = (int)(at - months) / 3 + 1;
	return to_unix(part);
}

static int64_t
unit_seconds(const char *unit)
{
	if (unit[0] != '\0' && unit[1] != '\0')
		return -1;
	switch (unit[0]) {
	case '\0':
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	default:
		return -1;
	}
}

int64_t
clock_parse_duration(const char *text)
{
	size_t digits = strspn(text, "0123456789");
	int64_t number = 0, unit = unit_seconds(text + digits);

	if (digits == 0 || digits > 10 || unit == -1)
		return -1;
	for (size_t i = 0; i < digits; i++)
		number = number * 10 + (text[i] - '0');
	return number > TEN_YEARS / unit ? -1 : number * unit;
}
