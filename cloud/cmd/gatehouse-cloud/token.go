package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"gatehouse/cloud/api"
)

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

// ownToken is the first token, for everything: made at the first start, and kept where only this program's user can read it.
// API keys for others are made with it.
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
		log.Info("this file holds the token of the owner, who makes API keys for others", "file", path)
	}
	return api.NewToken("owner", api.RoleConfigure, token)
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
