package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/gateway/lot"
	"gatehouse/sync/commandline"
	"gatehouse/sync/rest"
)

// desk is lotctl before a gateway that serves.
type desk struct {
	*testing.T
	gateway *apitest.Backend
	url     string
	token   string
	out     bytes.Buffer
	errs    bytes.Buffer
}

func newDesk(t *testing.T) *desk {
	gateway := apitest.New(apitest.Small())
	server := httptest.NewServer(api.New(api.Options{Backend: gateway, Tokens: []rest.Token{
		{Name: "ann", Role: rest.RoleOperate, SHA256: sha256.Sum256([]byte(apitest.OperateToken))},
		{Name: "tom", Role: rest.RoleConfigure, SHA256: sha256.Sum256([]byte(apitest.ConfigureToken))},
	}}))
	t.Cleanup(server.Close)
	return &desk{T: t, gateway: gateway, url: server.URL, token: apitest.OperateToken}
}

// ask runs a command, and fails the test unless it ends so.
func (d *desk) ask(exit int, args ...string) {
	d.Helper()
	d.out.Reset()
	d.errs.Reset()
	args = append(args, "--url", d.url, "--token", d.token)
	if got := run(args, &d.out, &d.errs); got != exit {
		d.Fatalf("%q: exit code %d\n%s%s", args, got, &d.out, &d.errs)
	}
}

// says fails the test unless all parts were printed.
func (d *desk) says(parts ...string) {
	d.Helper()
	for _, part := range parts {
		if !strings.Contains(d.out.String()+d.errs.String(), part) {
			d.Errorf("%q is not in\n%s%s", part, &d.out, &d.errs)
		}
	}
}

func TestATechnicianLooksAndOrders(t *testing.T) {
	d := newDesk(t)
	d.ask(commandline.ExitOK, "status")
	d.says("Parkhaus Altstadt (altstadt): 16 of 16 spots free", "in    idle", "none yet")
	d.ask(commandline.ExitOK, "gate", "why", "in")
	d.says("No decision since the gateway started.")
	d.ask(commandline.ExitOK, "gate", "open", "in", "--note", "delivery")
	d.says("in    ", "up")
	d.ask(commandline.ExitOK, "gate", "why", "in")
	d.says("Let in")
	d.ask(commandline.ExitWrong, "gate", "open", "back", "--note", "delivery")
	d.says("there is no gate back; the gates are in out")
	d.ask(commandline.ExitUsage, "gate", "open", "in")
	d.says("--note")
	d.ask(commandline.ExitOK, "gate", "ls", "--json")
	var gates api.Gates
	if err := json.Unmarshal(d.out.Bytes(), &gates); err != nil || len(gates.Gates) != 2 {
		t.Errorf("%v: %s", err, &d.out)
	}
}

func TestADoctorEndsByWhatItFinds(t *testing.T) {
	d := newDesk(t)
	d.gateway.SetChecks(api.Check{ID: "clock", Value: "held", Ready: true})
	d.ask(commandline.ExitOK, "doctor")
	d.says("ok       clock          held", "Nothing needs a person.")
	d.gateway.SetChecks(api.Check{ID: "journal", Severity: lot.Fault, Value: "does not answer", Limit: "300 ms", Do: "Change the card."})
	d.ask(commandline.ExitWrong, "doctor")
	d.says("fault    journal        does not answer (limit 300 ms)", "Change the card.", "the gateway has faults")
	long := strings.Repeat("a board that is not here, ", 8)
	d.gateway.SetChecks(api.Check{ID: "board", Severity: lot.Fault, Value: long, Do: long})
	d.ask(commandline.ExitWrong, "doctor")
	for line := range strings.Lines(d.out.String()) {
		if len(line) > 81 {
			t.Errorf("wider than a terminal: %s", line)
		}
	}
}

func TestATicketIsFoundAndExplained(t *testing.T) {
	d := newDesk(t)
	var entered struct{}
	wanted := map[string]string{"locationId": "altstadt", "gateId": "in", "licensePlate": "B MW 123", "timestamp": "2026-06-15T12:00:00Z"}
	if err := (gatewayFlags{URL: d.url, Token: d.token}).post("/api/v1/entry", wanted, &entered); err != nil {
		t.Fatal(err)
	}
	d.ask(commandline.ExitOK, "ticket", "find", "mw1", "--json")
	var found api.Tickets
	if err := json.Unmarshal(d.out.Bytes(), &found); err != nil || len(found.Tickets) != 1 {
		t.Fatalf("%v: %s", err, &d.out)
	}
	d.ask(commandline.ExitOK, "ticket", "find", "mw1")
	d.says("BMW123", found.Tickets[0].ID)
	d.ask(commandline.ExitOK, "ticket", "show", found.Tickets[0].ID)
	d.says("plate BMW123", "by gate in", "due 0.00 EUR")
	d.ask(commandline.ExitWrong, "ticket", "find", "zzz")
	d.says(`no open ticket has a plate with "zzz" in it`)
	d.ask(commandline.ExitWrong, "ticket", "show", "T0")
	d.says("404")
}

// A stranger is told how to be known; the gateway's own file of its first token is found.
func TestWhoAsks(t *testing.T) {
	d := newDesk(t)
	d.token = ""
	d.ask(commandline.ExitWrong, "status")
	d.says("give one with --token or --token-file")
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte(apitest.OperateToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.ask(commandline.ExitOK, "status", "--token-file", file)
	other := httptest.NewTLSServer(nil)
	defer other.Close()
	d.url = strings.Replace(other.URL, "https:", "http:", 1)
	d.ask(commandline.ExitWrong, "status")
	d.says("400 Bad Request", "HTTP request to an HTTPS server")
}
