package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"gatehouse/sync/rest"
)

// State is the State as JSON, with a field more, now. It is for whoever made the request that ctx belongs to, and was read
// after since.
func (s *Server) State(ctx context.Context, since time.Time) ([]byte, error) {
	return s.live.State(ctx, since)
}

// Stream keeps a request open and sends what frame makes, at once and after changes, at most one a second.
func (s *Server) Stream(w http.ResponseWriter, r *http.Request, frame func(ctx context.Context, since time.Time) ([]byte, error)) {
	s.live.Stream(w, r, frame)
}

// LocationState is one location as JSON, as GET …/locations/{id} answers it, with a field more, now; nil: nobody knows it.
func (s *Server) LocationState(ctx context.Context, location string) ([]byte, error) {
	l, err := s.summary(location)
	if err != nil {
		return nil, nil
	}
	text, err := json.Marshal(s.locationOf(ctx, &l))
	if err != nil {
		return nil, fmt.Errorf("api: the location can't be written as JSON: %w", err)
	}
	return rest.Timed(text, s.Now()), nil
}
