package urm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"gatehouse/drivers"
)

const (
	addressDefault   = 0x11
	addressesMax     = 64
	answerLimit      = 150 * time.Millisecond // measuring takes some 60 ms
	missesMax        = 3
	silentAfter      = 5 * time.Second
	quarantineRounds = 20
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "urm",
		Summary: "DFRobot's older ultrasonic sensors on RS-485 (URM04, URM06; frames 55 AA)",
		Settings: map[string]string{
			"port":      "name of the serial port on the board",
			"addresses": `the sensors' addresses in the order of the spots, as "17" or "0x11" (default one, 0x11)`,
			"baud":      "speed of the port (default 19200)",
			"period_ms": "how often all are asked, 100 to 60000 (default 1000)",
		},
		Wires: map[string]drivers.Wire{"port": drivers.WireSerial},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newBus(host, settings) },
	}
}

// Bus is the sensors on one serial port.
type Bus struct {
	drivers.Faults
	host      drivers.Host
	port      string
	baud      int
	addresses []byte
	period    time.Duration
}

// The faults of a bus: bytes that are no answer, and an answer of a sensor that was not asked.
var (
	ErrGarbage  = errors.New("urm: bytes that are no answer 55 AA: check baud, the termination, and that no two sensors have one address")
	ErrStranger = errors.New("urm: a sensor that was not asked answered: check the addresses, and that none answers later than 150 ms")
)

func newBus(host drivers.Host, settings drivers.Settings) (*Bus, error) {
	b := &Bus{host: host}
	var err error
	if b.port, err = settings.Named("port", "one of the board's serial ports"); err != nil {
		return nil, err
	}
	if b.baud, err = settings.Int("baud", 19200); err != nil {
		return nil, err
	}
	periodMS, err := settings.Within("period_ms", 1000, 100, 60_000)
	if err != nil {
		return nil, err
	}
	b.period = time.Duration(periodMS) * time.Millisecond
	b.addresses, err = addressesOf(settings)
	return b, err
}

func addressesOf(settings drivers.Settings) ([]byte, error) {
	texts, err := settings.Texts("addresses")
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return []byte{addressDefault}, nil
	}
	if len(texts) > addressesMax {
		return nil, fmt.Errorf("%w: addresses: %d of them: write %d at most", drivers.ErrSettings, len(texts), addressesMax)
	}
	var addresses []byte
	for _, text := range texts {
		address, err := strconv.ParseUint(text, 0, 8)
		if err != nil {
			return nil, fmt.Errorf(`%w: addresses: %q: write a number up to 255, as "17" or "0x11"`, drivers.ErrSettings, text)
		}
		if bytes.IndexByte(addresses, byte(address)) >= 0 {
			return nil, fmt.Errorf("%w: addresses: %q is there twice: write each sensor once", drivers.ErrSettings, text)
		}
		addresses = append(addresses, byte(address))
	}
	return addresses, nil
}

// Channels is how many spots it watches.
func (b *Bus) Channels() int { return len(b.addresses) }

// Sense asks the sensors in turn and reports what they say until ctx ends, the port hangs up, or none answers any more.
func (b *Bus) Sense(ctx context.Context, report func(drivers.Sample)) error {
	port, err := b.host.Serial(b.port, drivers.SerialMode{Baud: b.baud})
	if err != nil {
		return fmt.Errorf("urm: open port %s: %w", b.port, err)
	}
	defer port.Close()
	r := round{bus: b, port: port, misses: make([]int, len(b.addresses)), heard: time.Now(), report: report}
	for number := 0; ctx.Err() == nil; number++ {
		began := time.Now()
		if err := r.ask(ctx, number); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(b.period - time.Since(began)):
		}
	}
	return ctx.Err()
}

// round is one run of Sense.
type round struct {
	bus     *Bus
	port    drivers.Port
	decoder Decoder
	misses  []int
	heard   time.Time // of any sensor
	report  func(drivers.Sample)
}

// ask asks every sensor once, except those in quarantine, which would hold up the others.
func (r *round) ask(ctx context.Context, number int) error {
	for channel, address := range r.bus.addresses {
		if ctx.Err() != nil {
			return nil
		}
		if r.misses[channel] >= missesMax && len(r.misses) > 1 && number%quarantineRounds != 0 {
			continue
		}
		sample, answered, err := r.measure(address)
		switch {
		case err != nil:
			return fmt.Errorf("urm: port %s, sensor %d: %w", r.bus.port, address, err)
		case answered:
			r.misses[channel], r.heard = 0, time.Now()
			sample.Channel = channel
			r.report(sample)
		default:
			r.misses[channel]++
		}
	}
	if time.Since(r.heard) > max(silentAfter, 3*r.bus.period) {
		return fmt.Errorf("urm: port %s: none of %d sensors answers, check power, addresses, and that A and B are not swapped: %w",
			r.bus.port, len(r.misses), drivers.ErrOffline)
	}
	return nil
}

// measure asks one sensor.
func (r *round) measure(address byte) (sample drivers.Sample, answered bool, err error) {
	if _, err := r.port.Write(Frame{Address: address, Command: readDistance}.Append(nil)); err != nil {
		return drivers.Sample{}, false, err
	}
	chunk := make([]byte, 64)
	before := r.decoder.Skipped
	defer func() {
		if dropped := r.decoder.Skipped - before; dropped > 0 {
			r.bus.Note(fmt.Errorf("%w (port %s, sensor %d, %d bytes)", ErrGarbage, r.bus.port, address, dropped))
		}
	}()
	for deadline := time.Now().Add(answerLimit); time.Now().Before(deadline); {
		n, err := r.port.Read(chunk)
		if err != nil {
			return drivers.Sample{}, false, err
		}
		for _, b := range chunk[:n] {
			frame, complete := r.decoder.Push(b)
			if !complete {
				continue
			}
			switch sample, valid := sampleOf(frame); {
			case !valid: // the echo of our own request, for one
			case frame.Address == address:
				return sample, true, nil
			default:
				r.bus.Note(fmt.Errorf("%w (port %s, %d was asked and %d answered)", ErrStranger, r.bus.port, address, frame.Address))
			}
		}
	}
	return drivers.Sample{}, false, nil
}
