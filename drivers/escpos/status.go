package escpos

import "errors"

// What keeps a printer from printing, and ErrBabble, which does not.
var (
	ErrBabble = errors.New("escpos: bytes that are no status: check the baud rate")
	ErrPaper  = errors.New("escpos: no paper: put in a new roll")
	ErrCover  = errors.New("escpos: the cover is open: close it")
	ErrJam    = errors.New("escpos: the cutter is jammed: take the paper out at it, then switch the printer off and on")
	ErrHot    = errors.New("escpos: the printer waits by itself, as when its head is too hot: it goes on; look at the cabinet's ventilation if this comes often")
	ErrBroken = errors.New("escpos: the printer reports an error that it can't mend: switch it off and on, and have it repaired if this comes again")
	ErrPaused = errors.New("escpos: the printer is offline: look whether its feed button is stuck")
)

// errAsk is an error of which only askError tells more.
var errAsk = errors.New("escpos: an error")

// The real-time questions, and the one that waits for its turn.
const (
	askPrinter = 1
	askOffline = 2
	askError   = 3
	askPaper   = 4
	askSensor  = 1 // of GS r
)

// realTime reports whether a byte is the answer to DLE EOT: bits 1 and 4 are set, 0 and 7 are not.
func realTime(b byte) bool { return b&0x93 == 0x12 }

// queued reports whether a byte is the answer to GS r: bits 4 and 7 are not set.
func queued(b byte) bool { return b&0x90 == 0 }

// judge is what a real-time answer means.
func judge(question, answer byte) error {
	switch {
	case question == askPaper && answer&0x60 != 0:
		return ErrPaper
	case question == askOffline && answer&0x04 != 0:
		return ErrCover
	case question == askOffline && answer&0x20 != 0:
		return ErrPaper
	case question == askOffline && answer&0x40 != 0:
		return errAsk
	case question == askError && answer&0x08 != 0:
		return ErrJam
	case question == askError && answer&0x20 == 0 && answer&0x40 != 0:
		return ErrHot
	case question == askError:
		return ErrBroken
	case question == askPrinter && answer&0x08 != 0:
		return ErrPaused
	}
	return nil
}

// nearEnd reports whether an answer about the paper says that there is little left.
func nearEnd(answer byte) bool { return answer&0x0C != 0 }
