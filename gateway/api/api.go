package api

import (
	"log/slog"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"gatehouse/gateway/lot"
)

// Options are what the API is made of. Only Backend is needed.
type Options struct {
	Backend Backend
	Tokens  []Token
	// Open lets programs on this machine act as RoleOperate without a token: for a demonstration.
	Open bool
	// Live is the stream of snapshots that Page shares; nil makes one.
	Live *Live
	// Page is mounted at /, for RoleView. It finds who asks in the context, by way of Live.
	Page http.Handler
	// Devices is mounted at /devices/. It decides by itself whom it believes.
	Devices http.Handler
	// Measures adds what only the shell can measure to /metrics: decision times, flushes, queues.
	Measures func() []Measure
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
	if o.Devices != nil {
		outer.Handle("/devices/", o.Devices)
	}
	if o.Page != nil {
		outer.Handle("/", s.needPage(o.Page))
	}
	return s.guard(outer)
}

// register describes and mounts every operation.
func (s *server) register(mux *http.ServeMux) *huma.OpenAPI {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Gatehouse", Version: s.Backend.Info().Version,
				Description: "One car park, run by the gateway at its gate.",
			},
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
	for _, code := range []reflect.Type{reflect.TypeFor[lot.Severity](), reflect.TypeFor[lot.Colour]()} { // JSON has their text
		config.Components.Schemas.RegisterTypeAlias(code, reflect.TypeFor[string]())
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
