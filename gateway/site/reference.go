package site

import _ "embed"

//go:embed REFERENCE.md
var reference string

// Reference says how to write a site file.
func Reference() string { return reference }
