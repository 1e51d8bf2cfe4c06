package site_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/site"
)

// sensed is the file of a small lot whose spots have sensors, and what a test adds to it.
func sensed(more string) string {
	place := layout.Layout{ID: "p8", Name: "P8", Timezone: "UTC", Currency: "EUR", Spots: 4, Entries: 1, Exits: 1, Sensed: true}
	return place.SiteFile("127.0.0.1:0", layout.Prices{RatePerHour: "2.00", LostTicket: "20.00"}) + more
}

func TestRecordingIsOnlyWhereTheFileSaysSo(t *testing.T) {
	numbers := parse(t, sensed("")).Lot.Spots
	for more, want := range map[string]site.Record{
		"":                                  {},
		"\n[record]\n":                      {Enabled: true, Dir: "readings", MaxBytes: 64 << 20, Spots: []int32{0, 1, 2, 3}},
		"\n[record]\nenabled = false\n":     {Dir: "readings", MaxBytes: 64 << 20, Spots: []int32{0, 1, 2, 3}},
		"\n[record]\ndir = \"raw/spots\"\n": {Enabled: true, Dir: "raw/spots", MaxBytes: 64 << 20, Spots: []int32{0, 1, 2, 3}},
		"\n[record]\nmax_mib = 1\nspots = [\"" + numbers[1].Number + ".." + numbers[2].Number + "\"]\n": {
			Enabled: true, Dir: "readings", MaxBytes: 1 << 20, Spots: []int32{1, 2},
		},
	} {
		got := parse(t, sensed(more)).Record
		spots := got.Spots
		if !slices.Equal(spots, want.Spots) || got.Enabled != want.Enabled || got.Dir != want.Dir || got.MaxBytes != want.MaxBytes {
			t.Errorf("%q: %+v", more, got)
		}
	}
}

func TestARecordingThatCannotBeIsToldOf(t *testing.T) {
	for more, want := range map[string]string{
		"\n[record]\ndir = \"/var/tmp\"\n":       "record.dir",
		"\n[record]\ndir = \"../elsewhere\"\n":   "below the data folder",
		"\n[record]\ndir = \".\"\n":              "record.dir",
		"\n[record]\nmax_mib = 0\n":              "record.max_mib",
		"\n[record]\nspots = [\"nowhere\"]\n":    `there is no spot "nowhere"`,
		"\n[record]\nspots = [\"B-9..A-1\"]\n":   "no range of spots",
		"\n[record]\nsize = 3\n":                 "record.size",
		"\n[record]\nspots = [\"Z-01..Z-03\"]\n": `there is no spot "Z-01"`,
	} {
		_, err := site.Parse("site.toml", []byte(sensed(more)), drivers.Catalog(all.Catalog()))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", more, err)
		}
	}
}

func TestASpotWithoutASensorIsNotRecorded(t *testing.T) {
	if got := parse(t, small("\n[record]\n")).Record; !got.Enabled || len(got.Spots) != 0 {
		t.Errorf("%+v", got)
	}
	first := parse(t, small("")).Lot.Spots[0].Number
	_, err := site.Parse("site.toml", []byte(small("\n[record]\nspots = [\""+first+"\"]\n")), drivers.Catalog(all.Catalog()))
	if err == nil || !strings.Contains(err.Error(), "has no sensor to record") {
		t.Error(err)
	}
}
