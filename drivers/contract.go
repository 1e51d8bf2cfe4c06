package drivers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gatehouse/sync/fact"
)

// The errors a driver returns; wrap them with what and where.
var (
	ErrOffline     = errors.New("drivers: device does not answer")
	ErrUnsupported = errors.New("drivers: the device can't do that")
	ErrSettings    = errors.New("drivers: wrong settings")
)

// Sensor reports samples of the spots it watches until ctx ends or the device is lost.
type Sensor interface {
	Sense(ctx context.Context, report func(Sample)) error
}

// Channeled is what every Sensor is as well: it knows how many spots it watches. The channels of its samples are below that.
type Channeled interface{ Channels() int }

// Sample is one raw value of a spot sensor.
type Sample struct {
	Channel    int // which of the device's spots, from 0
	Kind       SampleKind
	DistanceMM int32
	FieldNT    [3]int32 // magnetic field in nanotesla: x, y, z
	Occupied   bool
	// TemperatureCentiC is the sensor's own temperature in hundredths of a degree, if it tells one, with any kind.
	TemperatureCentiC int16
	HasTemperature    bool
}

// SampleKind says which fields of a Sample hold.
type SampleKind uint8

// The kinds of sample. Interference and NoObject come from ultrasonic sensors that report them.
const (
	SampleAlive SampleKind = iota // a heartbeat without a value
	SampleDistance
	SampleField
	SampleOccupied
	SampleInterference
	SampleNoObject
)

// Switch reports a two-state input (a loop, an arm switch, the fire contact): its state at the start, then
// every edge. Failed means that the input can't be believed.
type Switch interface {
	Watch(ctx context.Context, report func(Level)) error
}

// Level is the state of a Switch.
type Level uint8

// The levels.
const (
	LevelInactive Level = iota
	LevelActive
	LevelFailed
)

// Barrier moves an arm. Do returns when the command has been given, not when the arm has moved.
type Barrier interface {
	Do(ctx context.Context, command BarrierCommand) error
}

// BarrierCommand is one order to a barrier.
type BarrierCommand uint8

// The commands. Raise is a pulse that the driver (or better: hardware) ends; Hold is a level, Release ends it
// and moves nothing by itself.
const (
	BarrierRaise BarrierCommand = iota
	BarrierHold
	BarrierRelease
	BarrierLower
	BarrierStop
)

// Camera reports plates until ctx ends. A camera that pushes over HTTP is also an http.Handler, which the
// gateway serves at /devices/{deviceId}.
type Camera interface {
	See(ctx context.Context, report func(PlateRead)) error
}

// PlateRead is one reading of one plate.
type PlateRead struct {
	EventID    string // the camera's own, for telling repetitions
	Raw        string // as the camera wrote it; empty: a vehicle without a readable plate
	Confidence uint16 // per mille
	Chars      []uint16
	Candidates []PlateCandidate
	Country    string
	Direction  fact.Direction
	Vehicle    fact.SpotType // what size the camera takes it for; AnyType if it does not say
	CameraMS   int64         // the camera's clock, Unix ms; kept, never billed
	GatewayMS  int64         // the gateway's clock when it came, Unix ms; 0: the driver does not say
	Image      string        // the camera's name for its picture, which stays there
	Opens      Tri           // whether the camera opens the barrier by a list of its own, past the gateway
}

// Tri is an answer that may be missing.
type Tri uint8

// The answers.
const (
	Unsaid Tri = iota
	No
	Yes
)

// PlateCandidate is a second opinion of a camera.
type PlateCandidate struct {
	Raw        string
	Confidence uint16 // per mille
}

// Reader reports what drivers show or press, until ctx ends.
type Reader interface {
	Read(ctx context.Context, report func(Shown)) error
}

// Shown is something a driver showed or pressed at a gate.
type Shown struct {
	Kind   fact.CredentialKind // CredentialNone with Button set: the button was pressed
	Text   string
	Button Button
}

// Button is a button of a lane's column.
type Button uint8

// The buttons.
const (
	ButtonNone Button = iota
	ButtonTicket
	ButtonHelp
)

// Display shows one face until the next. Showing the same face again is cheap and heals a display that lost
// power.
type Display interface {
	Show(ctx context.Context, face Face) error
}

// Face is what a display shows: lines for a text display, Count, of Total, for a sign.
type Face struct {
	Lines   []string
	Colour  Colour
	Count   int
	Total   int
	Unknown bool // the count is not known: blank, never 0 and never the last one
}

// Colour is the colour of a face.
type Colour uint8

// The colours a sign can have.
const (
	ColourGreen Colour = iota
	ColourYellow
	ColourRed
)

// Printer prints slips.
type Printer interface {
	Print(ctx context.Context, slip Slip) error
}

// Prober is a device that can be asked whether it is there and able, without anything that a driver sees: one that is first
// needed when a vehicle waits is missed too late.
type Prober interface {
	Probe(ctx context.Context) error
}

// PaperWatcher is a Printer that knows whether there was little paper left when it was asked last.
type PaperWatcher interface{ PaperLow() bool }

// Slip is a ticket or a receipt.
type Slip struct {
	Lines []string
	QR    string
}

// Terminal takes payments. Every order has an id of ours: after a lost reply, Status asks what became of it.
type Terminal interface {
	Pay(ctx context.Context, order PaymentOrder) (PaymentAnswer, error)
	Status(ctx context.Context, payment fact.PaymentID) (PaymentAnswer, error)
}

// PaymentOrder asks for one amount.
type PaymentOrder struct {
	Payment fact.PaymentID
	Amount  fact.Money
}

// PaymentAnswer is what became of a payment. NotFound (only from Status) means that the terminal never got the
// order, so that it may be sent again.
type PaymentAnswer struct {
	Outcome   PaymentOutcome
	Reference string
	Method    fact.PaymentMethod
}

// PaymentOutcome says how a payment ended.
type PaymentOutcome uint8

// The outcomes.
const (
	PaymentUnknown PaymentOutcome = iota
	PaymentApproved
	PaymentDeclined
	PaymentNotFound
)

// Monitor watches what the gateway itself needs: its supply, its clock, its machine. It reports each condition at the start
// and whenever it changes, until ctx ends or it can't look any more.
type Monitor interface {
	Monitor(ctx context.Context, report func(Condition)) error
}

// Condition is how one thing is that a Monitor watches.
type Condition struct {
	ID    string // such as "temperature", in letters, digits and _
	Value int64
	Unit  string // of Value, such as "mV" or "percent"; empty for a yes (1) or no (0)
	State ConditionState
	Note  string // what it is, for people
	Do    string // what to do, unless it is good
}

// ConditionState says how bad a Condition is.
type ConditionState uint8

// The states.
const (
	ConditionGood ConditionState = iota
	ConditionWarning
	ConditionFault
)

// Host opens what the board names. Names are the board's; a broker's is the site's.
type Host interface {
	Input(name string) (Input, error)
	// Group opens inputs whose edges must keep their order among each other (the two wires of a Wiegand reader).
	Group(names []string) (Group, error)
	Output(name string) (Output, error)
	Serial(name string, mode SerialMode) (Port, error)
	I2C(bus string, address uint16) (Transactor, error)
	// Multiplexer says that there is a PCA9548 on a bus, without a transaction. Call it in Make: a Host that knows of all before
	// the first is used keeps all but one disconnected. Several devices may share one, each with channels of its own.
	Multiplexer(bus string, address uint16) Multiplexer
	SPI(name string, mode SPIMode) (Transactor, error)
	Broker(name string) (Broker, error)
}

// Supplied is a Host whose board may have an uninterruptible supply: what the driver ups is told of it where the site file
// says nothing.
type Supplied interface{ Supply() Settings }

// KnowsContact is an Input of a board that knows whether its contact is normally closed, and has turned the level for it.
type KnowsContact interface{ NormallyClosed() bool }

// Group is several digital inputs, in logical levels, that are watched as one.
type Group interface {
	// Watch reports every edge of any of them in the order in which they happened, until ctx ends.
	Watch(ctx context.Context, report func(Edge)) error
	io.Closer
}

// Edge is one edge of an input of a Group.
type Edge struct {
	Index  int // of the name that the Group was opened with
	Active bool
	At     time.Time
	Lost   int // so many edges before this one were lost; 0 as it should be
}

// Transactor is one device on an I2C or SPI bus. Tx writes, then reads, as one transaction that no other device of the
// bus gets into; on SPI both happen at once and have the same length, or one of them is nil.
type Transactor interface {
	Tx(write, read []byte) error
	io.Closer
}

// SPIMode is how a device on an SPI bus is spoken to.
type SPIMode struct {
	SpeedHz int64
	Mode    int // 0 to 3
}

// Broker is an MQTT broker that devices report to. Both calls return an error that wraps ErrOffline while it is away.
type Broker interface {
	// Watch reports each message on topics that match the filter, until ctx ends or the broker is lost.
	Watch(ctx context.Context, filter string, report func(topic string, payload []byte)) error
	Publish(ctx context.Context, topic string, payload []byte, retained bool) error
	io.Closer
}

// Input is one digital input, in logical levels (polarity is the board's business).
type Input interface {
	// Watch reports the level at the start and every edge with the time of the edge, until ctx ends.
	Watch(ctx context.Context, report func(active bool, at time.Time)) error
	io.Closer
}

// Output is one digital output, in logical levels. Opening it set the board's safe level without an edge.
type Output interface {
	Set(active bool) error
	// Pulse sets the output for the given time and ends it in hardware or in a timer of its own; never longer
	// than the board's maximum. It does not end a level that was set.
	Pulse(d time.Duration) error
	io.Closer
}

// SerialMode is how a serial port is to be opened: 8 data bits always.
type SerialMode struct {
	Baud     int
	Parity   byte // 'N', 'E' or 'O'; 0 is 'N'
	StopBits int  // 1 or 2; 0 is 1
}

// String is as people write it: "9600 baud 8N1".
func (m SerialMode) String() string {
	return fmt.Sprintf("%d baud 8%c%d", m.Baud, cmp.Or(m.Parity, 'N'), cmp.Or(m.StopBits, 1))
}

// CharBits are the bits of a character on the wire: start, eight, parity, stop.
func (m SerialMode) CharBits() int {
	bits := 1 + 8 + cmp.Or(m.StopBits, 1)
	if m.Parity == 'E' || m.Parity == 'O' {
		bits++
	}
	return bits
}

// Bauds are the speeds that a serial port can have.
func Bauds() []int {
	return []int{300, 600, 1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600}
}

// Port is an open serial port. Read returns (0, nil) when nothing came for a while, so that a caller can look
// at its context; a port that hung up returns an error that wraps ErrOffline.
type Port interface {
	io.ReadWriteCloser
}

// Hasty is a Port of a simulation, whose time runs Speed times as fast as the machine's: who waits before reading it waits
// that much less.
type Hasty interface{ Speed() int }

// SpeedOf is how many times as fast as the machine's the time of a port runs: 1, but in a simulation.
func SpeedOf(port Port) int {
	if hasty, is := port.(Hasty); is {
		return hasty.Speed()
	}
	return 1
}
