package sim

import (
	"sync"
	"time"
)

// Pace is the time of a simulated car park and of its gateway: so many times as fast as the machine's, but never past the
// next thing that happens before everybody has taken note of the last one. On a busy machine it is slower, and nothing
// comes too late. It stands at 0 until a Bench runs by it. It is safe for concurrent use.
type Pace struct {
	speed int64

	mu       sync.Mutex
	anchor   time.Time // of the machine, when the time was anchorMS
	anchorMS int64
	limitMS  int64 // where it stands still
}

// NewPace is a time so many times as fast as the machine's.
func NewPace(speed int) *Pace { return &Pace{speed: int64(max(1, speed)), anchor: time.Now()} }

// NowMS is the time in ms. It never goes back.
func (p *Pace) NowMS() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.nowMS()
}

func (p *Pace) nowMS() int64 {
	return min(p.limitMS, p.anchorMS+time.Since(p.anchor).Microseconds()*p.speed/1_000)
}

// allow lets the time run up to a limit, and says how long the machine takes until then. A limit that is over already
// stops it where it is.
func (p *Pace) allow(limitMS int64) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	nowMS := p.nowMS()
	if nowMS == p.limitMS { // it stood still
		p.anchorMS, p.anchor = nowMS, time.Now()
	}
	p.limitMS = max(nowMS, limitMS)
	return time.Until(p.anchor.Add(time.Duration(p.limitMS-p.anchorMS)*time.Millisecond/time.Duration(p.speed) + time.Microsecond))
}
