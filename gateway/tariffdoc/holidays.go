package tariffdoc

import (
	_ "embed" // for announced.txt
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/aa"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nc"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/ua"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"

	"gatehouse/gateway/tariff"
)

// countries are the holidays of countries, and of the states of Australia.
func countries() map[string][]*cal.Holiday {
	return map[string][]*cal.Holiday{
		"AR":     ar.Holidays,
		"AT":     at.Holidays,
		"AU-ACT": au.HolidaysACT,
		"AU-NSW": au.HolidaysNSW,
		"AU-NT":  au.HolidaysNT,
		"AU-QLD": au.HolidaysQLD,
		"AU-SA":  au.HolidaysSA,
		"AU-TAS": au.HolidaysTAS,
		"AU-VIC": au.HolidaysVIC,
		"AU-WA":  au.HolidaysWA,
		"BE":     be.Holidays,
		"BG":     bg.Holidays,
		"BR":     br.Holidays,
		"CA":     ca.Holidays,
		"CH":     ch.Holidays,
		"CZ":     cz.Holidays,
		"DE":     de.Holidays,
		"DK":     dk.Holidays,
		"ES":     es.Holidays,
		"FR":     fr.Holidays,
		"GB":     gb.Holidays,
		"GR":     gr.Holidays,
		"HR":     hr.Holidays,
		"IE":     ie.Holidays,
		"IT":     it.Holidays,
		"JP":     jp.Holidays,
		"LT":     lt.Holidays,
		"LV":     lv.Holidays,
		"MW":     mw.Holidays,
		"NC":     nc.Holidays,
		"NL":     nl.Holidays,
		"NO":     no.Holidays,
		"NZ":     nz.Holidays,
		"PL":     pl.Holidays,
		"RO":     ro.Holidays,
		"RU":     ru.Holidays,
		"SE":     se.Holidays,
		"SI":     si.Holidays,
		"SK":     sk.Holidays,
		"UA":     ua.Holidays,
		"US":     us.Holidays,
		"ZA":     za.Holidays,
	}
}

// states are those of the states of Germany and the cantons of Switzerland.
func states() map[string][]*cal.Holiday {
	return map[string][]*cal.Holiday{
		"CH-AG": ch.HolidaysAG,
		"CH-AI": ch.HolidaysAI,
		"CH-AR": ch.HolidaysAR,
		"CH-BE": ch.HolidaysBE,
		"CH-BL": ch.HolidaysBL,
		"CH-BS": ch.HolidaysBS,
		"CH-FR": ch.HolidaysFR,
		"CH-GE": ch.HolidaysGE,
		"CH-GL": ch.HolidaysGL,
		"CH-GR": ch.HolidaysGR,
		"CH-JU": ch.HolidaysJU,
		"CH-LU": ch.HolidaysLU,
		"CH-NE": ch.HolidaysNE,
		"CH-NW": ch.HolidaysNW,
		"CH-OW": ch.HolidaysOW,
		"CH-SG": ch.HolidaysSG,
		"CH-SH": ch.HolidaysSH,
		"CH-SO": ch.HolidaysSO,
		"CH-SZ": ch.HolidaysSZ,
		"CH-TG": ch.HolidaysTG,
		"CH-TI": ch.HolidaysTI,
		"CH-UR": ch.HolidaysUR,
		"CH-VD": ch.HolidaysVD,
		"CH-VS": ch.HolidaysVS,
		"CH-ZG": ch.HolidaysZG,
		"CH-ZH": ch.HolidaysZH,
		"DE-BB": de.HolidaysBB,
		"DE-BE": de.HolidaysBE,
		"DE-BW": de.HolidaysBW,
		"DE-BY": de.HolidaysBY,
		"DE-HB": de.HolidaysHB,
		"DE-HE": de.HolidaysHE,
		"DE-HH": de.HolidaysHH,
		"DE-MV": de.HolidaysMV,
		"DE-NI": de.HolidaysNI,
		"DE-NW": de.HolidaysNW,
		"DE-RP": de.HolidaysRP,
		"DE-SH": de.HolidaysSH,
		"DE-SL": de.HolidaysSL,
		"DE-SN": de.HolidaysSN,
		"DE-ST": de.HolidaysST,
		"DE-TH": de.HolidaysTH,
	}
}

// regions are the holidays that are known, by country, or country and region.
func regions() map[string][]*cal.Holiday {
	all := countries()
	maps.Copy(all, states())
	maps.Copy(all, more())
	return all
}

// fixed is a holiday on the same day of each year.
func fixed(month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Month: month, Day: day, Func: cal.CalcDayOfMonth}
}

// more are countries that the library leaves out and whose holidays follow from the year, other names of some, and
// days that have become holidays since: Christmas Eve in Poland, Matariki in New Zealand.
func more() map[string][]*cal.Holiday {
	christmas := []*cal.Holiday{fixed(time.December, 25), fixed(time.December, 26)}
	return map[string][]*cal.Holiday{
		"NZ":     append(slices.Clone(nz.Holidays), matariki()...),
		"PL":     append(slices.Clone(pl.Holidays), since(2025, time.December, 24)),
		"GB-ENG": gb.Holidays,
		"GB-WLS": gb.Holidays,
		"EE": append([]*cal.Holiday{
			aa.NewYear, fixed(time.February, 24), aa.GoodFriday, aa.Easter, aa.WorkersDay, aa.Pentecost, fixed(time.June, 23), fixed(time.June, 24),
			fixed(time.August, 20), fixed(time.December, 24),
		}, christmas...),
		"FI": append([]*cal.Holiday{
			aa.NewYear, aa.Epiphany, aa.GoodFriday, aa.Easter, aa.EasterMonday, aa.WorkersDay, aa.AscensionDay, aa.Pentecost, se.Midsommardagen, se.AllaHelgonsDag,
			fixed(time.December, 6),
		}, christmas...),
		"HU": append([]*cal.Holiday{
			aa.NewYear, fixed(time.March, 15), aa.GoodFriday.Clone(&cal.Holiday{StartYear: 2017}), aa.Easter, aa.EasterMonday, aa.WorkersDay, aa.Pentecost, aa.PentecostMonday,
			fixed(time.August, 20), fixed(time.October, 23), aa.AllSaintsDay,
		}, christmas...),
		"LU": append([]*cal.Holiday{
			aa.NewYear, aa.EasterMonday, aa.WorkersDay, since(2019, time.May, 9), aa.AscensionDay, aa.PentecostMonday, fixed(time.June, 23), aa.AssumptionOfMary, aa.AllSaintsDay,
		}, christmas...),
		"PT": {
			aa.NewYear, aa.GoodFriday, aa.Easter, fixed(time.April, 25), aa.WorkersDay, aa.CorpusChristi, fixed(time.June, 10), aa.AssumptionOfMary,
			fixed(time.October, 5), aa.AllSaintsDay, fixed(time.December, 1), aa.ImmaculateConception, fixed(time.December, 25),
		},
	}
}

// since is a holiday on the same day of each year from one on.
func since(year int, month time.Month, day int) *cal.Holiday {
	return &cal.Holiday{Month: month, Day: day, StartYear: year, Func: cal.CalcDayOfMonth}
}

// matariki is the Maori new year, on the days that the Te Kahui o Matariki Public Holiday Act 2022 lists.
func matariki() []*cal.Holiday {
	list := []*cal.Holiday{}
	for _, at := range []time.Time{
		time.Date(2022, time.June, 24, 0, 0, 0, 0, time.UTC), time.Date(2023, time.July, 14, 0, 0, 0, 0, time.UTC), time.Date(2024, time.June, 28, 0, 0, 0, 0, time.UTC),
		time.Date(2025, time.June, 20, 0, 0, 0, 0, time.UTC), time.Date(2026, time.July, 10, 0, 0, 0, 0, time.UTC), time.Date(2027, time.June, 25, 0, 0, 0, 0, time.UTC),
		time.Date(2028, time.July, 14, 0, 0, 0, 0, time.UTC), time.Date(2029, time.July, 6, 0, 0, 0, 0, time.UTC), time.Date(2030, time.June, 21, 0, 0, 0, 0, time.UTC),
	} {
		day := since(at.Year(), at.Month(), at.Day())
		day.EndYear = at.Year()
		list = append(list, day)
	}
	return list
}

// Regions lists the countries and regions whose holidays are known.
func Regions() []string {
	all := sortedKeys(regions())
	for _, one := range announcedHolidays() {
		all = append(all, one.region)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// The years for which holidays are worked out.
const (
	holidaysFrom  = 2000
	holidaysUntil = 2060
)

// holidaysOf lists the holidays of a region, ascending: the day itself, the day off that stands for it, or both.
func holidaysOf(region, on string) (dates []tariff.Date, knownTo tariff.Date, known bool) {
	for _, one := range announcedHolidays() {
		if one.region == region {
			dates, knownTo = append(dates, one.dates...), tariff.DateOf(one.year, time.December, 31)
		}
	}
	if knownTo != 0 {
		return dates, knownTo, true
	}
	list, known := regions()[region]
	for _, holiday := range list {
		if holiday.Type == cal.ObservanceOther {
			continue // the eves of Sweden, on which one works
		}
		for year := holidaysFrom; year <= holidaysUntil; year++ {
			actual, observed := holiday.Calc(year)
			if on != "observed" && !actual.IsZero() {
				dates = append(dates, dateOf(actual))
			}
			if on != "actual" && !observed.IsZero() {
				dates = append(dates, dateOf(observed))
			}
		}
	}
	slices.Sort(dates)
	return slices.Compact(dates), 0, known
}

//go:embed announced.txt
var announcedFile string

// announced are the holidays of a region in one year, as they were announced.
type announced struct {
	region string
	year   int
	dates  []tariff.Date
}

// announcedHolidays are those of countries whose holidays follow moons and decrees: a line for each year, the years of a
// region one after the other.
func announcedHolidays() []announced {
	list := []announced{}
	for line := range strings.Lines(announcedFile) {
		words := strings.Fields(line)
		if words[0] == "#" {
			continue
		}
		year, err := strconv.Atoi(words[1])
		if err != nil {
			panic(err) // the file is part of the program
		}
		one := announced{region: words[0], year: year}
		for _, day := range words[2:] {
			date, err := tariff.ParseDate(words[1] + "-" + day)
			if err != nil {
				panic(err)
			}
			one.dates = append(one.dates, date)
		}
		list = append(list, one)
	}
	return list
}

func dateOf(t time.Time) tariff.Date { return tariff.DateOf(t.Year(), t.Month(), t.Day()) }
