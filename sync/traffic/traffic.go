package traffic

import (
	"cmp"
	"fmt"
	"slices"

	"gatehouse/sync/fact"
)

// Options are a car park's size.
type Options struct {
	Location fact.LocationID
	Seed     uint64
	Spots    int   // 1 or more
	PerDay   int   // vehicles a day, spread like a town's
	StartMS  int64 // Unix milliseconds of the first arrival at the earliest
}

// Lot is one car park.
type Lot struct {
	options Options
	dice    dice
	clock   fact.Clock
	dot     fact.Dot
	bootMS  int64 // true time of the boot
	skewMS  int64 // wall clock minus true time

	nowMS    int64
	free     []uint32
	agenda   []appointment // in order
	arriveMS int64
}

// appointment is what a visit does next.
type appointment struct {
	atMS  int64
	visit visit
	step  step
}

type step uint8

const (
	passIn step = iota
	parkAt
	parked
	leaveSpot
	askPayment
	receivePayment
	grantExit
	passOut
)

// visit is one vehicle's.
type visit struct {
	ticket   fact.TicketID
	plate    fact.Plate
	spot     uint32
	payment  fact.PaymentID
	enteredM int64
	fee      int64
}

const (
	minuteMS = 60_000
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS
)

// New makes an empty car park without a run of its gateway: Start one.
func New(o Options) *Lot {
	l := &Lot{options: o, dice: dice{o.Seed}, nowMS: o.StartMS}
	for i := range o.Spots {
		l.free = append(l.free, uint32(i))
	}
	l.arriveMS = o.StartMS + l.gapMS()
	return l
}

// Clone is a copy that goes its own way from here: the same card in another box. reseed makes its dice its own.
func (l *Lot) Clone(reseed uint64) *Lot {
	c := *l
	c.free, c.agenda = slices.Clone(l.free), slices.Clone(l.agenda)
	c.dice = dice{l.dice.state ^ reseed}
	return &c
}

// Start begins a run of the gateway at a true time; what stands in front of it in its log is its parent.
func (l *Lot) Start(incarnation fact.Incarnation, atMS int64, parent fact.Dot, hash [32]byte) fact.Record {
	l.nowMS = max(l.nowMS, atMS)
	l.bootMS, l.dot, l.clock.Boot = atMS, fact.Dot{Incarnation: incarnation}, uint64(incarnation)
	return l.record(fact.GatewayStarted{
		Location: l.options.Location, Parent: parent.Incarnation, ParentSeq: parent.Seq, ParentHash: hash, Cause: "start", Version: "1.0.0",
	})
}

// Step sets the wall clock by a difference.
func (l *Lot) Step(differenceMS int64) fact.Record {
	l.skewMS += differenceMS
	return l.record(fact.ClockChanged{From: fact.ClockHeld, To: fact.ClockSynced, StepMS: differenceMS})
}

// NextMS is the true time of the next fact.
func (l *Lot) NextMS() int64 {
	if len(l.agenda) > 0 && l.agenda[0].atMS < l.arriveMS {
		return max(l.nowMS, l.agenda[0].atMS)
	}
	return max(l.nowMS, l.arriveMS)
}

// Pass lets true time pass without anything happening.
func (l *Lot) Pass(nowMS int64) { l.nowMS = max(l.nowMS, nowMS) }

// Next is the next fact.
func (l *Lot) Next() fact.Record {
	l.nowMS = l.NextMS()
	if len(l.agenda) > 0 && l.agenda[0].atMS < l.arriveMS {
		a := l.agenda[0]
		l.agenda = slices.Delete(l.agenda, 0, 1)
		return l.record(l.do(&a.visit, a.step))
	}
	l.arriveMS = l.nowMS + l.gapMS()
	return l.enter()
}

// record names and stamps a fact.
func (l *Lot) record(f fact.Fact) fact.Record {
	l.dot.Seq++
	// The two clocks are read one after the other, so that now and then a millisecond is between them.
	jitterMS := int64(l.dice.below(32) / 31)
	at := l.clock.At(l.nowMS+l.skewMS, l.nowMS-l.bootMS+jitterMS, fact.ClockSynced)
	return fact.Record{Dot: l.dot, At: at, Fact: f}
}

// weights is how busy each hour is, of weightMax.
var weights = [24]uint64{1, 1, 1, 1, 2, 4, 10, 22, 30, 30, 28, 28, 30, 28, 28, 30, 36, 38, 28, 18, 10, 6, 4, 2}

const (
	weightMax = 38
	weightSum = 416
)

// gapMS is the time to the next arrival: many by day, few at night. Arrivals come as in the busiest hour, and in the others
// some of them stay away (Lewis and Shedler 1979).
func (l *Lot) gapMS() int64 {
	mean := dayMS / int64(l.options.PerDay) * weightSum / 24 / weightMax
	gapMS := int64(0)
	for {
		gapMS += 1 + int64(l.dice.below(uint64(2*mean)))
		if l.dice.below(weightMax) < weights[(l.nowMS+gapMS)/hourMS%24] {
			return gapMS
		}
	}
}

func (l *Lot) enter() fact.Record {
	v := visit{plate: l.plate(), enteredM: l.nowMS / minuteMS}
	id := fact.Dot{Incarnation: l.dot.Incarnation, Seq: l.dot.Seq + 1}
	v.ticket = fact.TicketID(id.ID('T'))
	if len(l.free) == 0 {
		return l.record(fact.EntryDenied{Gate: l.gate("in"), Credential: fact.CredentialPlate, Plate: v.plate, Reason: fact.ReasonFull, Vehicle: fact.Regular})
	}
	at := int(l.dice.below(uint64(len(l.free))))
	v.spot = l.free[at]
	l.free = slices.Delete(l.free, at, at+1)
	granted := fact.EntryGranted{
		Gate: l.gate("in"), Ticket: v.ticket, Credential: fact.CredentialPlate, Plate: v.plate, PlateRaw: raw(v.plate),
		Confidence: uint16(900 + l.dice.below(100)), Vehicle: fact.Regular, Spot: spotID(v.spot), SpotType: fact.Regular,
		Priced: fact.Regular, Tariff: "2026-03", Reason: fact.ReasonPlate,
	}
	if l.dice.below(5) == 0 {
		granted.Credential, granted.Reason = fact.CredentialReservation, fact.ReasonReservation
		granted.Reservation = fact.ReservationID(fact.Dot{Incarnation: l.dot.Incarnation, Seq: 1 + l.dice.below(l.dot.Seq+1)}.ID('R'))
	}
	l.later(2_000+int64(l.dice.below(6_000)), v, passIn)
	return l.record(granted)
}

// later puts a step into the agenda.
func (l *Lot) later(inMS int64, v visit, s step) {
	a := appointment{l.nowMS + inMS, v, s}
	at, _ := slices.BinarySearchFunc(l.agenda, a, func(x, y appointment) int { return cmp.Or(cmp.Compare(x.atMS, y.atMS), -1) })
	l.agenda = slices.Insert(l.agenda, at, a)
}

// do is the fact of a step, and has the visit go on.
func (l *Lot) do(v *visit, s step) fact.Fact {
	switch s {
	case passIn:
		l.later(20_000+int64(l.dice.below(150_000)), *v, parkAt)
		return fact.VehiclePassed{Gate: l.gate("in"), Direction: fact.Inward, Ticket: v.ticket, Reason: fact.ReasonPlate}
	case parkAt:
		l.later(int64(l.dice.below(50)), *v, parked)
		return l.changed(v, fact.SpotAvailable, fact.SpotOccupied)
	case parked:
		l.later(5*minuteMS+int64(l.dice.below(uint64(4*hourMS))), *v, leaveSpot)
		return fact.TicketParked{Ticket: v.ticket, Spot: spotID(v.spot), Held: spotID(v.spot)}
	case leaveSpot:
		l.later(40_000+int64(l.dice.below(200_000)), *v, askPayment)
		l.free = append(l.free, v.spot)
		return l.changed(v, fact.SpotOccupied, fact.SpotAvailable)
	}
	return l.doExit(v, s)
}

func (l *Lot) doExit(v *visit, s step) fact.Fact {
	switch s {
	case askPayment:
		v.fee = (l.nowMS/minuteMS-v.enteredM+59)/60*250 + 150
		v.payment = fact.PaymentID(fact.Dot{Incarnation: l.dot.Incarnation, Seq: l.dot.Seq + 1}.ID('P'))
		l.later(3_000+int64(l.dice.below(20_000)), *v, receivePayment)
		return fact.PaymentRequested{Payment: v.payment, Ticket: v.ticket, Gate: l.gate("out"), AmountMinor: v.fee}
	case receivePayment:
		l.later(1+int64(l.dice.below(20)), *v, grantExit)
		return fact.PaymentReceived{
			Payment: v.payment, Ticket: v.ticket, AmountMinor: v.fee, Method: fact.MethodCreditCard,
			Reference: fmt.Sprintf("%06d", l.dice.below(1_000_000)), Gate: l.gate("out"),
		}
	case grantExit:
		l.later(2_000+int64(l.dice.below(7_000)), *v, passOut)
		return fact.ExitGranted{
			Gate: l.gate("out"), Ticket: v.ticket, Credential: fact.CredentialPlate, Plate: v.plate, FeeMinor: v.fee, PaidMinor: v.fee,
			Reason: fact.ReasonPaid, TaxMinor: v.fee * 19 / 119,
		}
	}
	return fact.VehiclePassed{Gate: l.gate("out"), Direction: fact.Outward, Ticket: v.ticket, Reason: fact.ReasonPaid}
}

func (l *Lot) changed(v *visit, before, after fact.SpotStatus) fact.Fact {
	return fact.SpotChanged{
		Spot: spotID(v.spot), Before: before, After: after, Confidence: uint16(850 + l.dice.below(150)), SinceMS: 2_000 + int64(l.dice.below(3_000)),
	}
}

func (l *Lot) gate(way string) fact.GateID {
	return fact.GateID(fmt.Sprintf("%s-%d", way, 1+l.dice.below(2)))
}

func spotID(spot uint32) fact.SpotID {
	return fact.SpotID(fmt.Sprintf("P%d-%04d", 1+spot/500, spot%500))
}

// plate is a German one in normal form: town, letters, digits.
func (l *Lot) plate() fact.Plate {
	towns := [...]string{"KA", "S", "B", "HH", "M", "F", "MA", "HD", "PF", "RA"}
	letter := func() string { return string(rune('A' + l.dice.below(26))) }
	return fact.Plate(towns[l.dice.below(uint64(len(towns)))] + letter() + letter() + fmt.Sprintf("%d", 10+l.dice.below(9_990)))
}

// raw is the plate as a camera reads it.
func raw(plate fact.Plate) string {
	digits := slices.IndexFunc([]byte(plate), func(c byte) bool { return c <= '9' })
	return string(plate[:digits-2]) + "-" + string(plate[digits-2:digits]) + " " + string(plate[digits:])
}

// dice is SplitMix64 (Steele, Lea, Flood 2014): small, and copied with the lot.
type dice struct{ state uint64 }

func (d *dice) below(limit uint64) uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return (z ^ z>>31) % max(limit, 1)
}
