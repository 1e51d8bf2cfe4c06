package tomlfile

import "strings"

// phrases say in plain words what the library finds, by the beginning of its message; tested one by one, so that
// a new version of the library can't silently lose one.
var phrases = []struct{ library, what, do string }{
	{"strings must be quoted", valueWrong, valueRule},
	{"expected keyword", valueWrong, valueRule},
	{"unexpected character", valueWrong, valueRule},
	{"expected value", "the value is missing", valueRule},
	{"expected newline", "something is left over after the value", "write one key = value on each line"},
	{"expected '=' after key", "no = after the key", "write key = value; a key with blanks needs quotes"},
	{"invalid character at start of key", "a key can't begin like this", "use letters, digits, _ and -"},
	{"basic strings cannot have new lines", "the closing quote is missing", quoteRule},
	{"literal strings cannot have new lines", "the closing quote is missing", quoteRule},
	{"unterminated", "the closing quote is missing", quoteRule},
	{"multiline basic string not terminated", `the closing """ is missing`, `end the text with """`},
	{"invalid escape character", `\ has a meaning of its own in "…"`, `write \\, or put the text in '…'`},
	{"expected ']]' to close", "the closing ]] is missing", "write [[name]]"},
	{"expected ']' to close", "the closing ] is missing", "write [name]"},
	{"expected ',' or ']'", "the list does not end", listRule},
	{"array is incomplete", "the list does not end", listRule},
	{"expected ',' or '}'", "the { } table does not end", tableRule},
	{"inline table is incomplete", "the { } table does not end", tableRule},
	{"integers cannot have leading zeroes", "a number can't begin with 0", "leave the zeroes out, or put it in quotes"},
	{"impossible date", "there is no such date", "write year-month-day: 2026-01-31"},
}

const (
	valueWrong = "this is no value"
	valueRule  = `write texts in "quotes", numbers bare and without a unit, and true or false in small letters`
	listRule   = "put a comma between its items and ] at its end"
	tableRule  = "put a comma between its keys and } at its end"
	quoteRule  = "end the text with the quote it begins with, on the same line"
)

// plain translates a message of the library: what is wrong and what to do.
func plain(message string) (what, do string) {
	message = strings.TrimPrefix(message, "toml: ")
	for _, phrase := range phrases {
		if strings.HasPrefix(message, phrase.library) {
			return phrase.what, phrase.do
		}
	}
	switch {
	case strings.Contains(message, "as an array of tables"), strings.Contains(message, "should be an array table"):
		return message, "write [[name]] at each table of a list, or [name] once"
	case strings.Contains(message, "already"):
		return message, "keep one of them"
	}
	return message, ""
}
