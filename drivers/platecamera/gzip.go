package platecamera

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"
)

// gzipMagic begins what is compressed, be it a post or a recording that somebody packed.
const gzipMagic = "\x1f\x8b\x08"

// unpacked is a text without its compression. All that is unpacked of one body is bounded as a body is.
func (w *walker) unpacked(text string) string {
	if !strings.HasPrefix(text, gzipMagic) {
		return text
	}
	packed, err := gzip.NewReader(strings.NewReader(text))
	if err != nil {
		w.fail(wrapAt("gzip", 0, err))
		return ""
	}
	plain, err := io.ReadAll(io.LimitReader(packed, int64(BodyMax-w.unpackedBytes)+1))
	if w.unpackedBytes += len(plain); w.unpackedBytes > BodyMax {
		w.limit = fmt.Errorf("%w: more than %d bytes when unpacked", ErrBody, BodyMax)
		return ""
	}
	if err != nil {
		w.fail(wrapAt("gzip", len(text), errEnds))
	}
	return string(plain)
}
