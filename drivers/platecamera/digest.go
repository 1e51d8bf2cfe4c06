package platecamera

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"strings"
)

// challenge is what a camera that wants a password says of the proof (RFC 7616; RFC 2617 for those without qop).
type challenge struct {
	realm, nonce, opaque, algorithm string
	auth                            bool // qop auth is offered
	basic                           bool // no digest is
}

// challengeOf picks the strongest of the challenges of an answer.
func challengeOf(header http.Header) (challenge, bool) {
	var best challenge
	found := false
	for _, text := range header.Values("WWW-Authenticate") {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
		switch {
		case strings.EqualFold(scheme, "Digest"):
			c := digestChallenge(rest)
			if newHash(c.algorithm) != nil && (!found || best.basic || strings.HasPrefix(strings.ToUpper(c.algorithm), "SHA-256")) {
				best, found = c, true
			}
		case strings.EqualFold(scheme, "Basic") && !found:
			best, found = challenge{basic: true}, true
		}
	}
	return best, found
}

func digestChallenge(text string) challenge {
	var c challenge
	for text != "" {
		var name, value string
		name, text, _ = strings.Cut(text, "=")
		value, text = parameter(text)
		switch strings.ToLower(strings.Trim(name, " ,\t")) {
		case "realm":
			c.realm = value
		case "nonce":
			c.nonce = value
		case "opaque":
			c.opaque = value
		case "algorithm":
			c.algorithm = value
		case "qop":
			for offered := range strings.SplitSeq(value, ",") {
				c.auth = c.auth || strings.EqualFold(strings.TrimSpace(offered), "auth")
			}
		}
	}
	return c
}

// parameter cuts a value off, which may be in quotes.
func parameter(text string) (value, rest string) {
	text = strings.TrimLeft(text, " ")
	if quoted, found := strings.CutPrefix(text, `"`); found {
		value, rest, _ = strings.Cut(quoted, `"`)
		return value, rest
	}
	value, rest, _ = strings.Cut(text, ",")
	return strings.TrimSpace(value), rest
}

func newHash(algorithm string) func() hash.Hash {
	switch strings.TrimSuffix(strings.ToUpper(algorithm), "-SESS") {
	case "", "MD5":
		return md5.New
	case "SHA-256":
		return sha256.New
	}
	return nil
}

// proof is the value of Authorization for the count-th request with this challenge.
func (c challenge) proof(user, password, method, uri string, count uint32, clientNonce string) string {
	sum := func(parts ...string) string {
		h := newHash(c.algorithm)()
		h.Write([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(h.Sum(nil))
	}
	secret := sum(user, c.realm, password)
	if strings.HasSuffix(strings.ToUpper(c.algorithm), "-SESS") {
		secret = sum(secret, c.nonce, clientNonce)
	}
	request := sum(method, uri)
	var b strings.Builder
	fmt.Fprintf(&b, `Digest username="%s", realm="%s", nonce="%s", uri="%s"`, escaped(user), escaped(c.realm), c.nonce, uri)
	if c.auth {
		nc := fmt.Sprintf("%08x", count)
		fmt.Fprintf(&b, `, qop=auth, nc=%s, cnonce="%s", response="%s"`, nc, clientNonce, sum(secret, c.nonce, nc, clientNonce, "auth", request))
	} else {
		fmt.Fprintf(&b, `, response="%s"`, sum(secret, c.nonce, request))
		if strings.HasSuffix(strings.ToUpper(c.algorithm), "-SESS") {
			fmt.Fprintf(&b, `, cnonce="%s"`, clientNonce)
		}
	}
	if c.algorithm != "" {
		fmt.Fprintf(&b, `, algorithm=%s`, c.algorithm)
	}
	if c.opaque != "" {
		fmt.Fprintf(&b, `, opaque="%s"`, c.opaque)
	}
	return b.String()
}

func escaped(text string) string { return strings.ReplaceAll(text, `"`, `\"`) }
