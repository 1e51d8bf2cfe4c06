package rest_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/sync/rest"
	"gatehouse/sync/rest/resttest"
)

// thing is what the API of these tests is about.
type thing struct {
	Name  string   `json:"name"`
	Notes []string `json:"notes"`
}

// newAPI is a small API with one operation of each sort, and room for so many streams. Changed counts what got through.
func newAPI(changed *int, streams int) http.Handler {
	tokens := []rest.Token{rest.NewToken("wall", rest.RoleView, "view"), rest.NewToken("anna", rest.RoleConfigure, "configure")}
	door := &rest.Door{
		Name: "the API", Title: "Test", Home: "the lot", Keeper: "who tests", Hint: "a token", Cookie: "test_token", BodyMax: 1 << 10,
		Find:   func(token string) (rest.Somebody, bool) { return rest.Find(token, tokens) },
		Logger: slog.New(slog.DiscardHandler),
	}
	book := door.NewBook("1", "An API of tests.")
	book.Tag = "Things"
	live := rest.NewLive(rest.LiveSource{
		Read: func(context.Context) (any, time.Time, error) {
			return thing{"live", []string{}}, time.Unix(0, 0), nil
		},
		Changes: func(ctx context.Context) <-chan struct{} { return make(chan struct{}) }, Most: streams, Every: time.Millisecond,
		Refuse: func(error) *rest.Problem { return rest.Unavailable("the lot") },
	})
	rest.Read(book, rest.RoleView, "getThing", "/api/v1/things/{name}", "One thing", func(_ context.Context, in *struct {
		Name string `path:"name" maxLength:"8"`
	}) (*struct{ Body thing }, error) {
		if in.Name == "broken" {
			panic("a fault")
		}
		if in.Name != "one" {
			return nil, rest.NotFound("thing "+rest.Clip(in.Name), "ask for one")
		}
		return &struct{ Body thing }{thing{"one", []string{}}}, nil
	})
	rest.Replace(book, rest.RoleConfigure, "setThing", "/api/v1/things/{name}", "Say anew what a thing is", func(_ context.Context, in *struct {
		rest.Keyed
		Name string `path:"name" maxLength:"8"`
		Body struct {
			Name  string `json:"name" minLength:"1" maxLength:"8"`
			Count int    `json:"count,omitempty" minimum:"0" maximum:"10"`
		}
	}) (*struct{ Body thing }, error) {
		*changed++
		return &struct{ Body thing }{thing{in.Body.Name, []string{}}}, nil
	})
	rest.Remove(book, rest.RoleConfigure, "endThing", "/api/v1/things/{name}", "End a thing", func(context.Context, *struct {
		Name string `path:"name" maxLength:"8"`
	}) (*struct{}, error) {
		return nil, nil
	})
	rest.Read(book, rest.RoleView, "streamThings", "/api/v1/events", "What happens", func(context.Context, *struct{}) (*rest.Streaming, error) {
		return rest.Stream(func(w http.ResponseWriter, r *http.Request) { live.Stream(w, r, live.Changed()) }), nil
	})
	book.DescribeStream("/api/v1/events", reflect.TypeFor[thing]())
	book.Close()
	mux := http.NewServeMux()
	door.Mount(mux, book, func() []rest.Measure { return nil })
	return door.Guard(mux)
}

// deadlined notes until when a connection may be read from: beyond it the server ends the request that is under way.
type deadlined struct {
	*httptest.ResponseRecorder
	last *time.Time
}

// SetReadDeadline is http.ResponseController's.
func (d deadlined) SetReadDeadline(t time.Time) error {
	*d.last = t
	return nil
}

func TestARequestHasTheTimeThatItNeeds(t *testing.T) {
	changed, last := 0, time.Unix(1, 0)
	r := httptest.NewRequest("PUT", "/api/v1/things/one", strings.NewReader(`{"name":"two"}`))
	r.Header.Set("Authorization", "Bearer configure")
	r.Header.Set("Content-Type", "application/json")
	w := deadlined{httptest.NewRecorder(), &last}
	newAPI(&changed, 1).ServeHTTP(w, r)
	if w.Code != http.StatusOK || changed != 1 || !last.IsZero() {
		t.Errorf("%d %s: it must have ended by %v", w.Code, w.Body, last)
	}
}

func TestAnAPIAnswersAsItIsDescribed(t *testing.T) {
	changed := 0
	resttest.Walk(t, resttest.API{Handler: newAPI(&changed, 64), Token: "configure", Paths: strings.NewReplacer("{name}", "one")})
	if changed != 0 {
		t.Errorf("%d wrong requests got through", changed)
	}
}

func TestWhatIsWrongWithARequest(t *testing.T) {
	changed := 0
	api := newAPI(&changed, 64)
	long := strings.Repeat("x", 2<<10)
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"no token", "GET", "/api/v1/things/one", "", []string{"Authorization", ""}, 401, "unauthorized"},
		{"another scheme", "GET", "/api/v1/things/one", "", []string{"Authorization", "Basic configure"}, 401, "unauthorized"},
		{"too small a role", "PUT", "/api/v1/things/one", `{"name":"a"}`, []string{"Authorization", "Bearer view"}, 403, "forbidden"},
		{"from a foreign site", "PUT", "/api/v1/things/one", `{"name":"a"}`, []string{"Authorization", "", "Cookie", "test_token=configure", "Sec-Fetch-Site", "cross-site"}, 403, "cross_site"},
		{"nothing there", "GET", "/api/v1/things/two", "", nil, 404, "not_found"},
		{"no such path", "GET", "/api/v1/nothing", "", nil, 404, "not_found"},
		{"no such verb", "PATCH", "/api/v1/things/one", `{}`, nil, 405, "method_not_allowed"},
		{"options", "OPTIONS", "/api/v1/things/one", "", nil, 405, "method_not_allowed"},
		{"no body", "PUT", "/api/v1/things/one", "", nil, 400, "malformed"},
		{"half a body", "PUT", "/api/v1/things/one", `{"name":"a"`, nil, 400, "malformed"},
		{"another type", "PUT", "/api/v1/things/one", `<name>a</name>`, []string{"Content-Type", "application/xml"}, 415, "unsupported_media_type"},
		{"an unknown field", "PUT", "/api/v1/things/one", `{"name":"a","nmae":"b"}`, nil, 422, "invalid"},
		{"an unknown parameter", "GET", "/api/v1/things/one?x=1", "", nil, 422, "invalid"},
		{"a missing field", "PUT", "/api/v1/things/one", `{}`, nil, 422, "invalid"},
		{"a wrong type", "PUT", "/api/v1/things/one", `{"name":7}`, nil, 422, "invalid"},
		{"beyond a bound", "PUT", "/api/v1/things/one", `{"name":"a","count":11}`, nil, 422, "invalid"},
		{"too long a name", "GET", "/api/v1/things/abcdefghi", "", nil, 422, "invalid"},
		{"too large", "PUT", "/api/v1/things/one", `{"name":"` + long + `"}`, nil, 413, "too_large"},
		{"a payment card", "PUT", "/api/v1/things/one", `{"name":"4111111111111111"}`, nil, 422, "card_number"},
		{"a key that is no text", "PUT", "/api/v1/things/one", `{"name":"a"}`, []string{"Idempotency-Key", "\xff"}, 400, "malformed"},
		{"too long a key", "PUT", "/api/v1/things/one", `{"name":"a"}`, []string{"Idempotency-Key", long[:129]}, 422, "invalid"},
	} {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
		r.Header.Set("Authorization", "Bearer configure")
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(c.headers); i += 2 {
			if r.Header.Set(c.headers[i], c.headers[i+1]); c.headers[i+1] == "" {
				r.Header.Del(c.headers[i])
			}
		}
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		var p rest.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Code != c.code || p.Status != c.status || p.Hint == "" ||
			w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v %s", c.name, w.Code, w.Header(), w.Body)
		}
		if strings.Contains(w.Body.String(), "4111") || strings.Contains(w.Body.String(), "nmae\":\"b") {
			t.Errorf("%s: the answer repeats what was sent: %s", c.name, w.Body)
		}
		if (w.Code == 405) != (w.Header().Get("Allow") != "") || (w.Code == 401) != (w.Header().Get("WWW-Authenticate") != "") {
			t.Errorf("%s: %v", c.name, w.Header())
		}
	}
	if changed != 0 {
		t.Errorf("%d wrong requests got through", changed)
	}
}

// A fault in one operation is told as one, and says nothing of its inside.
func TestAPanicIsAnAnswer(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/api/v1/things/broken", nil)
	r.Header.Set("Authorization", "Bearer view")
	w := httptest.NewRecorder()
	newAPI(new(int), 1).ServeHTTP(w, r)
	if w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"internal"`) || strings.Contains(w.Body.String(), "a fault") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A stream that nobody hears holds neither its place nor the connection.
func TestTheHeadOfAStreamEnds(t *testing.T) {
	server := httptest.NewServer(newAPI(new(int), 1))
	defer server.Close()
	for range 3 { // there is one place
		r, err := http.NewRequestWithContext(t.Context(), http.MethodHead, server.URL+"/api/v1/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer view")
		response, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("%s %v", response.Status, response.Header)
		}
	}
}
