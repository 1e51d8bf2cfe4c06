package api_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/sync/rest"
)

// tokens are one for each role.
func tokens() []rest.Token {
	return []rest.Token{
		{Name: "wall", Role: rest.RoleView, SHA256: sha256.Sum256([]byte(apitest.ViewToken))},
		{Name: "anna", Role: rest.RoleOperate, SHA256: sha256.Sum256([]byte(apitest.OperateToken))},
		{Name: "boss", Role: rest.RoleConfigure, SHA256: sha256.Sum256([]byte(apitest.ConfigureToken))},
	}
}

// bench is the API over a lot of its own.
type bench struct {
	*testing.T
	backend *apitest.Backend
	handler http.Handler
}

func newBench(t *testing.T) *bench {
	backend := apitest.New(apitest.Small())
	return &bench{t, backend, api.New(api.Options{Backend: backend, Tokens: tokens()})}
}

// answer is what a request got.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   string
}

// ask makes a request. Headers are name and value in turn.
func (b *bench) ask(method, path, token, body string, headers ...string) answer {
	b.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

func (b *bench) do(r *http.Request) answer {
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	body, _ := io.ReadAll(w.Result().Body) // from memory
	return answer{b.T, w.Code, w.Result().Header, string(body)}
}

// get reads as somebody who may operate.
func (b *bench) get(path string) answer {
	b.Helper()
	return b.ask("GET", path, apitest.OperateToken, "").is(200)
}

// post writes as somebody who may do anything.
func (b *bench) post(path, body string, headers ...string) answer {
	b.Helper()
	return b.ask("POST", path, apitest.ConfigureToken, body, headers...)
}

// is fails the test unless the status is as wanted.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, not %d: %s", a.status, status, a.body)
	}
	return a
}

// field finds a value in the answer by a path such as gates.0.name.
func (a answer) field(path string) any {
	a.t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(a.body)))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		a.t.Fatalf("no JSON: %v: %s", err, a.body)
	}
	for _, name := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[name]
		case []any:
			if i := int(name[0] - '0'); len(name) == 1 && i < len(v) {
				value = v[i]
			} else {
				return nil
			}
		default:
			return nil
		}
	}
	return value
}

// text is field as text, numbers as they are written.
func (a answer) text(path string) string {
	a.t.Helper()
	switch v := a.field(path).(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		if v {
			return "true"
		}
		return "false"
	}
	return ""
}

// has fails the test unless fields are as wanted: path and text in turn.
func (a answer) has(pairs ...string) answer {
	a.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		if got := a.text(pairs[i]); got != pairs[i+1] {
			a.t.Errorf("%s is %q, not %q, in %s", pairs[i], got, pairs[i+1], a.body)
		}
	}
	return a
}

// isProblem fails the test unless the answer is a whole problem with the code.
func (a answer) isProblem(status int, code string) answer {
	a.t.Helper()
	a.is(status).has("code", code)
	if got := a.header.Get("Content-Type"); got != "application/problem+json" {
		a.t.Errorf("content type %q", got)
	}
	for _, name := range []string{"type", "title", "detail", "hint"} {
		if a.text(name) == "" {
			a.t.Errorf("the problem has no %s: %s", name, a.body)
		}
	}
	if got := a.field("status"); got != json.Number(jsonInt(status)) {
		a.t.Errorf("the problem's status is %v", got)
	}
	return a
}

func jsonInt(n int) string {
	text, _ := json.Marshal(n) // a number
	return string(text)
}

// mustLack fails the test if a text holds one of the parts.
func mustLack(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if part == "" || strings.Contains(text, part) {
			t.Errorf("%q must not be in %s", part, text)
		}
	}
}
