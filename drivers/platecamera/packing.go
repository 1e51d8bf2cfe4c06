package platecamera

import (
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strconv"
	"strings"
)

// gzipMagic and zlibMagics begin what is compressed, be it a post or a recording that somebody packed. HTTP calls zlib
// deflate; its first two bytes say how hard it was packed.
const gzipMagic = "\x1f\x8b\x08"

var zlibMagics = [...]string{"\x78\x01", "\x78\x9c", "\x78\xda"}

func isPacked(text string) bool { return strings.HasPrefix(text, gzipMagic) || isZlib(text) }

func isZlib(text string) bool {
	for _, magic := range zlibMagics {
		if strings.HasPrefix(text, magic) {
			return true
		}
	}
	return false
}

// unpacked is a text without its compression.
func (w *walker) unpacked(text string) string {
	switch {
	case strings.HasPrefix(text, gzipMagic):
		packed, err := gzip.NewReader(strings.NewReader(text))
		if err != nil {
			w.fail(wrapAt("gzip", 0, err))
			return ""
		}
		return w.inflated("gzip", packed, len(text))
	case isZlib(text):
		packed, err := zlib.NewReader(strings.NewReader(text))
		if err != nil {
			return text
		}
		return w.inflated("deflate", packed, len(text))
	}
	return text
}

// inflated reads what is compressed. All that is unpacked of one body is bounded as a body is.
func (w *walker) inflated(what string, packed io.Reader, length int) string {
	plain, err := io.ReadAll(io.LimitReader(packed, int64(BodyMax-w.unpackedBytes)+1))
	if w.unpackedBytes += len(plain); w.unpackedBytes > BodyMax {
		w.limit = fmt.Errorf("%w: more than %d bytes when unpacked", ErrBody, BodyMax)
		return ""
	}
	if err != nil {
		w.fail(wrapAt(what, length, errEnds))
	}
	return string(plain)
}

// undone is what a head is of without that in which the head says that it is written. Tools that save a post may have undone
// it, and left the head as it was.
func (w *walker) undone(h head, text string) string {
	switch {
	case h.deflated && !isPacked(text) && !begins(text): // deflate as some write it, without zlib around it
		return w.inflated("deflate", flate.NewReader(strings.NewReader(text)), len(text))
	case strings.EqualFold(h.transfer, "base64"):
		plain, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "", " ", "").Replace(text))
		if err == nil {
			return string(plain)
		}
	case strings.EqualFold(h.transfer, "quoted-printable"):
		plain, err := io.ReadAll(quotedprintable.NewReader(strings.NewReader(text)))
		if err == nil {
			return string(plain)
		}
	}
	return text
}

// unchunk puts the chunks of a message together, and returns what follows them. A text that is not in chunks stays as it is.
func unchunk(text string) (body, after string) {
	var b strings.Builder
	rest := text
	for {
		line, next, found := strings.Cut(rest, "\n")
		digits, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		size, err := strconv.ParseUint(digits, 16, 31)
		switch {
		case err != nil && b.Len() == 0:
			return text, ""
		case err != nil || !found:
			return b.String(), ""
		case size == 0:
			return b.String(), afterTrailers(next)
		}
		size = min(size, uint64(len(next)))
		b.WriteString(next[:size])
		rest = strings.TrimLeft(next[size:], "\r\n")
	}
}

// afterTrailers is what follows the lines after the last chunk, if something begins there.
func afterTrailers(text string) string {
	for text != "" && !startsHead(text) {
		line, rest, _ := strings.Cut(text, "\n")
		if text = rest; strings.TrimRight(line, "\r") == "" {
			break
		}
	}
	if !begins(text) {
		return ""
	}
	return text
}

// dechunked is a text without the lengths of its chunks, if it begins with one: a recording of what is on the wire.
func dechunked(text string) string {
	line, after, found := strings.Cut(text, "\r\n")
	if !found || line == "" || len(line) > 8 || hexDigit(line[0]) < 0 {
		return text
	}
	size, err := strconv.ParseUint(line, 16, 31)
	if err != nil || size == 0 || size > uint64(len(after)) || !strings.HasPrefix(after[size:], "\r\n") {
		return text
	}
	body, _ := unchunk(text)
	return body
}
