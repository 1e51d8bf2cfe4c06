package api

import (
	"errors"
	"strings"

	"gatehouse/cloud/enrol"
	"gatehouse/cloud/sales"
	"gatehouse/cloud/steer"
	"gatehouse/sync/rest"
)

// ErrNoCopy says that a signing key has changed, and that no backup holds the new one.
var ErrNoCopy = errors.New("api: the signing key has changed, and no backup holds the new one")

// meanings are what errors of the packages below mean to whoever asks.
var meanings = []struct {
	err        error
	code, hint string
}{
	{sales.ErrNoRights, rest.CodeNoCapacity, "ask for another time or type, or have the location lend more rights"},
	{sales.ErrWindow, rest.CodeInvalid, "ask for another time"},
	{sales.ErrUnknown, rest.CodeNotFound, "check the number"},
	{sales.ErrOver, rest.CodeNotPossible, "what has begun is the location's to end"},
	{sales.ErrKey, rest.CodeKeyReused, "use a new Idempotency-Key for a new reservation"},
	{sales.ErrBusy, rest.CodeConflict, "ask again"},
	{steer.ErrRelease, rest.CodeInvalid, "correct it; " + rest.DocsHint},
	{steer.ErrUnknown, rest.CodeNotFound, "GET /api/v1/rollouts lists all"},
	{steer.ErrOrder, rest.CodeInvalid, "correct it; " + rest.DocsHint},
	{steer.ErrBusy, rest.CodeConflict, "ask again"},
	{enrol.ErrUnknownDevice, rest.CodeNotFound, "GET /api/v1/devices lists all"},
	{enrol.ErrRotating, rest.CodeNotPossible, "POST /api/v1/signing-key/end"},
	{enrol.ErrNotRotating, rest.CodeNotPossible, "POST /api/v1/signing-key/change begins"},
	{enrol.ErrKeyLost, rest.CodeNotPossible, "/healthz?verbose says more"},
	{enrol.ErrNoRing, rest.CodeNotPossible, "run headquarters without --trust-broker"},
	{enrol.ErrBusy, rest.CodeConflict, "ask again"},
	{ErrNoCopy, rest.CodeUnavailable, "don't change it again: mend the folder for backups, then run gatehouse-cloud backup"},
}

// problemOf is an error of a package below as a problem. One without a meaning is headquarters' own failure.
func (s *Server) problemOf(err error) *rest.Problem {
	if p := (*rest.Problem)(nil); errors.As(err, &p) {
		return p
	}
	for _, m := range meanings {
		if errors.Is(err, m.err) {
			_, text, _ := strings.Cut(err.Error(), ": ")
			return rest.NewProblem(m.code, text, m.hint)
		}
	}
	s.Logger.Error("a request failed", "err", err)
	return rest.Unavailable("the store")
}
