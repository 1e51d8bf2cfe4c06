package column

import (
	"io"
	"slices"
	"sync"

	"gatehouse/drivers"
)

// Simulator is a column: Run obeys orders from the far side of a serial port; Press, Scan and Tap are what people do.
type Simulator struct {
	port    io.ReadWriter
	mu      sync.Mutex
	lines   []string
	colour  string
	slips   []drivers.Slip
	noPaper bool
	mute    bool
}

// NewSimulator makes a column with paper and a blank display.
func NewSimulator(port io.ReadWriter) *Simulator { return &Simulator{port: port} }

// Run obeys orders until the port ends; it returns the port's error.
func (s *Simulator) Run() error {
	var splitter Splitter
	chunk := make([]byte, 256)
	for {
		n, err := s.port.Read(chunk)
		if err != nil {
			return err
		}
		for _, b := range chunk[:n] {
			if line, complete := splitter.Push(b); complete {
				if err := s.obey(line); err != nil {
					return err
				}
			}
		}
	}
}

// obey does one order and answers it.
func (s *Simulator) obey(line string) error {
	fields, err := Decode(line)
	if err != nil || len(fields) < 4 {
		return nil // it has no number that could be answered
	}
	verb, order, first, lines := fields[0], fields[1], fields[2], fields[3:]
	s.mu.Lock()
	reason := ""
	switch {
	case verb == "SHOW" && slices.Contains(colourText, first):
		s.lines, s.colour = lines, first
	case verb == "PRINT" && s.noPaper:
		reason = "PAPER"
	case verb == "PRINT":
		s.slips = append(s.slips, drivers.Slip{Lines: lines, QR: first})
	default:
		reason = "ORDER"
	}
	mute := s.mute
	s.mu.Unlock()
	switch {
	case mute:
		return nil
	case reason != "":
		return s.say("FAIL", order, reason)
	}
	return s.say("DONE", order)
}

func (s *Simulator) say(fields ...string) error {
	_, err := s.port.Write(Encode(fields...))
	return err
}

// Press presses a button.
func (s *Simulator) Press(button drivers.Button) error {
	if button == drivers.ButtonHelp {
		return s.say("BUTTON", "HELP")
	}
	return s.say("BUTTON", "TICKET")
}

// Scan shows a code to the scanner.
func (s *Simulator) Scan(text string) error { return s.say("SCAN", text) }

// Tap shows a card to the reader.
func (s *Simulator) Tap(card string) error { return s.say("CARD", card) }

// Shown is what the display shows, and its colour: GREEN, YELLOW, RED, or empty before the first order.
func (s *Simulator) Shown() (lines []string, colour string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines), s.colour
}

// Slips are all slips that came out.
func (s *Simulator) Slips() []drivers.Slip {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.slips)
}

// SetPaper puts paper in, or takes it out.
func (s *Simulator) SetPaper(paper bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noPaper = !paper
}

// SetMute makes the column obey and not answer, as behind a cable with one broken wire.
func (s *Simulator) SetMute(mute bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mute = mute
}
