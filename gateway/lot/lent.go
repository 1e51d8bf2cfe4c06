package lot

import (
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
	"gatehouse/sync/policy"
)

// SetLent says how many spots of each type headquarters may sell in each quarter-hour: the location has lent it the rights.
// Its result has a problem if the location has sold them itself. Said again it changes nothing.
type SetLent struct {
	Actor string
	Types []policy.Allotted // a type that is not named is lent none
	Try   bool              // only say whether it could be
}

// TakeSales tells of reservations that headquarters sold, as they stand. Said again it changes nothing, and what it doesn't
// name stays.
type TakeSales struct {
	Actor string
	Sales []policy.Sale
}

// CloseSales says that headquarters sells no more of what begins before a time, and that the lot was told of all that it
// has sold of that. It is not remembered: after a restart the lot keeps what it lent until it is said again.
type CloseSales struct{ ThroughMS int64 }

// TrustKeys says whose vouchers are honoured. It is to be said again after each start.
type TrustKeys struct{ Keys policy.Keys }

func (SetLent) event()    {}
func (TakeSales) event()  {}
func (CloseSales) event() {}
func (TrustKeys) event()  {}

// inputLending handles what headquarters says of the rights that it was lent.
func (l *Lot) inputLending(ev Event) bool {
	switch e := ev.(type) {
	case SetLent:
		l.out.Result = l.setLent(e)
	case TakeSales:
		for i := range e.Sales {
			l.takeSale(&e.Sales[i], clip(e.Actor))
		}
		l.out.Result = Result{Granted: true, Reason: fact.ReasonReservation}
	case CloseSales:
		l.book.Calendar().Close(min(e.ThroughMS, l.now.WallMS+policy.LeaseReclaimMS))
		l.signs.moved = true
	case TrustKeys:
		l.headquarters.keys = e.Keys
	default:
		return false
	}
	return true
}

func (l *Lot) setLent(e SetLent) Result {
	var wanted [lentTypesMax]int64
	for _, a := range e.Types {
		if a.SpotType == fact.AnyType || int(a.SpotType) >= lentTypesMax {
			return refuse(ProblemInvalid, "spots of type "+a.SpotType.String()+" can't be lent", "name one of the location's types")
		}
		wanted[a.SpotType] = int64(a.Count)
	}
	for _, kind := range fact.SpotTypes() {
		if err := l.book.Calendar().CheckLend(kind, int(wanted[kind]), l.now.WallMS); err != nil {
			return refuse(ProblemNoCapacity, err.Error(), "ask for fewer rights; what the location has sold itself stays sold")
		}
	}
	for _, kind := range fact.SpotTypes() {
		if !e.Try && l.meta.lent(kind) != wanted[kind] {
			l.emit(fact.RightsLent{SpotType: kind, Count: wanted[kind], Actor: clip(e.Actor)})
		}
	}
	return Result{Granted: true, Reason: fact.ReasonReservation}
}

// lentTypesMax bounds the spot types that can be lent.
const lentTypesMax = int(fact.Handicapped) + 1

// lent is how many rights of a type are lent.
func (m *Meta) lent(kind fact.SpotType) int64 {
	if int(kind) < len(m.Lent) {
		return m.Lent[kind]
	}
	return 0
}

func (l *Lot) applyLent(f fact.RightsLent) {
	if int(f.SpotType) >= lentTypesMax {
		return
	}
	lent := make([]int64, lentTypesMax)
	copy(lent, l.meta.Lent)
	lent[f.SpotType] = f.Count
	l.meta.Lent = lent
	l.restoreLent()
	l.signs.moved = true
}

// restoreLent has the calendar keep what the lot remembers to have lent.
func (l *Lot) restoreLent() {
	for _, kind := range fact.SpotTypes() {
		l.book.Calendar().Lend(kind, int(l.meta.lent(kind)))
	}
}

// Lent is how many spots of a type headquarters may sell in each quarter-hour.
func (l *Lot) Lent(kind fact.SpotType) int { return l.book.Calendar().Lent(kind) }

// takeSale makes one sale of headquarters the lot's own reservation, or has that follow it.
func (l *Lot) takeSale(s *policy.Sale, actor string) {
	now, known := l.book.ByID(s.Reservation)
	switch {
	case !known && (s.Cancelled || s.EndMS <= l.now.WallMS):
	case !known:
		made := madeOf(s)
		fits := l.book.CheckTold(made)
		l.emit(made)
		if fits != nil { // a headquarters that was restored has sold a right twice; nobody else's spot is given away for that
			l.emit(fact.ReservationEnded{Reservation: s.Reservation, Status: fact.ReservationCancelled, Actor: "gateway: the right was sold already"})
		}
	case !now.Live():
	case s.Cancelled && now.Status == fact.ReservationConfirmed:
		l.emit(fact.ReservationEnded{Reservation: s.Reservation, Status: fact.ReservationCancelled, Actor: actor})
	case !s.Cancelled && uint64(s.Edit) >= now.Edit:
		l.followSale(s, &now)
	}
}

func madeOf(s *policy.Sale) fact.ReservationMade {
	return fact.ReservationMade{
		Reservation: s.Reservation, User: s.User, SpotType: s.SpotType, Plate: platetext.Normal(string(s.Plate)), StartMS: s.StartMS, EndMS: s.EndMS,
		PrepaidMinor: s.PrepaidMinor, Right: int64(s.Right) + 1, Edit: uint64(s.Edit),
	}
}

// followSale has a reservation follow a sale that was changed, or that a gate had made of a voucher, which names no user.
func (l *Lot) followSale(s *policy.Sale, now *Reservation) {
	made := madeOf(s)
	edited := fact.ReservationEdited{
		Reservation: made.Reservation, SpotType: made.SpotType, Plate: made.Plate, StartMS: made.StartMS, EndMS: made.EndMS, Right: made.Right,
		Edit: made.Edit, User: made.User,
	}
	same := edited == fact.ReservationEdited{
		Reservation: now.ID, SpotType: now.SpotType, Plate: now.Plate, StartMS: now.StartMS, EndMS: now.EndMS, Right: now.Right, Edit: now.Edit, User: now.User,
	}
	if !same {
		l.emit(edited)
	}
}

// Kept is how many of the available spots of a type are not for those who come without a right.
func (l *Lot) Kept(kind fact.SpotType) int {
	return min(l.kept(kind), l.counts.types[kind][fact.SpotAvailable])
}

// kept is how many spots of a type that are not taken must be left for those who bought a right.
func (l *Lot) kept(kind fact.SpotType) int {
	return l.book.Kept(kind, l.now.WallMS, l.now.WallMS+l.cfg.Policy.WalkInStayMS)
}

// keptOfAll is the same for all types but handicapped spots, which are nobody's without a right.
func (l *Lot) keptOfAll() (all int) {
	for _, kind := range fact.SpotTypes() {
		if kind != fact.Handicapped {
			all += l.Kept(kind)
		}
	}
	return all
}
