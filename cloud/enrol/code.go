package enrol

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// CodeLife is how long a code works.
const CodeLife = 15 * time.Minute

// codeBytes are 50 bits rounded up: ten characters. With at most wrongPerMinute guesses in 15 minutes the chance of a
// hit is one in 10^12.
const codeBytes = 7

const codeLetters = 10

var codeAlphabet = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// code is what is kept of a code, under its hash.
type code struct {
	Location  string    `json:"location"`
	Actor     string    `json:"actor"`
	ExpiresAt time.Time `json:"expiresAt"`
	Confirm   bool      `json:"confirm,omitempty"`
	UsedAt    time.Time `json:"usedAt,omitzero"`

	revision int64
}

// Errors of enrolment. ErrCode says nothing about which part was wrong, on purpose.
var (
	ErrCode    = errors.New("enrol: this code is unknown, used or expired; ask for a new one")
	ErrTooMany = errors.New("enrol: too many wrong codes; wait a minute")
	ErrRequest = errors.New("enrol: not a signing request of an Ed25519 key, signed by that key")
)

// NewCode makes a code for one gateway of a location. With confirm, its certificate opens nothing before Confirm.
func (r *Registry) NewCode(ctx context.Context, location, actor string, confirm bool) (string, error) {
	if err := checkLocation(location); err != nil {
		return "", err
	}
	random := make([]byte, codeBytes)
	_, _ = rand.Read(random) // it never fails
	letters := codeAlphabet.EncodeToString(random)[:codeLetters]
	made := code{Location: location, Actor: actor, ExpiresAt: r.now().Add(CodeLife), Confirm: confirm}
	if _, err := r.putCode(ctx, hashCode(letters), made); err != nil {
		return "", err
	}
	return letters[:5] + "-" + letters[5:], nil
}

// hashCode is under what a code is kept; it forgives what people do to codes.
func hashCode(text string) string {
	plain := strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(text))
	sum := sha256.Sum256([]byte("gatehouse enrolment code " + plain))
	return hex.EncodeToString(sum[:])
}

func (r *Registry) putCode(ctx context.Context, key string, c code) (bool, error) {
	value, err := json.Marshal(c)
	if err != nil {
		return false, err
	}
	return r.documents.PutDocument(ctx, c.Location, kindCode, key, c.revision, value)
}

// takeCode uses a code up. Of two that use it at once, one gets it.
func (r *Registry) takeCode(ctx context.Context, text, source string) (code, error) {
	now := r.now()
	if !r.guesses.allowed(source, now) {
		return code{}, ErrTooMany
	}
	wanted, found := hashCode(text), code{}
	err := r.documents.EachDocument(ctx, kindCode, func(_, key string, revision int64, value []byte) error {
		if key != wanted {
			return nil
		}
		found.revision = revision
		return json.Unmarshal(value, &found)
	})
	if err != nil {
		return code{}, err
	}
	if found.revision == 0 || !found.UsedAt.IsZero() || !now.Before(found.ExpiresAt) {
		r.guesses.wrong(source, now)
		return code{}, ErrCode
	}
	found.UsedAt = now
	took, err := r.putCode(ctx, wanted, found)
	if err == nil && !took {
		err = ErrCode
	}
	return found, err
}

const (
	wrongPerMinute       = 60 // of all sources
	wrongPerSourceMinute = 5
	sourcesMax           = 10_000
)

// guesses counts wrong codes in the running minute.
type guesses struct {
	minute int64
	all    int
	by     map[string]int
}

func (g *guesses) roll(now time.Time) {
	if minute := now.Unix() / 60; minute != g.minute || g.by == nil {
		g.minute, g.all, g.by = minute, 0, map[string]int{}
	}
}

func (l *limiter) allowed(source string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.guesses.roll(now)
	return l.guesses.all < wrongPerMinute && l.guesses.by[source] < wrongPerSourceMinute
}

func (l *limiter) wrong(source string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.guesses.roll(now)
	l.guesses.all++
	if len(l.guesses.by) < sourcesMax {
		l.guesses.by[source]++
	}
}

func checkLocation(location string) error {
	if location == "" || len(location) > 64 || strings.ContainsFunc(location, func(c rune) bool {
		return !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_')
	}) {
		return fmt.Errorf("enrol: location %q: 1 to 64 letters, digits, - and _", location)
	}
	return nil
}
