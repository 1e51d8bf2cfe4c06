package mqttsign

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"gatehouse/drivers"
)

// payloadMax bounds a message.
const payloadMax = 1024

// ErrMessage is a message that no display understands.
var ErrMessage = errors.New("mqttsign: a message that can't be understood")

// Message is what a display is told.
type Message struct {
	Available *int   `json:"available"` // null: not known
	Total     int    `json:"total"`
	Status    string `json:"status"`
}

const unknown = "unknown"

// statuses are those of the colours.
var statuses = [...]string{drivers.ColourGreen: "green", drivers.ColourYellow: "yellow", drivers.ColourRed: "red"}

// Encode is the message that shows a face.
func Encode(face drivers.Face) []byte {
	m := Message{Total: max(face.Total, 0), Status: unknown}
	if !face.Unknown {
		count := max(face.Count, 0)
		m.Available, m.Status = &count, statuses[min(face.Colour, drivers.ColourRed)]
	}
	payload, err := json.Marshal(m)
	if err != nil {
		panic(err) // numbers and a word always are JSON
	}
	return payload
}

// Parse reads a message.
func Parse(payload []byte) (m Message, err error) {
	if len(payload) > payloadMax {
		return Message{}, fmt.Errorf("%w: %d bytes", ErrMessage, len(payload))
	}
	if err := json.Unmarshal(payload, &m); err != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	known := m.Available != nil && *m.Available >= 0 && slices.Contains(statuses[:], m.Status)
	if !known && (m.Available != nil || m.Status != unknown) || m.Total < 0 {
		return Message{}, fmt.Errorf("%w: %s", ErrMessage, m.Status)
	}
	return m, nil
}
