/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_HELPERS_DAYPASS_SETUP_INI_H
#define DAYPASS_HELPERS_DAYPASS_SETUP_INI_H

#include "helpers/daypass/setup_text.h"

/*
 * The lines of an INI file as Python's configparser reads them (aws, gcloud):
 * a line that is indented further than the key before it goes on with that.
 * git's own format has a reader of its own (config/scan.h).
 */
enum setup_ini_kind {
	INI_BLANK,
	INI_COMMENT,
	INI_HEADER, /* [name] */
	INI_KEY,    /* key = value */
	INI_MORE    /* goes on with the value before */
};

#define SETUP_INI_MAX 512

struct setup_ini_line {
	enum setup_ini_kind kind;
	size_t begin, end;	    /* `end` is behind its line end */
	size_t indent;		    /* of the header or key, in bytes */
	char name[SETUP_INI_MAX];   /* of a header, blanks included; a key,
				       in lower case */
	size_t value, value_length; /* of a key, trimmed */
};

/* Reads the line at line->end (0 at first). 1: a line. 0: the end. -1
 * (FAULT_CONFIG): a line that is none, or a name that is too long. */
int setup_ini_next(const struct setup_text *text, struct setup_ini_line *line,
    struct error *err);

/* A section and one of its keys. 1: there is such a section; -1: the file
 * cannot be read, or has the section twice. */
struct setup_ini_found {
	size_t header; /* where its header begins */
	size_t body;   /* behind its header's line */
	size_t first;  /* where the next key or header begins: */
	size_t indent; /* with so many blanks, which a key before it needs too,
			  or it would go on with that one's value; 0 where
			  there is none */
	bool has_key;
	bool goes_on;		   /* the key's value does, on more lines */
	struct setup_ini_line key; /* the last one of that name */
};
int setup_ini_find(const struct setup_text *text, const char *section,
    const char *key, struct setup_ini_found *found, struct error *err);

#endif
