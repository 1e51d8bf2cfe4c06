package gate_test

import (
	"fmt"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/gate/gatecheck"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestTmpRandom(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("TMPN"))
	best := 1 << 30
	for seed := range n {
		r := rand.New(rand.NewPCG(uint64(seed), 14))
		cfgb := byte(r.Uint32())
		if r.IntN(2) == 0 {
			cfgb = byte(r.IntN(12))<<4 | 0xf
		}
		cfg := fuzzConfig(cfgb)
		g, check := gate.New(cfg), gatecheck.New(cfg)
		nowMS, tickets := int64(0), 0
		var log []string
		bad := ""
		step := func(in gate.Input) {
			if bad != "" {
				return
			}
			out := g.Step(nowMS, in, nil)
			log = append(log, fmt.Sprint(nowMS, " ", in.Kind, " ", in.Loop, " ", in.Level, " ", in.Up, in.Down, in.On, in.Vend.Ticket, out, g.State()))
			for _, v := range check.Step(nowMS, in, out) {
				bad = v.String()
			}
			if wake := g.WakeMS(); wake <= nowMS {
				bad = fmt.Sprint("wake ", wake)
			}
		}
		ln := 5 + r.IntN(60)
		for range ln {
			if bad != "" {
				break
			}
			b := byte(r.Uint32())
			if r.IntN(2) == 0 {
				b = b&0xf | byte(r.IntN(13))<<4
			}
			untilMS := nowMS + waitsMS[b>>4]
			for bad == "" && g.WakeMS() < untilMS {
				nowMS = g.WakeMS()
				step(gate.Tick())
			}
			nowMS = untilMS
			step(fuzzInput(b&0xf, &tickets))
		}
		if bad != "" && len(log) < best {
			best = len(log)
			t.Logf("seed %d cfg %x %+v\n%s\n%s", seed, cfgb, cfg, strings.Join(log, "\n"), bad)
			t.Fail()
		}
	}
}
