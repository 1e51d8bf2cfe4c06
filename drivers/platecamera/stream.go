package platecamera

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// The bounds of a stream.
const (
	linesOfHeadMax = 64
	partMax        = 1 << 20 // bytes of a part that is text; pictures are stepped over at any length
)

// errPartTooLarge is the error for a part of text that does not end.
var errPartTooLarge = errors.New("platecamera: a part of the stream is larger than 1 MiB")

// partReader cuts an endless multipart answer into its parts of text. A part is there as soon as it is complete: it does
// not wait for the boundary after it, which comes with the next event.
type partReader struct {
	in       *bufio.Reader
	boundary string
	alive    func() // is called when bytes came
	pending  []byte // a line that was read too far
}

func newPartReader(in io.Reader, contentType string, alive func()) *partReader {
	p := &partReader{in: bufio.NewReaderSize(in, 16<<10), alive: alive}
	if at := strings.Index(strings.ToLower(contentType), "boundary="); at >= 0 {
		name, _, _ := strings.Cut(contentType[at+len("boundary="):], ";")
		p.boundary = "--" + strings.TrimPrefix(strings.Trim(strings.TrimSpace(name), `"`), "--")
	}
	return p
}

// next is the next part of text, without its head.
func (p *partReader) next() ([]byte, error) {
	for {
		h, err := p.head()
		if err != nil {
			return nil, err
		}
		if h.length >= 0 {
			part, err := p.sized(h)
			if err != nil || part != nil {
				return part, err
			}
			continue
		}
		part, err := p.unsized()
		if err != nil || len(bytes.TrimSpace(part)) > 0 {
			return part, err
		}
	}
}

// line reads one line, at most so much of it as the buffer holds.
func (p *partReader) line() ([]byte, error) {
	if line := p.pending; line != nil {
		p.pending = nil
		return line, nil
	}
	line, err := p.in.ReadSlice('\n')
	if len(line) > 0 {
		p.alive()
	}
	if errors.Is(err, bufio.ErrBufferFull) || len(line) > 0 && errors.Is(err, io.EOF) {
		err = nil
	}
	return bytes.Clone(line), err
}

// isBoundary reports whether a line parts two parts. Cameras that name no boundary are taken at their dashes.
func (p *partReader) isBoundary(line []byte) bool {
	text := strings.TrimRight(string(line), "\r\n")
	if p.boundary == "" {
		return len(text) > 3 && strings.HasPrefix(text, "--") && !strings.Contains(text, " ")
	}
	return strings.HasPrefix(text, p.boundary)
}

// head reads boundary and fields up to the empty line. What is no field begins the body of a part without a head.
func (p *partReader) head() (head, error) {
	h := head{length: -1}
	began := false
	for range linesOfHeadMax {
		line, err := p.line()
		if err != nil {
			return h, err
		}
		text := strings.TrimRight(string(line), "\r\n")
		name, value, isField := strings.Cut(text, ":")
		switch {
		case p.isBoundary(line):
			began = true
		case text == "" && began:
			return h, nil
		case text == "":
		case isField && len(name) < 40 && isToken(name):
			began = true
			h.field(name, strings.TrimSpace(value))
		default:
			p.pending = line
			return h, nil
		}
	}
	return h, errPartTooLarge
}

func isToken(name string) bool {
	for i := range len(name) {
		if !isLiteral(name[i]) {
			return false
		}
	}
	return name != ""
}

// sized reads a part whose length is known; nil is a picture that was stepped over.
func (p *partReader) sized(h head) ([]byte, error) {
	if strings.HasPrefix(mediaType(h.contentType), "image/") {
		return nil, p.discard(h.length)
	}
	begin, err := p.in.Peek(min(h.length, 8))
	if err != nil {
		return nil, err
	}
	if isPicture(string(begin)) {
		return nil, p.discard(h.length)
	}
	if h.length > partMax {
		return nil, errPartTooLarge
	}
	part := make([]byte, h.length)
	if _, err = io.ReadFull(p.in, part); err == nil {
		p.alive()
	}
	return part, err
}

func (p *partReader) discard(length int) error {
	for length > 0 {
		n, err := p.in.Discard(min(length, 64<<10))
		if length -= n; err != nil {
			return err
		}
		p.alive()
	}
	return nil
}

// unsized reads lines until the document in them is complete, or the next boundary comes.
func (p *partReader) unsized() ([]byte, error) {
	var part []byte
	picture := false
	for {
		line, err := p.line()
		if err != nil {
			return nil, err
		}
		if p.isBoundary(line) {
			p.pending = line
			return part, nil
		}
		picture = picture || len(part) == 0 && isPicture(string(line))
		if picture {
			continue
		}
		if part = append(part, line...); len(part) > partMax {
			return nil, errPartTooLarge
		}
		if isComplete(part, line) {
			return part, nil
		}
	}
}

// isComplete reports whether a document that says itself where it ends has ended. It looks closer only where it may: at
// a line that closes the root.
func isComplete(part, line []byte) bool {
	text := strings.TrimSpace(string(part))
	switch {
	case text == "Heartbeat":
		return true
	case strings.HasPrefix(text, "<"):
		return closesRoot(text) && ends(text)
	case strings.HasPrefix(text, "Code="):
		if !strings.Contains(text, "data=") {
			return bytes.HasSuffix(part, []byte("\n"))
		}
	case !strings.HasPrefix(text, "{"):
		return false
	}
	whole := len(line) == len(part) // all in one line, or its last one
	return (whole || line[0] == '}') && strings.HasSuffix(text, "}") && ends(text)
}

// closesRoot reports whether the last tag of a text is the end of an element that began in its first 400 bytes.
func closesRoot(text string) bool {
	at := strings.LastIndex(text, "</")
	return at >= 0 && strings.Contains(text[:min(len(text), 400)], "<"+strings.TrimSuffix(text[at+2:], ">"))
}

func ends(text string) bool {
	_, length, err := readDocument(text)
	return err == nil && length == len(text)
}
