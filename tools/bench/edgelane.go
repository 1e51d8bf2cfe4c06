package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/column"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/sim"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/sync/fact"
)

var (
	errNoRaise = errors.New("bench: a barrier's relay did not move")
	errNotSeen = errors.New("bench: the gateway did not notice what a lane did")
)

// streetLane is one entry as the street has it.
type streetLane struct {
	street  *street
	at      int    // its number
	name    string // of its lines on the board
	gate    string // of the site
	cable   sim.Cable
	column  *column.Simulator
	raised  chan time.Time
	heard   chan gate.Input // what the gateway's state machine got of its loops and switches
	buttons sample
	loops   sample
	floors  sample
}

// lit waits until the column has its first face: from then on the gateway listens to its button.
func (l *streetLane) lit() error {
	return l.until("lit its column", func() bool {
		_, colour := l.column.Shown()
		return colour != ""
	})
}

// asking is a way to ask for the arm.
type asking struct {
	name  string
	begin func() (edge time.Time, err error)
}

// queue has vehicles come one after the other: one presses the button, the next has had its plate read.
func (l *streetLane) queue(vehicles int) error {
	for i := range vehicles {
		how, waited := asking{"which pressed the button", l.press}, &l.buttons
		if i%2 == 1 {
			how, waited = asking{"whose plate was read", l.driveOn}, &l.loops
		}
		edge, err := how.begin()
		if err != nil {
			return err
		}
		select {
		case at := <-l.raised:
			*waited = append(*waited, at.Sub(edge))
		case <-time.After(edgeTimeout):
			return l.failure(fmt.Errorf("%w for vehicle %d, %s", errNoRaise, i+1, how.name))
		}
		if err := l.goThrough(); err != nil {
			return err
		}
		if err := l.floors.measure(l.street.sameBytes); err != nil {
			return err
		}
	}
	return nil
}

// press has a vehicle on the arming loop, whose driver presses the button.
func (l *streetLane) press() (edge time.Time, err error) {
	if err := l.move("arming", true); err != nil {
		return edge, err
	}
	time.Sleep(30 * time.Millisecond)
	return time.Now(), l.column.Press(drivers.ButtonTicket)
}

// driveOn has the camera read a plate before the vehicle is on the arming loop.
func (l *streetLane) driveOn() (edge time.Time, err error) {
	read := drivers.PlateRead{Raw: fmt.Sprintf("B%s%d", l.name[len(l.name)-1:], time.Now().UnixMicro()%1_000_000), Confidence: 980, Country: "de", Direction: fact.Inward, CameraMS: startMS}
	post := httptest.NewRequest(http.MethodPost, "/"+l.gate+"-camera", bytes.NewReader(platerecognizer.Event(l.gate, 0, read)))
	post.RemoteAddr = "127.0.0.1:1"
	answer := httptest.NewRecorder()
	l.street.app.DeviceHandler().ServeHTTP(answer, post)
	if answer.Code >= 300 {
		return edge, fmt.Errorf("bench: the camera's event is refused: %d %s", answer.Code, answer.Body)
	}
	time.Sleep(20 * time.Millisecond)
	edge = time.Now()
	return edge, l.move("arming", true)
}

// goThrough moves the arm, and the vehicle over both loops, and waits until the lane is at rest.
func (l *streetLane) goThrough() error {
	for _, move := range passage() {
		if err := l.move(move.input, move.active); err != nil {
			return err
		}
	}
	raise := l.street.board.Outputs[l.name+"_raise"]
	if err := l.until("ended the relay's pulse", func() bool { return !raise.Active(l.street.chip.High(raise.Line)) }); err != nil {
		return err
	}
	select {
	case <-l.raised: // a repetition for the vehicle that is through
	default:
	}
	return nil
}

// move closes one of the lane's contacts, or opens it, and waits until the gateway's state machine has it.
func (l *streetLane) move(what string, active bool) error {
	for len(l.heard) > 0 {
		<-l.heard
	}
	l.drive(what, active)
	timeout := time.After(edgeTimeout)
	for {
		select {
		case in := <-l.heard:
			if reads(in, what, active) {
				return nil
			}
		case <-timeout:
			return l.failure(fmt.Errorf("%w: %s, %t", errNotSeen, what, active))
		}
	}
}

func (l *streetLane) drive(what string, active bool) {
	input := l.street.board.Inputs[l.name+"_"+what]
	l.street.chip.Drive(input.Line, input.High(active))
}

// reads reports whether an input of the gateway's state machine says that of a contact.
func reads(in gate.Input, what string, active bool) bool {
	level := gate.Clear
	if active {
		level = gate.Occupied
	}
	switch what {
	case "arming":
		return in == gate.LoopReads(gate.ArmingLoop, level)
	case "closing":
		return in == gate.LoopReads(gate.ClosingLoop, level)
	case "arm_up":
		return in.Kind == gate.InputArm && in.Up == active
	}
	return in.Kind == gate.InputArm && in.Down == active
}

// until waits for something that the gateway is about to do.
func (l *streetLane) until(what string, so func() bool) error {
	for since := time.Now(); !so(); time.Sleep(time.Millisecond) {
		if time.Since(since) > edgeTimeout {
			return l.failure(fmt.Errorf("bench: the gateway has not %s", what))
		}
	}
	return nil
}

// failure says at which gate something went wrong, and what the gateway says of that gate.
func (l *streetLane) failure(err error) error {
	var view lot.GateView
	if failed := l.street.app.View(context.Background(), func(whole *lot.Lot) { view = whole.GateView(l.at) }); failed != nil {
		return fmt.Errorf("%w: gate %s within %v; the gateway does not answer: %w", err, l.gate, edgeTimeout, failed)
	}
	return fmt.Errorf("%w: gate %s within %v, which is %s: loops %+v, vehicle present %t, %d grants, faults %v, without %v, display %q",
		err, l.gate, edgeTimeout, view.State, view.Loops, view.Present, view.Vends, view.Faults, view.Without, view.Face.Lines)
}
