package rest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// admit lets only those with a role reach an operation.
func (d *Door) admit(role Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if p := d.lacks(Who(ctx.Context()), role); p != nil {
			_, w := humago.Unwrap(ctx)
			p.Write(w)
			return
		}
		next(ctx)
	}
}

type digestKey struct{}

// takeBody reads the whole body before anything looks at it, refuses one with a card number, and leaves the
// digest that an idempotency key is bound to.
func (d *Door) takeBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, d.BodyMax))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		NewProblem(CodeTooLarge, fmt.Sprintf("the body is larger than %d KiB", d.BodyMax>>10), "no request needs that much").Write(w)
		return
	case err != nil:
		NewProblem(CodeMalformed, "the body did not arrive whole", "send it again").Write(w)
		return
	case hasCardNumber(string(body)), hasCardNumber(r.URL.Path), hasCardNumber(decoded(r.URL.RawQuery)), hasCardNumber(r.Header.Get("Idempotency-Key")):
		NewProblem(CodeCardNumber, "this looks like the number of a payment card",
			"never send card numbers here: the terminal keeps them, and gives a reference instead").Write(w)
		return
	case !utf8.ValidString(r.Header.Get("Idempotency-Key")): // a fact could not hold it
		NewProblem(CodeMalformed, "the Idempotency-Key is no text", "use letters and digits").Write(w)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next(huma.WithValue(ctx, digestKey{}, digestOf(r.Method, r.URL.Path, body)))
}

// decoded is a query as it was meant; one that is damaged stays as it is.
func decoded(query string) string {
	if text, err := url.QueryUnescape(query); err == nil {
		return text
	}
	return query
}

// Digest is what the idempotency key of a context's request is bound to: the first half of the SHA-256 of method, path
// and body. Blanks in the body, and the order of its fields, don't count.
func Digest(ctx context.Context) [16]byte {
	digest, _ := ctx.Value(digestKey{}).([16]byte)
	return digest
}

func digestOf(method, path string, body []byte) [16]byte {
	h := sha256.New()
	io.WriteString(h, method+"\n"+path+"\n")
	h.Write(canonical(body))
	return [16]byte(h.Sum(nil))
}

// canonical is JSON with sorted fields, no blanks and numbers as they were written; what is no JSON stays as it is.
func canonical(body []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return body
	}
	sorted, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return sorted
}

// Clip bounds what an answer repeats of a request.
func Clip(text string) string { return ClipTo(text, 64) }

// ClipTo cuts a text to so many bytes, between two characters.
func ClipTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}
