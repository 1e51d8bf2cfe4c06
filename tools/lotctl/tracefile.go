package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// traceHeaderMax bounds what may be before the rows.
const traceHeaderMax = 16 << 10

// traceReader finds out how a file separates its columns: by commas, semicolons, tabs or bars, of which the header has the
// most. Lines that begin with # are comments, unless such a line is the header.
func traceReader(in io.Reader) (*csv.Reader, error) {
	buffered := bufio.NewReaderSize(&shortLines{in: in}, traceHeaderMax)
	start, err := buffered.Peek(traceHeaderMax)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if err := noText(start); err != nil {
		return nil, err
	}
	if bom := []byte("\ufeff"); bytes.HasPrefix(start, bom) {
		start = start[len(bom):]
		_, _ = buffered.Discard(len(bom)) // they were peeked at
	}
	line, before, hashed := headerLine(start)
	if hashed { // the header begins behind its #
		_, _ = buffered.Discard(before + 1)
	}
	reader := csv.NewReader(buffered)
	reader.FieldsPerRecord, reader.ReuseRecord, reader.Comment = -1, true, '#'
	reader.Comma = separatorOf(line)
	reader.TrimLeadingSpace = reader.Comma != '\t'
	return reader, nil
}

// shortLines reads on as long as lines are no longer than those of a trace: of what is no trace, a line may be the whole file.
type shortLines struct {
	in    io.Reader
	bytes int // since the last line ended
}

// traceLineMax is more than a row of a trace has, in bytes.
const traceLineMax = 64 << 10

// Read reads the next bytes.
func (s *shortLines) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	for rest := p[:n]; ; {
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			s.bytes += len(rest)
			break
		}
		if s.bytes+end > traceLineMax {
			s.bytes += end
			break
		}
		s.bytes, rest = 0, rest[end+1:]
	}
	if s.bytes > traceLineMax {
		return 0, fmt.Errorf("a line of it is longer than %d bytes: it is no trace in CSV", traceLineMax)
	}
	return n, err
}

// noText says what a file is that is no text, and what to do with it.
func noText(start []byte) error {
	for _, known := range []struct{ magic, what string }{
		{"\xff\xfe", "it is in UTF-16: save it as CSV in UTF-8"},
		{"\xfe\xff", "it is in UTF-16: save it as CSV in UTF-8"},
		{"\x1f\x8b", "it is compressed: unpack it with gunzip first"},
		{"PK\x03\x04", "it is a ZIP archive or a spreadsheet: unpack it, or save it as CSV in UTF-8"},
	} {
		if bytes.HasPrefix(start, []byte(known.magic)) {
			return errors.New("line 1: " + known.what)
		}
	}
	return nil
}

// headerLine is the first line that is neither empty nor a comment, and how many bytes are before it. A comment that names
// a time among other columns is the header.
func headerLine(start []byte) (line string, before int, hashed bool) {
	for text := range bytes.Lines(start) {
		line = strings.TrimSpace(string(text))
		names, comment := strings.CutPrefix(line, "#")
		switch {
		case comment && strings.ContainsRune(names, separatorOf(names)) && timeColumn(plainNames(strings.Split(names, string(separatorOf(names))))) >= 0:
			return names, before, true
		case line != "" && !comment:
			return line, before, false
		}
		before += len(text)
	}
	return line, before, false
}

// separatorOf is the separator that a header has the most of.
func separatorOf(line string) rune {
	best, most := ',', 0
	for _, separator := range ",;\t|" {
		if count := strings.Count(line, string(separator)); count > most {
			best, most = separator, count
		}
	}
	return best
}
