package outbox

import (
	"math"

	"gatehouse/sync/fact"
	"gatehouse/sync/wire"
)

// acked believes an acknowledgement as far as it can be believed.
func (s *Sender) acked(ack *wire.Ack) {
	if !s.linked || ack.Location != s.config.Location || ack.Down != s.config.Down {
		return
	}
	if len(s.config.Keys) > 0 && ack.Verify(s.config.Keys) != nil {
		return
	}
	if _, common := wire.OwnVersions().Common(ack.Versions); !common {
		if !s.stopped {
			s.do(SenderNotice{Notice: NoCommonVersion})
		}
		s.stopped, s.nonce = true, 0
		return
	}
	answer := s.nonce != 0 && ack.Nonce == s.nonce
	switch {
	case answer:
		s.answered(ack)
	case !s.synced:
		return // nothing else counts before the answer
	case s.doubtful(ack):
		s.doubt = true
		return
	default:
		s.advance(ack)
	}
	s.credit = int(min(ack.Credit, 64))
	s.regarded(ack)
	s.rewind(ack)
}

// doubtful reports whether the receiver isn't the one that was heard before, or knows less.
func (s *Sender) doubtful(ack *wire.Ack) bool {
	if ack.Epoch != s.state.Heard.Epoch || ack.Round < s.state.Heard.Round {
		return true
	}
	for _, mark := range ack.Marks {
		if position, ok := s.runs.through(mark.Incarnation, mark.Applied); ok && position < s.state.Applied && mark.Incarnation == s.appliedIn() {
			return true
		}
	}
	return false
}

// appliedIn is the incarnation of the newest fact that the receiver has.
func (s *Sender) appliedIn() fact.Incarnation {
	if i := s.runs.at(s.state.Applied); i < len(s.runs) {
		return s.runs[i].Incarnation
	}
	return 0
}

// answered takes the answer to a Hello for the truth, be it less than what was known.
func (s *Sender) answered(ack *wire.Ack) {
	s.nonce = 0
	applied, stable, known := s.marked(ack.Marks)
	asked := s.runs.incarnations(s.skip)
	if !known && len(asked) == wire.MarksMax && len(s.runs.incarnations(s.skip+wire.MarksMax)) > 0 {
		s.skip += wire.MarksMax
		s.hello()
		return
	}
	s.skip = 0
	if applied < s.state.Applied && s.state.Heard.Epoch != 0 {
		s.do(SenderNotice{Notice: ReceiverRestored})
	}
	if heard := (wire.Heard{Epoch: ack.Epoch, Round: ack.Round}); heard != s.state.Heard {
		s.state.Heard = heard
		s.save()
	}
	s.tellLost(ack.Marks)
	lower := applied < s.state.Applied
	s.state.Applied, s.state.Stable = applied, min(applied, stable)
	if !s.synced || lower || s.sent < applied {
		s.back(applied)
	}
	if !s.synced {
		s.resumeMS = s.nowMS + int64(ack.WaitMS)
	}
	s.synced, s.stopped = true, false
	s.land()
}

// marked is how far the receiver is by its marks; known is false if it knows none of the incarnations.
func (s *Sender) marked(marks []wire.Mark) (applied, stable uint64, known bool) {
	for _, mark := range marks {
		if position, ok := s.runs.through(mark.Incarnation, mark.Applied); ok {
			applied, known = max(applied, position), true
		}
		if position, ok := s.runs.through(mark.Incarnation, mark.Stable); ok {
			stable = max(stable, position)
		}
		known = known || mark.Applied > 0
	}
	return applied, stable, known
}

// tellLost finds what the receiver lacks and the log doesn't hold any more, at the log's beginning.
func (s *Sender) tellLost(marks []wire.Mark) {
	if len(s.runs) == 0 {
		return
	}
	first, has := s.runs[0], uint64(0)
	for _, mark := range marks {
		if mark.Incarnation == first.Incarnation {
			has = mark.Applied
		}
	}
	delete(s.lost, first.Position)
	if has+1 < first.First {
		s.lost[first.Position] = first.First - 1 - has
	}
}

// advance raises what is known; it never lowers it.
func (s *Sender) advance(ack *wire.Ack) {
	applied, stable, _ := s.marked(ack.Marks)
	if s.state.Heard.Round < ack.Round {
		s.state.Heard.Round = ack.Round
		s.save()
	}
	if applied > s.state.Applied {
		s.state.Applied, s.resendMS = applied, s.config.ResendMS
	}
	s.state.Stable = max(s.state.Stable, min(stable, s.state.Applied))
	s.land()
}

// land takes the batches that have arrived off the list.
func (s *Sender) land() {
	for len(s.flights) > 0 && s.flights[0].last <= s.state.Applied {
		s.flights = s.flights[1:]
	}
	s.sent = max(s.sent, s.state.Applied)
}

// regarded heeds how the receiver regards this incarnation.
func (s *Sender) regarded(ack *wire.Ack) {
	own := s.runs.newest()
	for _, mark := range ack.Marks {
		if mark.Incarnation == own.Incarnation && mark.Applied > own.Seq {
			s.reused()
			return
		}
	}
	if len(ack.Marks) == 0 {
		return
	}
	if about := ack.Marks[0].Incarnation; about != own.Incarnation {
		if ack.Standing == wire.Conflicted {
			s.leave(about)
		}
		return
	}
	if ack.Standing == wire.Conflicted {
		s.reused()
	}
	if ack.Standing != s.standing {
		s.standing = ack.Standing
		s.do(SenderNotice{Notice: StandingChanged, Standing: ack.Standing})
	}
}

// leave goes on behind an older incarnation whose names were used twice: what the receiver could take, it has.
func (s *Sender) leave(incarnation fact.Incarnation) {
	if position, found := s.runs.through(incarnation, math.MaxUint64); found && position > s.state.Applied {
		s.state.Applied = position
		s.back(position)
	}
}

func (s *Sender) reused() {
	if !s.stopped {
		s.do(SenderNotice{Notice: SequenceReused, Standing: wire.Conflicted})
	}
	s.stopped = true
}

// rewind goes back to where the receiver asks, once for all the batches that were on their way.
func (s *Sender) rewind(ack *wire.Ack) {
	if ack.Rewind.Seq == 0 {
		return
	}
	position, found := s.runs.position(ack.Rewind)
	if !found {
		position, found = s.lostAt(ack.Rewind)
	}
	if !found {
		position, found = s.orphanOf(ack.Rewind)
	}
	if !found || position <= s.state.Applied || position > s.sent+1 || position == s.rewound && s.nowMS < s.rewoundMS {
		return
	}
	s.rewound, s.rewoundMS = position, s.nowMS+s.config.ResendMS/4
	s.rewinds++
	s.back(position - 1)
}

// orphanOf finds the incarnation that went on from facts that can't be read any more, of which the receiver asks for the
// first, and notes that the receiver need not wait for them. The gap in the positions proves that they are lost here: what
// the receiver asks for may be another box's, whose card is a copy of this one.
func (s *Sender) orphanOf(missing fact.Dot) (position uint64, found bool) {
	_, some := s.runs.through(missing.Incarnation, math.MaxUint64)
	for i := s.runs.at(s.state.Applied + 1); i < len(s.runs); i++ {
		if i == 0 {
			continue // is the oldest anyway
		}
		before, run := s.runs[i-1], s.runs[i]
		gap := before.End()+1 < run.Position
		if gap && run.First == 1 && (!some || before.Incarnation == missing.Incarnation) {
			s.orphans[run.Position] = true
			return run.Position, true
		}
	}
	return 0, false
}

// lostAt finds the run behind a dot that can't be read any more, and notes that it is lost.
func (s *Sender) lostAt(dot fact.Dot) (position uint64, found bool) {
	for _, run := range s.runs {
		if run.Incarnation == dot.Incarnation && run.First > dot.Seq {
			s.lost[run.Position] = run.First - dot.Seq
			return run.Position, true
		}
	}
	return 0, false
}
