package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gatehouse/gateway/api"
	"gatehouse/gateway/api/apitest"
	"gatehouse/sync/commandline"
)

func TestATechnicianEditsADocument(t *testing.T) {
	d := newDesk(t)
	file := filepath.Join(t.TempDir(), "blocked.txt")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("B-GH 13\n")
	d.ask(commandline.ExitUsage, "policy", "edit", "blocklist", file)
	d.says("--reason")
	edit := []string{"policy", "edit", "blocklist", file, "--reason", "stole a barrier"}
	d.ask(commandline.ExitWrong, edit...)
	d.says("needs the role configure")
	d.token = apitest.ConfigureToken
	d.ask(commandline.ExitOK, edit...)
	d.says("blocklist: none from headquarters, edited here by tom: stole a barrier")
	d.ask(commandline.ExitOK, "policy", "ls")
	d.says("tariff       none from headquarters\n", "blocklist    none from headquarters, edited here by tom: stole a barrier\n")
	d.ask(commandline.ExitOK, "policy", "show", "blocklist")
	if d.out.String() != "B-GH 13\n" {
		t.Errorf("%q", d.out.String())
	}
	write("bad")
	d.ask(commandline.ExitWrong, edit...)
	d.says("this can't be used")
	d.ask(commandline.ExitUsage, "policy", "edit", "sales", file, "--reason", "trial")
	d.ask(commandline.ExitOK, "policy", "revert", "blocklist", "--reason", "it was another")
	d.ask(commandline.ExitOK, "policy", "ls", "--json")
	var all api.Policies
	if err := json.Unmarshal(d.out.Bytes(), &all); err != nil || len(all.Policies) != 4 || all.Policies[2].EditHeld {
		t.Errorf("%v: %s", err, &d.out)
	}
}
