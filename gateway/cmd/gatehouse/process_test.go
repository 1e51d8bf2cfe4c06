package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/drivers/sim/layout"
)

// program is the built gatehouse.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gatehouse")
	if output, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%s", output)
	}
	return path
}

// gate is a running gateway process.
type gateProcess struct {
	t       *testing.T
	command *exec.Cmd
	url     string
	token   string
	log     *bytes.Buffer
	ended   chan struct{}
}

// start runs the program and waits until it serves.
func start(t *testing.T, path, site, data string) *gateProcess {
	t.Helper()
	g := &gateProcess{t: t, command: exec.Command(path, "run", "--site", site, "--data", data), log: &bytes.Buffer{}, ended: make(chan struct{})}
	stderr, err := g.command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.command.Process.Kill() })
	serving := make(chan string, 1)
	go func() {
		defer close(g.ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			g.log.WriteString(lines.Text() + "\n")
			if _, rest, found := strings.Cut(lines.Text(), "page=http://"); found {
				address, _, _ := strings.Cut(rest, "/")
				serving <- "http://" + address
			}
		}
	}()
	select {
	case g.url = <-serving:
	case <-g.ended:
		t.Fatalf("it ended: %s", g.log)
	case <-time.After(30 * time.Second):
		t.Fatal("it does not serve")
	}
	token, err := os.ReadFile(filepath.Join(data, "token"))
	if err != nil {
		t.Fatal(err)
	}
	g.token = strings.TrimSpace(string(token))
	return g
}

// end sends a signal and waits; it returns the error of the process.
func (g *gateProcess) end(signal os.Signal) error {
	_ = g.command.Process.Signal(signal)
	<-g.ended
	return g.command.Wait()
}

// ask makes one request and returns the status and the answer.
func (g *gateProcess) ask(method, path, key, body string) (int, map[string]any, error) {
	request, err := http.NewRequest(method, g.url+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+g.token)
	request.Header.Set("Content-Type", "application/json")
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, nil, err
	}
	var answer map[string]any
	_ = json.Unmarshal(data, &answer)
	return response.StatusCode, answer, nil
}

func siteFile(t *testing.T, dir string) string {
	t.Helper()
	place := layout.Layout{ID: "lot", Name: "Lot", Timezone: "Europe/Berlin", Currency: "EUR", Entries: 1, Exits: 1, Spots: 500, Sensed: false}
	text := place.SiteFile("127.0.0.1:0", layout.Prices{RatePerHour: "2.00", MaxDailyRate: "20.00", LostTicket: "20.00", GraceExitMin: 15})
	path := filepath.Join(dir, "site.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func entryBody(plate string) string {
	return fmt.Sprintf(`{"locationId":"lot","gateId":"in-1","licensePlate":%q,"timestamp":"2026-01-01T00:00:00Z"}`, plate)
}

// TestKilledInTheMiddleOfEntries kills the gateway while vehicles enter, over and over: what it acknowledged is
// there, once, and a repetition with the same key gets the same ticket.
func TestKilledInTheMiddleOfEntries(t *testing.T) {
	cycles := 3
	if os.Getenv("GATEHOUSE_CAMPAIGN") != "" {
		cycles = 40
	}
	path, dir := program(t), t.TempDir()
	site, data := siteFile(t, dir), filepath.Join(dir, "data")
	acknowledged := map[string]string{} // ticket by key
	for cycle := range cycles {
		g := start(t, path, site, data)
		for key, ticket := range acknowledged {
			if status, _, err := g.ask("GET", "/api/v1/tickets/"+ticket, "", ""); err != nil || status != 200 {
				t.Fatalf("cycle %d: ticket %s of %s was acknowledged and is gone: %d %v", cycle, ticket, key, status, err)
			}
		}
		var mu sync.Mutex
		var driving sync.WaitGroup
		for lane := range 4 {
			driving.Go(func() {
				for n := range 5 {
					key := fmt.Sprintf("k-%d-%d-%d", cycle, lane, n)
					status, answer, err := g.ask("POST", "/api/v1/entry", key, entryBody(fmt.Sprintf("C%dL%dN%d", cycle, lane, n)))
					if err != nil {
						return // it was killed
					}
					if ticket, _ := answer["ticketId"].(string); status == 200 && ticket != "" {
						mu.Lock()
						acknowledged[key] = ticket
						mu.Unlock()
					}
				}
			})
		}
		time.Sleep(time.Duration(5+7*cycle%40) * time.Millisecond)
		_ = g.end(syscall.SIGKILL)
		driving.Wait()
	}
	g := start(t, path, site, data)
	seen := map[string]string{}
	for key, ticket := range acknowledged {
		if other := seen[ticket]; other != "" {
			t.Errorf("ticket %s was given to %s and to %s", ticket, other, key)
		}
		seen[ticket] = key
		var c, l, n int
		fmt.Sscanf(key, "k-%d-%d-%d", &c, &l, &n)
		_, answer, err := g.ask("POST", "/api/v1/entry", key, entryBody(fmt.Sprintf("C%dL%dN%d", c, l, n)))
		if err != nil || answer["ticketId"] != ticket {
			t.Errorf("%s again: %v %v, want ticket %s", key, answer["ticketId"], err, ticket)
		}
	}
	if len(acknowledged) == 0 {
		t.Error("nothing was acknowledged: the test proves nothing")
	}
	if err := g.end(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, g.log)
	}
}

// TestAVisitThroughTheProcess: entry, fee, exit, restart, and the ticket is still known.
func TestAVisitThroughTheProcess(t *testing.T) {
	path, dir := program(t), t.TempDir()
	site, data := siteFile(t, dir), filepath.Join(dir, "data")
	g := start(t, path, site, data)
	status, answer, err := g.ask("POST", "/api/v1/entry", "a", entryBody("B-AB 1"))
	if err != nil || status != 200 || answer["action"] != "open_gate" {
		t.Fatalf("entry: %d %v %v", status, answer, err)
	}
	ticket := answer["ticketId"].(string)
	if status, fee, err := g.ask("GET", "/api/v1/tickets/"+ticket+"/fee", "", ""); err != nil || status != 200 || fee["currency"] != "EUR" {
		t.Fatalf("fee: %d %v %v", status, fee, err)
	}
	if err := g.end(syscall.SIGTERM); err != nil {
		t.Fatalf("SIGTERM: %v\n%s", err, g.log)
	}
	second := start(t, path, site, data)
	if status, _, err := second.ask("GET", "/api/v1/tickets/"+ticket, "", ""); err != nil || status != 200 {
		t.Errorf("after the restart: %d %v", status, err)
	}
	if status, _, err := second.ask("GET", "/readyz", "", ""); err != nil || status != 200 {
		t.Errorf("/readyz: %d %v", status, err)
	}
	other := exec.Command(path, "run", "--site", site, "--data", data)
	if output, err := other.CombinedOutput(); err == nil {
		t.Errorf("two gateways run on one folder: %s", output)
	}
}

// TestABrokenSiteFile: the last good one takes its place, visibly; with none, the error names file, line and key.
func TestABrokenSiteFile(t *testing.T) {
	path, dir := program(t), t.TempDir()
	site, data := siteFile(t, dir), filepath.Join(dir, "data")
	good, err := os.ReadFile(site)
	if err != nil {
		t.Fatal(err)
	}
	if err := start(t, path, site, data).end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	broken := bytes.Replace(good, []byte("timezone"), []byte("timezoan"), 1)
	if err := os.WriteFile(site, broken, 0o600); err != nil {
		t.Fatal(err)
	}
	g := start(t, path, site, data)
	if !strings.Contains(g.log.String(), "SAFE MODE") {
		t.Errorf("nothing says that it runs on the last good file: %s", g.log)
	}
	_ = g.end(syscall.SIGTERM)
	output, err := exec.Command(path, "check", "--site", site).CombinedOutput()
	if err == nil || !bytes.Contains(output, []byte("did you mean")) || !bytes.Contains(output, []byte("site.toml:5:")) {
		t.Errorf("check: %v %s", err, output)
	}
	if output, err := exec.Command(path, "run", "--site", site, "--data", filepath.Join(dir, "new")).CombinedOutput(); err == nil {
		t.Errorf("it runs without a site: %s", output)
	}
}

// TestADamagedStateFile: it is rebuilt from the log.
func TestADamagedStateFile(t *testing.T) {
	path, dir := program(t), t.TempDir()
	site, data := siteFile(t, dir), filepath.Join(dir, "data")
	g := start(t, path, site, data)
	_, answer, err := g.ask("POST", "/api/v1/entry", "a", entryBody("B-AB 1"))
	if err != nil {
		t.Fatal(err)
	}
	ticket, _ := answer["ticketId"].(string)
	if err := g.end(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(data, "journal", "state.db")
	content, err := os.ReadFile(state)
	if err != nil {
		t.Fatal(err)
	}
	for at := 64; at < len(content); at += 97 {
		content[at] ^= 0x55
	}
	if err := os.WriteFile(state, content, 0o600); err != nil {
		t.Fatal(err)
	}
	again := start(t, path, site, data)
	if status, _, err := again.ask("GET", "/api/v1/tickets/"+ticket, "", ""); err != nil || status != 200 {
		t.Errorf("the ticket is gone with the state file: %d %v", status, err)
	}
}
