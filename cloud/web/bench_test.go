package web_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"gatehouse/cloud/api/apitest"
	"gatehouse/cloud/web"
)

// BenchmarkChainPage is headquarters' whole page over 500 lots of 2,000 spots, rendered anew for each reader, with its
// slowest one in a hundred. The target is 20 ms.
func BenchmarkChainPage(b *testing.B) {
	chain := apitest.New(b)
	chain.Fill(500)
	s := chain.Server
	s.Mount(web.New(web.Options{State: s.State, Stream: s.Stream, Location: s.LocationState}))
	var took []time.Duration
	for b.Loop() {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", "Bearer wall")
		w := httptest.NewRecorder()
		begin := time.Now()
		s.ServeHTTP(w, r)
		took = append(took, time.Since(begin))
		if w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
}
