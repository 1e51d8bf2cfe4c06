package lot

import (
	"gatehouse/gateway/gate"
	"gatehouse/gateway/occupancy"
	"gatehouse/sync/fact"
)

// Event is something that the lot must decide on. The set is closed. Gate and Spot are indexes into Config, which the
// shell takes from the same Config: one out of range is a bug of the shell, and panics as it does with any slice.
type Event interface{ event() }

// Started is the first event of each run: it gives the run its incarnation.
type Started struct {
	Incarnation fact.Incarnation
	Fact        fact.GatewayStarted
}

// Tick says nothing but that time has passed.
type Tick struct{}

// LoopChanged is an edge of an inductive loop.
type LoopChanged struct {
	Gate  int
	Loop  gate.Loop
	Level gate.Level
}

// ArmChanged is a new position of the arm by its switches.
type ArmChanged struct {
	Gate     int
	Up, Down bool
}

// FireChanged is the fire input; an open wire is a fire.
type FireChanged struct{ Active bool }

// StopChanged is the stop input of a gate.
type StopChanged struct {
	Gate   int
	Active bool
}

// PlateSeen is one reading by a gate's camera. An empty Raw is a vehicle without a readable plate.
type PlateSeen struct {
	Gate       int
	Raw        string
	Confidence uint16 // per mille
	Chars      []uint16
	Candidates []PlateCandidate
	Vehicle    fact.SpotType
	EventID    string
	Direction  fact.Direction
}

// PlateCandidate is a second opinion of the camera.
type PlateCandidate struct {
	Raw        string
	Confidence uint16 // per mille
}

// Shown is a code or card that a driver showed at a gate.
type Shown struct {
	Gate int
	Kind fact.CredentialKind
	Text string
}

// TicketPressed is the ticket button of a gate's column.
type TicketPressed struct{ Gate int }

// HelpPressed is the help button: at an exit, a driver without a ticket.
type HelpPressed struct{ Gate int }

// SpotRead is one reading of a spot's sensor.
type SpotRead struct {
	Spot    int32
	Reading occupancy.Reading
}

// PaymentAnswered is what a terminal said of a payment.
type PaymentAnswered struct {
	Payment   fact.PaymentID
	Outcome   PaymentOutcome
	Method    fact.PaymentMethod
	Reference string
}

// PaymentOutcome says how a payment ended.
type PaymentOutcome uint8

// NotFound: the terminal never got the order.
const (
	PaymentUnknown PaymentOutcome = iota
	PaymentApproved
	PaymentDeclined
	PaymentNotFound
)

// DeviceChanged says that a device went away or came back.
type DeviceChanged struct {
	Device fact.DeviceID
	Gate   int // -1: none
	Role   Role
	Online bool
	Note   string // what its driver said
}

// Role is what a device is for its gate or the lot.
type Role uint8

// The roles of devices.
const (
	RoleSensor Role = iota
	RoleLoop
	RoleArmSwitch
	RoleFire
	RoleStop
	RoleBarrier
	RoleCamera
	RoleColumn
	RoleDisplay
	RoleTerminal
	RoleSign
	RoleReader
	RolePrinter
	RoleMonitor
)

var roleText = []string{"sensor", "loop", "arm switch", "fire input", "stop input", "barrier", "camera", "column", "display", "terminal", "sign", "reader", "printer", "monitor"}

// String is the code of the role.
func (r Role) String() string { return roleText[r] }

// ClockChanged says that the wall clock was set or its trust changed. The stamp of the step is the first of
// the new time.
type ClockChanged struct {
	To     fact.Trust
	StepMS int64
}

// DiskChanged says that the disk stalls, or answers again.
type DiskChanged struct{ Stalled bool }

// CommitsLate says that effects left before the named facts were durable.
type CommitsLate struct{ Fact fact.CommitsLate }

// LogDamaged declares what the log lost.
type LogDamaged struct{ Fact fact.LogDamaged }

// PolicyChanged says that a document of headquarters, or a local edit, is in effect.
type PolicyChanged struct{ Fact fact.PolicyChanged }

// CommandTaken says that a command of headquarters was believed, and is about to be carried out.
type CommandTaken struct{ Fact fact.CommandTaken }

// SetPasses has exactly these passes of headquarters hold. Those that the location issued itself stay.
type SetPasses struct {
	Actor  string
	Passes []fact.PassIssued // with ids that HeadquartersPass made, each once
}

// SetBlocked says which plates may not enter. It is to be said again after each start.
type SetBlocked struct{ Plates []string } // as written

func (PolicyChanged) event()   {}
func (CommandTaken) event()    {}
func (SetPasses) event()       {}
func (SetBlocked) event()      {}
func (Started) event()         {}
func (Tick) event()            {}
func (LoopChanged) event()     {}
func (ArmChanged) event()      {}
func (FireChanged) event()     {}
func (StopChanged) event()     {}
func (PlateSeen) event()       {}
func (Shown) event()           {}
func (TicketPressed) event()   {}
func (HelpPressed) event()     {}
func (SpotRead) event()        {}
func (PaymentAnswered) event() {}
func (DeviceChanged) event()   {}
func (ClockChanged) event()    {}
func (DiskChanged) event()     {}
func (CommitsLate) event()     {}
func (LogDamaged) event()      {}
