package outbox

import (
	"gatehouse/sync/wire"
)

// Sender decides what to send next.
type Sender struct {
	config SenderConfig
	runs   Runs
	state  SenderState

	nowMS    int64
	linked   bool
	synced   bool
	stopped  bool // the receiver can't be served with this incarnation, or not by this program
	standing wire.Standing

	nonce     uint64 // of the Hello that waits for its answer; 0: none does
	nonces    uint64
	helloMS   int64 // when the last Hello was said
	doubt     bool  // an acknowledgement was not to be believed: say Hello, but not at the network's pace
	skip      int   // incarnations that the receiver didn't know when asked
	sent      uint64
	flights   []flight
	packing   uint64 // position of the SendBatch that waits for its answer; 0: none does
	credit    int
	resumeMS  int64 // when history may flow
	lingerMS  int64 // until when facts wait for company
	resendMS  int64
	lost      map[uint64]uint64 // by position: facts before it that the receiver must be told are lost
	orphans   map[uint64]bool   // positions of starts whose parent's last facts can't be read any more
	rewound   uint64            // position of the last rewind, until when it is not heeded again
	rewoundMS int64
	liveMS    int64 // when the last live message was sent
	liveNews  bool
	savedMS   int64
	trimmed   uint64
	effects   []SenderEffect
	resends   uint64
	rewinds   uint64
}

// flight is a batch on its way.
type flight struct {
	last   uint64 // position
	sentMS int64
}

// NewSender makes the sender of a log: its readable runs in order, and what was saved of the last sender, if anything.
// now is monotonic time, of any beginning.
func NewSender(config SenderConfig, log []Run, saved SenderState, nowMS int64) *Sender {
	s := &Sender{config: config.withDefaults(), state: saved, nowMS: nowMS, savedMS: nowMS, lost: map[uint64]uint64{}, orphans: map[uint64]bool{}}
	s.resendMS = s.config.ResendMS
	for _, run := range log {
		s.runs = append(s.runs, run)
	}
	s.state.Applied = min(s.state.Applied, s.runs.produced())
	s.state.Stable = min(s.state.Stable, s.state.Applied)
	s.sent = s.state.Applied
	return s
}

// Step tells the sender what happened and returns what to do. nowMS is monotonic and never falls.
func (s *Sender) Step(nowMS int64, event SenderEvent) []SenderEffect {
	s.effects = nil
	s.pass(nowMS)
	switch event := event.(type) {
	case LinkUp:
		s.linkUp()
	case LinkDown:
		s.linked, s.synced, s.nonce, s.packing, s.flights = false, false, 0, 0, nil
	case Produced:
		s.produced(event)
	case Acked:
		s.acked(&event.Ack)
	case Packed:
		s.packed(event)
	case Unreadable:
		s.runs.cut(event.First, event.Last)
		s.packing = 0
	case Trimmed:
		if event.From > 0 {
			s.runs.Trim(event.From - 1)
		}
	case LiveChanged:
		s.liveNews = true
	}
	s.work()
	return s.effects
}

func (s *Sender) do(effect SenderEffect) { s.effects = append(s.effects, effect) }

// pass lets running time pass, and notes once a day how far the log is.
func (s *Sender) pass(nowMS int64) {
	s.state.RunningMS += max(0, nowMS-s.nowMS)
	s.nowMS = max(s.nowMS, nowMS)
	days := s.state.Days
	if len(days) == 0 || s.state.RunningMS-days[len(days)-1].RunningMS >= dayMS {
		s.state.Days = append(days, Day{s.state.RunningMS, s.runs.produced()})
		s.save()
	}
}

func (s *Sender) save() {
	s.savedMS = s.nowMS
	s.do(SaveSender{s.State()})
}

func (s *Sender) linkUp() {
	s.linked, s.synced, s.stopped = true, false, false
	s.flights, s.packing, s.resumeMS, s.resendMS, s.skip = nil, 0, 0, s.config.ResendMS, 0
	s.sent = s.state.Applied
	s.liveNews, s.liveMS = true, s.nowMS-s.config.LiveIdleMS
	s.live()
	s.hello()
}

// hello asks what the receiver has.
func (s *Sender) hello() {
	s.doubt = false
	s.nonces++
	s.nonce = uint64(s.runs.newest().Incarnation) + s.nonces
	s.sayHello()
}

func (s *Sender) sayHello() {
	s.helloMS = s.nowMS
	ask := s.runs.incarnations(s.skip)
	for i, j := 0, len(ask)-1; i < j; i, j = i+1, j-1 {
		ask[i], ask[j] = ask[j], ask[i]
	}
	s.do(SayHello{wire.Hello{
		Location: s.config.Location, Down: s.config.Down, Nonce: s.nonce, Versions: wire.OwnVersions(), Ask: ask,
		Produced: s.runs.newest(), Waiting: s.runs.count(s.state.Applied), Program: s.config.Program,
	}})
}

func (s *Sender) produced(event Produced) {
	if s.sent == s.runs.produced() {
		s.lingerMS = s.nowMS + s.config.LingerMS
	}
	s.runs.Add(event.Dot, event.Position)
}

// work does all that is due.
func (s *Sender) work() {
	if s.linked {
		s.live()
		s.repeat()
		s.pump()
	}
	s.trim()
}

func (s *Sender) live() {
	since := s.nowMS - s.liveMS
	if s.liveNews && since >= s.config.LiveMS || since >= s.config.LiveIdleMS {
		s.liveNews, s.liveMS = false, s.nowMS
		s.do(SendLive{})
	}
}

// repeat says again what was not answered.
func (s *Sender) repeat() {
	switch {
	case s.nonce != 0 && s.nowMS-s.helloMS >= s.config.HelloMS:
		s.sayHello()
	case len(s.flights) > 0 && s.nowMS-s.flights[0].sentMS >= s.resendMS:
		s.resendMS = min(2*s.resendMS, s.config.ResendMaxMS)
		s.resends++
		s.back(s.state.Applied)
		if s.nonce == 0 {
			s.hello() // perhaps the answer was lost and not the batch
		}
	case s.nonce == 0 && s.doubt && s.nowMS-s.helloMS >= s.config.HelloMS:
		s.skip = 0
		s.hello()
	case s.nonce == 0 && s.idle() && s.nowMS-s.helloMS >= s.config.IdleMS:
		s.hello()
	}
}

// idle reports that nothing is on its way and the receiver has yet to say that all is stable, or is stopped.
func (s *Sender) idle() bool {
	return len(s.flights) == 0 && (s.state.Stable < s.runs.produced() || s.stopped)
}

// back sends again from behind a position.
func (s *Sender) back(position uint64) {
	s.sent, s.flights, s.packing = position, nil, 0
}

// pump asks for the next batch.
func (s *Sender) pump() {
	if !s.synced || s.stopped || s.packing != 0 || s.nowMS < s.resumeMS || len(s.flights) >= min(s.config.Window, s.credit) {
		return
	}
	i := s.runs.at(s.sent + 1)
	if i == len(s.runs) {
		return
	}
	if s.nowMS < s.lingerMS && s.runs.count(s.sent) < wire.BatchMaxRecords {
		return
	}
	run := s.runs[i]
	position := max(s.sent+1, run.Position)
	head := wire.Batch{
		Location: s.config.Location, Down: s.config.Down, Incarnation: run.Incarnation, First: run.First + position - run.Position,
		Oldest: position == run.Position && (i == 0 || s.orphans[position]), Heard: s.state.Heard,
	}
	if position == run.Position {
		head.Lost = s.lostBefore(i)
	}
	if i > 0 && (head.Oldest || head.Lost > 0) && s.state.Applied < s.runs[i-1].End() {
		return // the receiver can't tell that facts before it are on their way: it must not overtake them
	}
	s.packing = position
	s.do(SendBatch{Position: position, Max: int(min(wire.BatchMaxRecords, run.Last-head.First+1)), Head: head})
}

// lostBefore is how many facts of its incarnation are missing in the log in front of a run.
func (s *Sender) lostBefore(i int) uint64 {
	run := s.runs[i]
	if lost, told := s.lost[run.Position]; told {
		return lost
	}
	switch {
	case i == 0:
		return 0 // trimmed, and the receiver has it, or it says so
	case s.runs[i-1].Incarnation == run.Incarnation:
		return run.First - min(run.First, s.runs[i-1].Last+1)
	}
	return run.First - 1
}

func (s *Sender) packed(event Packed) {
	if event.Position != s.packing || event.Count <= 0 {
		return
	}
	s.packing = 0
	s.sent = event.Position + uint64(event.Count) - 1
	s.flights = append(s.flights, flight{s.sent, s.nowMS})
}

// trim allows the log to drop what is stable and old enough.
func (s *Sender) trim() {
	old, keep := uint64(0), 0
	for i, day := range s.state.Days {
		if s.state.RunningMS-day.RunningMS >= s.config.RetentionMS {
			old, keep = day.Position, i
		}
	}
	s.state.Days = s.state.Days[keep:]
	if through := min(s.state.Stable, old); through > s.trimmed {
		s.trimmed = through
		s.save()
		s.do(Trim{through})
	}
}

// WakeMS is when Step is to be called at the latest, with Woken if nothing else happens.
func (s *Sender) WakeMS() int64 {
	wake := s.nowMS + dayMS
	if n := len(s.state.Days); n > 0 {
		wake = s.nowMS + dayMS - (s.state.RunningMS - s.state.Days[n-1].RunningMS)
	}
	if !s.linked {
		return max(wake, s.nowMS+1)
	}
	wake = min(wake, s.liveMS+s.config.LiveIdleMS)
	if s.liveNews {
		wake = min(wake, s.liveMS+s.config.LiveMS)
	}
	if s.nonce != 0 || s.doubt {
		wake = min(wake, s.helloMS+s.config.HelloMS)
	} else if s.idle() {
		wake = min(wake, s.helloMS+s.config.IdleMS)
	}
	if len(s.flights) > 0 {
		wake = min(wake, s.flights[0].sentMS+s.resendMS)
	}
	if s.synced && !s.stopped && s.sent < s.runs.produced() && len(s.flights) < min(s.config.Window, s.credit) {
		wake = min(wake, max(s.resumeMS, s.lingerMS))
	}
	return max(wake, s.nowMS+1)
}

// State is what to save when the program ends.
func (s *Sender) State() SenderState {
	state := s.state
	state.Days = append([]Day(nil), state.Days...)
	return state
}

// Status is for pages and metrics.
func (s *Sender) Status() SenderStatus {
	return SenderStatus{
		Linked: s.linked, Synced: s.synced, Produced: s.runs.newest(), Waiting: s.runs.count(s.state.Applied),
		Applied: s.state.Applied, Reached: s.runs.dot(s.state.Applied), Unstable: s.runs.count(s.state.Stable), InFlight: len(s.flights), Heard: s.state.Heard, Standing: s.standing,
		Resends: s.resends, Rewinds: s.rewinds,
	}
}
