package fact

import (
	"fmt"
	"strings"
)

// Clip is a text as a fact can hold it: at most so many bytes, ending between two characters, without what is no UTF-8.
func Clip(text string, bytesMax int) string {
	return strings.ToValidUTF8(text[:min(len(text), bytesMax)], "")
}

// textOf looks an enumeration's code up in its table.
func textOf(table []string, value uint8) string {
	if int(value) < len(table) {
		return table[value]
	}
	return fmt.Sprintf("unknown_%d", value)
}

// valueOf is the inverse of textOf.
func valueOf(what string, table []string, text []byte) (uint8, error) {
	for i, code := range table {
		if code == string(text) {
			return uint8(i), nil
		}
	}
	return 0, fmt.Errorf("fact: %s %q is none of %q", what, text, table)
}
