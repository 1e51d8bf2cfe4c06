package main_test

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gatehouse/sync/fact"
)

// request is one thing that was asked of the API, to be asked again later, and what was answered if anything was.
type request struct {
	path, key string
	body      any
	first     answer
}

// same reports whether a repetition was answered like the request.
func (r *request) same(again answer) bool {
	for _, field := range []string{"action", "ticketId", "paymentId", "reason", "paymentStatus"} {
		if r.first.text(field) != again.text(field) {
			return false
		}
	}
	return r.first.status == again.status
}

// stay is a vehicle inside as it was shown: its spot, its entry and its payments are its own for good, and what it has paid
// for, it need not pay for again.
type stay struct {
	ticket string
	shown  answer
}

// sameStay are the fields of a ticket that no restart may change.
var sameStay = []string{"spotId", "entryTime", "licensePlate"}

// visitor drives vehicles in and out through lanes of its own, and remembers what it asked and saw.
type visitor struct {
	p        *process
	lane     int
	round    int
	asked    []*request
	inside   []stay // paid for
	answered func() // called as soon as there is an answer
}

// vehiclesARound is how many vehicles a lane takes that nobody sees drive through.
const vehiclesARound = 6

// visit lets vehicles in and out until the process is gone.
func (v *visitor) visit() {
	for n := range vehiclesARound {
		name := fmt.Sprintf("V%dL%dN%d", v.round, v.lane, n)
		entered := v.post("/api/v1/entry", name+"-in", map[string]any{
			"locationId": "small", "gateId": fmt.Sprintf("in-%d", v.lane), "licensePlate": name,
		})
		ticket := entered.text("ticketId")
		if ticket == "" {
			return
		}
		fee := v.p.get("/api/v1/tickets/" + ticket + "/fee")
		due, paid := fee.number("dueMinor"), answer{}
		if due > 0 {
			paid = v.post("/api/v1/tickets/"+ticket+"/pay", name+"-pay", map[string]any{
				"paymentMethod": "cash", "amount": fmt.Sprintf("%d.%02d", due/100, due%100),
			})
		}
		if n%2 == 0 {
			v.post("/api/v1/exit", name+"-out", map[string]any{
				"locationId": "small", "gateId": fmt.Sprintf("out-%d", v.lane), "licensePlate": name,
			})
		} else if shown := v.p.get("/api/v1/tickets/" + ticket); paid.status == 200 && shown.status == 200 && shown.number("dueMinor") == 0 {
			v.inside = append(v.inside, stay{ticket, shown})
		}
	}
}

func (v *visitor) post(path, key string, body any) answer {
	r := &request{path: path, key: key, body: body}
	v.asked = append(v.asked, r)
	if r.first = v.p.post(path, key, body); r.first.status != 0 {
		v.answered()
	}
	return r.first
}

// visitAll has all lanes busy at once, calls answered with each answer, and returns what was asked and who is inside.
func visitAll(p *process, round int, answered func()) (asked []*request, inside []stay) {
	var mu sync.Mutex
	var visitors sync.WaitGroup
	for lane := range lanes {
		visitors.Go(func() {
			v := &visitor{p: p, lane: lane + 1, round: round, answered: answered}
			v.visit()
			mu.Lock()
			defer mu.Unlock()
			asked, inside = append(asked, v.asked...), append(inside, v.inside...)
		})
	}
	visitors.Wait()
	return asked, inside
}

// TestKilledAtAnyMoment kills the process under load, again and again. Whatever was answered is there after the next
// start, exactly once, and whatever was not can be asked again.
func TestKilledAtAnyMoment(t *testing.T) {
	t.Parallel()
	for range campaign(1, 10) {
		killOften(t, campaign(20, 30))
	}
}

func killOften(t *testing.T, rounds int) {
	f := newFolder(t, place())
	dice := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	var all []*request
	var inside []stay
	answered := int64(0)
	for round := range rounds {
		p := f.start()
		for _, r := range all {
			checkAgain(t, p, r)
		}
		for _, s := range inside {
			checkStay(t, p, s)
		}
		all = nil // each was checked after the end that it was before
		// At the moment of an answer, because what it rests on must not be on its way still; or at any moment.
		var answers atomic.Int64
		last, timer := int64(dice.IntN(40)), (*time.Timer)(nil)
		if round%3 == 0 {
			timer = time.AfterFunc(time.Duration(dice.IntN(100))*time.Millisecond, p.kill)
		}
		all, inside = visitAll(p, round, func() {
			if answers.Add(1) == last && timer == nil {
				p.cmd.Process.Signal(syscall.SIGKILL)
			}
		})
		p.kill()
		answered += answers.Load()
	}
	p := f.start()
	for _, r := range all {
		checkAgain(t, p, r)
	}
	if code := p.term(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.remarks())
	}
	if answered == 0 {
		t.Error("nothing was answered before a kill")
	}
	checkOnce(t, f.facts())
}

// checkAgain repeats a request after a restart.
func checkAgain(t *testing.T, p *process, r *request) {
	t.Helper()
	again := p.post(r.path, r.key, r.body)
	switch {
	case r.first.status == 0: // it may have been done or not, and now it is
	case r.first.status >= 500:
		t.Errorf("%s was answered %d: %v", r.key, r.first.status, r.first.body)
	case r.first.status == 200 && !again.replayed:
		t.Errorf("%s was answered %v, and then forgotten: %v", r.key, r.first.body, again)
	case !r.same(again):
		t.Errorf("%s was answered %v, and then %v", r.key, r.first, again)
	}
}

// checkStay looks at a vehicle inside after a restart.
func checkStay(t *testing.T, p *process, s stay) {
	t.Helper()
	again, fee := p.get("/api/v1/tickets/"+s.ticket), p.get("/api/v1/tickets/"+s.ticket+"/fee")
	for _, field := range sameStay {
		if s.shown.text(field) != again.text(field) {
			t.Errorf("%s of ticket %s was %q, and is %q", field, s.ticket, s.shown.text(field), again.text(field))
		}
	}
	if due := fee.number("dueMinor"); due != 0 {
		t.Errorf("ticket %s was paid, and after a restart %d is due: %v", s.ticket, due, fee)
	}
}

// checkOnce checks that nothing was done twice, that no spot had two tickets, and that no fact is missing.
func checkOnce(t *testing.T, records []fact.Record) {
	t.Helper()
	once := map[string]int{}
	holders := map[fact.SpotID]fact.TicketID{}
	spots := map[fact.TicketID]fact.SpotID{}
	last := fact.Dot{}
	for _, r := range records {
		switch f := r.Fact.(type) {
		case fact.EntryGranted:
			once["entry of "+string(f.Plate)]++
			if other := holders[f.Spot]; other != "" {
				t.Errorf("spot %s is ticket %s's, and was given to %s", f.Spot, other, f.Ticket)
			}
			holders[f.Spot], spots[f.Ticket] = f.Ticket, f.Spot
		case fact.VehiclePassed:
			if f.Direction == fact.Outward {
				delete(holders, spots[f.Ticket])
			}
		case fact.VehicleBackedOut:
			if f.Direction == fact.Inward {
				delete(holders, spots[f.Ticket])
			}
		case fact.TicketCorrected:
			delete(holders, spots[f.Ticket])
		case fact.PaymentReceived:
			once["payment "+string(f.Payment)]++
			once["payment for "+string(f.Ticket)]++
		case fact.RequestHandled:
			once["request "+string(f.Key)]++
		}
		if r.Dot.Incarnation == last.Incarnation && r.Dot.Seq != last.Seq+1 || r.Dot.Incarnation != last.Incarnation && r.Dot.Seq != 1 {
			t.Errorf("fact %v follows %v", r.Dot, last)
		}
		last = r.Dot
	}
	for what, n := range once {
		if n != 1 {
			t.Errorf("%s: %d times", what, n)
		}
	}
}
