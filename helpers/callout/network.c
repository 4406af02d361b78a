/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>

#include <string.h>

#include "base/text.h"
#include "helpers/callout/network.h"

/* All as 16 bytes: IPv4 lies in ::ffff:0:0/96. */
#define BITS 128
#define V4_BITS 96

static bool
read_address(const char *text, unsigned char bytes[16], int *skipped)
{
	static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

	*skipped = 0;
	if (inet_pton(AF_INET6, text, bytes) == 1)
		return true;
	memcpy(bytes, mapped, sizeof(mapped));
	*skipped = V4_BITS;
	return inet_pton(AF_INET, text, bytes + sizeof(mapped)) == 1;
}

static bool
read_network(const char *text, unsigned char bytes[16], int *prefix)
{
	char address[INET6_ADDRSTRLEN];
	size_t length = strcspn(text, "/");
	int skipped;

	if (length >= sizeof(address))
		return false;
	memcpy(address, text, length);
	address[length] = '\0';
	if (!read_address(address, bytes, &skipped))
		return false;
	*prefix = BITS;
	if (text[length] == '/')
		*prefix = skipped +
			  (int)text_number(text + length + 1, BITS - skipped);
	return *prefix >= skipped;
}

static bool
bit(const unsigned char *bytes, int i)
{
	return (bytes[i / 8] >> (7 - i % 8) & 1) != 0;
}

bool
network_is(const char *network)
{
	unsigned char bytes[16];
	int prefix;

	if (!read_network(network, bytes, &prefix))
		return false;
	for (int i = prefix; i < BITS; i++)
		if (bit(bytes, i))
			return false;
	return true;
}

bool
network_has(const char *network, const char *address)
{
	unsigned char net[16], host[16];
	int prefix, skipped;

	if (!read_network(network, net, &prefix) ||
	    !read_address(address, host, &skipped))
		return false;
	for (int i = 0; i < prefix; i++)
		if (bit(net, i) != bit(host, i))
			return false;
	return true;
}
