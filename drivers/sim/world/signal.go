package world

import (
	"gatehouse/drivers"
	"gatehouse/sync/fact"
)

// Signal is something that a device of the car park tells the gateway. The set is closed. Gate and Spot are
// indexes into the Plan. A signal belongs to the time to which Advance was called.
type Signal interface{ signal() }

// LoopEdge is the new level of a loop: the closing loop behind the arm, else the arming loop before it.
type LoopEdge struct {
	Gate    int
	Closing bool
	Active  bool
}

// ArmEdge is the new state of an arm's two switches.
type ArmEdge struct {
	Gate     int
	Up, Down bool
}

// Plate is a camera's reading.
type Plate struct {
	Gate int
	Read drivers.PlateRead
}

// Distance is an ultrasonic frame: a distance, interference or no object.
type Distance struct {
	Spot int
	Kind drivers.SampleKind // SampleDistance, SampleInterference or SampleNoObject
	MM   int32
}

// Second is what a spot's second sensor says.
type Second struct {
	Spot     int
	Occupied bool
}

// Button is a press at a column.
type Button struct {
	Gate   int
	Button drivers.Button
}

// Scan is a code or a card held before a column's reader.
type Scan struct {
	Gate int
	Text string
	Card bool
}

// PaymentAnswer is what a terminal says of an order.
type PaymentAnswer struct {
	Gate    int
	Payment fact.PaymentID
	Answer  drivers.PaymentAnswer
}

// Fire is the fire contact.
type Fire struct{ Active bool }

func (LoopEdge) signal()      {}
func (ArmEdge) signal()       {}
func (Plate) signal()         {}
func (Distance) signal()      {}
func (Second) signal()        {}
func (Button) signal()        {}
func (Scan) signal()          {}
func (PaymentAnswer) signal() {}
func (Fire) signal()          {}
