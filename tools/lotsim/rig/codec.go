package rig

import (
	"fmt"

	"gatehouse/drivers"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/sim/world"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/occupancy"
)

// codec turns the world's signals into bytes and the bytes, by the drivers' own parsers, into events.
type codec struct {
	sensors []ultrasonic.Decoder
	buf     []lot.Event
}

func newCodec(spots int) codec { return codec{sensors: make([]ultrasonic.Decoder, spots)} }

// events is what the drivers make of a signal. The result holds until the next call.
func (c *codec) events(signal world.Signal) []lot.Event {
	c.buf = c.buf[:0]
	switch s := signal.(type) {
	case world.LoopEdge:
		c.add(lot.LoopChanged{Gate: s.Gate, Loop: loopOf(s.Closing), Level: levelOf(s.Active)})
	case world.ArmEdge:
		c.add(lot.ArmChanged{Gate: s.Gate, Up: s.Up, Down: s.Down})
	case world.Plate:
		c.plate(s)
	case world.Distance:
		c.distance(s)
	case world.Second:
		c.add(lot.SpotRead{Spot: int32(s.Spot), Reading: occupancy.Reading{Sensor: 1, Kind: occupancy.Occupied, Occupied: s.Occupied}})
	case world.Button:
		if s.Button == drivers.ButtonHelp {
			c.add(lot.HelpPressed{Gate: s.Gate})
		} else {
			c.add(lot.TicketPressed{Gate: s.Gate})
		}
	case world.Scan:
		c.add(lot.Shown{Gate: s.Gate, Kind: kindOf(s.Text), Text: s.Text})
	case world.PaymentAnswer:
		c.add(lot.PaymentAnswered{
			Payment: s.Payment, Outcome: lot.PaymentOutcome(s.Answer.Outcome), Method: s.Answer.Method, Reference: s.Answer.Reference,
		})
	case world.Fire:
		c.add(lot.FireChanged{Active: s.Active})
	}
	return c.buf
}

func (c *codec) add(event lot.Event) { c.buf = append(c.buf, event) }

func loopOf(closing bool) gate.Loop {
	if closing {
		return gate.ClosingLoop
	}
	return gate.ArmingLoop
}

func levelOf(active bool) gate.Level {
	if active {
		return gate.Occupied
	}
	return gate.Clear
}

// plate posts a camera's event and parses it.
func (c *codec) plate(s world.Plate) {
	reads, err := platerecognizer.Parse(platerecognizer.Event(fmt.Sprintf("camera-%d", s.Gate), 0, s.Read), 0)
	if err != nil {
		panic(fmt.Sprintf("the camera's own event can't be parsed: %v", err)) // a bug of ours, found by any run
	}
	for _, read := range reads {
		seen := lot.PlateSeen{
			Gate: s.Gate, Raw: read.Raw, Confidence: read.Confidence, Chars: read.Chars, Vehicle: read.Vehicle,
			EventID: s.Read.EventID, Direction: read.Direction,
		}
		for _, candidate := range read.Candidates {
			seen.Candidates = append(seen.Candidates, lot.PlateCandidate{Raw: candidate.Raw, Confidence: candidate.Confidence})
		}
		c.add(seen)
	}
}

// distance sends an ultrasonic frame through the decoder, byte by byte.
func (c *codec) distance(s world.Distance) {
	for _, b := range ultrasonic.Encode(drivers.Sample{Kind: s.Kind, DistanceMM: s.MM}) {
		if sample, complete := c.sensors[s.Spot].Push(b); complete {
			c.add(lot.SpotRead{Spot: int32(s.Spot), Reading: occupancy.Reading{
				Kind: occupancy.Kind(sample.Kind), DistanceMM: sample.DistanceMM,
			}})
		}
	}
}
