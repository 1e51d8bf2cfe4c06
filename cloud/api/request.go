package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gatehouse/cloud/ledger"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
)

// admit lets only those with a role reach an operation.
func (s *Server) admit(role Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if p := whoOf(ctx.Context()).lacks(role); p != nil {
			_, w := humago.Unwrap(ctx)
			p.write(w)
			return
		}
		next(ctx)
	}
}

// takeBody reads the whole body before anything looks at it, and refuses one with a card number.
func (s *Server) takeBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		problem(codeTooLarge, "the body is larger than 3 MiB", "no request needs that much").write(w)
		return
	case err != nil:
		problem(codeMalformed, "the body did not arrive whole", "send it again").write(w)
		return
	case hasCardNumber(string(body)), hasCardNumber(r.URL.Path), hasCardNumber(decoded(r.URL.RawQuery)), hasCardNumber(r.Header.Get("Idempotency-Key")):
		problem(codeCardNumber, "this looks like the number of a payment card", "never send card numbers here: the terminal keeps them, and gives a reference instead").write(w)
		return
	case !utf8.ValidString(r.Header.Get("Idempotency-Key")):
		problem(codeMalformed, "the Idempotency-Key is no text", "use letters and digits").write(w)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	next(ctx)
}

// decoded is a query as it was meant; one that is damaged stays as it is.
func decoded(query string) string {
	if text, err := url.QueryUnescape(query); err == nil {
		return text
	}
	return query
}

// nameOf is the name of what a request makes: of its key and of who sent it, or random.
func nameOf(ctx context.Context, what, key string) [16]byte {
	var name [16]byte
	if key == "" {
		_, _ = rand.Read(name[:]) // it never fails
		return name
	}
	sum := sha256.Sum256([]byte(what + "\n" + whoOf(ctx).name + "\n" + key))
	copy(name[:], sum[:])
	return name
}

func nameText(name [16]byte) string { return hex.EncodeToString(name[:]) }

// summary is one location's counters. Its error is a *Problem.
func (s *Server) summary(location string) (ledger.Summary, error) {
	var found ledger.Summary
	known := false
	s.See(func(c *ledger.Chain) { found, known = c.Summary(fact.LocationID(location), s.Now().UnixMilli()) })
	if !known {
		return found, notFound("location "+clip(location), "GET /api/v1/locations lists all")
	}
	return found, nil
}

// audited notes what a person did, and then answers. Its error is a *Problem.
func (s *Server) audited(ctx context.Context, location, action, subject, detail string) error {
	err := s.Store.Audit(ctx, store.AuditEntry{
		Location: fact.LocationID(location), AtMS: s.Now().UnixMilli(), Actor: whoOf(ctx).name, Action: action, Subject: subject, Detail: clipTo(detail, 1_000),
	})
	if err != nil {
		return s.problemOf(err)
	}
	return nil
}

// clip bounds what an answer repeats of a request.
func clip(text string) string { return clipTo(text, 64) }

func clipTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// timeAt is a moment in Unix milliseconds; nil: there is none.
func timeAt(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	return new(time.UnixMilli(ms).UTC())
}
