/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/scoped.h"
#include "base/text.h"
#include "helpers/daypass/plan.h"

/* Where tools of this field keep what is a credential by itself. Not what
 * only configures them: they are to go on working. */
static const char *const secret_files[] = {".aws/credentials", ".aws/sso/cache",
    ".aws/cli/cache", ".aws/login/cache", ".config/gcloud/credentials.db",
    ".config/gcloud/access_tokens.db", ".config/gcloud/legacy_credentials",
    ".config/gcloud/application_default_credentials.json",
    ".azure/msal_token_cache.json", ".azure/msal_token_cache.bin",
    ".azure/service_principal_entries.json",
    ".azure/service_principal_entries.bin", ".azure/accessTokens.json",
    ".git-credentials", ".config/git/credentials", ".netrc", "_netrc",
    ".kube/cache", ".config/gh/hosts.yml", ".config/hub", ".config/ona",
    ".config/gitpod", ".circleci/cli.yml", ".config/glab-cli/config.yml",
    ".pypirc", ".cargo/credentials", ".cargo/credentials.toml",
    ".gem/credentials", ".terraform.d/credentials.tfrc.json", ".vault-token",
    ".config/op", ".gnupg/private-keys-v1.d", ".gnupg/secring.gpg",
    ".password-store", ".local/share/keyrings", ".Xauthority",
    ".config/containers/auth.json", ".config/rclone/rclone.conf", ".s3cfg",
    ".boto", ".screen", ".pgpass", ".my.cnf", ".oci/oci_api_key.pem", ".nats",
    ".config/nats", ".local/share/nats", NULL};

/* What runs, or says what is run, as soon as the person does something
 * outside. Those that are not there can be made all the same. */
static const char *const start_files[] = {".profile", ".bash_profile",
    ".bash_login", ".bash_logout", ".bashrc", ".bash_aliases", ".zshenv",
    ".zprofile", ".zshrc", ".zlogin", ".zlogout", ".config/fish",
    ".config/environment.d", ".config/systemd", ".config/autostart",
    ".local/share/systemd", ".local/share/dbus-1", ".pam_environment",
    ".xprofile", ".xsession", ".xsessionrc", ".xinitrc", ".gitconfig",
    ".config/git", ".ssh", ".tmux.conf", ".config/tmux", ".screenrc",
    ".inputrc", ".vimrc", ".vim", ".emacs", ".emacs.d", ".gdbinit",
    ".aws/config", ".docker/cli-plugins", ".direnvrc", ".config/direnv", NULL};

static const char *const machine_files[] = {"/var/run/secrets", "/run/secrets",
    "/tmp/.X11-unix", "/tmp/.ICE-unix", "/run/screen", "/var/spool/cron",
    "/var/spool/at", "/etc/buildkite-agent", NULL};

/* What is a credential by itself, and the ways to daemons and terminals that
 * are hidden. The rest stays: a key for what the command itself talks to is
 * the person's gift to it. */
static const char *const variables[] = {"AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN",
    "AWS_CONTAINER_*", "GITHUB_TOKEN", "GH_TOKEN", "GH_ENTERPRISE_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN", "GITLAB_TOKEN", "GL_TOKEN", "CI_JOB_TOKEN",
    "CI_JOB_JWT*", "CI_REGISTRY_PASSWORD", "CI_DEPLOY_PASSWORD",
    "CLOUDSDK_AUTH_*", "AZURE_CLIENT_SECRET", "AZURE_PASSWORD",
    "ARM_CLIENT_SECRET", "VAULT_TOKEN", "NPM_TOKEN", "NODE_AUTH_TOKEN",
    "CARGO_REGISTRY_TOKEN", "CARGO_REGISTRIES_*", "TWINE_PASSWORD",
    "DOCKER_AUTH_CONFIG", "DOCKER_HOST", "CONTAINER_HOST", "KUBE_TOKEN",
    "ACTIONS_RUNTIME_TOKEN", "ACTIONS_CACHE_URL", "ACTIONS_RESULTS_URL",
    "SSH_AUTH_SOCK", "SSH_AGENT_PID", "SSH_ASKPASS", "GIT_ASKPASS",
    "SUDO_ASKPASS", "GPG_AGENT_INFO", "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SYSTEM_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY",
    "TMUX", "TMUX_PANE", "STY", "VSCODE_*", "KITTY_LISTEN_ON",
    "WEZTERM_UNIX_SOCKET", "NVIM", "NVIM_LISTEN_ADDRESS", NULL};

#define HEAD 16384

/* The beginning of a file; "" where there is none. */
static const char *
head_of(const char *path, char text[HEAD])
{
	scoped(fd) int fd =
	    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t got = fd == -1 ? -1 : read(fd, text, HEAD - 1);

	text[got < 0 ? 0 : got] = '\0';
	return text;
}

static void
hide_keys(struct plan *plan)
{
	char directory[PATH_MAX], path[PATH_MAX], text[HEAD];
	const struct dirent *entry;
	DIR *ssh = NULL;

	if (plan_home(directory, sizeof(directory), ".ssh") != NULL)
		ssh = opendir(directory);
	while (ssh != NULL && (entry = readdir(ssh)) != NULL)
		if (entry->d_type == DT_REG &&
		    snprintf(path, sizeof(path), "%s/%s", directory,
			entry->d_name) < (int)sizeof(path) &&
		    strstr(head_of(path, text), "PRIVATE KEY-----") != NULL)
			plan_hide(plan, path);
	if (ssh != NULL)
		closedir(ssh);
	explicit_bzero(text, sizeof(text));
}

/* A file that may as well say how daypass is asked. */
static void
hide_google(struct plan *plan)
{
	const char *path = secure_getenv("GOOGLE_APPLICATION_CREDENTIALS");
	char text[HEAD];

	if (path == NULL)
		return;
	head_of(path, text);
	if (strstr(text, "\"private_key\"") != NULL ||
	    strstr(text, "\"refresh_token\"") != NULL)
		plan_hide(plan, path);
	explicit_bzero(text, sizeof(text));
}

/* Files that say much else beside, and are hidden if there is a secret. */
static void
hide_if_secret(struct plan *plan, const char *path)
{
	static const char *const marks[] = {"token", "Token", "_auth",
	    "password", "client-key", "auth-provider", NULL};
	char text[HEAD];

	head_of(path, text);
	for (size_t i = 0; marks[i] != NULL; i++)
		if (strstr(text, marks[i]) != NULL || strlen(text) == HEAD - 1)
			plan_hide(plan, path);
	explicit_bzero(text, sizeof(text));
}

/* KUBECONFIG names as many as one likes. */
static void
hide_each_if_secret(struct plan *plan, const char *list)
{
	char path[PATH_MAX];

	for (size_t length; list != NULL && *list != '\0'; list += length) {
		list += *list == ':';
		length = strcspn(list, ":");
		if (snprintf(path, sizeof(path), "%.*s", (int)length, list) <
		    (int)sizeof(path))
			hide_if_secret(plan, path);
	}
}

static void
hide_mixed(struct plan *plan)
{
	static const char *const mixed[] = {
	    ".npmrc", ".yarnrc.yml", ".kube/config", NULL};
	const char *npm = secure_getenv("NPM_CONFIG_USERCONFIG");
	char path[PATH_MAX];

	for (size_t i = 0; mixed[i] != NULL; i++)
		if (plan_home(path, sizeof(path), mixed[i]) != NULL)
			hide_if_secret(plan, path);
	hide_each_if_secret(plan, secure_getenv("KUBECONFIG"));
	if (npm != NULL)
		hide_if_secret(plan, npm);
}

/* docker's file has passwords and, in the same file, whom to ask for others:
 * the passwords alone are left out. */
static void
replace_docker(struct plan *plan)
{
	const char *directory = secure_getenv("DOCKER_CONFIG");
	scoped(json) struct json *json = NULL;
	char path[PATH_MAX], text[HEAD];

	if (directory == NULL || directory[0] != '/') {
		if (plan_home(path, sizeof(path), ".docker/config.json") ==
		    NULL)
			return;
	} else if (snprintf(path, sizeof(path), "%s/config.json", directory) >=
		   (int)sizeof(path)) {
		return;
	}
	head_of(path, text);
	json = json_parse(text, strlen(text), NULL);
	if (json == NULL && text[0] != '\0')
		plan_hide(plan, path);
	if (json != NULL && json_has(json, "auths")) {
		json_drop(json, "auths");
		json_drop(json, "HttpHeaders");
		plan_replace(plan, path, json_text(json));
	}
	explicit_bzero(text, sizeof(text));
}

static void
hide_named(struct plan *plan)
{
	static const char *const named[] = {"AWS_SHARED_CREDENTIALS_FILE",
	    "REGISTRY_AUTH_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
	    "AZURE_FEDERATED_TOKEN_FILE", "XAUTHORITY", "SSH_AUTH_SOCK",
	    "NATS_CREDS", NULL};
	static const char *const daemons[] = {
	    "DOCKER_HOST", "CONTAINER_HOST", "BUILDKIT_HOST", NULL};

	for (size_t i = 0; named[i] != NULL; i++)
		if (secure_getenv(named[i]) != NULL)
			plan_hide(plan, secure_getenv(named[i]));
	for (size_t i = 0; daemons[i] != NULL; i++) {
		const char *url = secure_getenv(daemons[i]);

		if (url != NULL && text_starts(url, "unix://"))
			plan_hide(plan, url + strlen("unix://"));
	}
}

/* tmux looks for its server here, whenever that is started: so the directory
 * has to be there before, for there must be something to cover. */
static void
hide_tmux(struct plan *plan)
{
	const char *base = secure_getenv("TMUX_TMPDIR");
	char path[PATH_MAX];

	if (base == NULL || base[0] != '/')
		base = "/tmp";
	if (snprintf(path, sizeof(path), "%s/tmux-%lu", base,
		(unsigned long)geteuid()) >= (int)sizeof(path))
		return;
	mkdir(path, 0700);
	plan_hide(plan, path);
}

void
plan_known(struct plan *plan)
{
	char path[PATH_MAX];

	for (size_t i = 0; secret_files[i] != NULL; i++)
		if (plan_home(path, sizeof(path), secret_files[i]) != NULL)
			plan_hide(plan, path);
	for (size_t i = 0; start_files[i] != NULL; i++)
		if (plan_home(path, sizeof(path), start_files[i]) != NULL &&
		    access(path, F_OK) == 0)
			plan_read_only(plan, path);
	for (size_t i = 0; machine_files[i] != NULL; i++)
		plan_hide(plan, machine_files[i]);
	for (size_t i = 0; variables[i] != NULL; i++)
		plan_unset(plan, variables[i]);
	hide_named(plan);
	hide_keys(plan);
	hide_google(plan);
	hide_mixed(plan);
	replace_docker(plan);
	hide_tmux(plan);
}
