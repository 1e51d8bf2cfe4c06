package tariff

import (
	"time"

	"gatehouse/sync/fact"
)

// Tariff is one version of a location's prices (APDS: RateTable). A stay is priced by the version that was
// promised at its entry. Amounts are minor units of Currency. The zero value of every field means "nothing of
// this kind". gateway/tariffdoc reads one from a file and refuses what could be read in two ways; Check looks at
// one that was made otherwise.
type Tariff struct {
	ID        string
	Name      string
	Version   string
	Currency  fact.Currency
	Zone      *time.Location // of the location; nil is UTC
	ValidFrom Date           // first civil day on which a stay may begin under it; 0: no bound
	ValidTo   Date           // last such day; 0: no bound

	Calendar Calendar
	Rules    []Rule // an instant is priced by the first that applies to it
	// GapsFree: an instant without a rule is meant to cost nothing. FirstWins: where two rules apply, the first is
	// meant to count. Check complains without; prices are the same.
	GapsFree, FirstWins bool

	Boundary Boundary // what a stay costs that touches several rules
	Caps     []Cap    // each counts what is charged in the end, so their order means nothing
	Offers   []Offer  // flat rates, early birds and products beside the rules
	Choice   Choice   // between the offers and the rules

	Seconds   Seconds // what counts of a started minute
	Grace     Grace
	Overpay   Overpay
	VersionAt VersionAt
	Reentry   Reentry
	MinMinor  int64 // a stay that costs anything costs at least this
	MaxStayMS int64 // longest stay allowed; beyond it Fee.Overstay is set. 0: none
	Extras    []Extra
	Lost      Lost
	Discounts []Discount
	// BestDiscount: of the discounts of a stay only the one counts by which it costs least.
	BestDiscount bool
	Taxes        []Tax
	Rounding     Rounding
	Tenders      []Tender
	Surge        Surge
	Booking      Booking
	Charging     Charging
	Demand       Demand
	Late         []LateFee
	Violations   []Penalty

	// SuspectMaxMinor is the most that a bounded stay may cost, tax included.
	SuspectMaxMinor int64
}

// Rule prices some hours of some days for some drivers (APDS: RateLine).
type Rule struct {
	ID      string // printed on the receipt
	For     Who
	When    []When // empty: always
	Steps   []Step // ascending and without gap, from 0; beyond the last one time costs nothing
	Anchor  Anchor // from where the steps count
	ResetMS int64  // for AnchorDay and AnchorPaidDay: the civil time since midnight at which a day begins
	// RestartMS starts the steps anew each time that this much has passed since the anchor. 0: never.
	RestartMS int64
	Roll      Roll // how RestartMS is counted
	Taxes     TaxSet
	NoSurge   bool // the multiplier of Tariff.Surge leaves it alone
}

// Step is a stretch of a stay, counted from the rule's anchor, and what it costs. A price table "up to 1 h 3.00,
// up to 2 h 4.00" is two steps with one unit each: 0 to 1 h 3.00, 1 h to 2 h 1.00.
type Step struct {
	FromMS, ToMS int64 // ToMS 0: without end
	PriceMinor   int64 // of a unit
	PriceMilli   int64 // thousandths of a minor unit beside PriceMinor, 0 to 999: prices of a minute have such
	UnitMS       int64 // 0: the step is one unit however long it is, a flat price
	Count        Count
	// Sharp moves the limits: a stay of exactly one unit, or to exactly the end of the step, has begun the next one.
	// "Less than 15 minutes free" is sharp, "up to 15 minutes free" is not.
	Sharp bool
}

// Count says what of a unit is paid.
type Count uint8

// The ways to count.
const (
	Started   Count = iota // each started unit in full
	Prorated               // exactly the time spent
	Completed              // only units that are over
)

// Anchor is where a rule's steps begin to count.
type Anchor uint8

// The anchors.
const (
	AnchorEntry   Anchor = iota // at the entry: the rule takes over where the rule before it stopped counting
	AnchorBand                  // each time that the rule comes into force
	AnchorDay                   // at the entry, and each civil day anew at ResetMS
	AnchorClock                 // units lie on the clock: the hour from 10 to 11 is one; steps count from each entry
	AnchorPaid                  // at the entry, and only time under rules with a price counts: units go on after free hours
	AnchorPaidDay               // as AnchorPaid, and each civil day anew at ResetMS
)

// Boundary says what a stay costs that touches several rules.
type Boundary uint8

// The boundaries.
const (
	BoundarySplit Boundary = iota // each unit by the rule in force when it starts
	BoundaryEntry                 // all by the rule in force at entry, and again at each restart of its steps
	BoundaryExit                  // all by the rule in force at exit
)

// Roll says how a period of days is counted on days of 23 and 25 hours.
type Roll uint8

// The rolls.
const (
	Elapsed Roll = iota // 24 h are 24 hours that passed
	Civil               // 24 h end at the same time of the next day
)

// Seconds says what counts of a started minute.
type Seconds uint8

// The ways to treat seconds.
const (
	SecondsExact Seconds = iota // they count
	SecondsDrop                 // a stay of 30:59 is one of 30 minutes
	SecondsUp                   // a stay of 30:01 is one of 31 minutes
	SecondsClock                // entry and exit are cut to the minute that the clock showed
)

// Who says for whom something is. An empty list or set means everybody.
type Who struct {
	Spots    SpotSet
	Vehicles []string // the operator's words, such as "car" or "motorcycle"
	Groups   []string // user groups, such as "resident"
	Products []string // what the driver chose
}

// SpotSet is a set of spot types; empty means all.
type SpotSet uint8

// SpotsOf makes a set.
func SpotsOf(types ...fact.SpotType) SpotSet {
	set := SpotSet(0)
	for _, one := range types {
		set |= 1 << one
	}
	return set
}

// CapWindow is the time for which a cap holds.
type CapWindow uint8

// The windows of caps.
const (
	PerPeriod CapWindow = iota // PeriodMS from entry, and again
	PerDay                     // civil days that begin at ResetMS
	PerBand                    // each stretch of When
	PerVisit                   // the whole stay
)

// Cap is a maximum.
type Cap struct {
	ID       string // printed on the receipt
	For      Who
	Window   CapWindow
	PeriodMS int64       // for PerPeriod
	Roll     Roll        // for PerPeriod
	ResetMS  int64       // for PerDay: civil time since midnight
	When     []When      // for PerBand
	Once     bool        // only the first window is capped
	Begins   Begins      // for PerPeriod
	Rules    []string    // ids of the rules whose charges count; empty: all
	Entry    []When      // only of stays that begin then; empty: of all
	Amounts  []CapAmount // the first that fits decides; none: no cap in that window
	Decided  Decided
}

// CapAmount is the maximum of windows of one kind.
type CapAmount struct {
	When  []When // empty: always
	Rule  string // id of the rule in force; empty: any
	First int64  // first and last of the stay's windows of this cap, counted from 1; 0: no bound
	Last  int64
	Minor int64
}

// Begins says where the periods of a cap begin.
type Begins uint8

// The beginnings.
const (
	BeginsEntry Begins = iota // at the entry
	BeginsRule                // when one of Cap.Rules first comes into force, and then when the period is over
)

// Decided says which amount of a cap a window has.
type Decided uint8

// The ways to decide.
const (
	AtStart Decided = iota // by the moment at which the window starts (for the stay)
	AtFirst                // by the first moment in the window at which an amount fits
)

// Choice decides between offers and rules.
type Choice uint8

// The choices.
const (
	Cheapest Choice = iota // what costs the driver least
	Priority               // the first offer that applies, else the rules
)

// Offer is a price for a whole stay, or for its beginning, under conditions on entry and exit: early bird,
// evening flat, day ticket.
type Offer struct {
	ID      string
	For     Who    // with Products, it must have been chosen
	Entry   []When // empty: any
	Exit    []When // empty: any
	MinMS   int64  // least stay
	MaxMS   int64  // longest stay; 0: any
	Covers  Covers
	ForMS   int64 // for CoversPeriod
	Roll    Roll  // for CoversPeriod
	UntilMS int64 // for CoversClock: civil time since midnight, the next such time after entry
	Steps   []Step
	// Repeats sells the offer again for what remains, as often as needed, as long as its entry condition holds.
	Repeats bool
	Taxes   TaxSet
	NoSurge bool
	// Timeless offers are not touched by time off: time coupons do not apply to flat rates.
	Timeless bool
}

// Covers says how much of a stay an offer pays for. What remains is priced by the rules, as a stay that begins
// there.
type Covers uint8

// The extents.
const (
	CoversStay   Covers = iota // all of it
	CoversPeriod               // ForMS from entry
	CoversClock                // until the civil time UntilMS
	CoversEntry                // until the Entry window ends
)

// Grace is time that is not charged at the ends of a stay.
type Grace struct {
	EntryMS int64
	Kind    GraceKind
	Sharp   bool     // a stay of exactly EntryMS is no longer free
	ExitMS  int64    // time to leave after paying
	Late    LateExit // what it costs to leave later than that
	// LateSteps price the time beyond it, for LateRate.
	LateSteps []Step
	// OverstayMS beyond MaxStayMS is no overstay yet.
	OverstayMS int64
}

// LateExit says what a stay costs that was paid and goes on for longer than the time to leave.
type LateExit uint8

// The ways.
const (
	LateWhole LateExit = iota // the whole stay from its entry, less what was paid
	LateFresh                 // a stay by the rules that begins when the time to leave ends, besides
	LateRate                  // LateSteps from then, besides
)

// Overpay says what becomes of money that is more than the fee of its moment.
type Overpay uint8

// What becomes of it.
const (
	OverpayCredit  Overpay = iota // it pays for what the stay comes to later; what is left at the end is given back
	OverpayKept                   // no change is given, and it pays for nothing
	OverpayExtends                // it buys time: the stay is paid until it costs more
)

// VersionAt says which version of a tariff prices a stay.
type VersionAt uint8

// The versions.
const (
	VersionAtEntry VersionAt = iota // the one that was promised at the entry
	VersionAtExit                   // the one in force at the exit
)

// GraceKind says what becomes of the entry grace of a longer stay.
type GraceKind uint8

// The kinds of grace.
const (
	Turnaround GraceKind = iota // a longer stay is paid from its entry
	Continuous                  // it is taken off every stay
)

// Reentry joins visits of one vehicle.
type Reentry struct {
	WithinMS int64 // between exit and entry; 0: never, unless SameDay
	SameDay  bool  // however long between, on one civil day
	Gap      Gap
}

// Gap says what the time outside costs when visits are joined.
type Gap uint8

// The kinds of gap.
const (
	GapCounts Gap = iota // priced from the first entry, as if the vehicle had never left
	GapFree              // the visits' times are added
)

// Extra is a fee beside the time: a service fee, a card fee.
type Extra struct {
	ID          string
	For         Who
	Minor       int64
	Basis       int64 // in hundredths of a percent of what the time costs
	Always      bool  // also if the stay costs nothing
	Taxes       TaxSet
	Tender      string // only if paid so
	Entry, Exit []When // only if the stay begins or ends so; empty: any
	During      []When // once for each of these stretches that the stay touches; empty: once
}

// LostKind says how a lost ticket is priced.
type LostKind uint8

// The kinds.
const (
	LostFixed  LostKind = iota // Minor
	LostDays                   // Minor for each started 24 hours, one at least
	LostGreat                  // the stay as it is known, at least Minor
	LostOnTop                  // the stay as it is known, and Minor
	LostAsStay                 // the stay as it is known, or if it is not, from Minor
	LostSince                  // a stay since the last time that the clock showed SinceMS, at least Minor
)

// Lost prices a ticket that nobody finds.
type Lost struct {
	Kind   LostKind
	Minor  int64
	Prices []LostPrice // in place of Minor: the first that is for the driver
	// SinceMS is the civil time since midnight at which the place opened, for LostSince.
	SinceMS int64
	Taxes   TaxSet
}

// LostPrice is what a lost ticket costs some drivers.
type LostPrice struct {
	For   Who
	Minor int64
}
