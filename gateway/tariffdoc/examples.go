package tariffdoc

import (
	"embed"
	"io/fs"
)

//go:embed examples/*.toml
var exampleFiles embed.FS

// Examples are real published tariffs in this format, one file each, with its source in it.
func Examples() fs.FS {
	sub, err := fs.Sub(exampleFiles, "examples")
	if err != nil {
		panic(err) // the folder is named above
	}
	return sub
}
