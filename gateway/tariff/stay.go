package tariff

import "gatehouse/sync/fact"

// Stay is one visit as it is to be priced. Times are Unix milliseconds, and their difference is the elapsed
// time: the caller has corrected what a clock that was set in between did to it. An exit before the entry is a
// stay of no time.
type Stay struct {
	EntryMS, ExitMS int64
	Earlier         []Visit       // visits before, ascending, that Tariff.Reentry may join to this one
	SpotType        fact.SpotType // that is paid for; AnyType meets only what is for every type
	Vehicle         string
	Groups          []string
	Product         string // what the driver chose, such as "evening flat"
	Bounded         bool   // suspect: the total is at most the tariff's SuspectMaxMinor
	Lost            bool   // the ticket was lost
	Unknown         bool   // of a lost ticket: nobody knows when it came; EntryMS is a guess

	Discounts []string // codes of what was shown
	Tender    string   // how the rest will be paid; empty: nobody knows yet
	// OccupancyPermille is that of the location at entry.
	OccupancyPermille int64

	Booked     *Booked
	Session    *Session
	Further    []Session // of the same stay, after it
	PaidAtMS   []int64   // for Grace.Late: the moments at which all was paid, ascending; Due finds them
	UnpaidDays int64     // civil days for which the fee has been unpaid
	Violations []string  // codes
	// ViolationAgeMS is how long ago they were written.
	ViolationAgeMS int64
}

// Visit is one time in the car park.
type Visit struct{ EntryMS, ExitMS int64 }

// Booked is a reservation.
type Booked struct {
	FromMS, ToMS int64
	PaidMinor    int64 // paid ahead
	NoShow       bool
}

// Session is energy drawn during a stay.
type Session struct {
	FromMS, ToMS int64 // energy flowed
	LeftMS       int64 // the spot was free again; 0: at the exit
	EnergyWh     int64
	CurrentMA    int64 // the greatest
	ReservedMS   int64 // kept before FromMS
	NoShow       bool
}

// Limits. They keep every product of an amount and a time within 128 bits and every sum within 64, and a
// nonsensical stay cheap to price.
const (
	// StayMaxMS is the longest stay that is priced: ten years.
	StayMaxMS = 3660 * dayMS
	// PriceMaxMinor is the greatest amount in a tariff.
	PriceMaxMinor = 1_000_000_000

	instantMaxMS = 1 << 50
)
