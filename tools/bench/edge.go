package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"time"

	"gatehouse/boards"
	"gatehouse/drivers"
	"gatehouse/drivers/all"
	"gatehouse/drivers/column"
	"gatehouse/drivers/line"
	"gatehouse/drivers/platerecognizer"
	"gatehouse/drivers/sim"
	"gatehouse/drivers/sim/layout"
	"gatehouse/gateway/app"
	"gatehouse/gateway/site"
	"gatehouse/sync/fact"
)

const (
	edgeEntries = 3 // and an exit: the board has four lanes
	// edgeSpeed is how many times as fast as ours the gateway's clock runs while vehicles drive through. What is measured
	// has no wait of the gateway's in it.
	edgeSpeed   = 20
	edgeTimeout = 10 * time.Second
	edgeBytes   = 208 // what the log writes for an entry
	targetMS    = 50
)

var errNoRaise = errors.New("bench: a barrier's relay did not move")

// edges measures what a driver at the gate waits for: from the edge that the lane sees to the edge of the barrier's relay,
// through the whole gateway with its real drivers, on the lines of a simulated board and on pseudo terminals, with one
// durable commit on the real disk between the two. Half of the vehicles press the button of the column, whose bytes come
// by its serial port; half have had their plate read, and drive onto the arming loop, whose contact counts once it has
// been still for the board's 20 ms. The floor is one write and one fdatasync of the same bytes to the same disk, after
// each vehicle.
func (b *bench) edges() (rows []row, err error) {
	dir, err := b.newDir("edge")
	if err != nil {
		return nil, err
	}
	s, err := startStreet(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
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

// streetLane is one entry as the street has it.
type streetLane struct {
	street  *street
	name    string // of its lines on the board
	gate    string // of the site
	cable   sim.Cable
	column  *column.Simulator
	raised  chan time.Time
	buttons sample
	loops   sample
	floors  sample
}

func startStreet(dir string) (*street, error) {
	board, err := boards.Load("sim")
	if err != nil {
		return nil, err
	}
	place := layout.Layout{ID: locationID, Name: "Bench", Timezone: "Europe/Berlin", Currency: "EUR", Entries: edgeEntries, Exits: 1, Spots: 10_000}
	s := &street{board: board, chip: line.NewChip(board), ended: make(chan error, 1)}
	s.board.UARTs = maps.Clone(board.UARTs)
	if s.floor, err = newFloor(filepath.Join(dir, "floor")); err != nil {
		return nil, err
	}
	for i := range edgeEntries {
		if err := s.plug(i, place.GateID(i)); err != nil {
			return nil, err
		}
	}
	s.chip.OnOutput(s.moved)
	s.host = line.OpenVirtual(s.board, s.chip, func(name string, mode drivers.SerialMode) (drivers.Port, error) {
		return line.OpenSerial(s.board.UARTs[name].Path, mode)
	})
	return s, s.start(dir, place)
}

// plug plugs an entry's column in.
func (s *street) plug(i int, gate string) error {
	cable, err := sim.Plug()
	if err != nil {
		return err
	}
	l := &streetLane{street: s, name: fmt.Sprintf("lane%d", i+1), gate: gate, cable: cable, column: column.NewSimulator(cable), raised: make(chan time.Time, 1)}
	go func() { _ = l.column.Run() }() // ends with its cable
	name := sim.ColumnPort(gate)
	s.board.UARTs[name] = boards.UART{Name: name, Path: cable.Path()}
	s.lanes = append(s.lanes, l)
	l.contact("arm_down", true)
	return nil
}

func (s *street) start(dir string, place layout.Layout) error {
	parsed, err := parse(siteFile(place), all.Catalog())
	if err != nil {
		return err
	}
	s.app, err = app.New(app.Options{
		Site: site.Loaded{Site: parsed}, DataDir: filepath.Join(dir, "gateway"), Catalog: all.Catalog(), Host: s.host,
		Clock: app.NewDemoClock(time.UnixMilli(startMS), edgeSpeed), Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() { s.ended <- s.app.Run(ctx) }()
	return nil
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

// queue has vehicles come one after the other: one presses the button, the next has had its plate read.
func (l *streetLane) queue(vehicles int) error {
	for i := range vehicles {
		how, waited := l.press, &l.buttons
		if i%2 == 1 {
			how, waited = l.driveOn, &l.loops
		}
		edge, err := how()
		if err != nil {
			return err
		}
		select {
		case at := <-l.raised:
			*waited = append(*waited, at.Sub(edge))
		case <-time.After(edgeTimeout):
			return fmt.Errorf("%w: %s", errNoRaise, l.gate)
		}
		l.goThrough()
		if err := l.floors.measure(l.street.sameBytes); err != nil {
			return err
		}
	}
	return nil
}

// press has a vehicle on the arming loop, whose driver presses the button.
func (l *streetLane) press() (edge time.Time, err error) {
	l.contact("arming", true)
	time.Sleep(50 * time.Millisecond)
	return time.Now(), l.column.Press(drivers.ButtonTicket)
}

// driveOn has the camera read a plate before the vehicle is on the arming loop.
func (l *streetLane) driveOn() (edge time.Time, err error) {
	read := drivers.PlateRead{Raw: fmt.Sprintf("B%s%d", l.name[len(l.name)-1:], time.Now().UnixMicro()%1_000_000), Confidence: 980, Country: "de", Direction: fact.Inward, CameraMS: startMS}
	post := httptest.NewRequest(http.MethodPost, "/"+l.gate+"-camera", bytes.NewReader(platerecognizer.Event(l.gate, 0, read)))
	post.RemoteAddr = "127.0.0.1:1"
	answer := httptest.NewRecorder()
	l.street.app.DeviceHandler().ServeHTTP(answer, post)
	if answer.Code >= 300 {
		return edge, fmt.Errorf("bench: the camera's event is refused: %d %s", answer.Code, answer.Body)
	}
	time.Sleep(20 * time.Millisecond)
	edge = time.Now()
	l.contact("arming", true)
	return edge, nil
}

// contact closes one of the lane's contacts, or opens it.
func (l *streetLane) contact(what string, active bool) {
	input := l.street.board.Inputs[l.name+"_"+what]
	l.street.chip.Drive(input.Line, input.High(active))
}

// goThrough moves the arm, and the vehicle over both loops.
func (l *streetLane) goThrough() {
	for _, move := range passage() {
		time.Sleep(time.Duration(move.afterMS) * time.Millisecond / edgeSpeed)
		l.contact(move.input, move.active)
	}
	time.Sleep(100 * time.Millisecond)
	select {
	case <-l.raised: // a repetition for the vehicle that is through
	default:
	}
}

// sameBytes is the floor's commit. The lanes share its file, as they share the log.
func (s *street) sameBytes() error {
	s.floorTurn.Lock()
	defer s.floorTurn.Unlock()
	return s.floor.commit(make([]byte, edgeBytes))
}

func (s *street) close() error {
	s.stop()
	err := <-s.ended
	err = errors.Join(err, s.host.Close(), s.floor.file.Close())
	for _, l := range s.lanes {
		l.cable.Close()
	}
	return err
}
