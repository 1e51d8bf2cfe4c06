package boards

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrMismatch is the error for a machine that is not the one of the board file.
var ErrMismatch = errors.New("boards: this is another machine")

// Fits says whether the board is for a machine whose device tree is compatible with those names, the most exact first. On
// another machine its pins would be other pins. A machine without a device tree has none, and is not refused here.
func (b Board) Fits(compatible []string) error {
	if len(b.Match) == 0 || len(compatible) == 0 || b.matches(compatible) {
		return nil
	}
	return fmt.Errorf("%w: it is a %s, and board %s is for %s: %s", ErrMismatch, compatible[0], b.Name, strings.Join(b.Match, ", "), fitting(compatible))
}

// matches compares names. One of the board's that ends in * is the beginning of any.
func (b Board) matches(compatible []string) bool {
	return slices.ContainsFunc(compatible, func(name string) bool {
		return slices.ContainsFunc(b.Match, func(own string) bool {
			begin, any := strings.CutSuffix(own, "*")
			return name == own || any && strings.HasPrefix(name, begin)
		})
	})
}

// ForMachine lists the boards of a machine whose device tree is compatible with those names: its own, and each HAT joined to
// the bare one.
func ForMachine(compatible []string) (names []string) {
	var hats []string
	bare := ""
	for _, name := range Names() {
		board, err := Load(name)
		switch {
		case err != nil:
		case isBare(board.Extends): // a HAT, which says only what it was described on
			hats = append(hats, name)
		case board.matches(compatible):
			names = append(names, name)
			if board.Extends == "" && board.Header.Pins != nil {
				bare = name
			}
		}
	}
	for _, hat := range hats {
		if _, err := Load(bare + "+" + hat); err == nil && bare != "" {
			names = append(names, bare+"+"+hat)
		}
	}
	return names
}

// fitting advises on the boards that a machine has.
func fitting(compatible []string) string {
	var names []string
	for _, name := range Names() {
		if board, err := Load(name); err == nil && board.matches(compatible) {
			names = append(names, name)
		}
	}
	if names == nil {
		return fmt.Sprintf("write a board file of your own, with match = [%q]", compatible[0])
	}
	return "write one of " + strings.Join(names, ", ") + ", one of them joined with what is wired to it (pi5-bare+relay-hat-8), or a file that extends one"
}

// isBare reports whether a name is that of a board which extends none.
func isBare(name string) bool {
	if !slices.Contains(Names(), name) {
		return false
	}
	board, err := Load(name)
	return err == nil && board.Extends == ""
}
