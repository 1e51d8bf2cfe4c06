package boards

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sync/tomlfile"
)

//go:embed *.toml
var files embed.FS

// ErrUnknown is the error for a board that this package has no file of.
var ErrUnknown = errors.New("boards: unknown board")

// Names lists the boards, sorted.
func Names() []string {
	entries, _ := files.ReadDir(".") // embedded, and sorted by name
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".toml"))
	}
	return names
}

// Load returns the board of that name, which may be several joined by +: the first one, and each further one laid over it
// instead of over what it extends (pi5-bare+relay-hat-8). A name that ends in .toml is the path of a file of the installer's
// own. The error is ErrUnknown with the known names, or what Parse says.
func Load(name string) (Board, error) {
	if isFile(name) {
		return loadFile(name)
	}
	if part, known := unknownPart(name); !known {
		return Board{}, fmt.Errorf("%w %q: %s", ErrUnknown, part, tomlfile.Advice(part, Names()))
	}
	if !strings.Contains(name, "+") {
		data, _ := embedded(name)
		return Parse(data, name+".toml")
	}
	return Parse(fmt.Appendf(nil, "extends = %q\n", name), name)
}

// unknownPart is the first of several boards joined by + that there is no file of.
func unknownPart(name string) (part string, known bool) {
	for part := range strings.SplitSeq(name, "+") {
		if _, known := embedded(part); !known {
			return part, false
		}
	}
	return "", true
}

// Parse reads and checks a board file of the installer's own. The filename is only for messages. The error lists
// all problems of the file.
func Parse(data []byte, filename string) (Board, error) {
	var raw file
	document, err := raw.read(data, filename)
	if err != nil {
		return Board{}, err
	}
	board := raw.board()
	check := checker{document: document, raw: raw, board: board}
	return board, check.all()
}

func embedded(name string) ([]byte, bool) {
	if !slices.Contains(Names(), name) {
		return nil, false
	}
	data, err := files.ReadFile(name + ".toml")
	return data, err == nil
}
