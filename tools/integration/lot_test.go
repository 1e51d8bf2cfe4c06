package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/store"
	"gatehouse/drivers/sim/layout"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// lot is one gateway process with its folder and its way to headquarters.
type lot struct {
	*process
	id      string
	data    string
	address string
	net     network
	asked   int64         // commands so far
	done    []string      // notes of commands that were answered
	stops   chan struct{} // ends the work
	ended   chan struct{} // when it has
	pause   atomic.Int64  // ms between two commands
	client  *http.Client
}

// newLot makes a gateway that doesn't run yet; sync is the lines of its [sync].
func newLot(t *testing.T, programs programs, id string, way network, sync string) *lot {
	t.Helper()
	l := &lot{id: id, data: t.TempDir(), net: way, stops: make(chan struct{}), ended: make(chan struct{}), client: &http.Client{Timeout: 10 * time.Second}}
	l.address = way.api() + ":" + freePort(t)
	place := layout.Layout{ID: id, Name: id, Timezone: "UTC", Currency: "EUR", Spots: 20, Entries: 1, Exits: 1}
	text := place.SiteFile(l.address, layout.Prices{RatePerHour: "2.00", LostTicket: "20.00", GraceExitMin: 15}) + "\n[sync]\n" + sync
	file := filepath.Join(l.data, "site.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l.process = newProcess(t, "gateway "+id, nil, way.wrap(programs.gateway, "run", "--site", file, "--data", l.data)...)
	return l
}

func (l *lot) ask(method, path, key string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequest(method, "http://"+l.address+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	token, err := os.ReadFile(filepath.Join(l.data, "token"))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := l.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// work gives the gateway commands, one after the other, until it is told to stop. One without an answer is asked again,
// by the same key.
func (l *lot) work() {
	defer close(l.ended)
	for n := 0; ; n++ {
		note := fmt.Sprintf("%s-%d", l.id, n)
		for l.command(n, note) != nil {
			if l.stopped(100 * time.Millisecond) {
				return
			}
		}
		l.done = append(l.done, note)
		atomic.AddInt64(&l.asked, 1)
		if l.stopped(time.Duration(l.pause.Load()) * time.Millisecond) {
			return
		}
	}
}

func (l *lot) stopped(after time.Duration) bool {
	select {
	case <-l.stops:
		return true
	case <-time.After(after):
		return false
	}
}

// command corrects the count, which always can be done, or has a vehicle enter.
func (l *lot) command(n int, note string) error {
	var answer map[string]any
	if n%4 == 3 {
		enter := map[string]any{"locationId": l.id, "gateId": "in-1", "licensePlate": fmt.Sprintf("B-%s%d", l.id[:1], n)}
		if err := l.ask("POST", "/api/v1/entry", note+"-in", enter, &answer); err != nil {
			return err
		}
	}
	return l.ask("POST", "/api/v1/locations/"+l.id+"/count", note, map[string]any{"inside": n % 20, "note": note}, &answer)
}

// drained reports whether the gateway says that headquarters has everything.
func (l *lot) drained() bool {
	var s struct {
		State   string
		Waiting uint64
	}
	return l.ask("GET", "/api/v1/sync", "", nil, &s) == nil && s.State == "synced" && s.Waiting == 0
}

// records reads the log of a gateway that has ended.
func (l *lot) records() (records []fact.Record) {
	l.t.Helper()
	log, _, err := factlog.Open(factlog.OSDisk{}, filepath.Join(l.data, "journal", "log"), factlog.Options{})
	if err != nil {
		l.t.Fatal(err)
	}
	defer log.Close()
	err = log.Read(1, func(_ factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		records = append(records, record)
		return err
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return records
}

// leave gives the gateway a last command, waits until headquarters has everything, and ends the gateway.
func (l *lot) leave(signal syscall.Signal) {
	l.t.Helper()
	last := "the last of " + l.address // no other card of this location has its port
	until(l.t, last, func() bool { return l.command(0, last) == nil })
	l.done = append(l.done, last)
	until(l.t, l.id+" drains", l.drained)
	l.end(signal)
}

// answered reads the log of a gateway that left, and holds it against what was answered.
func (l *lot) answered() []fact.Record {
	l.t.Helper()
	records := l.records()
	notes := map[string]int{}
	for _, record := range records {
		if corrected, is := record.Fact.(fact.CountCorrected); is {
			notes[corrected.Note]++
		}
	}
	for _, note := range l.done {
		if notes[note] != 1 {
			l.t.Errorf("%s: the answered command %s is in the log %d times", l.id, note, notes[note])
		}
	}
	return records
}

// checkHeadquarters holds headquarters' rows against the logs of gateways of one location that left, in their order. What timers
// made after the last command may still wait in a log, for as long as the disk likes; nothing that is before its answer may.
func checkHeadquarters(t *testing.T, kept store.Store, lots ...*lot) {
	t.Helper()
	location := fact.LocationID(lots[0].id)
	var records []fact.Record
	awaited := map[fact.Dot]bool{}
	for _, l := range lots {
		own := l.answered()
		records = append(records, own...)
		for isAwaited := false; len(own) > 0; own = own[:len(own)-1] {
			record := own[len(own)-1]
			_, isAnswer := record.Fact.(fact.RequestHandled)
			isAwaited = isAwaited || isAnswer
			awaited[record.Dot] = isAwaited
		}
	}
	missing, err := apptest.Holds(t.Context(), kept, location, records)
	if err != nil {
		t.Error(err)
	}
	for _, record := range missing {
		if awaited[record.Dot] {
			t.Errorf("%s: headquarters lacks %v, %T, which the log has before its last answer", location, record.Dot, record.Fact)
		}
	}
}

// kill ends the gateway at once and starts it again.
func (l *lot) kill() {
	l.end(syscall.SIGKILL)
	l.process.start()
}
