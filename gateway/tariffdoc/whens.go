package tariffdoc

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/tomlfile"
)

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

const (
	saysNightOf = `a night over midnight on some days can be read in two ways: write night_of = "start" if the hours after midnight belong ` +
		`to the day on which the night starts (Friday 22:00 to Saturday 06:00 is Friday), or night_of = "each" if each day has its own hours ` +
		`(Friday 00:00 to 06:00 and 22:00 to 24:00)`
)

// when reads days and hours as stretches of civil time; nil is always.
func (r *reader) when(w *when, path []any) []tariff.When {
	hours := r.list(w.Hours, under(path, "hours")...)
	base := tariff.When{
		Days: r.days(w.Days, under(path, "days")), Except: r.days(w.ExceptDays, under(path, "except_days")),
		FirstDate: r.date(w.ValidFrom, under(path, "valid_from")...), LastDate: r.date(w.ValidUntil, under(path, "valid_until")...), ToMS: dayMS,
	}
	r.season(&base, w.Season, under(path, "season"))
	whole := base
	if base.LastDate != 0 && base.LastDate < base.FirstDate {
		r.wrong("it ends before it begins", "write the earlier day first", under(path, "valid_until")...)
	}
	if len(hours) == 0 {
		if whole == (tariff.When{ToMS: dayMS}) {
			return nil
		}
		return []tariff.When{whole}
	}
	result := []tariff.When{}
	for i, text := range hours {
		result = append(result, r.hours(base, text, w, under(path, "hours"), i)...)
	}
	return result
}

func (r *reader) season(base *tariff.When, text string, path []any) {
	if text == "" {
		return
	}
	from, to, ok := strings.Cut(text, "..")
	first, err := time.Parse("01-02", strings.TrimSpace(from))
	last, err2 := time.Parse("01-02", strings.TrimSpace(to))
	if !ok || err != nil || err2 != nil {
		if !ok || !strings.HasSuffix(text, "02-29") {
			r.wrong(fmt.Sprintf("%q is no season", text), `write month-day to month-day, for example "05-01..09-30"`, path...)
			return
		}
	}
	base.FirstOfYear = int(first.Month())*100 + first.Day()
	base.LastOfYear = int(last.Month())*100 + last.Day()
}

// hours reads one stretch of hours.
func (r *reader) hours(base tariff.When, text string, w *when, path []any, i int) []tariff.When {
	fail := func() []tariff.When {
		do := `write for example "07:00-17:00", "22:00-06:00" or "fri 18:00 - mon 06:00"`
		if meant := intendedHours(text); meant != "" {
			do = fmt.Sprintf("write %q", meant)
		}
		r.wrong(fmt.Sprintf("%q are no hours", text), do, path...)
		return nil
	}
	from, to, ok := strings.Cut(text, "-")
	fromDay, fromMS, ok1 := dayTime(from)
	toDay, toMS, ok2 := dayTime(to)
	if !ok || !ok1 || !ok2 || (fromDay < 0) != (toDay < 0) || fromMS == dayMS {
		return fail()
	}
	if toMS%hourMS == hourMS-minuteMS {
		full := (toMS + minuteMS) / hourMS
		r.wrong(fmt.Sprintf("%q leave the last minute out: the end is the moment at which they are over", text), fmt.Sprintf("write %02d:00 as the end", full), path...)
		return nil
	}
	base.FromMS = fromMS
	if fromDay >= 0 {
		if base.Days != 0 {
			r.wrong("days stand both beside the hours and in them", "write them in one place", path...)
		}
		base.Days = tariff.Sunday << fromDay
		base.ToMS = int64((toDay-fromDay+7)%7)*dayMS + toMS
		if base.ToMS <= base.FromMS {
			base.ToMS += 7 * dayMS
		}
		return []tariff.When{base}
	}
	if base.ToMS = toMS; toMS > fromMS {
		return []tariff.When{base}
	}
	base.ToMS += dayMS
	every := base.Days == 0 && base.Except == 0
	needed := !every && toMS > 0 && base.ToMS > dayMS
	if word(r, w.NightOf, []string{"start", "each"}, []bool{true, false}, needed, saysNightOf, under(path[:len(path)-1], "night_of")...) || every {
		return []tariff.When{base}
	}
	morning := base
	morning.FromMS, morning.ToMS, base.ToMS = 0, toMS, dayMS
	if toMS == 0 {
		return []tariff.When{base}
	}
	return []tariff.When{morning, base}
}

// intendedHours are hours as this format writes them, of a text that means them otherwise: 8-18, 8am-6pm, with a dash of print.
func intendedHours(text string) string {
	from, to, ok := strings.Cut(strings.NewReplacer("–", "-", "—", "-", "−", "-", " to ", "-", ".", ":").Replace(text), "-")
	first, ok1 := intendedClock(from)
	last, ok2 := intendedClock(to)
	if !ok || !ok1 || !ok2 {
		return ""
	}
	return strings.Replace(first, "24:", "00:", 1) + "-" + last
}

// intendedClock is a time of day that is written as 8, 8am, 8:30 pm or 08:30.
func intendedClock(text string) (string, bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	bare := strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(text, "am"), "pm"))
	if !strings.Contains(bare, ":") {
		bare += ":00"
	}
	ms, ok := parseClock(bare)
	switch hour := ms / hourMS; {
	case strings.HasSuffix(text, "pm") && hour < 12:
		ms += 12 * hourMS
	case strings.HasSuffix(text, "am") && hour == 12:
		ms -= 12 * hourMS
	}
	return fmt.Sprintf("%02d:%02d", ms/hourMS, ms%hourMS/minuteMS), ok
}

// dayTime reads "07:00" or "fri 18:00"; the day is -1 if there is none.
func dayTime(text string) (day int, ms int64, ok bool) {
	words := strings.Fields(text)
	day = -1
	if len(words) == 2 {
		if day = slices.Index(weekdays, dayWord(words[0])); day < 0 {
			return 0, 0, false
		}
		words = words[1:]
	}
	if len(words) != 1 {
		return 0, 0, false
	}
	ms, ok = parseClock(words[0])
	return day, ms, ok
}

// days reads kinds of days; 0 is every day.
func (r *reader) days(value any, path []any) tariff.DaySet {
	set := tariff.DaySet(0)
	for i, text := range r.list(value, path...) {
		one, ok := r.dayKind(text)
		if !ok {
			r.wrong(fmt.Sprintf("%q is no kind of day", text), r.dayAdvice(text), path...)
			continue
		}
		if one&(tariff.Holiday|tariff.HolidayEve|tariff.HolidayAfter) != 0 && !r.hasHolidays() {
			r.wrong("there are no holidays", `write holidays = "DE-BW" (a country, or country and region) or extra_holidays at the top`, under(path, i)...)
		}
		set |= one
	}
	return set
}

// dayAdvice says what to write for a word that is no kind of day.
func (r *reader) dayAdvice(text string) string {
	if words := strings.FieldsFunc(text, func(mark rune) bool { return mark == ',' || mark == ' ' || mark == '+' }); len(words) > 1 {
		return fmt.Sprintf(`write a list: ["%s"]`, strings.Join(words, `", "`))
	}
	if tomlfile.Suggest(text, r.dayWords()) != "" {
		return tomlfile.Advice(text, r.dayWords())
	}
	return `write mon to sun, ranges such as mon-fri, weekday, weekend, holiday, holiday-eve or holiday-after, or list its dates in [days]: ` +
		text + ` = { dates = ["2026-07-04"], also_weekday = true }`
}

func (r *reader) hasHolidays() bool { return len(r.tariff.Calendar.Holidays) > 0 }

func (r *reader) dayWords() []string {
	return append(append(slices.Clone(weekdays), "mon-fri", "mon-sat", "weekend", "holiday", "holiday-eve", "holiday-after"), r.ownNames...)
}

// dayWord is a word for a day as this format writes it: Mon and monday are mon.
func dayWord(text string) string {
	lower := strings.ToLower(strings.TrimSpace(text))
	for day := time.Sunday; day <= time.Saturday; day++ {
		if lower == weekdays[day] || lower == strings.ToLower(day.String()) {
			return weekdays[day]
		}
	}
	return text
}

func (r *reader) dayKind(text string) (tariff.DaySet, bool) {
	switch strings.ToLower(text) {
	case "every-day", "daily":
		return tariff.Weekdays | tariff.Weekend | tariff.Holiday, true
	case "weekday", "weekdays":
		return tariff.Weekdays, true
	case "weekend", "weekends":
		return tariff.Weekend, true
	case "holiday", "holidays":
		return tariff.Holiday, true
	case "holiday-eve":
		return tariff.HolidayEve, true
	case "holiday-after":
		return tariff.HolidayAfter, true
	}
	if at := slices.Index(r.ownNames, text); at >= 0 {
		return tariff.OwnDay << at, true
	}
	from, to, isRange := strings.Cut(text, "-")
	first, last := slices.Index(weekdays, dayWord(from)), slices.Index(weekdays, dayWord(to))
	if !isRange {
		last = first
	}
	if first < 0 || last < 0 {
		return 0, false
	}
	set := tariff.DaySet(0)
	for day := first; ; day = (day + 1) % 7 {
		set |= tariff.Sunday << day
		if day == last {
			return set, true
		}
	}
}

// whens reads a table with days and hours, or a list of such tables.
func (r *reader) whens(value any, path []any) []tariff.When {
	switch value := value.(type) {
	case nil:
		return nil
	case map[string]any:
		return r.whenTable(value, path)
	case []any:
		result := []tariff.When{}
		for i, one := range value {
			table, ok := one.(map[string]any)
			if !ok {
				r.wrong("this is no table", `write for example { days = "mon-fri", hours = "06:00-09:30" }`, under(path, i)...)
				continue
			}
			result = append(result, r.whenTable(table, under(path, i))...)
		}
		return result
	}
	do := `write for example { days = "mon-fri", hours = "06:00-09:30" }`
	if text, isText := value.(string); isText && intendedHours(text) != "" {
		do = fmt.Sprintf("write { hours = %q }", intendedHours(text))
	}
	r.wrong("this is no table", do, path...)
	return nil
}

func (r *reader) whenTable(table map[string]any, path []any) []tariff.When {
	w := when{Days: table["days"], ExceptDays: table["except_days"], Hours: table["hours"]}
	texts := map[string]*string{"night_of": &w.NightOf, "season": &w.Season, "valid_from": &w.ValidFrom, "valid_until": &w.ValidUntil}
	for _, key := range sortedKeys(table) {
		if key == "days" || key == "except_days" || key == "hours" {
			continue
		}
		to, known := texts[key]
		text, isText := table[key].(string)
		if !known || !isText {
			r.wrong("unknown key, or no text", tomlfile.Advice(key, append(sortedKeys(texts), "days", "except_days", "hours")), under(path, key)...)
			continue
		}
		*to = text
	}
	list := r.when(&w, path)
	if list == nil {
		list = []tariff.When{{ToMS: dayMS}}
	}
	return list
}
