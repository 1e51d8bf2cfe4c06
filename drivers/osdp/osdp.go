package osdp

import (
	"context"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
)

const (
	replyLimit   = 200 * time.Millisecond // that the standard gives a reader, beside the time on the wire
	offlineAfter = 8 * time.Second        // without an answer, as the standard says
	busyPause    = 50 * time.Millisecond
	showLimit    = 10 * time.Second
	restartsMax  = 5 // channels that begin anew without a good poll in between
)

// Driver is the catalog's line.
func Driver(buses *Buses) drivers.Driver {
	return drivers.Driver{
		Name:    "osdp",
		Summary: "card reader or keypad with OSDP on RS-485, plain or with a secure channel; its lamp shows colours",
		Settings: map[string]string{
			"port":      "name of the serial port on the board; readers with addresses of their own may share it",
			"baud":      "9600 (the default), 19200, 38400, 57600, 115200 or 230400",
			"address":   "of the reader, 0 to 126 (default 0)",
			"key":       "secure channel key (SCBK) in 32 hex digits (default: none, nothing is encrypted)",
			"install":   "true to give the key to a new reader, which still has the default key (default false)",
			"text":      "what characters are that the reader reports (osdp_FMT): card (the default), or code for one that scans QR codes",
			"beep":      "true to beep when a card was read (default false; most readers do so by themselves)",
			"period_ms": "how often the reader is asked, 20 to 1000 (default 100)",
			"check":     "how packets are checked: crc (the default), or sum for old readers that know no CRC",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireOSDP},
		Make: func(host drivers.Host, settings drivers.Settings) (any, error) {
			return newReader(buses, host, settings)
		},
	}
}

// Reader is one reader on a bus.
type Reader struct {
	drivers.Faults
	buses   *Buses
	host    drivers.Host
	port    string
	mode    drivers.SerialMode
	address byte
	key     *Key // nil: plain
	install bool
	beep    bool
	scans   bool // what it reports as characters is a code that it scanned
	sum     bool // packets end with a checksum
	period  time.Duration
	session atomic.Pointer[session] // nil while Read is not running
}

func newReader(buses *Buses, host drivers.Host, settings drivers.Settings) (r *Reader, err error) {
	r = &Reader{buses: buses, host: host}
	if r.port, err = settings.Named("port", "one of the board's serial ports"); err != nil {
		return nil, err
	}
	if r.mode.Baud, err = settings.Within("baud", 9600, 9600, 230_400); err != nil {
		return nil, err
	}
	address, err := settings.Within("address", 0, 0, Broadcast-1)
	if err != nil {
		return nil, err
	}
	r.address = byte(address)
	if r.key, err = readKey(settings); err != nil {
		return nil, err
	}
	if r.install, err = settings.Bool("install"); err == nil && r.install && r.key == nil {
		err = fmt.Errorf("%w: install = true without a key: write the key that the reader is to have", drivers.ErrSettings)
	}
	if err != nil {
		return nil, err
	}
	if r.beep, err = settings.Bool("beep"); err != nil {
		return nil, err
	}
	text, err := settings.OneOf("text", "card", "code")
	if err != nil {
		return nil, err
	}
	r.scans = text == "code"
	check, err := settings.OneOf("check", "crc", "sum")
	if err != nil {
		return nil, err
	}
	r.sum = check == "sum"
	periodMS, err := settings.Within("period_ms", 100, 20, 1000)
	if err != nil {
		return nil, err
	}
	r.period = time.Duration(periodMS) * time.Millisecond
	return r, buses.claim(host, r.port, r.mode, r.address)
}

// readKey reads the key; an error never repeats it.
func readKey(settings drivers.Settings) (*Key, error) {
	text, err := settings.Text("key", "")
	if err != nil || text == "" {
		return nil, err
	}
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != KeyBytes {
		return nil, fmt.Errorf("%w: key: write 32 hex digits", drivers.ErrSettings)
	}
	key := Key(bytes)
	if key == DefaultKey() {
		return nil, fmt.Errorf("%w: key is the default key, which everybody knows: write one of your own", drivers.ErrSettings)
	}
	return &key, nil
}

// Read reports cards and typed codes until ctx ends, the port hangs up, or the reader does not answer or can't be trusted.
func (r *Reader) Read(ctx context.Context, report func(drivers.Shown)) error {
	bus, err := r.buses.join(r.host, r.port, r.mode)
	if err != nil {
		return fmt.Errorf("osdp: open port %s: %w", r.port, err)
	}
	defer r.buses.leave(bus)
	s := newSession(r, bus, report)
	r.session.Store(s)
	defer close(s.ended)
	defer r.session.CompareAndSwap(s, nil)
	err = s.run(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("osdp: port %s: reader %d: %w", r.port, r.address, err)
}

// Show shows the face's colour with the reader's lamp; a count that is not known is dark.
func (r *Reader) Show(ctx context.Context, face drivers.Face) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s := r.session.Load()
	if s == nil {
		return fmt.Errorf("osdp: show: port %s is not open: %w", r.port, drivers.ErrOffline)
	}
	shown, cancel := context.WithTimeout(ctx, showLimit)
	defer cancel()
	o := &lampOrder{ctx: shown, data: LampData(face.Colour, !face.Unknown), done: make(chan error, 1)}
	orders := s.orders
	for {
		select {
		case orders <- o:
			orders = nil // it is given once
		case err := <-o.done:
			return err
		case <-s.ended:
			return fmt.Errorf("osdp: show: port %s was closed before the answer: %w", r.port, drivers.ErrOffline)
		case <-shown.Done():
			if err := ctx.Err(); err != nil {
				return err
			}
			return fmt.Errorf("osdp: show: no answer within %v: %w", showLimit, drivers.ErrOffline)
		}
	}
}
