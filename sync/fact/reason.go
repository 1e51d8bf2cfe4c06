package fact

// Reason says why a decision fell as it did; its code is stable and printed everywhere.
type Reason uint8

// Why entries and exits are granted or refused, and why records change.
const (
	ReasonNone Reason = iota
	// Granted.
	ReasonPlate           // the plate was read and there is room
	ReasonTicketTaken     // the driver took a ticket
	ReasonPass            // a valid pass
	ReasonReservation     // a reservation in its window
	ReasonAnonymous       // no plate readable; let in on an anonymous ticket
	ReasonPaid            // paid, and within the time to leave
	ReasonFree            // nothing to pay
	ReasonOwed            // let out owing, by written policy
	ReasonReentered       // the same visit again, after it was interrupted at the arm
	ReasonCommand         // a person with the right to
	ReasonFire            // the fire input
	ReasonPolicyDiskStall // the disk did not answer in time
	// Refused.
	ReasonFull
	ReasonWrongType
	ReasonAlreadyInside
	ReasonAmbiguousPlate
	ReasonNoTicket
	ReasonUnpaid
	ReasonDeclined
	ReasonTerminalFault
	ReasonBlocked
	ReasonClosed
	ReasonGateFault
	ReasonTicketUsed
	ReasonUnknownCredential
	ReasonOutsideWindow
	// Why a stay or a spot is in doubt.
	ReasonMissedExit
	ReasonMissedEntry
	ReasonClockDoubt
	ReasonLostTicket
	ReasonOverlong
	ReasonSensorSilent
	ReasonSensorStuck
	ReasonSensorDrift
	ReasonSensorNoise
	ReasonConfirmed
	ReasonDisagreement
	ReasonBackedOut
	ReasonParkedElsewhere
	ReasonOperator
	ReasonPowerLoss
	ReasonWrongVehicle // refused: the voucher is another vehicle's
)

var reasonText = []string{
	"none",
	"plate", "ticket_taken", "pass", "reservation", "anonymous", "paid", "free", "owed", "reentered", "command", "fire", "disk_stall_policy",
	"full", "wrong_type", "already_inside", "ambiguous_plate", "no_ticket", "unpaid", "declined", "terminal_fault", "blocked", "closed",
	"gate_fault", "ticket_used", "unknown_credential", "outside_window",
	"missed_exit", "missed_entry", "clock_doubt", "lost_ticket", "overlong", "sensor_silent", "sensor_stuck", "sensor_drift", "sensor_noise",
	"confirmed", "disagreement", "backed_out", "parked_elsewhere", "operator", "power_loss", "wrong_vehicle",
}

// String is the code of the reason.
func (r Reason) String() string { return textOf(reasonText, uint8(r)) }

// MarshalText makes JSON carry the code.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the code.
func (r *Reason) UnmarshalText(text []byte) error {
	value, err := valueOf("reason", reasonText, text)
	*r = Reason(value)
	return err
}
