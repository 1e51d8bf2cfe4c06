package main_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// enter lets vehicles in that stay, one through each entry.
func enter(p *process, name string) {
	p.t.Helper()
	for lane := range lanes {
		a := p.post("/api/v1/entry", fmt.Sprint(name, lane), map[string]any{
			"locationId": "small", "gateId": fmt.Sprintf("in-%d", lane+1), "licensePlate": fmt.Sprint(name, lane),
		})
		if a.text("action") != "open_gate" {
			p.t.Errorf("entry: %+v", a)
		}
	}
}

// openTickets are the visits that go on, without what changes by itself.
func openTickets(p *process) string {
	p.t.Helper()
	listed, _ := p.get("/api/v1/locations/small/tickets/open?limit=1000").body["tickets"].([]any)
	var lines []string
	for _, one := range listed {
		ticket := one.(map[string]any)
		lines = append(lines, fmt.Sprint(ticket["ticketId"], ticket["status"], ticket["spotId"], ticket["licensePlate"], ticket["suspect"], ticket["entryTime"], ticket["payments"]))
	}
	return strings.Join(lines, "\n")
}

func TestATerminationLosesNothingAndIsClean(t *testing.T) {
	f := newFolder(t, place())
	for round := range 3 {
		p := f.start()
		var asked []*request
		var inside []stay
		var visiting sync.WaitGroup
		visiting.Go(func() { asked, inside = visitAll(p, round, func() {}) })
		time.Sleep(time.Duration(20*round) * time.Millisecond)
		if code := p.term(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, p.remarks())
		}
		visiting.Wait()
		p = f.start()
		for _, r := range asked {
			if r.first.status == http.StatusServiceUnavailable { // it was told to ask again
				r.first = answer{}
			}
			checkAgain(t, p, r)
		}
		for _, s := range inside {
			checkStay(t, p, s)
		}
		p.kill()
	}
	checkOnce(t, f.facts())
}

func TestASecondProcessIsRefused(t *testing.T) {
	f := newFolder(t, place())
	first := f.start()
	second := command(t, "run", "--site", f.site, "--data", f.data)
	if code := second.code(patience); code != 1 || !strings.Contains(second.output(), "folder is in use by another process") {
		t.Errorf("exit code %d:\n%s", code, second.remarks())
	}
	enter(first, "A")
	first.kill()
	enter(f.start(), "B")
}

func TestAPortInUseStopsThePageAndNotTheGates(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := newFolder(t, strings.Replace(place(), "127.0.0.1:0", taken.Addr().String(), 1))
	p := command(t, "run", "--site", f.site, "--data", f.data)
	p.await(wordsOf("the page and the API can't be served; gates work without.*address already in use"))
	p.await(wordsOf("device offline.*in-1-column")) // the gates' devices are being run
	taken.Close()
	p.base = p.await(wordsOf(`msg=serving page=(http://[^ ]+)/ `))
	p.token = f.ownToken()
	enter(p, "A")
	if code := p.term(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.remarks())
	}
}

func TestAStateFileThatIsDamagedOrGoneIsRebuilt(t *testing.T) {
	f := newFolder(t, place())
	p := f.start()
	enter(p, "A")
	p.term()
	p = f.start()
	want := openTickets(p)
	p.term()
	if strings.Count(want, "\n") != lanes-1 {
		t.Fatalf("open tickets:\n%s", want)
	}
	state := filepath.Join(f.data, "journal", "state.db")
	dice := rand.New(rand.NewPCG(1, 1))
	for name, damage := range map[string]func(content []byte) []byte{
		"flipped": func(content []byte) []byte {
			for range 2_000 {
				content[dice.IntN(64<<10)] ^= 1 << dice.IntN(8)
			}
			return content
		},
		"cut off": func(content []byte) []byte { return content[:12<<10] },
		"empty":   func([]byte) []byte { return nil },
		"zeros":   func(content []byte) []byte { return make([]byte, len(content)) },
		"gone":    nil,
	} {
		content, err := os.ReadFile(state)
		if err != nil {
			t.Fatal(err)
		}
		if damage == nil {
			err = os.Remove(state)
		} else {
			err = os.WriteFile(state, damage(content), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		p := f.start()
		if !strings.Contains(p.output(), "state rebuilt from the log") {
			t.Errorf("%s: it does not say so:\n%s", name, p.remarks())
		}
		if got := openTickets(p); got != want {
			t.Errorf("%s: open tickets\n%s\nwant\n%s", name, got, want)
		}
		if code := p.term(); code != 0 {
			t.Errorf("%s: exit code %d:\n%s", name, code, p.remarks())
		}
	}
}

func TestABrokenSiteFileStartsTheLastGoodOneVisibly(t *testing.T) {
	f := newFolder(t, place())
	p := f.start()
	enter(p, "A")
	p.term()
	f.write(strings.Replace(place(), `direction = "in"`, `direction = "inn"`, 1))
	p = f.start()
	for _, want := range []string{"SAFE MODE", "gate[1].direction", "site.toml:"} {
		if !strings.Contains(p.output(), want) {
			t.Errorf("the log does not say %q:\n%s", want, p.remarks())
		}
	}
	for path, want := range map[string]string{
		"/healthz": `gate\[1\]\.direction`, "/metrics": `\nlot_safe_mode[^ ]* 1\n`, "/": "Safe mode", "/readyz": "ready",
	} {
		a := p.get(path)
		if said := fmt.Sprint(a.body); a.status != 200 || !wordsOf(want).MatchString(said) {
			t.Errorf("%s says %d and not %q: %.500s", path, a.status, want, said)
		}
	}
	enter(p, "B")
	p.term()
}

// A board that this machine is not starts the gateway all the same. What is wrong is said once and first, and not by each device.
func TestABoardThatIsNotHereIsSaid(t *testing.T) {
	text, err := os.ReadFile("examples/small.toml")
	if err != nil {
		t.Fatal(err)
	}
	// The pi4's wiring, on a chip that only the virtual machine has.
	site := strings.NewReplacer(`board = "pi4"`, `board = "hil"`, `listen = ":8080"`, `listen = "127.0.0.1:0"`).Replace(string(text))
	f := newFolder(t, site)
	p := command(t, "run", "--site", f.site, "--data", f.data)
	p.base = p.await(wordsOf(`msg=serving page=(http://[^ ]+)/ `))
	p.token = f.ownToken()
	if a := p.get("/healthz?verbose"); !wordsOf("id:board.*lotctl board check hil").MatchString(fmt.Sprint(a.body)) && !wordsOf("lotctl board check hil.*id:board").MatchString(fmt.Sprint(a.body)) {
		t.Errorf("%d %v", a.status, a.body)
	}
	p.term()
	for _, line := range strings.Split(p.output(), "\n") {
		if strings.Contains(line, `msg="site file"`) && strings.Contains(line, `\n`) {
			t.Errorf("an excerpt in the log: %s", line)
		}
	}
}

func TestABrokenSiteFileAtTheFirstStartSaysWhatIsWrong(t *testing.T) {
	f := newFolder(t, "[location]\nid = \"small\"\nboard = sim\n")
	p := command(t, "run", "--site", f.site, "--data", f.data)
	if code := p.code(patience); code != 1 || !strings.Contains(p.output(), f.site+":3:") {
		t.Errorf("exit code %d:\n%s", code, p.remarks())
	}
	f.write(strings.Replace(place(), `closing = "barrier"`, `closing = "barier"`, 1))
	p = command(t, "run", "--site", f.site, "--data", f.data)
	code, said := p.code(patience), p.output()
	for _, want := range []string{"site: no usable site file", f.site + ":", `gate[1].closing: "barier" is not known; did you mean "barrier"?`} {
		if code != 1 || !strings.Contains(said, want) {
			t.Errorf("exit code %d, and it does not say %q:\n%s", code, want, said)
		}
	}
}

// TestATokenThatAPowerCutLeftEmptyIsNobodys: an empty token would be anybody's.
func TestATokenThatAPowerCutLeftEmptyIsNobodys(t *testing.T) {
	f := newFolder(t, place())
	p := f.start()
	first := f.ownToken()
	p.term()
	p = f.start()
	if f.ownToken() != first {
		t.Error("the token changed with a restart")
	}
	p.term()
	if err := os.WriteFile(filepath.Join(f.data, "token"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p = f.start()
	if got := p.get("/healthz"); got.status != 200 {
		t.Errorf("the new token: %+v", got)
	}
	p.token = ""
	if got := p.get("/healthz"); got.status != http.StatusUnauthorized {
		t.Errorf("no token: %+v", got)
	}
	if info, err := os.Stat(filepath.Join(f.data, "token")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the token's file: %v, %v", info.Mode(), err)
	}
}

// TestAHeaderThatIsNoTextHarmsNobody: what can't be written must not reach the lot.
func TestAHeaderThatIsNoTextHarmsNobody(t *testing.T) {
	f := newFolder(t, place())
	p := f.start()
	refused := p.post("/api/v1/entry", "key\xff", map[string]any{"locationId": "small", "gateId": "in-1", "licensePlate": "X 1"})
	if refused.status != http.StatusBadRequest && refused.status != http.StatusUnprocessableEntity {
		encoded, _ := json.Marshal(refused.body)
		t.Errorf("a key that is no text: %d %s\n%s", refused.status, encoded, p.remarks())
	}
	enter(p, "A")
}
