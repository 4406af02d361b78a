/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http_peer.h"
#include "tap.h"

static struct http_peer peer;
static char keys[128];

static void
trust(const char *ca_file)
{
	struct error err = {0};

	tap_number(http_global(ca_file, &err), 0, "roots %s", err.text);
}

static bool
reaches(int port)
{
	struct call call;
	int result;

	call_prepare(&call, "https", port, "/ok");
	result = call_send(&call);
	if (result == -1)
		printf("# %s\n", call.err.text);
	call_finish(&call);
	return result == 0;
}

static void
refused(int port, const char *text, const char *name)
{
	char expected[256];
	struct call call;

	call_prepare(&call, "https", port, "/ok");
	snprintf(expected, sizeof(expected),
	    "certificate of 127.0.0.1:%d does not verify: %s", port, text);
	tap_number(call_send(&call), -1, "refused: %s", name);
	tap_is(call.err.text, expected, "says why");
	tap_number(call.err.fault, FAULT_REFUSED, "is final");
	call_finish(&call);
}

static void
by_ca_file(void)
{
	trust(NULL);
	refused(peer.tls,
	    "unable to get local issuer certificate "
	    "(add its CA with [http] ca-file)",
	    "a CA that nobody knows");
	refused(peer.self_signed,
	    "self-signed certificate (add its CA with [http] ca-file)",
	    "a certificate signed by itself");
	trust(peer.ca);
	tap_ok(reaches(peer.tls), "ca-file is trusted");
	refused(peer.self_signed,
	    "self-signed certificate (add its CA with [http] ca-file)",
	    "still");
	refused(peer.other, "it is for another name", "another name");
}

static void
by_variable(const char *name, const char *value)
{
	setenv(name, value, 1);
	trust(NULL);
	tap_ok(reaches(peer.tls), "%s is trusted", name);
	unsetenv(name);
	trust(NULL);
	tap_ok(!reaches(peer.tls), "and only while it is set");
}

/* As openssl's rehash would name it. */
static void
make_hashed(char *directory, size_t size)
{
	char command[512];

	snprintf(directory, size, "%s/hashed", peer.directory);
	mkdir(directory, 0700);
	snprintf(command, sizeof(command),
	    "cp '%s' '%s' && openssl rehash '%s'", peer.ca, directory,
	    directory);
	tap_number(system(command), 0, "a hashed directory");
}

static void
by_environment(void)
{
	char directory[96];

	make_hashed(directory, sizeof(directory));
	by_variable("SSL_CERT_FILE", peer.ca);
	by_variable("CURL_CA_BUNDLE", peer.ca);
	by_variable("SSL_CERT_DIR", directory);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	setenv("SSL_CERT_FILE", peer.ca, 1);
	trust(NULL);
	tap_ok(reaches(peer.tls), "directory and file count both");
	unsetenv("SSL_CERT_DIR");
	unsetenv("SSL_CERT_FILE");
}

static void
cannot_load(const char *ca_file, const char *expected)
{
	struct error err = {0};

	tap_number(http_global(ca_file, &err), -1, "cannot load %s", ca_file);
	tap_is(err.text, expected, "says so");
	tap_number(err.fault, FAULT_CONFIG, "is the configuration's fault");
}

static void
names_bad_files(void)
{
	char name[128], expected[256];

	cannot_load("/nonexistent",
	    "[http] ca-file '/nonexistent': No such file or directory");
	snprintf(name, sizeof(name), "%s/ca.key", peer.directory);
	snprintf(expected, sizeof(expected),
	    "[http] ca-file '%s' holds no certificate that can be read", name);
	cannot_load(name, expected);
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	cannot_load(
	    NULL, "SSL_CERT_FILE '/nonexistent': No such file or directory");
	unsetenv("SSL_CERT_FILE");
}

/* What the agent loaded, a child that it forks has. */
static void
in_a_child(void)
{
	int status = -1;
	pid_t pid;

	trust(peer.ca);
	fflush(stdout);
	if ((pid = fork()) == 0) {
		secret_after_fork();
		_exit(reaches(peer.tls) ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	tap_number(status, 0, "a forked child trusts the same");
}

/* Whoever has these and what went over the line has the tokens. */
static void
keeps_keys(void)
{
	tap_ok(access(keys, F_OK) == -1, "no key of TLS is written down");
}

int
main(void)
{
	if (!http_peer_start(&peer)) {
		printf("1..0 # SKIP no python3, or no openssl\n");
		return 0;
	}
	snprintf(keys, sizeof(keys), "%s/keys", peer.directory);
	setenv("SSLKEYLOGFILE", keys, 1);
	by_ca_file();
	keeps_keys();
	by_environment();
	names_bad_files();
	in_a_child();
	http_peer_stop(&peer);
	return tap_done();
}
