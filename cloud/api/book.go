package api

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"
)

// book registers operations, so that each says only what is its own.
type book struct {
	server *Server
	api    huma.API
	tag    string // of the operations that follow
}

// handler is one operation.
type handler[I, O any] = func(context.Context, *I) (*O, error)

// read registers an operation that changes nothing.
func read[I, O any](b *book, role Role, id, path, summary string, h handler[I, O]) {
	register(b, http.MethodGet, 0, role, id, path, summary, h)
}

// act registers an operation that does something.
func act[I, O any](b *book, role Role, id, path, summary string, h handler[I, O]) {
	register(b, http.MethodPost, 0, role, id, path, summary, h)
}

// create registers an operation that makes something new.
func create[I, O any](b *book, role Role, id, path, summary string, h handler[I, O]) {
	register(b, http.MethodPost, http.StatusCreated, role, id, path, summary, h)
}

// replace registers an operation that says anew what something is.
func replace[I, O any](b *book, role Role, id, path, summary string, h handler[I, O]) {
	register(b, http.MethodPut, 0, role, id, path, summary, h)
}

// remove registers an operation that ends something.
func remove[I, O any](b *book, role Role, id, path, summary string, h handler[I, O]) {
	register(b, http.MethodDelete, 0, role, id, path, summary, h)
}

// register describes and mounts an operation. Status 0: 200 with an answer, 204 without.
func register[I, O any](b *book, method string, status int, role Role, id, path, summary string, h handler[I, O]) {
	huma.Register(b.api, huma.Operation{
		OperationID: id, Method: method, Path: path, Tags: []string{b.tag}, Summary: summary, DefaultStatus: status,
		Description:                  "Needs the role " + role.String() + ".",
		Extensions:                   map[string]any{"x-role": role.String()},
		Responses:                    map[string]*huma.Response{"default": b.problemResponse()},
		Middlewares:                  huma.Middlewares{b.server.admit(role), b.server.takeBody},
		RejectUnknownQueryParameters: true,
		MaxBodyBytes:                 bodyMax + 1,
	}, h)
}

func (b *book) problemResponse() *huma.Response {
	return &huma.Response{
		Description: "A problem",
		Content:     map[string]*huma.MediaType{problemType: {Schema: problemSchema(b.api)}},
	}
}

// describeStream says what the events of a stream hold.
func (b *book) describeStream(path string) {
	schema := b.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[State](), true, "")
	b.api.OpenAPI().Paths[path].Get.Responses["200"].Content = map[string]*huma.MediaType{"text/event-stream": {Schema: schema}}
}

// Here is the parameter of everything about one location.
type Here struct {
	Location string `path:"locationId" maxLength:"64" doc:"The location"`
}

// Keyed is the header of everything that makes something.
type Keyed struct {
	Key string `header:"Idempotency-Key" maxLength:"128" doc:"Name what this request makes by a key of your own; repeated with the same key it is made once"`
}
