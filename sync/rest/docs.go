package rest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// specification serves the OpenAPI description.
func specification(spec *huma.OpenAPI) http.Handler {
	text, err := json.Marshal(spec)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			panic(err) // guard answers it; a test reads the whole description
		}
		w.Header().Set("Content-Type", "application/openapi+json")
		_, _ = w.Write(text) // the client is gone, and nobody is left to tell
	})
}

// docTag is a group of operations on the documentation page.
type docTag struct {
	Name       string
	Operations []docOperation
}

type docOperation struct {
	ID, Method, Path, Summary, Role string
	Parameters                      []docField
	Body, Answer                    []docField
}

type docField struct {
	Name, Type, Text string
	Required         bool
}

// documentation serves a page for people, made from the OpenAPI description.
func (d *Door) documentation(spec *huma.OpenAPI) http.Handler {
	problems := maps.Clone(problemStatus)
	maps.Copy(problems, d.Codes)
	codes := slices.Sorted(maps.Keys(problems))
	page := struct {
		Title, Version string
		Tags           []docTag
		Problems       map[string]int
		Codes          []string
	}{spec.Info.Title, spec.Info.Version, docTags(spec), problems, codes}
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { d.showPage(w, http.StatusOK, "docs.html", page) })
}

func docTags(spec *huma.OpenAPI) []docTag {
	tags := []docTag{}
	for _, path := range slices.Sorted(maps.Keys(spec.Paths)) {
		item := spec.Paths[path]
		for _, operation := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if operation == nil {
				continue
			}
			at := slices.IndexFunc(tags, func(t docTag) bool { return t.Name == operation.Tags[0] })
			if at < 0 {
				at, tags = len(tags), append(tags, docTag{Name: operation.Tags[0]})
			}
			tags[at].Operations = append(tags[at].Operations, docOf(spec, operation))
		}
	}
	return tags
}

func docOf(spec *huma.OpenAPI, operation *huma.Operation) docOperation {
	role, _ := operation.Extensions["x-role"].(string)
	d := docOperation{ID: operation.OperationID, Method: operation.Method, Path: operation.Path, Summary: operation.Summary, Role: role}
	for _, p := range operation.Parameters {
		d.Parameters = append(d.Parameters, docField{p.Name, p.In + " " + typeName(p.Schema), p.Description, p.Required})
	}
	if operation.RequestBody != nil {
		d.Body = docFields(spec, operation.RequestBody.Content["application/json"])
	}
	for _, status := range slices.Sorted(maps.Keys(operation.Responses)) {
		if strings.HasPrefix(status, "2") {
			d.Answer = docFields(spec, operation.Responses[status].Content["application/json"])
		}
	}
	return d
}

// docFields lists the fields of a body.
func docFields(spec *huma.OpenAPI, media *huma.MediaType) []docField {
	if media == nil || media.Schema == nil {
		return nil
	}
	schema := media.Schema
	if schema.Ref != "" {
		schema = spec.Components.Schemas.SchemaFromRef(schema.Ref)
	}
	fields := []docField{}
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		fields = append(fields, docField{name, typeName(p), p.Description, slices.Contains(schema.Required, name)})
	}
	return fields
}

// typeName says in a word what a value is.
func typeName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
	case s.Type == huma.TypeArray:
		return "list of " + typeName(s.Items)
	case len(s.OneOf) > 0:
		return "amount"
	case s.Format != "":
		return s.Format
	}
	return s.Type
}
