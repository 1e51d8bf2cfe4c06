package tomlfile

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// excerptMax bounds the characters of a line that a problem shows.
const excerptMax = 120

// span is a stretch of a file, in bytes.
type span struct{ start, end int }

// source is a file's text, and how to point into it.
type source struct {
	filename string
	text     []byte
	lines    []int // offset of each line's first byte
	isJSON   bool
}

func newSource(filename string, data []byte) source {
	text := bytes.TrimPrefix(data, []byte("\ufeff")) // editors on Windows write a byte order mark
	lines := []int{0}
	for i, b := range text {
		if b == '\n' {
			lines = append(lines, i+1)
		}
	}
	return source{filename: filename, text: text, lines: lines}
}

// problem reports what is wrong with a stretch of the file.
func (s source) problem(at span, key, what, do string) Problem {
	line, column := s.position(at.start)
	return Problem{File: s.filename, Line: line, Column: column, Key: key, Excerpt: s.excerpt(at), What: what, Do: do}
}

// position turns an offset into line and column.
func (s source) position(offset int) (line, column int) {
	line, exact := slices.BinarySearch(s.lines, offset)
	if exact {
		line++
	}
	return line, 1 + utf8.RuneCount(s.text[s.lines[line-1]:offset])
}

// offset turns a line and a column in bytes, both from 1, into the offset of the character there.
func (s source) offset(line, column int) int {
	at := min(s.lines[line-1]+column-1, len(s.text))
	for at > 0 && at < len(s.text) && !utf8.RuneStart(s.text[at]) {
		at--
	}
	return at
}

// excerpt shows the line where the stretch starts, with carets under the stretch.
func (s source) excerpt(at span) string {
	line, _ := s.position(at.start)
	start := s.lines[line-1]
	text, _, _ := bytes.Cut(s.text[start:], []byte("\n"))
	text = bytes.TrimRight(text, "\r")
	if len(bytes.TrimSpace(text)) == 0 {
		return ""
	}
	from := min(at.start-start, len(text))
	to := min(at.end-start, len(text))
	before, marked, after := shown(text[:from]), shown(text[from:max(from, to)]), shown(text[max(from, to):])
	if len(before)+len(marked)+len(after) > excerptMax {
		before, marked, after = last(before, excerptMax/3), first(marked, excerptMax/3), first(after, excerptMax/3)
	}
	carets := strings.Repeat("^", max(1, len(marked)))
	return strings.TrimRight(string(before)+string(marked)+string(after), " ") + "\n" + blank(before) + carets
}

// shown replaces what a terminal must not get: a file is no place for control characters.
func shown(text []byte) []rune {
	runes := []rune(string(text))
	for i, r := range runes {
		if r != '\t' && !unicode.IsPrint(r) {
			runes[i] = '·'
		}
	}
	return runes
}

func first(runes []rune, n int) []rune { return runes[:min(n, len(runes))] }

func last(runes []rune, n int) []rune { return runes[max(0, len(runes)-n):] }

// blank is as wide as the text: tabs stay tabs.
func blank(text []rune) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string(text))
}
