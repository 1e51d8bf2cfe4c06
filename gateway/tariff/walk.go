package tariff

// walk prices a stretch of a stay by the rules, run by run: a run is units of one price under one rule, within
// the windows of all caps.
type walk struct {
	p       *pricer
	out     *receipt
	toMS    int64
	atMS    int64 // where the next unit starts
	now     inForce
	bandMS  int64 // since when the rule has been in force for the stay
	flats   [8]flat
	capEdge int64
	countMS int64 // for AnchorPaid: since when time with a price is counted
	dayMS   int64 // for AnchorPaidDay: when the day of countMS ends
	freeMS  int64 // time without a price since countMS
	paidMS  int64 // for AnchorPaid: how much time with a price since countMS is paid
}

// flat remembers that a flat price was paid, so that it is not paid again for the same stretch. The rule is counted from 1.
type flat struct {
	rule, step int
	originMS   int64
}

// byRules prices from one instant to another.
func (p *pricer) byRules(fromMS, toMS int64, out *receipt) {
	p.fromMS = fromMS
	p.meters = meters{}
	p.flats = p.flats[:0]
	w := walk{p: p, out: out, toMS: toMS, atMS: fromMS, bandMS: fromMS, countMS: fromMS}
	w.now = inForce{rule: none - 1}
	for w.atMS <= toMS && w.run() {
	}
}

// run prices what comes next, and reports whether there was anything.
func (w *walk) run() bool {
	w.look()
	w.capEdge = w.p.capsAt(w.atMS, w.now.rule)
	if w.now.rule == none {
		startMS := w.atMS
		going := w.idle(NoRule, "", min(w.now.untilMS, w.capEdge, w.toMS), 0)
		w.freeMS += w.atMS - startMS
		return going
	}
	r := &w.p.tariff.Rules[w.now.rule]
	if r.free() {
		startMS := w.atMS
		going := w.idle(Free, r.ID, min(w.now.untilMS, w.capEdge, w.toMS), r.Taxes)
		w.freeMS += w.atMS - startMS
		return going
	}
	w.newDay(r)
	originMS, endMS := w.origin(r)
	step, found := stepAt(r.Steps, w.atMS-originMS)
	if !found {
		return w.idle(Free, r.ID, min(w.now.untilMS, endMS, w.capEdge, w.toMS), r.Taxes)
	}
	s := &r.Steps[step]
	if paidMS := w.countMS + w.freeMS + w.paidMS; r.countsPaid() && w.atMS < paidMS {
		return w.idle(Free, r.ID, min(w.now.untilMS, endMS, w.capEdge, w.toMS, paidMS), r.Taxes)
	}
	if w.atMS == w.toMS && (!begun(r.Steps, step, w.atMS-originMS) || w.atMS == w.p.fromMS) {
		return false
	}
	stepEndMS := min(endMS, until(originMS, s.ToMS))
	if s.UnitMS <= 0 {
		return w.flat(r, step, originMS, stepEndMS)
	}
	if s.Count == Prorated {
		return w.prorated(r, s, stepEndMS)
	}
	return w.units(r, s, stepEndMS)
}

// look finds the rule in force where the next unit starts.
func (w *walk) look() {
	boundary := w.p.tariff.Boundary
	if w.now.rule >= none && (w.atMS < w.now.untilMS || boundary == BoundaryExit) {
		return
	}
	was := w.now.rule
	switch boundary {
	case BoundarySplit:
		w.now = w.p.ruleAt(w.atMS, w.toMS)
	case BoundaryExit:
		rule, _ := w.p.glance(max(w.atMS, w.toMS-1))
		w.now = inForce{rule, w.atMS, forever}
	default:
		w.now = w.p.entryRule(w.atMS)
	}
	if w.now.rule != was || boundary == BoundarySplit {
		w.bandMS = w.atMS // a rule that goes on goes on within ruleAt, but for one that is anchored at each of its stretches
	}
}

// newDay lets paid time count anew where a day of the rule has begun.
func (w *walk) newDay(r *Rule) {
	if r.Anchor != AnchorPaidDay || w.atMS < w.dayMS {
		return
	}
	if w.dayMS != 0 {
		w.countMS, w.freeMS, w.paidMS = w.atMS, 0, 0
	}
	_, w.dayMS = w.p.dayOf(w.atMS, r.ResetMS)
}

// countsPaid reports whether only time with a price counts for a rule.
func (r *Rule) countsPaid() bool { return r.Anchor == AnchorPaid || r.Anchor == AnchorPaidDay }

// entryRule is the rule at an instant, which stays in force until its steps start anew.
func (p *pricer) entryRule(atMS int64) inForce {
	rule, _ := p.glance(atMS)
	now := inForce{rule, atMS, forever}
	if rule == none {
		return now
	}
	switch r := &p.tariff.Rules[rule]; {
	case r.Anchor == AnchorDay:
		_, now.untilMS = p.dayOf(atMS, r.ResetMS)
	case r.RestartMS >= minuteMS:
		now.untilMS = p.ahead(atMS, r.RestartMS, r.Roll)
	}
	return now
}

// origin is from where a rule's steps count at this instant, and until when they do.
func (w *walk) origin(r *Rule) (originMS, endMS int64) {
	originMS, endMS = w.p.fromMS, forever
	switch r.Anchor {
	case AnchorBand:
		originMS, endMS = w.bandMS, w.now.untilMS
	case AnchorPaid, AnchorPaidDay:
		originMS = w.countMS + w.freeMS
		if r.Anchor == AnchorPaidDay {
			endMS = w.dayMS
		}
	case AnchorDay:
		startMS, nextMS := w.p.dayOf(w.atMS, r.ResetMS)
		originMS, endMS = max(originMS, startMS), nextMS
	}
	if w.p.tariff.Boundary == BoundaryEntry {
		originMS = max(originMS, w.now.sinceMS)
	}
	if r.RestartMS < minuteMS {
		return originMS, endMS
	}
	passed := (w.atMS - originMS) / r.RestartMS
	if r.Roll == Elapsed {
		originMS += passed * r.RestartMS
		return originMS, min(endMS, originMS+r.RestartMS)
	}
	firstMS := w.p.clock.local(originMS)
	startMS := w.p.rolled(originMS, firstMS, passed*r.RestartMS)
	for next := w.p.rolled(originMS, firstMS, (passed+1)*r.RestartMS); ; {
		switch {
		case startMS > w.atMS && passed > 0:
			passed--
			startMS, next = w.p.rolled(originMS, firstMS, passed*r.RestartMS), startMS
		case next <= w.atMS:
			passed++
			startMS, next = next, w.p.rolled(originMS, firstMS, (passed+1)*r.RestartMS)
		default:
			return startMS, min(endMS, next)
		}
	}
}

// rolled is when the clock shows a time some days after an origin.
func (p *pricer) rolled(originMS, localMS, aheadMS int64) int64 {
	if aheadMS == 0 {
		return originMS
	}
	return p.clock.instant(localMS + aheadMS)
}

// ahead is an instant some time after another.
func (p *pricer) ahead(fromMS, periodMS int64, roll Roll) int64 {
	if roll == Elapsed {
		return fromMS + periodMS
	}
	return max(fromMS+1, p.clock.instant(p.clock.local(fromMS)+periodMS))
}

// dayOf is when the day of an instant, from reset to reset, began, and when the next one does.
func (p *pricer) dayOf(instantMS, resetMS int64) (startMS, nextMS int64) {
	steadyMS := p.clock.steady(instantMS)
	sinceMS := floorMod(steadyMS-resetMS, dayMS)
	nextMS = p.clock.instant(steadyMS - sinceMS + dayMS)
	return p.clock.instant(steadyMS - sinceMS), nextMS
}

func until(originMS, aheadMS int64) int64 {
	if aheadMS == 0 {
		return forever
	}
	return originMS + aheadMS
}

// stepAt is the step that holds a time since the anchor.
func stepAt(steps []Step, sinceMS int64) (int, bool) {
	for i := range steps {
		if s := &steps[i]; s.FromMS <= sinceMS && (s.ToMS == 0 || sinceMS < s.ToMS) {
			return i, true
		}
	}
	return 0, false
}

// begun reports whether a stay that ends exactly where a unit of a step starts has begun that unit.
func begun(steps []Step, step int, sinceMS int64) bool {
	if step > 0 && sinceMS == steps[step].FromMS {
		step--
	}
	return steps[step].Sharp
}

// free reports whether a rule gives all time away.
func (r *Rule) free() bool {
	for i := range r.Steps {
		if r.Steps[i].PriceMinor != 0 || r.Steps[i].PriceMilli != 0 {
			return false
		}
	}
	return true
}

// idle adds time that costs nothing.
func (w *walk) idle(kind Kind, rule string, endMS int64, taxes TaxSet) bool {
	if endMS <= w.atMS {
		return false
	}
	w.out.add(&line{Charge: Charge{Rule: rule, Kind: kind, FromMS: w.atMS, ToMS: endMS, Times: 1}, taxes: taxes})
	w.atMS = endMS
	return true
}

// flat prices a step that is one unit however long it is.
func (w *walk) flat(r *Rule, step int, originMS, stepEndMS int64) bool {
	s := &r.Steps[step]
	endMS := min(stepEndMS, max(min(w.now.untilMS, w.capEdge), w.atMS+1))
	if s.ToMS > 0 && r.Anchor != AnchorBand {
		endMS = stepEndMS
	}
	if !w.remember(flat{w.now.rule + 1, step, originMS}) {
		return w.idle(Free, r.ID, min(endMS, w.capEdge, w.toMS), r.Taxes)
	}
	if s.Count == Completed && endMS > w.toMS {
		return w.idle(Free, r.ID, w.toMS, r.Taxes)
	}
	if r.countsPaid() {
		w.paidMS, endMS = stepEndMS-w.countMS-w.freeMS, min(stepEndMS, w.now.untilMS, max(w.capEdge, w.atMS+1))
	}
	w.charge(r, s, w.atMS, endMS, 1, w.price(r, s))
	w.atMS = endMS
	return true
}

// remember notes a flat price, and is false if it was paid before. Of each step the last one is enough: its stretches come
// one after the other.
func (w *walk) remember(paid flat) bool {
	for i := range w.flats {
		if f := w.flats[i]; f.rule == 0 || f.rule == paid.rule && f.step == paid.step {
			w.flats[i] = paid
			return f != paid
		}
	}
	for i := range w.p.flats {
		if f := w.p.flats[i]; f.rule == paid.rule && f.step == paid.step {
			w.p.flats[i] = paid
			return f != paid
		}
	}
	w.p.flats = append(w.p.flats, paid)
	return true
}

// prorated prices time exactly.
func (w *walk) prorated(r *Rule, s *Step, stepEndMS int64) bool {
	endMS := min(stepEndMS, w.now.untilMS, w.capEdge, w.toMS)
	if endMS <= w.atMS {
		return false
	}
	w.charge(r, s, w.atMS, endMS, 0, w.price(r, s).share(endMS-w.atMS, s.UnitMS))
	w.atMS = endMS
	return true
}

// units prices the units that start before the rule, the step, or the window of a cap ends.
func (w *walk) units(r *Rule, s *Step, stepEndMS int64) bool {
	firstMS := w.atMS // where the unit that holds this instant would start
	limitMS := min(stepEndMS, w.now.untilMS, w.capEdge)
	if r.Anchor == AnchorClock {
		firstMS -= floorMod(w.p.clock.local(w.atMS), s.UnitMS)
		limitMS = min(limitMS, w.p.clock.untilMS) // a clock that is set by half an hour moves units of 20 minutes
	}
	stayMS := w.toMS
	if s.Sharp || w.atMS == w.toMS {
		stayMS++
	}
	count := ceilDiv(min(limitMS, stayMS)-firstMS, s.UnitMS)
	endMS := min(firstMS+count*s.UnitMS, stepEndMS)
	running := s.Count == Completed && endMS > w.toMS // the last unit, which costs nothing, outlasts the stay: no rule takes over
	if running {
		count, endMS = count-1, w.toMS
	}
	if count < 0 || endMS <= w.atMS {
		return false
	}
	if r.countsPaid() {
		w.paidMS = endMS - w.countMS - w.freeMS
		endMS = min(endMS, max(min(w.now.untilMS, w.capEdge), w.atMS+1))
	}
	w.charge(r, s, w.atMS, endMS, count, w.price(r, s).times(count))
	w.atMS = endMS
	return !running
}

func (w *walk) price(r *Rule, s *Step) exact {
	return w.p.unitPrice(s, r.NoSurge)
}

// unitPrice is the price of a unit of a step. Surge makes it whole minor units, unless it never was.
func (p *pricer) unitPrice(s *Step, noSurge bool) exact {
	minor, thousandths := clamp(s.PriceMinor, -PriceMaxMinor, PriceMaxMinor), clamp(s.PriceMilli, 0, 999)
	switch {
	case noSurge || p.multiplier == 1000:
		return exactly(minor).plus(milli(thousandths))
	case thousandths == 0:
		return exactly(p.surged(minor))
	}
	return exactly(minor).plus(milli(thousandths)).share(p.multiplier, 1000)
}

// charge adds a line after the caps.
func (w *walk) charge(r *Rule, s *Step, fromMS, endMS, count int64, amount exact) {
	rest, name := w.p.cap(amount)
	next := line{
		Charge: Charge{
			Rule: r.ID, FromMS: fromMS, ToMS: max(fromMS, min(endMS, w.toMS)), Times: 1, Units: count, UnitMS: s.UnitMS, PriceMinor: s.PriceMinor, Cap: name,
		},
		amount: rest, cut: amount - rest, taxes: r.Taxes,
	}
	if s.UnitMS <= 0 && len(r.Steps) > 1 {
		next.UpToMS = s.ToMS
	}
	if s.PriceMinor == 0 && s.PriceMilli == 0 || count == 0 && s.Count == Completed {
		next.Kind, next.Units, next.PriceMinor = Free, 0, 0
	} else {
		next.PriceMinor, next.Milli = w.price(r, s).thousandths()
	}
	w.out.add(&next)
}

func ceilDiv(a, b int64) int64 { return (a + b - 1) / b }
