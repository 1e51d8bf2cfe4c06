package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	address  = "http://127.0.0.1:8080"
	dataDir  = "/data/gateway"
	location = "/api/v1/locations/yard"

	laneSite  = "/site.toml"
	busesSite = "/data/site.toml" // the same, and what is on the I2C buses
)

// gateway is the real program, running.
type gateway struct {
	command *exec.Cmd
	log     string
	ended   chan error
}

// startGateway starts it and waits until it answers.
func startGateway(site string) *gateway {
	g := &gateway{log: fmt.Sprintf("/data/gateway-%d.log", time.Now().UnixNano()), ended: make(chan error, 1)}
	log, err := os.Create(g.log)
	mustNot(err)
	defer log.Close()
	g.command = exec.Command("/gatehouse", "run", "--site", site, "--data", dataDir)
	g.command.Stdout, g.command.Stderr = log, log
	mustNot(g.command.Start())
	go func() { g.ended <- g.command.Wait() }()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if answer, err := http.Get(address + "/livez"); err == nil {
			answer.Body.Close()
			return g
		}
		must(time.Now().Before(deadline), "the gateway does not answer:\n%s", g.said())
	}
}

func (g *gateway) said() string {
	text, _ := os.ReadFile(g.log)
	return string(text)
}

// end sends a signal and waits for the end.
func (g *gateway) end(signal syscall.Signal) error {
	mustNot(g.command.Process.Signal(signal))
	select {
	case err := <-g.ended:
		return err
	case <-time.After(time.Minute):
		panic(failure("the gateway does not end"))
	}
}

// ask sends a request as the operator, and reads the answer into an object.
func (g *gateway) ask(method, path string, body any) map[string]any {
	text, err := json.Marshal(body)
	mustNot(err)
	request, err := http.NewRequest(method, address+path, bytes.NewReader(text))
	mustNot(err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+strings.Fields(read(dataDir + "/token"))[0])
	request.Header.Set("Idempotency-Key", fmt.Sprintf("hil-key-%d", time.Now().UnixNano()))
	answer, err := http.DefaultClient.Do(request)
	mustNot(err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	mustNot(err)
	must(answer.StatusCode < 300, "%s %s: %s: %s", method, path, answer.Status, said)
	object := map[string]any{}
	mustNot(json.Unmarshal(said, &object))
	return object
}

// eventually waits for something that the gateway says. It asks seldom: answers cost a machine like this one a lot.
func (g *gateway) eventually(what string, so func() bool) {
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(200 * time.Millisecond) {
		must(time.Now().Before(deadline), "in vain: %s; the gateway said\n%s", what, g.said())
	}
}

// open raises the barrier once.
func (g *gateway) open() { g.ask("POST", location+"/gates/in/open", map[string]any{}) }

// gate is a field of the gate's state.
func (g *gateway) gate(field string) any {
	gates, _ := g.ask("GET", location+"/gates", nil)["gates"].([]any)
	must(len(gates) == 1, "there are %d gates", len(gates))
	return gates[0].(map[string]any)[field]
}
