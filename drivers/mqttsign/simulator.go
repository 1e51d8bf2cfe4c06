package mqttsign

import (
	"strconv"
	"sync"
)

// Simulator is a display that is handed the messages of its topic.
type Simulator struct {
	mu      sync.Mutex
	message Message
	on      bool
	Skipped int // messages that it did not understand
}

// Take takes a message; one that it does not understand changes nothing.
func (s *Simulator) Take(payload []byte) {
	m, err := Parse(payload)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil {
		s.Skipped++
		return
	}
	s.message, s.on = m, true
}

// Shown is what can be read: "12/120 green"; "--" for a count that is not known; "" before the first message.
func (s *Simulator) Shown() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case !s.on:
		return ""
	case s.message.Available == nil:
		return "--/" + strconv.Itoa(s.message.Total)
	}
	return strconv.Itoa(*s.message.Available) + "/" + strconv.Itoa(s.message.Total) + " " + s.message.Status
}
