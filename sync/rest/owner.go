package rest

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"gatehouse/sync/durable"
)

// tokenBytes of chance are in a token, of tokenLength characters.
const (
	tokenBytes  = 24
	tokenLength = tokenBytes / 3 * 4
)

// NewTokenText is the text of a new token.
func NewTokenText() string {
	var secret [tokenBytes]byte
	rand.Read(secret[:]) // never fails: it crashes the program instead
	return base64.RawURLEncoding.EncodeToString(secret[:])
}

// OwnerToken is the first token, for everything: made at the first start, and kept in a file that only this program's
// user can read. Where that fails it is one that nobody knows: better no access than anybody's.
func OwnerToken(path string, log *slog.Logger) Token {
	text, err := readToken(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNoToken) {
		text = NewTokenText()
		err = durable.Replace(path, []byte(text+"\n"), 0o600)
	}
	if err != nil {
		text = NewTokenText()
		log.Error("the access token can't be read or kept; nobody has access", "file", path, "err", err)
	} else {
		log.Info("this file holds the owner's token, for everything", "file", path)
	}
	return NewToken("owner", RoleConfigure, text)
}

var errNoToken = errors.New("rest: the file holds no token")

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
