package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"gatehouse/gateway/lot"
	"gatehouse/sync/rest"
)

// Options are what the API is made of. Only Backend is needed.
type Options struct {
	Backend Backend
	Tokens  []rest.Token
	// Open lets programs on this machine act as RoleOperate without a token: for a demonstration.
	Open bool
	// Live is the stream of snapshots that Page shares; nil makes one.
	Live *Live
	// Page is mounted at /, for RoleView. It finds who asks in the context, by way of Live.
	Page http.Handler
	// Devices is mounted at /devices/. It decides by itself whom it believes.
	Devices http.Handler
	// Measures adds what only the shell can measure to /metrics: decision times, flushes, queues.
	Measures func() []rest.Measure
	// Logger hears of failures and of tokens that are wrong, and never of plates.
	Logger *slog.Logger
}

// server is the API in service.
type server struct{ Options }

// New is the gateway's HTTP interface: the REST API, live events, documentation, health, metrics and log-in, and
// the handlers that are mounted in it. Timeouts of connections are the server's.
func New(o Options) http.Handler {
	if o.Live == nil {
		o.Live = NewLive(o.Backend)
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &server{Options: o}
	door := s.door()
	book := door.NewBook(o.Backend.Info().Version, "One car park, run by the gateway at its gate.",
		reflect.TypeFor[lot.Severity](), reflect.TypeFor[lot.Colour]())
	s.operations(book)
	book.Close()

	outer := http.NewServeMux()
	door.Mount(outer, book, s.measures)
	outer.HandleFunc("GET /livez", s.alive)
	outer.HandleFunc("GET /readyz", s.ready)
	outer.Handle("GET /healthz", door.Need(rest.RoleView, http.HandlerFunc(s.healthy)))
	if o.Devices != nil {
		outer.Handle("/devices/", o.Devices)
	}
	if o.Page != nil {
		outer.Handle("/", door.NeedPage(o.Page))
	}
	return door.Guard(outer)
}

func (s *server) door() *rest.Door {
	return &rest.Door{
		Name: "the gateway", Title: "Gatehouse", Home: "the lot", Keeper: "who set the gateway up", Hint: "a token of the site file, or the one in the data folder's file token",
		Others: "gatehouse token makes others, for the site file", Cookie: "gatehouse_token", Open: s.Open, BodyMax: bodyMax, Codes: ownStatus, Logger: s.Logger,
		Find: func(token string) (rest.Somebody, bool) { return rest.Find(token, s.Tokens) },
	}
}

// Live serves the state of the lot, streams of it, and receipts, to the API and to the page.
type Live struct {
	*rest.Live
	backend Backend
}

// NewLive makes a Live that reads the lot through backend.
func NewLive(backend Backend) *Live {
	return &Live{backend: backend, Live: rest.NewLive(rest.LiveSource{
		Read: func(ctx context.Context) (any, time.Time, error) {
			var state State
			var nowMS int64
			info := backend.Info()
			err := backend.View(ctx, func(l *lot.Lot) {
				state, nowMS = stateOf(ctx, l, info), l.Now().WallMS
			})
			state.Checks = unwell(backend.Health().Checks)
			state.Headquarters = backend.Headquarters()
			state.Severity = severityOf(state.Alerts, state.Checks)
			return state, time.UnixMilli(nowMS), err
		},
		Changes: backend.Changes, Refuse: func(error) *rest.Problem { return rest.Unavailable("the lot") },
		Most: streamsMax, Every: streamEvery,
	})}
}
