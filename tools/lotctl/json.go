package main

import (
	"encoding/json"
	"io"
)

// printJSON prints JSON that people can read as well: indented, and with < and & as they are.
func printJSON(out io.Writer, value any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
