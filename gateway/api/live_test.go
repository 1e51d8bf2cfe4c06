package api_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
)

// client is the reading end of a stream.
type client struct {
	mu     sync.Mutex
	header http.Header
	status int
	text   string
	leave  context.CancelFunc
}

func (c *client) Header() http.Header { return c.header }
func (c *client) WriteHeader(s int)   { c.status = s }
func (c *client) Flush()              {}
func (c *client) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text += string(b)
	return len(b), nil
}

// take is what came since the last take: events' data, and how many comments.
func (c *client) take(t *testing.T) (states []map[string]any, comments int) {
	t.Helper()
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, block := range strings.Split(strings.TrimSuffix(c.text, "\n\n"), "\n\n") {
		switch data, isState := strings.CutPrefix(block, "event: state\ndata: "); {
		case isState:
			var state map[string]any
			if err := json.Unmarshal([]byte(data), &state); err != nil {
				t.Fatalf("%v in %s", err, data)
			}
			states = append(states, state)
		case strings.HasPrefix(block, ":"):
			comments++
		case block != "" && block != "retry: 1000":
			t.Fatalf("neither event nor comment: %q", block)
		}
	}
	c.text = ""
	return states, comments
}

// listen opens a stream in a bubble of synctest.
func listen(t *testing.T, handler http.Handler) *client {
	ctx, leave := context.WithCancel(t.Context())
	c := &client{header: http.Header{}, leave: leave}
	r := httptest.NewRequest("GET", "/api/v1/locations/altstadt/events", nil).WithContext(ctx)
	r.Header.Set("Authorization", "Bearer "+apitest.ViewToken)
	go handler.ServeHTTP(c, r)
	return c
}

func TestAStreamSendsTheStateAndEveryChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		c := listen(t, b.handler)
		first, _ := c.take(t)
		if len(first) != 1 || c.header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("%d events at once, %v", len(first), c.header)
		}
		floor := first[0]["floors"].([]any)[1].(map[string]any)
		zone := floor["zones"].([]any)[0].(map[string]any)
		if first[0]["now"] != "2026-06-15T12:00:00Z" || zone["cells"] != "aaaaaaaa" || zone["first"] != "A-101" || first[0]["role"] != "view" {
			t.Errorf("%v", first[0])
		}
		b.post("/api/v1/entry", enterBody).is(200)
		time.Sleep(time.Second)
		changed, _ := c.take(t)
		if len(changed) != 1 {
			t.Fatalf("%d events after one change", len(changed))
		}
		text, _ := json.Marshal(changed[0]) // it was JSON
		if !strings.Contains(string(text), `"cells":"haaaaaaa"`) {
			t.Errorf("the held spot is missing: %s", text)
		}
		mustLack(t, string(text), "BGH1234", "T06")
		c.leave()
	})
}

func TestAStreamSendsAtMostFourStatesASecondAndTheLastOneAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		c := listen(t, b.handler)
		c.take(t)
		for i := range 100 {
			b.backend.Do(lot.CorrectCount{Inside: int64(i)})
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Second)
		states, _ := c.take(t)
		if len(states) < 6 || len(states) > 9 {
			t.Errorf("%d states in two seconds", len(states))
		}
		last := states[len(states)-1]["realtime"].(map[string]any)["inside"].(map[string]any)["loops"]
		if last != float64(99) {
			t.Errorf("the last state says %v", last)
		}
		c.leave()
	})
}

func TestAQuietStreamIsKeptAliveAndRepeatsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		c := listen(t, b.handler)
		c.take(t)
		b.backend.Pass(time.Second) // only the time has changed
		time.Sleep(46 * time.Second)
		if states, comments := c.take(t); len(states) != 0 || comments != 3 {
			t.Errorf("%d states, %d comments", len(states), comments)
		}
		c.leave()
		synctest.Wait()
		if n := b.backend.Listeners(); n != 0 {
			t.Errorf("%d listeners are left behind", n)
		}
	})
}

func TestStreamsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		var all []*client
		for range 32 {
			all = append(all, listen(t, b.handler))
		}
		synctest.Wait()
		late := listen(t, b.handler)
		synctest.Wait()
		if late.status != 503 || !strings.Contains(late.text, "too_many_streams") || late.header.Get("Retry-After") == "" {
			t.Errorf("the 33rd: %d %v %s", late.status, late.header, late.text)
		}
		all[0].leave()
		time.Sleep(time.Second)
		again := listen(t, b.handler)
		if states, _ := again.take(t); len(states) != 1 {
			t.Error("a place that was left is not given again")
		}
		for _, c := range append(all, late, again) {
			c.leave()
		}
	})
}

func TestAStreamEndsWhenTheLotDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		c := listen(t, b.handler)
		c.take(t)
		b.backend.Fail(errors.New("stopped"))
		b.backend.SetChecks() // something changed
		time.Sleep(time.Second)
		synctest.Wait()
		if n := len(c.text); n != 0 {
			t.Errorf("%d bytes after the end: %s", n, c.text)
		}
	})
}

// A server gives a client some time to send its request. A stream outlives that time by far.
func TestAStreamOutlivesTheServersTimeouts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		line := &oneLine{calls: make(chan net.Conn)}
		server := &http.Server{Handler: b.handler, ReadTimeout: 50 * time.Millisecond, WriteTimeout: 50 * time.Millisecond}
		ended := make(chan error)
		go func() { ended <- server.Serve(line) }()
		events := bufio.NewScanner(line.get(t, "/api/v1/locations/altstadt/events").Body)
		events.Buffer(nil, 1<<20)
		for got := 0; got < 3; {
			if !events.Scan() {
				t.Fatalf("the stream ended after %d states: %v", got, events.Err())
			}
			if strings.HasPrefix(events.Text(), "data: ") { // states come a quarter of a second apart
				got++
				b.backend.Do(lot.CorrectCount{Inside: int64(got)})
			}
		}
		_ = server.Close()
		<-ended
	})
}

// oneLine is a network of one connection, in memory: its deadlines go by the clock of the test.
type oneLine struct {
	calls chan net.Conn
	ended sync.Once
}

func (l *oneLine) Accept() (net.Conn, error) {
	conn, open := <-l.calls
	if !open {
		return nil, net.ErrClosed
	}
	return conn, nil
}

func (l *oneLine) Close() error   { l.ended.Do(func() { close(l.calls) }); return nil }
func (l *oneLine) Addr() net.Addr { return &net.UnixAddr{Name: "line", Net: "unix"} }

// get asks for a page and returns the answer's beginning.
func (l *oneLine) get(t *testing.T, path string) *http.Response {
	t.Helper()
	ours, theirs := net.Pipe()
	l.calls <- theirs
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://lot"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+apitest.ViewToken)
	if err := r.Write(ours); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(ours), r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestManyReadersShareASnapshot(t *testing.T) {
	live := api.NewLive(apitest.New(apitest.Small()))
	first, err := live.State(t.Context(), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	backend := apitest.New(apitest.Small())
	shared := api.NewLive(backend)
	if _, err := shared.State(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	backend.Fail(errors.New("asked again"))
	second, err := shared.State(t.Context(), time.Now().Add(-time.Hour))
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("a snapshot young enough was not used: %v", err)
	}
	if _, err := shared.State(t.Context(), time.Now()); err == nil {
		t.Error("a snapshot that is too old was used")
	}
}

func TestTheWorstOfAlertsAndChecksIsTheSeverity(t *testing.T) {
	backend := apitest.New(apitest.Small())
	live := api.NewLive(backend)
	severity := func() string {
		var state struct{ Severity string }
		text, err := live.State(t.Context(), time.Now())
		if err == nil {
			err = json.Unmarshal(text, &state)
		}
		if err != nil {
			t.Fatal(err)
		}
		return state.Severity
	}
	if got := severity(); got != "ok" {
		t.Errorf("all well is %s", got)
	}
	backend.SetChecks(api.Check{ID: "disk", Severity: lot.Warning, Ready: true}, api.Check{ID: "clock", Ready: true})
	if got := severity(); got != "warning" {
		t.Errorf("a warning is %s", got)
	}
	backend.Do(lot.FireChanged{Active: true})
	if got := severity(); got != "fault" {
		t.Errorf("fire is %s", got)
	}
}
