package tariff

import (
	"fmt"

	"gatehouse/sync/fact"
)

// Fee is what a stay costs (APDS: Quote). Amounts are minor units of Currency.
type Fee struct {
	Currency fact.Currency
	Charges  []Charge // by time; they tile the stay
	// SubtotalMinor + TaxMinor = TotalMinor. The charges sum up to TotalMinor if the tariff's prices contain the
	// tax, else to SubtotalMinor.
	SubtotalMinor int64
	TaxMinor      int64
	TotalMinor    int64
	// PaidUntilMS is the end of the time to leave for a driver who pays this fee at the end of the stay.
	PaidUntilMS int64
}

// Charge is one line of a fee (APDS: Segment).
type Charge struct {
	Rule             string // id; empty if no rule applies
	FromMS, ToMS     int64  // half open, Unix ms
	Days             int64  // for how many days of 24 hours in a row the line stands, each 24 hours after the one before
	RatePerHourMinor int64
	UnitMS           int64 // 0: time is priced exactly
	Units            int64 // started units in each of Days; 0 if UnitMS is
	AmountMinor      int64 // of all Days
	Capped           bool  // AmountMinor is less because of the daily maximum
	Note             Note
}

// continues reports whether next is more of the same.
func (c *Charge) continues(next Charge) bool {
	return c.Rule == next.Rule && c.RatePerHourMinor == next.RatePerHourMinor && c.Note == next.Note
}

// price sets the amount: the one rounding of the charge.
func (c *Charge) price() {
	pricedMS := c.ToMS - c.FromMS
	if c.UnitMS > 0 {
		c.Units = (pricedMS + c.UnitMS - 1) / c.UnitMS
		pricedMS = c.Units * c.UnitMS
	}
	if c.Note == NoNote {
		c.AmountMinor = halfUp(c.RatePerHourMinor*pricedMS, hourMS)
	}
}

// spend takes the amount from what is left of the day's maximum, and takes no more than that.
func (c *Charge) spend(leftMinor int64) int64 {
	if c.AmountMinor > leftMinor {
		c.AmountMinor, c.Capped = leftMinor, true
	}
	return leftMinor - c.AmountMinor
}

// repeats reports whether today is one more of the days that the charges of before stand for, and adds it to
// them if so.
func repeats(before, today []Charge) bool {
	if len(before) != len(today) {
		return false
	}
	for i := range today {
		one := before[i]
		one.FromMS, one.ToMS = one.FromMS+one.Days*dayMS, one.ToMS+one.Days*dayMS
		one.AmountMinor, one.Days = one.AmountMinor/one.Days, 1
		if one != today[i] {
			return false
		}
	}
	for i := range today {
		before[i].Days++
		before[i].AmountMinor += today[i].AmountMinor
	}
	return true
}

// Note says why a charge is not simply time at a rate.
type Note uint8

// The notes.
const (
	NoNote    Note = iota
	Grace          // out again within the entry grace
	FirstHour      // free first hour
	NoRule         // no rule applies: free
	Suspect        // the bound of a suspect stay
	Lost           // lost ticket
	TooLong        // beyond StayMaxMS: free
)

var noteText = [...]string{"", "grace", "first_hour_free", "no_rule", "suspect", "lost_ticket", "too_long"}

// String is the code of the note; empty for none.
func (n Note) String() string {
	if int(n) < len(noteText) {
		return noteText[n]
	}
	return fmt.Sprintf("unknown_%d", n)
}

// MarshalText makes JSON carry the code.
func (n Note) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// HoursMinutes splits a duration for a display: whole hours and the minutes after them, 0 to 59. Started
// seconds are dropped, a negative duration is none.
func HoursMinutes(elapsedMS int64) (hours, minutes int64) {
	const minuteMS = hourMS / 60
	elapsedMS = max(0, elapsedMS)
	return elapsedMS / hourMS, elapsedMS % hourMS / minuteMS
}
