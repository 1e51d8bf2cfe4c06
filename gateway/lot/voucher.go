package lot

import (
	"slices"
	"strings"

	"gatehouse/sync/fact"
	"gatehouse/sync/policy"
)

// voucherShown lets a driver's voucher stand for the reservation that it proves, whether the lot has heard of that or not.
// A reason says why it doesn't count.
func (l *Lot) voucherShown(e Shown) (Shown, fact.Reason) {
	v, err := policy.ParseVoucher(e.Text)
	if err != nil {
		return e, fact.ReasonUnknownCredential
	}
	now, known := l.book.ByID(v.Reservation())
	if v.Verify(l.headquarters.keys, l.cfg.Location) != nil && (v.Location != l.cfg.Location || !known || !says(&v, &now)) {
		return e, fact.ReasonUnknownCredential
	}
	e.Kind, e.Text = fact.CredentialReservation, string(v.Reservation())
	if known && (!now.Live() || now.Status != fact.ReservationConfirmed || now.Edit >= uint64(v.Edit)) {
		return e, fact.ReasonNone // the lot knows more than the paper
	}
	return e, l.honour(&v, e.Gate, known)
}

// says reports whether a voucher says what the lot has heard from headquarters itself. Then it needs no signature: it may be
// by a key that counts no more, or not yet.
func says(v *policy.Voucher, r *Reservation) bool {
	return v.SpotType == r.SpotType && v.StartMS == r.StartMS && v.EndMS == r.EndMS && uint64(v.Edit) == r.Edit && v.PrepaidMinor == r.PrepaidMinor
}

// honour makes a reservation of a voucher, or has one follow it. It is a fact before the gate opens, so that the voucher
// counts once.
func (l *Lot) honour(v *policy.Voucher, i int, known bool) fact.Reason {
	seen, mine := l.vehicleOf(v, i)
	made := fact.ReservationMade{
		Reservation: v.Reservation(), SpotType: v.SpotType, Plate: seen, StartMS: v.StartMS, EndMS: v.EndMS, PrepaidMinor: v.PrepaidMinor,
		Right: int64(v.Right) + 1, Edit: uint64(v.Edit),
	}
	asked := Reservation{StartMS: v.StartMS, EndMS: v.EndMS}
	switch {
	case !l.cfg.Booking.InWindow(&asked, l.now.WallMS):
		return fact.ReasonOutsideWindow
	case !mine:
		return fact.ReasonWrongVehicle
	case l.book.CheckVoucher(made) != nil:
		return fact.ReasonTicketUsed
	case known:
		l.emit(fact.ReservationEdited{
			Reservation: made.Reservation, SpotType: made.SpotType, Plate: made.Plate, StartMS: made.StartMS, EndMS: made.EndMS, Right: made.Right, Edit: made.Edit,
		})
	default:
		l.emit(made)
	}
	return fact.ReasonNone
}

// vehicleOf is the plate that a camera read of the vehicle at a gate, if it is a voucher's, and whether the voucher can be
// that vehicle's: where none was read, it can. A camera may have one character wrong.
func (l *Lot) vehicleOf(v *policy.Voucher, i int) (fact.Plate, bool) {
	is := func(p fact.Plate) bool { return policy.HashPlate(l.cfg.Location, p) == v.PlateHash }
	read := l.recentPlate(i)
	if read == "" || is("") {
		return "", true
	}
	if is(read) {
		return read, true
	}
	for _, candidate := range l.lanes[i].answered.opinions().Candidates {
		if is(candidate.Plate) {
			return candidate.Plate, true
		}
	}
	return nearly(read, is)
}

// misreadAs are the characters that one of a plate may have been in truth.
var misreadAs = [...]rune{
	'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T',
	'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ü', 'Å', 'Æ', 'Ø', 'Č', 'Ć', 'Đ', 'Ł', 'Š', 'Ž',
}

// nearly finds a plate that differs from what was read in one character, and is the one.
func nearly(read fact.Plate, is func(fact.Plate) bool) (fact.Plate, bool) {
	runes := []rune(strings.ToValidUTF8(string(read), ""))
	for at := range runes {
		tried := slices.Clone(runes)
		for _, other := range misreadAs {
			tried[at] = other
			if p := fact.Plate(tried); is(p) {
				return p, true
			}
		}
	}
	return "", false
}
