package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"gatehouse/cloud/app/apptest"
	"gatehouse/cloud/ledger"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// viewsOf measures what headquarters' page reads, over 500 lots of 2,000 spots, from counters that live messages and
// changes move between the views: the chain at a glance, and all 500 lots. The peer counts a million states again.
func viewsOf(quick bool) ([]row, error) {
	chain := ledger.NewChain()
	for i := range lots {
		chain.SetLocation(ledger.Location{ID: lotID(i), Zone: time.UTC, Currency: "EUR"})
		chain.SetLive(live(i, 1), 1)
	}
	states := make([]byte, lots*spotsPerLot)
	for i := range states {
		states[i] = byte(i * 7 % 5)
	}
	views := 5_000
	if quick {
		views = 200
	}
	var glance, all, recount []float64
	sink := int64(0)
	for n := range views {
		chain.SetLive(live(n%lots, uint64(n+2)), 1)
		began := time.Now()
		spots, day := chain.Spots(), chain.Day(20260601)
		glance = append(glance, micros(began))
		sink += spots.Occupied + day.Entries

		began = time.Now()
		sink += int64(len(chain.Summaries(began.UnixMilli())))
		all = append(all, micros(began))

		if n%50 == 0 {
			began = time.Now()
			var counts [5]int64
			for _, state := range states {
				counts[state]++
			}
			recount = append(recount, micros(began))
			sink += counts[1]
		}
	}
	if sink == 0 {
		return nil, fmt.Errorf("nothing was counted")
	}
	peer := percentile(recount, 50)
	first := row{What: "chain at a glance, 1,000,000 spots, p99", Value: percentile(glance, 99), Unit: "µs", Peer: "recount in memory", PeerValue: peer}
	first.Ratio = first.Value / peer
	second := row{What: "all 500 lots with their day, p99", Value: percentile(all, 99), Unit: "µs"}
	return []row{first.judged(first.Value < 20_000, "≤ 20000 µs"), second.judged(second.Value < 20_000, "≤ 20000 µs")}, nil
}

func live(i int, serial uint64) wire.Live {
	m := wire.Live{Location: lotID(i), Incarnation: 1, Serial: serial}
	for _, t := range fact.SpotTypes() {
		occupied := uint32((int(serial)*13 + i) % (spotsPerLot / 5))
		m.Types = append(m.Types, wire.LiveType{Type: t, Total: spotsPerLot / 5, Occupied: occupied, Available: spotsPerLot/5 - occupied})
	}
	return m
}

func micros(since time.Time) float64 { return float64(time.Since(since).Nanoseconds()) / 1_000 }

func percentile(values []float64, percent int) float64 {
	slices.Sort(values)
	return values[min(len(values)-1, len(values)*percent/100)]
}

// bytesPerRow measures what a visit costs on the disk of headquarters: all rows that it leads to, with their indexes, and
// the signed batches.
func bytesPerRow(dir string, quick bool) ([]row, error) {
	facts := 60_000
	if quick {
		facts = 6_000
	}
	g, err := apptest.New("lot-000", 1, facts, 1_000)
	if err != nil {
		return nil, err
	}
	sessions, wireBytes, err := fill(dir, g)
	if err != nil {
		return nil, err
	}
	database, err := os.Stat(filepath.Join(dir, "ledger.db"))
	if err != nil {
		return nil, err
	}
	return []row{
		{What: "rows on the disk for a visit, with indexes", Value: float64(database.Size()) / float64(sessions), Unit: "B", Note: fmt.Sprintf("%d visits", sessions)},
		{What: "signed batches on the disk for a visit", Value: float64(wireBytes) / float64(sessions), Unit: "B"},
	}, nil
}
