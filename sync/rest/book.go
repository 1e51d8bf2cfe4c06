package rest

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// Book registers operations, so that each says only what is its own.
type Book struct {
	Tag  string // of the operations that follow
	door *Door
	mux  *http.ServeMux
	api  huma.API
}

// NewBook is an empty book. Texts are types that JSON has as text.
func (d *Door) NewBook(version, description string, texts ...reflect.Type) *Book {
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info:    &huma.Info{Title: d.Title, Version: version, Description: description},
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
				return d.ofHuma(e), nil
			}
			return v, nil
		}},
	}
	for _, code := range texts {
		config.Components.Schemas.RegisterTypeAlias(code, reflect.TypeFor[string]())
	}
	mux := http.NewServeMux()
	return &Book{door: d, mux: mux, api: humago.New(mux, config)}
}

// Close ends the description: huma's own errors go, which a Problem replaces, and no list is ever null.
func (b *Book) Close() {
	schemas := b.api.OpenAPI().Components.Schemas.Map()
	delete(schemas, "ErrorModel")
	delete(schemas, "ErrorDetail")
	for _, schema := range schemas {
		for _, property := range schema.Properties {
			for list := property; list != nil && list.Type == huma.TypeArray; list = list.Items {
				list.Nullable = false
			}
		}
	}
}

// Handler is one operation.
type Handler[I, O any] = func(context.Context, *I) (*O, error)

// Read registers an operation that changes nothing.
func Read[I, O any](b *Book, role Role, id, path, summary string, h Handler[I, O]) {
	register(b, http.MethodGet, 0, role, id, path, summary, h)
}

// Act registers an operation that does something.
func Act[I, O any](b *Book, role Role, id, path, summary string, h Handler[I, O]) {
	register(b, http.MethodPost, 0, role, id, path, summary, h)
}

// Create registers an operation that makes something new.
func Create[I, O any](b *Book, role Role, id, path, summary string, h Handler[I, O]) {
	register(b, http.MethodPost, http.StatusCreated, role, id, path, summary, h)
}

// Replace registers an operation that says anew what something is.
func Replace[I, O any](b *Book, role Role, id, path, summary string, h Handler[I, O]) {
	register(b, http.MethodPut, 0, role, id, path, summary, h)
}

// Remove registers an operation that ends something.
func Remove[I, O any](b *Book, role Role, id, path, summary string, h Handler[I, O]) {
	register(b, http.MethodDelete, 0, role, id, path, summary, h)
}

// register describes and mounts an operation. Status 0: 200 with an answer, 204 without.
func register[I, O any](b *Book, method string, status int, role Role, id, path, summary string, h Handler[I, O]) {
	huma.Register(b.api, huma.Operation{
		OperationID: id, Method: method, Path: path, Tags: []string{b.Tag}, Summary: summary, DefaultStatus: status,
		Description:                  "Needs the role " + role.String() + ".",
		Extensions:                   map[string]any{"x-role": role.String()},
		Responses:                    map[string]*huma.Response{"default": b.problemResponse()},
		Middlewares:                  huma.Middlewares{b.door.admit(role), b.door.takeBody},
		RejectUnknownQueryParameters: true,
		MaxBodyBytes:                 b.door.BodyMax + 1,
		// takeBody has it whole, within the server's own time. Left to itself the library would have the connection end five
		// seconds later, and with it the request that a gate, or somebody at headquarters, is still being asked about.
		BodyReadTimeout: -1,
	}, h)
}

func (b *Book) problemResponse() *huma.Response {
	return &huma.Response{
		Description: "A problem",
		Content:     map[string]*huma.MediaType{problemType: {Schema: b.schema(reflect.TypeFor[Problem]())}},
	}
}

func (b *Book) schema(of reflect.Type) *huma.Schema {
	return b.api.OpenAPI().Components.Schemas.Schema(of, true, "")
}

// Streaming is the answer of an operation that goes on by itself, as a Live does.
type Streaming struct{ Body func(huma.Context) }

// Stream is an answer that serve gives.
func Stream(serve func(w http.ResponseWriter, r *http.Request)) *Streaming {
	return &Streaming{func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		serve(w, r.WithContext(ctx.Context()))
	}}
}

// DescribeStream says what the events of a stream hold.
func (b *Book) DescribeStream(path string, state reflect.Type) {
	b.api.OpenAPI().Paths[path].Get.Responses["200"].Content = map[string]*huma.MediaType{"text/event-stream": {Schema: b.schema(state)}}
}

// DescribeDocument says that an operation answers with a document of another format, or that the asker has it already.
func (b *Book) DescribeDocument(path, contentType string) {
	responses := b.api.OpenAPI().Paths[path].Get.Responses
	responses["200"].Content = map[string]*huma.MediaType{contentType: {Schema: &huma.Schema{}}}
	responses["304"] = &huma.Response{Description: "The document is the same as before"}
}

// Keyed is the header of everything that changes something.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"128" doc:"Name this request by a key of your own; repeated with the same key it is carried out once and answered alike"`
}

// Replayed is the header of the answer to a repetition.
type Replayed struct {
	Replayed string `header:"Idempotent-Replayed" doc:"true if the answer is that of an earlier request with the same key"`
}

// Replay is the header of an answer that repeats an earlier one, or not.
func Replay(repeated bool) Replayed {
	if repeated {
		return Replayed{"true"}
	}
	return Replayed{}
}

// Here is the parameter of everything about one location.
type Here struct {
	Location string `path:"locationId" maxLength:"64" doc:"The location"`
}
