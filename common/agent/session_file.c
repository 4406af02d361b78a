/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/listener.h"
#include "agent/sessions_inner.h"
#include "base/dirs.h"
#include "base/scoped.h"
#include "base/text.h"
#include "wire/message.h"

#define DIRECTORY DIRS_SESSIONS
#define NEW ".new"
#define FILE_MAX_BYTES 8192

static int
directory_of(const struct session *session)
{
	const struct listener *listener = session->sessions->agent->listener;

	return listener == NULL ? -1 : listener_directory(listener);
}

static int
open_files(int directory)
{
	return directory == -1
		   ? -1
		   : openat(directory, DIRECTORY,
			 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static int
write_lines(const struct session *session, char *bytes, size_t size)
{
	struct writing writing;

	writing_start(&writing, bytes, size, "session");
	writing_add(&writing, "id", session->id);
	writing_add(&writing, "around", session->around);
	for (size_t i = 0; session->names[i] != NULL; i++)
		writing_add(&writing, "name", session->names[i]);
	if (session->reason != NULL)
		writing_add(&writing, "reason", session->reason);
	writing_number(&writing, "leader", session->leader.pid);
	writing_number(&writing, "born", (int64_t)session->leader.born);
	if (session->root.pidfd != -1) {
		writing_number(&writing, "root", session->root.pid);
		writing_number(
		    &writing, "root-born", (int64_t)session->root.born);
	}
	writing_number(&writing, "since", session->since);
	writing_number(&writing, "deadline", session->deadline);
	if (session->advisory)
		writing_add(&writing, "advisory", "1");
	if (session->sealed)
		writing_add(&writing, "sealed", "1");
	if (session->over != NULL)
		writing_add(&writing, "over", "1");
	return writing_end(&writing) == -1 ? -1 : (int)writing.length;
}

/* Written new and renamed: what is read is whole. */
int
session_file_write(const struct session *session)
{
	int directory = directory_of(session), length;
	char bytes[FILE_MAX_BYTES];
	scoped(fd) int files = -1;
	scoped(fd) int fd = -1;

	if (directory == -1 ||
	    (length = write_lines(session, bytes, sizeof(bytes))) == -1)
		return -1;
	mkdirat(directory, DIRECTORY, 0700);
	if ((files = open_files(directory)) == -1)
		return -1;
	fd = openat(files, NEW,
	    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1 || write(fd, bytes, (size_t)length) != length)
		return -1;
	return renameat(files, NEW, files, session->id);
}

void
session_file_remove(const struct session *session)
{
	scoped(fd) int files = open_files(directory_of(session));

	if (files == -1)
		return;
	unlinkat(files, session->id, 0);
	unlinkat(directory_of(session), DIRECTORY, AT_REMOVEDIR);
}

static void
take_names(struct session *session, const struct message *message)
{
	unsigned at = 0;

	for (size_t i = 0; i <= ACTOR_DEPTH; i++) {
		const char *name = message_next(message, "name", &at);

		if (name == NULL)
			break;
		session->names[i] = strdup(name);
	}
}

static int
take_holder(struct holder *holder, const struct message *message,
    const char *pid, const char *born)
{
	uint64_t since = (uint64_t)message_number(message, born, 0);

	holder->pid = (pid_t)message_number(message, pid, 0);
	return since == 0 ? -1 : holder_take(holder, holder->pid, since);
}

/* -1: its leader and what that has left are gone, or the file is not one of
 * ours. */
static int
take_over(struct session *session, const struct message *message)
{
	const char *id = message_get(message, "id");
	const char *reason = message_get(message, "reason");
	const char *around = message_get(message, "around");

	if (id == NULL || text_copy(session->id, SESSION_ID, id) == -1 ||
	    around == NULL ||
	    text_copy(session->around, SESSION_ID, around) == -1)
		return -1;
	take_names(session, message);
	session->reason = reason == NULL ? NULL : strdup(reason);
	session->since = message_number(message, "since", 0);
	session->deadline = message_number(message, "deadline", 0);
	session->advisory = message_get(message, "advisory") != NULL;
	session->sealed = message_get(message, "sealed") != NULL;
	if (message_get(message, "over") != NULL)
		session->over = "it was over before this agent began";
	if (session->names[0] == NULL)
		return -1;
	take_holder(&session->root, message, "root", "root-born");
	if (take_holder(&session->leader, message, "leader", "born") == -1)
		session->over = "its leader has ended";
	return session_follow(session);
}

static int
read_file(int directory, const char *name, char bytes[FILE_MAX_BYTES])
{
	scoped(fd) int fd =
	    openat(directory, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd == -1 || fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_uid != geteuid())
		return -1;
	return (int)read(fd, bytes, FILE_MAX_BYTES);
}

static void
restore(struct sessions *sessions, int directory, const char *name)
{
	static struct message message; /* large, and there is one thread */
	char bytes[FILE_MAX_BYTES];
	int length = read_file(directory, name, bytes);
	struct session *session;

	if (length <= 0 ||
	    message_parse(&message, bytes, (size_t)length, NULL) == -1 ||
	    (session = session_new(sessions)) == NULL) {
		unlinkat(directory, name, 0);
		return;
	}
	if (take_over(session, &message) == -1) {
		unlinkat(directory, name, 0);
		session_forget(session);
	}
}

/* What ended while nobody looked took those inside of it along. */
static void
end_orphans(struct sessions *sessions)
{
	struct session *session, *around;

	list_each (session, sessions_all(sessions), link) {
		if (strcmp(session->around, ACTOR_SELF) == 0)
			continue;
		around = sessions_find(sessions, session->around);
		if (around == NULL || around->over != NULL)
			session_end(session, "the session around it is over");
	}
}

void
sessions_restore(struct sessions *sessions, int directory)
{
	int files = open_files(directory);
	DIR *all = files == -1 ? NULL : fdopendir(files);
	const struct dirent *entry;

	if (all == NULL) {
		if (files != -1)
			close(files);
		return;
	}
	while ((entry = readdir(all)) != NULL)
		if (entry->d_name[0] != '.')
			restore(sessions, files, entry->d_name);
	closedir(all);
	end_orphans(sessions);
	unlinkat(directory, DIRECTORY, AT_REMOVEDIR);
}
