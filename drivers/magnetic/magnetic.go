package magnetic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/pca9548"
)

const (
	periodMinMS, periodMaxMS = 100, 60_000
	// failuresMax measurements in a row that fail are a chip that is away.
	failuresMax = 3
	// retryAfter is how many periods a chip that is away is left alone, if others behind the multiplexer work.
	retryAfter = 10
	auto       = "auto"
	// powerUp is how long the slowest chip takes to answer after its power came, as at the start of a board.
	powerUp = 50 * time.Millisecond
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "magnetic",
		Summary: "magnetometers under the spots by I2C (QMC5883L, HMC5883L, RM3100, LIS3MDL, MMC5983MA)",
		Settings: map[string]string{
			"bus":       "name of the I2C bus on the board",
			"chip":      "auto (the default: whatever is there), qmc5883l, hmc5883l, rm3100, lis3mdl or mmc5983ma",
			"address":   "the chip's address, where it has several (default 0: look for it)",
			"untested":  "true: no self test at the start, for a copy of a chip that can't do it (default false)",
			"period_ms": "how often it is measured (default 1000)",
			"mux":       "address of a multiplexer PCA9548 before the chips, 112 to 119 (default 0: none); a bus may have several",
			"channels":  "its channels with a chip of this device, as 0,1,5; the first is the device's first spot",
		},
		Wires: map[string]drivers.Wire{"bus": drivers.WireI2C},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSensor(host, settings) },
	}
}

// Sensor is one chip, or the chips behind some channels of one multiplexer.
type Sensor struct {
	host     drivers.Host
	behind   drivers.Multiplexer // nil: the chip is on the bus itself
	bus      string
	chip     string
	address  uint16
	untested bool
	period   time.Duration
	mux      uint16
	channels []int
	skipped  atomic.Uint64
}

func newSensor(host drivers.Host, settings drivers.Settings) (*Sensor, error) {
	s := &Sensor{host: host}
	var err error
	if s.bus, err = settings.Named("bus", "one of the board's I2C buses"); err != nil {
		return nil, err
	}
	if err := s.setChip(settings); err != nil {
		return nil, err
	}
	if s.untested, err = settings.Bool("untested"); err != nil {
		return nil, err
	}
	periodMS, err := settings.Within("period_ms", 1000, periodMinMS, periodMaxMS)
	if err != nil {
		return nil, err
	}
	s.period = time.Duration(periodMS) * time.Millisecond
	return s, s.setMux(settings)
}

// orNone is a setting from least to most, or 0.
func orNone(settings drivers.Settings, key string, least, most int) (int, error) {
	if value, err := settings.Int(key, 0); err != nil || value == 0 {
		return 0, err
	}
	return settings.Within(key, 0, least, most)
}

func (s *Sensor) setChip(settings drivers.Settings) error {
	name, err := settings.Text("chip", auto)
	if err != nil {
		return err
	}
	s.chip = strings.ToLower(name)
	known := []string{auto}
	for _, c := range chips() {
		known = append(known, c.name)
	}
	if !slices.Contains(known, s.chip) {
		return fmt.Errorf("%w: chip = %s: write %s", drivers.ErrSettings, name, strings.Join(known, ", "))
	}
	address, err := orNone(settings, "address", drivers.I2CFirst, drivers.I2CLast)
	s.address = uint16(address)
	return err
}

func (s *Sensor) setMux(settings drivers.Settings) error {
	mux, err := orNone(settings, "mux", drivers.MultiplexerFirst, drivers.MultiplexerLast)
	if err != nil {
		return err
	}
	s.mux = uint16(mux)
	text, err := settings.Text("channels", "")
	switch {
	case err != nil:
		return err
	case (s.mux == 0) != (text == ""):
		return fmt.Errorf("%w: channels = %q with mux = %d: write both or neither", drivers.ErrSettings, text, mux)
	case s.mux == 0:
		s.channels = []int{0}
		return nil
	}
	for part := range strings.SplitSeq(text, ",") {
		channel, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || channel < 0 || channel >= drivers.MultiplexerChannels || slices.Contains(s.channels, channel) {
			return fmt.Errorf("%w: channels = %q: write numbers from 0 to %d with commas, each once", drivers.ErrSettings, text, drivers.MultiplexerChannels-1)
		}
		s.channels = append(s.channels, channel)
	}
	s.behind = s.host.Multiplexer(s.bus, s.mux)
	return nil
}

// I2CPlaces is where its chips may stand.
func (s *Sensor) I2CPlaces() (places []drivers.I2CPlace) {
	for _, channel := range s.channels {
		for _, c := range chips() {
			if s.chip != auto && s.chip != c.name {
				continue
			}
			for _, address := range s.addresses(&c) {
				if at := (drivers.I2CPlace{Bus: s.bus, Address: address, Multiplexer: s.mux, Channel: channel}); !slices.Contains(places, at) {
					places = append(places, at)
				}
			}
		}
	}
	return places
}

// Skipped counts the answers that made no sense.
func (s *Sensor) Skipped() uint64 { return s.skipped.Load() }

// Channels is how many spots it watches.
func (s *Sensor) Channels() int { return max(1, len(s.channels)) }

// Sense measures each chip once in a period until ctx ends or no chip is left that answers.
func (s *Sensor) Sense(ctx context.Context, report func(drivers.Sample)) error {
	run := &run{sensor: s, spots: make([]spot, len(s.channels))}
	for i, channel := range s.channels {
		run.spots[i] = spot{channel: channel, opened: map[uint16]drivers.Transactor{}}
	}
	defer run.close()
	if err := sleep(ctx, powerUp); err != nil {
		return err
	}
	ticker := time.NewTicker(s.period)
	defer ticker.Stop()
	for {
		if err := run.sweep(ctx, report); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// run is one life of a Sensor.
type run struct {
	sensor *Sensor
	spots  []spot
}

// spot is one chip of a run.
type spot struct {
	channel  int
	opened   map[uint16]drivers.Transactor // what is open on the bus, or behind its channel
	chip     chip
	device   device
	found    bool
	failures int
	waits    int // periods until it is tried again
	err      error
}

func (r *run) close() {
	for i := range r.spots {
		r.spots[i].keep(0)
	}
}

// open opens an address once.
func (r *run) open(spot *spot, address uint16) (drivers.Transactor, error) {
	if tx, open := spot.opened[address]; open {
		return tx, nil
	}
	tx, err := r.sensor.openAt(spot.channel, address)
	if err == nil {
		spot.opened[address] = tx
	}
	return tx, err
}

func (s *Sensor) openAt(channel int, address uint16) (drivers.Transactor, error) {
	if s.behind == nil {
		return s.host.I2C(s.bus, address)
	}
	return s.behind.I2C(channel, address)
}

// keep closes what was opened to look for a chip, but for the address where it is, so that other devices can have the others.
func (s *spot) keep(address uint16) {
	for _, opened := range slices.Sorted(maps.Keys(s.opened)) {
		if opened != address {
			s.opened[opened].Close()
			delete(s.opened, opened)
		}
	}
}

// sweep measures all spots once. It fails when no spot is left.
func (r *run) sweep(ctx context.Context, report func(drivers.Sample)) error {
	alive := false
	for i := range r.spots {
		spot := &r.spots[i]
		if spot.waits > 0 {
			spot.waits--
			continue
		}
		sample, err := r.visit(ctx, spot)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			spot.failures, alive = 0, true
			sample.Channel = i
			report(sample)
		default:
			r.failed(spot, err)
		}
		alive = alive || spot.waits == 0
	}
	if alive {
		return nil
	}
	return r.lost()
}

// failed counts a failure of a spot, and gives a chip up for a while that only fails.
func (r *run) failed(spot *spot, err error) {
	if errors.Is(err, errNonsense) {
		r.sensor.skipped.Add(1)
	}
	isReset := errors.Is(err, pca9548.ErrReset) // the chip may have lost its power as well
	spot.found = spot.found && !isReset
	spot.err = err
	if spot.failures++; spot.failures >= failuresMax || !spot.found && !isReset {
		spot.found, spot.failures, spot.waits = false, 0, retryAfter
	}
}

// lost is the error of a device none of whose chips is left.
func (r *run) lost() error {
	for i := range r.spots {
		if err := r.spots[i].err; err != nil {
			where := fmt.Sprintf("magnetic: bus %s", r.sensor.bus)
			if r.sensor.mux != 0 {
				where += fmt.Sprintf(" channel %d of the multiplexer 0x%02X", r.spots[i].channel, r.sensor.mux)
			}
			return fmt.Errorf("%s: %w: %w", where, drivers.ErrOffline, err)
		}
	}
	return drivers.ErrOffline
}

// visit measures one spot, after looking for its chip if need be.
func (r *run) visit(ctx context.Context, spot *spot) (drivers.Sample, error) {
	if !spot.found {
		if err := r.find(ctx, spot); err != nil {
			spot.keep(0)
			return drivers.Sample{}, err
		}
	}
	m, err := spot.chip.measure(ctx, &spot.device)
	if err != nil {
		return drivers.Sample{}, err
	}
	sample := drivers.Sample{Kind: drivers.SampleField, FieldNT: m.fieldNT, TemperatureCentiC: m.centiC, HasTemperature: m.thermometer}
	if m.overflow {
		return spot.overflown(sample)
	}
	return sample, nil
}

// overflown widens the range. Beyond the widest, something magnetic lies on the sensor: it says nothing of the spot.
func (s *spot) overflown(sample drivers.Sample) (drivers.Sample, error) {
	sample.Kind, sample.FieldNT = drivers.SampleInterference, [3]int32{}
	if s.device.rangeNow+1 >= s.chip.ranges {
		return sample, nil
	}
	s.device.rangeNow++
	return sample, s.chip.start(&s.device)
}

// find looks for the chip that is wanted, tests it, and starts it. If there is another, that is the error.
func (r *run) find(ctx context.Context, spot *spot) error {
	var absent error
	for _, c := range chips() {
		if r.sensor.chip != auto && r.sensor.chip != c.name {
			continue
		}
		for _, address := range r.sensor.addresses(&c) {
			tx, err := r.open(spot, address)
			if err != nil { // as where another device of the site has it
				absent = cmp.Or(absent, err)
				continue
			}
			found := device{tx: tx}
			switch is, err := c.identify(&found); {
			case err == nil && is:
				return r.begin(ctx, spot, c, found, address)
			case err != nil && absent == nil:
				absent = fmt.Errorf("no chip: %w", err)
			}
		}
	}
	if err := r.another(spot); err != nil || absent == nil {
		return cmp.Or(err, fmt.Errorf("%w: what answers is no %s: look at its label", ErrWrongChip, r.sensor.chip))
	}
	return absent
}

// begin tests the chip that was found, and starts it.
func (r *run) begin(ctx context.Context, spot *spot, c chip, found device, address uint16) error {
	if c.test != nil && !r.sensor.untested {
		if err := c.test(ctx, &found); err != nil {
			return err
		}
	}
	spot.chip, spot.device, spot.found = c, found, true
	spot.keep(address)
	return spot.chip.start(&spot.device)
}

// another says which other chip is there than the wanted one; nil if there is none.
func (r *run) another(spot *spot) error {
	for _, c := range chips() {
		if r.sensor.chip == auto || r.sensor.chip == c.name {
			continue
		}
		for _, address := range c.addresses {
			tx, err := r.open(spot, address)
			if err != nil { // another device of the site has it
				continue
			}
			if is, err := c.identify(&device{tx: tx}); err == nil && is {
				return wrongChip(r.sensor.chip, c.name, address)
			}
		}
	}
	return nil
}

// addresses is where a wanted chip is looked for.
func (s *Sensor) addresses(c *chip) []uint16 {
	switch address := s.address; {
	case address == 0:
		return c.addresses
	case s.chip != auto || slices.Contains(c.addresses, address):
		return []uint16{address}
	}
	return nil
}
