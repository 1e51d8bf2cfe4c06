package tariff

import (
	"fmt"

	"gatehouse/sync/fact"
)

// Fee is what a stay costs (APDS: Quote). Amounts are minor units of Currency.
type Fee struct {
	Currency fact.Currency
	Charges  []Charge // in the order of a receipt; they sum to SubtotalMinor, or to TotalMinor if prices contain tax
	// SubtotalMinor + TaxMinor = TotalMinor. SubtotalMinor is without any tax.
	SubtotalMinor int64
	TaxMinor      int64
	TotalMinor    int64
	// TaxMilli is TaxMinor before its rounding, in thousandths of a minor unit: some taxes are stated so.
	TaxMilli int64
	// AddedMinor is the part of TaxMinor that came on top of the charges, which sum to TotalMinor - AddedMinor.
	AddedMinor int64
	// PaidUntilMS is the end of the time to leave for a driver who pays this fee at the end of the stay.
	PaidUntilMS int64
	// Overstay: longer than the tariff allows.
	Overstay bool
}

// Charge is one line of a fee (APDS: Segment).
type Charge struct {
	Rule         string // id of the rule, offer, extra, discount; empty if no rule applies
	Kind         Kind
	FromMS, ToMS int64  // half open, Unix ms
	Times        int64  // how many stretches like the first the line sums up; the last one ends at ToMS
	Units        int64  // of all stretches; 0 if time is priced exactly
	UnitMS       int64  // 0: the line is a flat price
	PriceMinor   int64  // of a unit
	AmountMinor  int64  // what the line adds to the fee
	CutMinor     int64  // what Cap took off: without it AmountMinor would be greater by as much
	Cap          string // id of the cap that cut it; empty: none
	Milli        int64  // of PriceMinor, thousandths of a minor unit beside it
	Payer        string // of a discount
	UpToMS       int64  // of a row of a price table: where it ends, counted from the anchor; 0: it goes on, or is none
	Basis        int64  // hundredths of a percent of the lines before it that it is; 0: a fixed amount
}

// Capped reports whether a cap made the line cheaper.
func (c *Charge) Capped() bool { return c.Cap != "" }

// Kind says what a charge is for.
type Kind uint8

// The kinds.
const (
	Time      Kind = iota // parking time under a rule
	Free                  // parking time that a rule gives away
	GraceTime             // out again within the entry grace, or taken off
	NoRule                // no rule applies: free
	Flat                  // an offer
	ExtraFee
	Minimum  // raises the fee to the least
	Suspect  // the bound of a suspect stay; negative
	LostFee  // a lost ticket
	TooLong  // beyond StayMaxMS: free
	Off      // a discount; negative
	Reserved // a reservation
	Energy
	ChargingTime
	Idle
	SessionFee
	Late
	Violated
	Rounded // the difference that rounding of the total makes
)

var kindText = [...]string{
	"time", "free", "grace", "no_rule", "flat", "extra", "minimum", "suspect", "lost_ticket", "too_long", "discount", "reservation",
	"energy", "charging_time", "idle", "session", "late", "violation", "rounding",
}

// String is the code of the kind.
func (k Kind) String() string {
	if int(k) < len(kindText) {
		return kindText[k]
	}
	return fmt.Sprintf("unknown_%d", k)
}

// MarshalText makes JSON carry the code.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// HoursMinutes splits a duration for a display: whole hours and the minutes after them, 0 to 59. Started
// seconds are dropped, a negative duration is none.
func HoursMinutes(elapsedMS int64) (hours, minutes int64) {
	const minuteMS = hourMS / 60
	elapsedMS = max(0, elapsedMS)
	return elapsedMS / hourMS, elapsedMS % hourMS / minuteMS
}
