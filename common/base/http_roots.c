/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include "base/http_inner.h"

/*
 * One store for the whole process, made in the agent and inherited by its
 * children. A hashed directory is merely named in it: a child opens the one
 * root that it meets (0.1 ms). A bundle is read here (15 ms), once, in place
 * of once a mint.
 */
static X509_STORE *trusted;

/* What it was made of, for messages. */
#define TEXT_MAX 1024
static char made_of[TEXT_MAX];

static void
note(const char *what, const char *path)
{
	size_t used = strlen(made_of);

	snprintf(made_of + used, sizeof(made_of) - used, "%s%s '%s'",
	    used == 0 ? "" : ", ", what, path);
}

const char *
http_roots_text(void)
{
	return made_of[0] == '\0' ? "none" : made_of;
}

static const char *
variable(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* "4042bcee.0", as c_rehash names the links. */
static bool
is_hash_link(const char *name)
{
	size_t length = strspn(name, "0123456789abcdef");

	return length == 8 && name[8] == '.' && isdigit((unsigned char)name[9]);
}

static bool
is_hashed(const char *directory)
{
	DIR *dir = directory == NULL ? NULL : opendir(directory);
	struct dirent *entry;
	bool found = false;

	if (dir == NULL)
		return false;
	while (!found && (entry = readdir(dir)) != NULL)
		found = is_hash_link(entry->d_name);
	closedir(dir);
	return found;
}

static int
add_directory(X509_STORE *store, const char *what, const char *directory,
    struct error *err)
{
	note(what, directory);
	if (X509_STORE_load_locations(store, NULL, directory) == 1)
		return 0;
	return error_set(err, FAULT_SYSTEM,
	    "OpenSSL cannot use the certificate directory '%s'", directory);
}

/* `what`: who named it, for the message. */
static int
add_file(
    X509_STORE *store, const char *what, const char *file, struct error *err)
{
	note(what, file);
	if (access(file, R_OK) == -1) {
		error_errno(err, "%s '%s'", what, file);
		if (err != NULL)
			err->fault = FAULT_CONFIG;
		return -1;
	}
	if (X509_STORE_load_locations(store, file, NULL) == 1)
		return 0;
	ERR_clear_error();
	return error_set(err, FAULT_CONFIG,
	    "%s '%s' holds no certificate that can be read", what, file);
}

/* As the curl command reads them. 1: some was set; 0: none; -1. */
static int
add_environment(X509_STORE *store, struct error *err)
{
	const char *bundle = variable("CURL_CA_BUNDLE");
	const char *directory = variable("SSL_CERT_DIR");
	const char *file = variable("SSL_CERT_FILE");

	if (bundle != NULL)
		return add_file(store, "CURL_CA_BUNDLE", bundle, err) == -1 ? -1
									    : 1;
	if (directory != NULL &&
	    add_directory(store, "SSL_CERT_DIR", directory, err) == -1)
		return -1;
	if (file != NULL && add_file(store, "SSL_CERT_FILE", file, err) == -1)
		return -1;
	return directory != NULL || file != NULL;
}

/* The first that is there. A system without any is no mistake of anybody's:
 * it may want ca-file alone, or loopback. */
static int
add_system(X509_STORE *store, const char *directory, const char *bundle,
    struct error *err)
{
	const char *directories[] = {directory, X509_get_default_cert_dir()};
	const char *bundles[] = {bundle, X509_get_default_cert_file()};

	for (size_t i = 0; i < 2; i++)
		if (is_hashed(directories[i]))
			return add_directory(
			    store, "the system's", directories[i], err);
	for (size_t i = 0; i < 2; i++)
		if (bundles[i] != NULL && access(bundles[i], R_OK) == 0)
			return add_file(store, "the system's", bundles[i], err);
	return 0;
}

static int
fill(X509_STORE *store, const char *directory, const char *bundle,
    const char *ca_file, struct error *err)
{
	int named;

	made_of[0] = '\0';
	named = add_environment(store, err);
	if (named == -1 ||
	    (named == 0 && add_system(store, directory, bundle, err) == -1))
		return -1;
	if (ca_file != NULL &&
	    add_file(store, "[http] ca-file", ca_file, err) == -1)
		return -1;
	/* As libcurl has it: whatever is named is trusted, root or not. */
	X509_STORE_set_flags(
	    store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
	return 0;
}

/* The first context of a process costs 0.7 ms more than the others. */
void
http_roots_warm(void)
{
	static bool warm;

	if (warm)
		return;
	warm = true;

	SSL_CTX_free(SSL_CTX_new(TLS_client_method()));
}

int
http_roots_load(const char *directory, const char *bundle, const char *ca_file,
    struct error *err)
{
	X509_STORE *store = X509_STORE_new();

	if (store == NULL)
		return error_set(
		    err, FAULT_SYSTEM, "no memory for certificates");
	if (fill(store, directory, bundle, ca_file, err) == -1) {
		X509_STORE_free(store);
		return -1;
	}
	X509_STORE_free(trusted);
	trusted = store;
	http_roots_warm();
	return 0;
}

void
http_roots_install(void *ssl_context)
{
	if (trusted != NULL)
		SSL_CTX_set1_cert_store(ssl_context, trusted);
}

/* Is its issuer unknown, which ca-file could mend? */
static bool
is_unknown(long verify_result)
{
	switch (verify_result) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		return true;
	default:
		return false;
	}
}

/* The name is compared by libcurl itself, which leaves the result as it was
 * before anything was verified, or as good. */
static const char *
reason(long verify_result)
{
	if (verify_result == X509_V_OK ||
	    verify_result == X509_V_ERR_UNSPECIFIED)
		return "it is for another name";
	return X509_verify_cert_error_string(verify_result);
}

int
http_roots_refused(const char *host, long verify_result, struct error *err)
{
	return error_set(err, FAULT_REFUSED,
	    "certificate of %s does not verify: %s%s", host,
	    reason(verify_result),
	    is_unknown(verify_result) ? " (add its CA with [http] ca-file)"
				      : "");
}

enum http_trouble
http_roots_trouble(long verify_result)
{
	switch (verify_result) {
	case X509_V_OK:
	case X509_V_ERR_UNSPECIFIED:
		return HTTP_TROUBLE_OTHER_HOST;
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return HTTP_TROUBLE_EXPIRED;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return HTTP_TROUBLE_EARLY;
	default:
		return HTTP_TROUBLE_TRUST;
	}
}
