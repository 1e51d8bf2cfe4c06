package tariff

// charging prices a session at a charger.
func (p *pricer) charging(s *Session, out *receipt) {
	k := &p.tariff.Charging
	leftMS := s.LeftMS
	if leftMS == 0 {
		leftMS = p.stay.ExitMS
	}
	fromMS := clamp(s.FromMS, -instantMaxMS, instantMaxMS)
	toMS := clamp(s.ToMS, fromMS, fromMS+StayMaxMS)
	leftMS = clamp(leftMS, toMS, toMS+StayMaxMS)
	idleMS := toMS
	if graceMS := clamp(k.IdleGraceMS, 0, dayMS); leftMS-toMS <= graceMS {
		idleMS = leftMS
	} else if k.GraceAlways {
		idleMS += graceMS
	}
	var session receipt
	c := meterOfSession{p: p, s: s, out: &session, startMS: fromMS}
	c.once(PerNoShow, s.NoShow)
	reservedMS := clamp(s.ReservedMS, 0, StayMaxMS)
	c.startMS = fromMS - reservedMS
	c.timed(PerReserved, c.startMS, fromMS, true)
	c.startMS = fromMS
	if !s.NoShow {
		c.once(PerSession, true)
		c.energy()
		c.timed(PerConnected, fromMS, leftMS, true)
		c.timed(PerCharging, fromMS, toMS, k.StepEach || idleMS >= leftMS || !c.priced(PerIdle, idleMS, leftMS))
		c.timed(PerIdle, idleMS, leftMS, true)
		c.bounds(k)
	}
	out.addAll(&session)
}

// meterOfSession collects the lines of a session.
type meterOfSession struct {
	p       *pricer
	s       *Session
	out     *receipt
	startMS int64 // from where a price's FromMS counts
}

// milli is an amount of thousandths of a minor unit.
func milli(thousandths int64) exact { return exact(mulDiv(thousandths, scale/1000, 1)) }

// find is the price of a dimension at an instant, and until when that is sure.
func (c *meterOfSession) find(dimension Dimension, atMS int64) (price *ChargePrice, untilMS int64) {
	date, clockMS := c.p.clock.at(atMS)
	edgeMS := forever
	since := atMS - c.startMS
	for i := range c.p.tariff.Charging.Prices {
		q := &c.p.tariff.Charging.Prices[i]
		if q.Dimension != dimension || !q.For.matches(&c.p.stay) || q.MinMA > 0 && c.s.CurrentMA < q.MinMA || q.MaxMA > 0 && c.s.CurrentMA >= q.MaxMA {
			continue
		}
		found := c.p.days.find(q.When, date, clockMS)
		if found.edgeMS < forever {
			edgeMS = min(edgeMS, c.p.edge(atMS, found.edgeMS-clockMS))
		}
		edgeMS = min(edgeMS, later(c.startMS+q.FromMS, atMS), later(c.startMS+q.ToMS, atMS))
		if found.inside && since >= q.FromMS && (q.ToMS == 0 || since < q.ToMS) {
			return q, edgeMS
		}
	}
	return nil, edgeMS
}

func later(candidate, atMS int64) int64 {
	if candidate > atMS {
		return candidate
	}
	return forever
}

// put adds a line of a price, no more than what the price may come to.
func (c *meterOfSession) put(next *line, price *ChargePrice) {
	if price.MaxMinor > 0 {
		left := exactly(min(price.MaxMinor, PriceMaxMinor))
		for _, before := range c.out.lines() {
			if before.Rule == price.ID {
				left -= before.amount
			}
		}
		if cut := next.amount - max(0, left); cut > 0 {
			next.amount, next.cut, next.Cap = next.amount-cut, cut, "maximum"
		}
	}
	c.out.add(next)
}

// priced reports whether any of a stretch has a price in a dimension.
func (c *meterOfSession) priced(dimension Dimension, fromMS, toMS int64) bool {
	for atMS := fromMS; atMS < toMS; {
		price, untilMS := c.find(dimension, atMS)
		if price != nil {
			return true
		}
		atMS = untilMS
	}
	return false
}

func (c *meterOfSession) once(dimension Dimension, happened bool) {
	price, _ := c.find(dimension, c.startMS)
	if !happened || price == nil {
		return
	}
	c.out.add(&line{
		Charge: Charge{Rule: price.ID, Kind: SessionFee, FromMS: c.startMS, ToMS: c.startMS, Times: 1, Units: 1, PriceMinor: price.PriceMilli / 1000, Milli: price.PriceMilli % 1000},
		amount: milli(price.PriceMilli), taxes: price.Taxes,
	})
}

func (c *meterOfSession) energy() {
	price, _ := c.find(PerEnergy, c.startMS)
	if price == nil || c.s.EnergyWh <= 0 {
		return
	}
	billedWh := min(c.s.EnergyWh, 1_000_000_000)
	if price.StepWh > 0 {
		billedWh = ceilDiv(billedWh, price.StepWh) * price.StepWh
	}
	c.put(&line{
		Charge: Charge{
			Rule: price.ID, Kind: Energy, FromMS: c.startMS, ToMS: c.s.ToMS, Times: 1, Units: billedWh, PriceMinor: price.PriceMilli / 1000, Milli: price.PriceMilli % 1000,
		},
		amount: exact(mulDiv(price.PriceMilli*(scale/1000), billedWh, 1000)), taxes: price.Taxes,
	}, price)
}

// timed prices time of a dimension. If it is stepped, the last price's time is made longer, so that all of the
// dimension's priced time is whole steps.
func (c *meterOfSession) timed(dimension Dimension, fromMS, toMS int64, stepped bool) {
	kind := kindOfTime[dimension]
	spentMS := int64(0)
	var last *line
	var lastPrice *ChargePrice
	var pending line
	for atMS := fromMS; atMS < toMS; {
		price, untilMS := c.find(dimension, atMS)
		untilMS = min(untilMS, toMS)
		if price != nil {
			if last != nil && lastPrice != price {
				c.put(last, lastPrice)
				last = nil
			}
			if last == nil {
				pending = line{Charge: Charge{Rule: price.ID, Kind: kind, FromMS: atMS, Times: 1, UnitMS: hourMS, PriceMinor: price.PriceMilli / 1000, Milli: price.PriceMilli % 1000}, taxes: price.Taxes}
				last, lastPrice = &pending, price
			}
			spentMS += untilMS - atMS
			last.ToMS = untilMS
			last.amount = last.amount.plus(timePrice(price, untilMS-atMS))
		}
		atMS = untilMS
	}
	if last == nil {
		return
	}
	if stepped && lastPrice.StepMS > 0 {
		last.amount = last.amount.plus(timePrice(lastPrice, ceilDiv(spentMS, lastPrice.StepMS)*lastPrice.StepMS-spentMS))
	}
	c.put(last, lastPrice)
}

// kindOfTime is the kind of charge of each dimension of time.
var kindOfTime = [...]Kind{PerCharging: ChargingTime, PerIdle: Idle, PerReserved: Reserved, PerConnected: ChargingTime}

func timePrice(price *ChargePrice, spentMS int64) exact {
	return exact(mulDiv(clamp(price.PriceMilli, 0, PriceMaxMinor*1000)*(scale/1000), spentMS, hourMS))
}

// bounds holds a session between the least and the most that it may cost.
func (c *meterOfSession) bounds(k *Charging) {
	end := Charge{FromMS: c.s.ToMS, ToMS: c.s.ToMS, Times: 1}
	if short := exactly(k.MinMinor) - c.out.total; k.MinMinor > 0 && short > 0 {
		end.Rule, end.Kind = "minimum", Minimum
		c.out.add(&line{Charge: end, amount: short})
	}
	if over := c.out.total - exactly(k.MaxMinor); k.MaxMinor > 0 && over > 0 {
		end.Rule, end.Kind = "maximum", Off
		c.out.add(&line{Charge: end, amount: -over})
	}
}
