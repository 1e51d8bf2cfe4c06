package tariffdoc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/tomlfile"
)

const (
	saysLimit = `"up to 1 h" can be read in two ways: write limit = "inclusive" if a stay of exactly 1 h is still within it, or ` +
		`limit = "exclusive" if it is not ("less than 1 h")`
	saysSeconds = `a stay of 30 minutes and 1 second can be read in several ways: write seconds = "exact" if it is more than 30 min, "drop" if it is 30 min, ` +
		`"up" if it is 31 min, or "clock" if entry and exit are cut to the minute shown on the ticket`
	saysCountAs = `a holiday on a Monday can be read in several ways: write holidays_count_as = "holiday" if it is no Monday then, "sunday" if it is a Sunday, ` +
		`or "weekday" if it is a Monday as well`
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func (r *reader) header() {
	d, t := r.doc, r.tariff
	t.ID, t.Name, t.Version = d.ID, d.Name, d.Version
	t.Currency = r.currency(d.Currency)
	if d.Version == "" {
		r.wrong("the version is missing", `write for example version = "2026-1"; tickets keep the version they entered with`, "version")
	}
	zone, err := time.LoadLocation(d.Timezone)
	if err != nil || d.Timezone == "" || d.Timezone == "Local" {
		r.wrong(fmt.Sprintf("%q is no time zone", d.Timezone), `write its IANA name, for example timezone = "Europe/Berlin"`, "timezone")
		zone = time.UTC
	}
	t.Zone = zone
	t.ValidFrom, t.ValidTo = r.date(d.ValidFrom, "valid_from"), r.date(d.ValidUntil, "valid_until")
	r.exclusive(d.Limit, true, "limit")
	t.Seconds = word(r, d.Seconds, []string{"exact", "drop", "up", "clock"},
		[]tariff.Seconds{tariff.SecondsExact, tariff.SecondsDrop, tariff.SecondsUp, tariff.SecondsClock}, true, saysSeconds, "seconds")
	t.GapsFree = word(r, d.Gaps, []string{"error", "free"}, []bool{false, true}, false, "", "gaps")
	t.FirstWins = word(r, d.Overlaps, []string{"error", "first"}, []bool{false, true}, false, "", "overlaps")
	t.BestDiscount = word(r, d.Which, []string{"together", "best"}, []bool{false, true}, false, "", "discount_choice")
	t.Overpay = word(r, d.Overpay, []string{"credit", "kept", "extends"},
		[]tariff.Overpay{tariff.OverpayCredit, tariff.OverpayKept, tariff.OverpayExtends}, false, "", "overpay")
	t.VersionAt = word(r, d.VersionAt, []string{"entry", "exit"}, []tariff.VersionAt{tariff.VersionAtEntry, tariff.VersionAtExit}, false, "", "version_at")
	t.MinMinor = r.positive(d.Minimum, "minimum")
	t.SuspectMaxMinor = r.positive(d.SuspectMax, "suspect_max")
	t.MaxStayMS = r.duration(d.LongestStay, "longest_stay")
}

// exclusive reads a limit; an empty one is the tariff's.
func (r *reader) exclusive(text string, needed bool, path ...any) bool {
	if text == "" && !needed {
		return r.doc.Limit == "exclusive"
	}
	return word(r, text, []string{"inclusive", "exclusive"}, []bool{false, true}, needed, saysLimit, path...)
}

func (r *reader) calendar() {
	d, c := r.doc, &r.tariff.Calendar
	dates := []tariff.Date{}
	if d.Holidays != "" && d.Holidays != "none" {
		found, knownTo, known := holidaysOf(d.Holidays, d.Observed)
		if !known {
			r.wrong(fmt.Sprintf("the holidays of %q are not known", d.Holidays), fmt.Sprintf(
				`leave holidays out and list the days of each year: extra_holidays = ["2026-01-01", "2026-02-17..2026-02-19"]. Known are %s`, strings.Join(Regions(), ", ")),
				"holidays")
		}
		dates, c.KnownTo = append(dates, found...), knownTo
	}
	word(r, d.Observed, []string{"both", "actual", "observed"}, []int{0, 1, 2}, false, "", "holidays_on")
	dates = append(dates, r.dates(d.Extra, "extra_holidays")...)
	not := r.dates(d.NotHolidays, "not_holidays")
	dates = slices.DeleteFunc(dates, func(date tariff.Date) bool { return slices.Contains(not, date) })
	slices.Sort(dates)
	c.Holidays = slices.Compact(dates)
	r.holidaysEnd()
	c.AsDay = word(r, d.CountAs, []string{"holiday", "sunday", "weekday"}, []tariff.AsDay{tariff.AsHoliday, tariff.AsSunday, tariff.AsWeekday},
		len(c.Holidays) > 0, saysCountAs, "holidays_count_as")
	for _, name := range sortedKeys(d.Days) {
		own := d.Days[name]
		r.ownNames = append(r.ownNames, name)
		if own.Also == nil {
			r.wrong("also_weekday is missing", `write also_weekday = true if the day stays the weekday that it is besides, or false if only this kind counts`, "days", name)
			continue
		}
		list := r.dates(own.Dates, "days", name, "dates")
		slices.Sort(list)
		c.Own = append(c.Own, tariff.OwnDays{Name: name, Dates: slices.Compact(list), Also: *own.Also})
	}
}

// holidaysEnd notes until when the holidays are known: those that are listed to the end of the last year of the list.
func (r *reader) holidaysEnd() {
	c := &r.tariff.Calendar
	if len(c.Holidays) == 0 || r.doc.Holidays != "" && r.doc.Holidays != "none" && c.KnownTo == 0 {
		return
	}
	last := c.Holidays[len(c.Holidays)-1].String()[:len("2026")]
	if to, err := tariff.ParseDate(last + "-12-31"); err == nil {
		c.KnownTo = max(c.KnownTo, to)
	}
	if r.tariff.ValidTo > c.KnownTo {
		r.warnings = append(r.warnings, r.place([]any{"valid_until"}, fmt.Sprintf("holidays are known until %v only, and the tariff is valid longer", c.KnownTo),
			`list those of later years: extra_holidays = ["2028-01-01", "2028-02-04..2028-02-06"]`))
	}
	if r.tariff.ValidFrom > c.KnownTo {
		r.wrong(fmt.Sprintf("holidays are known until %v only", c.KnownTo), `list those of the years in which the tariff is valid: extra_holidays = ["2028-01-01", "2028-02-04..2028-02-06"]`, "holidays")
	}
}

const datesMax = 5000

// dates reads days and ranges of days.
func (r *reader) dates(texts []string, path ...any) []tariff.Date {
	list := []tariff.Date{}
	for i, text := range texts {
		from, to, isRange := strings.Cut(text, "..")
		first := r.date(strings.TrimSpace(from), under(path, i)...)
		last := first
		if isRange {
			last = r.date(strings.TrimSpace(to), under(path, i)...)
		}
		if last < first || last-first > 400 || len(list) > datesMax {
			r.wrong(fmt.Sprintf("%q is no list of days", text), "write the earlier day first, and at most 400 days", under(path, i)...)
			continue
		}
		for day := first; day <= last; day++ {
			list = append(list, day)
		}
	}
	return list
}

func (r *reader) taxes() {
	for i := range r.doc.Taxes {
		t := &r.doc.Taxes[i]
		if t.Included == nil {
			r.wrong("included is missing", `write included = true if prices contain the tax, or false if it comes on top`, "tax", i)
		}
		if t.Name == "" {
			r.wrong("the tax has no name", `write for example name = "VAT"`, "tax", i)
		}
		r.tariff.Taxes = append(r.tariff.Taxes, tariff.Tax{
			ID: t.Name, RatePPM: r.scaled(t.Percent, 4, "tax", i, "percent"), Included: t.Included != nil && *t.Included,
			OnTaxes: word(r, t.On, []string{"price", "price-and-taxes"}, []bool{false, true}, false, "", "tax", i, "on"),
		})
		r.taxNames = append(r.taxNames, t.Name)
	}
}

// taxSet reads names of taxes. None at all is a tax of its own in the engine: the set without members means all.
func (r *reader) taxSet(value any, path []any) tariff.TaxSet {
	set := tariff.TaxSet(0)
	for _, name := range r.list(value, path...) {
		at := slices.Index(r.taxNames, name)
		if at < 0 {
			r.wrong(fmt.Sprintf("there is no tax %q", name), tomlfile.Advice(name, r.taxNames), path...)
			continue
		}
		set |= 1 << at
	}
	if list, isList := value.([]any); isList && len(list) == 0 {
		set = 1 << 15 // a tax that no tariff has
	}
	return set
}
