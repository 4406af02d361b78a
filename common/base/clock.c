/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

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

static bool
in_range(int year, int month, int day, int hour, int minute, int second)
{
	return year >= 1970 && year <= 9999 && month >= 1 && month <= 12 &&
	    day >= 1 && day <= 31 && hour >= 0 && hour <= 23 && minute >= 0 &&
	    minute <= 59 && second >= 0 && second <= 60;
}

static int64_t
to_unix(int year, int month, int day, int hour, int minute, int second)
{
	if (!in_range(year, month, day, hour, minute, second))
		return -1;
	return days_from_civil(year, month, day) * 86400 + hour * 3600 +
	    minute * 60 + second;
}

/* "Z", "+01:00" or "-0730" to the end of the text. */
static bool
parse_offset(const char *text, int64_t *seconds)
{
	int hours, minutes, used = 0;

	*seconds = 0;
	if ((text[0] == 'Z' || text[0] == 'z') && text[1] == '\0')
		return true;
	if (text[0] != '+' && text[0] != '-')
		return false;
	if (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &used) != 2 &&
	    sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &used) != 2)
		return false;
	if (text[1 + used] != '\0' || hours > 23 || minutes > 59)
		return false;
	*seconds = (hours * 60 + minutes) * (text[0] == '-' ? -60 : 60);
	return true;
}

int64_t
clock_parse_rfc3339(const char *text)
{
	int year, month, day, hour, minute, second, used = 0;
	int64_t offset, whole;

	if (strlen(text) > 64 ||
	    sscanf(text, "%4d-%2d-%2d%*1[Tt ]%2d:%2d:%2d%n", &year, &month,
		&day, &hour, &minute, &second, &used) != 6)
		return -1;
	text += used;
	if (*text == '.')
		text += 1 + strspn(text + 1, "0123456789");
	if (!parse_offset(text, &offset))
		return -1;
	whole = to_unix(year, month, day, hour, minute, second);
	return whole == -1 ? -1 : whole - offset;
}

int64_t
clock_parse_http(const char *text)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	int year, day, hour, minute, second, used = 0;
	char month[4];
	const char *at;

	if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d GMT%n",
		&day, month, &year, &hour, &minute, &second, &used) != 6 ||
	    used == 0 || strlen(month) != 3)
		return -1;
	if ((at = strstr(months, month)) == NULL || (at - months) % 3 != 0)
		return -1;
	return to_unix(
	    year, (int)(at - months) / 3 + 1, day, hour, minute, second);
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
