package talker

import (
	"context"
	"fmt"
	"time"

	"gatehouse/drivers"
)

// gather is how long frames gather between two reads. A sensor on a slow line sends three in it.
const gather = 300 * time.Millisecond

// chunkBytes is more than any sensor sends meanwhile.
const chunkBytes = 64

// Port is the port of a sensor, and what its driver is told by.
type Port struct {
	Driver string // its name
	Name   string // of the port
	Mode   drivers.SerialMode
	Silent time.Duration // without a frame for so long the sensor is away
	Check  string        // what to check then
	// Garbage is the fault for bytes that are no frame: what came, and what to do.
	Garbage error
	// Ask is called before each read of a sensor that must be asked; nil: it talks by itself.
	Ask func(port drivers.Port) error
}

// Decoder takes the bytes of a sensor one by one. Push returns true if a byte completes a frame. Dropped counts those that
// belong to none.
type Decoder interface {
	Push(b byte) (drivers.Sample, bool)
	Dropped() uint64
}

// Listen opens the port and reports every frame until ctx ends, the port hangs up, or the sensor is away. Bytes that are no
// frame are noted as a fault.
func (p Port) Listen(ctx context.Context, host drivers.Host, faults *drivers.Faults, decoder Decoder, report func(drivers.Sample)) error {
	port, err := host.Serial(p.Name, p.Mode)
	if err != nil {
		return fmt.Errorf("%s: open port %s: %w", p.Driver, p.Name, err)
	}
	defer port.Close()
	chunk := make([]byte, chunkBytes)
	heard := time.Now()
	for ctx.Err() == nil {
		if p.Ask != nil {
			if err := p.Ask(port); err != nil {
				return fmt.Errorf("%s: ask on port %s: %w", p.Driver, p.Name, err)
			}
		}
		n, err := port.Read(chunk)
		if err != nil {
			return fmt.Errorf("%s: read port %s: %w", p.Driver, p.Name, err)
		}
		before := decoder.Dropped()
		for _, b := range chunk[:n] {
			if sample, complete := decoder.Push(b); complete {
				heard = time.Now()
				report(sample)
			}
		}
		if dropped := decoder.Dropped() - before; dropped > 0 {
			faults.Note(fmt.Errorf("%w (port %s, %d bytes)", p.Garbage, p.Name, dropped))
		}
		if time.Since(heard) > p.Silent {
			return fmt.Errorf("%s: port %s: no frame for %v, %s: %w", p.Driver, p.Name, p.Silent, p.Check, drivers.ErrOffline)
		}
		if p.Ask == nil && n > 0 && n < len(chunk) {
			pause(ctx, gather/time.Duration(drivers.SpeedOf(port)))
		}
	}
	return ctx.Err()
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
