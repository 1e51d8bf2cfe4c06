package tariff_test

import "gatehouse/gateway/tariff"

// slowMeter prices one session minute by minute.
type slowMeter struct {
	t     *tariff.Tariff
	s     *tariff.Session
	clock *slowTable
	sum   int64
	spent map[*tariff.ChargePrice]int64
}

// price is that of a dimension in a minute of a session that began in another.
func (m *slowMeter) price(of tariff.Dimension, minute, start int64) *tariff.ChargePrice {
	for i := range m.t.Charging.Prices {
		q := &m.t.Charging.Prices[i]
		since := (minute - start) * 60_000
		if q.Dimension == of && (q.MinMA == 0 || m.s.CurrentMA >= q.MinMA) && (q.MaxMA == 0 || m.s.CurrentMA < q.MaxMA) &&
			since >= q.FromMS && (q.ToMS == 0 || since < q.ToMS) && slowIn(m.t, m.clock, q.When, minute) {
			return q
		}
	}
	return nil
}

func (m *slowMeter) put(q *tariff.ChargePrice, amount int64) {
	if most := q.MaxMinor * partsOfMinor; most > 0 {
		amount = min(amount, max(0, most-m.spent[q]))
	}
	m.spent[q] += amount
	m.sum += amount
}

func (m *slowMeter) once(of tariff.Dimension, from int64) {
	if q := m.price(of, from, from); q != nil {
		m.sum += q.PriceMilli * (partsOfMinor / 1000)
	}
}

// timed prices the minutes of a dimension; if it is stepped, the last price's are made whole steps.
func (m *slowMeter) timed(of tariff.Dimension, first, last, start int64, stepped bool) {
	all, run := int64(0), int64(0)
	var now *tariff.ChargePrice
	amount := func() int64 { return portion(now.PriceMilli*(partsOfMinor/1000), run, 60) }
	for minute := first; minute < last; minute++ {
		q := m.price(of, minute, start)
		if q == nil {
			continue
		}
		if now != nil && q != now {
			m.put(now, amount())
			run = 0
		}
		now = q
		run++
		all++
	}
	if now == nil {
		return
	}
	for step := now.StepMS / 60_000; stepped && step > 0 && all%step != 0; all++ {
		run++
	}
	m.put(now, amount())
}

func (m *slowMeter) energy(from int64) {
	q := m.price(tariff.PerEnergy, from, from)
	if q == nil || m.s.EnergyWh <= 0 {
		return
	}
	wh := m.s.EnergyWh
	for q.StepWh > 0 && wh%q.StepWh != 0 {
		wh++
	}
	m.put(q, portion(q.PriceMilli*(partsOfMinor/1000), wh, 1000))
}

func slowSession(t *tariff.Tariff, stay *tariff.Stay, s *tariff.Session) int64 {
	k := &t.Charging
	left := s.LeftMS
	if left == 0 {
		left = stay.ExitMS
	}
	from, to, reserved := s.FromMS/60_000, max(s.FromMS, s.ToMS)/60_000, s.ReservedMS/60_000
	out := max(to, left/60_000)
	m := slowMeter{t: t, s: s, clock: newSlowTable(t, from-reserved, out), spent: map[*tariff.ChargePrice]int64{}}
	if s.NoShow {
		m.once(tariff.PerNoShow, from)
	}
	m.timed(tariff.PerReserved, from-reserved, from, from-reserved, true)
	if s.NoShow {
		return m.sum
	}
	idle, pricedIdle := to, false
	if grace := k.IdleGraceMS / 60_000; out-to <= grace {
		idle = out
	} else if k.GraceAlways {
		idle += grace
	}
	for minute := idle; minute < out; minute++ {
		pricedIdle = pricedIdle || m.price(tariff.PerIdle, minute, from) != nil
	}
	m.once(tariff.PerSession, from)
	m.energy(from)
	m.timed(tariff.PerConnected, from, out, from, true)
	m.timed(tariff.PerCharging, from, to, from, k.StepEach || !pricedIdle)
	m.timed(tariff.PerIdle, idle, out, from, true)
	if k.MinMinor > 0 {
		m.sum = max(m.sum, k.MinMinor*partsOfMinor)
	}
	if k.MaxMinor > 0 {
		m.sum = min(m.sum, k.MaxMinor*partsOfMinor)
	}
	return m.sum
}
