package plate_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gatehouse/gateway/plate"
	"gatehouse/sync/fact"
	"gatehouse/sync/platetext"
)

// full is a lot with 10,000 open plates.
func full() (*plate.Index[fact.TicketID], fact.Plate) {
	s := street{rand.New(rand.NewPCG(7, 8))}
	x := plate.NewIndex[fact.TicketID](plate.DefaultPolicy())
	for i := range 10_000 {
		x.Add(s.car(), fact.TicketID(fmt.Sprint(i)))
	}
	x.Add("MQX7704", "T")
	return x, "MQX7704"
}

func BenchmarkMatch(b *testing.B) {
	x, car := full()
	for _, c := range []struct {
		name string
		read plate.Read
	}{
		{"exact", sure(car)},
		{"look-alike", text("MQX77O4")},
		{"lost-end", text("MQX770")},
		{"stranger", text("MKK5532")},
		{"ten-candidates", plate.Read{Plate: car, Candidates: []plate.Candidate{{"MQX77O4", 900}, {"MOX7704", 890}, {"MQX7J04", 880},
			{"NQX7704", 870}, {"MQK7704", 860}, {"MQX770A", 850}, {"HQX7704", 840}, {"MQX2704", 830}, {"MQX7204", 820}, {"MQX7709", 810}}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				x.Match(c.read)
			}
		})
	}
}

func BenchmarkAddRemove(b *testing.B) {
	x, _ := full()
	b.ReportAllocs()
	for b.Loop() {
		x.Add("ZZ91QQX", "Z")
		x.Remove("ZZ91QQX", "Z")
	}
}

func BenchmarkNormal(b *testing.B) {
	for _, raw := range []string{"AB12CDE", "m-ab 1234", "京A·12345"} {
		b.Run(raw, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				platetext.Normal(raw)
			}
		})
	}
}
