package lanelight

import (
	"context"
	"fmt"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "lanelight",
		Summary: "lane light with red, green and arrows (TL-280) on a serial line",
		Settings: map[string]string{
			"port":   "name of the serial port on the board",
			"baud":   "300 to 230400 (default 9600)",
			"yellow": "what is shown for yellow: red (the default), arrows or dark",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newLight(host, settings) },
	}
}

// Light is one light on a port of its own.
type Light struct {
	line   *dialog.Line[drivers.Port]
	port   string
	yellow Fields
}

func newLight(host drivers.Host, settings drivers.Settings) (l *Light, err error) {
	l = &Light{}
	if l.port, err = settings.Named("port", "one of the board's serial ports"); err != nil {
		return nil, err
	}
	baud, err := settings.Within("baud", 9600, 300, 230_400)
	if err != nil {
		return nil, err
	}
	yellow, err := settings.OneOf("yellow", "red", "arrows", "dark")
	l.yellow = map[string]Fields{"red": {'R', ' '}, "arrows": {'<', '>'}, "dark": {' ', ' '}}[yellow]
	l.line = dialog.Serial(host, l.port, drivers.SerialMode{Baud: baud})
	return l, err
}

// Show shows the face's colour.
func (l *Light) Show(ctx context.Context, face drivers.Face) error {
	err := l.line.Do(ctx, func(port drivers.Port, _ bool) error {
		_, err := port.Write(Encode(l.fields(face)))
		return err
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("lanelight: port %s: %w", l.port, err)
	}
	return err
}

func (l *Light) fields(face drivers.Face) Fields {
	switch {
	case face.Unknown:
		return Fields{' ', ' '}
	case face.Colour == drivers.ColourGreen:
		return Fields{' ', 'G'}
	case face.Colour == drivers.ColourYellow:
		return l.yellow
	}
	return Fields{'R', ' '}
}
