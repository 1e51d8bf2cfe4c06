package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

// admit lets only those with a role reach an operation.
func (s *server) admit(role Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if p := whoOf(ctx.Context()).lacks(role); p != nil {
			_, w := humago.Unwrap(ctx)
			p.write(w)
			return
		}
		next(ctx)
	}
}

type digestKey struct{}

// takeBody reads the whole body before anything looks at it, refuses one with a card number, and leaves the
// digest that an idempotency key is bound to.
func (s *server) takeBody(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyMax))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		problem(codeTooLarge, "the body is larger than 64 KiB", "no request needs that much").write(w)
		return
	case err != nil:
		problem(codeMalformed, "the body did not arrive whole", "send it again").write(w)
		return
	case hasCardNumber(string(body)), hasCardNumber(r.URL.Path), hasCardNumber(decoded(r.URL.RawQuery)), hasCardNumber(r.Header.Get("Idempotency-Key")):
		problem(codeCardNumber, "this looks like the number of a payment card", "never send card numbers here: the terminal keeps them, and gives a reference instead").write(w)
		return
	}
	if !utf8.ValidString(r.Header.Get("Idempotency-Key")) { // a fact could not hold it
		problem(codeMalformed, "the Idempotency-Key is no text", "use letters and digits").write(w)
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

// digestOf binds an idempotency key to what was asked: the first half of the SHA-256 of method, path and body.
// Blanks in the body, and the order of its fields, don't count.
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

// request is what a command carries of the HTTP request it comes from.
func request(ctx context.Context, in Keyed) lot.Request {
	digest, _ := ctx.Value(digestKey{}).([16]byte)
	return lot.Request{Key: fact.RequestKey(in.Key), Digest: digest, Actor: whoOf(ctx).name}
}

// submit has the lot carry out a command. Its error is a *Problem.
func (s *server) submit(ctx context.Context, command lot.Event) (lot.Result, error) {
	result, err := s.Backend.Submit(ctx, command)
	if err != nil {
		s.Logger.Error("a command's outcome is not known", "err", err)
		return result, unavailable()
	}
	if result.Problem != nil {
		return result, refused(result.Problem)
	}
	return result, nil
}

// view reads the lot. Its error is a *Problem.
func (s *server) view(ctx context.Context, read func(*lot.Lot)) error {
	err := s.Backend.View(ctx, read)
	if err == nil {
		return nil
	}
	if ctx.Err() == nil { // else it is the client who is gone
		s.Logger.Error("the lot can't be read", "err", err)
	}
	return unavailable()
}

// cfg is the location's configuration as it is now. Its error is a *Problem.
func (s *server) cfg(ctx context.Context) (*lot.Config, error) {
	var found *lot.Config
	err := s.view(ctx, func(l *lot.Lot) { found = l.Config() })
	return found, err
}

// at is the configuration, if the location asked for is this one.
func (s *server) at(ctx context.Context, location string) (*lot.Config, error) {
	cfg, err := s.cfg(ctx)
	if err != nil {
		return nil, err
	}
	if location != string(cfg.Location) {
		return nil, notFound("location "+clip(location)+" here", "this gateway runs "+string(cfg.Location))
	}
	return cfg, nil
}

// clip bounds what an answer repeats of a request.
func clip(text string) string {
	const most = 64
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}
