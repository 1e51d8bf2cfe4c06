package main

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"crypto/sha256"

	"gatehouse/drivers/all"
	"gatehouse/gateway/api"
	"gatehouse/gateway/journal"
	"gatehouse/gateway/site"
)

type checkCommand struct {
	Site string `help:"Site file." default:"/etc/gatehouse/site.toml" type:"path"`
}

// Run prints every problem of the file; its error makes the exit code.
func (c *checkCommand) Run() error {
	data, err := os.ReadFile(c.Site)
	if err != nil {
		return fmt.Errorf("gatehouse: %w", err)
	}
	parsed, err := site.Parse(c.Site, data, all.Catalog())
	if err != nil {
		return err
	}
	for _, warning := range parsed.Warnings {
		fmt.Println("warning:", warning)
	}
	_, err = fmt.Printf("%s is fine: %d spots, %d gates, %d devices\n", c.Site, len(parsed.Lot.Spots), len(parsed.Lot.Gates), len(parsed.Devices))
	return err
}

type tokenCommand struct {
	Name string `help:"Whose token it is." required:""`
	Role string `help:"What it may do." enum:"view,operate,configure" default:"view"`
}

// Run prints a new token, and what the site file keeps of it.
func (c *tokenCommand) Run() error {
	token := newToken()
	_, err := fmt.Printf("Give this to %s; it is shown only now:\n\n  %s\n\nAnd add this to the site file:\n\n[[server.token]]\nname = %q\nrole = %q\nsha256 = %q\n",
		c.Name, token, c.Name, c.Role, site.HashToken(token))
	return err
}

func newToken() string {
	var secret [24]byte
	rand.Read(secret[:]) // never fails: it crashes the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// ownToken is the token of a gateway whose site file names none: made at its first start, and kept where only its
// user can read it.
func ownToken(path string, log *slog.Logger) api.Token {
	data, err := os.ReadFile(path)
	if err != nil {
		data = []byte(newToken())
		if err := os.WriteFile(path, data, 0o600); err != nil {
			log.Error("the access token can't be kept; it changes at the next start", "err", err)
		}
	}
	log.Info("the site file names no token; this file holds one for everything", "file", path)
	return api.Token{Name: "owner", Role: api.RoleConfigure, SHA256: sha256.Sum256([]byte(strings.TrimSpace(string(data))))}
}

// checkStateWord makes this program look a state file over instead of running a gateway.
const checkStateWord = "check-state-file"

// checkState does the work of the child that stateChecker starts; false if this is not one.
func checkState(args []string) bool {
	if len(args) != 3 || args[1] != checkStateWord {
		return false
	}
	if err := journal.CheckFile(args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return true
}
