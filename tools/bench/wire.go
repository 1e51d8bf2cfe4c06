package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
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
	wireSensors     = 200
	wireSensorsASec = 10
	wireBuses       = 4
	wireSlaves      = 8
	wireSpots       = 32
	wireZonesASec   = 2
	zoneProfile     = "zone-distances"
	kindSensors     = "sensors"
	kindZones       = "zones"
)

var errWire = errors.New("bench: readings got lost on the wire")

// wires measures what share of one core 2,000 readings a second take, through real pseudo terminals, the serial code and
// the codecs, up to the report. The sensors are in a process of their own. The peer is the same bytes through the same
// ports, read and thrown away. Parsers are measured alone.
func (b *bench) wires() ([]row, error) {
	rows := parserRows(b.scale(1_000_000, 10_000))
	f := figures{}
	for range b.rounds {
		for _, m := range []struct {
			name, kind string
			read       reader
		}{{"serial", kindSensors, readSensor}, {"bare", kindSensors, readBare}, {"zones", kindZones, readZone}} {
			percent, err := b.share(m.kind, m.read)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.name, err)
			}
			f.add(m.name, percent)
		}
	}
	const targetPercent = 10
	serial := row{What: fmt.Sprintf("2,000 readings a second of %d serial sensors, of one core", wireSensors), Unit: "%", Peer: "bare reads of the same bytes"}
	zones := row{What: fmt.Sprintf("2,000 readings a second of zone controllers on %d buses, of one core", wireBuses), Unit: "%", Value: f.of("zones")}
	return append(rows, f.against(serial, "serial", "bare").atMost(targetPercent), zones.atMost(targetPercent)), nil
}

// share is the share of one core that 2,000 readings a second take.
func (b *bench) share(kind string, read reader) (percent float64, err error) {
	w, err := b.startFar(kind)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.stop()) }()
	length := time.Duration(b.scale(3, 1)) * time.Second
	ctx, cancel := context.WithTimeout(context.Background(), length)
	defer cancel()
	var readings atomic.Uint64
	cpu := processCPU()
	if err := runAll(ctx, len(w.host.paths), func(i int) error { return read(ctx, w.host, portName(i), &readings) }); err != nil {
		return 0, err
	}
	used := (processCPU() - cpu).Seconds()
	if float64(readings.Load()) < 0.8*readingsASec*length.Seconds() {
		return 0, fmt.Errorf("%w: %d came in %v", errWire, readings.Load(), length)
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

// farWire is the near ends of cables whose far ends are in a child, with the devices that are simulated there.
type farWire struct {
	host *ports
	stop func() error
}

// startFar starts a child with simulated devices of that kind.
func (b *bench) startFar(kind string) (*farWire, error) {
	command := exec.Command(b.self, childWord, wireWord, kind)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	stop := func() error { return errors.Join(input.Close(), command.Wait()) }
	var paths []string
	if err := json.NewDecoder(output).Decode(&paths); err != nil {
		return nil, errors.Join(err, stop())
	}
	w := &farWire{host: &ports{paths: map[string]string{}}, stop: stop}
	for i, path := range paths {
		w.host.paths[portName(i)] = path
	}
	return w, nil
}

func portName(i int) string { return fmt.Sprintf("port%d", i) }

// farSides is the child: it plugs cables, simulates what is on their far ends, and ends when its input does.
func farSides(kind string, in io.Reader, out io.Writer) error {
	simulate, count := sendAlways, wireSensors
	if kind == kindZones {
		simulate, count = serveZone, wireBuses
	}
	var paths []string
	for i := range count {
		cable, err := sim.Plug()
		if err != nil {
			return err
		}
		defer cable.Close()
		paths = append(paths, cable.Path())
		go simulate(i, cable)
	}
	if err := json.NewEncoder(out).Encode(paths); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, in)
	return err
}

// sendAlways is a sensor that sends by itself.
func sendAlways(i int, cable sim.Cable) {
	for range time.Tick(time.Second / wireSensorsASec) {
		_ = ultrasonic.Simulator{Out: cable}.SendDistance(2000 + int32(i)) // a cable loses what nobody takes
	}
}

// serveZone is the zone controllers of one bus.
func serveZone(_ int, cable sim.Cable) {
	profile, err := zonecontroller.LoadProfile(zoneProfile)
	if err != nil {
		return // the gateway then hears nothing, and says so
	}
	simulator := &modbus.Simulator{}
	for address := range byte(wireSlaves) {
		for spot := range wireSpots {
			profile.Show(simulator.Slave(address+1), spot, drivers.Sample{DistanceMM: 2000})
		}
	}
	_ = simulator.Serve(cable) // ends with the cable
}

// reader reads one port until ctx ends.
type reader func(ctx context.Context, host *ports, name string, readings *atomic.Uint64) error

// readSensor reads a sensor as the gateway does.
func readSensor(ctx context.Context, host *ports, name string, readings *atomic.Uint64) error {
	device, err := ultrasonic.Driver().Make(host, drivers.Settings{"port": name})
	if err != nil {
		return err
	}
	return device.(drivers.Sensor).Sense(ctx, func(drivers.Sample) { readings.Add(1) })
}

// readBare reads the same bytes, and looks at none of them.
func readBare(ctx context.Context, host *ports, name string, readings *atomic.Uint64) error {
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
}

// readZone reads the zone controllers of a bus as the gateway does.
func readZone(ctx context.Context, host *ports, name string, readings *atomic.Uint64) error {
	device, err := zonecontroller.Driver(modbus.NewBuses()).Make(host, drivers.Settings{
		"port": name, "profile": zoneProfile, "slaves": []string{fmt.Sprintf("1-%d", wireSlaves)}, "period_ms": int64(1000 / wireZonesASec),
	})
	if err != nil {
		return err
	}
	return device.(drivers.Sensor).Sense(ctx, func(drivers.Sample) { readings.Add(1) })
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
