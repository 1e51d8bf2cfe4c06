package lot

import (
	"time"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/plate"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// Config is the location as its site file describes it. It does not change while a Lot lives, but for what SetTariff and
// SetPolicy carry: then the lot has a Config of its own.
type Config struct {
	Location fact.LocationID
	Name     string
	Zone     *time.Location // of the location's civil time
	Currency fact.Currency
	Floors   []Floor
	Zones    []Zone
	Spots    []Spot
	Gates    []Gate
	Tariff   *tariff.Tariff
	// TariffText is the tariff as it goes into the log, TariffDigest names it, and ReadTariff makes a tariff of such a text
	// again, the same every time: tickets are priced by the one promised at their entry. No text: nothing is recorded.
	TariffText   string
	TariffDigest string
	ReadTariff   func(text string) (*tariff.Tariff, error)
	// NextTariffs take its place for entries, each from the first civil day on which it is valid; ascending by that.
	NextTariffs []TariffVersion

	Strategy booking.Strategy
	Upgrade  booking.UpgradeOrder
	Booking  booking.Rules
	Sensors  []occupancy.Config // kinds of spot sensor; Spot.Sensor is an index into it
	Matching plate.Policy
	Policy   Policy
}

// TariffVersion is a tariff as it goes into the log.
type TariffVersion struct {
	Tariff *tariff.Tariff
	Text   string
	Digest string
}

// Floor is one level of the location (FR-6).
type Floor struct {
	ID     fact.FloorID
	Number int
	Name   string
}

// Zone is a part of a floor.
type Zone struct {
	ID    fact.ZoneID
	Floor int // index into Config.Floors
	Name  string
}

// Spot is one parking space.
type Spot struct {
	ID                fact.SpotID
	Number            string // as painted: "A-101"
	Floor             int    // index into Config.Floors
	Zone              int    // index into Config.Zones
	Type              fact.SpotType
	ElevatorDistanceM int32
	EntryDistanceM    []int32 // by index into the entry gates, in the order of Config.Gates
	Charger           bool
	Sensor            int // index into Config.Sensors; -1: the spot has no sensor
}

// Gate is one lane with its barrier and what stands beside it.
type Gate struct {
	ID           fact.GateID
	Name         string
	Floor        int // index into Config.Floors
	Lane         gate.Config
	Camera       bool
	TicketButton bool
	Printer      bool
	Display      bool
	Terminal     bool
	Fire         bool // a fire input is wired: its loss is a fire
	NoPlate      NoPlate
	HoldsNobody  bool // an exit that lets out whoever has no ticket or does not pay; what is known to be due is owed
	Stall        Stall
}

// NoPlate says what an entry does with a vehicle whose plate can't be read.
type NoPlate uint8

// NoPlateTicket waits for the ticket button; a gate without a ticket button admits.
const (
	NoPlateTicket NoPlate = iota
	NoPlateAdmit
	NoPlateDeny
)

// Stall says what a gate does when the disk does not answer in time.
type Stall uint8

// StallOpen lets the vehicle through before its fact is durable; StallWait keeps it waiting.
const (
	StallOpen Stall = iota
	StallWait
)

// Twin says what an entry does with a plate that is inside already.
type Twin uint8

// TwinSuspect admits and marks the older ticket; TwinDeny refuses.
const (
	TwinSuspect Twin = iota
	TwinDeny
)

// Policy is what an operator decides once for the whole location. All times in milliseconds.
type Policy struct {
	Twin              Twin
	PlateWaitMS       int64 // how long an arrived vehicle waits for the camera
	PlateFreshMS      int64 // how long a plate seen before its vehicle arrived stays good
	RepeatMS          int64 // a plate seen again at the same gate within this is the same vehicle
	PlateConfidence   uint16
	PaymentRetryMS    int64 // between questions to a terminal that lost its reply
	PaymentGiveUpMS   int64 // then the vehicle is let out owing: nobody waits for a broken terminal
	PaymentAttempts   int
	InterruptedMS     int64 // after a restart, an exit that was granted and not seen through counts as left
	DoubtedMS         int64 // a spot freed on a guess is not given away for so long, unless its sensor says more
	VacatedMS         int64 // a ticket whose car left its spot so long ago, and was not seen since, is suspect
	MaxStayMS         int64 // 0: none; longer stays are an overstay
	ChargeWithinMS    int64 // on a spot with a charger it is a violation not to charge for longer; 0: it is none
	FullReleaseSpots  int   // a sign that says FULL says otherwise only from this many free spots on
	DriftAlarm        int64 // cars by which the three counts may differ unnoticed
	TerminalDownOwed  bool  // let out owing when the terminal is offline; else refuse
	RequestKeepMS     int64 // how long an idempotency key is remembered
	ReservablePercent int64 // of each type's spots that may be sold ahead
	// WalkInStayMS is how long those who come without a right may stay: what headquarters has sold, or may sell of the
	// rights that it was lent, within that time is kept.
	WalkInStayMS int64
}

// DefaultPolicy is what a site file need not say.
func DefaultPolicy() Policy {
	return Policy{
		PlateWaitMS: 2_000, PlateFreshMS: 10_000, RepeatMS: 15_000, PlateConfidence: 500,
		PaymentRetryMS: 3_000, PaymentGiveUpMS: 30_000, PaymentAttempts: 3, InterruptedMS: 15 * 60_000,
		DoubtedMS: 5 * 60_000, VacatedMS: 60 * 60_000, FullReleaseSpots: 2, DriftAlarm: 3, TerminalDownOwed: true, RequestKeepMS: 24 * 3_600_000,
		ReservablePercent: 80, WalkInStayMS: 12 * 3_600_000,
	}
}
