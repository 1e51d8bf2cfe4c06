package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/column"
	"gatehouse/drivers/line"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/app"
	"gatehouse/gateway/gate"
	"gatehouse/gateway/lot"
	"gatehouse/gateway/site"
)

const (
	edgeEntries = 3 // and an exit: the board has four lanes
	edgeTimeout = 20 * time.Second
	edgeBytes   = 208 // what the log writes for an entry
	targetMS    = 50
	heardMax    = 16 // inputs that a lane has not looked at yet: it moves one at a time
)

// edges measures what a driver at the gate waits for: from the edge that the lane sees to the edge of the barrier's relay,
// through the whole gateway with its real drivers, on the lines of a simulated board and on pseudo terminals, with one
// durable commit on the real disk between the two. Half of the vehicles press the button of the column, whose bytes come
// by its serial port; half have had their plate read, and drive onto the arming loop, whose contact counts once it has
// been still for the board's 20 ms. The floor is one write and one fdatasync of the same bytes to the same disk, after
// each vehicle.
//
// Vehicles take no time: each makes its next move once the gateway has seen the one before. So the gateway's clock can run
// as ours, and a busy machine makes the figures worse and does not mix up the moves.
func (b *bench) edges() (rows []row, err error) {
	dir, err := b.newDir("edge")
	if err != nil {
		return nil, err
	}
	s, err := newStreet(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(dir); err != nil {
		return nil, err
	}
	f := figures{}
	for range b.rounds {
		time.Sleep(b.rest)
		if err := s.round(b.scale(40, 3), f); err != nil {
			return nil, err
		}
	}
	line := func(what, name, percent string) row {
		r := f.against(row{What: what + ", " + percent, Unit: "ms", Peer: "write + fdatasync"}, name+" "+percent, "floor "+percent)
		if percent == "p99" {
			return r.atMost(targetMS)
		}
		return r
	}
	const button, loop = "button to relay", "plate known, loop (20 ms debounce) to relay"
	return []row{line(button, "button", "p50"), line(button, "button", "p99"), line(loop, "loop", "p50"), line(loop, "loop", "p99")}, nil
}

// street is a whole gateway on a simulated board, and the entries' devices.
type street struct {
	board boards.Board
	chip  *line.Chip
	host  *line.Host
	lanes []*streetLane
	app   *app.App
	stop  context.CancelFunc
	ended chan error

	floorTurn sync.Mutex
	floor     *floor
}

func newStreet(dir string) (*street, error) {
	board, err := boards.Load("sim")
	if err != nil {
		return nil, err
	}
	s := &street{board: board, chip: line.NewChip(board), ended: make(chan error, 1)}
	s.board.UARTs = maps.Clone(board.UARTs)
	s.floor, err = newFloor(filepath.Join(dir, "floor"))
	return s, err
}

// open plugs the devices in and starts the gateway.
func (s *street) open(dir string) error {
	place := layout.Layout{
		ID: locationID, Name: "Bench", Timezone: "Europe/Berlin", Currency: "EUR", Entries: edgeEntries, Exits: 1, Spots: 10_000,
	}
	for i := range edgeEntries {
		if err := s.plug(i, place.GateID(i)); err != nil {
			return err
		}
	}
	s.chip.OnOutput(s.moved)
	s.host = line.OpenVirtual(s.board, s.chip, func(name string, mode drivers.SerialMode) (drivers.Port, error) {
		return line.OpenSerial(s.board.UARTs[name].Path, mode)
	})
	return s.start(dir, place)
}

// plug plugs an entry's column in.
func (s *street) plug(i int, gateID string) error {
	cable, err := sim.Plug()
	if err != nil {
		return err
	}
	l := &streetLane{
		street: s, at: i, name: fmt.Sprintf("lane%d", i+1), gate: gateID, cable: cable, column: column.NewSimulator(cable),
		raised: make(chan time.Time, 1), heard: make(chan gate.Input, heardMax),
	}
	go func() { _ = l.column.Run() }() // ends with its cable
	name := sim.ColumnPort(gateID)
	s.board.UARTs[name] = boards.UART{Name: name, Path: cable.Path()}
	s.lanes = append(s.lanes, l)
	l.drive("arm_down", true)
	return nil
}

func (s *street) start(dir string, place layout.Layout) error {
	parsed, err := parse(siteFile(place), all.Catalog())
	if err != nil {
		return err
	}
	s.app, err = app.New(app.Options{
		Site: site.Loaded{Site: parsed}, DataDir: filepath.Join(dir, "gateway"), Catalog: all.Catalog(), Host: s.host,
		Clock: app.NewDemoClock(time.UnixMilli(startMS), 1), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() { s.ended <- s.app.Run(ctx) }()
	err = s.app.View(ctx, func(l *lot.Lot) { l.OnPassage(s.passed) })
	for _, l := range s.lanes {
		err = errors.Join(err, l.lit())
	}
	return err
}

// passed has a lane hear what the gateway's state machine for it gets.
func (s *street) passed(at int, _ int64, in gate.Input, _ []gate.Output) {
	if at < len(s.lanes) && (in.Kind == gate.InputLoop || in.Kind == gate.InputArm) {
		select {
		case s.lanes[at].heard <- in:
		default: // nobody listens
		}
	}
}

// moved notes when a barrier's relay is energised.
func (s *street) moved(name string, high bool, at time.Time) {
	for _, l := range s.lanes {
		if raise := s.board.Outputs[l.name+"_raise"]; raise.Line == name && raise.Active(high) {
			select {
			case l.raised <- at:
			default: // a second pulse for the same vehicle
			}
		}
	}
}

// round has vehicles come at all entries, and adds what they waited to the figures.
func (s *street) round(vehicles int, f figures) error {
	var queues sync.WaitGroup
	failures := make([]error, len(s.lanes))
	for i, l := range s.lanes {
		l.buttons, l.loops, l.floors = nil, nil, nil
		queues.Go(func() { failures[i] = l.queue(vehicles) })
	}
	queues.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	var buttons, loops, floors sample
	for _, l := range s.lanes {
		buttons, loops, floors = append(buttons, l.buttons...), append(loops, l.loops...), append(floors, l.floors...)
	}
	for name, waited := range map[string]sample{"button": buttons, "loop": loops, "floor": floors} {
		f.add(name+" p50", waited.us(50)/1000)
		f.add(name+" p99", waited.us(99)/1000)
	}
	return nil
}

// sameBytes is the floor's commit. The lanes share its file, as they share the log.
func (s *street) sameBytes() error {
	s.floorTurn.Lock()
	defer s.floorTurn.Unlock()
	return s.floor.commit(make([]byte, edgeBytes))
}

func (s *street) close() error {
	err := s.floor.file.Close()
	if s.stop != nil {
		s.stop()
		err = errors.Join(err, <-s.ended)
	}
	if s.host != nil {
		err = errors.Join(err, s.host.Close())
	}
	for _, l := range s.lanes {
		l.cable.Close()
	}
	return err
}
