package textsign

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/dialog"
)

// ErrRefused is a sign that did not take a text.
var ErrRefused = errors.New("textsign: the sign refuses the text: check the cable; a sign of another make may speak another protocol")

const (
	answerLimit = 2 * time.Second
	answerMax   = 64
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "textsign",
		Summary: "LED text sign (AM03127) on a serial line",
		Settings: map[string]string{
			"port": "name of the serial port on the board",
			"baud": "speed of the port (default 9600)",
			"id":   "of the sign, 1 to 255, or 0 for all on the line, which do not answer (default 1)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSign(host, settings) },
	}
}

// Sign is one sign on a port of its own.
type Sign struct {
	drivers.Faults
	line *dialog.Line[drivers.Port]
	port string
	id   byte
}

func newSign(host drivers.Host, settings drivers.Settings) (s *Sign, err error) {
	s = &Sign{}
	if s.port, err = settings.Named("port", "one of the board's serial ports"); err != nil {
		return nil, err
	}
	baud, err := settings.Within("baud", 9600, 1200, 115_200)
	if err != nil {
		return nil, err
	}
	id, err := settings.Within("id", 1, 0, 255)
	s.id, s.line = byte(id), dialog.Serial(host, s.port, drivers.SerialMode{Baud: baud})
	return s, err
}

// Show shows the face's lines as one, or its count.
func (s *Sign) Show(ctx context.Context, face drivers.Face) error {
	text := strings.Join(face.Lines, " ")
	switch {
	case face.Unknown:
		text = "--"
	case text == "":
		text = strconv.Itoa(max(face.Count, 0))
	}
	err := s.line.Do(ctx, func(port drivers.Port, fresh bool) error {
		if fresh {
			before, err := dialog.Drain(ctx, port)
			if before > 0 {
				s.Note(ErrPacket)
			}
			if err != nil {
				return err
			}
		}
		if _, err := port.Write(Encode(s.id, text)); err != nil || s.id == 0 {
			return err
		}
		return s.await(ctx, port)
	})
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("textsign: port %s: %w", s.port, err)
	}
	return err
}

// await waits for the sign's answer.
func (s *Sign) await(ctx context.Context, port drivers.Port) error {
	var answer string
	refused := false
	err := dialog.Await(ctx, port, answerLimit, func(received []byte) bool {
		answer += string(received)
		if refused = strings.Contains(answer, "NACK"); refused || strings.Contains(answer, "ACK") {
			if answer != "ACK" && answer != "NACK" {
				s.Note(ErrPacket)
			}
			return true
		}
		answer = answer[max(0, len(answer)-answerMax):]
		return false
	})
	if err == nil && refused {
		return ErrRefused
	}
	return err
}
