package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
)

// A month of a chain: a million stays, read from text, priced by two tariffs and compared. The floor is the reading
// alone.
func BenchmarkReplayOfAMillionStays(b *testing.B) {
	const stays = 1_000_000
	lines := strings.Repeat("2026-03-02T10:00,2026-03-02T12:30,regular,6.00\n2026-03-02T08:00,2026-03-03T19:20,large,16.00\n", 500)
	file := func() io.Reader {
		readers := []io.Reader{strings.NewReader("entry,exit,type,paid\n")}
		for range stays / 1000 {
			readers = append(readers, strings.NewReader(lines))
		}
		return io.MultiReader(readers...)
	}
	t, _, err := loadTariff(filepath.Join(write(b, map[string]string{"t.toml": tariffText}), "t.toml"))
	if err != nil {
		b.Fatal(err)
	}
	b.Run("replay", func(b *testing.B) {
		for range b.N {
			r := comparison{changes: newChanges(), newTariff: t, oldTariff: t}
			if err := r.play(file()); err != nil || r.Priced != stays {
				b.Fatal(err, r.Priced)
			}
		}
		b.ReportMetric(float64(b.N)*stays/b.Elapsed().Seconds(), "stays/s")
	})
	b.Run("reading_alone", func(b *testing.B) {
		for range b.N {
			rows, err := newStayReader(file(), t)
			for err == nil {
				_, err = rows.read()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*stays/b.Elapsed().Seconds(), "stays/s")
	})
}
