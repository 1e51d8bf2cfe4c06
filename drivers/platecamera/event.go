package platecamera

import (
	"errors"
	"time"

	"gatehouse/drivers"
)

// Kind says what an event is.
type Kind uint8

// The kinds. Unread is a vehicle, or a picture of the lane, without a readable plate; Other is everything that says
// nothing of a vehicle.
const (
	Other Kind = iota
	Read
	Unread
	Heartbeat
)

var kindText = [...]string{"other", "plate", "no_plate", "heartbeat"}

// String is the code of the kind.
func (k Kind) String() string { return kindText[k] }

// State says where in the passage of one car an event stands, for cameras that follow cars.
type State uint8

// The states. Cameras that report a car once have none.
const (
	StateNone State = iota
	StateNew
	StateUpdate
	StateLost
)

var stateText = [...]string{"", "new", "update", "lost"}

// String is the code of the state; "" for none.
func (s State) String() string { return stateText[s] }

// Share is a confidence from 0 to 1, as exactly as it was written.
type Share struct {
	Billionths int64
	Known      bool
}

// PerMille is the share rounded to thousandths; 0 if it is not known.
func (s Share) PerMille() uint16 { return uint16((s.Billionths + 500_000) / 1_000_000) }

// Event is one thing that a camera said.
type Event struct {
	Vendor     string
	Kind       Kind
	State      State
	Raw        string // the plate as written
	Confidence Share
	Chars      []Share // of each character of Plate(Raw), or of another number of them as the camera wrote it
	Candidates []Candidate
	Country    string // as written
	Direction  string // the camera's word in lower case; "unknown" if it says so; "" if it says nothing
	Vehicle    string // the camera's word for the type of vehicle
	Empty      bool   // an Unread without a vehicle: the camera looked at the lane and read nothing
	Time       time.Time
	Camera     string
	Channel    string // of a recorder that speaks for several cameras
	EventID    string
	Car        string      // what all events of one car have in common, if the camera follows cars
	SumOf      []string    // the ids of earlier events which this one sums up
	Picture    string      // the camera's name for its picture
	Late       bool        // the camera kept it while nobody took it, and tells it now
	Opens      drivers.Tri // whether the camera opens the barrier by its own list
}

// Candidate is a second opinion on a plate.
type Candidate struct {
	Raw        string
	Confidence Share
}

// Format is how one make of camera writes its events. Both functions are pure.
type Format struct {
	Vendor string
	// Claims reports whether a document is one of this make.
	Claims func(document Node) bool
	// Read appends what a claimed document says to events. Times without a zone are in zone.
	Read func(events []Event, document Node, zone *time.Location) []Event
}

// ErrVendor is the error for a body that is of none of the makes in question.
var ErrVendor = errors.New("platecamera: no event of these makes of camera")

// The bounds of what is kept of an event.
const (
	textMax       = 128 // bytes of a plate, a name, a word
	pictureMax    = 512 // bytes of a picture's name, which may be an address
	candidatesMax = 32
	charsMax      = 32
)

// settle makes the last decisions that are the same for all makes: what is no plate is none, and everything has an
// end.
func (e *Event) settle() {
	for _, text := range [...]*string{&e.Raw, &e.Country, &e.Direction, &e.Vehicle, &e.Camera, &e.Channel, &e.EventID, &e.Car} {
		*text = bounded(*text, textMax)
	}
	e.Picture = bounded(e.Picture, pictureMax)
	if e.Kind == Read && !IsPlate(e.Raw) {
		e.Kind = Unread
	}
	if e.Kind != Read {
		e.Raw, e.Confidence, e.Chars, e.Candidates = "", Share{}, nil, nil
	}
	kept := e.Candidates[:0]
	for _, c := range e.Candidates {
		if c.Raw = bounded(c.Raw, textMax); IsPlate(c.Raw) && len(kept) < candidatesMax {
			kept = append(kept, c)
		}
	}
	e.Candidates = kept
	e.Chars = perCharacter(e.Raw, e.Chars[:min(len(e.Chars), charsMax)])
}
