package lot_test

import (
	"fmt"
	"testing"

	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"pgregory.net/rapid"
)

// square is a story's lot that charges by the tariff of the stories about money, with a vehicle inside.
func square(t failer) (*teller, fact.TicketID) {
	s := newTeller(t)
	s.commands("tariff square", "earlier enter IN B-AB1234")
	return s, s.lot.OpenTickets()[0].ID
}

func (s *teller) accountOf(id fact.TicketID) lot.Account {
	ticket, found := s.lot.Ticket(id)
	if !found {
		s.t.Fatalf("ticket %s is gone", id)
	}
	return s.lot.Account(&ticket, s.stamp())
}

// Whatever is paid, authorised, captured, voided, refunded, waived and validated, in any order, the account is what its
// facts come to, nothing is due and paid too much at once, and the log alone leads to the same state.
func TestTheAccountIsAFoldOverPayments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, id := square(t)
		first := len(s.records)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			s.anyMoney(t, id)
			a := s.accountOf(id)
			if a.DueMinor < 0 || a.OverMinor < 0 || a.PaidMinor < 0 || a.DueMinor > 0 && a.OverMinor > 0 || a.OverMinor > a.PaidMinor {
				t.Fatalf("%+v", a)
			}
			settled := a.PaidMinor + a.WaivedMinor
			if a.DueMinor > 0 && a.DueMinor != a.Fee.TotalMinor-settled || a.PaidUntilMS == 0 && a.DueMinor == 0 && a.Fee.TotalMinor-settled >= 5 {
				t.Fatalf("of %d is %d settled, and %d due", a.Fee.TotalMinor, settled, a.DueMinor)
			}
		}
		received, waived := int64(0), int64(0)
		for _, r := range s.records[first:] {
			switch f := r.Fact.(type) {
			case fact.PaymentReceived:
				received += f.AmountMinor
			case fact.PaymentVoided:
				received -= f.AmountMinor
			case fact.PaymentRefunded:
				received -= f.AmountMinor
			case fact.FeeWaived:
				waived += f.AmountMinor
			}
		}
		if a := s.accountOf(id); a.PaidMinor != received || a.WaivedMinor != waived {
			t.Fatalf("paid %d, by the facts %d; waived %d, by the facts %d", a.PaidMinor, received, a.WaivedMinor, waived)
		}
		s.check()
	})
}

// anyMoney does something with a ticket's account, or lets time pass.
func (s *teller) anyMoney(t *rapid.T, id fact.TicketID) {
	ticket, _ := s.lot.Ticket(id)
	amount := fmt.Sprint(rapid.Int64Range(0, 700).Draw(t, "amount"))
	payment := "P0"
	if len(ticket.Payments) > 0 {
		payment = string(ticket.Payments[rapid.IntRange(0, len(ticket.Payments)-1).Draw(t, "payment")].ID)
	}
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		s.commands("station " + string(id) + " " + amount)
	case 1:
		s.commands("station " + string(id) + " due")
	case 2:
		s.commands("card " + string(id) + " " + amount)
	case 3:
		s.commands("card " + string(id) + " " + amount + " authorise")
	case 4:
		s.commands("capture " + string(id) + " " + payment + " " + amount)
	case 5:
		s.commands("void " + string(id) + " " + payment)
	case 6:
		s.commands("refund " + string(id) + " " + payment + " " + amount)
	case 7:
		s.commands("waive " + string(id) + " goodwill " + amount)
	case 8:
		s.commands("validate " + string(id) + " " + rapid.SampledFrom([]string{"CINEMA", "HALF", "ALONE"}).Draw(t, "code"))
	default:
		s.commands(fmt.Sprintf("+%dm wait", rapid.IntRange(1, 200).Draw(t, "minutes")))
	}
}

// A fee paid in parts at one moment leaves nothing due, as if it had been paid at once, and is left by the same time.
func TestSplittingAPaymentChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole, id := square(t)
		parts, same := square(t)
		minutes := rapid.IntRange(1, 3000).Filter(func(m int) bool { return m%60 > 4 }).Draw(t, "minutes") // no lower price was shown just now
		for _, s := range []*teller{whole, parts} {
			s.commands(fmt.Sprintf("+%dm wait", minutes))
		}
		due := whole.accountOf(id).DueMinor
		whole.commands(fmt.Sprintf("card %s %d", id, due))
		for left := due; left > 0; {
			part := rapid.Int64Range(1, left).Draw(t, "part")
			parts.commands(fmt.Sprintf("card %s %d", same, part))
			left -= part
		}
		later := fmt.Sprintf("+%dm wait", rapid.IntRange(0, 40).Draw(t, "later"))
		whole.commands(later)
		parts.commands(later)
		a, b := whole.accountOf(id), parts.accountOf(same)
		if a.DueMinor != b.DueMinor || a.PaidMinor != b.PaidMinor || a.PaidUntilMS != b.PaidUntilMS || a.Fee.TotalMinor != b.Fee.TotalMinor {
			t.Fatalf("at once: %+v\nin parts: %+v", a, b)
		}
	})
}

// A validation never raises a fee, whenever it is shown.
func TestAValidationNeverRaisesAFee(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, id := square(t)
		s.commands(fmt.Sprintf("+%dm wait", rapid.IntRange(1, 5000).Draw(t, "minutes")))
		for _, code := range rapid.Permutation([]string{"CINEMA", "HALF", "ALONE"}).Draw(t, "codes") {
			before := s.accountOf(id).Fee.TotalMinor
			s.commands("validate " + string(id) + " " + code)
			if after := s.accountOf(id).Fee.TotalMinor; after > before {
				t.Fatalf("%s makes %d of %d", code, after, before)
			}
		}
	})
}
