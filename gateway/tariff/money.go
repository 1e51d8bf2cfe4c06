package tariff

// TaxSet is a set of Tariff.Taxes, by index; empty means all of them.
type TaxSet uint16

// Tax is one tax on what a stay costs. Those contained in prices are taken out of them, the others come on top.
// Several taxes are each on the price without any, but for those on taxes.
type Tax struct {
	ID       string
	RatePPM  int64 // millionths: 190_000 is 19 %, 88_750 is 8.875 %
	Included bool
	OnTaxes  bool // on the price and the taxes before it
}

// Mode is a direction of rounding.
type Mode uint8

// The modes.
const (
	HalfUp   Mode = iota // to the nearest, a half away from zero
	HalfEven             // to the nearest, a half to the even one
	Up                   // away from zero
	Down                 // towards zero
)

// Of says whether each line or the total is rounded.
type Of uint8

// What is rounded.
const (
	OfLine  Of = iota
	OfTotal    // taxes: of all lines together
	OfEach     // taxes: each tax, of all lines together; prices: as OfTotal
)

// Rounding says how prices and taxes become whole. Lines always sum to the total that is printed.
type Rounding struct {
	Of        Of
	Mode      Mode
	StepMinor int64 // 0 and 1: a minor unit
	TaxOf     Of
	TaxMode   Mode
}

// Tender rounds what is due to what can be paid in one kind of money.
type Tender struct {
	ID        string // "cash"
	MaxMinor  int64  // more can't be paid so, but at a cashier; 0: no bound
	StepMinor int64
	Mode      Mode
}

// Surge multiplies prices by the occupancy that was read at entry.
type Surge struct {
	Steps    []SurgeStep // by FromPermille, ascending
	CapsHold bool        // caps stay as they are printed; else they rise with the prices
}

// SurgeStep holds from an occupancy on.
type SurgeStep struct {
	FromPermille int64 // of occupancy
	Permille     int64 // of the price: 1500 is half as much again
}

// DiscountKind says what a discount takes off.
type DiscountKind uint8

// The kinds.
const (
	TimeOff    DiscountKind = iota // ValueMS of the stay
	PercentOff                     // Basis of what is left
	MoneyOff                       // Minor
	FixedPrice                     // the stay costs Minor, if it would cost more
)

// TimeFrom says from where a discount takes time.
type TimeFrom uint8

// Where from.
const (
	OffStart TimeFrom = iota // the stay begins later
	OffEnd                   // it ends earlier
	OffPrice                 // what a stay that ended after that time would cost by the rules comes off its price
)

// Discount is a validation or coupon. A receipt takes them off in this order, whatever the order in which they
// were shown: time, fixed prices, then money and percent as Tariff.Discounts lists them.
type Discount struct {
	Code      string
	Name      string
	For       Who
	Kind      DiscountKind
	ValueMS   int64
	TimeFrom  TimeFrom
	Basis     int64 // hundredths of a percent
	Minor     int64
	Payer     string // who pays for it, for bill-back
	Burns     bool   // one use
	Stacks    bool   // may stand beside others
	Times     int64  // how often it may be shown for one stay: stamps; 0: once
	Automatic bool   // nobody needs to show it; it stands beside what is shown
	ValidFrom Date   // civil days of entry; 0: no bound
	ValidTo   Date
	Entry     []When // only of stays that begin then; empty: of all
	MaxMinor  int64  // most that it takes off; 0: no bound
	MinMinor  int64  // only if the stay costs as much
}

// LateFee is added to a fee that stays unpaid. Of several the one with the greatest AfterDays that has passed counts.
type LateFee struct {
	ID        string
	AfterDays int64
	Basis     int64 // hundredths of a percent of the fee
	Minor     int64
}

// Penalty is the fixed price of a violation.
type Penalty struct {
	Code    string
	Name    string
	Minor   int64
	Instead bool // of the fee; else it is added
	// ReducedMinor holds if it is paid WithinMS of being written. 0: there is no such price.
	ReducedMinor int64
	WithinMS     int64
}

// Overstay says how a reserved stay is priced beyond its end.
type Overstay uint8

// The ways.
const (
	OverstayFresh Overstay = iota // by the rules, as a stay that begins at the booked end
	OverstayWhole                 // by the rules for the whole stay, less what was paid ahead
	OverstayRate                  // OverstaySteps, from the booked end
)

// Booking prices reservations.
type Booking struct {
	Minor         int64  // of a reservation, beside its time
	Steps         []Step // of the reserved time, from its start; empty: the rules price it
	Overstay      Overstay
	OverstaySteps []Step
	EarlyMS       int64 // as much before the booked time costs nothing
	LateMS        int64 // as much after it costs nothing
	NoShowMinor   int64
	Taxes         TaxSet
}

// Given reports whether a tariff says anything of reservations.
func (b *Booking) Given() bool {
	return b.Minor != 0 || len(b.Steps) > 0 || b.Overstay != OverstayFresh || b.EarlyMS != 0 || b.LateMS != 0 || b.NoShowMinor != 0
}

// Dimension is what a price of charging counts.
type Dimension uint8

// The dimensions.
const (
	PerSession   Dimension = iota // once
	PerEnergy                     // watt-hours
	PerCharging                   // the time that energy flows
	PerIdle                       // the time at the charger after charging ended
	PerReserved                   // the time that the charger was kept before
	PerNoShow                     // once, if a reservation was not used
	PerConnected                  // the time at the charger, charging or not
)

// ChargePrice is one price of charging (OCPI: PriceComponent with its restrictions). Of the prices of a dimension
// the first that applies counts.
type ChargePrice struct {
	ID         string
	Dimension  Dimension
	For        Who
	When       []When
	MinMA      int64 // least and most current of the session, half open; 0: no bound
	MaxMA      int64
	FromMS     int64 // of the session's duration, half open; 0: no bound
	ToMS       int64
	PriceMilli int64 // thousandths of a minor unit per kWh, hour or session
	StepMS     int64 // billed in such steps; 0: exactly
	StepWh     int64
	MaxMinor   int64 // most that it comes to in a session, without tax; 0: no bound
	Taxes      TaxSet
}

// Charging prices energy and the spots where it is sold.
type Charging struct {
	Prices      []ChargePrice
	StepEach    bool  // each time dimension is rounded up to its step; else only the last one of the session
	IdleGraceMS int64 // as much after the end of charging costs nothing
	GraceAlways bool  // also if it stays longer; else idle time then counts from the end of charging
	MinMinor    int64 // least and most of a session, without tax; 0: no bound
	MaxMinor    int64
	WithParking bool // the rules price the stay besides
}
