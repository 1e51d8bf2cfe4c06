package tariffdoc

import (
	"fmt"
	"strconv"
	"strings"

	"gatehouse/gateway/tariff"
)

const (
	saysRepeats = `"maximum 20.00" can be read in two ways: write repeats = true if each further window is capped as well, or repeats = false if only the first is`
	saysCounts  = `24 h can be read in two ways where the clocks change: write counts = "elapsed" for 24 hours that passed, or counts = "civil" for the same time of the next day`
	saysChoice  = `with offers, a stay can be priced in two ways: write choice = "cheapest" if the driver pays what is least, or choice = "first" if the first offer that applies counts`
)

func (r *reader) roll(text string, needed bool, path ...any) tariff.Roll {
	return word(r, text, []string{"elapsed", "civil"}, []tariff.Roll{tariff.Elapsed, tariff.Civil}, needed, saysCounts, path...)
}

func (r *reader) caps() {
	for i := range r.doc.Caps {
		d := &r.doc.Caps[i]
		path := []any{"cap", i}
		c := tariff.Cap{
			ID: d.Name, For: r.who(&d.who, path), ResetMS: r.clock(d.DayStarts, under(path, "day_starts")...), Rules: r.list(d.Rules, under(path, "rules")...),
			Decided: word(r, d.Decided, []string{"start", "first"}, []tariff.Decided{tariff.AtStart, tariff.AtFirst}, false, "", under(path, "decided")...),
			Entry:   r.whens(d.Entry, under(path, "entry")),
			Begins:  word(r, d.Begins, []string{"entry", "rule"}, []tariff.Begins{tariff.BeginsEntry, tariff.BeginsRule}, false, "", under(path, "begins")...),
		}
		when := r.when(&d.when, path)
		r.capWindow(d, &c, when, path)
		if c.Window == tariff.PerBand {
			when = nil
		}
		r.capAmounts(d, &c, when, path)
		r.named(d.Name, path)
		if d.Repeats == nil && c.Window != tariff.PerVisit {
			r.wrong("repeats is missing", saysRepeats, path...)
		}
		c.Once = d.Repeats != nil && !*d.Repeats
		r.tariff.Caps = append(r.tariff.Caps, c)
	}
}

func (r *reader) capWindow(d *capTable, c *tariff.Cap, when []tariff.When, path []any) {
	switch d.Per {
	case "day":
		c.Window = tariff.PerDay
	case "visit":
		c.Window = tariff.PerVisit
	case "window":
		c.Window, c.When = tariff.PerBand, when
		if when == nil {
			r.wrong("the hours of the window are missing", `write for example hours = "18:00-08:00"`, path...)
		}
	case "":
		r.wrong("per is missing: nothing says for which time the maximum is",
			`write per = "24 h" (from entry), per = "day" (civil days), per = "window" (the hours of this cap) or per = "visit"`, path...)
	default:
		c.PeriodMS = r.duration(d.Per, under(path, "per")...)
		c.Roll = r.roll(d.Counts, c.PeriodMS >= dayMS, under(path, "counts")...)
	}
}

func (r *reader) capAmounts(d *capTable, c *tariff.Cap, when []tariff.When, path []any) {
	if (d.Amount == "") == (len(d.Amounts) == 0) {
		r.wrong("the cap needs one amount, or a list of amounts", `write amount = "8.00", or amounts = [{ days = "mon-fri", amount = "9.00" }, ...]`, path...)
	}
	if d.Amount != "" {
		c.Amounts = []tariff.CapAmount{{When: when, Minor: r.positive(d.Amount, under(path, "amount")...)}}
	}
	for i := range d.Amounts {
		a := &d.Amounts[i]
		at := under(path, "amounts", i)
		one := tariff.CapAmount{When: r.when(&a.when, at), Rule: a.Rule, Minor: r.positive(a.Amount, under(at, "amount")...)}
		one.First, one.Last = r.windows(a.Windows, under(at, "windows"))
		c.Amounts = append(c.Amounts, one)
	}
}

// windows reads which of a cap's windows are meant: "1", "2..", "2..3", "..3".
func (r *reader) windows(text string, path []any) (first, last int64) {
	if text == "" {
		return 0, 0
	}
	from, to, isRange := strings.Cut(text, "..")
	if !isRange {
		to = from
	}
	for at, word := range []string{from, to} {
		number, err := strconv.ParseInt(strings.TrimSpace(word), 10, 16)
		if isRange && word == "" {
			continue
		}
		if err != nil || number < 1 {
			r.wrong(fmt.Sprintf("%q are no windows", text), `write for example windows = "1" for the first 24 h, "2.." for all after it, or "2..3"`, path...)
			return 0, 0
		}
		if at == 0 {
			first = number
		} else {
			last = number
		}
	}
	if last != 0 && last < first {
		r.wrong(fmt.Sprintf("%q are no windows", text), "write the earlier first", path...)
	}
	return first, last
}

func (r *reader) offers() {
	chosen := true
	for i := range r.doc.Offers {
		d := &r.doc.Offers[i]
		path := []any{"offer", i}
		o := tariff.Offer{
			ID: d.Name, For: r.who(&d.who, path), Entry: r.whens(d.Entry, under(path, "entry")), Exit: r.whens(d.Exit, under(path, "exit")),
			MinMS: r.duration(d.MinStay, under(path, "min_stay")...), MaxMS: r.duration(d.MaxStay, under(path, "max_stay")...), Repeats: d.Repeats,
			Timeless: !d.TimeOff, Taxes: r.taxSet(d.Taxes, under(path, "taxes")), NoSurge: d.NoSurge, Steps: r.prices(&d.prices, path),
		}
		chosen = chosen && len(o.For.Products) > 0
		r.covers(d, &o, path)
		r.tariff.Offers = append(r.tariff.Offers, o)
	}
	r.tariff.Choice = word(r, r.doc.Choice, []string{"cheapest", "first"}, []tariff.Choice{tariff.Cheapest, tariff.Priority},
		len(r.doc.Offers) > 0 && !chosen, saysChoice, "choice")
}

func isDuration(text string) bool {
	_, is := parseDuration(text)
	return is
}

func (r *reader) covers(d *offerTable, o *tariff.Offer, path []any) {
	const until = "until "
	switch {
	case d.Covers == "stay":
		o.Covers = tariff.CoversStay
	case d.Covers == "entry-window":
		o.Covers = tariff.CoversEntry
		if len(o.Entry) == 0 {
			r.wrong("there is no entry window", `write for example entry = { hours = "18:00-06:00" }`, path...)
		}
	case len(d.Covers) > len(until) && d.Covers[:len(until)] == until:
		o.Covers, o.UntilMS = tariff.CoversClock, r.clock(d.Covers[len(until):], under(path, "covers")...)%dayMS
	case d.Covers == "":
		r.wrong("covers is missing: nothing says for how long the price is",
			`write covers = "stay", "entry-window", "24 h" or "until 06:00"; what remains is priced by the rules`, path...)
	case !isDuration(d.Covers):
		r.wrong(fmt.Sprintf("%q says no extent", d.Covers), `write "stay", "entry-window", a duration such as "24 h", or "until 06:00"`, under(path, "covers")...)
	default:
		o.Covers, o.ForMS = tariff.CoversPeriod, r.duration(d.Covers, under(path, "covers")...)
		o.Roll = r.roll(d.Counts, o.ForMS >= dayMS, under(path, "counts")...)
	}
}
