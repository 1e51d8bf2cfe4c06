package main

import (
	"fmt"
	"io/fs"
	"runtime"
	"time"

	"gatehouse/gateway/tariff"
	"gatehouse/gateway/tariffdoc"
)

// tariffs measures what a quote costs the processor, by published tariffs: a flat one, one with bands, and one with
// rules by day, nested caps and offers. The floor is what nobody prices a stay without: telling what a clock on the
// wall shows at its entry and at its exit.
func (b *bench) tariffs() ([]row, error) {
	f := figures{}
	list := []struct{ name, file string }{
		{"flat", "barta-reading-pa"}, {"banded", "singapore-central-2016"}, {"complex", "deggendorf-oberer-stadtplatz"},
	}
	for _, one := range list {
		data, err := fs.ReadFile(tariffdoc.Examples(), one.file+".toml")
		if err != nil {
			return nil, err
		}
		loaded, _, err := tariffdoc.Parse(one.file, data)
		if err != nil {
			return nil, err
		}
		entryMS := time.Date(2026, time.March, 2, 14, 20, 0, 0, loaded.Zone).UnixMilli()
		for range b.rounds {
			timeQuotes(f, one.name, loaded, entryMS, b.scale(20_000, 2_000))
			timeYear(f, one.name, loaded, entryMS, b.scale(50, 5))
		}
	}
	rows := []row{}
	for _, one := range list {
		rows = append(rows,
			f.against(row{What: "quote of 2 h 35 min, " + one.name, Unit: "ns", Peer: "two looks at the clock"}, one.name, one.name+" floor").atMost(2_000),
			row{What: "quotes a second on one core, " + one.name, Unit: "", Value: 1e9 / max(1, f.of(one.name))},
			row{What: "quote of a year, " + one.name, Unit: "µs", Value: f.of(one.name + " year")},
			row{What: "allocations per quote, " + one.name, Unit: "", Value: f.of(one.name + " objects")}.atMost(0),
		)
	}
	return rows, nil
}

func timeQuotes(f figures, name string, t *tariff.Tariff, entryMS int64, count int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	buffer := make([]tariff.Charge, 0, 32)
	stay := tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + 155*60_000}
	total, hours := int64(0), 0
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := threadCPU()
	for i := range int64(count) {
		moved := stay
		moved.EntryMS, moved.ExitMS = stay.EntryMS+i*60_000%86_400_000, stay.ExitMS+i*60_000%86_400_000
		total += tariff.QuoteInto(buffer, t, moved).TotalMinor
	}
	f.add(name, float64(threadCPU()-start)/float64(count))
	runtime.ReadMemStats(&after)
	f.add(name+" objects", float64((after.Mallocs-before.Mallocs)/uint64(count)))
	start = threadCPU()
	for i := range int64(count) {
		hours += time.UnixMilli(stay.EntryMS+i*60_000).In(t.Zone).Hour() + time.UnixMilli(stay.ExitMS+i*60_000).In(t.Zone).Hour()
	}
	f.add(name+" floor", float64(threadCPU()-start)/float64(count))
	if total == 0 || hours == 0 {
		panic(fmt.Sprint("nothing was priced by ", name))
	}
}

func timeYear(f figures, name string, t *tariff.Tariff, entryMS int64, count int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	buffer := make([]tariff.Charge, 0, 64)
	start := threadCPU()
	for range count {
		tariff.QuoteInto(buffer, t, tariff.Stay{EntryMS: entryMS, ExitMS: entryMS + 365*86_400_000})
	}
	f.add(name+" year", float64(threadCPU()-start)/float64(count)/1000)
}
