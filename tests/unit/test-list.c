/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "agent/list.h"
#include "tap.h"

struct letter {
	char letter;
	struct link link;
};

static struct letter letters[] = {
    {'a', {NULL, NULL}}, {'b', {NULL, NULL}}, {'c', {NULL, NULL}}};
static struct link list;

static const char *
shown(void)
{
	static char text[16];
	struct letter *letter;
	size_t length = 0;

	list_each(letter, &list, link) text[length++] = letter->letter;
	text[length] = '\0';
	return text;
}

int
main(void)
{
	struct letter *letter;

	list_init(&list);
	tap_ok(list_empty(&list), "a new list is empty");
	tap_is(shown(), "", "there is nothing in it");
	for (size_t i = 0; i < 3; i++)
		list_append(&list, &letters[i].link);
	tap_ok(!list_empty(&list), "it is not any more");
	tap_is(shown(), "abc", "what is appended comes last");
	list_remove(&letters[1].link);
	tap_is(shown(), "ac", "one is taken out of the middle");
	list_remove(&letters[1].link);
	tap_is(shown(), "ac", "which does no harm to do again");
	list_append(&list, &letters[1].link);
	tap_is(shown(), "acb", "it can come back");
	list_append(letters[2].link.next, &letters[0].link);
	list_init(&list);
	for (size_t i = 0; i < 3; i++)
		list_append(&list, &letters[i].link);
	list_remove(&letters[2].link);
	list_append(&letters[1].link, &letters[2].link);
	tap_is(shown(), "acb", "appended to an item it stands before it");
	list_each(letter, &list, link) list_remove(&letter->link);
	tap_ok(list_empty(&list), "all are removed while they are gone over");
	return tap_done();
}
