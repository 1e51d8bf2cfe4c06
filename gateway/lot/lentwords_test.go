package lot_test

import (
	"crypto/ed25519"
	"slices"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
	"gatehouse/sync/policy"
)

// headquarters signs the vouchers of the stories, and stranger those that nobody should believe.
var (
	headquarters = policy.Key(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	stranger     = policy.Key(ed25519.NewKeyFromSeed(slices.Repeat([]byte{7}, ed25519.SeedSize)))
)

// lend has the lot lend headquarters rights, and believe it: lend regular 2 [large 1].
func (s *teller) lend(w []string) {
	lent := lot.SetLent{Actor: "ann"}
	for ; w[0] != ""; w = w[2:] {
		lent.Types = append(lent.Types, policy.Allotted{SpotType: s.spotType(w[0]), Count: uint32(number(w[1]))})
	}
	s.step(lot.TrustKeys{Keys: policy.Keys{headquarters.Public()}})
	s.step(lent)
}

// sale has headquarters sell, change or cancel, and tells the lot unless that is cut off:
// sale a regular B-AA1 60 120 [prepaid]; sale a cancelled; sale a untold …
func (s *teller) sale(w []string) {
	name, told := w[0], w[1] != "untold"
	if !told {
		w = w[1:]
	}
	one := s.sales[name]
	switch {
	case w[1] == "cancelled":
		one.Cancelled = true
	case one == nil:
		dot := fact.Dot{Incarnation: fact.NewIncarnation(1<<40, 1), Seq: uint64(len(s.sales) + 1)}
		one = &policy.Sale{Reservation: fact.ReservationID(dot.ID('R')), Dot: dot, User: "u9", Right: uint32(len(s.sales)), PrepaidMinor: number(w[5])}
		s.sales[name] = one
		s.name(string(one.Reservation))
	case w[1] != "":
		one.Edit++
	}
	if w[1] != "cancelled" && w[1] != "" {
		one.SpotType, one.Plate, one.StartMS, one.EndMS = s.spotType(w[1]), platetext.Normal(w[2]), s.minutes(w[3]), s.minutes(w[4])
	}
	if told {
		s.step(lot.TakeSales{Actor: "headquarters", Sales: []policy.Sale{*one}})
	}
}

// showVoucher has a driver show the newest voucher of a sale: voucher IN a [forged].
func (s *teller) showVoucher(w []string) {
	one := s.sales[w[1]]
	v := policy.Voucher{
		Location: s.cfg.Location, SpotType: one.SpotType, StartMS: one.StartMS, EndMS: one.EndMS, Right: one.Right,
		PlateHash: policy.HashPlate(s.cfg.Location, one.Plate), Dot: one.Dot, Edit: one.Edit, PrepaidMinor: one.PrepaidMinor,
	}
	key := headquarters
	if w[2] == "forged" {
		key = stranger
	}
	if err := v.Sign(key); err != nil {
		s.t.Fatal(err)
	}
	s.step(lot.Shown{Gate: s.gate(w[0]), Kind: fact.CredentialReservation, Text: v.Text()})
}
