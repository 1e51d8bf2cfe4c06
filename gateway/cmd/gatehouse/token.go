package main

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"gatehouse/gateway/api"
	"gatehouse/gateway/site"
)

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

// tokenBytes of chance are in a token, of tokenLength characters.
const (
	tokenBytes  = 24
	tokenLength = tokenBytes / 3 * 4
)

func newToken() string {
	var secret [tokenBytes]byte
	rand.Read(secret[:]) // never fails: it crashes the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// ownToken is the token of a gateway whose site file names none: made at its first start, and kept where only its
// user can read it.
func ownToken(path string, log *slog.Logger) api.Token {
	token, err := readToken(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoToken) {
		token = newToken()
		err = keepToken(path, token)
	}
	if err != nil {
		token = newToken() // nobody knows it: better no access than anybody's
		log.Error("the access token can't be read or kept; nobody has access", "file", path, "err", err)
	} else {
		log.Info("the site file names no token; this file holds one for everything", "file", path)
	}
	return api.Token{Name: "owner", Role: api.RoleConfigure, SHA256: sha256.Sum256([]byte(token))}
}

var errNoToken = errors.New("the file holds no token")

// readToken reads a kept token. A file that is too short for one, as a power cut may leave it, holds none: least of all
// an empty one, which anybody could show.
func readToken(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(data))
	if len(token) < tokenLength {
		return "", errNoToken
	}
	return token, nil
}

// keepToken writes the file so that a power cut leaves it whole or not at all.
func keepToken(path, token string) error {
	draft := path + ".new"
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(token + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(draft, path)
}
