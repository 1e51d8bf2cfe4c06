package web_test

import (
	"net/http/httptest"
	"slices"
	"syscall"
	"testing"
	"time"

	"gatehouse/cloud/api/apitest"
	"gatehouse/cloud/web"
	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// BenchmarkChainPage is headquarters' whole page over 500 lots of 2,000 spots while they change, with its slowest one in a
// hundred. The target is 20 ms. shared: as readers get it, who share one state a second. anew: a search, for which
// everything is read and made anew.
func BenchmarkChainPage(b *testing.B) {
	chain := apitest.New(b)
	chain.Fill(500)
	s := chain.Server
	s.Mount(web.New(web.Options{State: s.State, Role: s.Role, Stream: s.Stream, Location: s.LocationState, Ask: s.Ask}))
	for name, path := range map[string]string{"shared": "/", "anew": "/lots?q=hafen"} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			before := cpu(b)
			for b.Loop() {
				chain.Live(wire.Live{Location: "p001", Types: []wire.LiveType{{Type: fact.Regular, Total: 2_000, Occupied: 900}}}, 0)
				r := httptest.NewRequest("GET", path, nil)
				r.Header.Set("Authorization", "Bearer wall")
				w := httptest.NewRecorder()
				begin := time.Now()
				s.ServeHTTP(w, r)
				took = append(took, time.Since(begin))
				if w.Code != 200 {
					b.Fatal(w.Code)
				}
			}
			b.ReportMetric(float64((cpu(b)-before).Microseconds())/1000/float64(len(took)), "cpu-ms/page")
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}

// cpu is the processor time of this process: what a page costs on a machine that others use too.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
