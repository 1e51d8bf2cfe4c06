package lot

import (
	"fmt"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// Lot is the state of one location. It is not safe for concurrent use: one goroutine owns it.
type Lot struct {
	cfg *Config

	entryNumbers []int // by gate: how many of the gates before it are entries
	idle         idleFaces
	way          wayWords

	// Remembered over a restart; changed by Apply alone.
	meta    Meta
	gates   []GateState
	spots   []SpotState
	tickets tickets
	book    *booking.Book
	answers answers
	hours   hours
	tariffs tariffs
	burnt   map[string]fact.TicketID // coupons that were used, by code and number

	// Indexes over what is remembered.
	gateIndex map[fact.GateID]int
	spotIndex map[fact.SpotID]int32
	allocator *booking.Allocator
	counts    counts
	dirty     dirtySet

	// Forgotten by a restart.
	now          fact.Stamp
	lanes        []lane
	sensing      sensing
	doubts       doubts
	waiting      []fact.ReservationID // due, and no spot was free
	troubles     troubles
	signs        signs
	decisions    []DecisionAt
	headquarters headquarters
	out          Out
	eager        bool

	watchPassage func(gate int, nowMS int64, in gate.Input, out []gate.Output)
}

// New makes an empty lot. Load what was stored and Apply the facts behind it, then Step with Started. Its error
// says what of the configuration makes no sense.
func New(cfg *Config) (*Lot, error) {
	allocator, err := booking.NewAllocator(cfg.Strategy, entryGates(cfg), spotInfos(cfg))
	if err != nil {
		return nil, fmt.Errorf("lot: %w", err)
	}
	l := &Lot{
		allocator: allocator,
		cfg:       cfg,
		gates:     make([]GateState, len(cfg.Gates)),
		spots:     make([]SpotState, len(cfg.Spots)),
		tickets:   newTickets(cfg),
		book:      booking.NewBook(cfg.Booking, sellable(cfg)),
		answers:   answers{byKey: map[fact.RequestKey]*request{}},
		tariffs:   newTariffs(cfg),
		burnt:     map[string]fact.TicketID{},
		gateIndex: map[fact.GateID]int{},
		spotIndex: map[fact.SpotID]int32{},
		lanes:     make([]lane, len(cfg.Gates)),
		sensing:   newSensing(cfg),
		doubts:    doubts{whoLeftMS: never, emptyMS: never},
		idle:      newIdleFaces(cfg.Name),
		way:       newWayWords(cfg),
		signs:     signs{shown: make([]sign, len(cfg.Floors))},
	}
	l.meta.Location = cfg.Location
	l.placeGates(cfg)
	l.placeSpots(cfg)
	return l, nil
}

// placeGates makes the gates of the configuration, of which nothing is known yet.
func (l *Lot) placeGates(cfg *Config) {
	entries := 0
	for i := range cfg.Gates {
		l.entryNumbers = append(l.entryNumbers, entries)
		if cfg.Gates[i].Lane.Direction != fact.Outward {
			entries++
		}
		l.gateIndex[cfg.Gates[i].ID] = i
		l.lanes[i] = newLane(&cfg.Gates[i])
	}
}

// placeSpots makes the spots of the configuration, as they are before anything is known of them.
func (l *Lot) placeSpots(cfg *Config) {
	l.counts = newCounts(cfg)
	for i := range cfg.Spots {
		l.spotIndex[cfg.Spots[i].ID] = int32(i)
		l.restoreSpot(int32(i), SpotState{Sensed: firstSensed(&cfg.Spots[i])})
	}
}

func entryGates(cfg *Config) int {
	n := 0
	for i := range cfg.Gates {
		if cfg.Gates[i].Lane.Direction != fact.Outward {
			n++
		}
	}
	return n
}

// firstSensed is what a spot counts as before anything is known of it: a spot without a sensor is free until a
// ticket says otherwise, one with a sensor is unknown until it speaks.
func firstSensed(spot *Spot) fact.SpotStatus {
	if spot.Sensor < 0 {
		return fact.SpotAvailable
	}
	return fact.SpotUnknown
}

func spotInfos(cfg *Config) []booking.SpotInfo {
	infos := make([]booking.SpotInfo, len(cfg.Spots))
	for i := range cfg.Spots {
		spot := &cfg.Spots[i]
		infos[i] = booking.SpotInfo{
			Index: int32(i), Type: spot.Type, FloorNumber: cfg.Floors[spot.Floor].Number,
			ElevatorDistanceM: spot.ElevatorDistanceM, EntryDistanceM: spot.EntryDistanceM,
		}
	}
	return infos
}

// sellable is how many spots of each type may be reserved ahead.
func sellable(cfg *Config) booking.Capacity {
	var capacity booking.Capacity
	for i := range cfg.Spots {
		capacity[cfg.Spots[i].Type]++
	}
	for _, kind := range fact.SpotTypes() {
		capacity[kind] = int(int64(capacity[kind]) * cfg.Policy.ReservablePercent / 100)
	}
	return capacity
}

// OnPassage has every step of a gate's state machine shown to a checker; simulators use it.
func (l *Lot) OnPassage(watch func(gate int, nowMS int64, in gate.Input, out []gate.Output)) {
	l.watchPassage = watch
}

// Heard is one call that the detector of a spot is about to get: a reading, or a tick that is due. Or it was calibrated, which
// comes with no more than the spot and the time.
type Heard struct {
	Spot    int32 // index into the configuration's spots
	Now     fact.Stamp
	Before  *occupancy.Spot // as it is, until hear returns
	Config  *occupancy.Config
	Reading occupancy.Reading
	Tick    bool

	Calibrated bool
}

// OnSensing has everything that the spots' detectors are told shown to a recorder first. hear must not wait.
func (l *Lot) OnSensing(hear func(Heard)) { l.sensing.hear = hear }

// Step decides on one event. now must not go back in its monotonic time.
func (l *Lot) Step(now fact.Stamp, ev Event) Out {
	l.now, l.out, l.eager = now, Out{}, false
	if !l.input(ev) {
		l.command(ev)
	}
	l.expire()
	l.refreshSigns()
	l.out.Lazy = !l.eager
	l.out.WakeMS = l.wakeMS()
	return l.out
}

// input handles what devices and the shell report.
func (l *Lot) input(ev Event) bool {
	switch e := ev.(type) {
	case Tick:
	case Started:
		l.start(e)
	case LoopChanged:
		l.lane(e.Gate).loop(l, e)
	case ArmChanged:
		l.lane(e.Gate).arm(l, e)
	case FireChanged:
		l.fire(e.Active)
	case StopChanged:
		l.lane(e.Gate).feed(l, e.Gate, gate.Stop(e.Active))
	case PlateSeen:
		l.plateSeen(e)
	case Shown:
		l.offered(e.Gate, e)
	case TicketPressed:
		l.offered(e.Gate, e)
	case HelpPressed:
		l.helpPressed(e.Gate)
	case SpotRead:
		l.spotRead(e)
	case PaymentAnswered:
		l.paymentAnswered(e)
	case DeviceChanged:
		l.deviceChanged(e)
	case ClockChanged:
		l.clockChanged(e)
	case DiskChanged:
		l.troubles.diskStalled = e.Stalled
	case CommitsLate:
		l.emit(e.Fact)
	case LogDamaged:
		l.emit(e.Fact)
	default:
		return l.inputDocument(ev) || l.inputLending(ev) || l.inputConfiguration(ev)
	}
	return true
}

// clockChanged re-dates what the old time was wrong for, and looks anew at what is due by wall time.
func (l *Lot) clockChanged(e ClockChanged) {
	l.emit(fact.ClockChanged{From: l.meta.Trust, To: e.To, StepMS: e.StepMS})
	l.currentTariff()
	l.doubts.whoLeftMS = l.now.WallMS
	for _, t := range l.tickets.open {
		l.watchOverstay(t)
		l.watchVacated(t)
		l.watchCharging(t)
	}
}

// nextDot names the fact that emit will make next, for identifiers made from it.
func (l *Lot) nextDot() fact.Dot {
	return fact.Dot{Incarnation: l.meta.Incarnation, Seq: l.meta.Seq + 1}
}

// emit makes a fact of what was decided.
func (l *Lot) emit(f fact.Fact) fact.Dot {
	return l.emitAs(l.nextDot(), f)
}

func (l *Lot) emitAs(dot fact.Dot, f fact.Fact) fact.Dot {
	record := fact.Record{Dot: dot, At: l.now, Fact: f}
	l.Apply(record)
	l.out.Facts = append(l.out.Facts, record)
	return dot
}

// do asks for an effect after the facts of this step are durable.
func (l *Lot) do(effect Effect) {
	if l.out.Effects == nil {
		l.out.Effects = make([]Effect, 0, 4) // a decision has two or three
	}
	l.out.Effects = append(l.out.Effects, effect)
	if _, sign := effect.(ShowSign); !sign {
		l.eager = true
	}
}

// start begins a run: what was under way when the last one ended can't be known.
func (l *Lot) start(e Started) {
	l.emitAs(fact.Dot{Incarnation: e.Incarnation, Seq: 1}, e.Fact)
	l.currentTariff()
	l.eager, l.signs.moved, l.doubts.whoLeftMS = true, true, l.now.WallMS
	l.sensing.turn = baselinesTurn{whenMS: l.now.MonoMS + baselinesFirstMS}
	for _, t := range l.tickets.open {
		switch {
		case t.Status == TicketLeaving:
			l.doubts.exits = append(l.doubts.exits, t.ID)
			l.suspect(t, fact.ReasonPowerLoss)
		case t.Status == TicketAdmitted:
			l.suspect(t, fact.ReasonPowerLoss)
		}
		l.watchOverstay(t)
		l.watchVacated(t)
		l.watchCharging(t)
	}
	uses := make([]uint32, len(l.spots))
	for i := range l.spots {
		uses[i] = l.spots[i].Uses
	}
	l.allocator.Restore(uses)
	for i := range l.gates {
		if l.gates[i].Held {
			l.lanes[i].hold(l, i, true)
		}
	}
}

// expire does what time has made due.
func (l *Lot) expire() {
	for i := range l.lanes {
		l.lanes[i].expire(l, i)
	}
	l.expireSensing()
	l.storeBaselines()
	l.expireBookings()
	l.expireTickets()
	l.expireDoubted()
	l.expireRequests()
	if l.now.WallMS >= l.tariffs.switchMS {
		l.currentTariff()
	}
}

// wakeMS is the monotonic time by which something is due.
func (l *Lot) wakeMS() int64 {
	wake := min(l.sensing.due.next(), l.emptyAuditMS())
	for i := range l.lanes {
		wake = min(wake, l.lanes[i].wakeMS())
	}
	wall := min(l.tickets.overstayDue.next(), l.tickets.vacatedDue.next(), l.tickets.chargeDue.next(), l.tariffs.switchMS, l.doubts.whoLeftMS)
	if whenMS, ok := l.book.Next(); ok {
		wall = min(wall, whenMS)
	}
	if wall != never {
		wake = min(wake, l.now.MonoMS+max(0, wall-l.now.WallMS))
	}
	if len(l.doubts.spots) > 0 {
		wake = min(wake, l.doubts.spots[0].untilMS)
	}
	if len(l.doubts.exits) > 0 {
		wake = min(wake, l.cfg.Policy.InterruptedMS)
	}
	return wake
}
