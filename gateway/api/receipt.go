package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"gatehouse/gateway/lot"
	"gatehouse/sync/rest"
)

// Receipt is a ticket with its fee, for the page.
type Receipt struct {
	Name     string `json:"name"` // of the location
	Timezone string `json:"timezone"`
	Ticket   Ticket `json:"ticket"`
	Fee      Fee    `json:"fee"`
}

// Receipt is a Receipt as JSON, for whoever made the request that ctx belongs to. ok is false if there is no such ticket.
func (l *Live) Receipt(ctx context.Context, ticket string) (text []byte, ok bool, err error) {
	s := &server{Options: Options{Backend: l.backend, Logger: slog.New(slog.DiscardHandler)}}
	t, err := s.ticket(ctx, ticket)
	if p := (*rest.Problem)(nil); errors.As(err, &p) && p.Status == http.StatusNotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	var receipt Receipt
	err = s.view(ctx, func(l *lot.Lot) {
		cfg := l.Config()
		receipt = Receipt{cfg.Name, cfg.Zone.String(), ticketOf(ctx, l, &t), feeOf(l, &t)}
	})
	if err != nil {
		return nil, false, err
	}
	if text, err = json.Marshal(receipt); err != nil {
		return nil, false, fmt.Errorf("api: a receipt can't be written as JSON: %w", err)
	}
	return text, true, nil
}
