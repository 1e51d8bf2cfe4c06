package tomlfile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing that is wrong with a file, for the person who writes the file.
type Problem struct {
	File    string
	Line    int    // from 1
	Column  int    // in characters, from 1
	Key     string // path of the key, lists counted from 1: gate[2].relay.pulse_ms; empty for the file as a whole
	Excerpt string // the line, and carets under what is wrong; empty if there is nothing to show
	What    string // what is wrong
	Do      string // what to do about it; may be empty
}

// Error prints the problem as compilers do, so that editors can jump to it, with its excerpt below.
func (p Problem) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%d:%d: ", p.File, p.Line, p.Column)
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.What)
	if p.Do != "" {
		b.WriteString("; " + p.Do)
	}
	if p.Excerpt != "" {
		b.WriteString("\n    " + strings.ReplaceAll(p.Excerpt, "\n", "\n    "))
	}
	return b.String()
}

// InOneLine is what an error says without the excerpts below its problems, for logs and messages of one line.
func InOneLine(text string) string {
	lines := slices.DeleteFunc(strings.Split(text, "\n"), func(line string) bool { return strings.HasPrefix(line, "    ") })
	return strings.Join(lines, " | ")
}

// Problems are all that one pass found.
type Problems []Problem

// Error prints one problem after the other.
func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.Error()
	}
	return strings.Join(texts, "\n")
}

// Err is nil if there are no problems, and else the problems in the order of the file. End a pass with it: a nil
// Problems in an error is not a nil error.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return sorted
}

// Counted is a number of things in words: 1 spot, 2 spots.
func Counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
