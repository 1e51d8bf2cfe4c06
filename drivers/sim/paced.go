package sim

import (
	"context"
	"sync"
	"time"

	"gatehouse/drivers/sim/world"
)

// Inputs are the levels of a gate's loops and switches as they were last delivered.
type Inputs struct{ Arming, Closing, Up, Down bool }

// How long RunPaced waits for a gateway to take note, and how often it looks.
const (
	noticeMax   = 2 * time.Second
	noticeEvery = 100 * time.Microsecond
)

// RunPaced moves the world by a time of which the gateway's clock is made, too, until ctx ends. After each thing that
// happens, time stands still until the gateway has taken note: until serial ports are read and cameras' events taken,
// and until noticed says that the gateway knows these levels of the gates' inputs; so it does before RunPaced returns. A
// gateway that takes longer than two seconds does not keep the world from going on.
func (b *Bench) RunPaced(ctx context.Context, p *Pace, noticed func(context.Context, []Inputs) bool) {
	noticing, stop := context.WithCancel(context.WithoutCancel(ctx))
	var cameras sync.WaitGroup
	defer cameras.Wait()
	defer stop()
	for _, c := range b.cameras {
		if c != nil {
			cameras.Go(func() { c.run(noticing) })
		}
	}
	b.setPace(p)
	defer b.setPace(nil)
	var signals []world.Signal
	for timer := time.NewTimer(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-b.kick:
		case <-timer.C:
		}
		signals = b.advancePaced(signals[:0])
		for _, s := range signals {
			b.deliver(s)
		}
		if len(signals) > 0 {
			b.awaitNotice(noticing, noticed)
		}
		timer.Reset(b.allow())
	}
}

// setPace has the world's time be that of p from now on; nil: it stands.
func (b *Bench) setPace(p *Pace) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pace = p
}

func (b *Bench) advancePaced(signals []world.Signal) []world.Signal {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.world.Advance(b.nowMS(), signals)
}

// allow lets time run until the next thing happens by itself.
func (b *Bench) allow() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.allowNext()
}

// allowNext is allow; the caller holds mu.
func (b *Bench) allowNext() time.Duration {
	const quietMS = 1_000 // nothing happens by itself
	nextMS, ok := b.world.Next()
	if !ok {
		nextMS = b.world.NowMS() + quietMS
	}
	return b.pace.allow(nextMS)
}

// awaitNotice waits until the gateway knows what was delivered.
func (b *Bench) awaitNotice(ctx context.Context, noticed func(context.Context, []Inputs) bool) {
	ctx, stop := context.WithTimeout(ctx, noticeMax)
	defer stop()
	for ctx.Err() == nil && !(b.taken() && noticed(ctx, b.inputs)) {
		time.Sleep(noticeEvery)
	}
}

// taken reports whether every byte was read and every event of a camera posted.
func (b *Bench) taken() bool {
	for _, p := range b.ports {
		if p.unread() > 0 {
			return false
		}
	}
	for _, c := range b.cameras {
		if c != nil && c.busy.Load() > 0 {
			return false
		}
	}
	return true
}

// note remembers the levels of a gate's inputs.
func (b *Bench) note(s world.Signal) {
	switch s := s.(type) {
	case world.LoopEdge:
		if s.Closing {
			b.inputs[s.Gate].Closing = s.Active
		} else {
			b.inputs[s.Gate].Arming = s.Active
		}
	case world.ArmEdge:
		b.inputs[s.Gate].Up, b.inputs[s.Gate].Down = s.Up, s.Down
	}
}
