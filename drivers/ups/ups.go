package ups

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"gatehouse/drivers"
	"gatehouse/drivers/poller"
)

// Driver is the catalog's line.
func Driver() drivers.Driver {
	return drivers.Driver{
		Name:    "ups",
		Summary: "uninterruptible supply: mains-lost line, running line, fuel gauge on I2C",
		Settings: map[string]string{
			"mains_lost": "name of the input that is active while the mains are lost (default: as the board's file says, and all else with it)",
			"running":    "name of the output that tells the supply that the gateway runs (default: none)",
			"gauge":      "none (the default), max17040 or ina219",
			"bus":        "name of the gauge's I2C bus",
			"address":    "of the gauge, 3 to 119 (default 54 for max17040, 64 for ina219)",
			"shunt_mohm": "the shunt of an INA219 in thousandths of an ohm, 1 to 1000 (default 100)",
			"period_ms":  "how often the gauge is read, 200 to 600000 (default 10000)",
		},
		Wires: map[string]drivers.Wire{"mains_lost": drivers.WireInput, "running": drivers.WireHeld, "bus": drivers.WireI2C},
		Make:  func(host drivers.Host, settings drivers.Settings) (any, error) { return newSupply(host, settings) },
	}
}

// Supply is one supply.
type Supply struct {
	host           drivers.Host
	mains, running string
	gauge, bus     string
	address        uint16
	shunt          int64
	period         time.Duration
	told           drivers.Output      // the running line, once the supply is told; whoever monitors has it, and what follows
	last           []drivers.Condition // that the gauge told
}

func newSupply(host drivers.Host, settings drivers.Settings) (s *Supply, err error) {
	s = &Supply{host: host}
	settings = ofBoard(host, settings)
	if s.mains, err = settings.Named("mains_lost", "one of the board's inputs"); err != nil {
		return nil, err
	}
	if s.running, err = settings.Text("running", ""); err != nil {
		return nil, err
	}
	if s.gauge, err = settings.OneOf("gauge", gaugeNone, gaugeMAX17040, gaugeINA219); err != nil {
		return nil, err
	}
	s.bus, err = settings.Text("bus", "")
	if err == nil && s.gauge != gaugeNone {
		s.bus, err = settings.Named("bus", "the gauge's I2C bus")
	}
	if err != nil {
		return nil, err
	}
	address, err := settings.Within("address", map[string]int{gaugeNone: 3, gaugeMAX17040: 0x36, gaugeINA219: 0x40}[s.gauge], 3, 119)
	if err != nil {
		return nil, err
	}
	shunt, err := settings.Within("shunt_mohm", 100, 1, 1000)
	if err != nil {
		return nil, err
	}
	s.address, s.shunt = uint16(address), int64(shunt)
	periodMS, err := settings.Within("period_ms", 10_000, 200, 600_000)
	s.period = time.Duration(periodMS) * time.Millisecond
	return s, err
}

// ofBoard are the settings with what the board says of its supply, where the site file does not say which it is.
func ofBoard(host drivers.Host, own drivers.Settings) drivers.Settings {
	board, described := host.(drivers.Supplied)
	if _, written := own["mains_lost"]; written || !described {
		return own
	}
	settings := board.Supply()
	maps.Copy(settings, own)
	return settings
}

// Monitor reports the supply's conditions until ctx ends, or a line is lost; a gauge that is away is one of them. The supply is
// told that the gateway runs until ctx ends: one that hears otherwise because a line was lost once would switch the gateway off.
func (s *Supply) Monitor(ctx context.Context, report func(drivers.Condition)) error {
	if err := s.tell(); err != nil {
		return err
	}
	defer func() {
		if ctx.Err() != nil {
			s.hush()
		}
	}()
	input, err := s.host.Input(s.mains)
	if err != nil {
		return fmt.Errorf("ups: open input %s: %w", s.mains, err)
	}
	defer input.Close()
	return s.watch(ctx, input, report)
}

// tell tells the supply that the gateway runs.
func (s *Supply) tell() (err error) {
	if s.running == "" {
		return nil
	}
	if s.told == nil {
		if s.told, err = s.host.Output(s.running); err != nil {
			s.told = nil
			return fmt.Errorf("ups: open output %s: %w", s.running, err)
		}
	}
	if err := s.told.Set(true); err != nil {
		s.hush()
		return fmt.Errorf("ups: set output %s: %w", s.running, err)
	}
	return nil
}

// hush gives the running line back, which makes it safe.
func (s *Supply) hush() {
	if s.told != nil {
		_ = s.told.Close() // what failed before it is told
		s.told = nil
	}
}

func (s *Supply) watch(ctx context.Context, input drivers.Input, report func(drivers.Condition)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	var lost atomic.Bool
	early, ended := make(chan struct{}, 1), make(chan struct{})
	first := make(chan struct{}, 1)
	go func() {
		defer close(ended)
		err := input.Watch(ctx, func(active bool, _ time.Time) {
			lost.Store(active)
			for _, signal := range []chan struct{}{first, early} {
				select {
				case signal <- struct{}{}:
				default:
				}
			}
		})
		cancel(fmt.Errorf("ups: watch input %s: %w", s.mains, errors.Join(err, drivers.ErrOffline)))
	}()
	defer func() { cancel(nil); <-ended }()
	select {
	case <-first:
		<-early
	case <-ctx.Done():
	}
	err := poller.Run(ctx, s.period, early, func() ([]drivers.Condition, error) { return s.look(lost.Load()) }, report)
	if cause := context.Cause(ctx); cause != nil && errors.Is(cause, drivers.ErrOffline) && !errors.Is(cause, context.Canceled) && !errors.Is(cause, context.DeadlineExceeded) {
		return cause
	}
	return err
}

// I2CPlaces is where its gauge stands.
func (s *Supply) I2CPlaces() []drivers.I2CPlace {
	if s.gauge == gaugeNone {
		return nil
	}
	return []drivers.I2CPlace{{Bus: s.bus, Address: s.address}}
}

// look says how the supply is. A gauge that does not answer is no reason to watch the mains no more.
func (s *Supply) look(lost bool) ([]drivers.Condition, error) {
	conditions := []drivers.Condition{mains(lost)}
	if s.gauge == gaugeNone {
		return conditions, nil
	}
	read, err := s.read()
	switch {
	case err == nil:
		s.last = read
	case !errors.Is(err, drivers.ErrOffline):
		return nil, err
	default:
		read = stale(s.last)
	}
	return append(append(conditions, gaugeOf(err)), read...), nil
}

// read reads the gauge.
func (s *Supply) read() ([]drivers.Condition, error) {
	chip, err := s.host.I2C(s.bus, s.address)
	if err != nil {
		return nil, fmt.Errorf("ups: gauge on bus %s: %w", s.bus, err)
	}
	defer chip.Close()
	registers := map[string][2]byte{gaugeMAX17040: {maxVoltage, maxCharge}, gaugeINA219: {inaBus, inaShunt}}[s.gauge]
	var words [2]word
	for i, register := range registers {
		if err := chip.Tx([]byte{register}, words[i][:]); err != nil {
			return nil, fmt.Errorf("ups: gauge on bus %s: %w", s.bus, err)
		}
	}
	if s.gauge == gaugeMAX17040 {
		return maxReading(words[0], words[1]), nil
	}
	return inaReading(words[0], words[1], s.shunt), nil
}

func mains(lost bool) drivers.Condition {
	if lost {
		return drivers.Condition{
			ID: "mains", Value: 1, State: drivers.ConditionFault, Note: "the mains are lost: the gateway runs on its battery",
			Do: "Bring the mains back; raise the barriers by hand before the battery is empty.",
		}
	}
	return drivers.Condition{ID: "mains", Note: "the mains are there"}
}
