package tariff_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
)

// hourly is a stay of some minutes, from 0, at 3.00 per started hour with 15 minutes to leave.
func hourly(minutes int64, paid ...tariff.Payment) tariff.Bill {
	return tariff.Due(flat(time.UTC, 300, 0, hourMS), tariff.Stay{ExitMS: minutes * minuteMS, SpotType: fact.Regular}, paid)
}

func pay(minute, amountMinor int64) tariff.Payment {
	return tariff.Payment{AtMS: minute * minuteMS, AmountMinor: amountMinor}
}

func TestPayingAndLeaving(t *testing.T) {
	for name, c := range map[string]struct {
		bill     tariff.Bill
		due      int64
		leaveMin int64
	}{
		"not paid":                          {hourly(50), 300, 0},
		"just paid":                         {hourly(50, pay(50, 300)), 0, 65},
		"on the way, a unit has started":    {hourly(64, pay(50, 300)), 0, 65},
		"too late":                          {hourly(66, pay(50, 300)), 300, 0},
		"too late, but nothing has started": {hourly(59, pay(10, 300)), 0, 0},
		"too late, paid the rest":           {hourly(70, pay(50, 300), pay(68, 300)), 0, 83},
		"paid in two parts":                 {hourly(64, pay(49, 100), pay(50, 200)), 0, 65},
		"a part":                            {hourly(64, pay(50, 200)), 400, 0},
		"paid more than due":                {hourly(64, pay(50, 500)), 0, 65},
		"given back":                        {hourly(64, pay(50, 300), pay(60, -300)), 600, 0},
		"a payment of nothing is none":      {hourly(64, pay(50, 0)), 600, 0},
		"paid on a clock since set back":    {hourly(50, pay(90, 300)), 0, 65},
	} {
		if c.bill.DueMinor != c.due || c.bill.LeaveByMS != c.leaveMin*minuteMS {
			t.Errorf("%s: %d due, leave by %d; want %d, %d", name, c.bill.DueMinor, c.bill.LeaveByMS/minuteMS, c.due, c.leaveMin)
		}
	}
}

// Whoever pays what is due never owes again within the time to leave, and never pays more in all than the stay.
func TestPayingWhatIsDueIsEnough(t *testing.T) {
	zones := allZones(t)
	rapid.Check(t, func(t *rapid.T) {
		s := drawCase(t, zones)
		var paid []tariff.Payment
		for range rapid.IntRange(1, 4).Draw(t, "payments") {
			bill := tariff.Due(s.tariff, s.stay, paid)
			if bill.DueMinor > 0 {
				paid = append(paid, tariff.Payment{AtMS: s.stay.ExitMS, AmountMinor: bill.DueMinor})
				s.stay.ExitMS += rapid.Int64Range(0, s.tariff.GraceExitMS).Draw(t, "way out")
				if bill := tariff.Due(s.tariff, s.stay, paid); bill.DueMinor != 0 || bill.LeaveByMS < s.stay.ExitMS {
					t.Fatalf("paid, and owes again: %+v", bill)
				}
			}
			s.stay.ExitMS += rapid.Int64Range(0, dayMS).Draw(t, "stays on")
		}
		bill := tariff.Due(s.tariff, s.stay, paid)
		if bill.PaidMinor > bill.Fee.TotalMinor || bill.LeaveByMS == 0 && bill.PaidMinor+bill.DueMinor != bill.Fee.TotalMinor {
			t.Errorf("paid %d, due %d, the stay costs %d", bill.PaidMinor, bill.DueMinor, bill.Fee.TotalMinor)
		}
	})
}

func TestPaymentsOfAWrongClock(t *testing.T) {
	for _, minute := range []int64{math.MinInt64 / minuteMS, math.MaxInt64 / minuteMS} {
		if bill := hourly(50, pay(minute, 300)); bill.DueMinor != 0 {
			t.Errorf("paid at minute %d: %+v", minute, bill)
		}
	}
}
