package api

import (
	"context"
	"log/slog"
	"net/http"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gatehouse/cloud/enrol"
	"gatehouse/cloud/ledger"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
	"gatehouse/cloud/store"
	"gatehouse/sync/fact"
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
	Changes     func(ctx context.Context) <-chan struct{}
	SetLocation func(l ledger.Location, zone string) error
	// Settle carries out a decision about an incarnation that was fenced or superseded.
	Settle   func(location fact.LocationID, incarnation fact.Incarnation, accept bool) error
	Checks   func() []Check
	Measures func() []Measure
	Tokens   []Token // beside those that the store holds
	// Open lets programs on this machine act as RoleOperate without a token: for a demonstration.
	Open   bool
	Now    func() time.Time
	Logger *slog.Logger
}

// Link is how a location is connected.
type Link struct {
	Online  bool
	SinceMS int64 // 0: nothing was heard of it
}

// Server is the API in service.
type Server struct {
	Options
	handler http.Handler
	mounted http.Handler
	live    *live
	usual   atomic.Pointer[map[fact.LocationID]usual]
	usualAt atomic.Int64 // Unix milliseconds
	layouts atomic.Pointer[map[fact.LocationID]layout]
	keys    atomic.Pointer[[]Token]
}

// New makes the API. Call Refresh before it serves, and every few seconds.
func New(o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{Options: o}
	s.live = newLive(s)
	s.usual.Store(&map[fact.LocationID]usual{})
	s.layouts.Store(&map[fact.LocationID]layout{})
	s.keys.Store(&[]Token{})
	rest := http.NewServeMux()
	spec := s.register(rest)
	outer := http.NewServeMux()
	outer.Handle("/api/", orProblem(rest))
	outer.Handle("GET /openapi.json", s.need(RoleView, specification(spec)))
	outer.Handle("GET /docs", s.need(RoleView, s.documentation(spec)))
	outer.HandleFunc("GET /livez", s.alive)
	outer.HandleFunc("GET /readyz", s.ready)
	outer.Handle("GET /healthz", s.need(RoleView, http.HandlerFunc(s.healthy)))
	outer.Handle("GET /metrics", s.need(RoleView, s.metrics()))
	outer.HandleFunc("GET /login", s.login)
	outer.HandleFunc("POST /login", s.login)
	outer.Handle("/", s.needPage(http.HandlerFunc(s.page)))
	s.handler = s.guard(outer)
	return s
}

// Mount serves a page at /, for RoleView: it is made of the server's own State and Stream. Call it before it serves.
func (s *Server) Mount(page http.Handler) { s.mounted = page }

func (s *Server) page(w http.ResponseWriter, r *http.Request) {
	if s.mounted == nil {
		notFound("page", docsHint).write(w)
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
	if err := s.readLayouts(ctx); err != nil {
		return err
	}
	return s.readUsual(ctx)
}

// register describes and mounts every operation.
func (s *Server) register(mux *http.ServeMux) *huma.OpenAPI {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: "Gatehouse headquarters", Version: s.Version, Description: "A chain of car parks."},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers: []huma.Transformer{func(_ huma.Context, _ string, v any) (any, error) {
			if e, is := v.(*huma.ErrorModel); is {
				return ofHuma(e), nil
			}
			return v, nil
		}},
	}
	api := humago.New(mux, config)
	operations(&book{server: s, api: api})
	tidySchemas(api.OpenAPI().Components.Schemas.Map())
	return api.OpenAPI()
}

// tidySchemas removes huma's own errors, which a Problem replaces, and says that no list is ever null.
func tidySchemas(schemas map[string]*huma.Schema) {
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for _, schema := range schemas {
		for _, property := range schema.Properties {
			if property.Type == huma.TypeArray {
				property.Nullable = false
			}
		}
	}
}

// problemSchema is how a Problem looks.
func problemSchema(api huma.API) *huma.Schema {
	return api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
}
