package platecamera

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
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
	source   *rewound
	boundary string
	alive    func() // is called when bytes came
	pending  []byte // a line that was read too far
	tree     tree   // for a look at whether a part is complete
}

func newPartReader(in io.Reader, contentType string, alive func()) *partReader {
	source := &rewound{in: in}
	return &partReader{in: bufio.NewReaderSize(source, 16<<10), source: source, boundary: boundaryNamed(contentType), alive: alive}
}

// rewound is a stream of which something was put back.
type rewound struct {
	back []byte
	in   io.Reader
}

// Read reads what was put back, and then the stream.
func (r *rewound) Read(b []byte) (int, error) {
	if len(r.back) == 0 {
		return r.in.Read(b)
	}
	n := copy(b, r.back)
	r.back = r.back[n:]
	return n, nil
}

// putBack puts what was read too far before what comes next.
func (p *partReader) putBack(text []byte) {
	ahead, _ := p.in.Peek(p.in.Buffered()) // it has them
	p.source.back = slices.Concat(text, ahead, p.source.back)
	p.in.Reset(p.source)
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
		part, err := p.lines(nil)
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
	if _, err = io.ReadFull(p.in, part); err != nil {
		return nil, err
	}
	p.alive()
	if end := p.nextBoundary(part); end >= 0 {
		p.putBack(part[end:])
		return part[:end], nil
	}
	if p.isCut(bytes.TrimSpace(part)) {
		return p.lines(part)
	}
	return part, nil
}

// nextBoundary is where in a part the boundary after it, or the beginning of that, is: a camera that counts wrong says a
// length that reaches into the next part. It is negative if the boundary is not there.
func (p *partReader) nextBoundary(part []byte) int {
	if p.boundary == "" {
		return -1
	}
	line := []byte("\n" + p.boundary)
	if at := bytes.Index(part, line); at >= 0 {
		return at + 1
	}
	for size := min(len(line), len(part)); size > len("\n"); size-- {
		if at := len(part) - size; bytes.HasPrefix(line, part[at:]) {
			return at + 1
		}
	}
	return -1
}

// isCut reports whether a document ends in the middle, as one does whose camera counts characters and not bytes.
func (p *partReader) isCut(text []byte) bool {
	if len(text) == 0 || text[0] != '{' && text[0] != '<' && !bytes.HasPrefix(text, []byte("Code=")) {
		return false
	}
	_, err := p.tree.readDocument(string(text))
	return errors.Is(err, errEnds)
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

// lines reads lines after the beginning of a part, until the document in it is complete, or the next boundary comes.
func (p *partReader) lines(part []byte) ([]byte, error) {
	picture, tries := false, 0
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
		if p.isComplete(part, &tries) {
			return part, nil
		}
	}
}

// triesMax bounds how often a part is looked at to see whether it is complete.
const triesMax = 32

// isComplete reports whether a document that says itself where it ends has ended. It looks closer only if the last line may
// be its last.
func (p *partReader) isComplete(part []byte, tries *int) bool {
	text := bytes.TrimSpace(part)
	start := bytes.LastIndexByte(text, '\n') + 1
	last, whole := text[start:], start == 0
	switch {
	case len(last) == 0:
		return false
	case whole && string(last) == "Heartbeat", whole && bytes.HasPrefix(last, []byte("Code=")) && !bytes.Contains(last, []byte("data=")):
		return true
	case last[len(last)-1] == '>':
		if !closesRoot(part, last) {
			return false
		}
	case last[len(last)-1] != '}' || !whole && last[0] != '}':
		return false
	}
	if *tries++; *tries > triesMax {
		return false
	}
	if text[0] != '{' && text[0] != '<' && !bytes.HasPrefix(text, []byte("Code=")) {
		return false
	}
	length, err := p.tree.readDocument(string(text))
	return err == nil && length == len(text)
}

// closesRoot reports whether a line ends with the end of an element that began in the first 400 bytes of the part.
func closesRoot(part, line []byte) bool {
	at := bytes.LastIndex(line, []byte("</"))
	if at < 0 {
		return false
	}
	name := bytes.TrimSuffix(line[at+2:], []byte(">"))
	return bytes.Contains(part[:min(len(part), 400)], append([]byte("<"), name...))
}
