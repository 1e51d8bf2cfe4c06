package api_test

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/cloud/api"
	"gatehouse/cloud/api/apitest"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
	"gatehouse/sync/wire"
)

// bench is headquarters with some lots and somebody who asks.
type bench struct {
	*testing.T
	*apitest.Chain
	token string
}

func newBench(t *testing.T, lots int) *bench {
	b := &bench{t, apitest.New(t), "owner"}
	b.Fill(lots)
	if err := b.Server.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// ask sends a request, and reads the answer, which must have a status.
func (b *bench) ask(method, path, body string, status int, headers ...string) map[string]any {
	b.Helper()
	b.Pass(time.Millisecond)
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.token != "" {
		r.Header.Set("Authorization", "Bearer "+b.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	b.Server.ServeHTTP(w, r)
	if w.Code != status {
		b.Fatalf("%s %s: %d %s, not %d", method, path, w.Code, w.Body, status)
	}
	answer := map[string]any{}
	if w.Body.Len() > 0 && strings.Contains(w.Header().Get("Content-Type"), "json") {
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
			b.Fatal(err)
		}
	}
	return answer
}

// commit has the store hold a location's day too.
func (b *bench) commit(location fact.LocationID) {
	b.Commit(b, location, 1)
}

// at finds a value in an answer: "realtime.available", "needs.0.code".
func (b *bench) at(answer any, path string) string {
	b.Helper()
	for _, key := range strings.Split(path, ".") {
		switch within := answer.(type) {
		case map[string]any:
			answer = within[key]
		case []any:
			i := 0
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(within) {
				return fmt.Sprintf("no %s of %d", key, len(within))
			}
			answer = within[i]
		default:
			return "no " + key
		}
	}
	return fmt.Sprint(answer)
}

func (b *bench) is(answer map[string]any, path, want string) {
	b.Helper()
	if got := b.at(answer, path); got != want {
		b.Errorf("%s is %s, not %s", path, got, want)
	}
}

func TestTheChainAtAGlance(t *testing.T) {
	b := newBench(t, 350)
	all := b.ask("GET", "/api/v1/dashboard", "", 200)
	b.is(all, "realtime.locations", "350")
	b.is(all, "realtime.online", "347")
	b.is(all, "needs.0.code", "cloned")
	b.is(all, "severity", "fault")
	b.is(all, "versions.0.version", "1.4.0")
	one := b.ask("GET", "/api/v1/locations/p334", "", 200)
	b.is(one, "online", "false")
	b.is(one, "needsList.0.code", "offline")
	b.is(one, "needsList.0.severity", "fault")
	found := b.ask("GET", "/api/v1/locations?search=kiel+mess", "", 200)
	b.is(found, "locations.0.name", "Kiel Messe")
	b.is(b.ask("GET", "/api/v1/locations/nowhere", "", 404), "code", "not_found")
}

// By the names of the source design, with freshness, and never more free than there are.
func TestALocationByTheSourceDesign(t *testing.T) {
	b := newBench(t, 6)
	b.ask("PUT", "/api/v1/locations/p002", `{"name":"Zwei","timezone":"Europe/Berlin","currency":"EUR","floors":[{"floorId":"F1","spotPrefix":"P1-","totalSpots":700}]}`, 200)
	b.commit("p002")
	b.ask("PUT", "/api/v1/locations/p002", `{"name":"Zwei","timezone":"Mars/North","currency":"EUR"}`, 422)
	floor := b.ask("GET", "/api/v1/locations/p002/floors/F1/availability", "", 200)
	sum := 0.0
	for _, status := range []string{"available", "occupied", "unknown"} {
		sum += floor[status].(float64)
	}
	if sum != 700 || floor["occupied"].(float64) == 0 || floor["asOf"] == nil {
		t.Errorf("%v", floor)
	}
	b.ask("GET", "/api/v1/locations/p002/floors/F9/availability", "", 404)
	b.Live(wire.Live{Location: "p002", Types: []wire.LiveType{{Type: fact.Regular, Total: 10, Available: 4_000_000_000, Occupied: 3}}}, 0)
	free := b.ask("GET", "/api/v1/locations/p002/availability", "", 200)
	b.is(free, "available", "10")
	b.is(free, "stale", "false")
	b.Pass(2 * time.Minute)
	b.is(b.ask("GET", "/api/v1/locations/p002/availability", "", 200), "stale", "true")
	board := b.ask("GET", "/api/v1/locations/p002/dashboard", "", 200)
	b.is(board, "revenue.currency", "EUR")
	if b.at(board, "trends.hourlyOccupancy.23.hour") != "23" || b.at(board, "revenue.todayMinor") == "0" || b.at(board, "realtime.occupancyRate") != "30.0%" {
		t.Errorf("%v", board)
	}
	week := b.ask("GET", "/api/v1/locations/p002/analytics?period=7d", "", 200)
	if days := week["days"].([]any); len(days) != 7 || b.at(week, "days.6.date") != "2026-06-02" || b.at(week, "days.6.revenueMinor") != b.at(week, "total.revenueMinor") {
		t.Errorf("%v", week["days"])
	}
	b.ask("GET", "/api/v1/locations/p002/analytics?period=0d", "", 422)
}

// The export has a row for each location and day, and says the same as the analytics.
func TestDaysAreExported(t *testing.T) {
	b := newBench(t, 3)
	b.Change(func(c *ledger.Chain) {
		c.SetLocation(ledger.Location{ID: "evil", Name: "=1+1", Zone: time.UTC, Currency: "EUR"})
	})
	b.Commit(t, "p002", 1)
	rows := func(query string, want int) [][]string {
		t.Helper()
		r := httptest.NewRequest("GET", "/api/v1/analytics.csv?"+query, nil)
		r.Header.Set("Authorization", "Bearer owner")
		w := httptest.NewRecorder()
		b.Server.ServeHTTP(w, r)
		rows, err := csv.NewReader(w.Body).ReadAll()
		if w.Code != 200 || err != nil || len(rows) != want+1 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
			t.Fatalf("%s: %d %v, %d rows, %v", query, w.Code, err, len(rows), w.Header())
		}
		return rows
	}
	one := rows("period=7d&locationId=p002", 7)
	week := b.ask("GET", "/api/v1/locations/p002/analytics?period=7d", "", 200)
	if last := one[7]; last[0] != "2026-06-02" || last[3] != "EUR" || last[4] != b.at(week, "total.entries") || strings.Replace(last[7], ".", "", 1) != b.at(week, "total.revenueMinor") || last[4] == "0" {
		t.Errorf("%v, the analytics say %v", last, week["total"])
	}
	all := rows("period=1d", len(b.ask("GET", "/api/v1/locations", "", 200)["locations"].([]any)))
	for _, row := range all {
		if row[1] == "evil" && row[2] != "'=1+1" {
			t.Errorf("a spreadsheet takes %q for a formula", row[2])
		}
	}
	b.ask("GET", "/api/v1/analytics.csv?locationId=nowhere", "", 404)
	b.ask("GET", "/api/v1/analytics.csv?period=400d", "", 422)
}

func (b *bench) until(what string, is func() bool) {
	b.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); {
		if time.Now().After(end) {
			b.Fatalf("never: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// The gate compares a voucher's plate with what it reads, so both must write it alike, whatever the customer's keyboard did.
func TestHeadquartersWritesPlatesAsTheLotDoes(t *testing.T) {
	b := newBench(t, 3)
	b.Obey(b)
	b.ask("PUT", "/api/v1/locations/p001/rights", `{"rights":{"regular":1},"reason":"trial"}`, 200)
	b.until("the location has lent a right", func() bool {
		return b.at(b.ask("GET", "/api/v1/locations/p001/rights", "", 200), "lent.regular") == "1"
	})
	made := b.ask("POST", "/api/v1/reservations", `{"locationId":"p001","spotType":"regular","startTime":"2026-06-02T18:00:00Z","endTime":"2026-06-02T20:00:00Z","vehiclePlate":"ｄｕ\u0308-ＡＢ 12"}`, 201)
	b.is(made, "vehiclePlate", "DÜAB12")
}

func TestReservationsSoldByHeadquarters(t *testing.T) {
	b := newBench(t, 3)
	sale := `{"locationId":"p001","spotType":"regular","startTime":"2026-06-02T18:00:00Z","endTime":"2026-06-02T20:00:00Z","vehiclePlate":"ka-ab 12","userId":"u7","prepaidAmount":12.5}`
	b.is(b.ask("POST", "/api/v1/reservations", sale, 409), "code", "no_availability")
	b.Obey(b)
	b.ask("PUT", "/api/v1/locations/p001/rights", `{"rights":{"regular":1},"reason":"trial"}`, 200)
	b.until("the location has lent a right", func() bool {
		return b.at(b.ask("GET", "/api/v1/locations/p001/rights", "", 200), "lent.regular") == "1"
	})
	made := b.ask("POST", "/api/v1/reservations", sale, 201, "Idempotency-Key", "k1")
	b.is(made, "status", "confirmed")
	b.is(made, "vehiclePlate", "KAAB12")
	b.is(made, "prepaidAmount", "12.5")
	b.until("the sale is delivered", func() bool {
		return b.at(b.ask("GET", "/api/v1/reservations/"+b.at(made, "reservationId"), "", 200), "delivered") == "true"
	})
	v, err := policy.ParseVoucher(b.at(made, "voucher"))
	if err != nil || v.Verify(policy.Keys{b.Signer.Public()}, "p001") != nil {
		t.Errorf("%v %v", v, err)
	}
	again := b.ask("POST", "/api/v1/reservations", sale, 201, "Idempotency-Key", "k1")
	b.is(again, "reservationId", b.at(made, "reservationId"))
	b.ask("POST", "/api/v1/reservations", sale, 409, "Idempotency-Key", "k2")
	path := "/api/v1/reservations/" + b.at(made, "reservationId")

	b.Hear = nil // the network is cut: it is sold all the same
	b.Cut("p001", time.Minute)
	later := strings.Replace(sale, "T20:00", "T21:00", 1)
	later = strings.Replace(later, `,"prepaidAmount":12.5`, "", 1)
	moved := b.ask("PUT", path, later, 200)
	b.is(moved, "endTime", "2026-06-02T21:00:00Z")
	b.is(moved, "delivered", "false")
	if b.at(moved, "voucher") == b.at(made, "voucher") {
		t.Error("the voucher is the old one")
	}
	b.is(b.ask("GET", "/api/v1/users/u7/reservations", "", 200), "reservations.0.endTime", "2026-06-02T21:00:00Z")
	b.is(b.ask("GET", "/api/v1/locations/p001/reservations", "", 200), "reservations.0.reservationId", b.at(made, "reservationId"))
	b.is(b.ask("GET", "/api/v1/locations/p002/reservations", "", 200), "reservations.0", "no 0 of 0")
	b.is(b.ask("DELETE", path, "", 200), "status", "cancelled")
	b.is(b.ask("GET", "/api/v1/locations/p001/reservations", "", 200), "reservations.0", "no 0 of 0")
	b.is(b.ask("GET", path, "", 200), "status", "cancelled")
	b.ask("GET", "/api/v1/reservations/R-none", "", 404)
	b.ask("POST", "/api/v1/reservations", strings.Replace(sale, "ka-ab 12", "4111 1111 1111 1111", 1), 422)
	if audit := b.ask("GET", "/api/v1/audit?locationId=p001", "", 200); b.at(audit, "entries.0.action") != "cancel_reservation" || b.at(audit, "entries.0.actor") != "owner" {
		t.Errorf("%v", audit)
	}
}

func TestAPolicyGoesDownInStages(t *testing.T) {
	b := newBench(t, 4)
	b.Obey(b)
	made := b.ask("POST", "/api/v1/rollouts", `{"kind":"tariff","content":"name = \"summer\"","first":[["p002"]],"waitMinutes":5,"reason":"summer"}`, 201, "Idempotency-Key", "t1")
	path := "/api/v1/rollouts/" + b.at(made, "rolloutId")
	b.until("the first stage has it", func() bool { return b.at(b.ask("GET", path, "", 200), "progress.in_effect") == "1" })
	b.is(b.ask("GET", "/api/v1/rollouts", "", 200), "rollouts.0.stages", "2")
	for range 3 {
		if err := b.Desk.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		b.Pass(6 * time.Minute)
	}
	b.until("all have it", func() bool { return b.at(b.ask("GET", path, "", 200), "progress.in_effect") == "4" })
	b.is(b.ask("GET", "/api/v1/locations/p003/policies", "", 200), "policies.0.inEffect", "1")
	b.ask("POST", "/api/v1/rollouts", `{"kind":"tariff","content":"x","locations":["nowhere"],"reason":"r"}`, 404)
	b.ask("POST", "/api/v1/rollouts", `{"kind":"passes","passes":[{"passId":"m1","vehiclePlate":"KA X 1"}],"locations":["p001"],"reason":"r"}`, 201)
	b.ask("POST", "/api/v1/rollouts", `{"kind":"passes","passes":[],"locations":["p001"],"reason":"all left"}`, 201)
	if h := b.Desk.Held("p001", policy.Passes); h.Version != 2 {
		t.Errorf("%+v", h)
	}
}

func TestGatewaysAreLetInAndOut(t *testing.T) {
	b := newBench(t, 1)
	code := b.ask("POST", "/api/v1/enrolment-codes", `{"locationId":"p001","confirm":true}`, 201)
	if text := b.at(code, "code"); len(text) != 11 {
		t.Error(text)
	}
	b.ask("POST", "/api/v1/enrolment-codes", `{"locationId":"a b"}`, 422)
	b.ask("POST", "/api/v1/devices/beef/revoke", `{"reason":"stolen"}`, 404)
	b.ask("POST", "/api/v1/locations/p001/incarnations/XX/settle", `{"reason":"r","accept":true}`, 422)
	name := fact.NewIncarnation(1, 2).String()
	b.ask("POST", "/api/v1/locations/p001/incarnations/"+name+"/settle", `{"reason":"restored on purpose","accept":true}`, 204)
}

func TestKeysAndRoles(t *testing.T) {
	b := newBench(t, 1)
	made := b.ask("POST", "/api/v1/keys", `{"name":"till","role":"operate"}`, 201)
	b.ask("POST", "/api/v1/keys", `{"name":"till","role":"view"}`, 409)
	b.token = b.at(made, "token")
	b.ask("GET", "/api/v1/users/u1/reservations", "", 200)
	b.is(b.ask("GET", "/api/v1/keys", "", 403), "code", "forbidden")
	b.ask("POST", "/api/v1/locations/p001/orders", `{"verb":"restart","reason":"r"}`, 403)
	b.ask("POST", "/api/v1/locations/p001/orders", `{"verb":"open_once","reason":"r"}`, 422)
	b.token = "owner"
	b.ask("DELETE", "/api/v1/keys/till", "", 204)
	b.token = b.at(made, "token")
	b.is(b.ask("GET", "/api/v1/locations", "", 401), "code", "unauthorized")
	b.token = "wall"
	b.ask("GET", "/api/v1/dashboard", "", 200)
	b.ask("GET", "/api/v1/reservations/R1", "", 403)
	b.token = ""
	b.ask("GET", "/metrics", "", 401)
	b.ask("GET", "/livez", "", 200)
	b.ask("GET", "/readyz", "", 200)
}

// Every operation is described, with its role and what it may answer.
func TestTheSpecification(t *testing.T) {
	b := newBench(t, 1)
	spec := b.ask("GET", "/openapi.json", "", 200)
	b.is(spec, "openapi", "3.1.0")
	paths := spec["paths"].(map[string]any)
	for _, path := range []string{"/api/v1/reservations/{reservationId}", "/api/v1/locations/{locationId}/dashboard", "/api/v1/rollouts", "/api/v1/users/{userId}/reservations"} {
		if paths[path] == nil {
			t.Errorf("%s is not described", path)
		}
	}
	for path, content := range map[string]string{"/apds/places": "application/json", "/datex2/parking-table": "application/xml"} {
		answer := b.at(paths["/api/v1/feeds"+path], "get.responses.200.content")
		if !strings.Contains(answer, content) {
			t.Errorf("%s is described as %s", path, answer)
		}
	}
	for path, item := range paths {
		for method, operation := range item.(map[string]any) {
			if b.at(operation, "responses.default") == "<nil>" || b.at(operation, "x-role") == "<nil>" {
				t.Errorf("%s %s says not what it may answer", method, path)
			}
		}
	}
	b.is(b.ask("GET", "/healthz?verbose", "", 200), "status", "ok")
	b.ask("GET", "/docs", "", 200)
	b.is(b.ask("GET", "/api/v1/nothing", "", 404), "code", "not_found")
	b.is(b.ask("PATCH", "/api/v1/rollouts", "", 405), "code", "method_not_allowed")
}

// What headquarters itself lacks comes first of all, because what it says of locations may rest on it.
func TestHeadquartersTellsOfItself(t *testing.T) {
	b := newBench(t, 350)
	b.SetChecks(api.Check{ID: "store", Well: true}, api.Check{ID: "broker", Detail: "tls://hq.example.com:8883"})
	all := b.ask("GET", "/api/v1/dashboard", "", 200)
	b.is(all, "needs.0.subject", "broker")
	b.is(all, "needs.0.what", "Headquarters has no connection to its broker, and hears no location: tls://hq.example.com:8883")
	b.is(all, "needs.1.code", "cloned")
}

// A change reaches who listens.
func TestTheStream(t *testing.T) {
	b := newBench(t, 2)
	server := httptest.NewServer(b.Server)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer owner")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer server.CloseClientConnections()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	next := func() map[string]any {
		for lines.Scan() {
			if text, is := strings.CutPrefix(lines.Text(), "data: "); is {
				state := map[string]any{}
				if err := json.Unmarshal([]byte(text), &state); err != nil {
					t.Fatal(err)
				}
				return state
			}
		}
		t.Fatal(lines.Err())
		return nil
	}
	b.is(next(), "realtime.locations", "2")
	b.Change(func(c *ledger.Chain) { c.SetLocation(ledger.Location{ID: "new", Name: "New", Zone: time.UTC}) })
	b.is(next(), "realtime.locations", "3")
}

// What somebody knows of is quiet until its time, and comes back when it is worse.
func TestNeedsAreSetAside(t *testing.T) {
	b := newBench(t, 6)
	lives := func() { b.Live(wire.Live{Location: "p002"}, 0) }
	lives()
	nowMS := b.Now().UnixMilli()
	b.Change(func(c *ledger.Chain) {
		c.SetAlert("p002", ledger.Alert{Kind: ledger.AlertMoved, Subject: "in-1", Active: true, AtMS: nowMS})
	})
	const path, body = "/api/v1/locations/p002/needs/set-aside", `{"code":"%s","subject":"in-1","minutes":%d,"reason":"the mechanic comes"}`
	code := string(ledger.AlertMoved)
	is := func(when, needs, severity string) {
		t.Helper()
		one := b.ask("GET", "/api/v1/locations/p002", "", 200)
		if b.at(one, "needs") != needs || b.at(one, "severity") != severity {
			t.Errorf("%s: %v needs, %v: %v", when, one["needs"], one["severity"], one["needsList"])
		}
	}
	is("before", "1", "warning")
	b.ask("POST", path, fmt.Sprintf(body, "nothing", 60), 404)
	b.ask("POST", path, fmt.Sprintf(body, code, 60*24*40), 422)
	b.token = "wall"
	b.ask("POST", path, fmt.Sprintf(body, code, 60), 403)
	b.token = "owner"
	b.is(b.ask("POST", path, fmt.Sprintf(body, code, 60), 200), "aside.by", "owner")
	is("set aside", "0", "ok")
	if all := b.ask("GET", "/api/v1/dashboard", "", 200); strings.Contains(fmt.Sprint(all["needs"]), "p002") {
		t.Errorf("it is told all the same: %v", all["needs"])
	}
	b.is(b.ask("GET", "/api/v1/audit", "", 200), "entries.0.action", "set_aside")
	b.ask("POST", path, fmt.Sprintf(body, code, 0), 200)
	is("taken back", "1", "warning")
	b.ask("POST", path, fmt.Sprintf(body, code, 60), 200)
	b.Pass(59 * time.Minute)
	lives()
	is("until its time", "0", "ok")
	b.Pass(2 * time.Minute)
	lives()
	is("after it", "1", "warning")
	b.ask("POST", path, fmt.Sprintf(body, code, 60), 200)
	is("set aside again", "0", "ok")
	b.Pass(time.Second)
	nowMS = b.Now().UnixMilli()
	b.Change(func(c *ledger.Chain) {
		c.SetAlert("p002", ledger.Alert{Kind: ledger.AlertMoved, Subject: "in-1", Active: true, AtMS: nowMS, Newest: ledger.Trace{HLC: 1}})
	})
	is("moved once more", "1", "warning")

	b.ask("POST", path, fmt.Sprintf(body, code, 60*24*7), 200)
	b.Cut("p002", 10*time.Minute)
	b.Pass(10 * time.Minute)
	is("cut off", "1", "warning")
	b.ask("POST", path, `{"code":"offline","minutes":10080,"reason":"the line is being moved"}`, 200)
	is("known to be cut off", "0", "ok")
	b.Pass(5 * 24 * time.Hour)
	is("cut off for days", "1", "fault")
}

// What a location issued itself is listed too, and is its own to end; what it issued for headquarters stands there once.
func TestPassesThatALocationIssued(t *testing.T) {
	b := newBench(t, 2)
	b.ask("PUT", "/api/v1/passes/m1", `{"card":"c1","locations":["p002"],"reason":"r"}`, 200)
	issued := []fact.Fact{
		fact.GatewayStarted{Location: "p002"}, fact.PassIssued{Pass: "HQ-m1.1", Card: "c1"}, fact.PassIssued{Pass: "PS06F8HZF0G3C4M1", Plate: "KAX2"},
		fact.PassIssued{Pass: "PS06F8HZF0G3C4M2", Plate: "KAX3"}, fact.PassRevoked{Pass: "PS06F8HZF0G3C4M2"}, fact.PassIssued{Pass: "PS06F8HZF0G3C4M3", Plate: "KAX4", UntilMS: 1},
	}
	facts, nowMS := []fact.Record{}, b.Now().UnixMilli()
	for i, f := range issued {
		facts = append(facts, fact.Record{Dot: fact.Dot{Incarnation: fact.NewIncarnation(nowMS, 1), Seq: uint64(i + 1)}, At: fact.Stamp{WallMS: nowMS}, Fact: f})
	}
	b.CommitFacts(t, "p002", facts)
	listed := b.ask("GET", "/api/v1/locations/p002/passes", "", 200)
	for path, want := range map[string]string{
		"passes.0.passId": "PS06F8HZF0G3C4M1", "passes.0.issuedBy": "location", "passes.1.passId": "m1", "passes.1.issuedBy": "headquarters", "passes.2": "no 2 of 2",
	} {
		b.is(listed, path, want)
	}
	b.ask("POST", "/api/v1/passes/PS06F8HZF0G3C4M1/end", `{"reason":"r"}`, 404)
}

// A list that is as large as a gateway takes gets no pass more, and stays as it was.
func TestAListOfPassesThatIsFull(t *testing.T) {
	b := newBench(t, 1)
	long := strings.Repeat("x", 59)
	terms := func(i int) string { return fmt.Sprintf(`"userId":"%s","card":"%d%s"`, long, 10_000+i, long) }
	full := func(passes int) int {
		list := []string{}
		for i := range passes {
			list = append(list, fmt.Sprintf(`{"passId":"%d%s",%s}`, 10_000+i, long, terms(i)))
		}
		b.ask("POST", "/api/v1/rollouts", `{"kind":"passes","passes":[`+strings.Join(list, ",")+`],"reason":"r"}`, 201)
		return len(b.Desk.Held("p001", policy.Passes).Content)
	}
	const some = 100
	passes := policy.ContentMaxBytes * some / full(some)
	for passes--; full(passes) > policy.ContentMaxBytes; passes-- {
	}
	for i := range passes { // a few fit still
		before := b.Desk.Held("p001", policy.Passes)
		r := httptest.NewRequest("PUT", fmt.Sprintf("/api/v1/passes/more%d", i), strings.NewReader(`{`+terms(passes+i)+`,"reason":"r"}`))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+b.token)
		w := httptest.NewRecorder()
		b.Server.ServeHTTP(w, r)
		after := b.Desk.Held("p001", policy.Passes)
		if w.Code == http.StatusOK && len(after.Content) <= policy.ContentMaxBytes {
			continue
		}
		if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "larger than a gateway takes") || after.Version != before.Version {
			t.Errorf("%d %s; version %d, then %d", w.Code, w.Body, before.Version, after.Version)
		}
		return
	}
}

// A pass more, or one that ends, leaves all others as they are, at each location for itself.
func TestOnePassAmongOthers(t *testing.T) {
	b := newBench(t, 3)
	b.commit("p002")
	ids := func(location string) (text string) {
		for _, p := range b.ask("GET", "/api/v1/locations/"+location+"/passes", "", 200)["passes"].([]any) {
			if b.at(p, "issuedBy") == "headquarters" {
				text += b.at(p, "passId") + " "
			}
		}
		return text
	}
	b.ask("POST", "/api/v1/rollouts", `{"kind":"passes","passes":[{"passId":"m1","vehiclePlate":"KA X 1"}],"locations":["p001"],"reason":"r"}`, 201)
	made := b.ask("PUT", "/api/v1/passes/m2", `{"vehiclePlate":"ka-x 2","until":"2026-07-01T00:00:00Z","reason":"paid"}`, 200)
	b.is(made, "locations.2.locationId", "p003")
	b.is(b.ask("PUT", "/api/v1/passes/m2", `{"vehiclePlate":"KA-X2","until":"2026-07-01T00:00:00Z","reason":"paid"}`, 200), "locations.0", "no 0 of 0")
	if ids("p001") != "m1 m2 " || ids("p003") != "m2 " {
		t.Errorf("%q %q", ids("p001"), ids("p003"))
	}
	b.is(b.ask("GET", "/api/v1/locations/p001/passes", "", 200), "document.version", "2")
	b.is(b.ask("GET", "/api/v1/policies", "", 200), "policies.2.locationId", "p003")
	b.ask("POST", "/api/v1/passes/m2/end", `{"locations":["p001"],"reason":"sold the car"}`, 200)
	if ids("p001") != "m1 " || ids("p003") != "m2 " {
		t.Errorf("%q %q", ids("p001"), ids("p003"))
	}
	b.ask("POST", "/api/v1/passes/m2/end", `{"reason":"sold the car"}`, 200)
	b.is(b.ask("POST", "/api/v1/passes/m2/end", `{"reason":"again"}`, 200), "locations.0", "no 0 of 0")
	b.ask("POST", "/api/v1/passes/m9/end", `{"reason":"there is none"}`, 404)
	b.ask("PUT", "/api/v1/passes/m1", `{"card":"c1","new":true,"reason":"a number that is taken at one of them"}`, 409)
	if ids("p003") != "" {
		t.Error(ids("p003"))
	}
	b.ask("PUT", "/api/v1/passes/m3", `{"reason":"neither plate nor card"}`, 422)
	b.ask("PUT", "/api/v1/passes/m3", `{"card":"c1","from":"2026-07-01T00:00:00Z","until":"2026-06-01T00:00:00Z","reason":"backwards"}`, 422)
	audit := b.ask("GET", "/api/v1/audit?locationId=p001", "", 200)
	b.is(audit, "entries.0.action", "end_pass")
	b.is(audit, "entries.0.subject", "m2")
	b.is(audit, "entries.0.detail", "sold the car")

	b.ask("POST", "/api/v1/rollouts", `{"kind":"passes","passes":[],"first":[["p001"]],"reason":"new year"}`, 201)
	b.is(b.ask("PUT", "/api/v1/passes/m4", `{"card":"c1","locations":["p003"],"reason":"between"}`, 409), "code", "conflict")
	b.ask("PUT", "/api/v1/passes/m4", `{"card":"c1","locations":["p001"],"reason":"it is there already"}`, 200)
	b.token = "wall"
	b.ask("GET", "/api/v1/locations/p001/passes", "", 403)
	b.ask("GET", "/api/v1/locations/p001/reservations", "", 403)
}
