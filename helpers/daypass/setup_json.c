/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "helpers/daypass/setup_json.h"

struct scanner {
	const struct setup_text *text;
	size_t at;
	unsigned depth;
	const char *wrong; /* what is, at `at` */
};

static int
peek(const struct scanner *scanner)
{
	return scanner->at < scanner->text->length
		   ? (unsigned char)scanner->text->bytes[scanner->at]
		   : -1;
}

static int
wrong(struct scanner *scanner, const char *what)
{
	if (scanner->wrong == NULL)
		scanner->wrong = what;
	return -1;
}

static void
skip_space(struct scanner *scanner)
{
	int c;

	while (
	    (c = peek(scanner)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		scanner->at++;
}

static int
take_byte(struct scanner *scanner, int wanted)
{
	if (peek(scanner) != wanted)
		return -1;
	scanner->at++;
	return 0;
}

/* Behind the backslash. */
static int
read_escape(struct scanner *scanner)
{
	int c = peek(scanner);

	if (c == -1 || strchr("\"\\/bfnrtu", c) == NULL || c == '\0')
		return wrong(scanner, "an escape that is none");
	scanner->at++;
	for (int i = 0; c == 'u' && i < 4; i++, scanner->at++)
		if (peek(scanner) == -1 || !isxdigit(peek(scanner)))
			return wrong(scanner, "an escape that is none");
	return 0;
}

static int
read_string(struct scanner *scanner)
{
	int c;

	if (take_byte(scanner, '"') == -1)
		return wrong(scanner, "no string where one should be");
	while ((c = peek(scanner)) != '"') {
		if (c < ' ')
			return wrong(scanner, "a string that is not closed");
		scanner->at++;
		if (c == '\\' && read_escape(scanner) == -1)
			return -1;
	}
	scanner->at++;
	return 0;
}

static size_t
read_digits(struct scanner *scanner)
{
	size_t begin = scanner->at;

	while (peek(scanner) != -1 && isdigit(peek(scanner)))
		scanner->at++;
	return scanner->at - begin;
}

static int
read_number(struct scanner *scanner)
{
	size_t begin;

	take_byte(scanner, '-');
	begin = scanner->at;
	if (read_digits(scanner) == 0 ||
	    (scanner->text->bytes[begin] == '0' && scanner->at > begin + 1))
		return wrong(scanner, "a value that is none");
	if (take_byte(scanner, '.') == 0 && read_digits(scanner) == 0)
		return wrong(scanner, "a number that is none");
	if (take_byte(scanner, 'e') == 0 || take_byte(scanner, 'E') == 0) {
		if (take_byte(scanner, '+') == -1)
			take_byte(scanner, '-');
		if (read_digits(scanner) == 0)
			return wrong(scanner, "a number that is none");
	}
	return 0;
}

static int
read_word(struct scanner *scanner)
{
	static const char *const words[] = {"true", "false", "null"};

	for (size_t i = 0; i < 3; i++)
		if (setup_text_at(scanner->text, scanner->at, words[i])) {
			scanner->at += strlen(words[i]);
			return 0;
		}
	return read_number(scanner);
}

static int
read_value(struct scanner *scanner);

static int
read_key(struct scanner *scanner)
{
	skip_space(scanner);
	if (read_string(scanner) == -1)
		return -1;
	skip_space(scanner);
	if (take_byte(scanner, ':') == -1)
		return wrong(scanner, "no `:` behind a name");
	return 0;
}

/* From behind the opening bracket on. */
static int
read_rest(struct scanner *scanner, int close)
{
	skip_space(scanner);
	if (take_byte(scanner, close) == 0)
		return 0;
	do {
		if ((close == '}' && read_key(scanner) == -1) ||
		    read_value(scanner) == -1)
			return -1;
		skip_space(scanner);
	} while (take_byte(scanner, ',') == 0);
	if (take_byte(scanner, close) == -1)
		return wrong(scanner, "no `,` where one should be, or no end");
	return 0;
}

static int
read_value(struct scanner *scanner)
{
	int c, result;

	skip_space(scanner);
	c = peek(scanner);
	if (c == '"')
		return read_string(scanner);
	if (c != '{' && c != '[')
		return read_word(scanner);
	if (++scanner->depth > SETUP_JSON_DEPTH)
		return wrong(scanner, "more than 64 levels");
	scanner->at++;
	result = read_rest(scanner, c == '{' ? '}' : ']');
	scanner->depth--;
	return result;
}

/* Of a file that is JSON, and yet not what docker would read. */
static int
misplaced(const struct scanner *scanner, struct error *err)
{
	unsigned line = 1;

	for (size_t i = 0; i < scanner->at; i++)
		line += scanner->text->bytes[i] == '\n';
	return error_set(err, FAULT_CONFIG,
	    "line %u: no object (`{...}`) where one should be", line);
}

static int
refuse(const struct scanner *scanner, const char *what, struct error *err)
{
	unsigned line = 1;

	for (size_t i = 0; i < scanner->at && i < scanner->text->length; i++)
		line += scanner->text->bytes[i] == '\n';
	return error_set(
	    err, FAULT_CONFIG, "it is no JSON: line %u: %s", line, what);
}

int
setup_json_check(const struct setup_text *text, struct error *err)
{
	struct scanner scanner = {.text = text};

	if (setup_text_at(text, 0, "\xef\xbb\xbf"))
		return refuse(&scanner, "a byte order mark", err);
	skip_space(&scanner);
	if (peek(&scanner) != '{')
		return refuse(&scanner, "it does not begin with `{`", err);
	if (read_value(&scanner) == -1)
		return refuse(&scanner, scanner.wrong, err);
	skip_space(&scanner);
	if (peek(&scanner) != -1)
		return refuse(&scanner, "something behind the last `}`", err);
	return 0;
}

size_t
setup_json_string_end(const struct setup_text *text, size_t at)
{
	struct scanner scanner = {.text = text, .at = at};

	return read_string(&scanner) == 0 ? scanner.at : text->length;
}

bool
setup_json_next(const struct setup_text *text,
    const struct setup_json_object *object, struct setup_json_member *member)
{
	struct scanner scanner = {.text = text, .at = member->value_end};

	if (member->key_end == 0)
		scanner.at = object->open + 1;
	skip_space(&scanner);
	take_byte(&scanner, ',');
	skip_space(&scanner);
	if (peek(&scanner) != '"')
		return false;
	member->key = scanner.at;
	if (read_string(&scanner) == -1)
		return false;
	member->key_end = scanner.at;
	skip_space(&scanner);
	take_byte(&scanner, ':');
	skip_space(&scanner);
	member->value = scanner.at;
	if (read_value(&scanner) == -1)
		return false;
	member->value_end = scanner.at;
	return true;
}

int
setup_json_object(const struct setup_text *text, size_t at,
    struct setup_json_object *object, struct error *err)
{
	struct scanner scanner = {.text = text, .at = at};
	struct setup_json_member member = {.key_end = 0};

	skip_space(&scanner);
	if (peek(&scanner) != '{')
		return misplaced(&scanner, err);
	*object = (struct setup_json_object){.open = scanner.at};
	while (setup_json_next(text, object, &member)) {
		object->last = member;
		object->count++;
	}
	scanner.at =
	    object->count > 0 ? object->last.value_end : object->open + 1;
	skip_space(&scanner);
	object->close = scanner.at;
	return take_byte(&scanner, '}') == 0
		   ? 0
		   : refuse(&scanner, "an object without an end", err);
}

/* One character of a string, decoded if it is ASCII, else 0x80. */
static int
next_letter(const char *bytes, size_t *at)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *found;
	int c = (unsigned char)bytes[(*at)++];
	unsigned value = 0;

	if (c != '\\')
		return c < 0x80 ? c : 0x80;
	c = (unsigned char)bytes[(*at)++];
	if (c != 'u') {
		found = strchr(from, c);
		return found != NULL ? to[found - from] : c;
	}
	for (int i = 0; i < 4; i++) {
		c = tolower((unsigned char)bytes[(*at)++]);
		value =
		    value * 16 + (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	return value < 0x80 ? (int)value : 0x80;
}

/* Does the string from `begin` to `end`, quotes included, say `name`? */
static bool
says(const struct setup_text *text, size_t begin, size_t end, const char *name,
    bool fold)
{
	size_t at = begin + 1;
	int c, wanted;

	for (; at < end - 1; name++) {
		c = next_letter(text->bytes, &at);
		wanted = (unsigned char)*name;
		if (wanted == '\0')
			return false;
		if (fold ? tolower(c) != tolower(wanted) : c != wanted)
			return false;
	}
	return *name == '\0';
}

bool
setup_json_is(const struct setup_text *text,
    const struct setup_json_member *member, const char *string)
{
	return text->bytes[member->value] == '"' &&
	       says(text, member->value, member->value_end, string, false);
}

int
setup_json_member(const struct setup_text *text,
    const struct setup_json_object *object, const char *name, bool fold,
    struct setup_json_member *member, struct error *err)
{
	struct setup_json_member each = {.key_end = 0};
	unsigned count = 0;

	while (setup_json_next(text, object, &each)) {
		if (!says(text, each.key, each.key_end, name, fold))
			continue;
		if (!says(text, each.key, each.key_end, name, false))
			return error_set(err, FAULT_CONFIG,
			    "it has '%s' in other letters: write it so", name);
		if (++count > 1)
			return error_set(
			    err, FAULT_CONFIG, "it has '%.128s' twice", name);
		*member = each;
	}
	return count > 0;
}
