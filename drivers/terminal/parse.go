package terminal

import (
	"fmt"
	"strings"
)

// FrameMax bounds a frame in bytes, from $ to the last hex digit.
const FrameMax = 160

// Encode makes a frame. Fields are printable ASCII without "$", "*" and ","; anything else in them becomes "?".
func Encode(fields ...string) []byte {
	body := strings.Map(func(r rune) rune {
		if r == ',' || plain(r) {
			return r
		}
		return '?'
	}, strings.Join(fields, ","))
	return fmt.Appendf(nil, "$%s*%02X\r\n", body, parity(body))
}

func plain(r rune) bool {
	return r > ' ' && r < 0x7F && !strings.ContainsRune("$*,", r)
}

func parity(body string) byte {
	var sum byte
	for i := range len(body) {
		sum ^= body[i]
	}
	return sum
}

// Decode takes a frame, without its line end, apart. It is false if the frame was damaged.
func Decode(frame string) (fields []string, ok bool) {
	body, check, found := strings.Cut(frame, "*")
	if !found || !strings.HasPrefix(body, "$") {
		return nil, false
	}
	body = body[1:]
	if check != fmt.Sprintf("%02X", parity(body)) {
		return nil, false
	}
	fields = strings.Split(body, ",")
	for _, field := range fields {
		if strings.ContainsFunc(field, func(r rune) bool { return !plain(r) }) {
			return nil, false
		}
	}
	return fields, true
}

// Splitter finds frames in a stream of bytes. The zero value is ready.
type Splitter struct {
	frame  []byte
	inside bool
	// Skipped counts the bytes that belong to no frame.
	Skipped uint64
}

// Push takes the next byte. It returns the fields of a good frame with the byte that ends it.
func (s *Splitter) Push(b byte) (fields []string, complete bool) {
	switch {
	case b == '$':
		s.drop()
		s.inside = true
	case b == '\r' || b == '\n':
		return s.finish()
	case !s.inside:
		s.Skipped++
		return nil, false
	case len(s.frame) == FrameMax:
		s.drop()
	}
	if s.inside {
		s.frame = append(s.frame, b)
	}
	return nil, false
}

func (s *Splitter) finish() (fields []string, complete bool) {
	if !s.inside {
		return nil, false
	}
	fields, complete = Decode(string(s.frame))
	if complete {
		s.frame = s.frame[:0]
	}
	s.drop()
	return fields, complete
}

// drop gives up what has been gathered.
func (s *Splitter) drop() {
	s.Skipped += uint64(len(s.frame))
	s.frame, s.inside = s.frame[:0], false
}
