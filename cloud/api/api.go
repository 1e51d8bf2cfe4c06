package api

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"gatehouse/cloud/enrol"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
	"gatehouse/sync/rest"
)

// Options are what the API is made of.
type Options struct {
	Chain    string // its name
	Version  string
	Store    store.Store
	Registry *enrol.Registry
	Desk     *steer.Desk
	Office   *sales.Office
	// See shows the counters of all locations; what is given must not be kept.
	See func(func(*ledger.Chain))
	// Link is how a location is connected, by the broker's word.
	Link func(fact.LocationID) Link
	// Changes sends whenever something may have changed, until ctx ends.
	Changes func(ctx context.Context) <-chan struct{}
	// Changed has those who listen told.
	Changed     func()
	SetLocation func(l ledger.Location, zone string) error
	// Settle carries out a decision about an incarnation that was fenced or superseded.
	Settle func(location fact.LocationID, incarnation fact.Incarnation, accept bool) error
	// Verify holds a location's rows against its signed batches, and mends them.
	Verify func(ctx context.Context, location fact.LocationID, mend bool) (same bool, err error)
	// Signing says how headquarters' signing keys are; ChangeKey has another one follow, and EndKeyChange has it count
	// alone.
	Signing      func() Signing
	ChangeKey    func(ctx context.Context, overlap time.Duration) (made string, err error)
	EndKeyChange func(ctx context.Context) error
	Checks       func() []Check
	Measures     func() []rest.Measure
	Tokens       []rest.Token // beside those that the store holds
	// Open lets programs on this machine act as RoleOperate without a token: for a demonstration.
	Open bool
	// PublicFeeds lets everybody read the open-data feeds.
	PublicFeeds bool
	Now         func() time.Time
	Logger      *slog.Logger
}

// Link is how a location is connected.
type Link struct {
	Online  bool
	SinceMS int64 // 0: nothing was heard of it
}

// Server is the API in service.
type Server struct {
	Options
	handler  http.Handler
	inside   http.Handler // behind the guard: who asks is known
	mounted  http.Handler
	live     *rest.Live
	usual    atomic.Pointer[map[fact.LocationID]usual]
	usualDue atomic.Int64 // when it is read again, in Unix milliseconds
	layouts  documents[layout]
	listings documents[listing]
	asides   documents[[]asideNeed]
	feeds    feedCache
	keys     atomic.Pointer[[]rest.Token]
}

// New makes the API. Call Refresh before it serves, and every few seconds.
func New(o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{Options: o, feeds: feedCache{made: map[string]feedDocument{}}}
	s.layouts.kind, s.layouts.key = "layout", "floors"
	s.listings.kind, s.listings.key = "listing", "public"
	s.asides.kind, s.asides.key = "aside", "needs"
	s.live = rest.NewLive(rest.LiveSource{
		Read:    func(ctx context.Context) (any, time.Time, error) { return s.stateOf(ctx), s.Now(), nil },
		Changes: o.Changes, Refuse: s.problemOf, Most: streamsMax, Every: streamEvery,
	})
	s.usual.Store(&map[fact.LocationID]usual{})
	s.keys.Store(&[]rest.Token{})
	door := s.door()
	book := door.NewBook(o.Version, "A chain of car parks.")
	s.operations(book)
	book.Close()
	outer := http.NewServeMux()
	door.Mount(outer, book, s.measures)
	outer.HandleFunc("GET /livez", s.alive)
	outer.HandleFunc("GET /readyz", s.ready)
	outer.Handle("GET /healthz", door.Need(rest.RoleView, http.HandlerFunc(s.healthy)))
	outer.Handle("/", door.NeedPage(http.HandlerFunc(s.page)))
	s.inside = outer
	s.handler = door.Guard(outer)
	return s
}

func (s *Server) door() *rest.Door {
	return &rest.Door{
		Name: "headquarters", Title: "Gatehouse headquarters", Home: "headquarters", Keeper: "who runs headquarters",
		Hint: "an API key; whoever may configure makes one", Others: "whoever has it makes API keys for others (POST /api/v1/keys)",
		Cookie: "gatehouse_hq_token", Open: s.Open, BodyMax: bodyMax, Logger: s.Logger,
		Find: func(token string) (rest.Somebody, bool) { return rest.Find(token, s.Tokens, *s.keys.Load()) },
	}
}

// Mount serves a page at /, for RoleView: it is made of the server's own State and Stream. Call it before it serves.
func (s *Server) Mount(page http.Handler) { s.mounted = page }

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if s.mounted == nil {
		rest.NotFound("page", rest.DocsHint).Write(w)
		return
	}
	s.mounted.ServeHTTP(w, r)
}

// ServeHTTP serves.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Refresh reads from the store what answers need and counters don't hold: API keys, layouts, what is usual.
func (s *Server) Refresh(ctx context.Context) error {
	if err := s.readKeys(ctx); err != nil {
		return err
	}
	if err := s.layouts.read(ctx, s.Store); err != nil {
		return err
	}
	if err := s.listings.read(ctx, s.Store); err != nil {
		return err
	}
	if err := s.asides.read(ctx, s.Store); err != nil {
		return err
	}
	return s.readUsual(ctx)
}
