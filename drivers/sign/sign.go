package sign

import (
	"context"
	"fmt"

	"gatehouse/drivers"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "sign",
		Summary: "number sign for free spots (frame 3A … 0A, 9600 8N1)",
		Settings: map[string]string{
			"port":        "name of the serial port on the board",
			"baud":        "9600 (the default)",
			"digits":      "how many digits the sign has, 1 to 4 (default 3): a larger count shows as all nines",
			"blank_count": "a count that this sign shows as nothing, 10^digits to 65535 (default 65535)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSign(host, settings) },
	}
}

// Sign is one sign on a serial port of its own.
type Sign struct {
	host     drivers.Host
	port     string
	mode     drivers.SerialMode
	countMax int
	blank    uint16
	turn     chan struct{} // holds a token while somebody uses open
	open     drivers.Port  // nil before the first Show and after an error
}

func newSign(host drivers.Host, settings drivers.Settings) (*Sign, error) {
	port, err := settings.Named("port", "one of the board's serial ports")
	if err != nil {
		return nil, err
	}
	baud, err := settings.Int("baud", 9600)
	if err != nil {
		return nil, err
	}
	digits, err := settings.Within("digits", 3, 1, 4)
	if err != nil {
		return nil, err
	}
	limit := []int{1: 10, 2: 100, 3: 1000, 4: 10_000}[digits]
	blank, err := settings.Int("blank_count", 65535)
	if err == nil && (blank < limit || blank > 65535) {
		err = fmt.Errorf("%w: blank_count = %d: write a count that the sign can't draw, %d to 65535", drivers.ErrSettings, blank, limit)
	}
	if err != nil {
		return nil, err
	}
	return &Sign{
		host: host, port: port, mode: drivers.SerialMode{Baud: baud},
		countMax: limit - 1, blank: uint16(blank), turn: make(chan struct{}, 1),
	}, nil
}

// Show shows the face's count in its colour. The sign has no lines of text.
func (s *Sign) Show(ctx context.Context, face drivers.Face) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := s.write(Encode(s.frame(face))); err != nil {
		return fmt.Errorf("sign: port %s: %w", s.port, err)
	}
	return nil
}

func (s *Sign) frame(face drivers.Face) Frame {
	if face.Unknown {
		return Frame{Count: s.blank}
	}
	return Frame{Colour: min(face.Colour, drivers.ColourRed), Count: uint16(min(max(face.Count, 0), s.countMax))}
}

// write opens the port if it is not open, and gives it up after an error, so that the next Show begins anew.
func (s *Sign) write(data []byte) (err error) {
	if s.open == nil {
		if s.open, err = s.host.Serial(s.port, s.mode); err != nil {
			return err
		}
	}
	if _, err = s.open.Write(data); err != nil {
		s.open.Close()
		s.open = nil
	}
	return err
}
