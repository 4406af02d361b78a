/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange/azure.h"
#include "exchange/reply.h"

/* By the number that stands in front of Entra's text. The numbers that begin
 * with these three are finer kinds of the same: 7002138 tells letters that
 * differ in case alone. */
const struct cause azure_causes[] = {
    {"AADSTS700211",
	"application {client-id} has no federated credential with the issuer "
	"{iss}: add one, the same to the letter, or wait some minutes if it "
	"is new"},
    {"AADSTS700212",
	"application {client-id} has a federated credential for this issuer "
	"and subject, but not with the audience {aud}: put it there, or set "
	"token-audience to the one that is"},
    {"AADSTS700213",
	"application {client-id} has no federated credential with the subject "
	"{sub}: add one, the same to the letter (case counts), or wait some "
	"minutes if it is new"},
    {"AADSTS70021:",
	"application {client-id} has no federated credential with iss={iss} "
	"sub={sub} aud={aud}: add one, or wait some minutes if it is new"},
    {"AADSTS70025:",
	"application {client-id} has no federated credential at all: add one "
	"with iss={iss} sub={sub} aud={aud}"},
    {"AADSTS700024",
	"the id token of {iss} is too old or too new: it must issue a fresh "
	"one, and its clock must be right"},
    {"AADSTS7000272",
	"the key that signed the id token is not among those that {iss} "
	"publishes: mend what its jwks_uri shows, or wait if the key is new"},
    {"AADSTS700027:",
	"the signature of the id token does not fit the keys that {iss} "
	"publishes: mend what its jwks_uri shows"},
    {"AADSTS50166",
	"Entra cannot read {iss}/.well-known/openid-configuration or the "
	"keys that it names: both must be public"},
    {"AADSTS700222",
	"tokens of Entra itself cannot be traded in, and {iss} is one of "
	"Microsoft's: use an identity of another issuer"},
    {"AADSTS700223",
	"this tenant forbids federated credentials from outside: ask its "
	"administrators"},
    {"AADSTS700238",
	"this tenant forbids federated credentials from outside: ask its "
	"administrators"},
    {"AADSTS700016",
	"there is no application {client-id} in tenant {tenant}: compare both "
	"(client-id is the application's or managed identity's client id, not "
	"its object id)"},
    {"AADSTS7000112",
	"application {client-id} is disabled in tenant {tenant}: enable it "
	"there"},
    {"AADSTS90002:",
	"there is no tenant {tenant} in this cloud: compare tenant, and cloud "
	"if it is not AzureCloud"},
    {"AADSTS90002",
	"tenant {tenant} is no tenant's id or domain: compare tenant"},
    {"AADSTS90038",
	"tenant {tenant} is in another cloud: set cloud to AzureUSGovernment "
	"or AzureChinaCloud"},
    {"AADSTS500011",
	"tenant {tenant} has no resource for scope {scope}: compare scope, "
	"whose part before " AZURE_DEFAULT " names it"},
    {"AADSTS1002012",
	"Entra wants scope {scope} in another form: RESOURCE" AZURE_DEFAULT},
    {"AADSTS70011:",
	"Entra knows no scope {scope}: compare it with the resource's "
	"application id URI"},
    {"AADSTS501051",
	"application {client-id} is not assigned to the resource of scope "
	"{scope}, which wants that of everybody: assign it there"},
    {"AADSTS53003",
	"a Conditional Access policy of tenant {tenant} bars application "
	"{client-id}: ask from a place that it allows, or let its "
	"administrators exclude the application"},
    {NULL, NULL},
};

/* A federated credential that was made a moment ago is not known everywhere,
 * and the directory behind may be away for a moment. */
bool
azure_again(const struct http_reply *reply)
{
	static const char *const words[] = {"AADSTS70021:", "AADSTS70025:",
	    "AADSTS700211", "AADSTS700213", "AADSTS90006", "AADSTS90024",
	    "AADSTS90033", "temporarily_unavailable", NULL};

	return reply_says(reply, words);
}
