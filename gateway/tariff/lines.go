package tariff

// linesUsual lines of a receipt are one after the other; when there would be more, lines alike are summed up.
const linesUsual = 20

// line is a charge that is not rounded yet.
type line struct {
	Charge
	amount exact
	cut    exact
	taxes  TaxSet
}

// receipt collects lines without allocating for a usual stay.
type receipt struct {
	usual [linesUsual]line
	count int
	more  []line // in place of usual, once there are more
	total exact
}

func (r *receipt) lines() []line {
	if r.more != nil {
		return r.more
	}
	return r.usual[:r.count]
}

// add appends a line, or adds it to the one before if it is more of the same.
func (r *receipt) add(next *line) {
	r.total = r.total.plus(next.amount)
	lines := r.lines()
	if last := len(lines) - 1; last >= 0 && lines[last].continues(next) {
		lines[last].extend(next)
		return
	}
	if len(lines) >= linesUsual {
		for i := range lines {
			if lines[i].like(next) {
				lines[i].extend(next)
				lines[i].Times++
				return
			}
		}
	}
	if r.more == nil && r.count < linesUsual {
		r.usual[r.count] = *next
		r.count++
		return
	}
	if r.more == nil {
		r.more = append(make([]line, 0, 2*linesUsual), r.usual[:]...)
	}
	r.more = append(r.more, *next)
}

// addAll appends the lines of another receipt.
func (r *receipt) addAll(other *receipt) {
	lines := other.lines()
	for i := range lines {
		r.add(&lines[i])
	}
}

// like reports whether two lines are for the same thing at the same price.
func (l *line) like(next *line) bool {
	return l.Kind == next.Kind && l.PriceMinor == next.PriceMinor && l.Milli == next.Milli && l.UnitMS == next.UnitMS && l.Rule == next.Rule &&
		l.Cap == next.Cap && l.taxes == next.taxes && next.Kind <= NoRule
}

// continues reports whether next goes on where l ends.
func (l *line) continues(next *line) bool { return l.ToMS == next.FromMS && l.like(next) }

func (l *line) extend(next *line) {
	l.ToMS, l.UpToMS = next.ToMS, next.UpToMS
	l.Units += next.Units
	l.amount = l.amount.plus(next.amount)
	l.cut = l.cut.plus(next.cut)
}
