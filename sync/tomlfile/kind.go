package tomlfile

import (
	"fmt"
	"strconv"
	"time"
)

// moment is the one kind that fills a time.Time.
const moment = "a date with time and zone"

// plainValue copies a value in the types that a field of type any gets.
func plainValue(value any) any {
	switch value := value.(type) {
	case map[string]any:
		table := make(map[string]any, len(value))
		for key, field := range value {
			table[key] = plainValue(field)
		}
		return table
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = plainValue(item)
		}
		return list
	case time.Time:
		return value
	case fmt.Stringer: // a date or a time of day
		return value.String()
	}
	return value
}

// mismatch reports a value of the wrong kind.
func (f *filler) mismatch(at *node, value any, wanted string) {
	what, do := fmt.Sprintf("%s where %s belongs", kindOf(value), wanted), remedy(at, value, wanted)
	if f.source.isJSON && wanted == "a table" {
		do = "write an object: { and its keys and }"
	} else if f.source.isJSON && wanted == "a list" {
		do = "put it in [ ]"
	}
	f.report(at.value, at, what, do)
}

// kindOf names the kind of a value.
func kindOf(value any) string {
	switch value.(type) {
	case string:
		return "a text"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a point"
	case bool:
		return "true or false"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	case time.Time:
		return moment
	case nil:
		return "null"
	}
	return "a date or a time of day"
}

// remedy says how to write what is wanted, given what is there.
func remedy(at *node, value any, wanted string) string {
	_, isTable := value.(map[string]any)
	_, isList := value.([]any)
	switch wanted {
	case "a table":
		if isList {
			return fmt.Sprintf("write [%s] once", quotedKey(at.name))
		}
		return fmt.Sprintf("write a table: [%s] on a line of its own and its keys below", quotedKey(at.name))
	case "a list":
		if isTable {
			return fmt.Sprintf("write [[%s]] with two brackets", quotedKey(at.name))
		}
		return "put it in [ ]"
	case "a text":
		if isList || isTable {
			return "write one text in quotes"
		}
		return "put it in quotes"
	case "true or false":
		return "write true or false, without quotes"
	case moment:
		return "write it as 2026-01-31T08:00:00Z, without quotes"
	}
	if text, isText := value.(string); isText {
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return "write digits, without quotes and without a unit"
		}
		return "leave the quotes out"
	}
	return "write " + wanted
}
