package rig

import (
	"crypto/sha256"
	"fmt"
	"hash"

	"gatehouse/drivers/sim/world"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog"
)

// Rig is one run.
type Rig struct {
	cfg   Config
	world *world.World
	lot   *lot.Lot
	log   *factlog.Log
	store store // what the state file would hold
	codec codec

	nowMS    int64
	bootMS   int64 // when the present run of the gateway began
	boots    int
	wallMS   int64 // wall time minus simulated time: what clock steps came to
	stamps   fact.Clock
	wakeMS   int64
	waiting  []*commit
	flushing int64 // when the flush under way is done; never: there is none
	covers   factlog.Index
	retryMS  int64 // when a failed log is opened anew; never: it works
	stalled  bool

	cuts       []int64
	cutFlushes []int
	steps      []ClockStep
	orders     []Order
	signals    []world.Signal
	trace      hash.Hash
	watch      watcher
	result     Result
}

// commit is what waits for one step's facts to be durable.
type commit struct {
	facts   []fact.Record
	last    factlog.Index
	effects []lot.Effect
	lazy    bool
	early   bool
	sinceMS int64
}

// New makes a run. Nothing has happened yet.
func New(cfg Config) (*Rig, error) {
	w, err := world.New(cfg.World)
	if err != nil {
		return nil, err
	}
	r := &Rig{cfg: cfg, world: w, trace: sha256.New(), flushing: never, retryMS: never, cuts: cfg.CutsMS, cutFlushes: cfg.CutFlushes, steps: cfg.ClockSteps, orders: cfg.Orders}
	r.codec = newCodec(len(cfg.Lot.Spots))
	r.watch = newWatcher(cfg.Lot)
	return r, r.boot()
}

// Run goes on until no car moves any more, or time is up. Its error is the first violation of an invariant, or
// that the run came to no end.
func (r *Rig) Run() (Result, error) {
	for steps := 0; ; steps++ {
		next := r.next()
		if next == never || r.over(next) {
			break
		}
		r.nowMS = max(r.nowMS, next)
		if err := r.advance(); err != nil {
			return r.finish(), err
		}
		if r.cfg.UntilMS == 0 && steps > stepsMost {
			return r.finish(), fmt.Errorf("the run came to no end: %d ms (wake %d, flush %d, retry %d, disk %d)", r.nowMS, r.wakeMS, r.flushing, r.retryMS, r.diskDeadline())
		}
	}
	r.drain()
	return r.finish(), r.watch.end(r)
}

// over reports whether the run has come to its end: nobody moves and nothing is under way.
func (r *Rig) over(next int64) bool {
	if r.cfg.UntilMS > 0 {
		return next > r.cfg.UntilMS
	}
	return r.world.Settled() && len(r.waiting) == 0 && len(r.cuts) == 0
}

// next is when something happens next.
func (r *Rig) next() int64 {
	next := min(r.wakeMS, r.flushing, r.retryMS, r.diskDeadline())
	if ms, ok := r.world.Next(); ok {
		next = min(next, ms)
	}
	if len(r.cuts) > 0 {
		next = min(next, r.cuts[0])
	}
	if len(r.steps) > 0 {
		next = min(next, r.steps[0].AtMS)
	}
	if len(r.orders) > 0 {
		next = min(next, r.orders[0].AtMS)
	}
	return next
}

// advance lets everything happen that is due now, in a fixed order.
func (r *Rig) advance() error {
	switch {
	case len(r.cuts) > 0 && r.cuts[0] <= r.nowMS:
		r.cuts = r.cuts[1:]
		return r.cut()
	case len(r.steps) > 0 && r.steps[0].AtMS <= r.nowMS:
		step := r.steps[0]
		r.steps = r.steps[1:]
		r.wallMS += step.StepMS
		r.result.ClockSteps++
		return r.step(lot.ClockChanged{To: fact.ClockSynced, StepMS: step.StepMS})
	case len(r.orders) > 0 && r.orders[0].AtMS <= r.nowMS:
		order := r.orders[0]
		r.orders = r.orders[1:]
		r.result.Orders++
		return r.step(order.Event)
	case r.retryMS <= r.nowMS:
		return r.reopen()
	case r.flushing <= r.nowMS:
		return r.flush()
	}
	if err := r.watchDisk(); err != nil {
		return err
	}
	r.signals = r.world.Advance(r.nowMS, r.signals[:0])
	for _, signal := range r.signals {
		for _, event := range r.codec.events(signal) {
			if err := r.step(event); err != nil {
				return err
			}
		}
	}
	if r.wakeMS <= r.nowMS {
		return r.step(lot.Tick{})
	}
	return nil
}

// now stamps the present moment. The monotonic clock begins with each run of the gateway.
func (r *Rig) now() fact.Stamp {
	return r.stamps.At(r.cfg.Start.UnixMilli()+r.nowMS+r.wallMS, r.nowMS-r.bootMS, fact.ClockSynced)
}

// step has the lot decide on one event.
func (r *Rig) step(event lot.Event) error {
	out := r.decide(event)
	if r.cfg.Tell != nil {
		r.cfg.Tell(r.nowMS, event, out)
	}
	r.wakeMS = never
	if out.WakeMS < never-r.bootMS {
		r.wakeMS = max(out.WakeMS+r.bootMS, r.nowMS+1)
	}
	r.perform(out.Urgent, true)
	if err := r.watch.step(r, event, out); err != nil {
		return fmt.Errorf("at %d ms, %T: %w", r.nowMS, event, err)
	}
	if len(out.Facts) == 0 && onlyShown(out.Effects) {
		r.perform(out.Effects, false)
		return nil
	}
	return r.commit(&commit{facts: out.Facts, effects: out.Effects, lazy: out.Lazy, sinceMS: r.nowMS})
}

func onlyShown(effects []lot.Effect) bool {
	for _, effect := range effects {
		switch effect.(type) {
		case lot.ShowFace, lot.ShowSign:
		default:
			return false
		}
	}
	return true
}

// drain makes durable what is still waiting at the end.
func (r *Rig) drain() {
	for range 100 {
		if len(r.waiting) == 0 {
			return
		}
		r.nowMS += lazyMS
		if r.retryMS != never {
			_ = r.reopen()
		}
		_ = r.flush()
	}
}
