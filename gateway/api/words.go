package api

import "gatehouse/sync/fact"

// reasonWords say to people, behind "Let in", "Let out" or "Refused", why a decision fell.
var reasonWords = map[fact.Reason]string{
	fact.ReasonPlate:             "plate read",
	fact.ReasonTicketTaken:       "took a ticket",
	fact.ReasonPass:              "has a pass",
	fact.ReasonReservation:       "has a reservation",
	fact.ReasonAnonymous:         "no plate readable, let in without",
	fact.ReasonPaid:              "paid",
	fact.ReasonFree:              "nothing to pay",
	fact.ReasonOwed:              "payment not possible, owes the fee",
	fact.ReasonReentered:         "the same visit, a second try",
	fact.ReasonCommand:           "opened by a person",
	fact.ReasonFire:              "fire",
	fact.ReasonPolicyDiskStall:   "disk did not answer, let through by policy",
	fact.ReasonFull:              "full",
	fact.ReasonWrongType:         "no spot free for this kind of vehicle",
	fact.ReasonAlreadyInside:     "this plate is inside already",
	fact.ReasonAmbiguousPlate:    "plate not clear, needs the ticket",
	fact.ReasonNoTicket:          "no ticket found",
	fact.ReasonUnpaid:            "not paid yet",
	fact.ReasonDeclined:          "payment declined",
	fact.ReasonTerminalFault:     "payment terminal does not work",
	fact.ReasonBlocked:           "on the block list",
	fact.ReasonClosed:            "closed",
	fact.ReasonGateFault:         "gate out of order",
	fact.ReasonTicketUsed:        "ticket was used already",
	fact.ReasonUnknownCredential: "card or code not known",
	fact.ReasonOutsideWindow:     "reservation is for another time",
	fact.ReasonPowerLoss:         "arm was up after a power cut",
}

// inWords is a reason for people; the code itself where nobody has found words yet.
func inWords(reason fact.Reason) string {
	if words, known := reasonWords[reason]; known {
		return words
	}
	return reason.String()
}

// driverWords are what a driver is told to do.
var driverWords = map[fact.Reason]string{
	fact.ReasonFull:              "FULL - No spots available",
	fact.ReasonWrongType:         "No space for this vehicle",
	fact.ReasonAlreadyInside:     "This plate is inside already - press help",
	fact.ReasonAmbiguousPlate:    "Plate not clear - show your ticket",
	fact.ReasonNoTicket:          "No ticket found - show it or press help",
	fact.ReasonUnpaid:            "Not paid yet",
	fact.ReasonDeclined:          "Payment declined - try another card",
	fact.ReasonTerminalFault:     "Payment not possible - press help",
	fact.ReasonTicketUsed:        "Ticket was used - press help",
	fact.ReasonUnknownCredential: "Card not known - take a ticket",
	fact.ReasonOutsideWindow:     "Your reservation is for another time",
	fact.ReasonPaid:              "Thank you! Paid.",
	fact.ReasonFree:              "Thank you! Nothing to pay.",
	fact.ReasonPass:              "Thank you!",
	fact.ReasonOwed:              "Thank you! You will be sent a bill.",
}

// toDriver is what a driver is told.
func toDriver(reason fact.Reason) string {
	if words, known := driverWords[reason]; known {
		return words
	}
	return "Please wait - press help"
}
