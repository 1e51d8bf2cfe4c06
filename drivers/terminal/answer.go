package terminal

import (
	"strconv"

	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// answer is a frame from the terminal.
type answer struct {
	order   int
	payment fact.PaymentID
	waiting bool
	drivers.PaymentAnswer
}

// parseAnswer understands the fields of a frame from the terminal.
func parseAnswer(fields []string) (answer, bool) {
	if len(fields) < 3 {
		return answer{}, false
	}
	order, err := strconv.Atoi(fields[1])
	if err != nil {
		return answer{}, false
	}
	a := answer{order: order, payment: fact.PaymentID(fields[2])}
	switch verb := fields[0]; {
	case verb == "WAIT" && len(fields) == 3:
		a.waiting = true
	case verb == "DECLINED" && len(fields) == 3:
		a.Outcome = drivers.PaymentDeclined
	case verb == "NOTFOUND" && len(fields) == 3:
		a.Outcome = drivers.PaymentNotFound
	case verb == "APPROVED" && len(fields) == 5 && fields[3] != "":
		a.Outcome, a.Reference = drivers.PaymentApproved, fields[3]
		if a.Method.UnmarshalText([]byte(fields[4])) != nil {
			a.Method = fact.MethodUnknown // money was taken: never drop that for a word we don't know
		}
	default:
		return answer{}, false
	}
	return a, true
}

// validID says whether a payment's id can be sent unchanged, and leaves room for the other fields.
func validID(payment fact.PaymentID) bool {
	if payment == "" || len(payment) > 64 {
		return false
	}
	for _, r := range string(payment) {
		if !plain(r) {
			return false
		}
	}
	return true
}
