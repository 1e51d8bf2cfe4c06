package main_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/drivers/sim/layout"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
	"gatehouse/sync/wire"
)

// programEnv tells the tests where the program is that TestMain has built.
const programEnv = "GATEHOUSE_TEST_PROGRAM"

func TestMain(m *testing.M) { os.Exit(withProgram(m.Run)) }

// withProgram builds the program once, without the race detector, and runs the tests with it.
func withProgram(run func() int) int {
	dir, err := os.MkdirTemp("", "gatehouse-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "gatehouse")
	if output, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, output)
		return 1
	}
	os.Setenv(programEnv, program)
	return run()
}

// campaign is how often to do something: few times before every commit, many times in a campaign.
func campaign(few, many int) int {
	if os.Getenv("GATEHOUSE_CAMPAIGN") != "" {
		return many
	}
	return few
}

// place is the car park of most tests: big enough for every vehicle of a test, dear from the first minute, on a board
// that this machine does not have, so that all devices are offline.
func place() string {
	text := layout.Layout{
		ID: "small", Name: "Small", Timezone: "Europe/Berlin", Currency: "EUR", Entries: lanes, Exits: lanes, Spots: 600,
	}.SiteFile("127.0.0.1:0", layout.Prices{RatePerHour: "60.00", LostTicket: "20.00", GraceExitMin: 15})
	return strings.Replace(text, "grace_entry_minutes = 5", "grace_entry_minutes = 0\nunit_minutes = 1", 1)
}

// lanes is how many entries there are, and how many exits.
const lanes = 4

// folder is what a gateway leaves behind: its site file and its data.
type folder struct {
	t     testing.TB
	site  string
	data  string
	token string // if the site names it; else the gateway makes one
}

func newFolder(t testing.TB, site string) *folder {
	dir := t.TempDir()
	f := &folder{t: t, site: filepath.Join(dir, "site.toml"), data: filepath.Join(dir, "data")}
	f.write(site)
	return f
}

func (f *folder) write(site string) {
	f.t.Helper()
	if err := os.WriteFile(f.site, []byte(site), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// process is a running program and what it has said.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	ended chan struct{}
	base  string // of its URLs
	token string

	mu   sync.Mutex
	said bytes.Buffer
}

// command starts the program.
func command(t testing.TB, arguments ...string) *process {
	t.Helper()
	p := &process{t: t, cmd: exec.Command(os.Getenv(programEnv), arguments...), ended: make(chan struct{})}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = p.cmd.Stdout
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		for lines := bufio.NewReader(out); ; {
			line, err := lines.ReadString('\n')
			p.mu.Lock()
			p.said.WriteString(line)
			p.mu.Unlock()
			if err != nil {
				p.cmd.Wait()
				return
			}
		}
	}()
	t.Cleanup(func() { p.kill() })
	return p
}

// output is what the process has said so far.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// remarks are what it has said, but for the devices that this machine does not have.
func (p *process) remarks() string {
	var kept []string
	for line := range strings.Lines(p.output()) {
		if !strings.Contains(line, "device offline") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// start runs a gateway and waits until it serves.
func (f *folder) start() *process {
	f.t.Helper()
	p := command(f.t, "run", "--site", f.site, "--data", f.data)
	p.base = p.await(wordsOf(`msg=serving page=(http://[^ ]+)/ `))
	p.token = f.token
	if p.token == "" {
		p.token = f.ownToken()
	}
	return p
}

// ownToken is the token that the gateway made.
func (f *folder) ownToken() string {
	f.t.Helper()
	token, err := os.ReadFile(filepath.Join(f.data, "token"))
	if err != nil {
		f.t.Fatal(err)
	}
	return strings.TrimSpace(string(token))
}

func wordsOf(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

// await waits until the process says something, and returns the part of it that is asked for.
func (p *process) await(words *regexp.Regexp) string {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		hasEnded := false
		select {
		case <-p.ended:
			hasEnded = true
		case <-time.After(25 * time.Millisecond):
		}
		if found := words.FindStringSubmatch(p.output()); found != nil {
			return found[len(found)-1]
		}
		if hasEnded {
			p.t.Fatalf("it ended instead of saying %v:\n%s", words, p.remarks())
		}
	}
	p.t.Fatalf("it does not say %v:\n%s", words, p.remarks())
	return ""
}

// kill ends the process as the kernel does when memory runs out.
func (p *process) kill() {
	p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// term asks the process to end and returns its exit code.
func (p *process) term() int {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	return p.code(patience)
}

// code waits for the end of the process and returns its exit code.
func (p *process) code(within time.Duration) int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(within):
		p.t.Fatalf("it does not end within %v:\n%s", within, p.remarks())
	}
	return p.cmd.ProcessState.ExitCode()
}

// answer is what the API said; no status is no answer.
type answer struct {
	status   int
	replayed bool
	body     map[string]any
}

func (a answer) text(field string) string {
	text, _ := a.body[field].(string)
	return text
}

func (a answer) number(field string) int64 {
	number, _ := a.body[field].(float64)
	return int64(number)
}

// ask sends a request to the API and waits for its answer, but not for ever.
func (p *process) ask(method, path, key string, body any, within time.Duration) answer {
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			p.t.Error(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, p.base+path, &sent)
	if err != nil {
		p.t.Error(err)
		return answer{}
	}
	r.Header.Set("Authorization", "Bearer "+p.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return answer{}
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, replayed: response.Header.Get("Idempotent-Replayed") == "true"}
	read, err := io.ReadAll(response.Body)
	if err != nil || json.Unmarshal(read, &a.body) != nil {
		a.body = map[string]any{"text": string(read)}
	}
	return a
}

// patience is how long a test waits for what must happen: much longer than it takes, also on a busy machine.
const patience = time.Minute

func (p *process) get(path string) answer { return p.ask(http.MethodGet, path, "", nil, patience) }

func (p *process) post(path, key string, body any) answer {
	return p.ask(http.MethodPost, path, key, body, patience)
}

// facts are what a folder's log holds. Nobody may be writing to it.
func (f *folder) facts() []fact.Record {
	f.t.Helper()
	log, recovery, err := factlog.Open(factlog.OSDisk{}, filepath.Join(f.data, "journal", "log"), factlog.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	defer log.Close()
	if len(recovery.Damage) > 0 {
		f.t.Errorf("the log is damaged: %v", recovery.Damage)
	}
	var records []fact.Record
	if err := log.Read(1, func(_ factlog.Index, payload []byte) error {
		record, err := wire.DecodeRecord(payload)
		records = append(records, record)
		return err
	}); err != nil {
		f.t.Fatal(err)
	}
	return records
}
