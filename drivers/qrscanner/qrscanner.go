package qrscanner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/credentials"
)

// lineMax is how long a line may take: credentials.TextMax bytes at 9600 baud are 420 ms.
const lineMax = time.Second

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "qrscanner",
		Summary: "code scanner on a serial line, a line of text for each code",
		Settings: map[string]string{
			"port":   "name of the serial port on the board",
			"baud":   "speed of the port (default 9600)",
			"prefix": "text before each code, which is taken off (default: none)",
			"suffix": "text behind each code, before the end of the line, which is taken off (default: none)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newScanner(host, settings) },
	}
}

// Scanner is one scanner.
type Scanner struct {
	drivers.Faults
	host   drivers.Host
	port   string
	mode   drivers.SerialMode
	prefix string
	suffix string
}

func newScanner(host drivers.Host, settings drivers.Settings) (s *Scanner, err error) {
	s = &Scanner{host: host}
	if s.port, err = settings.Named("port", "one of the board's serial ports"); err != nil {
		return nil, err
	}
	if s.mode.Baud, err = settings.Within("baud", 9600, 1200, 921_600); err != nil {
		return nil, err
	}
	if s.prefix, err = affix(settings, "prefix"); err != nil {
		return nil, err
	}
	s.suffix, err = affix(settings, "suffix")
	return s, err
}

// affix is what a scanner writes round a code.
func affix(settings drivers.Settings, key string) (string, error) {
	text, err := settings.Text(key, "")
	if err == nil && len(text) > affixMax {
		err = fmt.Errorf("%w: %s = %q: write %d bytes at most", drivers.ErrSettings, key, text, affixMax)
	}
	return text, err
}

// Read reports codes until ctx ends or the port hangs up.
func (s *Scanner) Read(ctx context.Context, report func(drivers.Shown)) error {
	port, err := s.host.Serial(s.port, s.mode)
	if err != nil {
		return fmt.Errorf("qrscanner: open port %s: %w", s.port, err)
	}
	defer port.Close()
	var lines Lines
	var repeats credentials.Repeats
	last := time.Now()
	chunk := make([]byte, 128)
	for ctx.Err() == nil {
		n, err := port.Read(chunk)
		if err != nil {
			return fmt.Errorf("qrscanner: read port %s: %w", s.port, err)
		}
		now := time.Now()
		if now.Sub(last) >= lineMax {
			s.note(lines.Drop())
		}
		for _, b := range chunk[:n] {
			last = now
			line, err := lines.Push(b)
			s.note(err)
			if shown, ok := s.shown(line); ok && !repeats.Seen(shown, now) {
				report(shown)
			}
		}
	}
	return ctx.Err()
}

func (s *Scanner) note(err error) {
	if err != nil {
		s.Note(err)
	}
}

// shown is what a line means.
func (s *Scanner) shown(line []byte) (drivers.Shown, bool) {
	if len(line) == 0 {
		return drivers.Shown{}, false
	}
	text, begins := strings.CutPrefix(string(line), s.prefix)
	text, ends := strings.CutSuffix(text, s.suffix)
	switch {
	case !begins || !ends:
		s.Note(ErrFrame)
	case !credentials.Readable(text):
		s.Note(ErrUnreadable)
	default:
		return credentials.Code(text), true
	}
	return drivers.Shown{}, false
}
