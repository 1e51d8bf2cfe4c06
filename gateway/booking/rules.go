package booking

import (
	"errors"
	"fmt"
	"time"

	"gatehouse/sync/fact"
)

// ErrRules is wrapped by the errors of Rules.Check.
var ErrRules = errors.New("booking: wrong rules")

// Rules are the location's times for reservations.
type Rules struct {
	AssignAheadMS int64 // so long before the start the spot is chosen
	NoShowAfterMS int64 // so long after the start a reservation that nobody came for ends
	EarlyMS       int64 // so long before the start a vehicle may come in
	MaxAheadMS    int64 // so far ahead one may reserve
	MinDurationMS int64
	MaxDurationMS int64
	RetryMS       int64 // what was due and has not been done is due again after so long
}

// DefaultRules are those of the source design, and limits that keep a calendar small.
func DefaultRules() Rules {
	const minute, day = int64(60_000), int64(86_400_000)
	return Rules{
		AssignAheadMS: 30 * minute,
		NoShowAfterMS: 15 * minute,
		EarlyMS:       15 * minute,
		MaxAheadMS:    90 * day,
		MinDurationMS: 15 * minute,
		MaxDurationMS: 30 * day,
		RetryMS:       minute,
	}
}

// Check reports the first value that makes no sense.
func (r *Rules) Check() error {
	switch {
	case r.AssignAheadMS < 0 || r.EarlyMS < 0 || r.MaxAheadMS < 0:
		return fmt.Errorf("%w: assignAheadMS, earlyMS and maxAheadMS are 0 or more", ErrRules)
	case r.NoShowAfterMS <= 0 || r.RetryMS <= 0:
		return fmt.Errorf("%w: noShowAfterMS and retryMS are above 0", ErrRules)
	case r.MinDurationMS <= 0 || r.MaxDurationMS < r.MinDurationMS || r.MaxDurationMS > slotsMax*SlotMS:
		return fmt.Errorf("%w: 0 < minDurationMS <= maxDurationMS <= 400 days", ErrRules)
	}
	return nil
}

// AssignAtMS is when the spot of a reservation is to be chosen.
func (r *Rules) AssignAtMS(of *Reservation) int64 { return of.StartMS - r.AssignAheadMS }

// NoShowAtMS is when a reservation that nobody came for ends: never after its own end.
func (r *Rules) NoShowAtMS(of *Reservation) int64 {
	return min(of.StartMS+r.NoShowAfterMS, of.EndMS)
}

// DueNoShow reports whether nobody came in time.
func (r *Rules) DueNoShow(of *Reservation, nowMS int64) bool {
	return of.Status == fact.ReservationConfirmed && nowMS >= r.NoShowAtMS(of)
}

// InWindow reports whether the vehicle of a reservation may be inside now, early arrival included.
func (r *Rules) InWindow(of *Reservation, nowMS int64) bool {
	return of.Live() && of.StartMS-r.EarlyMS <= nowMS && nowMS < of.EndMS
}

// CheckWindow says whether [startMS, endMS) may be asked for now.
func (r *Rules) CheckWindow(nowMS, startMS, endMS int64) error {
	switch {
	case startMS+r.NoShowAfterMS <= nowMS:
		return fmt.Errorf("%w: it starts in the past; start now or later", ErrWindow)
	case startMS-nowMS > r.MaxAheadMS:
		return fmt.Errorf("%w: it starts too far ahead; the most is %s", ErrWindow, duration(r.MaxAheadMS))
	}
	return r.checkDuration(startMS, endMS)
}

func (r *Rules) checkDuration(startMS, endMS int64) error {
	if length := endMS - startMS; length < r.MinDurationMS || length > r.MaxDurationMS {
		return fmt.Errorf("%w: choose from %s to %s", ErrWindow, duration(r.MinDurationMS), duration(r.MaxDurationMS))
	}
	return nil
}

func duration(ms int64) time.Duration { return time.Duration(ms) * time.Millisecond }
