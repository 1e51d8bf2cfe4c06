package outbox_test

import (
	"testing"

	"gatehouse/sync/fact"
	"gatehouse/sync/outbox"
	"gatehouse/sync/wire"
	"pgregory.net/rapid"
)

// Whatever the network and the two programs do on the way (loss, repetition, any order, any cut of batches, restarts of
// both sides, headquarters restored to an older state, links that break), once they are left in peace headquarters has
// each fact, once, and says so.
func TestAnyDeliveryEndsInTheSameFacts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHeadquarters()
		g := boot(&card{first: 1}, 1)
		backup := h.copy()
		var air []wire.Message // from the gateway
		var acks []wire.Ack
		incarnation := fact.Incarnation(1)
		collect := func() {
			air = append(air, take(&g.out)...)
			acks = append(acks, take(&h.out)...)
		}
		pick := func(t *rapid.T, n int) int { return rapid.IntRange(0, n-1).Draw(t, "which") }
		t.Repeat(map[string]func(*rapid.T){
			"facts":     func(t *rapid.T) { g.happen(rapid.IntRange(1, 8).Draw(t, "count")) },
			"time":      func(t *rapid.T) { g.pass(rapid.Int64Range(1, 30_000).Draw(t, "ms")) },
			"link up":   func(*rapid.T) { g.step(outbox.LinkUp{}) },
			"link down": func(*rapid.T) { g.step(outbox.LinkDown{}) },
			"cut":       func(t *rapid.T) { g.cut = rapid.IntRange(1, 9).Draw(t, "facts a batch") },
			"deliver": func(t *rapid.T) {
				if len(air) > 0 {
					i := pick(t, len(air))
					h.hear(air[i])
					if rapid.Bool().Draw(t, "and keep") {
						return
					}
					air = append(air[:i], air[i+1:]...)
				}
			},
			"answer": func(t *rapid.T) {
				if len(acks) > 0 {
					g.step(outbox.Acked{Ack: acks[pick(t, len(acks))]})
				}
			},
			"lose": func(t *rapid.T) {
				if len(air) > 0 {
					i := pick(t, len(air))
					air = append(air[:i], air[i+1:]...)
				}
			},
			"gateway restarts": func(t *rapid.T) {
				incarnation++
				if rapid.Bool().Draw(t, "and forgets") {
					g.card.saved = outbox.SenderState{}
				}
				g = boot(g.card, incarnation)
			},
			"headquarters restarts": func(*rapid.T) { h.restart() },
			"backup":                func(*rapid.T) { backup = h.copy() },
			"headquarters restored": func(t *rapid.T) {
				twice := h.twice
				h = backup.copy()
				h.twice = twice
				if rapid.Bool().Draw(t, "and says so") {
					h.saved.Epoch++
					h.restart()
				}
			},
			"": func(t *rapid.T) { collect() },
		})
		g.step(outbox.LinkDown{})
		g.pass(1)
		g.step(outbox.LinkUp{})
		talk(h, g)
		status := g.sender.Status()
		if status.Waiting != 0 || h.twice != 0 || len(h.facts) != len(g.card.dots) {
			t.Fatalf("%d facts, %d at headquarters, %d twice, %+v", len(g.card.dots), len(h.facts), h.twice, status)
		}
		for i, dot := range g.card.dots {
			if h.facts[dot] != (stored{string(g.card.bytes[i]), false}) {
				t.Fatalf("fact %v: %+v", dot, h.facts[dot])
			}
		}
		if len(h.saidOf(outbox.Forked)) > 0 && status.Standing != wire.Open {
			t.Fatalf("a card that nobody restored: %+v", h.said)
		}
	})
}
