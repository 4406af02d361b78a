/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the place of libFuzzer: runs the harness over files, and over those in
 * directories. Ends with 1 when there was none. */

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static unsigned replayed;

/* The bytes lie in a block of just their length, so that a sanitizer sees
 * whoever reads behind them. */
static void
replay(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat st;
	uint8_t *bytes;
	size_t length;

	if (file == NULL || stat(path, &st) == -1) {
		perror(path);
		exit(1);
	}
	length = (size_t)st.st_size;
	bytes = malloc(length > 0 ? length : 1);
	if (bytes == NULL || fread(bytes, 1, length, file) != length) {
		perror(path);
		exit(1);
	}
	fclose(file);
	LLVMFuzzerTestOneInput(bytes, length);
	free(bytes);
	replayed++;
}

static void
replay_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char file[4096];

	while (directory != NULL && (entry = readdir(directory)) != NULL)
		if (entry->d_name[0] != '.') {
			snprintf(
			    file, sizeof(file), "%s/%s", path, entry->d_name);
			replay(file);
		}
	if (directory != NULL)
		closedir(directory);
}

int
main(int argc, char **argv)
{
	struct stat st;

	for (int i = 1; i < argc; i++)
		if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
			replay_directory(argv[i]);
		else
			replay(argv[i]);
	fprintf(stderr, "%u replayed\n", replayed);
	return replayed > 0 ? 0 : 1;
}
