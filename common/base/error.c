/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

static const char *const fault_names[FAULT_COUNT] = {
	[FAULT_NONE] = "none",
	[FAULT_USAGE] = "usage",
	[FAULT_CONFIG] = "config",
	[FAULT_IDENTITY] = "identity",
	[FAULT_REFUSED] = "refused",
	[FAULT_NETWORK] = "network",
	[FAULT_SYSTEM] = "system",
};

static const char *const stage_names[STAGE_COUNT] = {
	[STAGE_NONE] = "none",
	[STAGE_CONFIG] = "config",
	[STAGE_IDENTITY] = "identity",
	[STAGE_EXCHANGE] = "exchange",
	[STAGE_POLICY] = "policy",
	[STAGE_TARGET] = "target",
	[STAGE_AGENT] = "agent",
};

/* A text that was cut must not look whole. */
static void
mark_cut(char *text, int wanted)
{
	if (wanted >= ERROR_TEXT_MAX)
		strcpy(text + ERROR_TEXT_MAX - sizeof("..."), "...");
}

int
error_set(struct error *err, enum fault fault, const char *fmt, ...)
{
	va_list arguments;

	if (err == NULL)
		return -1;
	err->fault = fault;
	err->stage = STAGE_NONE;
	va_start(arguments, fmt);
	mark_cut(
	    err->text, vsnprintf(err->text, ERROR_TEXT_MAX, fmt, arguments));
	va_end(arguments);
	return -1;
}

int
error_errno(struct error *err, const char *fmt, ...)
{
	int saved = errno;
	va_list arguments;
	int length;

	if (err == NULL)
		return -1;
	err->fault = FAULT_SYSTEM;
	err->stage = STAGE_NONE;
	va_start(arguments, fmt);
	length = vsnprintf(err->text, ERROR_TEXT_MAX, fmt, arguments);
	va_end(arguments);
	if (length >= 0 && length < ERROR_TEXT_MAX)
		length += snprintf(err->text + length,
		    ERROR_TEXT_MAX - (size_t)length, ": %s", strerror(saved));
	mark_cut(err->text, length);
	errno = saved;
	return -1;
}

int
error_in(struct error *err, const char *fmt, ...)
{
	char text[ERROR_TEXT_MAX];
	va_list arguments;
	int length;

	if (err == NULL)
		return -1;
	memcpy(text, err->text, sizeof(text));
	va_start(arguments, fmt);
	length = vsnprintf(err->text, ERROR_TEXT_MAX, fmt, arguments);
	va_end(arguments);
	if (length >= 0 && length < ERROR_TEXT_MAX)
		length += snprintf(err->text + length,
		    ERROR_TEXT_MAX - (size_t)length, ": %s", text);
	mark_cut(err->text, length);
	return -1;
}

int
error_at(struct error *err, enum stage stage)
{
	if (err != NULL && err->stage == STAGE_NONE)
		err->stage = stage;
	return -1;
}

const char *
fault_name(enum fault fault)
{
	return fault_names[fault < FAULT_COUNT ? fault : FAULT_SYSTEM];
}

const char *
stage_name(enum stage stage)
{
	return stage_names[stage < STAGE_COUNT ? stage : STAGE_AGENT];
}

enum fault
fault_named(const char *name)
{
	for (int i = 0; name != NULL && i < FAULT_COUNT; i++)
		if (strcmp(name, fault_names[i]) == 0)
			return (enum fault)i;
	return FAULT_SYSTEM;
}

enum stage
stage_named(const char *name)
{
	for (int i = 0; name != NULL && i < STAGE_COUNT; i++)
		if (strcmp(name, stage_names[i]) == 0)
			return (enum stage)i;
	return STAGE_AGENT;
}

int
fault_exit(enum fault fault)
{
	switch (fault) {
	case FAULT_NONE:
		return 0;
	case FAULT_USAGE:
		return 64;
	case FAULT_CONFIG:
		return 78;
	case FAULT_IDENTITY:
		return 69;
	case FAULT_REFUSED:
		return 77;
	case FAULT_NETWORK:
		return 75;
	case FAULT_SYSTEM:
	case FAULT_COUNT:
		break;
	}
	return 71;
}
