package matrix

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"periph.io/x/devices/v3/max7219"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
	"gatehouse/drivers/line"
)

// The kinds of display.
const (
	kindDigits = "digits"
	kindMatrix = "matrix"
)

const (
	unitsMax = 16
	rows     = 8
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "matrix",
		Summary: "display of MAX7219 chips on SPI: digits, or a chain of dot matrices",
		Settings: map[string]string{
			"spi":       "name of the SPI device on the board",
			"kind":      "digits (the default: one chip with seven-segment digits) or matrix (chips with 8 by 8 dots)",
			"units":     "how many chips are in the chain, 1 to 16 (default 1 for digits, 4 for a matrix)",
			"digits":    "digits of a chip with digits, 1 to 8 (default 8)",
			"intensity": "brightness, 0 to 15 (default 8)",
			"mirrored":  "true if the letters of a matrix are mirrored (default false)",
		},
		Wires: map[string]drivers.Wire{"spi": drivers.WireSPI},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newMatrix(host, settings) },
	}
}

// Matrix is one display.
type Matrix struct {
	line      *dialog.Line[drivers.Transactor]
	name      string
	dots      bool
	units     int
	digits    int
	intensity byte
	mirrored  bool
}

func newMatrix(host drivers.Host, settings drivers.Settings) (m *Matrix, err error) {
	m = &Matrix{digits: rows}
	if m.name, err = settings.Named("spi", "one of the board's SPI devices"); err != nil {
		return nil, err
	}
	kind, err := settings.OneOf("kind", kindDigits, kindMatrix)
	if err != nil {
		return nil, err
	}
	m.dots = kind == kindMatrix
	if m.units, err = settings.Within("units", map[bool]int{false: 1, true: 4}[m.dots], 1, unitsMax); err != nil {
		return nil, err
	}
	if m.digits, err = settings.Within("digits", rows, 1, rows); err != nil {
		return nil, err
	}
	if m.dots {
		m.digits = rows
	}
	intensity, err := settings.Within("intensity", 8, 0, 15)
	if err != nil {
		return nil, err
	}
	m.intensity = byte(intensity)
	m.line = dialog.New(func(context.Context) (drivers.Transactor, error) {
		return host.SPI(m.name, drivers.SPIMode{SpeedHz: 1_000_000})
	})
	m.mirrored, err = settings.Bool("mirrored")
	return m, err
}

// Show shows a face.
func (m *Matrix) Show(ctx context.Context, face drivers.Face) error {
	err := m.line.Do(ctx, func(device drivers.Transactor, _ bool) error {
		if err := device.Tx(make([]byte, 2*m.units), nil); err != nil { // nothing, to see whether anybody is there
			return err
		}
		return m.write(device, m.text(face))
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("matrix: %s: %w", m.name, err)
	}
	return err
}

// text is what a face says on this display.
func (m *Matrix) text(face drivers.Face) string {
	columns := m.digits * m.units
	if m.dots {
		columns = m.units
	}
	text := strconv.Itoa(max(face.Count, 0))
	switch {
	case face.Unknown:
		text = "--"[:min(2, columns)]
	case m.dots && len(face.Lines) > 0 && len(face.Lines[0]) <= columns && isASCII(face.Lines[0]):
		text = face.Lines[0]
	case len(text) > columns:
		text = strings.Repeat("9", columns)
	}
	return strings.Repeat(" ", columns-len(text)) + text
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// write sets the chips up and writes the text.
func (m *Matrix) write(device drivers.Transactor, text string) error {
	chips, err := max7219.NewSPI(line.PortOf(m.name, device), m.units, m.digits)
	if err != nil {
		return err
	}
	if m.dots {
		chips.SetGlyphs(max7219.CP437Glyphs, !m.mirrored)
		err = chips.SetDecode(max7219.DecodeNone)
	} else {
		err = chips.SetDecode(max7219.DecodeB)
	}
	if err != nil {
		return err
	}
	if err := chips.SetIntensity(m.intensity); err != nil {
		return err
	}
	return chips.Write([]byte(text))
}
