package integration

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/sync/mqtt/mosquitto"
)

// patience is how long a test waits for what must come.
const patience = 3 * time.Minute

// programs are built once for all tests.
type programs struct{ gateway, cloud, lotctl string }

var build = sync.OnceValues(func() (programs, error) {
	dir, err := os.MkdirTemp("", "gatehouse-integration-")
	if err != nil {
		return programs{}, err
	}
	out, err := exec.Command("go", "build", "-o", dir+"/", "../../gateway/cmd/gatehouse", "../../cloud/cmd/gatehouse-cloud", "../lotctl").CombinedOutput()
	if err != nil {
		return programs{}, fmt.Errorf("build: %w: %s", err, out)
	}
	return programs{filepath.Join(dir, "gatehouse"), filepath.Join(dir, "gatehouse-cloud"), filepath.Join(dir, "lotctl")}, nil
})

// built skips the test unless it was asked for.
func built(t *testing.T) programs {
	t.Helper()
	if os.Getenv("GATEHOUSE_INTEGRATION") == "" {
		t.Skip("GATEHOUSE_INTEGRATION is not set: make integration")
	}
	p, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// process is one program that is started, killed and started again.
type process struct {
	t    *testing.T
	name string
	args []string
	log  string // file of all that it says
	heed *regexp.Regexp

	command *exec.Cmd
	lines   chan []string // what heed found
}

func newProcess(t *testing.T, name string, heed *regexp.Regexp, args ...string) *process {
	p := &process{t: t, name: name, args: args, heed: heed, log: filepath.Join(t.TempDir(), "log"), lines: make(chan []string, 16)}
	t.Cleanup(func() {
		p.end(syscall.SIGKILL)
		if t.Failed() {
			text, err := os.ReadFile(p.log)
			t.Logf("%s said (%v):\n%s", name, err, text[max(0, len(text)-8_000):])
		}
	})
	return p
}

// start runs it, with more arguments for this once.
func (p *process) start(more ...string) {
	p.t.Helper()
	p.command = exec.Command(p.args[0], append(p.args[1:len(p.args):len(p.args)], more...)...)
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log, err := os.OpenFile(p.log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer log.Close()
	p.command.Stderr = log
	out, err := p.command.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		p.t.Fatal(err)
	}
	go p.listen(out)
}

// listen passes on the lines that are heeded, until the process is gone.
func (p *process) listen(out io.Reader) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if p.heed == nil {
			continue
		}
		if found := p.heed.FindStringSubmatch(lines.Text()); found != nil {
			p.lines <- found
		}
	}
}

// heard is the next line that is heeded.
func (p *process) heard() []string {
	p.t.Helper()
	select {
	case found := <-p.lines:
		return found
	case <-time.After(patience):
		p.t.Fatalf("%s does not say what it must", p.name)
		return nil
	}
}

// end sends a signal and waits until the process is gone.
func (p *process) end(signal syscall.Signal) {
	if p.command == nil {
		return
	}
	_ = p.command.Process.Signal(signal) // it may be gone already
	_ = p.command.Wait()                 // a process that was killed ended badly
	p.command = nil
}

// freePort is one that stays free until the test ends.
func freePort(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(mosquitto.FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// until waits for something that must come.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}
