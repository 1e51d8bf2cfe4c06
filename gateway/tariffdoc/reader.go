package tariffdoc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/sync/fact"
	"gatehouse/sync/tomlfile"
)

// reader collects the problems of a document while it builds a tariff.
type reader struct {
	doc      *document
	tariff   *tariff.Tariff
	place    func(path []any, what, do string) tomlfile.Problem
	problems tomlfile.Problems
	warnings warningList
	taxNames []string
	ownNames []string
}

type warningList tomlfile.Problems

func (w warningList) sorted() tomlfile.Problems {
	if len(w) == 0 {
		return nil
	}
	return tomlfile.Problems(w).Err().(tomlfile.Problems)
}

func (r *reader) wrong(what, do string, path ...any) {
	r.problems = append(r.problems, r.place(path, what, do))
}

// under is a path one step further.
func under(path []any, more ...any) []any { return append(slices.Clone(path), more...) }

const (
	minuteMS = int64(time.Minute / time.Millisecond)
	hourMS   = 60 * minuteMS
	dayMS    = 24 * hourMS
)

// word reads one of a few words; the values are those of the words. An empty one is the first value, unless it is
// needed: then why says both readings.
func word[T any](r *reader, text string, words []string, values []T, needed bool, why string, path ...any) T {
	if text == "" {
		if needed {
			r.wrong(fmt.Sprintf("%v is missing", path[len(path)-1]), why, path...)
		}
		return values[0]
	}
	at := slices.Index(words, text)
	if at < 0 {
		r.wrong(fmt.Sprintf("%q is not known", text), tomlfile.Advice(text, words), path...)
		return values[0]
	}
	return values[at]
}

// amount reads money; empty is 0.
func (r *reader) amount(text string, path ...any) int64 {
	if text == "" {
		return 0
	}
	m, err := fact.ParseMoney(text, r.tariff.Currency)
	if err != nil {
		digits := r.tariff.Currency.MinorDigits()
		do := fmt.Sprintf("write for example %q", fact.Money{Minor: 250, Currency: r.tariff.Currency}.Decimal())
		if meant := intended(text, digits); meant != "" {
			do = fmt.Sprintf("write %q", meant)
		}
		r.wrong(fmt.Sprintf("%q is no amount of %s, which has %d digits after the point", text, r.tariff.Currency, digits), do, path...)
		return 0
	}
	return m.Minor
}

// positive reads money that must not be negative.
func (r *reader) positive(text string, path ...any) int64 {
	minor := r.amount(text, path...)
	if minor < 0 || minor > tariff.PriceMaxMinor {
		most := fact.Money{Minor: tariff.PriceMaxMinor, Currency: r.tariff.Currency}.Decimal()
		r.wrong("the amount is out of range", "write an amount of 0 to "+most, path...)
		return 0
	}
	return minor
}

// scaled reads a decimal number with at most so many digits after the point, as a whole number of its last digit.
func (r *reader) scaled(text string, digits int, path ...any) int64 {
	if text == "" {
		return 0
	}
	whole, fraction, pointed := strings.Cut(text, ".")
	if len(fraction) > digits || pointed && fraction == "" || whole == "" {
		r.noNumber(text, digits, path)
		return 0
	}
	value, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 50)
	if err != nil {
		r.noNumber(text, digits, path)
	}
	return int64(value)
}

func (r *reader) noNumber(text string, digits int, path []any) {
	do := fmt.Sprintf(`write digits and a point, for example "2.5", with at most %d digits after the point`, digits)
	if meant := intended(text, digits); meant != "" && meant != text {
		do = fmt.Sprintf("write %q", meant)
	}
	r.wrong(fmt.Sprintf("%q is no number here", text), do, path...)
}

// clock reads 07:30 as milliseconds since midnight; 24:00 is the end of the day.
func (r *reader) clock(text string, path ...any) int64 {
	if text == "" {
		return 0
	}
	ms, ok := parseClock(text)
	if !ok {
		r.wrong(fmt.Sprintf("%q is no time of day", text), `write for example "07:30"`, path...)
	}
	return ms
}

func parseClock(text string) (int64, bool) {
	hours, minutes, ok := strings.Cut(text, ":")
	h, err := strconv.ParseUint(hours, 10, 8)
	m, err2 := strconv.ParseUint(minutes, 10, 8)
	if !ok || err != nil || err2 != nil || len(minutes) != 2 || h > 24 || m > 59 || h == 24 && m > 0 {
		return 0, false
	}
	return int64(h)*hourMS + int64(m)*minuteMS, true
}

// date reads a day; empty is 0.
func (r *reader) date(text string, path ...any) tariff.Date {
	if text == "" {
		return 0
	}
	date, err := tariff.ParseDate(text)
	if err != nil {
		r.wrong(fmt.Sprintf("%q is no day", text), `write for example "2026-12-25"`, path...)
	}
	return date
}

// list reads a word or a list of words.
func (r *reader) list(value any, path ...any) []string {
	switch value := value.(type) {
	case nil:
		return nil
	case string:
		return []string{value}
	case []any:
		words := make([]string, 0, len(value))
		for i, one := range value {
			text, ok := one.(string)
			if !ok {
				r.wrong("this is no text", `write words in quotes, for example ["mon-fri", "holiday"]`, under(path, i)...)
			}
			words = append(words, text)
		}
		return words
	}
	r.wrong("this is neither a text nor a list of texts", `write for example "mon-fri" or ["mon-fri", "holiday"]`, path...)
	return nil
}

func (r *reader) who(w *who, path []any) tariff.Who {
	result := tariff.Who{
		Vehicles: r.list(w.Vehicles, under(path, "vehicles")...), Groups: r.list(w.Groups, under(path, "groups")...),
		Products: r.list(w.Products, under(path, "products")...),
	}
	for i, text := range r.list(w.Spots, under(path, "spots")...) {
		var kind fact.SpotType
		if err := kind.UnmarshalText([]byte(text)); err != nil || kind == fact.AnyType {
			r.wrong(fmt.Sprintf("%q is no type of spot", text), tomlfile.Advice(text, spotWords()), under(path, "spots", i)...)
			continue
		}
		result.Spots |= tariff.SpotsOf(kind)
	}
	return result
}

func spotWords() []string {
	words := []string{}
	for _, kind := range fact.SpotTypes() {
		words = append(words, kind.String())
	}
	return words
}
