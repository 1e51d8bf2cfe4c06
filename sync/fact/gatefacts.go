package fact

// EntryGranted opens a ticket and is the one cause for which the entry barrier rises (APDS: Session start).
type EntryGranted struct {
	Gate        GateID         `cbor:"1,keyasint,omitempty"`
	Ticket      TicketID       `cbor:"2,keyasint,omitempty"`
	Credential  CredentialKind `cbor:"3,keyasint,omitempty"`
	Plate       Plate          `cbor:"4,keyasint,omitempty"` // normal form; empty if none was readable
	PlateRaw    string         `cbor:"5,keyasint,omitempty"`
	Confidence  uint16         `cbor:"6,keyasint,omitempty"` // of the plate, per mille
	Vehicle     SpotType       `cbor:"7,keyasint,omitempty"`
	Spot        SpotID         `cbor:"8,keyasint,omitempty"`
	SpotType    SpotType       `cbor:"9,keyasint,omitempty"` // of the spot given, after any upgrade
	Priced      SpotType       `cbor:"10,keyasint,omitempty"`
	Reservation ReservationID  `cbor:"11,keyasint,omitempty"`
	Pass        PassID         `cbor:"12,keyasint,omitempty"`
	Tariff      string         `cbor:"13,keyasint,omitempty"` // version promised at entry
	Reason      Reason         `cbor:"14,keyasint,omitempty"`
	Without     Degraded       `cbor:"15,keyasint,omitempty"`
	Twin        TicketID       `cbor:"16,keyasint,omitempty"` // an open ticket with the same plate
	Claimed     int64          `cbor:"17,keyasint,omitempty"` // client's own time, Unix ms; kept, never billed
	Occupancy   int64          `cbor:"18,keyasint,omitempty"` // of the location, per mille: what surge is frozen at
	Rejoins     TicketID       `cbor:"19,keyasint,omitempty"` // the visit before that this one goes on with, by the tariff
}

// EntryReadmitted lets the vehicle of an interrupted entry through on the ticket it has: a cause of its own
// for one more raise, and no second ticket.
type EntryReadmitted struct {
	Gate   GateID   `cbor:"1,keyasint,omitempty"`
	Ticket TicketID `cbor:"2,keyasint,omitempty"`
}

// EntryDenied records a refusal at an entry.
type EntryDenied struct {
	Gate       GateID         `cbor:"1,keyasint,omitempty"`
	Credential CredentialKind `cbor:"2,keyasint,omitempty"`
	Plate      Plate          `cbor:"3,keyasint,omitempty"`
	Reason     Reason         `cbor:"4,keyasint,omitempty"`
	Without    Degraded       `cbor:"5,keyasint,omitempty"`
	Vehicle    SpotType       `cbor:"6,keyasint,omitempty"`
}

// ExitGranted is the one cause for which the exit barrier rises. The ticket closes when the vehicle has passed.
type ExitGranted struct {
	Gate       GateID         `cbor:"1,keyasint,omitempty"`
	Ticket     TicketID       `cbor:"2,keyasint,omitempty"`
	Credential CredentialKind `cbor:"3,keyasint,omitempty"`
	Plate      Plate          `cbor:"4,keyasint,omitempty"` // as read at the exit
	FeeMinor   int64          `cbor:"5,keyasint,omitempty"` // total of the stay
	PaidMinor  int64          `cbor:"6,keyasint,omitempty"`
	Reason     Reason         `cbor:"7,keyasint,omitempty"`
	Without    Degraded       `cbor:"8,keyasint,omitempty"`
	TaxMinor   int64          `cbor:"9,keyasint,omitempty"`
}

// ExitDenied records a refusal at an exit.
type ExitDenied struct {
	Gate       GateID         `cbor:"1,keyasint,omitempty"`
	Ticket     TicketID       `cbor:"2,keyasint,omitempty"`
	Credential CredentialKind `cbor:"3,keyasint,omitempty"`
	Plate      Plate          `cbor:"4,keyasint,omitempty"`
	DueMinor   int64          `cbor:"5,keyasint,omitempty"`
	Reason     Reason         `cbor:"6,keyasint,omitempty"`
	Without    Degraded       `cbor:"7,keyasint,omitempty"`
}

// VehiclePassed counts one vehicle by the closing loop. Ticket is empty for a passage during a hold, a fire or
// an uncommanded opening.
type VehiclePassed struct {
	Gate      GateID    `cbor:"1,keyasint,omitempty"`
	Direction Direction `cbor:"2,keyasint,omitempty"`
	Ticket    TicketID  `cbor:"3,keyasint,omitempty"`
	Reason    Reason    `cbor:"4,keyasint,omitempty"` // what the arm was up for
}

// VehicleBackedOut ends a grant whose vehicle never went through, or was let in anew by its plate: an entry's ticket is
// cancelled and its spot freed, an exit's ticket stays open.
type VehicleBackedOut struct {
	Gate      GateID    `cbor:"1,keyasint,omitempty"`
	Direction Direction `cbor:"2,keyasint,omitempty"`
	Ticket    TicketID  `cbor:"3,keyasint,omitempty"`
}

// VehicleTailgated counts a vehicle that went through on another's grant.
type VehicleTailgated struct {
	Gate      GateID    `cbor:"1,keyasint,omitempty"`
	Direction Direction `cbor:"2,keyasint,omitempty"`
	After     TicketID  `cbor:"3,keyasint,omitempty"` // the grant it followed
	Guess     TicketID  `cbor:"4,keyasint,omitempty"` // at an exit: the ticket last asked for there, now suspect
}

// VehicleWrongWay records a vehicle on the closing loop that did not come over the arming loop.
type VehicleWrongWay struct {
	Gate GateID `cbor:"1,keyasint,omitempty"`
	// Through is true if the arm was up, so that the vehicle is counted against the gate's direction.
	Through   bool      `cbor:"2,keyasint,omitempty"`
	Direction Direction `cbor:"3,keyasint,omitempty"` // the way it went
}

// GateFault names what is wrong with a gate.
type GateFault uint8

// The faults of a gate.
const (
	FaultNone GateFault = iota
	FaultStuckClosed
	FaultStuckOpen
	FaultBrokenArm
	FaultLoopStuck
	FaultLoopFailed
	FaultArmSwitches
	FaultLockedOut
	FaultUncommandedMove
	FaultStopped
)

var gateFaultText = []string{"none", "stuck_closed", "stuck_open", "broken_arm", "loop_stuck", "loop_failed", "arm_switches", "locked_out", "uncommanded_move", "stopped"}

// String is the code of the fault.
func (f GateFault) String() string { return textOf(gateFaultText, uint8(f)) }

// MarshalText makes JSON carry the code.
func (f GateFault) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the code.
func (f *GateFault) UnmarshalText(text []byte) error {
	value, err := valueOf("gate fault", gateFaultText, text)
	*f = GateFault(value)
	return err
}

// GateFaulted records that a gate has a fault.
type GateFaulted struct {
	Gate  GateID    `cbor:"1,keyasint,omitempty"`
	Fault GateFault `cbor:"2,keyasint,omitempty"`
}

// GateRecovered records that a gate's fault is gone.
type GateRecovered struct {
	Gate  GateID    `cbor:"1,keyasint,omitempty"`
	Fault GateFault `cbor:"2,keyasint,omitempty"`
}

// HoldStarted opens a gate-up window: the arm stays up and anti-passback is neutral until HoldEnded.
type HoldStarted struct {
	Gate  GateID `cbor:"1,keyasint,omitempty"`
	Actor string `cbor:"2,keyasint,omitempty"`
	Note  string `cbor:"3,keyasint,omitempty"`
}

// HoldEnded closes a gate-up window.
type HoldEnded struct {
	Gate  GateID `cbor:"1,keyasint,omitempty"`
	Actor string `cbor:"2,keyasint,omitempty"`
	Note  string `cbor:"3,keyasint,omitempty"`
}

// FireStarted records that the fire input is active or its wire is open: every gate rises and stays up.
type FireStarted struct{}

// FireEnded records that the fire input was reset.
type FireEnded struct{}

// BarrierRaised is the cause of a raise that a person ordered, once.
type BarrierRaised struct {
	Gate   GateID `cbor:"1,keyasint,omitempty"`
	Actor  string `cbor:"2,keyasint,omitempty"`
	Note   string `cbor:"3,keyasint,omitempty"`
	Reason Reason `cbor:"4,keyasint,omitempty"`
}

// BarrierMoved records a movement of the arm that nobody commanded.
type BarrierMoved struct {
	Gate GateID `cbor:"1,keyasint,omitempty"`
	Up   bool   `cbor:"2,keyasint,omitempty"`
}

// GateConfirmed records that a person on site vouches for a gate: a lock-out ends, and loops count as seen
// working after a power loss.
type GateConfirmed struct {
	Gate  GateID `cbor:"1,keyasint,omitempty"`
	Actor string `cbor:"2,keyasint,omitempty"`
	Note  string `cbor:"3,keyasint,omitempty"`
}

// Kind numbers the fact.
func (EntryGranted) Kind() Kind { return KindEntryGranted }

// Kind numbers the fact.
func (EntryReadmitted) Kind() Kind { return KindEntryReadmitted }

// Kind numbers the fact.
func (EntryDenied) Kind() Kind { return KindEntryDenied }

// Kind numbers the fact.
func (ExitGranted) Kind() Kind { return KindExitGranted }

// Kind numbers the fact.
func (ExitDenied) Kind() Kind { return KindExitDenied }

// Kind numbers the fact.
func (VehiclePassed) Kind() Kind { return KindVehiclePassed }

// Kind numbers the fact.
func (VehicleBackedOut) Kind() Kind { return KindVehicleBackedOut }

// Kind numbers the fact.
func (VehicleTailgated) Kind() Kind { return KindVehicleTailgated }

// Kind numbers the fact.
func (VehicleWrongWay) Kind() Kind { return KindVehicleWrongWay }

// Kind numbers the fact.
func (GateFaulted) Kind() Kind { return KindGateFaulted }

// Kind numbers the fact.
func (GateRecovered) Kind() Kind { return KindGateRecovered }

// Kind numbers the fact.
func (HoldStarted) Kind() Kind { return KindHoldStarted }

// Kind numbers the fact.
func (HoldEnded) Kind() Kind { return KindHoldEnded }

// Kind numbers the fact.
func (FireStarted) Kind() Kind { return KindFireStarted }

// Kind numbers the fact.
func (FireEnded) Kind() Kind { return KindFireEnded }

// Kind numbers the fact.
func (BarrierRaised) Kind() Kind { return KindBarrierRaised }

// Kind numbers the fact.
func (BarrierMoved) Kind() Kind { return KindBarrierMoved }

// Kind numbers the fact.
func (GateConfirmed) Kind() Kind { return KindGateConfirmed }

func (EntryGranted) fact()     {}
func (EntryReadmitted) fact()  {}
func (EntryDenied) fact()      {}
func (ExitGranted) fact()      {}
func (ExitDenied) fact()       {}
func (VehiclePassed) fact()    {}
func (VehicleBackedOut) fact() {}
func (VehicleTailgated) fact() {}
func (VehicleWrongWay) fact()  {}
func (GateFaulted) fact()      {}
func (GateRecovered) fact()    {}
func (HoldStarted) fact()      {}
func (HoldEnded) fact()        {}
func (FireStarted) fact()      {}
func (FireEnded) fact()        {}
func (BarrierRaised) fact()    {}
func (BarrierMoved) fact()     {}
func (GateConfirmed) fact()    {}
