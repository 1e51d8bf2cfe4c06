package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/web"
	"gatehouse/sync/fact"
)

// frame is what the script gets.
type frame struct {
	Version string
	Parts   map[string]string
	Cells   map[string]string
}

// bench is the page over a lot, as somebody with the operate role sees it.
type bench struct {
	*testing.T
	backend *apitest.Backend
	page    http.Handler
	frames  func() *frame // of a stream that is open
}

// newBench makes a page. Its stream gives a frame each time it is asked.
func newBench(t *testing.T, cfg *lot.Config) *bench {
	b := &bench{T: t, backend: apitest.New(cfg)}
	live := api.NewLive(b.backend)
	stream := func(_ http.ResponseWriter, r *http.Request, frameOf func(context.Context, time.Time) ([]byte, error)) {
		b.frames = func() *frame {
			text, err := frameOf(r.Context(), time.Now())
			if err != nil || text == nil {
				return nil
			}
			var f frame
			if err := json.Unmarshal(text, &f); err != nil {
				t.Fatal(err)
			}
			return &f
		}
	}
	page := web.New(web.Options{State: live.State, Stream: stream, Receipt: live.Receipt})
	b.page = api.New(api.Options{Backend: b.backend, Live: live, Page: page, Open: true})
	b.get("/live")
	return b
}

func (b *bench) get(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:4000", "localhost"
	w := httptest.NewRecorder()
	b.page.ServeHTTP(w, r)
	return w
}

// plain is HTML as a person reads it.
func plain(html string) string {
	return strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")), " ")
}

func (b *bench) shows(html string, parts ...string) {
	b.Helper()
	for _, part := range parts {
		if !strings.Contains(html, part) {
			b.Errorf("%q is not in %.3000s", part, html)
		}
	}
}

func TestTheFirstFrameIsWhatThePageShows(t *testing.T) {
	b := newBench(t, apitest.Small())
	b.backend.Do(lot.RequestEntry{Gate: 0, Raw: "B-GH 1234"}, lot.FireChanged{Active: true})
	page, first := b.get("/").Body.String(), b.frames()
	if len(first.Parts) != 9+2+2 || len(first.Cells) != 2 {
		t.Fatalf("%d parts, %d zones", len(first.Parts), len(first.Cells))
	}
	for id, html := range first.Parts {
		if !strings.Contains(page, `id="`+id+`"`) || !strings.Contains(page, html) {
			t.Errorf("part %s is not on the page as it is: %s", id, html)
		}
	}
	b.shows(page, `<ul id="cells-1-0" class="cells large" data-floor="F1" data-zone="F1A" aria-hidden="true"><li class=h><li class=a>`)
	if first.Cells["cells-1-0"] != "haaaaaaa" {
		t.Errorf("%v", first.Cells)
	}
	b.shows(page, `data-version="`+first.Version+`"`, "/assets/page.js?v="+first.Version)
}

func TestOnlyWhatChangedIsSent(t *testing.T) {
	b := newBench(t, apitest.Small())
	b.frames()
	if again := b.frames(); again != nil {
		t.Errorf("nothing changed, and sent is %v", again)
	}
	b.backend.Pass(time.Second)
	if again := b.frames(); again != nil {
		t.Errorf("only the clock went on, and sent is %v", again)
	}
	b.backend.Do(lot.SetSpot{Spot: 2, Status: 2})
	news := b.frames()
	if news == nil || len(news.Cells) != 1 || news.Cells["cells-0-0"] != "aaoaaaaa" || news.Parts["gates"] != "" || news.Parts["floor-1"] != "" {
		t.Fatalf("%+v", news)
	}
	b.shows(plain(news.Parts["free"]), "Free 15 of 16 spots, 6.3 % occupied", "Regular 13 of 14")
	b.shows(plain(news.Parts["zone-0-0"]), "A A-001 to A-008 7 free")
	b.shows(news.Parts["clock"], "14:00:01")
}

func TestAGateInEveryCondition(t *testing.T) {
	b := newBench(t, apitest.Small())
	gates := func() string { return plain(b.get("/").Body.String()) }
	b.shows(gates(), "North entry Ready", "No decision yet", "Open once", "Hold open")
	b.backend.Do(lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Occupied}, lot.PlateSeen{Gate: 1, Raw: "X 1", Confidence: 990})
	b.shows(gates(), "South exit Vehicle waiting", "Refused: no ticket found X1")
	b.backend.Do(lot.DeviceChanged{Device: "cam", Gate: 0, Role: lot.RoleCamera, Note: "timeout"}, lot.HoldGate{Gate: 0, Request: lot.Request{Actor: "anna"}})
	b.shows(gates(), "North entry Held open", "Works without: camera.", "Held open by anna.", "Release", "Camera cam does not answer: timeout")
	b.backend.Do(lot.ArmChanged{Gate: 1, Up: true, Down: true})
	b.shows(b.get("/").Body.String(), `class="panel gate fault" id="gate-1"`)
	b.shows(gates(), "The arm says that it is up and down at once. Check the switches of the arm.", "Needs you now")
}

func TestTheCarIsDrawnWhereItIs(t *testing.T) {
	b := newBench(t, apitest.Small())
	car := func() string {
		found := regexp.MustCompile(`class="car ([a-z]+)"`).FindStringSubmatch(b.get("/").Body.String())
		if found == nil {
			return ""
		}
		return found[1]
	}
	step := func(loop gate.Loop, level gate.Level, want string) {
		t.Helper()
		b.backend.Do(lot.LoopChanged{Gate: 0, Loop: loop, Level: level})
		if got := car(); got != want {
			t.Errorf("the car is %q, not %q", got, want)
		}
	}
	step(gate.ArmingLoop, gate.Occupied, "waiting")
	b.backend.Do(lot.PlateSeen{Gate: 0, Raw: "B 1", Confidence: 990})
	step(gate.ClosingLoop, gate.Occupied, "passing")
	step(gate.ArmingLoop, gate.Clear, "passing")
	step(gate.ClosingLoop, gate.Clear, "")
}

func TestMoneyIsAskedForAtTheExit(t *testing.T) {
	b := newBench(t, apitest.Small())
	b.backend.Do(lot.RequestEntry{Gate: 0, Raw: "B 1"})
	b.backend.Drive(0)
	b.backend.Pass(2*time.Hour - 9*time.Second)
	b.backend.Do(lot.LoopChanged{Gate: 1, Loop: gate.ArmingLoop, Level: gate.Occupied}, lot.PlateSeen{Gate: 1, Raw: "B 1", Confidence: 990})
	b.shows(plain(b.get("/").Body.String()), "Asked to pay 4.00 EUR")
}

func TestWhatPeopleWroteIsTextAndNothingElse(t *testing.T) {
	cfg := apitest.Small()
	evil := `<script>alert(1)</script>"'>`
	cfg.Name, cfg.Gates[0].Name, cfg.Floors[0].Name, cfg.Zones[0].Name, cfg.Spots[0].Number = evil, evil, evil, evil, evil
	b := newBench(t, cfg)
	b.backend.Do(lot.HoldGate{Gate: 1, Request: lot.Request{Actor: evil}}, lot.DeviceChanged{Device: "d", Gate: -1, Note: evil})
	b.backend.SetInfo(func(i *api.Info) { i.SafeMode, i.Board, i.Version = evil, evil, evil })
	page := b.get("/").Body.String()
	if strings.Contains(page, "<script>") || strings.Contains(page, `"'>`) {
		t.Errorf("it got through: %s", page)
	}
	for id, html := range b.frames().Parts {
		if strings.Contains(html, "<script>") {
			t.Errorf("it got through in %s: %s", id, html)
		}
	}
}

func TestABrowserMayLoadNothingFromElsewhere(t *testing.T) {
	b := newBench(t, apitest.Small())
	page := b.get("/")
	policy := page.Header().Get("Content-Security-Policy")
	b.shows(policy, "default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
	if html := page.Body.String(); strings.Contains(html, " style=") || strings.Contains(html, " onclick=") || strings.Contains(html, "<style") {
		t.Errorf("the policy forbids what is in %s", html)
	}
	for _, found := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page.Body.String(), -1) {
		if !strings.HasPrefix(found[1], "/") && !strings.HasPrefix(found[1], "#") && !strings.HasPrefix(found[1], "data:image/svg+xml,") {
			t.Errorf("the page refers to %s", found[1])
		}
	}
	for name, kind := range map[string]string{"page.js": "text/javascript", "page.css": "text/css"} {
		asset := b.get("/assets/" + name)
		if asset.Code != 200 || !strings.HasPrefix(asset.Header().Get("Content-Type"), kind) || !strings.Contains(asset.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", name, asset.Code, asset.Header())
		}
		if strings.Contains(asset.Body.String(), "http") {
			t.Errorf("%s refers to elsewhere", name)
		}
	}
	if got := b.get("/assets/nothing").Code; got != 404 {
		t.Errorf("an asset that is not there: %d", got)
	}
	if got := b.get("/nothing").Code; got != 404 {
		t.Errorf("a page that is not there: %d", got)
	}
}

func TestALotThatDoesNotAnswerIsSaid(t *testing.T) {
	b := newBench(t, apitest.Small())
	b.backend.Fail(errors.New("stopped"))
	page := b.get("/")
	if page.Code != 503 || !strings.Contains(page.Body.String(), "Gates go on by themselves") || !strings.Contains(page.Body.String(), `http-equiv="refresh"`) {
		t.Errorf("%d %s", page.Code, page.Body.String())
	}
	if f := b.frames(); f != nil {
		t.Errorf("%v", f)
	}
}

func TestSafeModeAndTheWall(t *testing.T) {
	b := newBench(t, apitest.Small())
	b.backend.SetInfo(func(i *api.Info) { i.SafeMode, i.Demo = "line 7: no such driver", true })
	b.shows(plain(b.get("/").Body.String()), "Safe mode.", "line 7: no such driver", "Demonstration")
	b.shows(b.get("/?wall").Body.String(), `<html lang="en" class="wall"`)
}

func TestManyAlertsOfAKindAreOne(t *testing.T) {
	b := newBench(t, apitest.Small())
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		b.backend.Do(lot.DeviceChanged{Device: fact.DeviceID("s-" + id), Gate: -1, Role: lot.RoleSensor, Note: "no answer"})
	}
	b.shows(plain(b.get("/").Body.String()), "Sensor s-a does not answer: no answer and 4 more like it")
}

// Before the sensors have spoken, no number says how much is free.
func TestALotThatKnowsNothingYetShowsNoNumber(t *testing.T) {
	b := newBench(t, apitest.Large(1, 1, 8))
	page := b.get("/").Body.String()
	for _, wanted := range []string{`<p class="big none">–</p>`, "8 not known", `<b class="count">–</b> free of 8`, "sign: blank"} {
		if !strings.Contains(page, wanted) {
			t.Errorf("the page lacks %q", wanted)
		}
	}
}

// What needs a person now stands before what has time, wherever each was found.
func TestTheWorstComesFirst(t *testing.T) {
	b := newBench(t, apitest.Small())
	b.backend.SetChecks(api.Check{ID: "disk_space", Severity: lot.Warning, Value: "812 MiB free", Do: "Free disk space."})
	b.backend.Do(lot.FireChanged{Active: true})
	b.shows(plain(b.frames().Parts["notices"]), "Reset the fire panel. Gates stay up until it is reset. Disk space: 812 MiB free")
}
