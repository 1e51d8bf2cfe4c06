package factlog_test

import (
	"fmt"
	"testing"

	"gatehouse/sync/factlog"

	"pgregory.net/rapid"
)

// TestModel drives a log and a plain slice through the same random life.
func TestModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newScene(rapid.Uint64().Draw(t, "seed"))
		must(t, s.open())
		t.Repeat(map[string]func(*rapid.T){
			"append": func(t *rapid.T) {
				size := rapid.SampledFrom([]int{0, 1, 7, 8, 200, 1000, 8000}).Draw(t, "bytes")
				payload := make([]byte, size)
				copy(payload, fmt.Sprint("payload ", len(s.want)))
				must(t, s.append(payload))
			},
			"flush":   func(t *rapid.T) { must(t, s.flush()) },
			"prepare": func(t *rapid.T) { must(t, prepare(s.log)) },
			"trim": func(t *rapid.T) {
				through := factlog.Index(rapid.IntRange(0, int(s.acked)).Draw(t, "through"))
				s.options.Trimmed = max(s.options.Trimmed, through)
				must(t, s.log.Trim(through))
			},
			"restart": func(t *rapid.T) {
				must(t, s.log.Close())
				s.know(t)
				must(t, s.open())
			},
			"cut": func(t *rapid.T) {
				s.disk.Cut(rapid.Uint64().Draw(t, "cut"))
				s.know(t)
				must(t, s.open())
			},
			"verify": func(t *rapid.T) {
				report, err := s.log.Verify()
				must(t, err)
				if report.Last != s.acked || report.First > s.options.Trimmed+1 ||
					report.Frames != int(report.Last-report.First)+1 {
					t.Fatalf("verify: %+v, acknowledged %d", report, s.acked)
				}
			},
			"": func(t *rapid.T) {
				must(t, s.check())
				if s.log.Durable() != s.acked || s.log.Last() != factlog.Index(len(s.want)) ||
					s.log.Chain() != chainOf(s.want) || len(s.log.Damage()) > 0 {
					t.Fatalf("durable %d of %d, last %d of %d", s.log.Durable(), s.acked, s.log.Last(), len(s.want))
				}
			},
		})
	})
}

// know gives the next Open some knowledge, all of it true.
func (s *scene) know(t *rapid.T) {
	s.options.From = factlog.Index(rapid.IntRange(0, int(s.acked)).Draw(t, "from"))
	s.options.KnownDurable = factlog.Index(rapid.IntRange(0, int(s.acked)).Draw(t, "known"))
}
