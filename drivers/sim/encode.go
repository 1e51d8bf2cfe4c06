package sim

import (
	"strconv"

	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/sim/world"
	"gatehouse/drivers/terminal"
	"gatehouse/drivers/ultrasonic"
)

// Encode is a signal as its device sends it: an ultrasonic frame, a line of a column, the body of a camera's post.
// It is nil for what is a contact, and for a terminal's answer, which needs the number of its order.
func Encode(plan *world.Plan, s world.Signal) []byte {
	switch s := s.(type) {
	case world.Distance:
		return ultrasonic.Encode(drivers.Sample{Kind: s.Kind, DistanceMM: s.MM})
	case world.Button:
		if s.Button == drivers.ButtonHelp {
			return column.Encode("BUTTON", "HELP")
		}
		return column.Encode("BUTTON", "TICKET")
	case world.Scan:
		if s.Card {
			return column.Encode("CARD", s.Text)
		}
		return column.Encode("SCAN", s.Text)
	case world.Plate:
		return platerecognizer.Event(plan.Gates[s.Gate].Name, 0, s.Read)
	}
	return nil
}

// EncodeAnswer is a terminal's frame about the order of this number.
func EncodeAnswer(order int, a world.PaymentAnswer) []byte {
	number, payment := strconv.Itoa(order), string(a.Payment)
	switch a.Answer.Outcome {
	case drivers.PaymentApproved:
		return terminal.Encode("APPROVED", number, payment, a.Answer.Reference, a.Answer.Method.String())
	case drivers.PaymentDeclined:
		return terminal.Encode("DECLINED", number, payment)
	case drivers.PaymentNotFound:
		return terminal.Encode("NOTFOUND", number, payment)
	}
	return terminal.Encode("WAIT", number, payment)
}
