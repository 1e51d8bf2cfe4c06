package lot

import (
	"fmt"

	"gatehouse/gateway/booking"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/occupancy"
	"gatehouse/gateway/plate"
	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// Lot is the state of one location. It is not safe for concurrent use: one goroutine owns it.
type Lot struct {
	cfg *Config

	entryNumbers []int // by gate: how many of the gates before it are entries
	idle         idleFaces
	way          wayWords

	// Remembered over a restart; changed by Apply alone.
	meta     Meta
	gates    []GateState
	spots    []SpotState
	tickets  map[fact.TicketID]*Ticket
	book     *booking.Book
	requests map[fact.RequestKey]*request
	hours    []Hour // by StartMS, the newest last
	// hourKey is the newest hour's, and hourUntilMS the wall time of its end; 0: not known.
	hourKey     string
	hourUntilMS int64
	promises    map[string]*promise
	burnt       map[string]fact.TicketID // coupons that were used, by code and number

	// Indexes over what is remembered.
	gateIndex    map[fact.GateID]int
	spotIndex    map[fact.SpotID]int32
	open         []*Ticket
	closed       closedTickets
	holders      ticketsBy[fact.PassID]     // the open ones
	asked        map[fact.PaymentID]*Ticket // payments for which no terminal has said yet that the money came
	tariffUses   map[string]int             // by how many tickets in memory, by digest
	plates       *plate.Index[fact.TicketID]
	arriving     []*Ticket // passed the entry, not yet seen parked; by entry
	roaming      []*Ticket // seen to leave their spot; the latest last
	allocator    *booking.Allocator
	counts       counts
	requestOrder []fact.RequestKey
	dirty        dirtySet

	// Forgotten by a restart.
	now           fact.Stamp
	lanes         []lane
	sensing       []occupancy.Spot
	sensingDue    due[int32]
	baselinesTurn baselinesTurn
	sensingAt     []int64 // when sensingDue holds each spot; never: it does not
	overstayDue   due[fact.TicketID]
	vacatedDue    due[fact.TicketID]
	doubted       []doubted // in the order of their ends
	whoLeftMS     int64     // wall time at which to look whose the vehicles were that left without a ticket
	emptyMS       int64     // monotonic time since when sensors see every spot empty; never: they do not
	// followedUntilMS is how long a vehicle that followed another in may be on its way; monotonic, forgotten by a restart.
	followedUntilMS int64
	waiting         []fact.ReservationID // due, and no spot was free
	interrupted     []fact.TicketID      // exits that were under way when the power went
	offline         []offlineDevice
	signs           []sign
	signsMoved      bool
	decisions       []DecisionAt
	diskStalled     bool
	damage          []fact.LogDamaged
	versions        map[string]*tariff.Tariff // read from promises; nil: it can't be read
	current         TariffVersion             // that entries promise
	switchMS        int64                     // wall time at which another one will be
	blocked         map[fact.Plate]bool       // by headquarters' list; not remembered
	keys            policy.Keys               // headquarters'; not remembered
	validations     map[string]Validation     // by code, as headquarters bounds them; not remembered
	out             Out
	eager           bool

	watchPassage func(gate int, nowMS int64, in gate.Input, out []gate.Output)
	hear         func(Heard)
}

// New makes an empty lot. Load what was stored and Apply the facts behind it, then Step with Started. Its error
// says what of the configuration makes no sense.
func New(cfg *Config) (*Lot, error) {
	allocator, err := booking.NewAllocator(cfg.Strategy, entryGates(cfg), spotInfos(cfg))
	if err != nil {
		return nil, fmt.Errorf("lot: %w", err)
	}
	l := &Lot{
		allocator:  allocator,
		cfg:        cfg,
		gates:      make([]GateState, len(cfg.Gates)),
		spots:      make([]SpotState, len(cfg.Spots)),
		tickets:    map[fact.TicketID]*Ticket{},
		closed:     closedTickets{byPlate: ticketsBy[fact.Plate]{}},
		holders:    ticketsBy[fact.PassID]{},
		asked:      map[fact.PaymentID]*Ticket{},
		tariffUses: map[string]int{},
		book:       booking.NewBook(cfg.Booking, sellable(cfg)),
		requests:   map[fact.RequestKey]*request{},
		promises:   map[string]*promise{},
		burnt:      map[string]fact.TicketID{},
		versions:   map[string]*tariff.Tariff{},
		gateIndex:  map[fact.GateID]int{},
		spotIndex:  map[fact.SpotID]int32{},
		plates:     plate.NewIndex[fact.TicketID](cfg.Matching),
		lanes:      make([]lane, len(cfg.Gates)),
		sensing:    make([]occupancy.Spot, len(cfg.Spots)),
		sensingAt:  make([]int64, len(cfg.Spots)),
		idle:       newIdleFaces(cfg.Name),
		way:        newWayWords(cfg),
		signs:      make([]sign, len(cfg.Floors)),
	}
	l.baselinesTurn.whenMS, l.whoLeftMS, l.emptyMS = never, never, never
	l.meta.Location = cfg.Location
	l.current = TariffVersion{Tariff: cfg.Tariff, Text: cfg.TariffText, Digest: cfg.TariffDigest}
	l.switchMS = never
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
		l.sensingAt[i] = never
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

// Heard is one call that the detector of a spot is about to get: a reading, or a tick that is due.
type Heard struct {
	Spot    int32 // index into the configuration's spots
	Now     fact.Stamp
	Before  *occupancy.Spot // as it is, until hear returns
	Config  *occupancy.Config
	Reading occupancy.Reading
	Tick    bool
}

// OnSensing has everything that the spots' detectors are told shown to a recorder first. hear must not wait.
func (l *Lot) OnSensing(hear func(Heard)) { l.hear = hear }

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
		l.diskStalled = e.Stalled
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
	l.whoLeftMS = l.now.WallMS
	for _, t := range l.open {
		l.watchOverstay(t)
		l.watchVacated(t)
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
	l.eager, l.signsMoved, l.whoLeftMS = true, true, l.now.WallMS
	l.baselinesTurn = baselinesTurn{whenMS: l.now.MonoMS + baselinesFirstMS}
	for _, t := range l.open {
		switch {
		case t.Status == TicketLeaving:
			l.interrupted = append(l.interrupted, t.ID)
			l.suspect(t, fact.ReasonPowerLoss)
		case t.Status == TicketAdmitted:
			l.suspect(t, fact.ReasonPowerLoss)
		}
		l.watchOverstay(t)
		l.watchVacated(t)
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
	if l.now.WallMS >= l.switchMS {
		l.currentTariff()
	}
}

// wakeMS is the monotonic time by which something is due.
func (l *Lot) wakeMS() int64 {
	wake := min(l.sensingDue.next(), l.emptyAuditMS())
	for i := range l.lanes {
		wake = min(wake, l.lanes[i].wakeMS())
	}
	wall := min(l.overstayDue.next(), l.vacatedDue.next(), l.switchMS, l.whoLeftMS)
	if whenMS, ok := l.book.Next(); ok {
		wall = min(wall, whenMS)
	}
	if wall != never {
		wake = min(wake, l.now.MonoMS+max(0, wall-l.now.WallMS))
	}
	if len(l.doubted) > 0 {
		wake = min(wake, l.doubted[0].untilMS)
	}
	if len(l.interrupted) > 0 {
		wake = min(wake, l.cfg.Policy.InterruptedMS)
	}
	return wake
}
