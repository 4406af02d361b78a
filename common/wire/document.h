/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DAYPASS_WIRE_DOCUMENT_H
#define DAYPASS_WIRE_DOCUMENT_H

#include "base/buffer.h"
#include "wire/message.h"

/* Appends the JSON document of an answer, which may come in pieces, for a value
 * has its limit. What is too much for `document` is its failure. */
void document_join(const struct message *answer, struct buffer *document);

#endif
