package sign

import (
	"context"
	"fmt"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
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
	line     *dialog.Line[drivers.Port]
	port     string
	countMax int
	blank    uint16
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
	return &Sign{line: dialog.Serial(host, port, drivers.SerialMode{Baud: baud}), port: port, countMax: limit - 1, blank: uint16(blank)}, nil
}

// Show shows the face's count in its colour. The sign has no lines of text.
func (s *Sign) Show(ctx context.Context, face drivers.Face) error {
	err := s.line.Do(ctx, func(port drivers.Port, _ bool) error {
		_, err := port.Write(Encode(s.frame(face)))
		return err
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("sign: port %s: %w", s.port, err)
	}
	return err
}

func (s *Sign) frame(face drivers.Face) Frame {
	if face.Unknown {
		return Frame{Count: s.blank}
	}
	return Frame{Colour: min(face.Colour, drivers.ColourRed), Count: uint16(min(max(face.Count, 0), s.countMax))}
}
