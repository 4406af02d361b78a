/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "exchange/cause.h"
#include "exchange/claims.h"

static const char *
value_of(
    const char *name, const struct settings *settings, const struct jwt *claims)
{
	const char *value;

	if (strcmp(name, "iss") == 0)
		return claims->issuer;
	if (strcmp(name, "sub") == 0)
		return claims->subject;
	if (strcmp(name, "aud") == 0)
		return claims->audience;
	value = settings_get(settings, name);
	return value == NULL ? "" : value;
}

void
cause_explain(
    struct buffer *out, const char *means, const struct exchange_mint *mint)
{
	struct jwt claims;
	char name[32];
	size_t length;

	claims_read(mint->input, &claims);
	for (; *means != '\0'; means += length) {
		length = strcspn(means, "{");
		buffer_add(out, means, length);
		if (means[length] == '\0')
			return;
		means += length + 1;
		length = strcspn(means, "}");
		memcpy(name, means, length);
		name[length++] = '\0';
		buffer_add_string(out, value_of(name, mint->settings, &claims));
	}
}

static const struct cause *
find(const struct cause *causes, const char *text)
{
	while (causes->says != NULL && strstr(text, causes->says) == NULL)
		causes++;
	return causes->says == NULL ? NULL : causes;
}

int
cause_add(struct error *err, const struct exchange_mint *mint,
    const struct cause *causes)
{
	scoped(buffer) struct buffer text = BUFFER(4 * ERROR_TEXT_MAX);

	if (err == NULL ||
	    (err->fault != FAULT_REFUSED && err->fault != FAULT_NETWORK))
		return -1;
	if ((causes = find(causes, err->text)) == NULL)
		return -1;
	buffer_printf(&text, "%s; ", err->text);
	cause_explain(&text, causes->means, mint);
	if (buffer_failed(&text))
		return -1;
	return error_set(err, err->fault, "%s", buffer_text(&text));
}

int
cause_lead(struct error *err, const struct exchange_mint *mint,
    const struct cause *causes)
{
	scoped(buffer) struct buffer text = BUFFER(4 * ERROR_TEXT_MAX);
	char said[ERROR_TEXT_MAX];
	char *blame, *words;

	if (err == NULL || err->fault != FAULT_REFUSED)
		return -1;
	memcpy(said, err->text, sizeof(said));
	if ((blame = strstr(said, CLAIMS_BLAME)) != NULL)
		*blame = '\0';
	if ((causes = find(causes, said)) == NULL)
		return -1;
	if ((words = strstr(said, ": ")) != NULL) {
		*words = '\0';
		words += strlen(": ");
	}
	buffer_printf(&text, "%s: ", said);
	cause_explain(&text, causes->means, mint);
	if (words != NULL)
		buffer_printf(&text, " (%s)", words);
	if (buffer_failed(&text))
		return -1;
	return error_set(err, err->fault, "%s", buffer_text(&text));
}
