package rig

import (
	"errors"
	"strings"

	"gatehouse/drivers"
	"gatehouse/drivers/sign"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
	"gatehouse/sync/factlog/simdisk"
)

// perform carries out effects. committed says that their facts are durable.
func (r *Rig) perform(effects []lot.Effect, committed bool) {
	for _, effect := range effects {
		r.performOne(effect, committed)
	}
}

func (r *Rig) performOne(effect lot.Effect, committed bool) {
	switch e := effect.(type) {
	case lot.MoveBarrier:
		r.watch.barrier(r, e, committed)
		if e.Command == gate.CommandRaise && e.Cause == gate.CauseVend {
			r.result.Raises++
		}
		r.world.Barrier(r.nowMS, e.Gate, drivers.BarrierCommand(e.Command))
	case lot.ShowFace:
		r.world.Face(r.nowMS, e.Gate, e.Face.Lines, drivers.Colour(e.Face.Colour))
	case lot.PrintTicket:
		r.watch.mustBeDurable(r, "a printed ticket", committed)
		r.world.Printed(r.nowMS, e.Gate, string(e.Ticket))
	case lot.AskPayment:
		r.watch.mustBeDurable(r, "a payment order", committed)
		r.world.PayOrder(r.nowMS, e.Gate, e.Payment, e.Amount)
	case lot.AskPaymentStatus:
		r.world.PayStatus(r.nowMS, e.Gate, e.Payment)
	case lot.ShowSign:
		r.sign(e)
	}
}

// sign sends a sign its frame and reads it back.
func (r *Rig) sign(e lot.ShowSign) {
	if e.Unknown {
		return
	}
	frame, _, found := sign.Parse(sign.Encode(sign.Frame{Count: uint16(e.Available)}))
	if !found || int(frame.Count) != e.Available {
		r.watch.fail(errors.New("the sign shows another number than it was sent"))
	}
	if e.Available > e.Total {
		r.watch.fail(errors.New("a sign shows more free spots than there are"))
	}
}

// kindOf tells a reservation's code from a ticket's.
func kindOf(text string) fact.CredentialKind {
	if strings.HasPrefix(text, "R") {
		return fact.CredentialReservation
	}
	return fact.CredentialTicket
}

// tear leaves the flush that the power cut hits half done: written and not synced, or only partly written.
func (r *Rig) tear() {
	disk, ok := r.cfg.Disk.(*simdisk.Disk)
	if !ok {
		return
	}
	disk.Inject(simdisk.Fault{Op: simdisk.OpDatasync, Nth: 1, Err: errors.New("power cut")})
	_ = r.log.Flush()
	disk.Heal()
	r.result.TornFlushes++
}
