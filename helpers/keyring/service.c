/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include <libsecret/secret.h>

#include "base/text.h"
#include "helpers/keyring/service.h"

#define LABEL "daypass: the login at "

static const SecretSchema schema = {
    .name = "org.daypass.Login",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = {{"issuer", SECRET_SCHEMA_ATTRIBUTE_STRING},
	{"client-id", SECRET_SCHEMA_ATTRIBUTE_STRING}},
};

/* Connected, with a session whose keys keep the secret from the bus. */
static SecretService *secrets;

/* GLib's words end up before a person. */
static int
failed(const char *what, GError **error, struct error *err)
{
	const char *said =
	    *error == NULL ? "no reason given" : (*error)->message;
	char text[256];

	text_printable(text, sizeof(text), said, strlen(said));
	g_clear_error(error);
	return error_set(err, FAULT_IDENTITY, "%s: %s", what, text);
}

static int
locked(struct error *err)
{
	return error_set(err, FAULT_IDENTITY,
	    "it is locked: log in to the desktop, or unlock it, then try "
	    "again");
}

static GHashTable *
attributes_of(const struct service *service)
{
	return secret_attributes_build(&schema, "issuer", service->issuer,
	    "client-id", service->client, NULL);
}

struct waiting {
	GMainLoop *loop;
	bool acquired;
};

static void
name_acquired(GDBusConnection *bus, const char *name, gpointer data)
{
	struct waiting *waiting = data;

	(void)bus, (void)name;
	waiting->acquired = true;
	g_main_loop_quit(waiting->loop);
}

static gboolean
too_late(gpointer data)
{
	struct waiting *waiting = data;

	g_main_loop_quit(waiting->loop);
	return G_SOURCE_REMOVE;
}

/* One name a secret; an element of it must not begin with a digit. */
static void
name_of(const struct service *service, char *name, size_t size)
{
	char *text = g_strdup_printf("%zu %s %s", strlen(service->issuer),
	    service->issuer, service->client);
	char *digest =
	    g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);

	snprintf(name, size, "org.daypass.Login.k%.32s", digest);
	g_free(digest);
	g_free(text);
}

static int
lock(GDBusConnection *bus, const struct service *service, unsigned seconds,
    struct error *err)
{
	struct waiting waiting = {.loop = g_main_loop_new(NULL, FALSE)};
	char name[64];
	guint timer;

	name_of(service, name, sizeof(name));
	g_bus_own_name_on_connection(bus, name, G_BUS_NAME_OWNER_FLAGS_NONE,
	    name_acquired, NULL, &waiting, NULL);
	timer = g_timeout_add_seconds(seconds, too_late, &waiting);
	g_main_loop_run(waiting.loop);
	if (waiting.acquired)
		g_source_remove(timer);
	g_main_loop_unref(waiting.loop);
	if (waiting.acquired)
		return 0;
	return error_set(err, FAULT_NETWORK,
	    "another session is using the login for too long; try again");
}

int
service_open(struct service *service, unsigned seconds, struct error *err)
{
	GError *error = NULL;
	GDBusConnection *bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);

	service->absent = true;
	if (bus == NULL)
		return failed("there is no session bus", &error, err);
	g_dbus_connection_set_exit_on_close(bus, FALSE);
	secrets =
	    secret_service_get_sync(SECRET_SERVICE_OPEN_SESSION, NULL, &error);
	if (secrets == NULL)
		return failed("there is no Secret Service", &error, err);
	service->absent = false;
	service->open = lock(bus, service, seconds, err) == 0;
	return service->open ? 0 : -1;
}

/* Locked items are found as well; nothing is unlocked for a search. */
static SecretItem *
find(const struct service *service, GError **error)
{
	GHashTable *attributes = attributes_of(service);
	GList *items = secret_service_search_sync(secrets, &schema, attributes,
	    SECRET_SEARCH_LOAD_SECRETS, NULL, error);
	SecretItem *item =
	    items == NULL ? NULL : g_object_ref(SECRET_ITEM(items->data));

	g_hash_table_unref(attributes);
	g_list_free_full(items, g_object_unref);
	return item;
}

int
service_get(const struct service *service,
    void (*got)(void *arg, const char *secret), void *arg, struct error *err)
{
	GError *error = NULL;
	SecretItem *item = find(service, &error);
	SecretValue *value;
	const char *text;

	if (item == NULL)
		return error == NULL
			   ? 0
			   : failed("it cannot be searched", &error, err);
	value =
	    secret_item_get_locked(item) ? NULL : secret_item_get_secret(item);
	g_object_unref(item);
	if (value == NULL)
		return locked(err);
	if ((text = secret_value_get_text(value)) != NULL)
		got(arg, text);
	secret_value_unref(value);
	return text != NULL;
}

/* To store where it is locked, or where there is no keyring yet, would put a
 * window before the person. */
static bool
is_open(void)
{
	SecretCollection *keyring = secret_collection_for_alias_sync(secrets,
	    SECRET_COLLECTION_DEFAULT, SECRET_COLLECTION_NONE, NULL, NULL);
	bool open = keyring != NULL && !secret_collection_get_locked(keyring);

	if (keyring != NULL)
		g_object_unref(keyring);
	return open;
}

int
service_set(const struct service *service, const char *secret, bool prompt,
    struct error *err)
{
	GHashTable *attributes;
	SecretValue *value;
	GError *error = NULL;
	char *label;
	gboolean stored;

	if (!prompt && !is_open())
		return locked(err);
	attributes = attributes_of(service);
	label = g_strconcat(LABEL, service->issuer, NULL);
	value = secret_value_new(secret, -1, "text/plain");
	stored = secret_service_store_sync(secrets, &schema, attributes,
	    SECRET_COLLECTION_DEFAULT, label, value, NULL, &error);
	secret_value_unref(value);
	g_hash_table_unref(attributes);
	g_free(label);
	if (stored)
		return 0;
	if (error == NULL)
		return locked(err);
	return failed("it does not take the login", &error, err);
}

/* libsecret passes over what is locked; an item that is left was. */
int
service_clear(const struct service *service, struct error *err)
{
	GHashTable *attributes = attributes_of(service);
	GError *error = NULL;
	SecretItem *left = NULL;

	secret_service_clear_sync(secrets, &schema, attributes, NULL, &error);
	g_hash_table_unref(attributes);
	if (error == NULL)
		left = find(service, &error);
	if (error != NULL)
		return failed("it does not let go of the login", &error, err);
	if (left == NULL)
		return 0;
	g_object_unref(left);
	return locked(err);
}
