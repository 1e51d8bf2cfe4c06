package resttest

import (
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// API is what is walked.
type API struct {
	Handler http.Handler
	Token   string // that may everything
	// Paths replaces parameters by what there is: "{locationId}" by "altstadt". Any other is of something that there is
	// not.
	Paths *strings.Replacer
	// Queries are those that operations can't do without, by operationId.
	Queries map[string]string
}

// walker is an API over HTTP.
type walker struct {
	*testing.T
	API
	address string
	client  *http.Client
	Description
}

// Walk asks for every operation of the description, and fails the test where an answer is not as described: reads
// succeed or are a problem, everything that is wrong with a request is a problem of the asker's, and nothing is the
// API's own failure.
func Walk(t *testing.T, api API) {
	server := httptest.NewServer(api.Handler) // as programs meet it: over HTTP, with connections that are used again
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	w := &walker{T: t, API: api, address: server.URL, client: server.Client()}
	w.describe()
	for _, path := range slices.Sorted(maps.Keys(w.Description.Paths)) {
		operations := w.Description.Paths[path]
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			o := operations[method]
			w.wrong(strings.ToUpper(method), path, &o)
			if method == "get" {
				w.read(path, &o)
			}
		}
		w.otherVerbs(path, operations)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (w *walker) ask(method, path, body string, headers ...string) answer {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, w.address+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Host = "gatehouse.test" // from elsewhere: an API that is open to its own machine is not for us
	r.Header.Set("Authorization", "Bearer "+w.Token)
	for i := 0; i+1 < len(headers); i += 2 {
		if r.Header.Set(headers[i], headers[i+1]); headers[i+1] == "" {
			r.Header.Del(headers[i])
		}
	}
	response, err := w.client.Do(r)
	if err != nil {
		w.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, header: response.Header}
	if !strings.HasPrefix(a.header.Get("Content-Type"), "text/event-stream") { // that one goes on for ever
		text, err := io.ReadAll(response.Body)
		if err != nil {
			w.Fatalf("%s %s: %v", method, path, err)
		}
		a.body = string(text)
	}
	return a
}

// describe reads the description, and holds it against the rules of OpenAPI 3.1 that a reader relies on.
func (w *walker) describe() {
	w.Helper()
	got := w.ask(http.MethodGet, "/openapi.json", "")
	if err := json.Unmarshal([]byte(got.body), &w.Description); err != nil {
		w.Fatal(err)
	}
	if !strings.HasPrefix(w.OpenAPI, "3.1.") || w.Info.Title == "" || w.Info.Version == "" || len(w.Description.Paths) == 0 {
		w.Fatalf("no description of OpenAPI 3.1: %.200s", got.body)
	}
	for _, ref := range regexp.MustCompile(`"\$ref":"([^"]*)"`).FindAllStringSubmatch(got.body, -1) {
		if name, ours := strings.CutPrefix(ref[1], "#/components/schemas/"); !ours || w.Components.Schemas[name] == nil {
			w.Errorf("%s leads nowhere", ref[1])
		}
	}
	for _, strange := range []string{`["array","null"]`, "ErrorModel", "ErrorDetail"} { // lists are never null, and problems are our own
		if strings.Contains(got.body, strange) {
			w.Errorf("the description holds %s", strange)
		}
	}
	if w.Components.SecuritySchemes["token"] == nil {
		w.Error("it is not described how a token is shown")
	}
	seen := map[string]bool{}
	for path, operations := range w.Description.Paths {
		for method, o := range operations {
			if o.ID == "" || seen[o.ID] || o.Summary == "" || o.Role == "" {
				w.Errorf("%s %s: operationId %q, summary %q, role %q", method, path, o.ID, o.Summary, o.Role)
			}
			seen[o.ID] = true
			w.describes(path, &o)
		}
	}
}

func (w *walker) describes(path string, o *Operation) {
	w.Helper()
	named := []string{}
	for _, p := range o.Parameters {
		if p.In == "path" {
			named = append(named, "{"+p.Name+"}")
		}
	}
	inPath := regexp.MustCompile(`\{\w+\}`).FindAllString(path, -1)
	slices.Sort(named)
	slices.Sort(inPath)
	if !slices.Equal(named, inPath) {
		w.Errorf("%s: path %s has the parameters %v", o.ID, path, named)
	}
	problem, described := o.Responses["default"]
	if _, is := problem.Content[problemType]; !described || !is || len(o.Responses) < 2 {
		w.Errorf("%s: what it answers is not described: %v", o.ID, o.Responses)
	}
}

const problemType = "application/problem+json"

// fill is a path of something that there is, as far as the API has it.
func (w *walker) fill(path, id string) string {
	if w.API.Paths != nil {
		path = w.API.Paths.Replace(path)
	}
	return regexp.MustCompile(`\{\w+\}`).ReplaceAllString(path, "X1") + w.Queries[id]
}

// isProblem holds an answer against RFC 9457 and our own additions to it.
func (w *walker) isProblem(what string, got answer) {
	w.Helper()
	var p struct {
		Type, Title, Detail, Code, Hint string
		Status                          int
	}
	switch err := json.Unmarshal([]byte(got.body), &p); {
	case got.status < 400 || got.status >= 500:
		w.Errorf("%s: %d is no fault of the asker's: %.300s", what, got.status, got.body)
	case got.header.Get("Content-Type") != problemType || err != nil:
		w.Errorf("%s: %d is told as %s: %.300s", what, got.status, got.header.Get("Content-Type"), got.body)
	case p.Status != got.status || p.Title == "" || p.Detail == "" || p.Code == "" || p.Hint == "" || !strings.HasSuffix(p.Type, "#"+p.Code):
		w.Errorf("%s: %.300s", what, got.body)
	}
}

// read asks for what there is, and compares the answer with its description.
func (w *walker) read(path string, o *Operation) {
	w.Helper()
	got := w.ask(http.MethodGet, w.fill(path, o.ID), "")
	if got.status >= 300 {
		w.isProblem(o.ID, got)
		return
	}
	described, is := o.Responses["200"]
	kind, _, _ := strings.Cut(got.header.Get("Content-Type"), ";")
	media, of := described.Content[kind]
	if got.status != http.StatusOK || !is || !of {
		w.Errorf("%s: %d %s is not described", o.ID, got.status, kind)
		return
	}
	if kind != "application/json" {
		return
	}
	var value any
	if err := json.Unmarshal([]byte(got.body), &value); err != nil {
		w.Errorf("%s: %v", o.ID, err)
	} else if wrong := w.check(media.Schema, o.ID, value); wrong != "" {
		w.Errorf("%s; it answers %.500s", wrong, got.body)
	}
}

// wrongBodies are what no operation takes that takes a body.
var wrongBodies = []string{
	`{`, `null`, `[]`, `"text"`, `1`, `true`, `{"noSuchField":1}`, `{"a":{"b":[{}]}} {}`, "\x00\xff\xfe", `{"reason":{"a":[]}}`,
	`{"reason":1e999}`, strings.Repeat(`[`, 10_000), strings.Repeat(`{"a":`, 10_000), `{"card":"4111 1111 1111 1111"}`,
}

// wrong asks in all ways that are wrong.
func (w *walker) wrong(method, path string, o *Operation) {
	w.Helper()
	filled := w.fill(path, o.ID)
	w.isProblem(o.ID+" by nobody", w.ask(method, filled, "", "Authorization", ""))
	w.isProblem(o.ID+" by a stranger", w.ask(method, filled, "", "Authorization", "Bearer nonsense"))
	unknown := "?noSuchParameter=1"
	if strings.Contains(filled, "?") {
		unknown = "&noSuchParameter=1"
	}
	if o.RequestBody == nil {
		w.isProblem(o.ID+" with an unknown parameter", w.ask(method, filled+unknown, ""))
		return
	}
	for _, body := range wrongBodies {
		w.isProblem(o.ID+" with "+body[:min(40, len(body))], w.ask(method, filled, body, "Content-Type", "application/json"))
	}
	w.isProblem(o.ID+" with a form", w.ask(method, filled, "a=b", "Content-Type", "application/x-www-form-urlencoded"))
	w.isProblem(o.ID+" with a huge body", w.ask(method, filled, `{"reason":"`+strings.Repeat("x", 5<<20)+`"}`, "Content-Type", "application/json"))
}

// otherVerbs asks by verbs that a path doesn't have.
func (w *walker) otherVerbs(path string, has map[string]Operation) {
	w.Helper()
	filled := w.fill(path, "")
	for _, method := range []string{"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"} {
		if _, is := has[strings.ToLower(method)]; is {
			continue
		}
		got := w.ask(method, filled, "")
		w.isProblem(method+" "+path, got)
		if got.status == http.StatusMethodNotAllowed && got.header.Get("Allow") == "" {
			w.Errorf("%s %s: nothing says what is allowed", method, path)
		}
	}
	if got := w.ask(http.MethodHead, filled, ""); got.status >= 500 || got.body != "" {
		w.Errorf("HEAD %s: %d %q", path, got.status, got.body)
	}
}
