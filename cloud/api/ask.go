package api

import (
	"bytes"
	"context"
	"net/http"
)

// Ask has an operation of the API answer, for whoever made the request that ctx belongs to: a page is let do what its reader
// may do by the API, and all of it is checked, carried out and put on record there. Key names the request; "": none does.
func (s *Server) Ask(ctx context.Context, method, path, key string, body []byte) (status int, answer []byte) {
	r, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return http.StatusNotFound, nil
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w := &inner{header: http.Header{}, status: http.StatusOK}
	s.inside.ServeHTTP(w, r)
	return w.status, w.text.Bytes()
}

// inner takes an answer within the program.
type inner struct {
	header http.Header
	status int
	text   bytes.Buffer
}

func (w *inner) Header() http.Header         { return w.header }
func (w *inner) WriteHeader(status int)      { w.status = status }
func (w *inner) Write(b []byte) (int, error) { return w.text.Write(b) }
