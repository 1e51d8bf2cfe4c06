package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/line"
	"gatehouse/drivers/lorawan/payload"
	"gatehouse/drivers/modbus"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/ultrasonic"
	"gatehouse/drivers/zonecontroller"
)

// The two ways in which 2,000 readings a second come over wires: sensors on ports of their own that send ten times a
// second, and zone controllers with 32 sensors each on four buses, read twice a second.
const (
	wireSensors    = 200
	wireSensorsASs = 10
	wireBuses      = 4
	wireSlaves     = 8
	wireSpots      = 32
)

var errWire = errors.New("bench: readings got lost on the wire")

// wires measures what share of one core 2,000 readings a second take, through real pseudo terminals, the serial code and
// the codecs, up to the report: both sides of each wire are in it, so that the sensors' own share is counted as ours. The
// peer is the same bytes through the same ports, read and thrown away. Parsers are measured alone, beside a look at each
// of their bytes.
func (b *bench) wires() ([]row, error) {
	rows := parserRows(b.scale(1_000_000, 10_000))
	f := figures{}
	seconds := b.scale(3, 1)
	for range b.rounds {
		length := time.Duration(seconds) * time.Second
		for name, measure := range map[string]func(time.Duration, *atomic.Uint64) error{
			"serial": serialSensors, "bare": bareSensors, "zones": zones,
		} {
			share, err := shareOf(length, measure)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			f.add(name, share)
		}
	}
	const targetShare = 10
	return append(rows,
		f.against(row{
			What: fmt.Sprintf("2,000 readings a second of %d serial sensors, of one core", wireSensors), Unit: "%", Peer: "bare reads of the same bytes",
		}, "serial", "bare").atMost(targetShare),
		row{
			What: fmt.Sprintf("2,000 readings a second of zone controllers on %d buses, of one core", wireBuses), Unit: "%", Value: f.of("zones"),
		}.atMost(targetShare)), nil
}

// shareOf is the share of one core that 2,000 readings a second take.
func shareOf(length time.Duration, measure func(time.Duration, *atomic.Uint64) error) (percent float64, err error) {
	var readings atomic.Uint64
	cpu := processCPU()
	if err := measure(length, &readings); err != nil {
		return 0, err
	}
	used := (processCPU() - cpu).Seconds()
	if float64(readings.Load()) < 0.9*readingsASec*length.Seconds() {
		return 0, fmt.Errorf("%w: %d in %v", errWire, readings.Load(), length)
	}
	return 100 * used / float64(readings.Load()) * readingsASec, nil
}

// ports is a board with serial ports alone.
type ports struct {
	drivers.Host
	paths map[string]string
}

// Serial opens a port.
func (p *ports) Serial(name string, mode drivers.SerialMode) (drivers.Port, error) {
	return line.OpenSerial(p.paths[name], mode)
}

// plugAll makes so many cables.
func plugAll(count int) (host *ports, cables []sim.Cable, unplug func(), err error) {
	host = &ports{paths: map[string]string{}}
	unplug = func() {
		for _, cable := range cables {
			cable.Close()
		}
	}
	for i := range count {
		cable, err := sim.Plug()
		if err != nil {
			unplug()
			return nil, nil, nil, err
		}
		cables = append(cables, cable)
		host.paths[portName(i)] = cable.Path()
	}
	return host, cables, unplug, nil
}

func portName(i int) string { return fmt.Sprintf("port%d", i) }

// serialSensors has drivers read sensors that send frames.
func serialSensors(length time.Duration, readings *atomic.Uint64) error {
	return sensorsOnPorts(length, func(ctx context.Context, host *ports, name string) error {
		device, err := ultrasonic.Driver().Make(host, drivers.Settings{"port": name})
		if err != nil {
			return err
		}
		return device.(drivers.Sensor).Sense(ctx, func(drivers.Sample) { readings.Add(1) })
	})
}

// bareSensors reads the same bytes from the same ports, and looks at none of them.
func bareSensors(length time.Duration, readings *atomic.Uint64) error {
	return sensorsOnPorts(length, func(ctx context.Context, host *ports, name string) error {
		port, err := host.Serial(name, drivers.SerialMode{Baud: 9600})
		if err != nil {
			return err
		}
		defer port.Close()
		chunk := make([]byte, 64)
		for ctx.Err() == nil {
			n, err := port.Read(chunk)
			if err != nil {
				return err
			}
			readings.Add(uint64(n) / 4)
		}
		return ctx.Err()
	})
}

// sensorsOnPorts runs sensors that send by themselves, and a reader for each.
func sensorsOnPorts(length time.Duration, read func(context.Context, *ports, string) error) error {
	host, cables, unplug, err := plugAll(wireSensors)
	if err != nil {
		return err
	}
	defer unplug()
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	return runAll(ctx, len(cables), func(i int) error {
		go func() {
			tick := time.NewTicker(time.Second / wireSensorsASs)
			defer tick.Stop()
			for ctx.Err() == nil {
				_ = ultrasonic.Simulator{Out: cables[i]}.SendDistance(2000 + int32(i)) // a cable loses what nobody takes
				<-tick.C
			}
		}()
		return read(ctx, host, portName(i))
	})
}

// zones has the driver read zone controllers.
func zones(length time.Duration, readings *atomic.Uint64) error {
	host, cables, unplug, err := plugAll(wireBuses)
	if err != nil {
		return err
	}
	defer unplug()
	profile, err := zonecontroller.LoadProfile("zone-distances")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	buses := modbus.NewBuses()
	return runAll(ctx, wireBuses, func(i int) error {
		simulator := &modbus.Simulator{}
		for address := range byte(wireSlaves) {
			for spot := range wireSpots {
				profile.Show(simulator.Slave(address+1), spot, drivers.Sample{DistanceMM: 2000})
			}
		}
		go func() { _ = simulator.Serve(cables[i]) }() // ends with its cable
		device, err := zonecontroller.Driver(buses).Make(host, drivers.Settings{
			"port": portName(i), "profile": "zone-distances", "slaves": []string{fmt.Sprintf("1-%d", wireSlaves)}, "period_ms": int64(500),
		})
		if err != nil {
			return err
		}
		return device.(drivers.Sensor).Sense(ctx, func(drivers.Sample) { readings.Add(1) })
	})
}

// runAll runs so many at once until ctx ends, and returns the first error that is not its end.
func runAll(ctx context.Context, count int, do func(i int) error) error {
	var running sync.WaitGroup
	failures := make([]error, count)
	for i := range count {
		running.Go(func() {
			if err := do(i); ctx.Err() == nil || !errors.Is(err, ctx.Err()) {
				failures[i] = err
			}
		})
	}
	running.Wait()
	return errors.Join(failures...)
}

// parserRows measures each codec alone.
func parserRows(rounds int) []row {
	frame := ultrasonic.Encode(drivers.Sample{Kind: drivers.SampleDistance, DistanceMM: 2047})
	var decoder ultrasonic.Decoder
	request := modbus.Request{Slave: 0x50, Function: modbus.FunctionReadHoldings, Start: 0x34, Count: 1}
	reply := []byte{0x50, 0x03, 0x02, 0x07, 0x0B, 0x06, 0x7F}
	uplink, _ := hex.DecodeString("01755c0367010104824408050001") // Milesight's example
	device, _ := payload.Find("milesight-em400-udl")
	var message payload.Message
	return []row{
		parserRow("frame FF H L SUM", rounds, frame, func() {
			for _, b := range frame {
				decoder.Push(b)
			}
		}),
		parserRow("Modbus reply", rounds, reply, func() { request.Answer(reply) }),
		parserRow("LoRaWAN payload", rounds, uplink, func() { _ = device.Decode(&message, 85, uplink) }),
	}
}

// parserRow is what one frame costs, and what it allocates.
func parserRow(what string, rounds int, frame []byte, parse func()) row {
	parse()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range rounds {
		parse()
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	sum, floor := byte(0), time.Now()
	for range rounds {
		for _, b := range frame {
			sum += b
		}
	}
	floorNS := float64(time.Since(floor)) / float64(rounds)
	objects := float64(after.Mallocs-before.Mallocs) / float64(rounds)
	return row{
		What: "parser of a " + what + ", allocations", Value: float64(int(objects*1000)) / 1000,
		Note: fmt.Sprintf("%.0f ns each; a sum of its %d bytes takes %.1f ns (%d)", float64(took)/float64(rounds), len(frame), floorNS, sum&1),
	}.atMost(0)
}
