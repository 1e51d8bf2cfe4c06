package boards

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// fileMaxBytes bounds a board file; real ones have a few kilobytes.
const fileMaxBytes = 1 << 20

// isFile reports whether a board's name is the path of a file of the installer's own.
func isFile(name string) bool { return strings.HasSuffix(name, ".toml") }

func loadFile(path string) (Board, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Board{}, fmt.Errorf("board file: %w", err)
	}
	if info.Size() > fileMaxBytes || !info.Mode().IsRegular() {
		return Board{}, fmt.Errorf("board file %s: it is no file of at most %d bytes", path, fileMaxBytes)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Board{}, fmt.Errorf("board file: %w", err)
	}
	return Parse(data, filepath.Base(path))
}
