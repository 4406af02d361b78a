/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_BASE_XML_H
#define DAYPASS_BASE_XML_H

#include <stddef.h>

#include "base/error.h"
#include "base/secret.h"

/* Picking the text of a few elements out of an XML document that a stranger
 * wrote; expat lives in xml.c alone. Namespaces are ignored, a document type
 * declaration is refused, the depth is limited to 32. */
struct xml_pick {
	const char *path;     /* the end of the element's path:
				 "Credentials/AccessKeyId" */
	struct secret **text; /* its text, entities decoded; NULL if it is not
				 there; owned by the caller */
};

/* -1: not well-formed, or a text is longer than 64 KiB; nothing is set. The
 * first element that matches a pick counts. */
int xml_read(const struct secret *document, const struct xml_pick *picks,
    size_t count, struct error *err);

#endif
