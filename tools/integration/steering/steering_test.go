package steering

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	cloudapp "gatehouse/cloud/app"
	"gatehouse/drivers"
	"gatehouse/gateway/app"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
	"gatehouse/sync/mqtt/mosquitto"
	"gatehouse/sync/rest"
	"gatehouse/sync/uplink/identity"
	"gatehouse/sync/wire"
)

// town is headquarters and its gateways in this process, with everything between them that there will be: certificates, the
// broker, TLS.
type town struct {
	*testing.T
	dir    string
	mqtt   string // address of the broker, the same after a restart
	broker string // of somebody else's; "": the embedded one
	hq     *cloudapp.App
	client *http.Client

	mu   sync.Mutex
	past time.Duration // by which headquarters' clock is behind
	said []wire.Message
}

func newTown(t *testing.T) *town {
	t.Parallel() // they wait for each other, and for hardly anything else
	w := &town{T: t, dir: t.TempDir(), mqtt: mosquitto.FreeAddress(t)}
	w.open()
	return w
}

// now is headquarters' clock.
func (w *town) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(-w.past)
}

// pastBy has headquarters' clock be behind.
func (w *town) pastBy(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.past = by
}

// open starts headquarters.
func (w *town) open() {
	w.Helper()
	a, err := cloudapp.New(w.Context(), cloudapp.Options{
		Dir: w.dir, Listen: "127.0.0.1:0", MQTT: w.mqtt, Broker: w.broker, Tokens: []rest.Token{rest.NewToken("owner", rest.RoleConfigure, "secret")}, Now: w.now,
	})
	if err != nil {
		w.Fatal(err)
	}
	w.hq = a
	a.OnMessage(func(_ fact.LocationID, m wire.Message) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.said = append(w.said, m)
	})
	w.Cleanup(func() { _ = a.Close() })
	if err := a.Start(); err != nil {
		w.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.Authority().Pool(), Time: w.now}}
	w.Cleanup(transport.CloseIdleConnections)
	w.client = &http.Client{Transport: transport}
}

// shut ends headquarters, and with it every connection.
func (w *town) shut() {
	w.Helper()
	if err := w.hq.Close(); err != nil {
		w.Error(err)
	}
}

func (w *town) ask(method, path, body string, headers ...string) (int, map[string]any) {
	w.Helper()
	r, err := http.NewRequestWithContext(w.Context(), method, "https://"+w.hq.Address()+"/api/v1"+path, bytes.NewBufferString(body))
	if err != nil {
		w.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer secret")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := w.client.Do(r)
	if err != nil {
		w.Fatal(err)
	}
	defer response.Body.Close()
	answer := map[string]any{}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		w.Fatal(err)
	}
	return response.StatusCode, answer
}

// must is ask where nothing can be wrong.
func (w *town) must(method, path, body string, headers ...string) map[string]any {
	w.Helper()
	status, answer := w.ask(method, path, body, headers...)
	if status/100 != 2 {
		w.Fatalf("%s %s: %d %v", method, path, status, answer)
	}
	return answer
}

// patience is how long a test waits for what must come.
const patience = 3 * time.Minute

// until waits for something that must come.
func (w *town) until(what string, is func() bool) {
	w.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("%s: not within %v", what, patience)
		}
	}
}

// policy is what headquarters knows of a kind at a location.
func (w *town) policy(location, kind string) map[string]any {
	w.Helper()
	list, _ := w.must("GET", "/locations/"+location+"/policies", "")["policies"].([]any)
	for _, one := range list {
		if p := one.(map[string]any); p["kind"] == kind {
			return p
		}
	}
	return map[string]any{}
}

// place is one gateway.
type place struct {
	*town
	id     string
	dir    string
	text   string // of its site file
	app    *app.App
	cancel context.CancelFunc
	ended  chan error
}

const placeFile = `
[location]
id = %q
name = "Place"
timezone = "Europe/Berlin"
currency = %q
board = "sim"
[server]
listen = "127.0.0.1:0"
[sync]
[tariff]
version = "own"
lost_ticket = "30.00"
[[tariff.rule]]
rule_id = "day"
rate_per_hour = "3.00"
[[floor]]
id = "F1"
number = 1
[[zone]]
id = "A"
floor = "F1"
[[spots]]
numbers = ["A-1..A-5"]
zone = "A"
type = "regular"
[[gate]]
id = "in"
floor = "F1"
direction = "in"
[[gate]]
id = "out"
floor = "F1"
direction = "out"
`

// place makes a gateway that headquarters knows, and that doesn't run yet.
func (w *town) place(id, currency string) *place {
	w.Helper()
	p := &place{town: w, id: id, dir: w.TempDir(), text: fmt.Sprintf(placeFile, id, currency)}
	p.enrol()
	w.Cleanup(p.stop)
	return p
}

func (p *place) enrol() {
	p.Helper()
	code, err := p.hq.Registry().NewCode(p.Context(), p.id, "ann", false)
	if err != nil {
		p.Fatal(err)
	}
	_, err = identity.Enrol(p.Context(), identity.Enrolment{Dir: filepath.Join(p.dir, "identity"), URL: "https://" + p.hq.Address(), Code: code, Again: true})
	if err != nil {
		p.Fatal(err)
	}
}

// start runs the gateway by a clock.
func (p *place) start(clock *app.Clock) {
	p.Helper()
	parsed, err := site.Parse("site.toml", []byte(p.text), drivers.Catalog{})
	if err != nil {
		p.Fatal(err)
	}
	p.app, err = app.New(app.Options{
		Site: site.Loaded{Site: parsed}, DataDir: p.dir, Clock: clock, Log: slog.New(slog.DiscardHandler), SegmentBytes: 1 << 20, Version: "test",
	})
	if err != nil {
		p.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel, p.ended = cancel, make(chan error, 1)
	go func(a *app.App, ended chan error) { ended <- a.Run(ctx) }(p.app, p.ended)
}

func (p *place) stop() {
	if p.app == nil {
		return
	}
	p.cancel()
	if err := <-p.ended; err != nil {
		p.Error(err)
	}
	p.app = nil
}

func (p *place) online() bool {
	status, one := p.ask("GET", "/locations/"+p.id, "")
	return status == http.StatusOK && one["online"] == true
}

func (p *place) submit(event lot.Event) lot.Result {
	p.Helper()
	result, err := p.app.Submit(p.Context(), event)
	if err != nil {
		p.Fatal(err)
	}
	return result
}

func (p *place) view(read func(*lot.Lot)) {
	p.Helper()
	if err := p.app.View(p.Context(), read); err != nil {
		p.Fatal(err)
	}
}

// shows has a driver show a code at a gate, and says what the gate decided.
func (p *place) shows(gate int, text string) (last lot.Decision) {
	p.Helper()
	p.submit(lot.Shown{Gate: gate, Kind: fact.CredentialReservation, Text: text})
	p.view(func(l *lot.Lot) { last = l.GateView(gate).Last })
	return last
}

func (p *place) enters(plate string) lot.Result {
	p.Helper()
	return p.submit(lot.RequestEntry{Gate: 0, Raw: plate})
}

func (p *place) reservation(id any) (r lot.Reservation, found bool) {
	p.Helper()
	p.view(func(l *lot.Lot) { r, found = l.Reservation(fact.ReservationID(fmt.Sprint(id))) })
	return r, found
}

// sell sells a reservation at headquarters, from and until so long from now.
func (p *place) sell(plate string, from, until time.Duration) (int, map[string]any) {
	p.Helper()
	start := p.now().UTC().Truncate(time.Minute)
	return p.ask("POST", "/reservations", fmt.Sprintf(
		`{"locationId":%q,"spotType":"regular","startTime":%q,"endTime":%q,"vehiclePlate":%q,"userId":"u1","prepaidAmount":"5.00"}`,
		p.id, start.Add(from).Format(time.RFC3339), start.Add(until).Format(time.RFC3339), plate))
}

// sold is sell to a location that is connected, which takes the sale: at once, or on a busy machine somewhat later.
func (p *place) sold(plate string, from, until time.Duration) (one map[string]any) {
	p.Helper()
	status, made := p.sell(plate, from, until)
	if status != http.StatusCreated {
		p.Fatalf("%d %v", status, made)
	}
	return p.delivered(made["reservationId"])
}

// delivered waits until a location has a reservation as headquarters sold it.
func (p *place) delivered(id any) (one map[string]any) {
	p.Helper()
	p.until("the sale is delivered", func() bool {
		one = p.must("GET", "/reservations/"+fmt.Sprint(id), "")
		return one["delivered"] == true
	})
	return one
}

// lends has the location lend rights to regular spots.
func (p *place) lends(count int) {
	p.Helper()
	p.must("PUT", "/locations/"+p.id+"/rights", fmt.Sprintf(`{"rights":{"regular":%d},"reason":"trial"}`, count))
	p.until("the rights are lent", func() bool {
		lent, _ := p.must("GET", "/locations/"+p.id+"/rights", "")["lent"].(map[string]any)
		return lent["regular"] == float64(count)
	})
}

// What headquarters sells is in a connected lot at once; what it sells while the lot hears nothing, the gate honours by its
// voucher, once; and no spot is given to anybody else meanwhile.
func TestHeadquartersSellsWithAndWithoutANetwork(t *testing.T) {
	w := newTown(t)
	p := w.place("p8", "EUR")
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	if status, answer := p.sell("KA-X 1", 2*time.Hour, 3*time.Hour); status != http.StatusConflict {
		t.Errorf("sold what was never lent: %d %v", status, answer)
	}
	p.lends(2)

	one := p.sold("KA-X 1", 2*time.Hour, 3*time.Hour)
	if one["status"] != "confirmed" {
		t.Errorf("%v", one)
	}
	if r, found := p.reservation(one["reservationId"]); !found || r.Plate != "KAX1" || r.PrepaidMinor != 500 || r.User != "u1" {
		t.Errorf("the lot has %+v", r)
	}
	w.must("DELETE", "/reservations/"+fmt.Sprint(one["reservationId"]), "")
	cancelled := p.delivered(one["reservationId"])
	if r, _ := p.reservation(one["reservationId"]); r.Status != fact.ReservationCancelled {
		t.Errorf("%v; the lot has %+v", cancelled, r)
	}

	p.stop()
	w.until("headquarters notices", func() bool { return !p.online() })
	status, alone := p.sell("KA-X 2", time.Hour, 2*time.Hour)
	if status != http.StatusCreated || alone["delivered"] != false {
		t.Fatalf("%d %v", status, alone)
	}
	status, other := p.sell("KA-X 3", time.Hour, 2*time.Hour)
	if status != http.StatusCreated {
		t.Fatalf("%d %v", status, other)
	}
	if status, answer := p.sell("KA-X 4", time.Hour, 2*time.Hour); status != http.StatusConflict {
		t.Errorf("sold a third right of two: %d %v", status, answer)
	}
	w.shut()
	p.start(app.NewDemoClock(time.Now().Add(55*time.Minute), 1)) // an hour later, and nobody to ask
	for i, plate := range []string{"B-AA 1", "B-AA 2", "B-AA 3"} {
		if got := p.enters(plate); !got.Granted {
			t.Errorf("vehicle %d of three that there is room for: %+v", i+1, got)
		}
	}
	if got := p.enters("B-AA 4"); got.Granted || got.Reason != fact.ReasonFull {
		t.Errorf("a spot that headquarters may have sold was given away: %+v", got)
	}
	for _, sold := range []map[string]any{alone, other} {
		if got := p.shows(0, fmt.Sprint(sold["voucher"])); !got.Granted || got.Reason != fact.ReasonReservation {
			t.Errorf("a voucher: %+v", got)
		}
		p.shows(0, fmt.Sprint(sold["voucher"]))
	}
	if got := p.enters("B-AA 5"); got.Granted {
		t.Errorf("there were five spots: %+v", got)
	}
	p.view(func(l *lot.Lot) {
		if n := len(l.OpenTickets()); n != 5 {
			t.Errorf("%d tickets on five spots", n)
		}
	})

	w.open()
	w.until("headquarters hears who came", func() bool {
		_, r := w.ask("GET", "/reservations/"+fmt.Sprint(alone["reservationId"]), "")
		return r["status"] == "active" && r["ticketId"] != nil && r["delivered"] == true
	})
	if r, _ := p.reservation(alone["reservationId"]); r.User != "u1" || r.Plate != "KAX2" {
		t.Errorf("the lot never learned who that was: %+v", r)
	}
}

const goodTariff = `version = "summer"
currency = "EUR"
timezone = "Europe/Berlin"
limit = "inclusive"
seconds = "exact"
[[rule]]
name = "hourly"
price = "5.00"
per = "1 h"
count = "started"
[[discount]]
code = "CINEMA"
percent = "50"
`

// release begins a rollout.
func (w *town) release(kind, content, more string) map[string]any {
	w.Helper()
	body, err := json.Marshal(content)
	if err != nil {
		w.Fatal(err)
	}
	return w.must("POST", "/rollouts", fmt.Sprintf(`{"kind":%q,"content":%s,"reason":"trial"%s}`, kind, body, more))
}

func (w *town) rollout(made map[string]any) map[string]any {
	w.Helper()
	return w.must("GET", "/rollouts/"+fmt.Sprint(made["rolloutId"]), "")
}

// A tariff goes to some places first. A place that can't use it says why and stops the rollout; where it is in effect, who
// enters from then on pays by it, also after a restart, and whoever was inside before doesn't.
func TestATariffFromHeadquarters(t *testing.T) {
	w := newTown(t)
	first, second, foreign := w.place("p1", "EUR"), w.place("p2", "EUR"), w.place("p3", "CHF")
	for _, p := range []*place{first, second, foreign} {
		p.start(app.NewClock())
		w.until(p.id+" is online", p.online)
	}
	before := first.enters("B-AA 1")
	staged := w.release("tariff", goodTariff, `,"first":[["p3"]]`)
	w.until("the rollout is stopped", func() bool { return w.rollout(staged)["state"] == "stopped" })
	if p := w.policy("p3", "tariff"); p["state"] != "refused" || !strings.Contains(fmt.Sprint(p["note"]), "the tariff is in EUR, the location in CHF") {
		t.Errorf("%v", p)
	}
	if p := w.policy("p1", "tariff"); len(p) != 0 {
		t.Errorf("it went on: %v", p)
	}
	all := w.release("tariff", goodTariff, `,"locations":["p1","p2"],"first":[["p1"]]`)
	w.until("the tariff is in effect", func() bool { return w.rollout(all)["state"] == "done" })
	after := first.enters("B-AA 2")
	versions := func() (texts string) {
		first.view(func(l *lot.Lot) {
			for _, result := range []lot.Result{before, after} {
				ticket, _ := l.Ticket(result.Ticket)
				texts += ticket.Tariff + " "
			}
			texts += l.Config().Tariff.Version
		})
		return texts
	}
	if got := versions(); got != "own summer summer" {
		t.Errorf("promised are %s", got)
	}
	first.stop()
	first.start(app.NewClock())
	if got := versions(); got != "own summer summer" {
		t.Errorf("after a restart: %s", got)
	}
	after = first.enters("B-AA 3")
	if got := versions(); got != "own summer summer" {
		t.Errorf("and who enters then: %s", got)
	}
	bad := w.release("tariff", strings.Replace(goodTariff, `"5.00"`, `"five"`, 1), `,"locations":["p1"]`)
	w.until("a bad tariff is refused", func() bool { return w.rollout(bad)["state"] == "stopped" })
	if p := w.policy("p1", "tariff"); p["state"] != "refused" || p["inEffect"] != float64(1) || !strings.Contains(fmt.Sprint(p["note"]), "tariff.toml:8") {
		t.Errorf("%v", p)
	}
}

// A tariff that says itself from which day on it is valid waits for that day in the location's zone, also over a
// restart; until then the prices before count, and headquarters sees that it waits.
func TestATariffFromHeadquartersWaitsForItsDay(t *testing.T) {
	w := newTown(t)
	p := w.place("p1", "EUR")
	p.start(app.NewClock())
	w.until("the gateway is online", p.online)
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	day := time.Now().In(zone).AddDate(0, 0, 2)
	made := w.release("tariff", fmt.Sprintf("valid_from = %q\n%s", day.Format(time.DateOnly), goodTariff), "")
	w.until("the tariff waits", func() bool { return w.policy("p1", "tariff")["state"] == "held" })
	midnight := time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, zone)
	if note := fmt.Sprint(w.policy("p1", "tariff")["note"]); !strings.Contains(note, midnight.UTC().Format(time.RFC3339)) {
		t.Errorf("it says %q", note)
	}
	version := func() (version string) {
		p.view(func(l *lot.Lot) { version = l.Config().Tariff.Version })
		return version
	}
	before := p.enters("B-AA 1")
	if version() != "own" {
		t.Errorf("%q counts before its day", version())
	}
	p.stop()
	p.start(app.NewDemoClock(midnight.Add(-time.Hour), 1))
	if version() != "own" {
		t.Errorf("%q counts before its day, after a restart", version())
	}
	p.stop()
	p.start(app.NewDemoClock(midnight.Add(-3*time.Second), 1))
	w.until("its day comes", func() bool { return version() == "summer" })
	w.until("headquarters hears of it", func() bool { return w.policy("p1", "tariff")["state"] == "in_effect" })
	after := p.enters("B-AA 2")
	p.view(func(l *lot.Lot) {
		one, _ := l.Ticket(before.Ticket)
		two, _ := l.Ticket(after.Ticket)
		if one.Tariff != "own" || two.Tariff != "summer" {
			t.Errorf("promised %q before and %q after", one.Tariff, two.Tariff)
		}
	})
	if r := w.rollout(made); r["state"] != "done" {
		t.Errorf("%v", r)
	}
}
