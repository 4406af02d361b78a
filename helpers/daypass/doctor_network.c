/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "helpers/daypass/doctor_network.h"
#include "helpers/daypass/remedies.h"
#include "wire/client.h"

#define HOSTS 40 /* more than the agent looks at */
#define HOST_TEXT 320

static struct said {
	char cause[CHECKS_TEXT];
	char remedy[CHECKS_TEXT];
} said[HOSTS];

/* What the agent says of each host, in this order. */
enum word {
	HOST,
	WHOSE,
	TLS,
	TROUBLE,
	FAULT,
	TEXT,
	PROXY,
	ROOTS,
	NAME, /* what follows is made of HOST: it without its port */
	AT,   /* host:port, as programs want it that know no usual port */
	WORDS
};
static const char *const keys[WORDS] = {
    "host", "for", "tls", "trouble", "fault", "text", "proxy"};

struct way {
	const char *word[WORDS];
};

/* What to do about each trouble. The agent keeps the variables that it was
 * started with. */
static const struct remedy {
	const char *trouble;
	const char *text;
} remedies[] = {
    {"url", "mend the endpoint of {for}: a token goes by https, or stays on "
	    "this machine"},
    {"name", "getent ahosts {name} tells what this machine knows: mend its "
	     "name server (/etc/resolv.conf), or the endpoint of {for}"},
    {"connect", "is the endpoint of {for} right, and does the firewall let it "
		"through? Where only a proxy may: export https_proxy=URL; "
		"daypass end"},
    {"time", "have the firewall let {host} through; where only a proxy may: "
	     "export https_proxy=URL; daypass end"},
    {"proxy-name", "mend the variable of the proxy {proxy}, then: "
		   "daypass end"},
    {"proxy-connect", "start the proxy {proxy}, or mend its variable, then: "
		      "daypass end"},
    {"proxy-login", "put user and password into the variable of the proxy "
		    "{proxy}, then: daypass end"},
    {"proxy-refused", "have the proxy {proxy} let it through, or go past it: "
		      "export no_proxy=$no_proxy,{name}; daypass end"},
    {"trust", "[http] ca-file = FILE, with the CA of {host} or of the proxy "
	      "that reads along; trusted is {roots}"},
    {"expired", "is this machine's clock right (date -u)? If it is, who runs "
		"{host} has to renew the certificate"},
    {"early", "set this machine's clock (date -u): by it the certificate of "
	      "{host} is not valid yet"},
    {"other-host", "openssl s_client -connect {at} shows the name that the "
		   "certificate has: it belongs into the endpoint of {for}"},
    {"", "does HTTPS answer there? openssl s_client -connect {at}"},
};

static void
add(char *line, const char *text, size_t length)
{
	size_t used = strlen(line);

	text_printable(line + used, CHECKS_TEXT - used, text, length);
}

static void
add_word(char *line, const char *name, size_t length, const struct way *way)
{
	static const struct {
		const char *name;
		enum word word;
	} names[] = {{"host", HOST}, {"name", NAME}, {"at", AT}, {"for", WHOSE},
	    {"proxy", PROXY}, {"roots", ROOTS}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i].name) == length &&
		    memcmp(names[i].name, name, length) == 0)
			add(line, way->word[names[i].word],
			    strlen(way->word[names[i].word]));
}

/* {host} and its like are put in. */
static void
fill(char *line, const char *text, const struct way *way)
{
	while (*text != '\0') {
		size_t plain = strcspn(text, "{"), length;

		add(line, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		length = strcspn(++text, "}");
		add_word(line, text, length, way);
		text += length + 1;
	}
}

static const struct remedy *
remedy_of(const struct way *way)
{
	const struct remedy *row = remedies;

	while (row->trouble[0] != '\0' &&
	       strcmp(row->trouble, way->word[TROUBLE]) != 0)
		row++;
	return row;
}

/* "[::1]:8443" is the host ::1. */
static void
take_host(struct way *way, char name[HOST_TEXT], char at[HOST_TEXT])
{
	const char *host = way->word[HOST];
	const char *port = strrchr(host, ':'), *bracket = strchr(host, ']');
	bool bare = port == NULL || (bracket != NULL && port < bracket);
	size_t length = bare ? strlen(host) : (size_t)(port - host);

	snprintf(at, HOST_TEXT, "%s%s", host, bare ? ":443" : "");
	if (bracket != NULL && host[0] == '[')
		snprintf(name, HOST_TEXT, "%.*s", (int)length - 2, host + 1);
	else
		snprintf(name, HOST_TEXT, "%.*s", (int)length, host);
	way->word[NAME] = name;
	way->word[AT] = at;
}

/* sts.amazonaws.com, for [credential "dev"]: TLS, trusted */
static void
say(struct checks *checks, struct said *one, struct way *way)
{
	bool good = strcmp(way->word[TROUBLE], "none") == 0;
	bool tls = strcmp(way->word[TLS], "yes") == 0;
	char name[HOST_TEXT], at[HOST_TEXT];

	take_host(way, name, at);
	fill(one->cause, "{host}, for {for}: ", way);
	if (!good)
		add(one->cause, way->word[TEXT], strlen(way->word[TEXT]));
	else
		fill(one->cause, tls ? "TLS, trusted" : "answers", way);
	if (way->word[PROXY][0] != '\0')
		fill(one->cause, ", through the proxy {proxy}", way);
	if (good) {
		checks_say(checks, "network", true, one->cause, NULL);
		return;
	}
	fill(one->remedy, remedy_of(way)->text, way);
	checks_fail(checks, "network", fault_named(way->word[FAULT]),
	    one->cause, one->remedy);
}

/* The next host of the answer. Each key comes once for each host. */
static bool
next(const struct message *answer, unsigned at[WORDS], struct way *way)
{
	for (int i = 0; i < ROOTS; i++)
		if ((way->word[i] = message_next(answer, keys[i], &at[i])) ==
		    NULL)
			return false;
	return true;
}

void
doctor_network(struct checks *checks)
{
	static struct client client; /* large */
	static struct error err;
	unsigned at[WORDS] = {0};
	struct way way;
	size_t count = 0;

	client_start(&client, "reach");
	if (client_answer(&client, &err) != 0) {
		if (err.fault == FAULT_USAGE) /* an agent that is older */
			checks_say(checks, "network", false, err.text,
			    remedy_of_cause(err.text));
		else
			checks_add(checks, "network", err.fault, err.text);
		return;
	}
	way.word[ROOTS] = message_get(&client.message, "roots");
	if (way.word[ROOTS] == NULL)
		way.word[ROOTS] = "none";
	while (count < HOSTS && next(&client.message, at, &way))
		say(checks, &said[count++], &way);
	if (message_get(&client.message, "omitted") != NULL)
		checks_say(checks, "network", true,
		    "there may be more hosts than were looked at", NULL);
}
